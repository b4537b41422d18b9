/* Finite-size scaling with one critical point (A. MacKinnon, B. Kramer, Phys. Rev. Lett. 47 (1981)
 * 1546; K. Slevin, T. Ohtsuki, Phys. Rev. Lett. 82 (1999) 382, without irrelevant terms):
 *
 *   f = c_0 + c_1 u + c_2 u^2,   u = (x - x_c) size^(1/nu).
 *
 * For given x_c and 1/nu the model is linear. The least chi2 on a grid of both starts Gauss and
 * Newton's iteration for all parameters, with steps that are halved until chi2 falls. Intervals are
 * those of the linearised model, widened by the root of the reduced chi2 where that is above 1.
 * Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include <math.h>
#include <string.h>

enum { POWERS = 3, MOST = POWERS + 2, AT_X = POWERS, AT_Y = POWERS + 1 };
static const double poor_fit = 0.05, least_y = 0.2, most_y = 3;

typedef struct data {
    const double *x, *size, *value, *sigma;
    int n, powers; /* c_0 .. c_(powers - 1) */
    double unit;   /* of the sizes: their geometric mean */
} data;

/* The model at point i; gradient[MOST]. */
static double model(const data *d, const double *c, int i, double *gradient)
{
    const double scale = log(d->size[i] / d->unit), stretch = exp(c[AT_Y] * scale);
    const double u = (d->x[i] - c[AT_X]) * stretch;
    double f = 0, slope = 0, power = 1;
    for (int k = 0; k < POWERS; k++) {
        gradient[k] = k < d->powers ? power : 0;
        f += c[k] * gradient[k];
        slope += k + 1 < d->powers ? (k + 1) * c[k + 1] * power : 0;
        power *= u;
    }
    gradient[AT_X] = -slope * stretch;
    gradient[AT_Y] = slope * u * scale;
    return f;
}

static double chi2_of(const data *d, const double *c)
{
    double sum = 0, gradient[MOST];
    for (int i = 0; i < d->n; i++) {
        const double miss = (d->value[i] - model(d, c, i, gradient)) / d->sigma[i];
        sum += miss * miss;
    }
    return sum;
}

/* Inverts a positive definite matrix, of the parameters for which used[]; false: it is not. */
static bool invert(double a[MOST][MOST], const bool *used)
{
    for (int k = 0; k < MOST; k++) {
        if (!used[k])
            continue;
        const double pivot = a[k][k];
        if (!(pivot > 0))
            return false;
        a[k][k] = 1;
        for (int j = 0; j < MOST; j++)
            a[k][j] /= pivot;
        for (int i = 0; i < MOST; i++) {
            const double factor = a[i][k];
            if (i == k || !used[i])
                continue;
            a[i][k] = 0;
            for (int j = 0; j < MOST; j++)
                a[i][j] -= factor * a[k][j];
        }
    }
    return true;
}

/* The inverse of the normal matrix at c, and the step to its solution; only of used[]. */
static bool linearise(const data *d, const double *c, const bool *used, double inverse[MOST][MOST],
                      double *step)
{
    double right[MOST] = {0}, gradient[MOST];
    memset(inverse, 0, sizeof(double[MOST][MOST]));
    for (int i = 0; i < d->n; i++) {
        const double w = 1 / (d->sigma[i] * d->sigma[i]);
        const double miss = d->value[i] - model(d, c, i, gradient);
        for (int k = 0; k < MOST; k++) {
            right[k] += used[k] ? w * miss * gradient[k] : 0;
            for (int j = 0; j < MOST; j++)
                inverse[k][j] += used[k] && used[j] ? w * gradient[k] * gradient[j] : 0;
        }
    }
    if (!invert(inverse, used))
        return false;
    for (int k = 0; k < MOST; k++) {
        step[k] = 0;
        for (int j = 0; j < MOST; j++)
            step[k] += used[k] && used[j] ? inverse[k][j] * right[j] : 0;
    }
    return true;
}

/* The best point of the grid; false: none. */
static bool start(const data *d, double from, double to, double *best)
{
    bool used[MOST] = {false};
    double least = INFINITY, inverse[MOST][MOST];
    for (int k = 0; k < d->powers; k++)
        used[k] = true;
    for (int ix = 0; ix <= 30; ix++)
        for (int iy = 0; iy <= 14; iy++) {
            double c[MOST] = {0}, step[MOST];
            c[AT_X] = from + (to - from) * ix / 30;
            c[AT_Y] = least_y + (most_y - least_y) * iy / 14;
            if (!linearise(d, c, used, inverse, step))
                continue;
            for (int k = 0; k < d->powers; k++)
                c[k] += step[k];
            const double chi2 = chi2_of(d, c);
            if (chi2 < least) {
                least = chi2;
                memcpy(best, c, sizeof c);
            }
        }
    return isfinite(least);
}

/* To the least chi2 near c; its linearisation there. */
static bool refine(const data *d, const bool *used, double *c, double inverse[MOST][MOST])
{
    double step[MOST], chi2 = chi2_of(d, c);
    for (int round = 0; round < 100; round++) {
        double next[MOST], length = 1, there = INFINITY;
        if (!linearise(d, c, used, inverse, step))
            return false;
        for (; length > 1e-6 && !(there <= chi2); length /= 2) {
            for (int k = 0; k < MOST; k++)
                next[k] = c[k] + length * step[k];
            there = chi2_of(d, next);
        }
        if (!(there <= chi2))
            return true;
        memcpy(c, next, sizeof next);
        if (chi2 - there <= 1e-12 * chi2)
            return true;
        chi2 = there;
    }
    return true;
}

static int distinct(const double *v, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        int j = 0;
        while (j < i && v[j] != v[i])
            j++;
        count += i == j;
    }
    return count;
}

static kl_estimate between(double value, double error)
{
    return (kl_estimate){value, value - error, value + error};
}

bool kl_stats_fit_crossing(const double *x, const double *size, const double *value,
                           const double *sigma, int n, kl_crossing *out)
{
    data d = {.x = x, .size = size, .value = value, .sigma = sigma, .n = n};
    double c[MOST], inverse[MOST][MOST], from = INFINITY, to = -INFINITY, logs = 0;
    bool used[MOST] = {true, true, true, true, true};
    for (int i = 0; i < n; i++) {
        from = fmin(from, x[i]);
        to = fmax(to, x[i]);
        logs += log(size[i]) / n;
    }
    *out = (kl_crossing){{NAN, NAN, NAN}, {NAN, NAN, NAN}, {NAN, NAN, NAN}, NAN, 0};
    d.unit = exp(logs);
    d.powers = distinct(x, n) > 3 ? 3 : 2;
    used[2] = d.powers > 2;
    out->freedom = n - d.powers - 2;
    if (distinct(x, n) < 3 || distinct(size, n) < 2 || out->freedom < 1)
        return false;
    if (!start(&d, from, to, c) || !refine(&d, used, c, inverse))
        return false;
    out->chi2 = chi2_of(&d, c);
    const double reduced = out->chi2 / out->freedom, wide = reduced > 1 ? sqrt(reduced) : 1;
    const double half = KL_NORMAL_975 * wide;
    out->x = between(c[AT_X], half * sqrt(inverse[AT_X][AT_X]));
    out->value = between(c[0], half * sqrt(inverse[0][0]));
    const kl_estimate y = between(c[AT_Y], half * sqrt(inverse[AT_Y][AT_Y]));
    out->exponent = (kl_estimate){1 / y.value, 1 / y.high, y.low > 0 ? 1 / y.low : INFINITY};
    return y.value > 0 && out->x.low > from && out->x.high < to &&
           kl_stats_chi2_above(out->chi2, out->freedom) >= poor_fit;
}
