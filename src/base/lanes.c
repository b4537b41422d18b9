#include "base/lanes.h"

#include "base/clones.h"

KL_CLONES void kl_row_add(int64_t n, int64_t from, const double *x, const double *y, double *lane)
{
    int64_t i = 0;
    for (; i < n && (from + i) % KL_LANES; i++)
        lane[(from + i) % KL_LANES] += x[i] * y[i];
    for (; i + KL_LANES <= n; i += KL_LANES)
        for (int l = 0; l < KL_LANES; l++)
            lane[l] += x[i + l] * y[i + l];
    for (int l = 0; i < n; i++, l++)
        lane[l] += x[i] * y[i];
}

double kl_row_dot(int64_t n, const double *x, const double *y)
{
    double lane[KL_LANES] = {0};
    kl_row_add(n, 0, x, y, lane);
    return kl_lanes_sum(lane);
}
