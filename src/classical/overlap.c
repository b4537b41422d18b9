/* The trapezoid rule, which is exact to rounding for normal densities that are cut seven standard
 * deviations off. */
#include "classical/overlap.h"

#include "classical/reach.h"

#include <math.h>

enum { POINTS = 28 }; /* per axis */
static const double extent = 7;

typedef struct common {
    int dimension;
    double center[3], width; /* of h_1 h_2, a normal density */
    double weight;           /* its integral */
} common;

static common common_of(const kl_wkb *one, const kl_wkb *two, double eps)
{
    const double a = kl_wkb_width(one, eps), b = kl_wkb_width(two, eps);
    const double sum = a * a + b * b;
    common c = {.dimension = one->phase.dimension, .width = sqrt(2 / sum) * a * b, .weight = 1};
    for (int j = 0; j < c.dimension; j++) {
        const double off = one->center[j] - two->center[j];
        c.center[j] = (b * b * one->center[j] + a * a * two->center[j]) / sum;
        c.weight *= sqrt(2 * a * b / sum) * exp(-off * off / (4 * sum));
    }
    return c;
}

static double damping(const kl_wkb *one, const kl_wkb *two, double width, const double x[3],
                      double eps)
{
    double p[3], q[3], square = 0;
    kl_wkb_momentum(one, x, p);
    kl_wkb_momentum(two, x, q);
    for (int j = 0; j < one->phase.dimension; j++)
        square += (p[j] - q[j]) * (p[j] - q[j]);
    return exp(-0.5 * square * width * width / (eps * eps));
}

double kl_wkb_overlap(const kl_wkb *one, const kl_wkb *two, double eps)
{
    const common c = common_of(one, two, eps);
    const double step = 2 * extent / POINTS;
    double sum = 0;
    int last[3] = {0};
    if (c.weight < 1e-15)
        return 0;
    for (int j = 0; j < c.dimension; j++)
        last[j] = POINTS;
    for (int i = 0; i <= last[0]; i++)
        for (int k = 0; k <= last[1]; k++)
            for (int l = 0; l <= last[2]; l++) {
                const int at[3] = {i, k, l};
                double x[3] = {0}, weight = 1;
                for (int j = 0; j < c.dimension; j++) {
                    const double u = -extent + at[j] * step;
                    x[j] = c.center[j] + c.width * u;
                    weight *= step / sqrt(2 * M_PI) * exp(-u * u / 2);
                }
                sum += weight * damping(one, two, c.width, x, eps);
            }
    return c.weight * sum;
}
