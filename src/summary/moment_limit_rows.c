/* Limits of the moments, and the correlations beside theirs:
 *
 *   central_moment_limit, order r   a limit's (E|Y - E Y|^r)^(1/r); of a normal Y every order from
 *                                   one, (E|Z|^r)^(1/r) = sqrt(2) (Gamma((r+1)/2)/sqrt(pi))^(1/r)
 *   moment_ratio, order r           central_moment over that; its interval is that of the moment,
 *                                   widened by the error of the limit
 *
 * Local. */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of order r; NAN: the limit says nothing of it. */
static kl_estimate limit_at(const kl_table *t, const kl_limit_data *limit, int p, int it, int q,
                            double r)
{
    kl_estimate e = kl_table_limit(t, limit, p, it, q);
    if (r == limit->moment)
        return e;
    const double factor =
        limit->normal ? kl_stats_normal_moment(r) / kl_stats_normal_moment(limit->moment) : NAN;
    return (kl_estimate){factor * e.value, factor * e.low, factor * e.high};
}

static kl_status add_ratio(kl_table *t, int limit, kl_row row, int it, int q, int o, kl_estimate of,
                           kl_error *err)
{
    const kl_estimate moment = *kl_table_estimate(t, 1 + o, row.point, it, q);
    const kl_estimate ratio = {moment.value / of.value, moment.low / of.high,
                               moment.high / fmax(of.low, 0)};
    if (!(of.value > 0) || row.realizations < 2)
        return KL_OK;
    *kl_table_estimate(t, kl_table_excess(t, limit, o), row.point, it, q) =
        (kl_estimate){ratio.value - 1, ratio.low - 1, ratio.high - 1};
    kl_results_suffixed(&t->r->limit[limit], "moment_ratio", row.statistic, sizeof row.statistic);
    return kl_rows_add(&t->rows, row, ratio, err);
}

kl_status kl_moment_limit_rows(kl_table *t, int p, int it, int q, int realizations, kl_error *err)
{
    const kl_results *r = t->r;
    for (int i = 0; i < r->nlimits; i++)
        for (int o = 0; o < r->norders && r->limit[i].moment > 0; o++) {
            const kl_estimate e = limit_at(t, &r->limit[i], p, it, q, r->order[o]);
            const kl_row row = kl_row_blank(p, r->time[it], &r->quantity[q], r->limit[i].name,
                                            r->order[o], realizations);
            if (isnan(e.value))
                continue;
            KL_TRY(kl_rows_add(&t->rows, row, e, err));
            if (realizations > 0)
                KL_TRY(add_ratio(t, i, row, it, q, o, e, err));
        }
    return KL_OK;
}

/* ---- correlations ---- */

/* y[n]: less its mean, over its norm; 0 if it does not vary. */
static void normalise(double *y, int n)
{
    double mean = 0, norm = 0;
    for (int k = 0; k < n; k++)
        mean += y[k] / n;
    for (int k = 0; k < n; k++) {
        y[k] -= mean;
        norm += y[k] * y[k];
    }
    for (int k = 0; k < n; k++)
        y[k] = norm > 0 ? y[k] / sqrt(norm) : 0;
}

/* y[numbers][n] of a point. */
static void fill_point(const kl_table *t, int p, double *y, int n)
{
    const kl_results *r = t->r;
    const int numbers = r->ntimes * r->nquantities;
    for (int i = 0; i < numbers; i++) {
        kl_rows_gather(r, p, i / r->nquantities, i % r->nquantities, y + (size_t)i * (size_t)n);
        normalise(y + (size_t)i * (size_t)n, n);
    }
    double *out = r->correlation + (size_t)p * (size_t)numbers * (size_t)numbers;
    for (int i = 0; i < numbers; i++)
        for (int j = 0; j < numbers; j++) {
            double sum = 0;
            for (int k = 0; k < n; k++)
                sum += y[(size_t)i * (size_t)n + (size_t)k] * y[(size_t)j * (size_t)n + (size_t)k];
            out[(size_t)i * (size_t)numbers + (size_t)j] = sum;
        }
}

kl_status kl_correlations(kl_table *t, kl_error *err)
{
    const kl_results *r = t->r;
    double *y;
    if (!r->correlation || r->ensemble == KL_DETERMINISTIC)
        return KL_OK;
    const size_t numbers = (size_t)r->ntimes * (size_t)r->nquantities;
    KL_TRY(kl_alloc(numbers * (size_t)r->nrealizations, sizeof *y, "correlations", &y, err));
    for (int p = 0; p < r->npoints; p++)
        if (t->count[p] > 1)
            fill_point(t, p, y, t->count[p]);
    free(y);
    return KL_OK;
}
