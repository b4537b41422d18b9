/* Moments (E|Y - c|^r)^(1/r) about a known c or about the mean, with BCa
 * bootstrap intervals.
 *
 * Plug-in m = sum |y_i - c|^r / n; c is the sample's own mean for a central
 * moment, in each resample anew. Central r = 2: m n/(n-1). The root is monotone
 * and BCa respects monotone maps, so all work is done on m. The acceleration is
 * a = sum U^3 / (6 (sum U^2)^(3/2)) with the empirical influence
 *   U_i = |d_i|^r - m                                     (c known)
 *   U_i = |d_i|^r - m - r d_i mean(sign(d) |d|^(r-1))     (central),  d_i = y_i - c:
 * Efron, J. Amer. Statist. Assoc. 82 (1987) 171. O(n), and the same
 * for the moment and its root.
 *
 * The sample is sorted first (the result does not depend on its order), shifted
 * by a pivot and divided by a power of two, so that no power overflows. Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* LARGEST_ORDER: the largest deviation is in [1/4, 2] after scaling, and so no cube of a power
 * underflows. LARGEST_PRODUCT: integer orders up to this are products, not pow(). */
enum { RESAMPLES = 2000, LARGEST_ORDER = 100, LARGEST_PRODUCT = 16 };

typedef struct sample {
    int n;
    bool central;
    double r;
    double *y;         /* [n] sorted, shifted, scaled; about a known c, this is y - c */
    double *power;     /* [n] |y - center|^r */
    double *draw;      /* [n] a resample */
    double *work;      /* [n] its powers */
    double *replicate; /* [RESAMPLES] */
    int *index;        /* [n] */
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

/* out[i] = |y[i] - center|^r; out may not be y. */
static void powers(const double *y, int n, double center, double r, double *out)
{
    if (r == floor(r) && r <= LARGEST_PRODUCT) {
        for (int i = 0; i < n; ++i)
            out[i] = 1.0;
        for (int k = 0; k < (int)r; ++k)
            for (int i = 0; i < n; ++i)
                out[i] *= fabs(y[i] - center);
    } else {
        for (int i = 0; i < n; ++i)
            out[i] = pow(fabs(y[i] - center), r);
    }
}

/* The moment of one resample. */
static double resampled(const sample *s, uint64_t key, uint32_t resample)
{
    const double *source = s->central ? s->y : s->power;
    kl_bootstrap_resample(key, resample, s->n, s->index);
    for (int i = 0; i < s->n; ++i)
        s->draw[i] = source[s->index[i]];
    double mean = mean_of(s->draw, s->n);
    if (!s->central)
        return mean;
    powers(s->draw, s->n, mean, s->r, s->work);
    return mean_of(s->work, s->n);
}

static double acceleration(const sample *s, double center, double moment)
{
    double slope = 0, square = 0, cube = 0;
    if (s->central) {
        for (int i = 0; i < s->n; ++i) {
            double d = s->y[i] - center;
            slope += d != 0 ? s->power[i] / d : 0;
        }
        slope *= s->r / s->n;
    }
    for (int i = 0; i < s->n; ++i) {
        double u = s->power[i] - moment - slope * (s->y[i] - center);
        square += u * u;
        cube += u * u * u;
    }
    if (square <= s->n * (1e-12 * moment) * (1e-12 * moment)) /* rounding alone */
        return 0;
    return cube / (6 * square * sqrt(square));
}

/* Estimate from a prepared sample that is not constant, in units of `scale`. */
static kl_estimate estimate(const sample *s, uint64_t key, double scale)
{
    double center = s->central ? mean_of(s->y, s->n) : 0, low, high;
    powers(s->y, s->n, center, s->r, s->power);
    double moment = mean_of(s->power, s->n);
    for (int b = 0; b < RESAMPLES; ++b)
        s->replicate[b] = resampled(s, key, (uint32_t)b);
    kl_bootstrap_bca(moment, s->replicate, RESAMPLES, acceleration(s, center, moment), &low, &high);
    double unbias = s->central && s->r == 2 ? s->n / (s->n - 1.0) : 1.0;
    double value = pow(unbias * moment, 1 / s->r);
    low = fmin(pow(unbias * low, 1 / s->r), value); /* pow may not be monotone in the last bit */
    high = fmax(pow(unbias * high, 1 / s->r), value);
    return (kl_estimate){scale * value, scale * low, scale * high};
}

/* Sorts and standardises s->y, which holds the raw sample, and estimates. */
static kl_estimate moment(const sample *s, double c, uint64_t key)
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
    return estimate(s, key, ldexp(1.0, exponent));
}

static kl_status moment_of(const double *y, int n, bool central, double c, double r, uint64_t key,
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
    size_t m = (size_t)n;
    KL_TRY(kl_alloc(5 * m + RESAMPLES, sizeof *buffer, "bootstrap resamples", &buffer, err));
    sample s = {n,
                central,
                r,
                buffer,
                buffer + m,
                buffer + 2 * m,
                buffer + 3 * m,
                buffer + 5 * m,
                (int *)(buffer + 4 * m)};
    memcpy(s.y, y, m * sizeof *y);
    *out = moment(&s, c, key);
    free(buffer);
    return KL_OK;
}

kl_status kl_stats_central_moment(const double *y, int n, double r, uint64_t key, kl_estimate *out,
                                  kl_error *err)
{
    return moment_of(y, n, true, 0, r, key, out, err);
}

kl_status kl_stats_moment_about(const double *y, int n, double c, double r, uint64_t key,
                                kl_estimate *out, kl_error *err)
{
    return moment_of(y, n, false, c, r, key, out, err);
}
