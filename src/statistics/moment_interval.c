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
 * Its excess is the sample's, raised by RAISE / sqrt(n), five of its sampling errors for normal
 * Y: a sample says little of a tail that it does not hold. Then with s from the influence
 * function
 *
 *   m^ exp(-e s) <= m <= m^ exp(f s),
 *   e = max(LEAST, 1.96 - FALL nu^-POWER),   f = 1.96 + SLOPE log(1 + SCALE / nu).
 *
 * The constants were chosen so that the interval covers between 92% and 98% for many
 * distributions at every n from least() on and orders up to 12: docs/statistics.md, measured by
 * tests/statistics/long_coverage.c, which also tries distributions that the choice has not seen.
 * Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include <math.h>

static const double FALL = 0.19, POWER = 0.12, LEAST = 1, SLOPE = 1.8, SCALE = 16, RAISE = 25;
static const double NORMAL_ENOUGH = 1e-4; /* an excess kurtosis below is none */

int kl_stats_least(double r)
{
    return r <= 1 ? 24 : r <= 2 ? 48 : r <= 8 ? 64 : r <= 10 ? 128 : 256;
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

/* Excess kurtosis of the family: the sample's, unbiased for normal Y, raised. */
static double effective_excess(const double *y, int n)
{
    const double count = n;
    double mean = 0, m2 = 0, m4 = 0;
    for (int i = 0; i < n; ++i)
        mean += y[i] / count;
    for (int i = 0; i < n; ++i) {
        const double square = (y[i] - mean) * (y[i] - mean);
        m2 += square / count;
        m4 += square * square / count;
    }
    const double kurtosis =
        (count - 1) / ((count - 2) * (count - 3)) * ((count + 1) * (m4 / (m2 * m2) - 3) + 6);
    return kurtosis + RAISE / sqrt(count);
}

void kl_moment_interval(const double *y, int n, double r, double moment, double relative_error,
                        double *low, double *high)
{
    *low = *high = moment;
    if (relative_error <= 0)
        return;
    const double nu = n * exp(log_carried(r, effective_excess(y, n)));
    const double below = fmax(LEAST, KL_NORMAL_975 - FALL * pow(nu, -POWER));
    const double above = KL_NORMAL_975 + SLOPE * log1p(SCALE / nu);
    *low = moment * exp(-below * relative_error);
    *high = moment * exp(above * relative_error);
}
