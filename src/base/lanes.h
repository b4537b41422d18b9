/* Sums in a fixed order: eight partial sums, added pairwise. The same bits for every instruction
 * set. Local.
 */
#ifndef KL_BASE_LANES_H
#define KL_BASE_LANES_H

#include <stdint.h>

enum { KL_LANES = 8 };

static inline double kl_lanes_sum(const double lane[KL_LANES])
{
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
           ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

double kl_row_dot(int64_t n, const double *x, const double *y);

/* The part of such a sum from term `from` on: lane[(from + i) mod KL_LANES] += x[i] y[i]. */
void kl_row_add(int64_t n, int64_t from, const double *x, const double *y, double *lane);

#endif
