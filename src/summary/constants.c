/* Numbers that follow from the study alone, without realizations: a row at each point and, where
 * asked for, the exponent in the small parameter for each series. Local.
 */
#include "summary/rows.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct constants {
    const kl_study *study;
    kl_rows *rows;
    double *value;  /* [npoints][nconstants] */
    double *x;      /* [npoints] */
    kl_estimate *e; /* [npoints] */
} constants;

static kl_row as_row(const kl_constant *c, kl_row row)
{
    row.order = c->order > 0 || c->zero_order ? c->order : 1;
    snprintf(row.observable, sizeof row.observable, "%s", c->observable ? c->observable : "");
    snprintf(row.part, sizeof row.part, "%s", c->part ? c->part : "");
    return row;
}

static kl_status add_rate(const constants *all, int series, int which, kl_error *err)
{
    const kl_results *r = all->rows->results;
    const kl_description *about = all->study->description;
    const kl_constant *constant = &about->constant[which];
    char name[KL_NAME];
    kl_estimate exponent;
    int n = 0;
    for (int p = 0; p < r->npoints; p++) {
        const double v = all->value[p * about->nconstants + which];
        if (r->series[p] != series || isnan(v))
            continue;
        all->x[n] = r->point[p * r->ncolumns + r->small];
        all->e[n++] = (kl_estimate){v, v, v};
    }
    if (n < 2 || !kl_stats_fit_rate(all->x, all->e, n, true, &exponent, NULL))
        return KL_OK;
    snprintf(name, sizeof name, "rate:%.50s", constant->name);
    const kl_row row = kl_row_of_series(all->study, series, NAN, NULL, name, 1);
    return kl_rows_add(all->rows, as_row(constant, row), exponent, err);
}

static kl_status add_points(const constants *all, kl_error *err)
{
    const kl_description *about = all->study->description;
    for (int p = 0; p < about->points.n; p++) {
        double *value = all->value + p * about->nconstants;
        for (int c = 0; c < about->nconstants; c++)
            value[c] = NAN;
        KL_TRY(all->study->system->constants(all->study->self, p, value, err));
        for (int c = 0; c < about->nconstants; c++)
            if (!isnan(value[c]))
                KL_TRY(kl_rows_add_exact(
                    all->rows,
                    as_row(&about->constant[c],
                           kl_row_blank(p, NAN, NULL, about->constant[c].name, 1, 0)),
                    value[c], err));
    }
    return KL_OK;
}

static kl_status add_rates(const constants *all, kl_error *err)
{
    const kl_description *about = all->study->description;
    for (int s = 0; s < all->study->sets.nseries; s++)
        for (int c = 0; c < about->nconstants; c++)
            if (about->constant[c].rated)
                KL_TRY(add_rate(all, s, c, err));
    return KL_OK;
}

kl_status kl_add_constants(const kl_study *study, kl_rows *rows, kl_error *err)
{
    const kl_description *about = study->description;
    const size_t n = (size_t)about->points.n;
    constants all = {.study = study, .rows = rows};
    kl_status status = KL_OK;
    if (about->nconstants == 0)
        return KL_OK;
    KL_GOTO(kl_alloc(n * (size_t)about->nconstants, sizeof *all.value, "summary", &all.value, err));
    KL_GOTO(kl_alloc(n, sizeof *all.x, "summary", &all.x, err));
    KL_GOTO(kl_alloc(n, sizeof *all.e, "summary", &all.e, err));
    KL_GOTO(add_points(&all, err));
    if (rows->results->small >= 0)
        KL_GOTO(add_rates(&all, err));
done:
    free(all.value);
    free(all.x);
    free(all.e);
    return status;
}
