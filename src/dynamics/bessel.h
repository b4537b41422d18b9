/* Bessel functions J_0(x)..J_n(x) for the Chebyshev series, with a rigorous tail. */
#ifndef KL_DYNAMICS_BESSEL_H
#define KL_DYNAMICS_BESSEL_H

#include "kinlim/status.h"

/* j[k] = J_k(x), 0 <= k < n, x >= 0, by downward recurrence normalised with
 * J_0 + 2 sum J_2k = 1 (DLMF 10.12.4) in long double; error half an ulp plus 1e-19. Local. */
kl_status kl_bessel(double x, int n, double *j, kl_error *err);

/* Kapteyn's inequality (DLMF 10.14.8), k > x: |J_k(x)| <= kl_bessel_bound(x, k), where
 *   exp(-k (alpha - tanh alpha)),  k = x cosh alpha,
 * falls by a factor of at most kl_bessel_ratio(x, k) = exp(-alpha) from each k to the next. Local.
 */
double kl_bessel_bound(double x, double k);
double kl_bessel_ratio(double x, double k);

/* The smallest K with 2 sum_{k>K} |J_k(x)| <= tolerance, an upper bound of the
 * truncation error of exp(-i x A) for |A| <= 1. Terms beyond the computed ones
 * are bounded by kl_bessel_bound(). Local. */
kl_status kl_bessel_degree(double x, double tolerance, int *degree, kl_error *err);

/* i[k] = I_k(x), 0 <= k < n, 0 <= x <= 700, by downward recurrence normalised with
 * I_0 + 2 sum I_k = e^x (DLMF 10.35.1); relative error some ulps. Local. */
kl_status kl_bessel_modified(double x, int n, double *i, kl_error *err);
/* The smallest K with 2 sum_{k>K} I_k(x) <= tolerance e^x: of exp(x A), |A| <= 1. Local. */
kl_status kl_bessel_modified_degree(double x, double tolerance, int *degree, kl_error *err);

#endif
