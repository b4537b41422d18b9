/* The rows of `kinlim export`: statistics of the samples, the limits beside them, rates in the
 * small parameter (docs/statistics.md).
 */
#include "summary/rows.h"
#include "summary/summary.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* The worst case of each check over realizations and stations. */
static kl_status add_checks(kl_table *t, int p, kl_error *err)
{
    const kl_results *r = t->r;
    const size_t n = (size_t)r->nrealizations * (size_t)r->ntimes;
    for (int c = 0; c < r->nchecks; c++) {
        double worst = NAN;
        for (size_t i = 0; i < n; i++) {
            const double v = r->check_value[((size_t)p * n + i) * (size_t)r->nchecks + (size_t)c];
            if (!isnan(v) && !(v <= worst))
                worst = v;
        }
        if (!isnan(worst))
            KL_TRY(kl_rows_add_exact(
                &t->rows, kl_row_blank(p, NAN, NULL, r->check[c], 1, t->count[p]), worst, err));
    }
    return KL_OK;
}

static kl_status allocate(kl_table *t, kl_error *err)
{
    const kl_results *r = t->r;
    const size_t points = (size_t)r->npoints, times = (size_t)r->ntimes;
    const size_t n = (size_t)kl_table_statistics(t) * points * times * (size_t)r->nquantities;
    const size_t derived = (size_t)t->study->description->nderived * points * times;
    KL_TRY(kl_alloc((size_t)r->nrealizations, sizeof *t->y, "summary", &t->y, err));
    KL_TRY(kl_alloc(points, sizeof *t->count, "summary", &t->count, err));
    KL_TRY(kl_alloc(n, sizeof *t->estimate, "summary", &t->estimate, err));
    KL_TRY(kl_alloc(derived, sizeof *t->derived, "summary", &t->derived, err));
    for (size_t i = 0; i < n; i++)
        t->estimate[i] = (kl_estimate){NAN, NAN, NAN};
    for (size_t i = 0; i < derived; i++)
        t->derived[i] = (kl_estimate){NAN, NAN, NAN};
    for (int p = 0; p < r->npoints; p++)
        t->count[p] = kl_rows_count(r, p);
    return KL_OK;
}

static kl_status fill(kl_table *t, kl_error *err)
{
    const kl_results *r = t->r;
    KL_TRY(allocate(t, err));
    for (int p = 0; p < r->npoints; p++) {
        for (int it = 0; it < r->ntimes; it++)
            for (int q = 0; q < r->nquantities; q++)
                KL_TRY(kl_number_rows(t, p, it, q, err));
        KL_TRY(kl_derived_rows(t, p, err));
        KL_TRY(add_checks(t, p, err));
    }
    if (r->small >= 0)
        KL_TRY(kl_rate_rows(t, err));
    KL_TRY(kl_add_constants(t->study, &t->rows, err));
    KL_TRY(kl_budget_rows(t, err));
    KL_TRY(kl_correlations(t, err));
    KL_TRY(kl_compare_variants(t->study, &t->rows, err));
    KL_TRY(kl_scaling_rows(t, err));
    return kl_extrapolate_sizes(t, err);
}

kl_status kl_summarise(const kl_study *study, kl_results *results, kl_error *err)
{
    kl_table t = {.study = study,
                  .r = results,
                  .rows = {.results = results},
                  .reference = kl_results_find_limit(results, "reference")};
    results->block = study->description->block;
    free(results->row);
    results->row = NULL;
    results->nrows = 0;
    kl_status status = fill(&t, err);
    int fewest = INT32_MAX;
    for (int p = 0; status == KL_OK && p < results->npoints; p++)
        fewest = t.count[p] < fewest ? t.count[p] : fewest;
    if (status == KL_OK)
        status = kl_moments_note(study, fewest, results, err);
    free(t.y);
    free(t.count);
    free(t.estimate);
    free(t.derived);
    return status;
}

double kl_summary_seconds(const kl_study *study, double batches)
{
    /* Of a sample, of one order of its moments, and in the resamples of a derived statistic. */
    static const double of_a_sample = 0.3e-6, of_an_order = 0.25e-6, resampled = 0.7e-6;
    const kl_description *about = study->description;
    const double numbers = (double)study->stations.n * about->nquantities;
    double derived = 0;
    for (int i = 0; i < about->nderived; i++)
        derived += about->derived[i].per_station ? study->stations.n : 1;
    if (study->system->ensemble == KL_DETERMINISTIC)
        return 0;
    return about->points.n * batches * numbers *
           (study->members * (of_a_sample + study->orders.n * of_an_order) + derived * resampled);
}
