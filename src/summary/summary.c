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
            if (i % (size_t)r->ntimes == 0)
                kl_results_passed(r, (int64_t)i / r->ntimes, (int64_t)i / r->ntimes + 1);
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
    const size_t n = ((size_t)kl_table_statistics(t) + 1) * points * times * (size_t)r->nquantities;
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

/* Rank 0: those of its numbers. */
static kl_status add_numbers(kl_table *t, const kl_number_table *numbers, int p, kl_error *err)
{
    const int64_t each = (int64_t)t->r->ntimes * t->r->nquantities;
    for (int64_t i = numbers->start[p * each]; i < numbers->start[(p + 1) * each]; i++) {
        const kl_row *row = &numbers->row[i];
        KL_TRY(kl_rows_add(&t->rows, *row, (kl_estimate){row->value, row->low, row->high}, err));
    }
    return KL_OK;
}

/* Point by point, by all ranks. */
static kl_status fill_points(kl_table *t, kl_error *err)
{
    kl_number_table numbers = {0};
    kl_status status = kl_numbers_fill(t, &numbers, err);
    for (int p = 0; status == KL_OK && p < t->r->npoints; p++) {
        kl_status own = t->rank == 0 ? add_numbers(t, &numbers, p, err) : KL_OK;
        status = kl_table_agree(t, own, err);
        if (status == KL_OK)
            status = kl_derived_rows(t, p, err);
        if (status == KL_OK && t->rank == 0)
            own = add_checks(t, p, err);
        if (status == KL_OK)
            status = kl_table_agree(t, own, err);
    }
    kl_numbers_destroy(&numbers);
    return status;
}

/* Rank 0: what does not go through all samples of many numbers. */
static kl_status fill_rest(kl_table *t, kl_error *err)
{
    const kl_results *r = t->r;
    if (r->small >= 0)
        KL_TRY(kl_rate_rows(t, err));
    KL_TRY(kl_add_constants(t->study, &t->rows, err));
    KL_TRY(kl_budget_rows(t, err));
    KL_TRY(kl_correlations(t, err));
    KL_TRY(kl_compare_variants(t->study, &t->rows, err));
    KL_TRY(kl_scaling_rows(t, err));
    return kl_extrapolate_sizes(t, err);
}

static kl_status fill(kl_table *t, kl_error *err)
{
    KL_TRY(kl_table_agree(t, allocate(t, err), err));
    KL_TRY(fill_points(t, err));
    return kl_table_agree(t, t->rank == 0 ? fill_rest(t, err) : KL_OK, err);
}

kl_status kl_summarise(const kl_study *study, kl_results *results, MPI_Comm comm, kl_error *err)
{
    kl_table t = {.study = study,
                  .r = results,
                  .rows = {.results = results},
                  .reference = kl_results_find_limit(results, "reference"),
                  .comm = comm,
                  .ranks = 1};
    if (comm != MPI_COMM_NULL) {
        MPI_Comm_rank(comm, &t.rank);
        MPI_Comm_size(comm, &t.ranks);
    }
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
