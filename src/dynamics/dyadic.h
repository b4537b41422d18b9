/* Norms of resolvents that are smoothed on dyadic shells, of T. Chen, RIMS Kokyuroku Bessatsu B21
 * (2010) 63, (4.7)-(4.15), Lemma 4.4, d = 2:
 *
 *   sup = || |1/(e - alpha - i eps)| * |F(P_j^2 v^2)| ||_inf,   l1 = the same in L^1,
 *
 * v = <x>^-sigma, F the Fourier transform, * the convolution over the torus of momenta, and P_j the
 * smooth shells 2^j < |x| <= 2^(j+1), P_0 with |x| <= 1 besides:
 *
 *   P_j = chi(|x|/2^(j+1)) - chi(|x|/2^j),   chi(r) = 1 for r <= 1/2, 0 for r >= 1, cos^2 between.
 */
#ifndef KL_DYNAMICS_DYADIC_H
#define KL_DYNAMICS_DYADIC_H

#include "kinlim/status.h"

#include <stdint.h>

typedef struct kl_dyadic {
    double energy, epsilon, sigma; /* alpha, eps > 0 */
    int64_t sites;                 /* per axis of the grid: eps must be well above 4 pi/sites */
} kl_dyadic;

/* sup[j], l1[j], j < nshells, 2^nshells < sites/2. KL_ENVIRONMENT: no memory, FFTW failed. Local.
 */
kl_status kl_dyadic_norms(const kl_dyadic *problem, int nshells, double *sup, double *l1,
                          kl_error *err);

#endif
