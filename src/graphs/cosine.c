#include "graphs/cosine.h"

#include "base/clones.h"
#include "base/memory.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 32, REALS = 2 * COLUMNS }; /* taken together: they stay in the first-level cache */

kl_status kl_cosine_create(int axes, int n, kl_cosine *out, kl_error *err)
{
    const int half = (n + 1) / 2;
    size_t points = 1;
    *out = (kl_cosine){.axes = axes, .n = n};
    for (int j = 0; j < axes; j++)
        points *= (size_t)n;
    kl_status status = kl_alloc((size_t)(n * half), sizeof(double), "cosines", &out->matrix, err);
    if (status == KL_OK)
        status = kl_alloc(points, sizeof(double complex), "transform", &out->scratch, err);
    if (status != KL_OK) {
        kl_cosine_destroy(out);
        return status;
    }
    for (int k = 0; k < n; k++)
        for (int x = 0; x < half;
             x++) /* the angle reduced, so that rounding does not grow with kx */
            out->matrix[k * half + x] = (x ? 2 : 1) * cos(M_PI * (k * x % (2 * (n - 1))) / (n - 1));
    return KL_OK;
}

void kl_cosine_destroy(kl_cosine *cosine)
{
    free(cosine->matrix);
    free(cosine->scratch);
    *cosine = (kl_cosine){0};
}

/* folded[0..half-1]: the sums of rows x and n-1-x (the middle row once), folded[half..]: the
 * differences. */
KL_CLONES static void fold(int n, size_t stride, const double *restrict f, int width,
                           double *restrict folded)
{
    const int half = (n + 1) / 2;
    for (int x = 0; x < half; x++) {
        const double *a = f + (size_t)x * stride, *b = f + (size_t)(n - 1 - x) * stride;
        const double other = 2 * x == n - 1 ? 0 : 1;
        double *sum = folded + x * REALS, *difference = folded + (half + x) * REALS;
        for (int i = 0; i < width; i++) {
            sum[i] = a[i] + other * b[i];
            difference[i] = a[i] - b[i];
        }
    }
}

KL_CLONES static void row(int half, const double *restrict matrix, const double *restrict folded,
                          double *restrict out)
{
    for (int i = 0; i < REALS; i++)
        out[i] = matrix[0] * folded[i];
    for (int x = 1; x < half; x++)
        for (int i = 0; i < REALS; i++)
            out[i] += matrix[x] * folded[x * REALS + i];
}

/* Along the first axis of [n][columns], to [columns][n]: after all axes the order is the old one.
 */
static void along_first(const kl_cosine *c, size_t columns, const double *f, double *out)
{
    const int n = c->n, half = (n + 1) / 2;
    double folded[(KL_COSINE_LARGEST + 1) * REALS] = {0}, values[REALS];
    for (size_t at = 0; at < columns; at += COLUMNS) {
        const int count = columns - at < COLUMNS ? (int)(columns - at) : COLUMNS;
        fold(n, 2 * columns, f + 2 * at, 2 * count, folded);
        for (int k = 0; k < n; k++) {
            row(half, c->matrix + k * half, folded + (k % 2 ? half * REALS : 0), values);
            for (int i = 0; i < count; i++)
                memcpy(out + 2 * ((at + (size_t)i) * (size_t)n + (size_t)k), values + 2 * i,
                       sizeof(double complex));
        }
    }
}

void kl_cosine_transform(const kl_cosine *c, double complex *f)
{
    size_t columns = 1;
    for (int j = 1; j < c->axes; j++)
        columns *= (size_t)c->n;
    double *from = (double *)f, *to = c->scratch;
    for (int j = 0; j < c->axes; j++) {
        along_first(c, columns, from, to);
        double *swap = from;
        from = to;
        to = swap;
    }
    if (from != (double *)f)
        memcpy(f, from, columns * (size_t)c->n * sizeof *f);
}
