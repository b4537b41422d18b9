/* The jackknife's interval of a function of several means: B. Efron and C. Stein, Ann. Statist. 9
 * (1981) 586. Local. */
#include "statistics/statistics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* f without each row, into without[n]. */
static void leave_out(const double *y, int n, int m, kl_stats_function f, const void *context,
                      const double *whole, double *mean, double *without)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < m; j++)
            mean[j] = whole[j] + (whole[j] - y[i * m + j]) / (n - 1);
        without[i] = f(context, mean);
    }
}

kl_status kl_stats_jackknife(const double *y, int n, int m, kl_stats_function f,
                             const void *context, kl_estimate *out, kl_error *err)
{
    double *whole, standard_error;
    kl_estimate mean;
    *out = (kl_estimate){NAN, NAN, NAN};
    if (n < 1)
        return KL_OK;
    KL_TRY(kl_alloc((size_t)(2 * m + n), sizeof *whole, "jackknife", &whole, err));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            whole[j] += y[i * m + j] / n;
    out->value = f(context, whole);
    if (n >= 3 && !isnan(out->value)) {
        leave_out(y, n, m, f, context, whole, whole + m, whole + 2 * m);
        kl_stats_mean(whole + 2 * m, n, &mean, &standard_error);
        const double half = kl_stats_student(n - 1) * (n - 1) * standard_error;
        out->low = out->value - half;
        out->high = out->value + half;
    }
    free(whole);
    return KL_OK;
}
