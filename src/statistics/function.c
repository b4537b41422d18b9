/* A function of several means and its BCa bootstrap interval: whole realizations
 * are drawn, so correlations between the means are kept. The acceleration comes
 * from the jackknife, a = sum d^3 / (6 (sum d^2)^(3/2)), d_i = mean f - f without
 * row i: B. Efron, J. Amer. Statist. Assoc. 82 (1987) 171. Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { RESAMPLES = 2000 };

typedef struct problem {
    const double *y;
    int n, m;
    kl_stats_function f;
    const void *context;
    double *mean;      /* [m] of the resample in work */
    double *whole;     /* [m] of all rows */
    double *replicate; /* [RESAMPLES] */
    double *without;   /* [n] f without one row */
    int *index;        /* [n] */
} problem;

/* f of the rows index[0..n-1]. */
static double evaluate(const problem *p)
{
    for (int j = 0; j < p->m; j++)
        p->mean[j] = 0;
    for (int i = 0; i < p->n; i++)
        for (int j = 0; j < p->m; j++)
            p->mean[j] += p->y[(size_t)p->index[i] * (size_t)p->m + (size_t)j];
    for (int j = 0; j < p->m; j++)
        p->mean[j] /= p->n;
    return p->f(p->context, p->mean);
}

/* From the means of all rows in p->whole; NAN if f has no value without some row. */
static double acceleration(const problem *p)
{
    double mean = 0, square = 0, cube = 0;
    for (int i = 0; i < p->n; i++) {
        for (int j = 0; j < p->m; j++)
            p->mean[j] = p->whole[j] +
                         (p->whole[j] - p->y[(size_t)i * (size_t)p->m + (size_t)j]) / (p->n - 1);
        p->without[i] = p->f(p->context, p->mean);
        mean += p->without[i] / p->n;
    }
    for (int i = 0; i < p->n; i++) {
        const double d = mean - p->without[i];
        square += d * d;
        cube += d * d * d;
    }
    if (square <= p->n * (1e-14 * mean) * (1e-14 * mean)) /* rounding alone */
        return 0;
    return cube / (6 * square * sqrt(square));
}

static void estimate(const problem *p, uint64_t key, kl_estimate *out)
{
    for (int i = 0; i < p->n; i++)
        p->index[i] = i;
    out->value = evaluate(p);
    memcpy(p->whole, p->mean, (size_t)p->m * sizeof *p->mean);
    if (isnan(out->value) || p->n < 3)
        return;
    const double a = acceleration(p);
    for (int b = 0; b < RESAMPLES; b++) {
        kl_bootstrap_resample(key, (uint32_t)b, p->n, p->index);
        p->replicate[b] = evaluate(p);
        if (isnan(p->replicate[b]) || isnan(a))
            return;
    }
    kl_bootstrap_bca(out->value, p->replicate, RESAMPLES, a, &out->low, &out->high);
}

kl_status kl_stats_function_of_means(const double *y, int n, int m, kl_stats_function f,
                                     const void *context, uint64_t key, kl_estimate *out,
                                     kl_error *err)
{
    problem p = {.y = y, .n = n, .m = m, .f = f, .context = context};
    *out = (kl_estimate){NAN, NAN, NAN};
    if (n < 1)
        return KL_OK;
    kl_status status = kl_alloc(2 * (size_t)m + (size_t)n + RESAMPLES, sizeof *p.mean,
                                "bootstrap resamples", &p.mean, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)n, sizeof *p.index, "bootstrap resamples", &p.index, err);
    if (status == KL_OK) {
        p.whole = p.mean + m;
        p.without = p.whole + m;
        p.replicate = p.without + n;
        estimate(&p, key, out);
    }
    free(p.mean);
    free(p.index);
    return status;
}
