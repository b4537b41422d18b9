/* A = Q R of a tall matrix, by modified Gram and Schmidt in panels of four columns.
 *
 * Own arithmetic rather than a library's: threads, blocking and dispatch by processor change the
 * last bits of LAPACK's, and a product of a million factors shows them. Sums run over eight lanes
 * in a fixed order, so the bits are the same for every instruction set. Columns of a panel are
 * taken against each earlier panel in turn (two at a time against four, all in registers). Like
 * the unblocked method it gives the diagonal of R to rounding and Q to rounding times the condition
 * of A (A. Bjoerck, BIT 7 (1967) 1).
 */
#ifndef KL_DYNAMICS_ORTHONORMAL_H
#define KL_DYNAMICS_ORTHONORMAL_H

#include <stdint.h>

enum { KL_PANEL = 4 };

/* a[columns][length]: column after column, `columns` a multiple of KL_PANEL and `length` of
 * KL_LANES, both padded with zeros, aligned to 64 bytes. A becomes Q; growth[columns] += log of
 * the diagonal of R. A column of zeros stays, and its growth too. Local. */
void kl_orthonormalise(double *a, int64_t columns, int64_t length, double *growth);

#endif
