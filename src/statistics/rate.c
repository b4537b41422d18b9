/* Fit of value = c x^alpha: the exponent of a rate and its 95% interval.
 *
 * A point counts if x > 0 and value, low, high are finite; its standard error is
 * (high - low) / (2 * 1.96), and never less than 1e-10 of the values, so exact
 * values are allowed.
 *
 * Positive values: log v = log c + alpha log x by weighted least squares, with
 * errors (log high - log low) / (2 * 1.96). A point whose interval reaches zero
 * has an infinite error in the log, hence no weight; a value that is zero for
 * sure lies on no power law.
 *
 * Signed values: for given alpha the best c is linear, so
 *   chi2(alpha) = min_c sum_i ((v_i - c x_i^alpha) / sigma_i)^2,   -2 <= alpha <= 12,
 * is minimised on a grid and refined; the interval is the hull of
 * chi2 <= min + 3.84 max(1, reduced chi2) (profile likelihood: Venzon and
 * Moolgavkar, Appl. Statist. 37 (1988) 87), unbounded if it reaches an end.
 *
 * A reduced chi2 above 1 widens the interval by its root (the scale factor of
 * the Particle Data Group's reviews). Signed values whose chi2 is above the
 * 99.9% quantile for its degrees of freedom are on no power law: no exponent. Local.
 */
#include "statistics/probability.h"

#include "base/bisect.h"
#include "statistics/statistics.h"

#include <math.h>

#define ALPHA_LOW      (-2.0)
#define ALPHA_HIGH     12.0
#define EXACT          1e-10 /* the smallest relative error of a point */
#define SAME_LOG_X     1e-9  /* x that differ relatively by less are one */
#define AMPLITUDE_TEST 3.0   /* standard errors by which c must differ from zero */
#define POOR_FIT       1e-3  /* the least probability of the chi2 of signed values */
enum { GRID = 560 };

typedef struct fit_data {
    const double *x;
    const kl_estimate *value;
    int n;
    bool positive;
    int used;         /* points that count */
    double low, high; /* range of log x */
    double smallest;  /* standard error of exact values */
} fit_data;

typedef struct fit_point {
    double t, v, w; /* log x; value or its log; 1 / standard error^2 */
} fit_point;

static bool point_at(const fit_data *d, int i, fit_point *p)
{
    kl_estimate e = d->value[i];
    bool finite = isfinite(e.value) && isfinite(e.low) && isfinite(e.high);
    if (!finite || !(d->x[i] > 0) || !isfinite(d->x[i]))
        return false;
    if (d->positive && e.low <= 0)
        return false;
    double width = d->positive ? log(e.high / e.low) : e.high - e.low;
    double sigma = fmax(width / (2 * KL_NORMAL_975), d->smallest);
    p->t = log(d->x[i]);
    p->v = d->positive ? log(e.value) : e.value;
    p->w = 1 / (sigma * sigma);
    return true;
}

/* False if there are no two distinct x, or nothing but zeros. */
static bool survey(fit_data *d)
{
    fit_point p;
    double largest = 0;
    d->low = INFINITY;
    d->high = -INFINITY;
    d->smallest = 1;
    for (int i = 0; i < d->n; ++i) {
        if (d->positive && d->value[i].high <= 0)
            return false;
        if (!point_at(d, i, &p))
            continue;
        d->used += 1;
        d->low = fmin(d->low, p.t);
        d->high = fmax(d->high, p.t);
        largest = fmax(largest, fabs(d->value[i].value));
    }
    d->smallest = d->positive ? EXACT : EXACT * largest;
    return d->high - d->low > SAME_LOG_X && largest > 0;
}

/* The factor by which intervals widen; sets *reduced. */
static double widening(const fit_data *d, double chi2, double *reduced)
{
    *reduced = d->used > 2 ? chi2 / (d->used - 2) : NAN;
    return *reduced > 1 ? sqrt(*reduced) : 1;
}

/* Weighted straight line in the logs. */
static bool fit_logs(const fit_data *d, kl_estimate *exponent, double *reduced)
{
    fit_point p;
    double w = 0, t = 0, v = 0, tt = 0, tv = 0, chi2 = 0;
    for (int i = 0; i < d->n; ++i)
        if (point_at(d, i, &p)) {
            w += p.w;
            t += p.w * p.t;
            v += p.w * p.v;
        }
    t /= w;
    v /= w;
    for (int i = 0; i < d->n; ++i)
        if (point_at(d, i, &p)) {
            tt += p.w * (p.t - t) * (p.t - t);
            tv += p.w * (p.t - t) * (p.v - v);
        }
    double alpha = tv / tt;
    for (int i = 0; i < d->n; ++i)
        if (point_at(d, i, &p)) {
            double miss = p.v - v - alpha * (p.t - t);
            chi2 += p.w * miss * miss;
        }
    double scale = widening(d, chi2, reduced), half = KL_NORMAL_975 * scale / sqrt(tt);
    if (!(sqrt(w) >= AMPLITUDE_TEST * scale) || !isfinite(half)) /* 1/sqrt(w): error of log c */
        return false;
    *exponent = (kl_estimate){alpha, alpha - half, alpha + half};
    return true;
}

/* chi2 at the best amplitude for alpha; *significance: |c| / its standard error. */
static double profile(const fit_data *d, double alpha, double *significance)
{
    fit_point p;
    double origin = alpha > 0 ? d->high : d->low; /* powers are at most 1 */
    double uu = 0, uv = 0, chi2 = 0;
    for (int i = 0; i < d->n; ++i)
        if (point_at(d, i, &p)) {
            double u = exp(alpha * (p.t - origin));
            uu += p.w * u * u;
            uv += p.w * u * p.v;
        }
    double c = uv / uu;
    for (int i = 0; i < d->n; ++i)
        if (point_at(d, i, &p)) {
            double miss = p.v - c * exp(alpha * (p.t - origin));
            chi2 += p.w * miss * miss;
        }
    *significance = fabs(c) * sqrt(uu);
    return chi2;
}

static double grid_alpha(int k)
{
    return ALPHA_LOW + (ALPHA_HIGH - ALPHA_LOW) * k / GRID;
}

/* The minimum of chi2: the best grid point, refined by golden section. */
static double best_alpha(const fit_data *d)
{
    const double golden = 0.6180339887498949;
    double best = INFINITY, unused;
    int at = 0;
    for (int k = 0; k <= GRID; ++k) {
        double chi2 = profile(d, grid_alpha(k), &unused);
        if (chi2 < best) {
            best = chi2;
            at = k;
        }
    }
    double a = grid_alpha(at > 0 ? at - 1 : 0), b = grid_alpha(at < GRID ? at + 1 : GRID);
    for (int i = 0; i < 80; ++i) {
        double left = b - golden * (b - a), right = a + golden * (b - a);
        if (profile(d, left, &unused) < profile(d, right, &unused))
            b = right;
        else
            a = left;
    }
    return 0.5 * (a + b);
}

typedef struct level {
    const fit_data *data;
    double chi2;
} level;

static bool fits(const void *context, double alpha)
{
    const level *l = context;
    double unused;
    return profile(l->data, alpha, &unused) <= l->chi2;
}

/* Where chi2 leaves `threshold` for good on one side of alpha (side = -1 or 1);
 * infinite if the end of the range is still below it. */
static double crossing(const fit_data *d, double alpha, double threshold, int side)
{
    const level l = {d, threshold};
    double inside = alpha, outside = side > 0 ? ALPHA_HIGH : ALPHA_LOW;
    if (fits(&l, outside))
        return side * INFINITY;
    for (int k = 0; k <= GRID; ++k) {
        double g = grid_alpha(side > 0 ? GRID - k : k);
        if ((g - alpha) * side <= 0)
            break;
        if (fits(&l, g)) {
            inside = g;
            break;
        }
        outside = g;
    }
    return kl_bisect(fits, &l, inside, outside, 60);
}

static bool fit_profile(const fit_data *d, kl_estimate *exponent, double *reduced)
{
    double significance, alpha = best_alpha(d);
    double chi2 = profile(d, alpha, &significance);
    double scale = widening(d, chi2, reduced);
    double threshold = chi2 + KL_CHI2_1_950 * scale * scale;
    double low = crossing(d, alpha, threshold, -1), high = crossing(d, alpha, threshold, 1);
    if (d->used > 2 && kl_stats_chi2_above(chi2, d->used - 2) < POOR_FIT)
        return false;
    if (!(significance >= AMPLITUDE_TEST * scale) || !isfinite(low) || !isfinite(high))
        return false;
    *exponent = (kl_estimate){alpha, low, high};
    return true;
}

bool kl_stats_fit_rate(const double *x, const kl_estimate *value, int n, bool positive,
                       kl_estimate *exponent, double *reduced_chi2)
{
    fit_data d = {.x = x, .value = value, .n = n, .positive = positive};
    double reduced = NAN;
    *exponent = (kl_estimate){NAN, NAN, NAN};
    bool found = survey(&d) && (positive ? fit_logs(&d, exponent, &reduced)
                                         : fit_profile(&d, exponent, &reduced));
    if (reduced_chi2)
        *reduced_chi2 = reduced;
    return found;
}
