/* Products of tall matrices, column after column, with small ones: what a span of vectors is turned
 * by. Columns are `length` numbers, a multiple of KL_LANES, aligned to 64 bytes. Sums have one
 * order, the same bits for every instruction set. Local.
 */
#ifndef KL_DYNAMICS_SPANS_H
#define KL_DYNAMICS_SPANS_H

#include <stdint.h>

/* b += factor a. */
void kl_spans_add(int64_t length, double factor, const double *a, double *b);
/* out[m][m]: the product of each column of a with each of b, kl_row_dot(), of which those with the
 * column of a before that of b count: it is symmetric. */
void kl_spans_product(int m, int64_t length, const double *a, const double *b, double *out);
/* Column k < m of `to` becomes the sum over j < m of turn[k][j] times column j of `from`, in the
 * order of j; those from m on, to `columns`, zeros. */
void kl_spans_combine(int m, int64_t columns, int64_t length, const double *turn,
                      const double *from, double *to);

#endif
