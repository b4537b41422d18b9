/* Smooth functions on R^d, d = 1, 2, 3, with their derivatives: potentials V(x), phases S(x).
 *
 *   f(x) = sum (monomials and waves, phase.h) + sum_g amplitude_g exp(-|x - c_g|^2/(2 width_g^2))
 *
 * Local, double precision. */
#ifndef KL_CLASSICAL_SMOOTH_H
#define KL_CLASSICAL_SMOOTH_H

#include "classical/monomials.h"
#include "classical/phase.h"

enum { KL_SMOOTH_DEGREE = 4 }; /* of Taylor polynomials */

typedef struct kl_smooth_gaussian {
    double center[3], width, amplitude;
} kl_smooth_gaussian;

typedef struct kl_smooth { /* arrays not owned */
    int dimension;
    kl_phase_sum sum;
    int ngaussians;
    const kl_smooth_gaussian *gaussian; /* [ngaussians] */
} kl_smooth;

/* Entries of x beyond the dimension are 0 in all of these. */
double kl_smooth_value(const kl_smooth *f, const double x[3]);
void kl_smooth_gradient(const kl_smooth *f, const double x[3], double g[3]);

/* f(x + y) = sum_i c[i] y^(power_i) + O(|y|^5): `m` has the monomials of `dimension` variables up
 * to KL_SMOOTH_DEGREE, c[m->n]. */
void kl_smooth_taylor(const kl_smooth *f, const kl_monomials *m, const double x[3], double *c);

/* Taylor coefficients 0..degree of exp(-(u + y)^2/(2 width^2)) in y. */
void kl_smooth_bell(double u, double width, int degree, double *c);
/* Those of (u + y)^n. */
void kl_smooth_power(double u, int n, int degree, double *c);

#endif
