#include "wigner/rows.h"

#include "base/clones.h"

enum { LANES = 8 };

static inline double add_lanes(const double lane[LANES])
{
    return ((lane[0] + lane[4]) + (lane[1] + lane[5])) +
           ((lane[2] + lane[6]) + (lane[3] + lane[7]));
}

KL_CLONES double kl_row_sum(int64_t n, const double *x)
{
    double lane[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += x[i + l];
    for (int l = 0; i < n; i++, l++)
        lane[l] += x[i];
    return add_lanes(lane);
}

KL_CLONES double kl_row_dot(int64_t n, const double *x, const double *y)
{
    double lane[LANES] = {0};
    int64_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += x[i + l] * y[i + l];
    for (int l = 0; i < n; i++, l++)
        lane[l] += x[i] * y[i];
    return add_lanes(lane);
}

KL_CLONES void kl_row_product(int64_t n, const double *a_re, const double *a_im, const double *b_re,
                              const double *b_im, double *restrict p_re, double *restrict p_im)
{
    for (int64_t i = 0; i < n; i++) {
        p_re[i] = a_re[i] * b_re[i] + a_im[i] * b_im[i];
        p_im[i] = a_re[i] * b_im[i] - a_im[i] * b_re[i];
    }
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
    sum[0] = add_lanes(re);
    sum[1] = add_lanes(im);
}
