#include "summary/rows.h"

#include "base/memory.h"
#include "base/xxh64.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

kl_row kl_row_blank(int point, double time, const kl_quantity *q, const char *statistic,
                    double order, int n)
{
    kl_row row = {.point = point, .time = time, .order = order, .realizations = n};
    for (int c = 0; c < KL_MOST_COLUMNS; c++)
        row.parameter[c] = NAN;
    if (q) {
        memcpy(row.observable, q->observable, sizeof row.observable);
        memcpy(row.part, q->part, sizeof row.part);
    }
    snprintf(row.statistic, sizeof row.statistic, "%s", statistic);
    return row;
}

kl_row kl_row_of_series(const kl_study *study, int series, double time, const kl_quantity *q,
                        const char *statistic, double order)
{
    kl_row row = kl_row_blank(-1, time, q, statistic, order, 0);
    const int n = study->description->points.ncolumns;
    memcpy(row.parameter, study->sets.series_parameter + series * n,
           (size_t)n * sizeof *row.parameter);
    return row;
}

kl_status kl_rows_add(kl_rows *rows, kl_row row, kl_estimate e, kl_error *err)
{
    kl_results *r = rows->results;
    if (r->nrows == rows->room) {
        rows->room = 2 * rows->room + 256;
        kl_row *longer = realloc(r->row, (size_t)rows->room * sizeof *longer);
        if (!longer)
            return kl_fail(err, KL_ENVIRONMENT, "summary: no memory for %d rows", rows->room);
        r->row = longer;
    }
    row.value = e.value;
    row.low = e.low;
    row.high = e.high;
    r->row[r->nrows++] = row;
    return KL_OK;
}

kl_status kl_rows_add_exact(kl_rows *rows, kl_row row, double value, kl_error *err)
{
    return kl_rows_add(rows, row, (kl_estimate){value, value, value}, err);
}

/* ---- samples ---- */

int kl_rows_block(const kl_results *r)
{
    return r->block > r->members ? r->block : r->members;
}

/* Block b of a point is whole. */
static bool has_block(const kl_results *r, int p, int64_t b)
{
    const int block = kl_rows_block(r);
    const uint8_t *done = r->done + (int64_t)p * r->nrealizations + b * block;
    for (int m = 0; m < block; m++)
        if (!done[m])
            return false;
    return true;
}

int kl_rows_count(const kl_results *r, int p)
{
    const int block = kl_rows_block(r);
    int n = 0;
    for (int64_t b = 0; b < r->nrealizations / block; b++)
        n += has_block(r, p, b) ? block : 0;
    return n;
}

int kl_rows_gather(const kl_results *r, int p, int it, int q, double *y)
{
    const int block = kl_rows_block(r);
    int n = 0;
    for (int64_t b = 0; b < r->nrealizations / block; b++) {
        for (int m = 0; m < block && has_block(r, p, b); m++)
            y[n++] = kl_results_sample(r, p, b * block + m)[it * r->nquantities + q];
        kl_results_passed(r, b * block, (b + 1) * block);
    }
    return n;
}

int kl_rows_gather_independent(const kl_results *r, int p, int it, int q, double *y)
{
    const int block = kl_rows_block(r), n = kl_rows_gather(r, p, it, q, y) / block;
    for (int b = 0; block > 1 && b < n; b++) {
        double sum = 0;
        for (int m = 0; m < block; m++)
            sum += y[(int64_t)b * block + m];
        y[b] = sum / block;
    }
    return n;
}

kl_status kl_rows_list(const kl_results *r, int p, kl_sample_list *out, kl_error *err)
{
    const int64_t blocks = r->nrealizations / kl_rows_block(r);
    *out = (kl_sample_list){.results = r, .point = p};
    KL_TRY(kl_alloc((size_t)blocks, sizeof *out->block, "summary", &out->block, err));
    for (int64_t b = 0; b < blocks; b++)
        if (has_block(r, p, b))
            out->block[out->n++] = (int)b;
    return KL_OK;
}

/* As kl_rows_gather_independent() does, to the bit. */
static void get_rows(const void *context, int first, int count, double *y)
{
    const kl_sample_list *list = context;
    const kl_results *r = list->results;
    const int m = r->ntimes * r->nquantities, block = kl_rows_block(r);
    for (int i = 0; i < count; i++, y += m) {
        const int64_t from = (int64_t)list->block[first + i] * block;
        memcpy(y, kl_results_sample(r, list->point, from), (size_t)m * sizeof *y);
        for (int j = 0; block > 1 && j < m; j++) {
            double sum = 0;
            for (int k = 0; k < block; k++)
                sum += kl_results_sample(r, list->point, from + k)[j];
            y[j] = sum / block;
        }
        kl_results_passed(r, from, from + block);
    }
}

kl_stats_rows kl_rows_independent(const kl_sample_list *list)
{
    return (kl_stats_rows){.n = list->n,
                           .m = list->results->ntimes * list->results->nquantities,
                           .get = get_rows,
                           .context = list};
}

uint64_t kl_rows_key(const kl_study *study, int point, const char *statistic,
                     const char *observable, const char *part, double station, double order)
{
    struct {
        uint64_t point;
        double station, order;
        char text[4 * KL_NAME];
    } number;
    memset(&number, 0, sizeof number);
    number.point = kl_points_key(&study->description->points, point);
    number.station = isnan(station) ? 0 : station;
    number.order = order;
    snprintf(number.text, sizeof number.text, "%s,%s,%s", statistic, observable, part);
    return kl_xxh64(&number, sizeof number);
}

/* ---- tables ---- */

kl_status kl_table_agree(const kl_table *t, kl_status status, kl_error *err)
{
    return t->ranks > 1 ? kl_agree(t->comm, status, err) : status;
}

int kl_table_statistics(const kl_table *t)
{
    return 1 + 2 * t->r->norders + t->r->nlimits * (1 + t->r->norders);
}

kl_estimate *kl_table_estimate(const kl_table *t, int statistic, int p, int it, int q)
{
    const kl_results *r = t->r;
    const size_t at = (size_t)statistic * (size_t)r->npoints + (size_t)p;
    return &t->estimate[(at * (size_t)r->ntimes + (size_t)it) * (size_t)r->nquantities + (size_t)q];
}

kl_estimate *kl_table_mean(const kl_table *t, int p, int it, int q)
{
    return kl_table_estimate(t, kl_table_statistics(t), p, it, q);
}

kl_estimate *kl_table_derived(const kl_table *t, int derived, int p, int it)
{
    const size_t at = (size_t)derived * (size_t)t->r->npoints + (size_t)p;
    return &t->derived[at * (size_t)t->r->ntimes + (size_t)it];
}

int kl_table_bias(const kl_table *t, int limit)
{
    return &t->r->limit[limit] == t->reference ? 0 : 1 + 2 * t->r->norders + limit;
}

int kl_table_excess(const kl_table *t, int limit, int o)
{
    return 1 + 2 * t->r->norders + t->r->nlimits + limit * t->r->norders + o;
}

double kl_table_accuracy(const kl_table *t, int p, int it, int q)
{
    const kl_system *system = t->study->system;
    return system->accuracy ? system->accuracy(t->study->self, p, it, q) : 0;
}

kl_estimate kl_table_limit(const kl_table *t, const kl_limit_data *limit, int p, int it, int q)
{
    if (!limit)
        return (kl_estimate){NAN, NAN, NAN};
    const size_t at = kl_results_at(t->r, p, it, q);
    return (kl_estimate){limit->value[at], limit->value[at] - limit->error[at],
                         limit->value[at] + limit->error[at]};
}
