/* Numbers that follow from the study alone, without realizations: a row at each point and
 * the exponent in the small parameter for each series. Local.
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static kl_status add_rates(const kl_study *study, kl_rows *rows, int nfacts, const double *value,
                           double *x, kl_estimate *e, kl_error *err)
{
    const kl_results *r = rows->results;
    for (int s = 0; s < study->about->nseries; s++)
        for (int f = 0; f < nfacts; f++) {
            char name[KL_NAME];
            kl_estimate exponent;
            int n = 0;
            for (int p = 0; p < r->npoints; p++) {
                const double v = value[p * nfacts + f];
                if (r->series[p] != s || isnan(v))
                    continue;
                x[n] = r->point[p * r->ncolumns + r->small];
                e[n++] = (kl_estimate){v, v, v};
            }
            if (n < 2 || !kl_stats_fit_rate(x, e, n, true, &exponent, NULL))
                continue;
            snprintf(name, sizeof name, "rate:%.50s", study->system->fact[f]);
            KL_TRY(
                kl_rows_add(rows, kl_row_of_series(study, s, NAN, NULL, name, 1), exponent, err));
        }
    return KL_OK;
}

static kl_status add_points(const kl_study *study, kl_rows *rows, int nfacts, double *value,
                            kl_error *err)
{
    const kl_results *r = rows->results;
    for (int p = 0; p < r->npoints; p++) {
        double *v = value + p * nfacts;
        KL_TRY(study->system->facts(study->self, p, v, err));
        for (int f = 0; f < nfacts; f++)
            if (!isnan(v[f]))
                KL_TRY(kl_rows_add(rows, kl_row_blank(p, NAN, NULL, study->system->fact[f], 1, 0),
                                   (kl_estimate){v[f], v[f], v[f]}, err));
    }
    return KL_OK;
}

kl_status kl_add_facts(const kl_study *study, kl_rows *rows, kl_error *err)
{
    const size_t n = (size_t)rows->results->npoints;
    double *value = NULL, *x = NULL;
    kl_estimate *e = NULL;
    int nfacts = 0;
    kl_status status = KL_OK;
    if (!study->system->fact)
        return KL_OK;
    while (study->system->fact[nfacts])
        nfacts++;
    KL_GOTO(kl_alloc(n * (size_t)nfacts, sizeof *value, "summary", &value, err));
    KL_GOTO(kl_alloc(n, sizeof *x, "summary", &x, err));
    KL_GOTO(kl_alloc(n, sizeof *e, "summary", &e, err));
    KL_GOTO(add_points(study, rows, nfacts, value, err));
    if (rows->results->small >= 0)
        KL_GOTO(add_rates(study, rows, nfacts, value, x, e, err));
done:
    free(value);
    free(x);
    free(e);
    return status;
}
