/* The rows of one number (an observable's part at a point and a station): its mean over
 * realizations, its limits and the bias from each, its moments (docs/statistics.md).
 *
 * A deterministic value has its own error as its interval and no moments. Local.
 */
#include "summary/rows.h"

#include "base/memory.h"
#include "summary/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct number {
    kl_table *t;
    int p, it, q, n; /* n: finished realizations */
    double slack;    /* of the reference; NAN: none */
    double limit;
} number;

static kl_row row_of(const number *x, const char *statistic, double order)
{
    const kl_results *r = x->t->r;
    return kl_row_blank(x->p, r->time[x->it], &r->quantity[x->q], statistic, order, x->n);
}

static kl_status add(const number *x, const char *statistic, double order, kl_estimate e,
                     kl_error *err)
{
    return kl_rows_add(&x->t->rows, row_of(x, statistic, order), e, err);
}

/* *standard_error: NAN of what is deterministic. */
static bool mean_of(const kl_results *r, int point, int time, int quantity, double *y,
                    kl_estimate *mean, double *standard_error)
{
    const int n = kl_rows_gather_independent(r, point, time, quantity, y);
    *standard_error = NAN;
    if (n > 0 && r->ensemble == KL_DETERMINISTIC) {
        const double error = r->sample_error[kl_results_at(r, point, time, quantity)];
        *mean = (kl_estimate){y[0], y[0] - error, y[0] + error};
    } else if (n > 0)
        kl_stats_mean(y, n, mean, standard_error);
    return n > 0;
}

bool kl_summary_mean(const kl_results *results, int point, int time, int quantity, double *y,
                     kl_estimate *mean)
{
    double standard_error;
    return mean_of(results, point, time, quantity, y, mean, &standard_error);
}

static kl_status add_mean(const number *x, kl_estimate *mean, kl_error *err)
{
    kl_table *t = x->t;
    double standard_error;
    mean_of(t->r, x->p, x->it, x->q, t->y, mean, &standard_error);
    *kl_table_mean(t, x->p, x->it, x->q) = *mean;
    KL_TRY(add(x, "mean", 1, *mean, err));
    if (t->r->ensemble == KL_DETERMINISTIC)
        return KL_OK;
    return add(x, "standard_error", 1,
               (kl_estimate){standard_error, standard_error, standard_error}, err);
}

/* The limit, and what the mean misses of it. */
static kl_status add_limit(const number *x, int limit, const kl_estimate *mean, kl_error *err)
{
    kl_table *t = x->t;
    const kl_limit_data *data = &t->r->limit[limit];
    const bool main_one = data == t->reference;
    const kl_estimate e = kl_table_limit(t, data, x->p, x->it, x->q);
    kl_estimate *bias = kl_table_estimate(t, kl_table_bias(t, limit), x->p, x->it, x->q);
    char name[2][KL_NAME + 16];
    if (isnan(e.value))
        return KL_OK;
    snprintf(name[0], sizeof name[0], main_one ? "reference" : "%s_reference", data->name);
    snprintf(name[1], sizeof name[1], main_one ? "bias" : "%s_bias", data->name);
    KL_TRY(add(x, name[0], 1, e, err));
    if (x->n == 0)
        return KL_OK;
    const double slack = data->error[kl_results_at(t->r, x->p, x->it, x->q)];
    *bias = (kl_estimate){mean->value - e.value, mean->low - e.value - slack,
                          mean->high - e.value + slack};
    return add(x, name[1], 1, *bias, err);
}

/* What the finite size changes: the reference less the same at infinite size. */
static kl_status add_size_effect(const number *x, const kl_limit_data *infinite, kl_error *err)
{
    const kl_table *t = x->t;
    char name[2 * KL_NAME];
    const int column = t->study->sets.size;
    if (!t->reference || !infinite->infinite_size || column < 0)
        return KL_OK;
    const size_t at = kl_results_at(t->r, x->p, x->it, x->q);
    const double effect = t->reference->value[at] - infinite->value[at];
    const double both = infinite->error[at] + t->reference->error[at];
    snprintf(name, sizeof name, "%.40s_effect", t->r->column[column].name);
    return isnan(effect)
               ? KL_OK
               : add(x, name, 1, (kl_estimate){effect, effect - both, effect + both}, err);
}

static kl_status add_limits(number *x, const kl_estimate *mean, kl_error *err)
{
    kl_table *t = x->t;
    for (int pass = 0; pass < 2; pass++) /* the reference, then the others */
        for (int i = 0; i < t->r->nlimits; i++) {
            if ((&t->r->limit[i] == t->reference) != (pass == 0) || t->r->limit[i].moment > 0 ||
                t->study->description->limit[i].silent)
                continue;
            KL_TRY(add_limit(x, i, mean, err));
            if (pass > 0)
                KL_TRY(add_size_effect(x, &t->r->limit[i], err));
        }
    return KL_OK;
}

/* A moment about the limit is known no better than the limit and the samples are. */
static void widen(kl_estimate *e, double slack)
{
    if (e->low > 0)
        e->low = fmax(e->low - slack, 0);
    e->high += slack;
}

static kl_status add_moments(const number *x, kl_error *err)
{
    kl_table *t = x->t;
    const kl_results *r = t->r;
    const double known = kl_table_accuracy(t, x->p, x->it, x->q);
    for (int kind = 0; kind < 2; kind++)
        for (int o = 0; o < r->norders; o++) {
            kl_estimate *e = kl_table_estimate(t, 1 + kind * r->norders + o, x->p, x->it, x->q);
            if (kind == 1 && isnan(x->limit))
                continue;
            if (kind == 0)
                KL_TRY(kl_stats_central_moment(t->y, x->n, r->order[o], e, err));
            else
                KL_TRY(kl_stats_moment_about(t->y, x->n, x->limit, r->order[o], e, err));
            if (kind == 1)
                widen(e, x->slack + known);
            KL_TRY(add(x, kind ? "deviation_moment" : "central_moment", r->order[o], *e, err));
        }
    return KL_OK;
}

static kl_status add_chances(const number *x, kl_error *err)
{
    const kl_results *r = x->t->r;
    kl_estimate *moment;
    KL_TRY(kl_alloc((size_t)r->norders, sizeof *moment, "summary", &moment, err));
    for (int o = 0; o < r->norders; o++)
        moment[o] = *kl_table_estimate(x->t, 1 + r->norders + o, x->p, x->it, x->q);
    const kl_status status = kl_moments_chances(x->t->study, &x->t->rows, row_of(x, "", 1), x->t->y,
                                                x->n, x->limit, moment, err);
    free(moment);
    return status;
}

kl_status kl_number_rows(kl_table *t, int p, int it, int q, kl_error *err)
{
    const kl_estimate reference = kl_table_limit(t, t->reference, p, it, q);
    number x = {.t = t, .p = p, .it = it, .q = q, .limit = reference.value};
    kl_estimate mean = {NAN, NAN, NAN};
    x.slack = t->reference ? t->reference->error[kl_results_at(t->r, p, it, q)] : NAN;
    x.n = t->count[p];
    if (x.n > 0)
        KL_TRY(add_mean(&x, &mean, err));
    KL_TRY(add_limits(&x, &mean, err));
    if (t->r->ensemble == KL_DETERMINISTIC)
        return KL_OK;
    if (kl_rows_block(t->r) > 1) /* y has their means */
        kl_rows_gather(t->r, p, it, q, t->y);
    if (x.n > 0)
        KL_TRY(add_moments(&x, err));
    KL_TRY(kl_moment_limit_rows(t, p, it, q, x.n, err));
    if (x.n == 0)
        return KL_OK;
    return isnan(x.limit) ? KL_OK : add_chances(&x, err);
}
