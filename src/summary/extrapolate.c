/* Means at several sizes ell, all else equal, taken to infinite size.
 *
 * Two models, for nothing says beforehand which one the data follow:
 *
 *   order 0  a plateau: the mean over the sizes that are free of the effects of size, which are
 *            exponentially small on a torus once it holds the front;
 *   order 1  a line in 1/ell through all sizes.
 *
 * A size is free where its effect is at most a tenth of the mean's standard error: by the system's
 * bound, or where it has none by the difference of the two limits. Rows, for a column of sizes
 * named box: box_limit:mean; box_limit:chi2 (reduced) and box_limit:chance (of a larger one) where
 * degrees of freedom are left; box_limit:others, the chance that the sizes which are not free agree
 * with the plateau; box_limit:bias, less the limit at infinite size. Local.
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double free_share = 0.1; /* of a standard error */

typedef struct family {
    kl_table *t;
    const kl_study *study;
    const kl_limit_data *infinite; /* or NULL */
    kl_rows *rows;
    int first, last;           /* points of the family: first is the row's */
    int it, q, n, fewest;      /* members with a mean and an error */
    double *x, *y, *sigma;     /* [npoints]: 1/size, mean, standard error */
    bool *free;                /* [npoints] */
    double *sample;            /* [nrealizations] */
    double limit, limit_error; /* in infinite space; NAN: none */
} family;

/* What the size may change at point p: by the system's bound, which knows more; else
 * by the two limits. NAN: not known, or the number itself depends on the size. */
static double effect(const family *f, int p)
{
    if (f->study->system->size_effect)
        return f->study->system->size_effect(f->study->self, p, f->it, f->q);
    const kl_estimate here = kl_table_limit(f->t, f->t->reference, p, f->it, f->q);
    const kl_estimate there = kl_table_limit(f->t, f->infinite, p, f->it, f->q);
    return fabs(here.value - there.value) + (here.high - here.low + there.high - there.low) / 2;
}

/* The means of all members at a time. */
static void gather_family(family *f)
{
    const kl_results *r = f->rows->results;
    const int *number = f->study->sets.family, size = f->study->sets.size;
    f->n = 0;
    f->fewest = INT32_MAX;
    f->limit = NAN;
    for (int p = f->first; p < r->npoints; p++) {
        kl_estimate mean;
        double error;
        if (number[p] != number[f->first])
            continue;
        f->last = p;
        const int n = kl_rows_gather_independent(r, p, f->it, f->q, f->sample);
        kl_stats_mean(f->sample, n, &mean, &error);
        if (!(error > 0))
            continue;
        const kl_estimate limit = kl_table_limit(f->t, f->infinite, p, f->it, f->q);
        f->limit = limit.value;
        f->limit_error = f->infinite ? f->infinite->error[kl_results_at(r, p, f->it, f->q)] : NAN;
        f->fewest = n < f->fewest ? n : f->fewest;
        f->x[f->n] = 1 / r->point[p * r->ncolumns + size];
        f->y[f->n] = mean.value;
        f->sigma[f->n] = error;
        f->free[f->n++] = effect(f, p) <= free_share * error;
    }
}

/* The columns in which all members agree; `kind`: what of the limit of sizes it is. */
static kl_row blank(const family *f, const char *kind, int order)
{
    const kl_results *r = f->rows->results;
    char name[2 * KL_NAME];
    snprintf(name, sizeof name, "%.40s_limit:%s", r->column[f->study->sets.size].name, kind);
    kl_row row = kl_row_blank(-1, r->time[f->it], &r->quantity[f->q], name, order, f->fewest);
    for (int c = 0; c < r->ncolumns; c++) {
        const double *first = r->point + f->first * r->ncolumns + c,
                     *last = r->point + f->last * r->ncolumns + c;
        if (*first == *last && c != f->study->sets.size)
            row.parameter[c] = *first;
    }
    return row;
}

static kl_status add(const family *f, const char *statistic, int order, kl_estimate e,
                     kl_error *err)
{
    return kl_rows_add(f->rows, blank(f, statistic, order), e, err);
}

static kl_status add_number(const family *f, const char *statistic, int order, double value,
                            kl_error *err)
{
    return add(f, statistic, order, (kl_estimate){value, value, value}, err);
}

static kl_status add_fit(const family *f, int order, kl_estimate e, double chi2, int freedom,
                         kl_error *err)
{
    KL_TRY(add(f, "mean", order, e, err));
    if (!isnan(f->limit))
        KL_TRY(add(f, "bias", order,
                   (kl_estimate){e.value - f->limit, e.low - f->limit - f->limit_error,
                                 e.high - f->limit + f->limit_error},
                   err));
    if (freedom < 1)
        return KL_OK;
    KL_TRY(add_number(f, "chi2", order, chi2 / freedom, err));
    return add_number(f, "chance", order, kl_stats_chi2_above(chi2, freedom), err);
}

/* Moves the free boxes to the front; how many. */
static int sort_free(family *f)
{
    int count = 0;
    for (int i = 0; i < f->n; i++) {
        if (!f->free[i])
            continue;
        double *const arrays[] = {f->x, f->y, f->sigma};
        for (int k = 0; k < 3; k++) {
            const double swap = arrays[k][count];
            arrays[k][count] = arrays[k][i];
            arrays[k][i] = swap;
        }
        f->free[i] = f->free[count];
        f->free[count++] = true;
    }
    return count;
}

static kl_status add_plateau(family *f, kl_error *err)
{
    const int count = sort_free(f);
    kl_estimate e;
    double chi2, others = 0;
    int freedom;
    if (!kl_stats_fit_polynomial(f->x, f->y, f->sigma, count, 0, &e, &chi2, &freedom))
        return KL_OK;
    KL_TRY(add_fit(f, 0, e, chi2, freedom, err));
    if (count == f->n)
        return KL_OK;
    /* Their common deviation from a plateau that is itself uncertain. */
    double w = 0, plateau = 0, c = 0;
    for (int i = 0; i < f->n; i++) {
        const double wi = 1 / (f->sigma[i] * f->sigma[i]), d = f->y[i] - e.value;
        if (i < count) {
            plateau += wi;
        } else {
            w += wi;
            c += wi * d;
            others += wi * d * d;
        }
    }
    others -= c * c / (w + plateau); /* Sherman and Morrison: errors share the plateau's */
    return add_number(f, "others", 0, kl_stats_chi2_above(others, f->n - count), err);
}

static kl_status extrapolate(family *f, kl_error *err)
{
    kl_estimate e;
    double chi2;
    int freedom;
    if (f->study->system->size_effect && isnan(effect(f, f->first)))
        return KL_OK; /* it means another thing at every size */
    gather_family(f);
    if (f->n < 2)
        return KL_OK;
    KL_TRY(add_plateau(f, err));
    if (!kl_stats_fit_polynomial(f->x, f->y, f->sigma, f->n, 1, &e, &chi2, &freedom))
        return KL_OK;
    return add_fit(f, 1, e, chi2, freedom, err);
}

static bool is_first(const int *number, int p)
{
    for (int i = 0; i < p; i++)
        if (number[i] == number[p])
            return false;
    return true;
}

kl_status kl_extrapolate_sizes(kl_table *t, kl_error *err)
{
    const kl_results *r = t->r;
    const size_t n = (size_t)r->npoints;
    const int *number = t->study->sets.family;
    family f = {.t = t, .study = t->study, .rows = &t->rows};
    kl_status status = KL_OK;
    if (!number)
        return KL_OK;
    for (int i = 0; i < r->nlimits; i++)
        if (r->limit[i].infinite_size)
            f.infinite = &r->limit[i];
    KL_GOTO(kl_alloc(n, sizeof *f.x, "summary", &f.x, err));
    KL_GOTO(kl_alloc(n, sizeof *f.y, "summary", &f.y, err));
    KL_GOTO(kl_alloc(n, sizeof *f.sigma, "summary", &f.sigma, err));
    KL_GOTO(kl_alloc(n, sizeof *f.free, "summary", &f.free, err));
    KL_GOTO(kl_alloc((size_t)r->nrealizations, sizeof *f.sample, "summary", &f.sample, err));
    for (f.first = 0; f.first < r->npoints; f.first++)
        for (f.it = 0; is_first(number, f.first) && f.it < r->ntimes; f.it++)
            for (f.q = 0; f.q < r->nquantities; f.q++)
                KL_GOTO(extrapolate(&f, err));
done:
    free(f.x);
    free(f.y);
    free(f.sigma);
    free(f.free);
    free(f.sample);
    return status;
}
