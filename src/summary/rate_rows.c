/* Fitted exponents in the small parameter, of each series of points (docs/statistics.md).
 *
 * No exponent is fitted to numerical error: points at which the values are not above what is known
 * of it (the error of the limit, that of the samples) do not count as positive statistics, and a
 * bias that is nowhere above it has none. Deterministic biases are smooth functions of the
 * parameter, and their intervals say how far they are from a power (kl_stats_fit_smooth_rate).
 * Local.
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct rate_fit {
    kl_table *t;
    int series, n;
    double time;
    kl_quantity q;
    double *x;      /* [npoints] */
    kl_estimate *e; /* [npoints] */
    double *known;  /* [npoints]: numerical error */
    int fewest;     /* realizations of its points */
} rate_fit;

static void gather(rate_fit *f, int point, const kl_estimate *value, double known)
{
    const kl_results *r = f->t->r;
    if (r->series[point] != f->series || isnan(value->value) || isnan(value->low) ||
        isnan(value->high))
        return;
    f->x[f->n] = r->point[point * r->ncolumns + r->small];
    f->known[f->n] = known;
    f->e[f->n++] = *value;
    f->fewest = f->t->count[point] < f->fewest ? f->t->count[point] : f->fewest;
}

static kl_status add(rate_fit *f, const char *prefix, const char *name, double order, kl_estimate e,
                     kl_error *err)
{
    char statistic[2 * KL_NAME];
    snprintf(statistic, sizeof statistic, "%s:%.50s", prefix, name);
    kl_row row = kl_row_of_series(f->t->study, f->series, f->time, &f->q, statistic, order);
    row.realizations = f->fewest;
    return kl_rows_add(&f->t->rows, row, e, err);
}

/* A bias without an exponent: no |bias| of the series is above the bound, each with 95%. */
static kl_status add_bound(rate_fit *f, const char *name, double order, kl_error *err)
{
    double bound = 0;
    for (int i = 0; i < f->n; i++)
        bound = fmax(bound, fmax(-f->e[i].low, f->e[i].high));
    return add(f, "rate_bound", name, order, (kl_estimate){bound, 0, bound}, err);
}

/* How many values stand above their numerical error; those of a positive statistic that do not
 * lose their weight. */
static int above_error(rate_fit *f, bool positive)
{
    int above = 0;
    for (int i = 0; i < f->n; i++) {
        const bool is_above = f->known[i] == 0 || fabs(f->e[i].value) > f->known[i];
        above += is_above;
        if (positive && !is_above)
            f->e[i].low = fmin(f->e[i].low, 0);
        if (!positive) { /* known no better than that */
            f->e[i].low = fmin(f->e[i].low, f->e[i].value - f->known[i]);
            f->e[i].high = fmax(f->e[i].high, f->e[i].value + f->known[i]);
        }
    }
    return above;
}

/* Fits and completes the row `rate:NAME`, or a bound where a bias has no exponent; with more than
 * two points `rate_chi2:NAME`, the reduced chi2 of the fit. */
static kl_status add_rate(rate_fit *f, const char *name, double order, bool positive, kl_error *err)
{
    kl_estimate exponent;
    double chi2 = NAN;
    if (f->n < 2)
        return KL_OK;
    bool found = above_error(f, positive) >= 2;
    if (found && f->t->r->ensemble == KL_DETERMINISTIC)
        found = kl_stats_fit_smooth_rate(f->x, f->e, f->n, &exponent);
    else if (found)
        found = kl_stats_fit_rate(f->x, f->e, f->n, positive, &exponent, &chi2);
    if (found)
        KL_TRY(add(f, "rate", name, order, exponent, err));
    else if (!positive)
        KL_TRY(add_bound(f, name, order, err));
    return isnan(chi2) ? KL_OK
                       : add(f, "rate_chi2", name, order, (kl_estimate){chi2, chi2, chi2}, err);
}

static void begin(rate_fit *f, int it, const kl_quantity *q)
{
    f->n = 0;
    f->fewest = INT32_MAX;
    f->time = it < 0 ? NAN : f->t->r->time[it];
    f->q = *q;
}

static kl_status add_bias_rate(rate_fit *f, int limit, int it, int q, kl_error *err)
{
    const kl_limit_data *data = &f->t->r->limit[limit];
    char name[KL_NAME + 16];
    snprintf(name, sizeof name, data == f->t->reference ? "bias" : "%s_bias", data->name);
    begin(f, it, &f->t->r->quantity[q]);
    for (int p = 0; p < f->t->r->npoints; p++)
        gather(f, p, kl_table_estimate(f->t, kl_table_bias(f->t, limit), p, it, q),
               data->error[kl_results_at(f->t->r, p, it, q)] + kl_table_accuracy(f->t, p, it, q));
    return add_rate(f, name, 1, false, err);
}

static kl_status add_moment_rate(rate_fit *f, int kind, int o, int it, int q, kl_error *err)
{
    const kl_results *r = f->t->r;
    begin(f, it, &r->quantity[q]);
    for (int p = 0; p < r->npoints; p++) {
        const double slack =
            kind && f->t->reference ? f->t->reference->error[kl_results_at(r, p, it, q)] : 0;
        gather(f, p, kl_table_estimate(f->t, 1 + kind * r->norders + o, p, it, q),
               (isnan(slack) ? 0 : slack) + kl_table_accuracy(f->t, p, it, q));
    }
    return add_rate(f, kind ? "deviation_moment" : "central_moment", r->order[o], true, err);
}

/* By how much moments are above their limit, as a share of it. */
static kl_status add_excess_rate(rate_fit *f, int limit, int o, int it, int q, kl_error *err)
{
    char name[2 * KL_NAME];
    kl_results_suffixed(&f->t->r->limit[limit], "moment_ratio_excess", name, sizeof name);
    begin(f, it, &f->t->r->quantity[q]);
    for (int p = 0; p < f->t->r->npoints; p++)
        gather(f, p, kl_table_estimate(f->t, kl_table_excess(f->t, limit, o), p, it, q), 0);
    return add_rate(f, name, f->t->r->order[o], false, err);
}

static kl_status add_number_rates(rate_fit *f, int it, int q, kl_error *err)
{
    const kl_results *r = f->t->r;
    for (int i = 0; i < r->nlimits; i++)
        if (&r->limit[i] == f->t->reference)
            KL_TRY(add_bias_rate(f, i, it, q, err));
    for (int kind = 0; kind < 2; kind++)
        for (int o = 0; o < r->norders; o++)
            KL_TRY(add_moment_rate(f, kind, o, it, q, err));
    for (int i = 0; i < r->nlimits; i++)
        if (&r->limit[i] != f->t->reference && r->limit[i].moment == 0)
            KL_TRY(add_bias_rate(f, i, it, q, err));
    for (int i = 0; i < r->nlimits; i++)
        for (int o = 0; o < r->norders && r->limit[i].moment > 0; o++)
            KL_TRY(add_excess_rate(f, i, o, it, q, err));
    return KL_OK;
}

static void begin_derived(rate_fit *f, int derived, int it)
{
    const kl_derived *d = &f->t->study->description->derived[derived];
    kl_quantity q = {.part = "re"};
    snprintf(q.observable, sizeof q.observable, "%s", d->observable);
    begin(f, d->per_station ? it : -1, &q);
    for (int p = 0; p < f->t->r->npoints; p++)
        gather(f, p, kl_table_derived(f->t, derived, p, it), 0);
}

/* c of log value = c/x^q + constant is the exponent in exp(s/x^q), over s. */
static kl_status add_log_rate(rate_fit *f, int derived, int it, kl_error *err)
{
    const kl_derived *d = &f->t->study->description->derived[derived];
    kl_estimate e;
    double s = INFINITY;
    begin_derived(f, derived, it);
    for (int i = 0; i < f->n; i++)
        s = fmin(s, pow(f->x[i], d->log_rate));
    for (int i = 0; i < f->n; i++)
        f->x[i] = exp(s / pow(f->x[i], d->log_rate));
    if (f->n < 2 || !kl_stats_fit_rate(f->x, f->e, f->n, true, &e, NULL))
        return KL_OK;
    e = (kl_estimate){e.value * s, e.low * s, e.high * s};
    return add(f, "log_rate", d->name, d->order > 0 ? d->order : 1, e, err);
}

static kl_status add_derived_rate(rate_fit *f, int derived, int it, kl_error *err)
{
    const kl_derived *d = &f->t->study->description->derived[derived];
    const double order = d->order > 0 ? d->order : 1;
    begin_derived(f, derived, it);
    KL_TRY(add_rate(f, d->name, order, !d->signed_value, err));
    if (d->log_rate > 0)
        KL_TRY(add_log_rate(f, derived, it, err));
    f->fewest = 0;
    return d->proven == 0 ? KL_OK
                          : add(f, "proven_rate", d->name, order,
                                (kl_estimate){d->proven, d->proven, d->proven}, err);
}

/* How many values it has at a point that a rate is fitted to. */
static int stations_of(const rate_fit *f, const kl_derived *derived)
{
    return derived->between ? 0 : derived->per_station ? f->t->r->ntimes : 1;
}

static kl_status add_series(rate_fit *f, kl_error *err)
{
    const kl_description *about = f->t->study->description;
    for (int it = 0; it < f->t->r->ntimes; it++)
        for (int q = 0; q < f->t->r->nquantities; q++)
            KL_TRY(add_number_rates(f, it, q, err));
    for (int d = 0; d < about->nderived; d++)
        for (int it = 0; it < stations_of(f, &about->derived[d]); it++)
            KL_TRY(add_derived_rate(f, d, it, err));
    return KL_OK;
}

kl_status kl_rate_rows(kl_table *t, kl_error *err)
{
    const size_t n = (size_t)t->r->npoints;
    rate_fit f = {.t = t};
    kl_status status = kl_alloc(n, sizeof *f.x, "rates", &f.x, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *f.e, "rates", &f.e, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *f.known, "rates", &f.known, err);
    for (; status == KL_OK && f.series < t->study->sets.nseries; f.series++)
        status = add_series(&f, err);
    free(f.x);
    free(f.e);
    free(f.known);
    return status;
}
