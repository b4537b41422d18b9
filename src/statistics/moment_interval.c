/* The 95% interval of a moment m = E|Y - c|^r from n realizations, in closed form.
 *
 * T = (log m^ - log m) / s, with m^ the plug-in moment and s its standard error relative to m^,
 * is studentised but far from normal: a moment of high order is carried by few realizations, and
 * a sample without the largest of them shows both a small m^ and a small s. How far T reaches
 * down depends on little more than the number of realizations that carry the moment,
 *
 *   nu = n (E|D|^r)^2 / E|D|^2r,   D = Y - E Y,
 *
 * which is taken from a family of distributions rather than from the n values (whose own ratio
 * is large just where it misleads): D = sqrt(G) Z, Z normal, G Gamma-distributed with shape k and
 * mean 1, the law of a sum of speckle products, excess kurtosis 3/k:
 *
 *   E|D|^r ~ 2^(r/2) Gamma((r+1)/2) Gamma(k + r/2) / Gamma(k).
 *
 * Its excess is that of the sample, raised by the sampling error and by skewness, which fattens
 * one tail: g2 + RAISE sqrt(24/n) + SKEW g1^2/(1 + g1^2). Then with s from the influence function
 *
 *   m^ exp(-LOWER s) <= m <= m^ exp(f s),   f = 1.96 + SLOPE log(1 + SCALE nu^-POWER).
 *
 * The six constants were chosen so that the interval covers between 92% and 98% for nine
 * distributions, normal, uniform, exponential, chi^2, speckle, at every n from least() on and
 * orders up to 12: docs/statistics.md, measured by tests/statistics/long_coverage.c, which also
 * tries distributions that the choice has not seen. Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include <math.h>

static const double LOWER = 1.8, SLOPE = 2.4, SCALE = 4, POWER = 0.7, RAISE = 1.5, SKEW = 11;
static const double NORMAL_ENOUGH = 1e-4; /* an excess kurtosis below is none */

int kl_stats_least(double r)
{
    return r <= 1 ? 24 : r <= 2 ? 48 : 64;
}

/* log of (E|D|^r)^2 / E|D|^2r in the family, by excess kurtosis. */
static double log_carried(double r, double excess)
{
    const double normal = 2 * lgamma((r + 1) / 2) - lgamma(r + 0.5) - 0.5 * log(M_PI);
    if (!(excess > NORMAL_ENOUGH))
        return normal;
    const double k = 3 / excess;
    return normal + 2 * lgamma(k + r / 2) - lgamma(k) - lgamma(k + r);
}

/* Excess kurtosis of the family from unbiased-normal estimates of skewness and kurtosis. */
static double effective_excess(const double *y, int n)
{
    const double count = n;
    double mean = 0, m2 = 0, m3 = 0, m4 = 0;
    for (int i = 0; i < n; ++i)
        mean += y[i] / count;
    for (int i = 0; i < n; ++i) {
        const double d = y[i] - mean;
        m2 += d * d / count;
        m3 += d * d * d / count;
        m4 += d * d * d * d / count;
    }
    const double skew = m3 / (m2 * sqrt(m2)) * sqrt(count * (count - 1)) / (count - 2);
    const double kurtosis =
        (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * (m4 / (m2 * m2) - 3) + 6);
    const double square = skew * skew;
    return kurtosis + RAISE * sqrt(24 / count) + SKEW * square / (1 + square);
}

void kl_moment_interval(const double *y, int n, double r, double moment, double relative_error,
                        double *low, double *high)
{
    *low = *high = moment;
    if (relative_error <= 0)
        return;
    const double nu = n * exp(log_carried(r, effective_excess(y, n)));
    const double reach = KL_NORMAL_975 + SLOPE * log1p(SCALE * pow(nu, -POWER));
    *low = moment * exp(-LOWER * relative_error);
    *high = moment * exp(reach * relative_error);
}
