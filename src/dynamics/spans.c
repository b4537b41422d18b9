#include "dynamics/spans.h"

#include "base/clones.h"
#include "base/lanes.h"

#include <string.h>

enum { CHUNK = 256 }; /* numbers of a column: those of all columns fit into a cache */

KL_CLONES void kl_spans_add(int64_t length, double factor, const double *restrict a,
                            double *restrict b)
{
    for (int64_t i = 0; i < length; i++)
        b[i] += factor * a[i];
}

KL_CLONES static void four_times_two(int64_t length, const double *a, const double *b0,
                                     const double *b1, double out[8])
{
    kl_lanes_four_by_two(length, a, b0, b1, out);
}

void kl_spans_product(int m, int64_t length, const double *a, const double *b, double *out)
{
    for (int k = 0; k < m; k += 2)
        for (int j = 0; j <= k + 1 && j < m; j += 4) { /* columns of zeros are behind the last */
            double product[8];
            four_times_two(length, a + j * length, b + k * length, b + (k + 1) * length, product);
            for (int i = 0; i < 8; i++) {
                const int row = j + i % 4, column = k + i / 4;
                if (row <= column && column < m)
                    out[row * m + column] = out[column * m + row] = product[i];
            }
        }
}

/* n numbers of four columns of `to` += four terms each, one after the other. */
KL_CLONES static void add_four(int64_t n, int64_t length, const double turn[4][4],
                               const double *from, double *to)
{
    const kl_lanes_vector *a0 = (const kl_lanes_vector *)from,
                          *a1 = (const kl_lanes_vector *)(from + length),
                          *a2 = (const kl_lanes_vector *)(from + 2 * length),
                          *a3 = (const kl_lanes_vector *)(from + 3 * length);
    for (int64_t i = 0; i < n / KL_LANES; i++)
        for (int k = 0; k < 4; k++) {
            kl_lanes_vector *b = (kl_lanes_vector *)(to + k * length) + i;
            *b = (((*b + turn[k][0] * a0[i]) + turn[k][1] * a1[i]) + turn[k][2] * a2[i]) +
                 turn[k][3] * a3[i];
        }
}

/* n numbers of the columns k..k+3, of which those from m on stay as they are. */
static void four_columns(int m, int64_t n, int64_t length, const double *turn, int k,
                         const double *from, double *to)
{
    for (int j = 0; j < m; j += 4) {
        double factor[4][4] = {{0}};
        for (int i = 0; i < 16; i++)
            if (k + i / 4 < m && j + i % 4 < m)
                factor[i / 4][i % 4] = turn[(k + i / 4) * m + j + i % 4];
        add_four(n, length, factor, from + j * length, to + k * length);
    }
}

void kl_spans_combine(int m, int64_t columns, int64_t length, const double *turn,
                      const double *from, double *to)
{
    memset(to, 0, (size_t)(columns * length) * sizeof *to);
    for (int64_t i = 0; i < length; i += CHUNK)
        for (int k = 0; k < m; k += 4)
            four_columns(m, length - i < CHUNK ? length - i : CHUNK, length, turn, k, from + i,
                         to + i);
}
