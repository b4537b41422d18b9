/* Moments (E|Y - c|^r)^(1/r) about a known c or about the mean: values corrected for bias,
 * intervals by moment_interval.c.
 *
 * The r-th moment under the root: about a known c the mean of |y - c|^r, unbiased; about the mean
 * the h-statistic for r = 2, 4, 6, unbiased (hstatistic.c), else the plug-in
 * m = sum |y_i - mean|^r / n. The root, and for other orders the plug-in itself, leave a bias of
 * order 1/n, removed by the jackknife: with theta the root and theta_(i) the same without
 * realization i,
 *   value = n theta - (n-1) mean theta_(i)
 * (M. Quenouille, Biometrika 43 (1956) 353). Where an h-statistic is negative, here or without a
 * realization, the plug-in takes its place; where the corrected value is not positive, or n < 4,
 * there is no correction of the root.
 *
 * Without realization i the mean moves by -d_i/(n-1), d = y - mean, so
 *   (n-1) m_(i) = F(d_i/(n-1)) - |d_i n/(n-1)|^r,   F(u) = sum_j |d_j + u|^r,
 * with F from its Taylor series in u over the j with |d_j| >= max(4, r) max|u|, term by term over
 * the few others: O(n), relative error below 1e-12.
 *
 * The error for the interval is that of the influence function of log m,
 *   U_i = |d_i|^r - m                                     (c known)
 *   U_i = |d_i|^r - m - r d_i mean(sign(d) |d|^(r-1))     (central).
 *
 * The sample is sorted first (the result does not depend on its order), shifted and divided by a
 * power of two, so that no power overflows. Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LARGEST_ORDER: the largest deviation is in [1/4, 2] after scaling, and so no cube of a power
 * underflows. LARGEST_PRODUCT: integer orders up to this are products, not pow(). */
enum { LARGEST_ORDER = 100, LARGEST_PRODUCT = 16, TERMS = 20, LEAST_JACKKNIFE = 4 };

typedef struct sample {
    int n;
    bool central;
    double r;
    double *y;     /* [n] sorted, shifted, scaled; in the end the deviations from the centre */
    double *power; /* [n] |y - centre|^r */
} sample;

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of(const double *y, int n)
{
    double lane[4] = {0, 0, 0, 0};
    int i = 0;
    for (; i + 4 <= n; i += 4)
        for (int j = 0; j < 4; ++j)
            lane[j] += y[i + j];
    for (; i < n; ++i)
        lane[0] += y[i];
    return ((lane[0] + lane[1]) + (lane[2] + lane[3])) / n;
}

static double power_of(double x, double r)
{
    double product = 1;
    if (r != floor(r) || r > LARGEST_PRODUCT)
        return pow(fabs(x), r);
    for (int k = 0; k < (int)r; ++k)
        product *= fabs(x);
    return product;
}

/* ---- without one realization ---- */

typedef struct shifted {
    int first, last;    /* d[first..last-1] are near zero: summed one by one */
    double term[TERMS]; /* coefficients of u^k from the others */
} shifted;

static shifted expand(const sample *s)
{
    const double *d = s->y;
    const double largest = fmax(fabs(d[0]), fabs(d[s->n - 1])) / (s->n - 1);
    const double near = fmax(4, s->r) * largest;
    shifted f = {.first = 0, .last = s->n};
    while (f.first < s->n && d[f.first] <= -near)
        f.first++;
    while (f.last > f.first && d[f.last - 1] >= near)
        f.last--;
    for (int i = 0; i < s->n; ++i) {
        if (i >= f.first && i < f.last)
            continue;
        double t = s->power[i];
        for (int k = 0; k < TERMS; ++k) {
            f.term[k] += t;
            t *= (s->r - k) / (k + 1) / d[i];
        }
    }
    return f;
}

static double sum_shifted(const sample *s, const shifted *f, double u)
{
    double sum = 0;
    for (int k = TERMS - 1; k >= 0; --k)
        sum = sum * u + f->term[k];
    for (int i = f->first; i < f->last; ++i)
        sum += power_of(s->y[i] + u, s->r);
    return sum;
}

/* (E|D|^r)^(1/r) averaged over the samples without one realization. */
static double mean_without(const sample *s, double moment)
{
    const double root = 1 / s->r;
    double sum = 0;
    shifted f = {0};
    if (s->central)
        f = expand(s);
    for (int i = 0; i < s->n; ++i) {
        const double u = s->y[i] / (s->n - 1);
        const double m = s->central ? sum_shifted(s, &f, u) - power_of(s->y[i] + u, s->r)
                                    : s->n * moment - s->power[i];
        sum += pow(fmax(m, 0) / (s->n - 1), root);
    }
    return sum / s->n;
}

/* ---- h-statistics ---- */

static void power_sums(const sample *s, double sum[7])
{
    for (int q = 0; q < 7; ++q)
        sum[q] = 0;
    for (int i = 0; i < s->n; ++i) {
        double t = 1;
        for (int q = 0; q < 7; ++q) {
            sum[q] += t;
            t *= s->y[i];
        }
    }
    sum[1] = 0;
}

/* The power sums about the mean of the others, without a realization that deviates by d. */
static void power_sums_without(const double sum[7], int n, double d, double out[7])
{
    const double u = d / (n - 1);
    double own = 1;
    for (int q = 0; q < 7; ++q) {
        double value = 0, binomial = 1, shift = 1;
        for (int k = q; k >= 0; --k) { /* C(q,k) s_k u^(q-k) */
            value += binomial * sum[k] * shift;
            binomial = binomial * k / (q - k + 1);
            shift *= u;
        }
        out[q] = value - own;
        own *= d + u;
    }
}

/* The root of the h-statistic and its mean without one realization; false if one is negative. */
static bool unbiased_roots(const sample *s, double *value, double *without)
{
    const int r = (int)s->r;
    double sum[7], rest[7], total = 0;
    power_sums(s, sum);
    const double h = kl_h_statistic(r, s->n, sum);
    bool positive = h > 0;
    for (int i = 0; positive && i < s->n && s->n > r; ++i) {
        power_sums_without(sum, s->n, s->y[i], rest);
        const double hi = kl_h_statistic(r, s->n - 1, rest);
        positive = hi > 0;
        total += pow(hi, 1 / s->r);
    }
    *value = pow(h, 1 / s->r);
    *without = total / s->n;
    return positive;
}

static double corrected(const sample *s, double moment)
{
    const bool even = s->central && (s->r == 2 || s->r == 4 || s->r == 6) && s->n >= s->r;
    double value = pow(moment, 1 / s->r), without = 0;
    const bool unbiased = even && unbiased_roots(s, &value, &without);
    if (even && !unbiased)
        value = pow(moment, 1 / s->r);
    if (s->n < LEAST_JACKKNIFE)
        return value;
    if (!unbiased || s->n <= s->r)
        without = mean_without(s, moment);
    const double better = s->n * value - (s->n - 1) * without;
    return better > 0 ? better : value;
}

/* ---- interval ---- */

/* Standard error of log m^ from the influence function. */
static double relative_error(const sample *s, double moment)
{
    double slope = 0, square = 0;
    if (s->central) {
        for (int i = 0; i < s->n; ++i)
            slope += s->y[i] != 0 ? s->power[i] / s->y[i] : 0;
        slope *= s->r / s->n;
    }
    for (int i = 0; i < s->n; ++i) {
        double u = s->power[i] - moment - slope * s->y[i];
        square += u * u;
    }
    if (square <= s->n * (1e-12 * moment) * (1e-12 * moment)) /* rounding alone */
        return 0;
    return sqrt(square) / (s->n * moment);
}

/* Estimate from a prepared sample that is not constant, in units of `scale`. */
static kl_estimate estimate(const sample *s, double scale)
{
    const double centre = s->central ? mean_of(s->y, s->n) : 0;
    for (int i = 0; i < s->n; ++i) {
        s->y[i] -= centre;
        s->power[i] = power_of(s->y[i], s->r);
    }
    const double moment = mean_of(s->power, s->n);
    kl_estimate e = {corrected(s, moment), NAN, NAN};
    if (s->n >= kl_stats_least(s->r)) {
        kl_moment_interval(s->y, s->n, s->r, moment, relative_error(s, moment), &e.low, &e.high);
        e.low = fmin(pow(e.low, 1 / s->r), e.value);
        e.high = fmax(pow(e.high, 1 / s->r), e.value);
    }
    return (kl_estimate){scale * e.value, scale * e.low, scale * e.high};
}

/* Sorts and standardises s->y, which holds the raw sample, and estimates. */
static kl_estimate moment(const sample *s, double c)
{
    qsort(s->y, (size_t)s->n, sizeof *s->y, compare);
    double pivot = s->central ? s->y[s->n / 2] : c;
    for (int i = 0; i < s->n; ++i)
        s->y[i] -= pivot;
    double first = s->y[0], last = s->y[s->n - 1];
    if (first == last)
        return (kl_estimate){fabs(first), fabs(first), fabs(first)};
    int exponent;
    frexp(fmax(fabs(first), fabs(last)), &exponent);
    for (int i = 0; i < s->n; ++i)
        s->y[i] = ldexp(s->y[i], -exponent);
    return estimate(s, ldexp(1.0, exponent));
}

static kl_status moment_of(const double *y, int n, bool central, double c, double r,
                           kl_estimate *out, kl_error *err)
{
    double *buffer;
    *out = (kl_estimate){NAN, NAN, NAN};
    if (!(r >= 1 && r <= LARGEST_ORDER))
        return kl_fail(err, KL_INPUT, "moment of order %g: the order must be in [1, %d]", r,
                       LARGEST_ORDER);
    if (!isfinite(c))
        return kl_fail(err, KL_BUG, "moment of order %g about %g", r, c);
    for (int i = 0; i < n; ++i)
        if (!isfinite(y[i]))
            return kl_fail(err, KL_BUG, "moment of order %g: sample %d of %d is %g", r, i, n, y[i]);
    if (n < 2)
        return KL_OK;
    KL_TRY(kl_alloc(2 * (size_t)n, sizeof *buffer, "moments", &buffer, err));
    const sample s = {n, central, r, buffer, buffer + n};
    memcpy(s.y, y, (size_t)n * sizeof *y);
    *out = moment(&s, c);
    free(buffer);
    return KL_OK;
}

kl_status kl_stats_central_moment(const double *y, int n, double r, kl_estimate *out, kl_error *err)
{
    return moment_of(y, n, true, 0, r, out, err);
}

kl_status kl_stats_moment_about(const double *y, int n, double c, double r, kl_estimate *out,
                                kl_error *err)
{
    return moment_of(y, n, false, c, r, out, err);
}
