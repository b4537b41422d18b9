/* Where the error of a mean comes from, number by number, each part measured:
 *
 *   error:statistical      half width of the 95% interval of the mean
 *   error:propagator       largest |difference| of a sample and the same with a finer evolution
 *   error:propagator_mean  mean of these
 *   error:reference        |difference| of the limit's value and the same with a finer tolerance
 *   error:box              |difference| of the limit's value in the box and in infinite space
 *   error:eta              what is left of the bias, its interval widened by the two
 *
 * and how a moment about the limit F divides into bias and fluctuation:
 *
 *   bias_share, order r    1 - E|Y - EY|^r / E|Y - F|^r, plug-in; for r = 2 exactly
 *                          bias^2/(bias^2 + central_moment^2), E|Y-F|^2 = bias^2 + E|Y-EY|^2.
 *
 * Local.
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

typedef struct number {
    const kl_results *r;
    kl_rows *rows;
    int p, it, q, n;
    const double *y; /* [n] */
} number;

static size_t at_limit(const number *x)
{
    return kl_results_limit(x->r, x->p, x->it, x->q);
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
    const double limit = x->r->reference[at_limit(x)], finer = x->r->finer_reference[at_limit(x)];
    double standard_error, evolution, evolution_mean;
    kl_estimate mean;
    kl_stats_mean(x->y, x->n, &mean, &standard_error);
    const int n = compare_evolution(x, &evolution, &evolution_mean);
    if (x->n > 1)
        KL_TRY(add_exact(x, "error:statistical", 1, x->n, (mean.high - mean.low) / 2, err));
    if (n > 0) {
        KL_TRY(add_exact(x, "error:propagator", 1, n, evolution, err));
        KL_TRY(add_exact(x, "error:propagator_mean", 1, n, evolution_mean, err));
    }
    const double box = fabs(limit - x->r->infinite[at_limit(x)]);
    if (!isnan(box))
        KL_TRY(add_exact(x, "error:box", 1, x->n, box, err));
    if (isnan(limit) || isnan(finer))
        return KL_OK;
    KL_TRY(add_exact(x, "error:reference", 1, x->n, fabs(limit - finer), err));
    if (n == 0)
        return KL_OK;
    const double slack = evolution + fabs(limit - finer);
    return add(
        x, "error:eta", 1, x->n,
        (kl_estimate){mean.value - limit, mean.low - limit - slack, mean.high - limit + slack},
        err);
}

static kl_status add_shares(const number *x, kl_error *err)
{
    const double limit = x->r->reference[at_limit(x)];
    double mean = 0;
    if (isnan(limit) || x->n < 2)
        return KL_OK;
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

kl_status kl_budget_rows(kl_rows *rows, kl_error *err)
{
    const kl_results *r = rows->results;
    double *y;
    KL_TRY(kl_alloc((size_t)r->nrealizations, sizeof *y, "summary", &y, err));
    number x = {.r = r, .rows = rows, .y = y};
    kl_status status = KL_OK;
    for (x.p = 0; x.p < r->npoints; x.p++)
        for (x.it = 0; x.it < r->ntimes; x.it++)
            for (x.q = 0; status == KL_OK && x.q < r->nquantities; x.q++) {
                x.n = kl_rows_gather(r, x.p, x.it, x.q, y);
                if (x.n > 0)
                    status = add_errors(&x, err);
                if (status == KL_OK && x.n > 0)
                    status = add_shares(&x, err);
            }
    free(y);
    return status;
}
