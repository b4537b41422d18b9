#include "base/gauss_legendre.h"

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
