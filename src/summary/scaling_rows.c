/* Finite-size scaling of derived statistics that ask for it (docs/statistics.md):
 *
 *   size_rate:NAME       of points that differ in size alone, the exponent of the statistic in it;
 *                        size_rate_chi2:NAME, the reduced chi2 of that fit
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
    kl_estimate *e;                   /* [npoints] */
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
        s->e[s->n++] = e;
    }
    return true;
}

static kl_status add(const scaling *s, const char *prefix, kl_estimate e, kl_error *err)
{
    const kl_results *r = s->t->r;
    const kl_derived *d = &s->t->study->description->derived[s->derived];
    char name[2 * KL_NAME];
    kl_quantity q = {.part = "re"};
    snprintf(q.observable, sizeof q.observable, "%s", d->observable);
    snprintf(name, sizeof name, "%s:%.40s", prefix, d->name);
    kl_row row = kl_row_blank(-1, s->it < 0 ? NAN : r->time[s->it], &q, name,
                              d->order > 0 ? d->order : 1, s->fewest);
    for (int c = 0; c < r->ncolumns; c++) {
        bool same = true;
        for (int i = 1; i < s->n; i++)
            same = same && r->point[s->point[i] * r->ncolumns + c] ==
                               r->point[s->point[0] * r->ncolumns + c];
        if (same)
            row.parameter[c] = r->point[s->point[0] * r->ncolumns + c];
    }
    return kl_rows_add(&s->t->rows, row, e, err);
}

static kl_estimate exactly(double value)
{
    return (kl_estimate){value, value, value};
}

static kl_status add_exponent(scaling *s, kl_error *err)
{
    kl_estimate exponent;
    double chi2;
    if (!gather(s, false) || !kl_stats_fit_rate(s->size, s->e, s->n, true, &exponent, &chi2))
        return KL_OK;
    KL_TRY(add(s, "size_rate", exponent, err));
    return isnan(chi2) ? KL_OK : add(s, "size_rate_chi2", exactly(chi2), err);
}

static kl_status add_critical(scaling *s, kl_error *err)
{
    kl_crossing fit;
    if (!gather(s, true))
        return KL_OK;
    const bool found = kl_stats_fit_crossing(s->x, s->size, s->value, s->sigma, s->n, &fit);
    if (found) {
        KL_TRY(add(s, "critical", fit.x, err));
        KL_TRY(add(s, "critical_value", fit.value, err));
        KL_TRY(add(s, "critical_exponent", fit.exponent, err));
        KL_TRY(add(s, "critical_chance", exactly(kl_stats_chi2_above(fit.chi2, fit.freedom)), err));
    }
    return isnan(fit.chi2) ? KL_OK : add(s, "critical_chi2", exactly(fit.chi2 / fit.freedom), err);
}

static kl_status scale(scaling *s, kl_error *err)
{
    const kl_derived *d = &s->t->study->description->derived[s->derived];
    for (int it = 0; d->scales && it < (d->per_station ? s->t->r->ntimes : 1); it++) {
        s->it = d->per_station ? it : -1;
        for (s->first = 0; s->first < s->t->r->npoints; s->first++) {
            KL_TRY(add_exponent(s, err));
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
    KL_GOTO(kl_alloc(n, sizeof *s.e, "summary", &s.e, err));
    KL_GOTO(kl_alloc(4 * n, sizeof *reals, "summary", &reals, err));
    s.x = reals;
    s.size = reals + n;
    s.value = reals + 2 * n;
    s.sigma = reals + 3 * n;
    for (; s.derived < t->study->description->nderived; s.derived++)
        KL_GOTO(scale(&s, err));
done:
    free(s.point);
    free(s.e);
    free(reals);
    return status;
}
