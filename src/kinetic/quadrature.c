/* The barycentric formula at Chebyshev points of the first kind (Berrut and Trefethen, SIAM Review
 * 46 (2004) 501). */
#include "kinetic/quadrature.h"

#include <math.h>

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
