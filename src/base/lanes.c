#include "base/lanes.h"

#include "base/clones.h"

KL_CLONES double kl_row_dot(int64_t n, const double *x, const double *y)
{
    double lane[KL_LANES] = {0};
    int64_t i = 0;
    for (; i + KL_LANES <= n; i += KL_LANES)
        for (int l = 0; l < KL_LANES; l++)
            lane[l] += x[i + l] * y[i + l];
    for (int l = 0; i < n; i++, l++)
        lane[l] += x[i] * y[i];
    return kl_lanes_sum(lane);
}
