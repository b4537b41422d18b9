/* What a study's moments can say: which orders have too few realizations for an interval
 * (docs/statistics.md, section 2), and how likely a sample is far from the limit.
 *
 *   probability, order delta      fraction of realizations with |Y - limit| > delta, Wilson
 *   chebyshev_bound, order delta  min over r of (deviation_moment_r / delta)^r, at most 1:
 * Chebyshev's inequality P(|Y - c| > delta) <= E|Y - c|^r / delta^r with the moments as estimated,
 * so itself an estimate. Interval: of the moment that gives the minimum. Local.
 */
#include "summary/rows.h"
#include "summary/summary.h"

#include <math.h>
#include <stdio.h>

/* ---- too few realizations ---- */

bool kl_moments_shortage(const kl_study *study, int64_t realizations, char *text, size_t size)
{
    size_t at = 0;
    text[0] = 0;
    if (study->system->ensemble == KL_DETERMINISTIC)
        return false;
    for (int o = 0; o < study->orders.n; o++) {
        const double r = study->orders.v[o];
        if (realizations < kl_stats_least(r) && at < size)
            at += (size_t)snprintf(text + at, size - at, "%s%g (needs %d)",
                                   at ? ", "
                                      : "too few realizations for an interval: moments of order ",
                                   r, kl_stats_least(r));
    }
    for (int o = 0; o < study->orders.n; o++)
        if (study->orders.v[o] > KL_STATS_TESTED_ORDER && at < size)
            at += (size_t)snprintf(text + at, size - at, "%sorder %g is above %d, the last tested",
                                   at ? "; " : "", study->orders.v[o], KL_STATS_TESTED_ORDER);
    return at > 0;
}

bool kl_moments_warning(const kl_study *study, char *text, size_t size)
{
    return kl_moments_shortage(study, kl_study_realizations(study), text, size);
}

kl_status kl_moments_note(const kl_study *study, int fewest, kl_results *r, kl_error *err)
{
    char text[512];
    if (kl_moments_shortage(study, fewest, text, sizeof text))
        return kl_results_set(r, "moments_note", text, err);
    return kl_results_get(r, "moments_note") ? kl_results_set(r, "moments_note", "none", err)
                                             : KL_OK;
}

/* ---- probabilities ---- */

static kl_estimate chebyshev(const kl_study *study, const kl_estimate *moment, double delta)
{
    kl_estimate best = {INFINITY, NAN, NAN};
    for (int o = 0; o < study->orders.n; o++) {
        const double r = study->orders.v[o], value = pow(moment[o].value / delta, r);
        if (value < best.value)
            best =
                (kl_estimate){value, pow(moment[o].low / delta, r), pow(moment[o].high / delta, r)};
    }
    if (!(best.value < 1)) /* as for no moment at all */
        return (kl_estimate){1, isnan(best.low) ? NAN : fmin(best.low, 1), 1};
    return (kl_estimate){best.value, best.low, isnan(best.high) ? NAN : fmin(best.high, 1)};
}

kl_status kl_moments_chances(const kl_study *study, kl_rows *rows, kl_row row, const double *y,
                             int n, double limit, const kl_estimate *moment, kl_error *err)
{
    for (int i = 0; i < study->deltas.n; i++) {
        int far = 0;
        for (int k = 0; k < n; k++)
            far += fabs(y[k] - limit) > study->deltas.v[i];
        row.order = study->deltas.v[i];
        snprintf(row.statistic, sizeof row.statistic, "probability");
        KL_TRY(kl_rows_add(rows, row, kl_stats_proportion(far, n), err));
        if (n < 2)
            continue;
        snprintf(row.statistic, sizeof row.statistic, "chebyshev_bound");
        KL_TRY(kl_rows_add(rows, row, chebyshev(study, moment, study->deltas.v[i]), err));
    }
    return KL_OK;
}
