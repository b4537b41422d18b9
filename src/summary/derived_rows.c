/* Derived statistics: functions of the means over realizations at one point, beside the same
 * functions of the limits. Intervals by the bootstrap over independent samples,
 * or by the jackknife. Local.
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct derived_at {
    const kl_derived *derived;
    const void *self;
    int point, station; /* station -1: of all */
    int larger;         /* the other point of a function of two; -1: none */
    int numbers;        /* of one point */
} derived_at;

static double value_of(const void *context, const double *mean)
{
    const derived_at *d = context;
    if (d->derived->between)
        return d->derived->between(d->self, d->derived, d->point, d->larger, mean,
                                   mean + d->numbers);
    return d->derived->value(d->self, d->derived, d->point, d->station, mean);
}

static kl_row row_of(const kl_table *t, const derived_at *d, const char *statistic)
{
    kl_quantity q = {.part = "re"};
    snprintf(q.observable, sizeof q.observable, "%s", d->derived->observable);
    return kl_row_blank(d->point, d->station < 0 ? NAN : t->r->time[d->station], &q, statistic,
                        d->derived->order > 0 ? d->derived->order : 1, t->count[d->point]);
}

static kl_status add_limits(kl_table *t, const derived_at *d, kl_error *err)
{
    const kl_results *r = t->r;
    char name[2 * KL_NAME];
    for (int i = 0; i < r->nlimits; i++) {
        const bool main_one = &r->limit[i] == t->reference;
        if (r->limit[i].moment > 0 || t->study->description->limit[i].silent)
            continue;
        const double limit = value_of(d, r->limit[i].value + kl_results_at(r, d->point, 0, 0));
        snprintf(name, sizeof name, "%s%sreference:%.40s", main_one ? "" : r->limit[i].name,
                 main_one ? "" : "_", d->derived->name);
        if (!isnan(limit))
            KL_TRY(kl_rows_add_exact(&t->rows, row_of(t, d, name), limit, err));
    }
    return KL_OK;
}

/* The own error of number i of the point, then of the larger one; or that of the limit. */
static double error_of(const kl_table *t, const derived_at *d, int i)
{
    const int point = i < d->numbers ? d->point : d->larger;
    if (d->derived->of_limit) {
        const kl_limit_data *limit = kl_results_find_limit(t->r, d->derived->of_limit);
        return limit->error[kl_results_at(t->r, point, 0, 0) + (size_t)i];
    }
    return t->r->sample_error[kl_results_at(t->r, point, 0, 0) + (size_t)(i % d->numbers)];
}

/* A function of deterministic values, or of a limit: its interval is what their own errors may
 * change. */
static kl_status estimate_deterministic(const kl_table *t, const derived_at *d, const double *y,
                                        kl_estimate *e, kl_error *err)
{
    const int m = d->larger < 0 ? d->numbers : 2 * d->numbers;
    double *shifted, half = 0;
    KL_TRY(kl_alloc((size_t)m, sizeof *shifted, "summary", &shifted, err));
    memcpy(shifted, y, (size_t)m * sizeof *y);
    e->value = value_of(d, y);
    for (int i = 0; i < m; i++) {
        const double error = error_of(t, d, i);
        double most = 0;
        for (int side = -1; side <= 1 && error > 0; side += 2) {
            shifted[i] = y[i] + side * error;
            most = fmax(most, fabs(value_of(d, shifted) - e->value));
        }
        shifted[i] = y[i];
        half += most;
    }
    e->low = e->value - half;
    e->high = e->value + half;
    free(shifted);
    return KL_OK;
}

/* y[n][ntimes nquantities]: independent samples. */
static kl_status add_derived(kl_table *t, const derived_at *d, const double *y, int n,
                             kl_estimate *e, kl_error *err)
{
    const kl_row row = row_of(t, d, d->derived->name);
    const uint64_t key = kl_rows_key(t->study, d->point, d->derived->name, row.observable, row.part,
                                     row.time, row.order);
    if (t->r->ensemble == KL_DETERMINISTIC && n > 0)
        KL_TRY(estimate_deterministic(t, d, y, e, err));
    else if (d->derived->jackknife)
        KL_TRY(kl_stats_jackknife(y, n, t->r->ntimes * t->r->nquantities, value_of, d, e, err));
    else
        KL_TRY(kl_stats_function_of_means(y, n, t->r->ntimes * t->r->nquantities, value_of, d, key,
                                          e, err));
    if (n > 0 && !(t->r->ensemble == KL_DETERMINISTIC && isnan(e->value)))
        KL_TRY(kl_rows_add(&t->rows, row, *e, err));
    return d->derived->between ? KL_OK : add_limits(t, d, err);
}

/* One row of all numbers for each batch. */
static kl_status gather_all(const kl_table *t, int p, double **out, int *n, kl_error *err)
{
    const kl_results *r = t->r;
    const int m = r->ntimes * r->nquantities, batches = t->count[p] / kl_rows_block(r);
    KL_TRY(kl_alloc((size_t)batches * (size_t)m, sizeof **out, "summary", out, err));
    *n = batches;
    for (int it = 0; it < r->ntimes; it++)
        for (int q = 0; q < r->nquantities; q++) {
            kl_rows_gather_independent(r, p, it, q, t->y);
            for (int b = 0; b < batches; b++)
                (*out)[(size_t)b * (size_t)m + (size_t)(it * r->nquantities + q)] = t->y[b];
        }
    return KL_OK;
}

/* The point of the next larger small parameter in the same series; -1: none. */
static int larger_point(const kl_results *r, int p)
{
    int larger = -1;
    for (int i = 0; i < r->npoints && r->small >= 0; i++) {
        const double x = r->point[i * r->ncolumns + r->small];
        if (r->series[i] == r->series[p] && x > r->point[p * r->ncolumns + r->small] &&
            (larger < 0 || x < r->point[larger * r->ncolumns + r->small]))
            larger = i;
    }
    return larger;
}

/* A function of two points, of which both have samples. */
static kl_status add_between(kl_table *t, derived_at *d, kl_error *err)
{
    double *y[2] = {NULL, NULL}, *both = NULL;
    int n[2] = {0, 0};
    const size_t m = (size_t)d->numbers;
    kl_estimate none;
    d->larger = larger_point(t->r, d->point);
    if (d->larger < 0)
        return KL_OK;
    kl_status status = gather_all(t, d->point, &y[0], &n[0], err);
    if (status == KL_OK)
        status = gather_all(t, d->larger, &y[1], &n[1], err);
    if (status == KL_OK)
        status = kl_alloc(2 * m, sizeof *both, "summary", &both, err);
    if (status == KL_OK && n[0] > 0 && n[1] > 0) {
        memcpy(both, y[0], m * sizeof *both);
        memcpy(both + m, y[1], m * sizeof *both);
        status = add_derived(t, d, both, 1, &none, err);
    }
    free(y[0]);
    free(y[1]);
    free(both);
    return status;
}

/* A function of the values of a limit alone. */
static kl_status add_of_limit(kl_table *t, const derived_at *d, kl_error *err)
{
    const kl_limit_data *limit = kl_results_find_limit(t->r, d->derived->of_limit);
    kl_estimate e = {NAN, NAN, NAN};
    if (!limit)
        return KL_OK;
    KL_TRY(
        estimate_deterministic(t, d, limit->value + kl_results_at(t->r, d->point, 0, 0), &e, err));
    return isnan(e.value) ? KL_OK : kl_rows_add(&t->rows, row_of(t, d, d->derived->name), e, err);
}

kl_status kl_derived_rows(kl_table *t, int p, kl_error *err)
{
    const kl_description *about = t->study->description;
    double *y;
    int n;
    if (about->nderived == 0)
        return KL_OK;
    KL_TRY(gather_all(t, p, &y, &n, err));
    kl_status status = KL_OK;
    for (int i = 0; i < about->nderived; i++) {
        derived_at d = {
            &about->derived[i], t->study->self, p, -1, -1, t->r->ntimes * t->r->nquantities};
        const int stations = d.derived->between ? 0 : d.derived->per_station ? t->r->ntimes : 1;
        if (d.derived->between)
            status = add_between(t, &d, err);
        for (int it = 0; status == KL_OK && it < stations; it++) {
            d.station = d.derived->per_station ? it : -1;
            status = d.derived->of_limit
                         ? add_of_limit(t, &d, err)
                         : add_derived(t, &d, y, n, kl_table_derived(t, i, p, it), err);
        }
    }
    free(y);
    return status;
}
