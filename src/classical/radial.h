/* Taylor polynomials of functions of s = |x|^2 in d = 1, 2, 3:
 *
 *   F(|x + y|^2) = sum_n F^(n)(s)/n! (2 x.y + |y|^2)^n. Local. */
#ifndef KL_CLASSICAL_RADIAL_H
#define KL_CLASSICAL_RADIAL_H

#include "classical/smooth.h"

enum { KL_RADIAL_MONOMIALS = 35 }; /* of three variables up to KL_SMOOTH_DEGREE */

/* Coefficients of (2 x.y + |y|^2)^n by the monomials m of d variables, n = 0..KL_SMOOTH_DEGREE;
 * those of a higher degree than m's are left out. */
void kl_radial_powers(const kl_monomials *m, const double x[3],
                      double power[KL_SMOOTH_DEGREE + 1][KL_RADIAL_MONOMIALS]);

/* F^(n)(s)/n! at s = r^2 of F = j(k r), n = 0..KL_SMOOTH_DEGREE; j = J_0 in d = 2, sin(u)/u in
 * d = 3: (1/u d/du)^n j = (-1)^n j_n(u)/u^n, j_n the Bessel functions of that order. */
void kl_radial_bessel(int dimension, double k, double r, double value[KL_SMOOTH_DEGREE + 1]);

#endif
