#include "dynamics/transfer.h"

#include "base/clones.h"
#include "base/lanes.h"
#include "base/memory.h"
#include "dynamics/orthonormal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t padded(int64_t n, int64_t unit)
{
    return (n + unit - 1) / unit * unit;
}

kl_status kl_transfer_create(int dimension, int64_t side, int64_t vectors, kl_transfer *out,
                             kl_error *err)
{
    const int64_t slice = dimension == 3 ? side * side : side;
    *out = (kl_transfer){.dimension = dimension,
                         .side = side,
                         .slice = slice,
                         .vectors = vectors,
                         .columns = padded(vectors, KL_PANEL),
                         .length = padded(2 * slice, KL_LANES)};
    KL_TRY(kl_alloc((size_t)(out->columns * out->length), sizeof *out->column, "vectors",
                    &out->column, err));
    return kl_alloc((size_t)out->columns, sizeof *out->growth, "exponents", &out->growth, err);
}

void kl_transfer_destroy(kl_transfer *t)
{
    free(t->column);
    free(t->growth);
    t->column = t->growth = NULL;
}

void kl_transfer_start(kl_transfer *t)
{
    t->newest = 0;
    memset(t->column, 0, (size_t)(t->columns * t->length) * sizeof *t->column);
    memset(t->growth, 0, (size_t)t->columns * sizeof *t->growth);
    for (int64_t c = 0; c < t->vectors; c++)
        t->column[c * t->length + (c < t->slice ? c : 3 * t->slice - 1 - c)] = 1;
}

/* ---- a step ---- */

/* n >= 1 sites of a ring: b <- d a - (its two neighbours on the ring + those above and below) - b.
 * Without hops on the ring where n = 1, none across where `above` is NULL. */
static inline double site(double d, double a, double ring, double across, double b)
{
    return d * a - (ring + across) - b;
}

static inline __attribute__((always_inline)) void row(int64_t n, const double *d, const double *a,
                                                      const double *above, const double *below,
                                                      double *restrict b)
{
#define ACROSS(i) (above ? above[i] + below[i] : 0)
    if (n == 1) {
        b[0] = site(d[0], a[0], 0, ACROSS(0), b[0]);
        return;
    }
    b[0] = site(d[0], a[0], a[n - 1] + a[1], ACROSS(0), b[0]);
    for (int64_t i = 1; i < n - 1; i++)
        b[i] = site(d[i], a[i], a[i - 1] + a[i + 1], ACROSS(i), b[i]);
    b[n - 1] = site(d[n - 1], a[n - 1], a[n - 2] + a[0], ACROSS(n - 1), b[n - 1]);
#undef ACROSS
}

KL_CLONES static void step_of_ring(int64_t n, const double *d, const double *a, double *b)
{
    row(n, d, a, NULL, NULL, b);
}

KL_CLONES static void step_of_square(int64_t m, const double *d, const double *a, double *b)
{
    for (int64_t y = 0; y < m; y++)
        row(m, d + y * m, a + y * m, a + (y + m - 1) % m * m, a + (y + 1) % m * m, b + y * m);
}

void kl_transfer_step(kl_transfer *t, const double *diagonal)
{
    for (int64_t c = 0; c < t->vectors; c++) {
        double *half = t->column + c * t->length;
        const double *a = half + t->newest * t->slice;
        double *b = half + (1 - t->newest) * t->slice;
        if (t->dimension == 3 && t->side > 1)
            step_of_square(t->side, diagonal, a, b);
        else
            step_of_ring(t->side, diagonal, a, b);
    }
    t->newest = 1 - t->newest;
}

void kl_transfer_orthonormalise(kl_transfer *t)
{
    kl_orthonormalise(t->column, t->columns, t->length, t->growth);
}

double kl_transfer_defect(const kl_transfer *t)
{
    double worst = 0;
    for (int64_t i = 0; i < t->slice; i++)
        for (int64_t j = 0; j < i; j++) {
            const double *a = t->column + i * t->length, *b = t->column + j * t->length;
            double sum = 0;
            for (int64_t x = 0; x < t->slice; x++)
                sum += a[x] * b[t->slice + x] - a[t->slice + x] * b[x];
            worst = fmax(worst, fabs(sum));
        }
    return worst;
}

int kl_transfer_interval(int dimension, double most)
{
    /* A step is (A -1; 1 0), |A| <= most + 2 (dimension - 1): its norm is at most |A| + 1. */
    const double steps = 20 / log(most + 2 * dimension - 1);
    return steps >= 8 ? 8 : steps >= 1 ? (int)steps : 1;
}

/* ---- the state ---- */

size_t kl_transfer_bytes(const kl_transfer *t)
{
    return (size_t)(t->columns * (t->length + 1)) * sizeof(double) + sizeof(int64_t);
}

void kl_transfer_pack(const kl_transfer *t, void *bytes)
{
    const size_t vectors = (size_t)(t->columns * t->length) * sizeof(double),
                 growth = (size_t)t->columns * sizeof(double);
    const int64_t newest = t->newest;
    memcpy(bytes, t->column, vectors);
    memcpy((char *)bytes + vectors, t->growth, growth);
    memcpy((char *)bytes + vectors + growth, &newest, sizeof newest);
}

void kl_transfer_unpack(kl_transfer *t, const void *bytes)
{
    const size_t vectors = (size_t)(t->columns * t->length) * sizeof(double),
                 growth = (size_t)t->columns * sizeof(double);
    int64_t newest;
    memcpy(t->column, bytes, vectors);
    memcpy(t->growth, (const char *)bytes + vectors, growth);
    memcpy(&newest, (const char *)bytes + vectors + growth, sizeof newest);
    t->newest = (int)newest;
}

double kl_transfer_seconds(int dimension, int64_t side)
{
    const double n = (double)(dimension == 3 ? side * side : side);
    return 5e-8 + 1e-9 * n * n + 1.8e-11 * n * n * n;
}
