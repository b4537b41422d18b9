#include "run/until.h"

#include "base/memory.h"
#include "run/collect.h"
#include "run/forecast.h"
#include "statistics/statistics.h"

#include <math.h>
#include <stdlib.h>

int64_t kl_until_next(const kl_until *until, int64_t n)
{
    const int64_t next = n + (n + 1) / 2;
    return next < until->most ? next : until->most;
}

int kl_until_counts(const kl_until *until, int64_t n, double need)
{
    int counts = 1;
    for (; isfinite(need) && (double)n < need && n < until->most; counts++)
        n = kl_until_next(until, n);
    return counts;
}

/* The statistic of one number from the first n batches; y: scratch. */
static kl_status estimate(const kl_until *until, const kl_results *r, int p, int number, int n,
                          double *y, kl_estimate *out, kl_error *err)
{
    double standard_error;
    for (int k = 0; k < n * r->members; k++) {
        y[k] = kl_results_sample(r, p, k)[number];
        kl_results_passed(r, k, k + 1);
    }
    if (until->order > 1)
        return kl_stats_central_moment(y, n * r->members, until->order, out, err);
    for (int b = 0; r->members > 1 && b < n; b++) { /* batches are independent, members are not */
        double sum = 0;
        for (int m = 0; m < r->members; m++)
            sum += y[b * r->members + m];
        y[b] = sum / r->members;
    }
    kl_stats_mean(y, n, out, &standard_error);
    return KL_OK;
}

kl_status kl_until_needed(const kl_study *study, const kl_results *r, int p, int64_t n, double *out,
                          kl_error *err)
{
    const kl_until *until = &study->until;
    double *y;
    *out = 0;
    KL_TRY(kl_alloc((size_t)(n * r->members), sizeof *y, "the plan", &y, err));
    kl_status status = KL_OK;
    for (int i = 0; status == KL_OK && i < r->ntimes * r->nquantities; i++) {
        kl_estimate e;
        if (!kl_forecast_watches(until, &r->quantity[i % r->nquantities]))
            continue;
        status = estimate(until, r, p, i, (int)n, y, &e, err);
        if (status != KL_OK)
            break;
        const double half = (e.high - e.low) / 2, wanted = until->relative_error * fabs(e.value);
        const double need = half <= wanted ? 0 : (double)n * pow(half / wanted, 2);
        *out = isnan(half) ? INFINITY : fmax(*out, need);
    }
    free(y);
    return status;
}

static int64_t finished(const kl_results *r, int p)
{
    int64_t n = 0;
    while ((n + 1) * r->members <= r->nrealizations && kl_collect_has(r, p, n))
        n++;
    return n;
}

/* *out: batches that this point will need, as far as it can be told. */
static kl_status plan_point(const kl_study *study, kl_results *r, int p, double *out, kl_error *err)
{
    const kl_until *until = &study->until;
    const int64_t done = finished(r, p);
    int64_t n = until->least;
    double need = kl_forecast_needed(study, r, p); /* until there are samples */
    need = isnan(need) ? (double)n : need;
    while (done >= n && n < until->most) {
        KL_TRY(kl_until_needed(study, r, p, n, &need, err));
        if (need <= (double)n)
            break;
        n = kl_until_next(until, n);
    }
    r->planned[p] = (int)n * r->members;
    *out = fmax(need, (double)n);
    return KL_OK;
}

/* In seconds on one rank. */
static double work_left(const kl_study *study, const kl_results *r, int p, double need)
{
    const double cost = r->members * study->system->cost(study->self, p, 1).seconds;
    return cost * (fmin(need, (double)study->until.most) - (double)finished(r, p));
}

/* Ascending work; points with the same keep their order. */
static void sort_points(const double *work, int n, int *order)
{
    for (int i = 0; i < n; i++) {
        int j = i;
        for (; j > 0 && work[order[j - 1]] > work[i]; j--)
            order[j] = order[j - 1];
        order[j] = i;
    }
}

kl_status kl_until_plan(const kl_study *study, kl_results *r, int *order, double *need,
                        kl_error *err)
{
    double *work = NULL;
    kl_status status = kl_alloc((size_t)r->npoints, sizeof *work, "the plan", &work, err);
    for (int p = 0; status == KL_OK && p < r->npoints; p++) {
        double needed = (double)study->batches;
        r->planned[p] = r->nrealizations;
        if (study->until.relative_error > 0) {
            status = plan_point(study, r, p, &needed, err);
            work[p] = work_left(study, r, p, needed);
        }
        if (need)
            need[p] = needed;
    }
    if (status == KL_OK && order)
        sort_points(work, r->npoints, order);
    free(work);
    return status;
}
