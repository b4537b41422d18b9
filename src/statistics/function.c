/* A function of several means and its BCa bootstrap interval: whole realizations
 * are drawn, so correlations between the means are kept. The acceleration comes
 * from the jackknife, a = sum d^3 / (6 (sum d^2)^(3/2)), d_i = mean f - f without
 * row i: B. Efron, J. Amer. Statist. Assoc. 82 (1987) 171.
 *
 * The means of resamples are summed in blocks of columns, each of them over the rows in the order
 * in which they are drawn: the same bits for any blocks. Local.
 */
#include "statistics/probability.h"
#include "statistics/cursor.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1 << 28 }; /* bytes of the columns that are held in memory */

/* ---- of all rows ---- */

static void sum_all(const kl_stats_rows *rows, kl_cursor *cursor, double *mean)
{
    for (int j = 0; j < rows->m; j++)
        mean[j] = 0;
    for (int i = 0; i < rows->n; i++) {
        const double *row = kl_cursor_row(cursor, i);
        for (int j = 0; j < rows->m; j++)
            mean[j] += row[j];
    }
    for (int j = 0; j < rows->m; j++)
        mean[j] /= rows->n;
}

/* From the means of all rows; NAN if f has no value without some row. mean[m] and without[n] are
 * scratch. */
static double acceleration(const kl_stats_rows *rows, kl_cursor *cursor, kl_stats_function f,
                           const void *context, const double *whole, double *mean, double *without)
{
    const int n = rows->n;
    double sum = 0, square = 0, cube = 0;
    for (int i = 0; i < n; i++) {
        const double *row = kl_cursor_row(cursor, i);
        for (int j = 0; j < rows->m; j++)
            mean[j] = whole[j] + (whole[j] - row[j]) / (n - 1);
        without[i] = f(context, mean);
        sum += without[i] / n;
    }
    for (int i = 0; i < n; i++) {
        const double d = sum - without[i];
        square += d * d;
        cube += d * d * d;
    }
    if (square <= n * (1e-14 * sum) * (1e-14 * sum)) /* rounding alone */
        return 0;
    return cube / (6 * square * sqrt(square));
}

kl_status kl_stats_whole(const kl_stats_rows *rows, kl_stats_function f, const void *context,
                         double out[2], kl_error *err)
{
    const size_t n = (size_t)rows->n, m = (size_t)rows->m;
    double *whole = NULL;
    kl_cursor cursor = {0};
    out[0] = out[1] = NAN;
    kl_status status = kl_alloc(2 * m + n, sizeof *whole, "bootstrap resamples", &whole, err);
    if (status == KL_OK)
        status = kl_cursor_create(rows, &cursor, err);
    if (status == KL_OK && n > 0) {
        sum_all(rows, &cursor, whole);
        out[0] = f(context, whole);
        if (!isnan(out[0]) && n >= 3)
            out[1] = acceleration(rows, &cursor, f, context, whole, whole + m, whole + 2 * m);
    }
    kl_cursor_destroy(&cursor);
    free(whole);
    return status;
}

/* ---- of resamples ---- */

typedef struct resampling {
    const kl_stats_rows *rows;
    uint64_t key;
    int first, end; /* resamples */
    int columns;    /* of a block */
    double *mean;   /* [end - first][m] */
    double *block;  /* [n][columns]; not owned where all rows are in memory */
    int *index;     /* [n] */
} resampling;

/* Columns from..from+count-1 into the block, its rows `count` long. */
static void load(const resampling *r, kl_cursor *cursor, int from, int count)
{
    for (int i = 0; i < r->rows->n; i++)
        memcpy(r->block + (size_t)i * (size_t)count, kl_cursor_row(cursor, i) + from,
               (size_t)count * sizeof *r->block);
}

static void sum_block(const resampling *r, const double *block, int from, int count)
{
    const int n = r->rows->n;
    for (int b = r->first; b < r->end; b++) {
        double *mean = r->mean + (size_t)(b - r->first) * (size_t)r->rows->m + from;
        kl_bootstrap_resample(r->key, (uint32_t)b, n, r->index);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < count; j++)
                mean[j] += block[(size_t)r->index[i] * (size_t)count + (size_t)j];
        for (int j = 0; j < count; j++)
            mean[j] /= n;
    }
}

static kl_status create(resampling *r, kl_cursor *cursor, kl_error *err)
{
    const size_t n = (size_t)r->rows->n, m = (size_t)r->rows->m;
    const size_t most = BLOCK / sizeof(double) / n;
    r->columns = most < m ? (int)(most > 0 ? most : 1) : (int)m;
    KL_TRY(kl_cursor_create(r->rows, cursor, err));
    KL_TRY(kl_alloc(n, sizeof *r->index, "bootstrap resamples", &r->index, err));
    KL_TRY(kl_alloc((size_t)(r->end - r->first) * m, sizeof *r->mean, "bootstrap resamples",
                    &r->mean, err));
    return r->rows->y ? KL_OK
                      : kl_alloc(n * (size_t)r->columns, sizeof *r->block, "bootstrap resamples",
                                 &r->block, err);
}

kl_status kl_stats_resample(const kl_stats_rows *rows, kl_stats_function f, const void *context,
                            uint64_t key, int first, int end, double *replicate, kl_error *err)
{
    resampling r = {.rows = rows, .key = key, .first = first, .end = end};
    kl_cursor cursor = {0};
    if (rows->n < 1 || first >= end)
        return KL_OK;
    const kl_status status = create(&r, &cursor, err);
    if (status == KL_OK && rows->y)
        sum_block(&r, rows->y, 0, rows->m);
    for (int from = 0; status == KL_OK && !rows->y && from < rows->m; from += r.columns) {
        const int count = rows->m - from < r.columns ? rows->m - from : r.columns;
        load(&r, &cursor, from, count);
        sum_block(&r, r.block, from, count);
    }
    for (int b = first; status == KL_OK && b < end; b++)
        replicate[b - first] = f(context, r.mean + (size_t)(b - first) * (size_t)rows->m);
    kl_cursor_destroy(&cursor);
    free(r.mean);
    free(r.block);
    free(r.index);
    return status;
}

kl_estimate kl_stats_of_resamples(const double whole[2], double *replicate)
{
    kl_estimate e = {whole[0], NAN, NAN};
    if (isnan(whole[0]) || isnan(whole[1]))
        return e;
    for (int b = 0; b < KL_STATS_RESAMPLES; b++)
        if (isnan(replicate[b]))
            return e;
    kl_bootstrap_bca(e.value, replicate, KL_STATS_RESAMPLES, whole[1], &e.low, &e.high);
    return e;
}

kl_status kl_stats_function_of_means(const double *y, int n, int m, kl_stats_function f,
                                     const void *context, uint64_t key, kl_estimate *out,
                                     kl_error *err)
{
    const kl_stats_rows rows = {.n = n, .m = m, .y = y};
    double whole[2], replicate[KL_STATS_RESAMPLES];
    *out = (kl_estimate){NAN, NAN, NAN};
    KL_TRY(kl_stats_whole(&rows, f, context, whole, err));
    if (!isnan(whole[1]))
        KL_TRY(kl_stats_resample(&rows, f, context, key, 0, KL_STATS_RESAMPLES, replicate, err));
    *out = kl_stats_of_resamples(whole, replicate);
    return KL_OK;
}
