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

/* Eight terms of such a sum, as a vector of the compiler's. */
typedef double kl_lanes_vector __attribute__((vector_size(KL_LANES * sizeof(double))));

/* out[4 j + i] = sum of q_i b_j: the four columns from q on, each of `length` numbers, a multiple
 * of KL_LANES, with two others. Inlined into functions that have clones (base/clones.h). */
static inline __attribute__((always_inline)) void
kl_lanes_four_by_two(int64_t length, const double *q, const double *b0, const double *b1,
                     double out[8])
{
    const kl_lanes_vector *q0 = (const kl_lanes_vector *)q,
                          *q1 = (const kl_lanes_vector *)(q + length),
                          *q2 = (const kl_lanes_vector *)(q + 2 * length),
                          *q3 = (const kl_lanes_vector *)(q + 3 * length);
    const kl_lanes_vector *u = (const kl_lanes_vector *)b0, *v = (const kl_lanes_vector *)b1;
    kl_lanes_vector s[8] = {{0}};
    for (int64_t i = 0; i < length / KL_LANES; i++) {
        s[0] += q0[i] * u[i];
        s[1] += q1[i] * u[i];
        s[2] += q2[i] * u[i];
        s[3] += q3[i] * u[i];
        s[4] += q0[i] * v[i];
        s[5] += q1[i] * v[i];
        s[6] += q2[i] * v[i];
        s[7] += q3[i] * v[i];
    }
    for (int k = 0; k < 8; k++)
        out[k] = kl_lanes_sum((const double *)&s[k]);
}

double kl_row_dot(int64_t n, const double *x, const double *y);

/* The part of such a sum from term `from` on: lane[(from + i) mod KL_LANES] += x[i] y[i]. */
void kl_row_add(int64_t n, int64_t from, const double *x, const double *y, double *lane);

#endif
