/* Where the error of a mean comes from, number by number, each part measured:
 *
 *   error:statistical      half width of the 95% interval of the mean
 *   error:propagator       largest |difference| of a sample and the same with a finer evolution
 *   error:propagator_mean  mean of these
 *   error:reference        |difference| of the limit's value and the same with a finer tolerance
 *   error:SIZE             |difference| of the reference and the same at infinite size; SIZE: the
 *                          name of the column of sizes
 *   error:SMALL            what is left of the bias, its interval widened by the two; SMALL: the
 * small parameter
 *
 * and how a moment about the limit F divides into bias and fluctuation:
 *
 *   bias_share, order r    1 - E|Y - EY|^r / E|Y - F|^r, plug-in; for r = 2 exactly
 *                          bias^2/(bias^2 + central_moment^2), E|Y-F|^2 = bias^2 + E|Y-EY|^2.
 *
 * Local.
 */
#include "summary/rows.h"

#include <math.h>
#include <stdlib.h>

typedef struct number {
    const kl_table *t;
    const kl_results *r;
    kl_rows *rows;
    int p, it, q, n;
    const double *y; /* [n] */
} number;

/* The value of a limit; NAN: there is none. */
static double value_of(const number *x, const kl_limit_data *limit)
{
    return kl_table_limit(x->t, limit, x->p, x->it, x->q).value;
}

static double at_infinite_size(const number *x)
{
    for (int i = 0; i < x->r->nlimits; i++)
        if (x->r->limit[i].infinite_size)
            return value_of(x, &x->r->limit[i]);
    return NAN;
}

static kl_status add(const number *x, const char *statistic, double order, int n, kl_estimate e,
                     kl_error *err)
{
    const kl_row row =
        kl_row_blank(x->p, x->r->time[x->it], &x->r->quantity[x->q], statistic, order, n);
    return kl_rows_add(x->rows, row, e, err);
}

static kl_status add_exact(const number *x, const char *statistic, double order, int n,
                           double value, kl_error *err)
{
    return add(x, statistic, order, n, (kl_estimate){value, value, value}, err);
}

/* error:COLUMN of the column of that number, if there is one. */
static kl_status add_column(const number *x, int column, kl_estimate e, kl_error *err)
{
    char name[2 * KL_NAME];
    if (column < 0)
        return KL_OK;
    snprintf(name, sizeof name, "error:%s", x->r->column[column].name);
    return add(x, name, 1, x->n, e, err);
}

/* Over the realizations that are done both ways; how many. */
static int compare_evolution(const number *x, double *largest, double *mean)
{
    const kl_results *r = x->r;
    const int at = x->it * r->nquantities + x->q;
    int n = 0;
    *largest = *mean = 0;
    for (int k = 0; k < r->nfiner && k < r->nrealizations; k++) {
        const double finer = kl_results_finer(r, x->p, k)[at];
        if (!r->done[(size_t)x->p * (size_t)r->nrealizations + (size_t)k] || isnan(finer))
            continue;
        const double difference = fabs(kl_results_sample(r, x->p, k)[at] - finer);
        *largest = fmax(*largest, difference);
        *mean += difference;
        n++;
    }
    *mean /= n > 0 ? n : 1;
    return n;
}

static kl_status add_errors(const number *x, kl_error *err)
{
    const double limit = value_of(x, x->t->reference);
    const double finer = x->r->finer_reference[kl_results_at(x->r, x->p, x->it, x->q)];
    double evolution, evolution_mean;
    const kl_estimate mean = *kl_table_mean(x->t, x->p, x->it, x->q);
    const int n = compare_evolution(x, &evolution, &evolution_mean);
    if (x->n > 1)
        KL_TRY(add_exact(x, "error:statistical", 1, x->n, (mean.high - mean.low) / 2, err));
    if (n > 0) {
        KL_TRY(add_exact(x, "error:propagator", 1, n, evolution, err));
        KL_TRY(add_exact(x, "error:propagator_mean", 1, n, evolution_mean, err));
    }
    const double size = fabs(limit - at_infinite_size(x));
    if (!isnan(size))
        KL_TRY(add_column(x, x->t->study->sets.size, (kl_estimate){size, size, size}, err));
    if (isnan(limit) || isnan(finer))
        return KL_OK;
    KL_TRY(add_exact(x, "error:reference", 1, x->n, fabs(limit - finer), err));
    if (n == 0)
        return KL_OK;
    const double slack = evolution + fabs(limit - finer);
    return add_column(
        x, x->r->small,
        (kl_estimate){mean.value - limit, mean.low - limit - slack, mean.high - limit + slack},
        err);
}

static kl_status add_shares(const number *x, kl_error *err)
{
    const double limit = value_of(x, x->t->reference);
    double mean = 0;
    if (isnan(limit) || x->n < 2)
        return KL_OK;
    kl_rows_gather(x->r, x->p, x->it, x->q, x->t->y);
    for (int k = 0; k < x->n; k++)
        mean += x->y[k] / x->n;
    for (int o = 0; o < x->r->norders; o++) {
        double central = 0, deviation = 0;
        for (int k = 0; k < x->n; k++) {
            central += pow(fabs(x->y[k] - mean), x->r->order[o]);
            deviation += pow(fabs(x->y[k] - limit), x->r->order[o]);
        }
        if (deviation > 0)
            KL_TRY(add_exact(x, "bias_share", x->r->order[o], x->n, 1 - central / deviation, err));
    }
    return KL_OK;
}

kl_status kl_budget_rows(kl_table *t, kl_error *err)
{
    const kl_results *r = t->r;
    number x = {.t = t, .r = r, .rows = &t->rows, .y = t->y};
    if (r->ensemble == KL_DETERMINISTIC)
        return KL_OK;
    for (x.p = 0; x.p < r->npoints; x.p++)
        for (x.it = 0; x.it < r->ntimes; x.it++)
            for (x.q = 0; x.q < r->nquantities; x.q++) {
                x.n = t->count[x.p];
                if (x.n > 0)
                    KL_TRY(add_errors(&x, err));
                if (x.n > 0)
                    KL_TRY(add_shares(&x, err));
            }
    return KL_OK;
}
