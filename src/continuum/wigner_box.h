/* Phase-space pictures of a wave function on a grid.
 *
 *   W(x,p) = (pi eps)^-1 int conj(psi(x - u)) psi(x + u) exp(-2 i u p/eps) du     (d = 1)
 *   in d > 1 that of the density matrix of one axis: the others integrated out
 *   H(x,p) = |<g_xp, psi>|^2/(2 pi eps)^d, g of width sqrt(eps/2): W smeared by eps/2; >= 0
 *
 * psi is not taken beyond the box. W is computed whole: at the n positions and the 2 n momenta
 * pi eps k/l, |p| <= pi eps n/l.
 *
 * T. Chen, lecture notes on semiclassical scaling limits (2011), (2.10). */
#ifndef KL_CONTINUUM_WIGNER_BOX_H
#define KL_CONTINUUM_WIGNER_BOX_H

#include "continuum/box_grid.h"

/* Points of a picture: every step-th of a range of native points, first + i step. */
typedef struct kl_stride {
    int64_t first, step;
    int n;
} kl_stride;

/* At most `most` of them within |q| <= reach, of `all` native points `spacing` apart, the middle
 * one at 0. Local. */
kl_stride kl_stride_choose(int64_t all, double spacing, double reach, int most);

typedef struct kl_wigner_totals {
    double negativity, negativity_error; /* int (|W| - W)/2 */
    double marginals; /* largest defect of int W dp - |psi(x)|^2 and of int W dx, over the maxima */
} kl_wigner_totals;

/* W along an axis, in d > 1 the others integrated out, at the positions and momenta of two strides:
 * out[x.n][p.n]; the native points are n and 2 n. *totals of all of it. u is a scratch array.
 * Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_wigner_box(const kl_box_grid *grid, int axis, const complex double *psi,
                        complex double *u, kl_stride x, kl_stride p, double *out,
                        kl_wigner_totals *totals, kl_error *err);
/* d = 1. The same of the sum of the W of psi[count][local]. Local. */
kl_status kl_wigner_sum(const kl_box_grid *grid, int64_t count, const complex double *psi,
                        complex double *u, kl_stride x, kl_stride p, double *out,
                        kl_wigner_totals *totals, kl_error *err);
/* Bytes that this takes on the largest of the ranks. Local. */
double kl_wigner_bytes(int dimension, int64_t sites, int ranks);

/* H along an axis, the others integrated out: out[x.n][p.n] at native positions and momenta, n and
 * n. u is a scratch array. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_husimi_box(const kl_box_grid *grid, int axis, const complex double *psi,
                        complex double *u, kl_stride x, kl_stride p, double *out, kl_error *err);

#endif
