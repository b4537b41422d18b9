/* The rows of `kinlim export`: statistics of the samples, the reference beside
 * them, rates in the small parameter (docs/statistics.md).
 */
#include "study/study_private.h"

#include "base/memory.h"
#include "statistics/statistics.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct table {
    kl_results *r;
    int room;
    double *y;                 /* samples of one number, done realizations in order */
    kl_estimate *estimate;     /* [statistics][npoints][ntimes][nquantities], for the rates */
    int *count;                /* [npoints]: finished realizations */
} table;

/* Statistics that get a rate: bias, then both kinds of moments by order. */
static int rated(const kl_results *r)
{
    return 1 + 2 * r->norders;
}

static kl_estimate *estimate_at(const table *t, int statistic, int p, int it, int q)
{
    const kl_results *r = t->r;
    return &t->estimate[((statistic * r->npoints + p) * r->ntimes + it) * r->nquantities + q];
}

static kl_status add_row(table *t, kl_row row, kl_error *err)
{
    kl_results *r = t->r;
    if (r->nrows == t->room) {
        t->room = 2 * t->room + 256;
        kl_row *longer = realloc(r->row, (size_t)t->room * sizeof *longer);
        if (!longer)
            return kl_fail(err, KL_ENVIRONMENT, "summary: no memory for %d rows", t->room);
        r->row = longer;
    }
    r->row[r->nrows++] = row;
    return KL_OK;
}

static kl_row blank(int point, double time, const kl_quantity *q, const char *statistic, double order,
                    int n)
{
    kl_row row = {.point = point, .time = time, .order = order, .realizations = n};
    if (q) {
        memcpy(row.observable, q->observable, sizeof row.observable);
        memcpy(row.part, q->part, sizeof row.part);
    }
    snprintf(row.statistic, sizeof row.statistic, "%s", statistic);
    return row;
}

static kl_status add(table *t, kl_row row, kl_estimate e, kl_error *err)
{
    row.value = e.value;
    row.low = e.low;
    row.high = e.high;
    return add_row(t, row, err);
}

static int gather(const table *t, int p, int it, int q)
{
    const kl_results *r = t->r;
    int n = 0;
    for (int k = 0; k < r->nrealizations; k++) {
        const size_t at = (size_t)p * (size_t)r->nrealizations + (size_t)k;
        if (r->done[at])
            t->y[n++] = r->sample[(at * (size_t)r->ntimes + (size_t)it) * (size_t)r->nquantities +
                                  (size_t)q];
    }
    return n;
}

/* The bootstrap's key: which number this is, nothing else. */
static uint64_t key_of(const kl_results *r, int p, int it, int q, int statistic)
{
    uint64_t key = (uint64_t)p;
    key = key * (uint64_t)r->ntimes + (uint64_t)it;
    key = key * (uint64_t)r->nquantities + (uint64_t)q;
    return key * 256 + (uint64_t)statistic;
}

static kl_status add_moments(table *t, int p, int it, int q, int n, double reference, kl_error *err)
{
    const kl_results *r = t->r;
    const double time = r->time[it];
    for (int kind = 0; kind < 2; kind++)
        for (int o = 0; o < r->norders; o++) {
            const int statistic = 1 + kind * r->norders + o;
            kl_estimate *e = estimate_at(t, statistic, p, it, q);
            const uint64_t key = key_of(r, p, it, q, statistic);
            if (kind == 1 && isnan(reference))
                continue;
            if (kind == 0)
                KL_TRY(kl_stats_central_moment(t->y, n, r->order[o], key, e, err));
            else
                KL_TRY(kl_stats_moment_about(t->y, n, reference, r->order[o], key, e, err));
            const char *name = kind ? "deviation_moment" : "central_moment";
            KL_TRY(add(t, blank(p, time, &r->quantity[q], name, r->order[o], n), *e, err));
        }
    return KL_OK;
}

static kl_status add_number(table *t, int p, int it, int q, kl_error *err)
{
    const kl_results *r = t->r;
    const kl_quantity *name = &r->quantity[q];
    const size_t at = (size_t)((p * r->ntimes + it) * r->nquantities + q);
    const double time = r->time[it], reference = r->reference[at], slack = r->reference_error[at];
    const int n = gather(t, p, it, q);
    kl_estimate mean, *bias = estimate_at(t, 0, p, it, q);
    double standard_error;
    t->count[p] = n;
    if (n > 0) {
        kl_stats_mean(t->y, n, &mean, &standard_error);
        KL_TRY(add(t, blank(p, time, name, "mean", 1, n), mean, err));
        KL_TRY(add(t, blank(p, time, name, "standard_error", 1, n),
                   (kl_estimate){standard_error, standard_error, standard_error}, err));
    }
    if (!isnan(reference)) {
        KL_TRY(add(t, blank(p, time, name, "reference", 1, n),
                   (kl_estimate){reference, reference - slack, reference + slack}, err));
        if (n > 0) {
            *bias = (kl_estimate){mean.value - reference, mean.low - reference - slack,
                                  mean.high - reference + slack};
            KL_TRY(add(t, blank(p, time, name, "bias", 1, n), *bias, err));
        }
    }
    return n > 0 ? add_moments(t, p, it, q, n, reference, err) : KL_OK;
}

/* The worst case of each check over realizations and times. */
static kl_status add_checks(table *t, int p, kl_error *err)
{
    const kl_results *r = t->r;
    for (int c = 0; c < r->nchecks; c++) {
        double worst = NAN;
        for (int k = 0; k < r->nrealizations; k++)
            for (int it = 0; it < r->ntimes; it++) {
                double v = r->check_value[((p * (size_t)r->nrealizations + (size_t)k) *
                                               (size_t)r->ntimes + (size_t)it) * (size_t)r->nchecks +
                                          (size_t)c];
                if (!isnan(v) && !(v <= worst))
                    worst = v;
            }
        if (!isnan(worst))
            KL_TRY(add(t, blank(p, NAN, NULL, r->check[c], 1, t->count[p]),
                       (kl_estimate){worst, worst, worst}, err));
    }
    return KL_OK;
}

static kl_status add_rate(table *t, int series, int it, int q, int statistic, double *x,
                          kl_estimate *e, kl_error *err)
{
    const kl_results *r = t->r;
    int n = 0, least = INT32_MAX;
    for (int p = 0; p < r->npoints; p++) {
        const kl_estimate *value = estimate_at(t, statistic, p, it, q);
        if (r->series[p] != series || isnan(value->value) || isnan(value->low) || isnan(value->high))
            continue;
        x[n] = r->point[p * r->ncolumns + r->small];
        e[n++] = *value;
        least = t->count[p] < least ? t->count[p] : least;
    }
    kl_estimate exponent;
    if (n < 2 || !kl_stats_fit_rate(x, e, n, statistic > 0, &exponent, NULL))
        return KL_OK;
    const int o = statistic > 0 ? (statistic - 1) % r->norders : 0;
    const char *name = statistic == 0                ? "rate:bias"
                       : statistic <= r->norders ? "rate:central_moment"
                                                     : "rate:deviation_moment";
    kl_row row = blank(-1, r->time[it], &r->quantity[q], name, statistic ? r->order[o] : 1, least);
    return add(t, row, exponent, err);
}

/* Rates over the points of the last series: with several boxes, the last box. */
static kl_status add_rates(table *t, kl_error *err)
{
    const kl_results *r = t->r;
    int series = 0;
    double *x = NULL;
    kl_estimate *e = NULL;
    kl_status status = kl_alloc((size_t)r->npoints, sizeof *x, "rates", &x, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)r->npoints, sizeof *e, "rates", &e, err);
    for (int p = 0; p < r->npoints; p++)
        series = r->series[p] > series ? r->series[p] : series;
    for (int it = 0; it < r->ntimes; it++)
        for (int q = 0; q < r->nquantities; q++)
            for (int s = 0; status == KL_OK && s < rated(r); s++)
                status = add_rate(t, series, it, q, s, x, e, err);
    free(x);
    free(e);
    return status;
}

static kl_status fill(table *t, kl_error *err)
{
    const kl_results *r = t->r;
    const size_t n = (size_t)(rated(r) * r->npoints * r->ntimes * r->nquantities);
    KL_TRY(kl_alloc((size_t)r->nrealizations, sizeof *t->y, "summary", &t->y, err));
    KL_TRY(kl_alloc((size_t)r->npoints, sizeof *t->count, "summary", &t->count, err));
    KL_TRY(kl_alloc(n, sizeof *t->estimate, "summary", &t->estimate, err));
    for (size_t i = 0; i < n; i++)
        t->estimate[i] = (kl_estimate){NAN, NAN, NAN};
    for (int p = 0; p < r->npoints; p++) {
        for (int it = 0; it < r->ntimes; it++)
            for (int q = 0; q < r->nquantities; q++)
                KL_TRY(add_number(t, p, it, q, err));
        KL_TRY(add_checks(t, p, err));
    }
    return r->small >= 0 ? add_rates(t, err) : KL_OK;
}

kl_status kl_summarise(kl_results *results, kl_error *err)
{
    table t = {.r = results};
    free(results->row);
    results->row = NULL;
    results->nrows = 0;
    kl_status status = fill(&t, err);
    free(t.y);
    free(t.count);
    free(t.estimate);
    return status;
}
