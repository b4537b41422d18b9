/* Sums over a row in a fixed order: eight partial sums, added pairwise. The
 * same bits for every instruction set. Local.
 */
#ifndef KL_WIGNER_ROWS_H
#define KL_WIGNER_ROWS_H

#include <stdint.h>

double kl_row_sum(int64_t n, const double *x);
double kl_row_dot(int64_t n, const double *x, const double *y);

/* p = conj(a) b, all complex with parts apart. */
void kl_row_product(int64_t n, const double *a_re, const double *a_im, const double *b_re,
                    const double *b_im, double *p_re, double *p_im);

/* sum[0] + i sum[1] = sum of conj(a) b. */
void kl_row_overlap(int64_t n, const double *a_re, const double *a_im, const double *b_re,
                    const double *b_im, double sum[2]);

#endif
