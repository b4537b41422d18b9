/* see order_limits.h. */
#include "kinetic/order_limits.h"

#include "kinetic/departure.h"

#include <complex.h>
#include <stddef.h>

void kl_self_energy(int dimension, double energy, double *re, double *im)
{
    double g[2];
    kl_resolvent(dimension, energy, &g[0], &g[1]);
    *re = -g[1];
    *im = g[0];
}

/* z^n/n! */
static double complex term(double complex z, int n)
{
    double complex product = 1;
    for (int i = 1; i <= n; i++)
        product *= z / i;
    return product;
}

/* (2); lambda NULL: J = 1. */
static double complex pairing(const double gamma[2], double time, int n, int m,
                              const double lambda[][2])
{
    const double complex g = -time * (gamma[0] + I * gamma[1]);
    double complex sum = 0;
    for (int k = n % 2; k <= n && k <= m && (n + m) % 2 == 0; k += 2) {
        double complex rungs =
            lambda ? lambda[k][0] + I * lambda[k][1] : term(2 * gamma[0] * time, k);
        sum += term(conj(g), (n - k) / 2) * term(g, (m - k) / 2) * rungs;
    }
    return sum;
}

void kl_order_pairing(const double gamma[2], double time, int n, int m, const double lambda[][2],
                      double value[2])
{
    const double complex sum = pairing(gamma, time, n, m, lambda);
    value[0] = creal(sum);
    value[1] = cimag(sum);
}

double kl_order_norm(const double gamma[2], double time, int n)
{
    return creal(pairing(gamma, time, n, n, NULL));
}

/* c_n of (5). */
static double complex with_all(const double gamma[2], double time, int n)
{
    const double complex g = -time * (gamma[0] + I * gamma[1]);
    double complex sum = 0;
    for (int a = 0; 2 * a <= n; a++)
        sum += term(conj(g), a) * term(2 * gamma[0] * time, n - 2 * a);
    return cexp(g) * sum;
}

double kl_order_remainder(const double gamma[2], double time, int most)
{
    double sum = 1;
    for (int n = 0; n <= most; n++) {
        sum -= 2 * creal(with_all(gamma, time, n));
        for (int m = 0; m <= most; m++)
            sum += creal(pairing(gamma, time, n, m, NULL));
    }
    return sum;
}
