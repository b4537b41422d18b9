/* The jackknife's interval of a function of several means: B. Efron and C. Stein, Ann. Statist. 9
 * (1981) 586. Local. */
#include "statistics/cursor.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* f without each row, into without[n]. */
static void leave_out(const kl_stats_rows *rows, kl_cursor *cursor, kl_stats_function f,
                      const void *context, const double *whole, double *mean, double *without)
{
    for (int i = 0; i < rows->n; i++) {
        const double *row = kl_cursor_row(cursor, i);
        for (int j = 0; j < rows->m; j++)
            mean[j] = whole[j] + (whole[j] - row[j]) / (rows->n - 1);
        without[i] = f(context, mean);
    }
}

static void estimate(const kl_stats_rows *rows, kl_cursor *cursor, kl_stats_function f,
                     const void *context, double *whole, kl_estimate *out)
{
    const int n = rows->n, m = rows->m;
    double standard_error;
    kl_estimate mean;
    for (int i = 0; i < n; i++) {
        const double *row = kl_cursor_row(cursor, i);
        for (int j = 0; j < m; j++)
            whole[j] += row[j] / n;
    }
    out->value = f(context, whole);
    if (n < 3 || isnan(out->value))
        return;
    leave_out(rows, cursor, f, context, whole, whole + m, whole + 2 * (size_t)m);
    kl_stats_mean(whole + 2 * (size_t)m, n, &mean, &standard_error);
    const double half = kl_stats_student(n - 1) * (n - 1) * standard_error;
    out->low = out->value - half;
    out->high = out->value + half;
}

kl_status kl_stats_jackknife(const kl_stats_rows *rows, kl_stats_function f, const void *context,
                             kl_estimate *out, kl_error *err)
{
    const size_t n = (size_t)rows->n, m = (size_t)rows->m;
    double *whole = NULL;
    kl_cursor cursor = {0};
    *out = (kl_estimate){NAN, NAN, NAN};
    if (rows->n < 1)
        return KL_OK;
    kl_status status = kl_alloc(2 * m + n, sizeof *whole, "jackknife", &whole, err);
    if (status == KL_OK)
        status = kl_cursor_create(rows, &cursor, err);
    if (status == KL_OK)
        estimate(rows, &cursor, f, context, whole, out);
    kl_cursor_destroy(&cursor);
    free(whole);
    return status;
}
