/* A trapezoid rule over the box in which both envelopes are above 1e-9 of their peaks. */
#include "dynamics/interference.h"

#include <math.h>

enum { POINTS = 40 }; /* per axis */

static double extent(const kl_initial *p)
{
    return p->envelope == KL_ENVELOPE_GAUSSIAN ? 9 * p->width : p->width;
}

/* int h^2 along one axis */
static double norm(const kl_initial *p)
{
    double sum = 0, step = 2 * extent(p) / POINTS;
    for (int i = 0; i <= POINTS; i++) {
        const double h = kl_initial_envelope(p, -extent(p) + i * step);
        sum += h * h * step;
    }
    return sum;
}

static double damping(const kl_initial *one, const kl_initial *two, int d, double mu,
                      const double x[3])
{
    const double width = sqrt(2) / hypot(1 / one->width, 1 / two->width);
    double v[3], u[3], square = 0;
    kl_initial_gradient(one, d, x, v);
    kl_initial_gradient(two, d, x, u);
    for (int j = 0; j < d; j++) {
        const double off = v[j] - u[j];
        square += (off - round(off)) * (off - round(off));
    }
    if (mu == 0)
        return square < 1e-18;
    return exp(-2 * M_PI * M_PI * width * width * square / (mu * mu));
}

double kl_interference(const kl_initial *one, const kl_initial *two, int d, double mu)
{
    double low[3] = {0}, step[3] = {0}, scale = 1, sum = 0;
    for (int j = 0; j < d; j++) {
        const double high = fmin(one->center[j] + extent(one), two->center[j] + extent(two));
        low[j] = fmax(one->center[j] - extent(one), two->center[j] - extent(two));
        if (high <= low[j])
            return 0;
        step[j] = (high - low[j]) / POINTS;
        scale *= step[j] / sqrt(norm(one) * norm(two));
    }
    const int n1 = d > 1 ? POINTS : 0, n2 = d > 2 ? POINTS : 0;
    for (int a = 0; a <= POINTS; a++)
        for (int b = 0; b <= n1; b++)
            for (int c = 0; c <= n2; c++) {
                const double x[3] = {low[0] + a * step[0], low[1] + b * step[1],
                                     low[2] + c * step[2]};
                double h = scale;
                for (int j = 0; j < d; j++)
                    h *= kl_initial_envelope(one, x[j] - one->center[j]) *
                         kl_initial_envelope(two, x[j] - two->center[j]);
                if (h > 1e-15)
                    sum += h * damping(one, two, d, mu, x);
            }
    return sum;
}
