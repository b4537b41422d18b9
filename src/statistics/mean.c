/* Sample mean with Student's t interval.
 *
 * mean = sum y / n, standard_error = sqrt(sum (y - mean)^2 / (n (n-1))),
 * interval mean -+ t_{0.975, n-1} standard_error. Two passes from a pivot, so a
 * large common offset costs no digits and equal values give zero width exactly.
 * Source: Student, Biometrika 6 (1908) 1. Local.
 */
#include "statistics/statistics.h"

#include <math.h>

void kl_stats_mean(const double *y, int n, kl_estimate *mean, double *standard_error)
{
    double shift = 0.0, square = 0.0;
    *mean = (kl_estimate){NAN, NAN, NAN};
    *standard_error = NAN;
    if (n < 1)
        return;
    for (int i = 0; i < n; ++i)
        shift += y[i] - y[0];
    shift /= n;
    mean->value = y[0] + shift;
    if (n < 2)
        return;
    for (int i = 0; i < n; ++i) {
        double d = (y[i] - y[0]) - shift;
        square += d * d;
    }
    *standard_error = sqrt(square / ((double)n * (n - 1)));
    double half = kl_stats_student(n - 1) * *standard_error;
    mean->low = mean->value - half;
    mean->high = mean->value + half;
}
