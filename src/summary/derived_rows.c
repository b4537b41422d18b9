/* Derived statistics: functions of the means over realizations at one point, beside the same
 * functions of the limits. Intervals by the bootstrap over independent samples. Local.
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
} derived_at;

static double value_of(const void *context, const double *mean)
{
    const derived_at *d = context;
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
        const double limit = value_of(d, r->limit[i].value + kl_results_at(r, d->point, 0, 0));
        snprintf(name, sizeof name, "%s%sreference:%.40s", main_one ? "" : r->limit[i].name,
                 main_one ? "" : "_", d->derived->name);
        if (!isnan(limit))
            KL_TRY(kl_rows_add_exact(&t->rows, row_of(t, d, name), limit, err));
    }
    return KL_OK;
}

/* A function of deterministic values: its interval is what their own errors may change. */
static kl_status estimate_deterministic(const kl_table *t, const derived_at *d, const double *y,
                                        kl_estimate *e, kl_error *err)
{
    const int m = t->r->ntimes * t->r->nquantities;
    const double *error = t->r->sample_error + kl_results_at(t->r, d->point, 0, 0);
    double *shifted, half = 0;
    KL_TRY(kl_alloc((size_t)m, sizeof *shifted, "summary", &shifted, err));
    memcpy(shifted, y, (size_t)m * sizeof *y);
    e->value = value_of(d, y);
    for (int i = 0; i < m; i++) {
        double most = 0;
        for (int side = -1; side <= 1 && error[i] > 0; side += 2) {
            shifted[i] = y[i] + side * error[i];
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
    else
        KL_TRY(kl_stats_function_of_means(y, n, t->r->ntimes * t->r->nquantities, value_of, d, key,
                                          e, err));
    if (n > 0 && !(t->r->ensemble == KL_DETERMINISTIC && isnan(e->value)))
        KL_TRY(kl_rows_add(&t->rows, row, *e, err));
    return add_limits(t, d, err);
}

/* One row of all numbers for each batch. */
static kl_status gather_all(const kl_table *t, int p, double **out, int *n, kl_error *err)
{
    const kl_results *r = t->r;
    const int m = r->ntimes * r->nquantities, batches = t->count[p] / r->members;
    KL_TRY(kl_alloc((size_t)batches * (size_t)m, sizeof **out, "summary", out, err));
    *n = batches;
    for (int it = 0; it < r->ntimes; it++)
        for (int q = 0; q < r->nquantities; q++) {
            kl_rows_gather_independent(r, p, it, q, t->y);
            for (int b = 0; b < batches; b++)
                (*out)[b * m + it * r->nquantities + q] = t->y[b];
        }
    return KL_OK;
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
        derived_at d = {&about->derived[i], t->study->self, p, -1};
        const int stations = d.derived->per_station ? t->r->ntimes : 1;
        for (int it = 0; status == KL_OK && it < stations; it++) {
            d.station = d.derived->per_station ? it : -1;
            status = add_derived(t, &d, y, n, kl_table_derived(t, i, p, it), err);
        }
    }
    free(y);
    return status;
}
