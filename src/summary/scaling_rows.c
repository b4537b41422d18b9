/* Finite-size scaling of derived statistics that ask for it (docs/statistics.md):
 *
 *   size_slope:NAME      at a point: the logarithmic slope of the statistic in the size, from the
 *                        next smaller size to this one, all else equal;
 *   critical:NAME        of points that differ in size and in the small parameter, the value of the
 *                        latter at which the curves of all sizes cross, where they do;
 *   critical_value:NAME  the statistic there;
 *   critical_exponent:NAME  nu, the curves being functions of (x - x_c) size^(1/nu);
 *   critical_chance:NAME, critical_chi2:NAME  the chance of a larger chi2, and the reduced chi2;
 * this one also where the fit found no critical value that can be trusted.
 *
 * Local.
 */
#include "summary/rows.h"

#include "base/memory.h"
#include "statistics/probability.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct scaling {
    kl_table *t;
    int derived, first, it; /* it: -1: of all stations */
    int n, fewest;
    int *point;                       /* [npoints]: of the set */
    double *x, *size, *value, *sigma; /* [npoints] */
} scaling;

/* Points that differ at most in size and, if asked, in the small parameter. */
static bool alike(const kl_study *study, int p, int q, bool any_small)
{
    const kl_points *points = &study->description->points;
    for (int c = 0; c < points->ncolumns; c++) {
        const kl_role role = points->column[c].role;
        const bool may = role == KL_SIZE || role == KL_FOLLOWS || (any_small && role == KL_SMALL);
        if (!may &&
            points->value[p * points->ncolumns + c] != points->value[q * points->ncolumns + c])
            return false;
    }
    return true;
}

/* The values of first's set, if it is the first of it. */
static bool gather(scaling *s, bool any_small)
{
    const kl_results *r = s->t->r;
    s->n = 0;
    s->fewest = INT32_MAX;
    for (int p = 0; p < r->npoints; p++) {
        if (!alike(s->t->study, s->first, p, any_small))
            continue;
        if (p < s->first)
            return false;
        const kl_estimate e = *kl_table_derived(s->t, s->derived, p, s->it < 0 ? 0 : s->it);
        const double sigma = (e.high - e.low) / (2 * KL_NORMAL_975);
        if (!(sigma > 0) || !(e.low > 0) || !isfinite(sigma))
            continue;
        s->point[s->n] = p;
        s->x[s->n] = r->small < 0 ? 0 : r->point[p * r->ncolumns + r->small];
        s->size[s->n] = r->point[p * r->ncolumns + s->t->study->sets.size];
        s->value[s->n] = e.value;
        s->sigma[s->n] = sigma;
        s->fewest = s->t->count[p] < s->fewest ? s->t->count[p] : s->fewest;
        s->n++;
    }
    return true;
}

static kl_row row_of(const scaling *s, int point, int realizations, const char *prefix)
{
    const kl_derived *d = &s->t->study->description->derived[s->derived];
    char name[2 * KL_NAME];
    kl_quantity q = {.part = "re"};
    snprintf(q.observable, sizeof q.observable, "%s", d->observable);
    snprintf(name, sizeof name, "%s:%.40s", prefix, d->name);
    return kl_row_blank(point, s->it < 0 ? NAN : s->t->r->time[s->it], &q, name,
                        d->order > 0 ? d->order : 1, realizations);
}

/* A row of the whole set, with the parameters that all its points share. */
static kl_status add(const scaling *s, const char *prefix, kl_estimate e, kl_error *err)
{
    const kl_results *r = s->t->r;
    kl_row row = row_of(s, -1, s->fewest, prefix);
    for (int c = 0; c < r->ncolumns; c++) {
        const double *first = r->point + s->point[0] * r->ncolumns + c;
        bool same = true;
        for (int i = 1; i < s->n; i++)
            same = same && r->point[s->point[i] * r->ncolumns + c] == *first;
        if (same)
            row.parameter[c] = *first;
    }
    return kl_rows_add(&s->t->rows, row, e, err);
}

static kl_estimate exactly(double value)
{
    return (kl_estimate){value, value, value};
}

/* From the next smaller size, with the errors of both. */
static kl_status add_slope(const scaling *s, int here, kl_error *err)
{
    int there = -1;
    for (int i = 0; i < s->n; i++)
        if (s->size[i] < s->size[here] && (there < 0 || s->size[i] > s->size[there]))
            there = i;
    if (there < 0)
        return KL_OK;
    const double step = log(s->size[here] / s->size[there]);
    const double slope = log(s->value[here] / s->value[there]) / step;
    const double error = hypot(s->sigma[here] / s->value[here], s->sigma[there] / s->value[there]);
    const double half = KL_NORMAL_975 * error / step;
    const kl_row row = row_of(s, s->point[here], s->t->count[s->point[here]], "size_slope");
    return kl_rows_add(&s->t->rows, row, (kl_estimate){slope, slope - half, slope + half}, err);
}

static kl_status add_slopes(scaling *s, kl_error *err)
{
    if (!gather(s, false))
        return KL_OK;
    for (int i = 0; i < s->n; i++)
        KL_TRY(add_slope(s, i, err));
    return KL_OK;
}

static double smallest(const scaling *s)
{
    double least = INFINITY;
    for (int i = 0; i < s->n; i++)
        least = fmin(least, s->size[i]);
    return least;
}

/* Leaves out the smallest size; how many different ones are left. */
static int drop_smallest(scaling *s)
{
    const double least = smallest(s);
    int kept = 0, sizes = 0;
    for (int i = 0; i < s->n; i++) {
        if (s->size[i] == least)
            continue;
        s->x[kept] = s->x[i];
        s->size[kept] = s->size[i];
        s->value[kept] = s->value[i];
        s->sigma[kept++] = s->sigma[i];
    }
    s->n = kept;
    for (int i = 0; i < kept; i++) {
        bool first = true;
        for (int k = 0; k < i; k++)
            first = first && s->size[k] != s->size[i];
        sizes += first;
    }
    return sizes;
}

static kl_status add_critical(scaling *s, kl_error *err)
{
    kl_crossing fit;
    if (!gather(s, true))
        return KL_OK;
    const int all = s->n;
    bool found = kl_stats_fit_crossing(s->x, s->size, s->value, s->sigma, s->n, &fit);
    const double chi2 = fit.chi2 / fit.freedom;
    while (!found && drop_smallest(s) >= 3)
        found = kl_stats_fit_crossing(s->x, s->size, s->value, s->sigma, s->n, &fit);
    const double from = smallest(s);
    s->n = all; /* the row's parameters are those of all points */
    if (found) {
        KL_TRY(add(s, "critical", fit.x, err));
        KL_TRY(add(s, "critical_value", fit.value, err));
        KL_TRY(add(s, "critical_exponent", fit.exponent, err));
        KL_TRY(add(s, "critical_from", exactly(from), err));
        KL_TRY(add(s, "critical_chance", exactly(kl_stats_chi2_above(fit.chi2, fit.freedom)), err));
    }
    const double reduced = found ? fit.chi2 / fit.freedom : chi2;
    return isnan(reduced) ? KL_OK : add(s, "critical_chi2", exactly(reduced), err);
}

static kl_status scale(scaling *s, kl_error *err)
{
    const kl_derived *d = &s->t->study->description->derived[s->derived];
    for (int it = 0; d->scales && it < (d->per_station ? s->t->r->ntimes : 1); it++) {
        s->it = d->per_station ? it : -1;
        for (s->first = 0; s->first < s->t->r->npoints; s->first++) {
            KL_TRY(add_slopes(s, err));
            if (s->t->r->small >= 0)
                KL_TRY(add_critical(s, err));
        }
    }
    return KL_OK;
}

kl_status kl_scaling_rows(kl_table *t, kl_error *err)
{
    const size_t n = (size_t)t->r->npoints;
    scaling s = {.t = t};
    double *reals = NULL;
    kl_status status = KL_OK;
    if (t->study->sets.size < 0)
        return KL_OK;
    KL_GOTO(kl_alloc(n, sizeof *s.point, "summary", &s.point, err));
    KL_GOTO(kl_alloc(4 * n, sizeof *reals, "summary", &reals, err));
    s.x = reals;
    s.size = reals + n;
    s.value = reals + 2 * n;
    s.sigma = reals + 3 * n;
    for (; s.derived < t->study->description->nderived; s.derived++)
        KL_GOTO(scale(&s, err));
done:
    free(s.point);
    free(reals);
    return status;
}
