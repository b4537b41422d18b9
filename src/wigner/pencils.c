#include "wigner/pencils.h"

#include "base/clones.h"

#include <stdbool.h>
#include <string.h>

enum { LANES = KL_LANES };

typedef double vector __attribute__((vector_size(LANES * sizeof(double))));

KL_CLONES double kl_row_sum(int64_t n, const double *x)
{
    double lane[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += x[i + l];
    for (int l = 0; i < n; i++, l++)
        lane[l] += x[i];
    return kl_lanes_sum(lane);
}

/* `count` rows at once, 1, 2 or 4 as a literal: their lanes stay in registers. */
static inline __attribute__((always_inline)) void
lanes(int count, int64_t n, const double *const *x, const double *y, double *lane)
{
    const double *row[4] = {x[0], x[count > 1], x[count > 2 ? 2 : 0], x[count > 2 ? 3 : 0]};
    vector sum[4] = {{0}}, u, v;
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES) {
        memcpy(&v, y + i, sizeof v);
#pragma GCC unroll 4
        for (int k = 0; k < count; k++) {
            memcpy(&u, row[k] + i, sizeof u);
            sum[k] += u * v;
        }
    }
#pragma GCC unroll 4
    for (int k = 0; k < count; k++)
        memcpy(lane + k * LANES, &sum[k], sizeof *sum);
    for (int l = 0; i < n; i++, l++)
        for (int k = 0; k < count; k++)
            lane[k * LANES + l] += x[k][i] * y[i];
}

KL_CLONES void kl_row_lanes(int64_t n, int count, const double *const *x, const double *y,
                            double *lane)
{
    int k = 0;
    for (; k + 4 <= count; k += 4)
        lanes(4, n, x + k, y, lane + k * LANES);
    for (; k + 2 <= count; k += 2)
        lanes(2, n, x + k, y, lane + k * LANES);
    for (; k < count; k++)
        lanes(1, n, x + k, y, lane + k * LANES);
}

#define PRODUCT(name, real)                                                                        \
    KL_CLONES static void name(int64_t n, const real *a_re, const real *a_im, const real *b_re,    \
                               const real *b_im, double *restrict p_re, double *restrict p_im)     \
    {                                                                                              \
        const bool density = !p_im && a_re == b_re && a_im == b_im;                                \
        for (int64_t i = 0; i < n && density; i++)                                                 \
            p_re[i] = (double)a_re[i] * (double)a_re[i] + (double)a_im[i] * (double)a_im[i];       \
        for (int64_t i = 0; i < n && !p_im && !density; i++)                                       \
            p_re[i] = (double)a_re[i] * (double)b_re[i] + (double)a_im[i] * (double)b_im[i];       \
        for (int64_t i = 0; i < n && p_im; i++) {                                                  \
            const double ar = (double)a_re[i], ai = (double)a_im[i];                               \
            const double br = (double)b_re[i], bi = (double)b_im[i];                               \
            p_re[i] = ar * br + ai * bi;                                                           \
            p_im[i] = ar * bi - ai * br;                                                           \
        }                                                                                          \
    }
PRODUCT(product_single, float)
PRODUCT(product_double, double)

void kl_row_product(kl_precision precision, int64_t n, const void *a_re, const void *a_im,
                    const void *b_re, const void *b_im, double *p_re, double *p_im)
{
    if (precision == KL_SINGLE)
        product_single(n, a_re, a_im, b_re, b_im, p_re, p_im);
    else
        product_double(n, a_re, a_im, b_re, b_im, p_re, p_im);
}

KL_CLONES void kl_row_overlap(int64_t n, const double *a_re, const double *a_im, const double *b_re,
                              const double *b_im, double sum[2])
{
    double re[LANES] = {0}, im[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++) {
            re[l] += a_re[i + l] * b_re[i + l] + a_im[i + l] * b_im[i + l];
            im[l] += a_re[i + l] * b_im[i + l] - a_im[i + l] * b_re[i + l];
        }
    for (int l = 0; i < n; i++, l++) {
        re[l] += a_re[i] * b_re[i] + a_im[i] * b_im[i];
        im[l] += a_re[i] * b_im[i] - a_im[i] * b_re[i];
    }
    sum[0] = kl_lanes_sum(re);
    sum[1] = kl_lanes_sum(im);
}
