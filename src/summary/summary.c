/* The rows of `kinlim export`: statistics of the samples, the reference beside
 * them, rates in the small parameter (docs/statistics.md).
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct table {
    const kl_study *study;
    kl_results *r;
    kl_rows rows;
    double *y;             /* samples of one number, done realizations in order */
    kl_estimate *estimate; /* [statistics][npoints][ntimes][nquantities], for the rates */
    kl_estimate *derived;  /* [derived statistics][npoints], likewise */
    int *count;            /* [npoints]: finished realizations */
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
    const int n = study->about->ncolumns;
    memcpy(row.parameter, study->about->series_parameter + series * n,
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

static kl_status add(table *t, kl_row row, kl_estimate e, kl_error *err)
{
    return kl_rows_add(&t->rows, row, e, err);
}

int kl_rows_gather(const kl_results *r, int p, int it, int q, double *y)
{
    int n = 0;
    for (int k = 0; k < r->nrealizations; k++)
        if (r->done[(size_t)p * (size_t)r->nrealizations + (size_t)k])
            y[n++] = kl_results_sample(r, p, k)[it * r->nquantities + q];
    return n;
}

/* The bootstrap's key of a derived statistic: which number this is, nothing else. */
static uint64_t key_of(const kl_results *r, int p, int derived)
{
    return (uint64_t)p * (uint64_t)r->ntimes * (uint64_t)r->nquantities * 256 + (uint64_t)derived;
}

static kl_status add_moments(table *t, int p, int it, int q, int n, double reference, kl_error *err)
{
    const kl_results *r = t->r;
    const double time = r->time[it];
    for (int kind = 0; kind < 2; kind++)
        for (int o = 0; o < r->norders; o++) {
            const int statistic = 1 + kind * r->norders + o;
            kl_estimate *e = estimate_at(t, statistic, p, it, q);
            if (kind == 1 && isnan(reference))
                continue;
            if (kind == 0)
                KL_TRY(kl_stats_central_moment(t->y, n, r->order[o], e, err));
            else
                KL_TRY(kl_stats_moment_about(t->y, n, reference, r->order[o], e, err));
            const char *name = kind ? "deviation_moment" : "central_moment";
            KL_TRY(add(t, kl_row_blank(p, time, &r->quantity[q], name, r->order[o], n), *e, err));
        }
    return KL_OK;
}

static kl_status add_chances(table *t, int p, int it, int q, int n, double reference, kl_error *err)
{
    const kl_results *r = t->r;
    kl_estimate *moment;
    KL_TRY(kl_alloc((size_t)r->norders, sizeof *moment, "summary", &moment, err));
    for (int o = 0; o < r->norders; o++)
        moment[o] = *estimate_at(t, 1 + r->norders + o, p, it, q);
    const kl_row row = kl_row_blank(p, r->time[it], &r->quantity[q], "", 1, n);
    const kl_status status =
        kl_moments_chances(t->study, &t->rows, row, t->y, n, reference, moment, err);
    free(moment);
    return status;
}

/* The limit in infinite space, what the mean misses of it, and what the box does. */
static kl_status add_infinite(table *t, int p, int it, int q, int n, const kl_estimate *mean,
                              kl_error *err)
{
    const kl_results *r = t->r;
    const size_t at = kl_results_limit(r, p, it, q);
    const double limit = r->infinite[at], slack = r->infinite_error[at];
    const double effect = r->reference[at] - limit, both = slack + r->reference_error[at];
    const kl_row row = kl_row_blank(p, r->time[it], &r->quantity[q], "infinite_reference", 1, n);
    kl_row next = row;
    KL_TRY(add(t, row, (kl_estimate){limit, limit - slack, limit + slack}, err));
    snprintf(next.statistic, sizeof next.statistic, "infinite_bias");
    if (n > 0)
        KL_TRY(add(t, next,
                   (kl_estimate){mean->value - limit, mean->low - limit - slack,
                                 mean->high - limit + slack},
                   err));
    snprintf(next.statistic, sizeof next.statistic, "box_effect");
    return isnan(effect) ? KL_OK
                         : add(t, next, (kl_estimate){effect, effect - both, effect + both}, err);
}

static kl_status add_number(table *t, int p, int it, int q, kl_error *err)
{
    const kl_results *r = t->r;
    const kl_quantity *name = &r->quantity[q];
    const size_t at = kl_results_limit(r, p, it, q);
    const double time = r->time[it], reference = r->reference[at], slack = r->reference_error[at];
    const int n = kl_rows_gather(r, p, it, q, t->y);
    kl_estimate mean, *bias = estimate_at(t, 0, p, it, q);
    double standard_error;
    t->count[p] = n;
    if (n > 0) {
        kl_stats_mean(t->y, n, &mean, &standard_error);
        KL_TRY(add(t, kl_row_blank(p, time, name, "mean", 1, n), mean, err));
        KL_TRY(add(t, kl_row_blank(p, time, name, "standard_error", 1, n),
                   (kl_estimate){standard_error, standard_error, standard_error}, err));
    }
    if (!isnan(reference)) {
        KL_TRY(add(t, kl_row_blank(p, time, name, "reference", 1, n),
                   (kl_estimate){reference, reference - slack, reference + slack}, err));
        if (n > 0) {
            *bias = (kl_estimate){mean.value - reference, mean.low - reference - slack,
                                  mean.high - reference + slack};
            KL_TRY(add(t, kl_row_blank(p, time, name, "bias", 1, n), *bias, err));
        }
    }
    if (!isnan(r->infinite[at]))
        KL_TRY(add_infinite(t, p, it, q, n, &mean, err));
    if (n > 0)
        KL_TRY(add_moments(t, p, it, q, n, reference, err));
    return n > 0 && !isnan(reference) ? add_chances(t, p, it, q, n, reference, err) : KL_OK;
}

/* The worst case of each check over realizations and times. */
static kl_status add_checks(table *t, int p, kl_error *err)
{
    const kl_results *r = t->r;
    for (int c = 0; c < r->nchecks; c++) {
        double worst = NAN;
        for (int k = 0; k < r->nrealizations; k++)
            for (int it = 0; it < r->ntimes; it++) {
                double v =
                    r->check_value[((p * (size_t)r->nrealizations + (size_t)k) * (size_t)r->ntimes +
                                    (size_t)it) *
                                       (size_t)r->nchecks +
                                   (size_t)c];
                if (!isnan(v) && !(v <= worst))
                    worst = v;
            }
        if (!isnan(worst))
            KL_TRY(add(t, kl_row_blank(p, NAN, NULL, r->check[c], 1, t->count[p]),
                       (kl_estimate){worst, worst, worst}, err));
    }
    return KL_OK;
}

/* ---- derived statistics ---- */

static int derived_count(const table *t)
{
    const kl_derived *d = t->study->system->derived;
    int n = 0;
    while (d && d[n].name)
        n++;
    return n;
}

typedef struct derived_at {
    const kl_derived *derived;
    const void *self;
    int point;
} derived_at;

static double derived_value(const void *context, const double *mean)
{
    const derived_at *d = context;
    return d->derived->value(d->self, d->point, mean);
}

static kl_quantity quantity_of(const kl_derived *derived)
{
    kl_quantity q = {.part = "re"};
    snprintf(q.observable, sizeof q.observable, "%s", derived->observable);
    return q;
}

static kl_status add_derived(table *t, int p, int d, const double *y, int n, kl_error *err)
{
    const kl_results *r = t->r;
    const derived_at at = {&t->study->system->derived[d], t->study->self, p};
    const kl_quantity q = quantity_of(at.derived);
    const int m = r->ntimes * r->nquantities;
    kl_estimate *e = &t->derived[d * r->npoints + p];
    char name[KL_NAME];
    KL_TRY(kl_stats_function_of_means(y, n, m, derived_value, &at, ~key_of(r, p, d), e, err));
    if (n > 0)
        KL_TRY(add(t, kl_row_blank(p, NAN, &q, at.derived->name, 1, n), *e, err));
    const double limit = derived_value(&at, r->reference + (size_t)p * (size_t)m);
    if (isnan(limit))
        return KL_OK;
    snprintf(name, sizeof name, "reference:%.50s", at.derived->name);
    return add(t, kl_row_blank(p, NAN, &q, name, 1, n), (kl_estimate){limit, limit, limit}, err);
}

/* All derived statistics of a point, from its finished realizations. */
static kl_status add_all_derived(table *t, int p, kl_error *err)
{
    const kl_results *r = t->r;
    const size_t m = (size_t)(r->ntimes * r->nquantities);
    const int count = derived_count(t);
    double *y;
    int n = 0;
    if (count == 0)
        return KL_OK;
    KL_TRY(kl_alloc((size_t)t->count[p] * m, sizeof *y, "summary", &y, err));
    for (int k = 0; k < r->nrealizations; k++)
        if (r->done[(size_t)p * (size_t)r->nrealizations + (size_t)k])
            memcpy(y + m * (size_t)n++, kl_results_sample(r, p, k), m * sizeof *y);
    kl_status status = KL_OK;
    for (int d = 0; status == KL_OK && d < count; d++)
        status = add_derived(t, p, d, y, n, err);
    free(y);
    return status;
}

/* ---- rates ---- */

typedef struct rate_fit {
    const kl_estimate *value; /* of point 0; those of point p: value[p * stride] */
    size_t stride;
    bool positive; /* by nature */
    int series;
    double *x;      /* [npoints] scratch */
    kl_estimate *e; /* [npoints] scratch */
} rate_fit;

/* A bias without an exponent: no |bias| of the series is above the bound, each with 95%. */
static kl_status add_bound(table *t, const rate_fit *rate, int n, kl_row row, kl_error *err)
{
    double bound = 0;
    for (int i = 0; i < n; i++)
        bound = fmax(bound, fmax(-rate->e[i].low, rate->e[i].high));
    snprintf(row.statistic, sizeof row.statistic, "rate_bound:bias");
    return add(t, row, (kl_estimate){bound, 0, bound}, err);
}

/* Fits and completes the row `rate:NAME`, or a bound where a bias has no exponent; with more than
 * two points `rate_chi2:NAME`, the reduced chi2 of the fit. */
static kl_status add_rate(table *t, const rate_fit *rate, kl_row row, kl_error *err)
{
    const kl_results *r = t->r;
    int n = 0;
    row.realizations = INT32_MAX;
    for (int p = 0; p < r->npoints; p++) {
        const kl_estimate *value = rate->value + (size_t)p * rate->stride;
        if (r->series[p] != rate->series || isnan(value->value) || isnan(value->low) ||
            isnan(value->high))
            continue;
        rate->x[n] = r->point[p * r->ncolumns + r->small];
        rate->e[n++] = *value;
        row.realizations = t->count[p] < row.realizations ? t->count[p] : row.realizations;
    }
    kl_estimate exponent;
    double chi2;
    if (n < 2)
        return KL_OK;
    if (kl_stats_fit_rate(rate->x, rate->e, n, rate->positive, &exponent, &chi2))
        KL_TRY(add(t, row, exponent, err));
    else if (!rate->positive)
        KL_TRY(add_bound(t, rate, n, row, err));
    const char *name = strchr(row.statistic, ':') + 1;
    kl_row quality = row;
    snprintf(quality.statistic, sizeof quality.statistic, "rate_chi2:%.50s", name);
    return isnan(chi2) ? KL_OK : add(t, quality, (kl_estimate){chi2, chi2, chi2}, err);
}

static kl_status add_number_rates(table *t, int it, int q, rate_fit *rate, kl_error *err)
{
    const kl_results *r = t->r;
    rate->stride = (size_t)(r->ntimes * r->nquantities);
    for (int s = 0; s < rated(r); s++) {
        const char *name = s == 0            ? "rate:bias"
                           : s <= r->norders ? "rate:central_moment"
                                             : "rate:deviation_moment";
        const double order = s ? r->order[(s - 1) % r->norders] : 1;
        rate->value = estimate_at(t, s, 0, it, q);
        rate->positive = s > 0;
        KL_TRY(add_rate(
            t, rate,
            kl_row_of_series(t->study, rate->series, r->time[it], &r->quantity[q], name, order),
            err));
    }
    return KL_OK;
}

static kl_status add_derived_rates(table *t, rate_fit *rate, kl_error *err)
{
    rate->stride = 1;
    rate->positive = true;
    for (int d = 0; d < derived_count(t); d++) {
        const kl_derived *derived = &t->study->system->derived[d];
        const kl_quantity q = quantity_of(derived);
        const double proven = derived->proven ? derived->proven(t->study->self) : NAN;
        char name[KL_NAME];
        snprintf(name, sizeof name, "rate:%.50s", derived->name);
        rate->value = t->derived + d * t->r->npoints;
        KL_TRY(add_rate(t, rate, kl_row_of_series(t->study, rate->series, NAN, &q, name, 1), err));
        snprintf(name, sizeof name, "proven_rate:%.50s", derived->name);
        if (!isnan(proven))
            KL_TRY(add(t, kl_row_of_series(t->study, rate->series, NAN, &q, name, 1),
                       (kl_estimate){proven, proven, proven}, err));
    }
    return KL_OK;
}

/* Rates of every series of points. */
static kl_status add_rates(table *t, kl_error *err)
{
    const kl_results *r = t->r;
    rate_fit rate = {0};
    kl_status status = kl_alloc((size_t)r->npoints, sizeof *rate.x, "rates", &rate.x, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)r->npoints, sizeof *rate.e, "rates", &rate.e, err);
    for (; status == KL_OK && rate.series < t->study->about->nseries; rate.series++) {
        for (int it = 0; it < r->ntimes; it++)
            for (int q = 0; status == KL_OK && q < r->nquantities; q++)
                status = add_number_rates(t, it, q, &rate, err);
        if (status == KL_OK)
            status = add_derived_rates(t, &rate, err);
    }
    free(rate.x);
    free(rate.e);
    return status;
}

static kl_status fill(table *t, kl_error *err)
{
    const kl_results *r = t->r;
    const size_t n = (size_t)(rated(r) * r->npoints * r->ntimes * r->nquantities);
    KL_TRY(kl_alloc((size_t)r->nrealizations, sizeof *t->y, "summary", &t->y, err));
    KL_TRY(kl_alloc((size_t)r->npoints, sizeof *t->count, "summary", &t->count, err));
    KL_TRY(kl_alloc(n, sizeof *t->estimate, "summary", &t->estimate, err));
    KL_TRY(kl_alloc((size_t)(derived_count(t) * r->npoints), sizeof *t->derived, "summary",
                    &t->derived, err));
    for (size_t i = 0; i < n; i++)
        t->estimate[i] = (kl_estimate){NAN, NAN, NAN};
    for (int p = 0; p < r->npoints; p++) {
        for (int it = 0; it < r->ntimes; it++)
            for (int q = 0; q < r->nquantities; q++)
                KL_TRY(add_number(t, p, it, q, err));
        KL_TRY(add_all_derived(t, p, err));
        KL_TRY(add_checks(t, p, err));
    }
    if (r->small >= 0)
        KL_TRY(add_rates(t, err));
    KL_TRY(kl_add_facts(t->study, &t->rows, err));
    KL_TRY(kl_budget_rows(&t->rows, err));
    KL_TRY(kl_compare_twins(t->study, &t->rows, err));
    return kl_extrapolate_sizes(t->study, &t->rows, err);
}

kl_status kl_summarise(const kl_study *study, kl_results *results, kl_error *err)
{
    table t = {.study = study, .r = results, .rows = {.results = results}};
    free(results->row);
    results->row = NULL;
    results->nrows = 0;
    kl_status status = fill(&t, err);
    int fewest = INT32_MAX;
    for (int p = 0; status == KL_OK && p < results->npoints; p++)
        fewest = t.count[p] < fewest ? t.count[p] : fewest;
    if (status == KL_OK)
        status = kl_moments_note(study, fewest, results, err);
    free(t.y);
    free(t.count);
    free(t.estimate);
    free(t.derived);
    return status;
}
