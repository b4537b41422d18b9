/* Sums over a row in a fixed order: eight partial sums, added pairwise. The
 * same bits for every instruction set. Local.
 */
#ifndef KL_WIGNER_PENCILS_H
#define KL_WIGNER_PENCILS_H

#include "base/lanes.h"
#include "lattice/lattice.h"

double kl_row_sum(int64_t n, const double *x);

/* The eight partial sums of each x[k].y, k < count, not yet added: lane[8 k + l] over the
 * sites i = l mod 8. */
void kl_row_lanes(int64_t n, int count, const double *const *x, const double *y, double *lane);

/* p = conj(a) b in double, all complex with parts apart; a and b in `precision`.
 * p_im may be NULL: not wanted. */
void kl_row_product(kl_precision precision, int64_t n, const void *a_re, const void *a_im,
                    const void *b_re, const void *b_im, double *p_re, double *p_im);

/* sum[0] + i sum[1] = sum of conj(a) b. */
void kl_row_overlap(int64_t n, const double *a_re, const double *a_im, const double *b_re,
                    const double *b_im, double sum[2]);

#endif
