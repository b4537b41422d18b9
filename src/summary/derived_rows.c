/* Derived statistics: functions of the means over realizations at one point, beside the same
 * functions of the limits. Intervals by the bootstrap over independent samples,
 * or by the jackknife: of these the ranks share the statistics, and where there are more ranks, the
 * resamples of each.
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

/* What is taken off the value; 0: nothing. */
static double less_of(const kl_table *t, const derived_at *d)
{
    if (!d->derived->less_limit)
        return 0;
    const kl_limit_data *limit = kl_results_find_limit(t->r, d->derived->less_limit);
    return limit ? value_of(d, limit->value + kl_results_at(t->r, d->point, 0, 0)) : NAN;
}

/* What is known of e into a row, and the limits beside it. */
static kl_status add_estimate(kl_table *t, const derived_at *d, int n, kl_estimate *e,
                              kl_error *err)
{
    const double less = less_of(t, d);
    if (isnan(less)) {
        *e = (kl_estimate){NAN, NAN, NAN};
        return KL_OK;
    }
    *e = (kl_estimate){e->value - less, e->low - less, e->high - less};
    if (n > 0 && !(t->r->ensemble == KL_DETERMINISTIC && isnan(e->value)))
        KL_TRY(kl_rows_add(&t->rows, row_of(t, d, d->derived->name), *e, err));
    return d->derived->between || d->derived->less_limit ? KL_OK : add_limits(t, d, err);
}

/* ---- sampled ones ---- */

/* The statistics of a point that samples give, at each of their stations; a slot holds what the
 * ranks find of one: f of the means and the acceleration, then f of the resamples; by the
 * jackknife, the estimate. */
enum { SLOT = 2 + KL_STATS_RESAMPLES };

typedef struct sampled {
    kl_table *t;
    int n, slices; /* statistics, and parts of each */
    derived_at *unit;
    double *slot; /* [n][SLOT] */
    kl_sample_list list;
} sampled;

static bool is_sampled(const kl_table *t, const kl_derived *d)
{
    return t->r->ensemble != KL_DETERMINISTIC && !d->of_limit && !d->between;
}

static void destroy_sampled(sampled *s)
{
    free(s->unit);
    free(s->slot);
    free(s->list.block);
    *s = (sampled){0};
}

static kl_status create_sampled(kl_table *t, int p, sampled *s, kl_error *err)
{
    const kl_description *about = t->study->description;
    const size_t most = (size_t)about->nderived * (size_t)t->r->ntimes;
    *s = (sampled){.t = t};
    KL_TRY(kl_alloc(most, sizeof *s->unit, "summary", &s->unit, err));
    for (int i = 0; i < about->nderived; i++) {
        const kl_derived *d = &about->derived[i];
        for (int it = 0; is_sampled(t, d) && it < (d->per_station ? t->r->ntimes : 1); it++)
            s->unit[s->n++] = (derived_at){d,  t->study->self,
                                           p,  d->per_station ? it : -1,
                                           -1, t->r->ntimes * t->r->nquantities};
    }
    s->slices = s->n > 0 ? (t->ranks + s->n - 1) / s->n : 1;
    KL_TRY(kl_rows_list(t->r, p, &s->list, err));
    return kl_alloc((size_t)s->n * SLOT, sizeof *s->slot, "summary", &s->slot, err);
}

static int rank_of(const sampled *s, int unit, int slice)
{
    return (int)(((int64_t)unit * s->slices + slice) % s->t->ranks);
}

static int first_of(const sampled *s, int slice)
{
    return (int)((int64_t)slice * KL_STATS_RESAMPLES / s->slices);
}

static kl_status work_on_slice(sampled *s, int unit, int slice, kl_error *err)
{
    const derived_at *d = &s->unit[unit];
    double *slot = s->slot + (size_t)unit * SLOT;
    const kl_stats_rows rows = kl_rows_independent(&s->list);
    const kl_row row = row_of(s->t, d, d->derived->name);
    kl_estimate e;
    if (d->derived->jackknife) {
        if (slice == 0) {
            KL_TRY(kl_stats_jackknife(&rows, value_of, d, &e, err));
            memcpy(slot, &e, sizeof e);
        }
        return KL_OK;
    }
    if (slice == 0)
        KL_TRY(kl_stats_whole(&rows, value_of, d, slot, err));
    if (rows.n < 3 || (slice == 0 && isnan(slot[1])))
        return KL_OK;
    const uint64_t key = kl_rows_key(s->t->study, d->point, d->derived->name, row.observable,
                                     row.part, row.time, row.order);
    const int first = first_of(s, slice);
    return kl_stats_resample(&rows, value_of, d, key, first, first_of(s, slice + 1),
                             slot + 2 + first, err);
}

/* To rank 0. */
static void send_slices(const sampled *s)
{
    const kl_table *t = s->t;
    for (int i = 0; i < s->n * s->slices; i++) {
        const int unit = i / s->slices, slice = i % s->slices, rank = rank_of(s, unit, slice);
        const int from = slice > 0 ? 2 + first_of(s, slice) : 0;
        const int count = 2 + first_of(s, slice + 1) - from;
        double *slot = s->slot + (size_t)unit * SLOT + from;
        if (rank != 0 && t->rank == 0)
            MPI_Recv(slot, count, MPI_DOUBLE, rank, 0, t->comm, MPI_STATUS_IGNORE);
        else if (rank != 0 && t->rank == rank)
            MPI_Send(slot, count, MPI_DOUBLE, 0, 0, t->comm);
    }
}

/* By all ranks; collective. */
static kl_status fill_sampled(sampled *s, kl_error *err)
{
    kl_status status = KL_OK;
    for (int i = 0; status == KL_OK && i < s->n * s->slices; i++)
        if (rank_of(s, i / s->slices, i % s->slices) == s->t->rank)
            status = work_on_slice(s, i / s->slices, i % s->slices, err);
    KL_TRY(kl_table_agree(s->t, status, err));
    send_slices(s);
    return KL_OK;
}

static kl_status add_sampled(kl_table *t, const sampled *s, int unit, kl_estimate *e, kl_error *err)
{
    double *slot = s->slot + (size_t)unit * SLOT;
    if (s->unit[unit].derived->jackknife)
        memcpy(e, slot, sizeof *e);
    else
        *e = kl_stats_of_resamples(slot, slot + 2);
    return add_estimate(t, &s->unit[unit], s->list.n, e, err);
}

/* ---- the others ---- */

/* The numbers of a point of a deterministic study; false: there are none. */
static bool numbers_of(const kl_table *t, int p, double *y)
{
    if (t->count[p] == 0)
        return false;
    memcpy(y, kl_results_sample(t->r, p, 0),
           (size_t)t->r->ntimes * (size_t)t->r->nquantities * sizeof *y);
    return true;
}

static kl_status add_deterministic(kl_table *t, const derived_at *d, kl_estimate *e, kl_error *err)
{
    double *y;
    kl_status status = KL_OK;
    KL_TRY(kl_alloc((size_t)d->numbers, sizeof *y, "summary", &y, err));
    const bool any = numbers_of(t, d->point, y);
    if (any)
        status = estimate_deterministic(t, d, y, e, err);
    free(y);
    return status == KL_OK ? add_estimate(t, d, any, e, err) : status;
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

/* A function of two points of a deterministic study, of which both have samples. */
static kl_status add_between(kl_table *t, derived_at *d, kl_error *err)
{
    const size_t m = (size_t)d->numbers;
    double *both;
    kl_estimate e;
    d->larger = larger_point(t->r, d->point);
    if (d->larger < 0)
        return KL_OK;
    KL_TRY(kl_alloc(2 * m, sizeof *both, "summary", &both, err));
    const bool any = numbers_of(t, d->point, both) && numbers_of(t, d->larger, both + m);
    kl_status status = any ? estimate_deterministic(t, d, both, &e, err) : KL_OK;
    free(both);
    return status == KL_OK && any ? add_estimate(t, d, 1, &e, err) : status;
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

/* Rank 0: the rows of all of a point, those of samples as the ranks have found them. */
static kl_status add_rows(kl_table *t, int p, const sampled *s, kl_error *err)
{
    const kl_description *about = t->study->description;
    int unit = 0;
    for (int i = 0; i < about->nderived; i++) {
        derived_at d = {
            &about->derived[i], t->study->self, p, -1, -1, t->r->ntimes * t->r->nquantities};
        const int stations = d.derived->between ? 0 : d.derived->per_station ? t->r->ntimes : 1;
        if (d.derived->between && t->r->ensemble == KL_DETERMINISTIC)
            KL_TRY(add_between(t, &d, err));
        for (int it = 0; it < stations; it++) {
            kl_estimate *e = kl_table_derived(t, i, p, it);
            d.station = d.derived->per_station ? it : -1;
            if (is_sampled(t, d.derived))
                KL_TRY(add_sampled(t, s, unit++, e, err));
            else
                KL_TRY(d.derived->of_limit ? add_of_limit(t, &d, err)
                                           : add_deterministic(t, &d, e, err));
        }
    }
    return KL_OK;
}

kl_status kl_derived_rows(kl_table *t, int p, kl_error *err)
{
    sampled s;
    if (t->study->description->nderived == 0)
        return KL_OK;
    kl_status status = kl_table_agree(t, create_sampled(t, p, &s, err), err);
    if (status == KL_OK)
        status = fill_sampled(&s, err);
    if (status == KL_OK && t->rank == 0)
        status = add_rows(t, p, &s, err);
    destroy_sampled(&s);
    return kl_table_agree(t, status, err);
}
