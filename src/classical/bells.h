/* A sum of Gaussians V(y) = sum_g A_g exp(-|y|^2/(2 w_g^2)) made of products,
 *
 *   V(x - x') = sum_b C_b phi_b(x) phi_b(x')    (|x_j|, |x'_j| <= reach),
 *
 * so that V * rho needs but the means of phi_b. phi_b: products over the axes of cos and sin of
 * 2 pi m x_j/L, m = 0..M, on a box L that the images of the Gaussians do not reach into; of
 * mirrored axes only the cosines. Radial: the mean of V over turns of x', from Bessel functions,
 *
 *   exp(-y^2/(2 w^2)) = c_d w^d int_0^inf k^(d-1) exp(-k^2 w^2/2) j(k y) dk,
 *   d = 2: j = J_0, c_d = 1;  d = 3: j(s) = sin(s)/s, c_d = sqrt(2/pi),
 *
 * whose mean is j(k r) j(k r'), at Gauss-Legendre nodes of k. Local. */
#ifndef KL_CLASSICAL_BELLS_H
#define KL_CLASSICAL_BELLS_H

#include "classical/phase_symmetry.h"

typedef struct kl_bells {
    kl_phase_symmetry symmetry;
    int n;           /* functions phi_b */
    int along[3];    /* of each axis; 1 beyond the dimension */
    double wave;     /* 2 pi/L */
    double *k;       /* [n] radial; owned */
    double *c;       /* [n]; owned */
    double *scratch; /* owned: phi and its derivatives along each axis */
} kl_bells;

/* Of V's gaussians, to an accuracy relative to their amplitudes. KL_ENVIRONMENT: no memory. Free
 * with destroy, on failure too. */
kl_status kl_bells_create(const kl_smooth *interaction, const kl_phase_symmetry *symmetry,
                          double reach, double accuracy, kl_bells *out, kl_error *err);
void kl_bells_destroy(kl_bells *bells);
/* How many functions that would be. */
double kl_bells_count(const kl_smooth *interaction, const kl_phase_symmetry *symmetry, double reach,
                      double accuracy);

/* sum[b] += weight phi_b(x). */
void kl_bells_add(const kl_bells *bells, const double x[3], double weight, double *sum);
/* sum_b e_b phi_b(x), and adds its gradient to g (NULL: not asked for). */
double kl_bells_value(const kl_bells *bells, const double *e, const double x[3], double *g);

/* Of formal deviations y from x with the moments <y^alpha>, alpha those of m (d variables, up to
 * degree 3) but the first: sum[b] += weight (<phi_b(x + y)> - phi_b(x)) to third order. */
void kl_bells_add_moved(const kl_bells *bells, const kl_monomials *m, const double x[3],
                        const double *moment, double weight, double *sum);
/* Adds the Taylor coefficients of sum_b e_b phi_b at x, by m as for kl_smooth_taylor(). */
void kl_bells_taylor(const kl_bells *bells, const double *e, const kl_monomials *m,
                     const double x[3], double *c);

#endif
