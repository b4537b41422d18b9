/* Bessel functions J_0(x)..J_n(x) for the Chebyshev series, with a rigorous tail. */
#ifndef KL_DYNAMICS_BESSEL_H
#define KL_DYNAMICS_BESSEL_H

#include "kinlim/status.h"

/* j[k] = J_k(x), 0 <= k < n, x >= 0, by downward recurrence normalised with
 * J_0 + 2 sum J_2k = 1 (DLMF 10.12.4) in long double; error half an ulp plus 1e-19. Local. */
kl_status kl_bessel(double x, int n, double *j, kl_error *err);

/* The smallest K with 2 sum_{k>K} |J_k(x)| <= tolerance, an upper bound of the
 * truncation error of exp(-i x A) for |A| <= 1. Terms beyond the computed ones
 * are bounded by Kapteyn's inequality (DLMF 10.14.8)
 *   |J_k(x)| <= exp(-k (alpha - tanh alpha)),  k = x cosh alpha,
 * whose ratio of successive terms is at most exp(-alpha). Local. */
kl_status kl_bessel_degree(double x, double tolerance, int *degree, kl_error *err);

#endif
