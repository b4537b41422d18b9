/* Newton's iteration for the Legendre nodes; the barycentric formula at Chebyshev
 * points of the first kind (Berrut and Trefethen, SIAM Review 46 (2004) 501). */
#include "kinetic/quadrature.h"

#include <math.h>

void kl_gauss_legendre(int n, double *node, double *weight)
{
    for (int i = 0; i < n; i++) {
        double z = cos(M_PI * (n - i - 0.25) / (n + 0.5)), slope = 1;
        for (int iteration = 0; iteration < 20; iteration++) {
            double p = 1, before = 0;
            for (int k = 1; k <= n; k++) {
                double next = ((2 * k - 1) * z * p - (k - 1) * before) / k;
                before = p;
                p = next;
            }
            slope = n * (z * p - before) / (z * z - 1);
            z -= p / slope;
            if (fabs(p / slope) < 1e-15)
                break;
        }
        node[i] = 0.5 * (1 + z);
        weight[i] = 1 / ((1 - z * z) * slope * slope);
    }
}

double kl_chebyshev_node(int n, double low, double high, int i)
{
    double s = sin(0.5 * M_PI * (i + 0.5) / n);
    return low + (high - low) * s * s;
}

void kl_chebyshev_row(int n, double low, double high, double x, double *row)
{
    double total = 0;
    for (int i = 0; i < n; i++) {
        double off = x - kl_chebyshev_node(n, low, high, i);
        if (fabs(off) <= 1e-15 * (high - low)) {
            for (int k = 0; k < n; k++)
                row[k] = k == i;
            return;
        }
        row[i] = (i % 2 ? -1 : 1) * sin(M_PI * (i + 0.5) / n) / off;
        total += row[i];
    }
    for (int i = 0; i < n; i++)
        row[i] /= total;
}

static const double range = 3.3; /* weights at its ends are 1e-17 */

void kl_double_exponential(int n, int i, double length, double *near, double *weight)
{
    const double h = range / n, u = M_PI_2 * sinh(i * h);
    *near = length / (1 + exp(2 * fabs(u)));
    *weight = M_PI_2 * cosh(i * h) / (cosh(u) * cosh(u));
}

double kl_double_exponential_scale(int n, double length)
{
    return 0.5 * length * (range / n);
}
