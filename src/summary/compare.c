/* Points against each other.
 *
 * Points that differ in a variant alone, e.g. in the distribution of the disorder, draw the same
 * random numbers, so their samples are correlated and the comparison with the first of them, the
 * twin, is paired: over the realizations that both have,
 *
 *   STATISTIC:mean            E(Y - Y_twin), Student's t of the differences
 *   STATISTIC:central_moment  (Var Y)^(1/2) - (Var Y_twin)^(1/2), BCa over pairs
 *
 * STATISTIC is the variant column's name for it. Local.
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct pairs {
    double *difference; /* [n] */
    double *power;      /* [n][4]: y, y^2, twin, twin^2, each y from the first */
    int n;
} pairs;

static void gather_pairs(const kl_results *r, int p, int twin, int it, int q, pairs *out)
{
    const uint8_t *done = r->done + (size_t)p * (size_t)r->nrealizations;
    const uint8_t *twin_done = r->done + (size_t)twin * (size_t)r->nrealizations;
    const int number = it * r->nquantities + q;
    double first = NAN, other = NAN;
    out->n = 0;
    for (int k = 0; k < r->nrealizations; k++) {
        if (!done[k] || !twin_done[k])
            continue;
        const double y = kl_results_sample(r, p, k)[number];
        const double z = kl_results_sample(r, twin, k)[number];
        if (out->n == 0) { /* origins: the squares lose no digits */
            first = y;
            other = z;
        }
        double *power = out->power + 4 * (size_t)out->n;
        power[0] = y - first;
        power[1] = power[0] * power[0];
        power[2] = z - other;
        power[3] = power[2] * power[2];
        out->difference[out->n++] = y - z;
        kl_results_passed(r, k, k + 1);
    }
}

static double deviation_difference(const void *context, const double *mean)
{
    const int n = *(const int *)context;
    const double scale = (double)n / (n - 1);
    return sqrt(fmax(scale * (mean[1] - mean[0] * mean[0]), 0)) -
           sqrt(fmax(scale * (mean[3] - mean[2] * mean[2]), 0));
}

/* kind: what is compared, "mean" or "central_moment". */
static kl_row row_of(const kl_study *study, const kl_results *r, int p, int it, int q,
                     const char *kind, double order, int n)
{
    char name[2 * KL_NAME];
    snprintf(name, sizeof name, "%.40s:%s", r->column[study->sets.variant].statistic, kind);
    return kl_row_blank(p, r->time[it], &r->quantity[q], name, order, n);
}

static kl_status compare(const kl_study *study, kl_rows *rows, int p, int it, int q, pairs *scratch,
                         kl_error *err)
{
    const kl_results *r = rows->results;
    kl_estimate e;
    double standard_error;
    gather_pairs(r, p, study->sets.twin[p], it, q, scratch);
    const int n = scratch->n;
    if (n == 0)
        return KL_OK;
    kl_stats_mean(scratch->difference, n, &e, &standard_error);
    KL_TRY(kl_rows_add(rows, row_of(study, r, p, it, q, "mean", 1, n), e, err));
    if (n < 2)
        return KL_OK;
    const kl_row row = row_of(study, r, p, it, q, "central_moment", 2, n);
    const uint64_t key =
        kl_rows_key(study, p, row.statistic, row.observable, row.part, row.time, 2);
    KL_TRY(
        kl_stats_function_of_means(scratch->power, n, 4, deviation_difference, &n, key, &e, err));
    return kl_rows_add(rows, row, e, err);
}

kl_status kl_compare_variants(const kl_study *study, kl_rows *rows, kl_error *err)
{
    const kl_results *r = rows->results;
    const int *twin = study->sets.twin;
    pairs scratch = {0};
    kl_status status = KL_OK;
    if (!twin)
        return KL_OK;
    KL_GOTO(
        kl_alloc((size_t)r->nrealizations, sizeof(double), "summary", &scratch.difference, err));
    KL_GOTO(kl_alloc(4 * (size_t)r->nrealizations, sizeof(double), "summary", &scratch.power, err));
    for (int p = 0; p < r->npoints; p++)
        for (int it = 0; it < r->ntimes && twin[p] != p; it++)
            for (int q = 0; q < r->nquantities; q++)
                KL_GOTO(compare(study, rows, p, it, q, &scratch, err));
done:
    free(scratch.difference);
    free(scratch.power);
    return status;
}
