/* Weighted least squares with a constant or a line, and how well it fits.
 *
 *   c0 = mean of y - slope * (mean of x), means with weights 1/sigma^2,
 *   var c0 = 1/sum w + (mean of x)^2 / sum w (x - mean of x)^2.
 *
 * P(chi^2 > v) in closed form: with h = v/2, exp(-h) sum_{i < f/2} h^i/i! for even f,
 * erfc(sqrt h) + exp(-h) sum_{i <= (f-1)/2} h^(i-1/2)/Gamma(i+1/2) for odd f
 * (Abramowitz and Stegun, 26.4.4 and 26.4.5). Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include <math.h>

bool kl_stats_fit_polynomial(const double *x, const double *y, const double *sigma, int n,
                             int degree, kl_estimate *c0, double *chi2, int *freedom)
{
    double w = 0, xm = 0, ym = 0, xx = 0, xy = 0, miss = 0;
    *c0 = (kl_estimate){NAN, NAN, NAN};
    if (chi2)
        *chi2 = NAN;
    if (freedom)
        *freedom = n - degree - 1;
    if (n < degree + 1)
        return false;
    for (int i = 0; i < n; i++) {
        const double wi = 1 / (sigma[i] * sigma[i]);
        w += wi;
        xm += wi * x[i];
        ym += wi * y[i];
    }
    xm /= w;
    ym /= w;
    for (int i = 0; i < n; i++) {
        const double wi = 1 / (sigma[i] * sigma[i]);
        xx += wi * (x[i] - xm) * (x[i] - xm);
        xy += wi * (x[i] - xm) * (y[i] - ym);
    }
    if (degree == 1 && !(xx > 1e-18 * w * xm * xm))
        return false;
    const double slope = degree ? xy / xx : 0;
    for (int i = 0; i < n; i++)
        miss += pow((y[i] - ym - slope * (x[i] - xm)) / sigma[i], 2);
    const int left = n - degree - 1;
    const double widen = left > 0 ? sqrt(fmax(1, miss / left)) : 1;
    const double error = sqrt(1 / w + (degree ? xm * xm / xx : 0));
    const double value = ym - slope * xm, half = KL_NORMAL_975 * widen * error;
    *c0 = (kl_estimate){value, value - half, value + half};
    if (chi2)
        *chi2 = miss;
    return true;
}

double kl_stats_chi2_above(double value, int freedom)
{
    const double h = 0.5 * fmax(value, 0);
    const bool odd = freedom % 2;
    double sum = odd ? erfc(sqrt(h)) : 0;
    double term = odd ? exp(-h) * sqrt(h) / (0.5 * sqrt(M_PI)) : exp(-h);
    for (int i = 0; i < freedom / 2; i++) {
        sum += term;
        term *= h / (i + (odd ? 1.5 : 1));
    }
    return fmin(sum, 1);
}
