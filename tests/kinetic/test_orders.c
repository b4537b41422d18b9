/* The limits of the orders of the expansion in the disorder: numbers of an independent
 * calculation, and the identities that they obey. */
#include "kinetic/order_limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <complex.h>
#include <math.h>

static void near(double a, double b, double within)
{
    if (!(fabs(a - b) <= within))
        print_error("%.10g is not %.10g\n", a, b);
    assert_true(fabs(a - b) <= within);
}

static void gamma_at(int d, double energy, double gamma[2])
{
    kl_self_energy(d, energy, &gamma[0], &gamma[1]);
}

/* G(0), G(1), G(3) in d = 3; d = 1 in closed form; d = 2 by its symmetry and N(E). */
static void self_energy(void **state)
{
    static const double table[3][3] = {
        {0, 0, -0.44822039}, {1, 0.09766144, -0.44975423}, {3, 0.29921686, -0.23177238}};
    double g[2], h[2];
    (void)state;
    for (int i = 0; i < 3; i++) { /* Gamma = i G */
        gamma_at(3, table[i][0], g);
        near(g[0], -table[i][2], 1e-8);
        near(g[1], table[i][1], 1e-8);
    }
    gamma_at(1, 1.2, g);
    near(g[0], 1 / sqrt(4 - 1.44), 1e-12);
    near(g[1], 0, 1e-12);
    gamma_at(2, 1.2, g);
    gamma_at(2, -1.2, h);
    near(g[0], h[0], 1e-12);
    near(g[1], -h[1], 1e-12);
    gamma_at(2, 5, g);
    assert_true(isnan(g[0]) && isnan(g[1]));
}

static void one_rungs(const double gamma[2], double time, double lambda[][2], int most)
{
    for (int k = 0; k <= most; k++) {
        lambda[k][0] = k ? lambda[k - 1][0] * 2 * gamma[0] * time / k : 1;
        lambda[k][1] = 0;
    }
}

/* p = (5,6,10)/32, T = 1, J = 1; norms at E = 0. */
static void tabulated(void **state)
{
    static const double norm[5] = {1, 0.896441, 0.602705, 0.300161, 0.117721};
    static const struct {
        int n, m;
        double re, im;
    } pairing[5] = {{0, 2, -.45012, -.11029},
                    {1, 1, .90024, 0},
                    {2, 2, .61999, 0},
                    {2, 4, -.23073, -.05653},
                    {3, 3, .31494, 0}};
    static const double remainder[3] = {.492, .253, .103};
    double gamma[2], lambda[5][2], value[2], energy = 0;
    static const int p[3] = {5, 6, 10};
    (void)state;
    gamma_at(3, 0, gamma);
    for (int n = 0; n < 5; n++)
        near(kl_order_norm(gamma, 1, n), norm[n], 5.1e-7);
    for (int j = 0; j < 3; j++)
        energy += 2 * cos(2 * M_PI * p[j] / 32);
    gamma_at(3, energy, gamma);
    one_rungs(gamma, 1, lambda, 4);
    for (int i = 0; i < 5; i++) {
        kl_order_pairing(gamma, 1, pairing[i].n, pairing[i].m, lambda, value);
        near(value[0], pairing[i].re, 5.1e-6);
        near(value[1], pairing[i].im, 5.1e-6);
    }
    for (int n = 1; n <= 3; n++)
        near(kl_order_remainder(gamma, 1, n), remainder[n - 1], 5.1e-4);
}

/* Unitarity, order by order: sum over n + m = M of <psi^(n),psi^(m)> is 1, 0, 0, ... */
static void fixed_order(void **state)
{
    double gamma[2], lambda[13][2];
    (void)state;
    gamma_at(3, 1.7, gamma);
    one_rungs(gamma, 1.3, lambda, 12);
    for (int order = 0; order <= 12; order++) {
        double sum[2] = {0, 0};
        for (int n = 0; n <= order; n++) {
            double value[2];
            kl_order_pairing(gamma, 1.3, n, order - n, lambda, value);
            sum[0] += value[0];
            sum[1] += value[1];
        }
        near(sum[0], order == 0, 1e-13);
        near(sum[1], 0, 1e-13);
    }
}

/* a = 1: sum over n + m = 2q is the q-th term of exp(T (gain - loss)),
 * (-2 pi N T)^q/q! (b(p) - <b>_E), for complex b too. */
static void duhamel(void **state)
{
    const double complex b = 0.3 - 0.8 * I, mean = 0.2;
    double gamma[2], lambda[11][2], time = 0.9;
    (void)state;
    gamma_at(3, -0.4, gamma);
    double rate = 2 * gamma[0], term = 1;
    for (int k = 0; k <= 10; k++) {
        double complex l = k ? pow(rate * time, k) / tgamma(k + 1) * mean : b;
        lambda[k][0] = creal(l);
        lambda[k][1] = cimag(l);
    }
    for (int q = 1; q <= 5; q++) {
        double complex sum = 0;
        term *= -rate * time / q;
        for (int n = 0; n <= 2 * q; n++) {
            double value[2];
            kl_order_pairing(gamma, time, n, 2 * q - n, lambda, value);
            sum += value[0] + I * value[1];
        }
        near(creal(sum), creal(term * (b - mean)), 1e-13);
        near(cimag(sum), cimag(term * (b - mean)), 1e-13);
    }
}

/* sum_{n,m} z^n w^m of J = 1 is exp T(-conj(Gamma) z^2 - Gamma w^2 + 2 pi N z w). */
static void generating_function(void **state)
{
    const double complex z = 0.7 + 0.4 * I, w = -0.5 + 0.6 * I;
    double gamma[2], lambda[49][2], time = 0.8;
    double complex sum = 0;
    (void)state;
    gamma_at(3, 2.6, gamma);
    one_rungs(gamma, time, lambda, 48);
    for (int n = 0; n <= 48; n++)
        for (int m = 0; m <= 48; m++) {
            double value[2];
            kl_order_pairing(gamma, time, n, m, lambda, value);
            sum += cpow(z, n) * cpow(w, m) * (value[0] + I * value[1]);
        }
    double complex g = gamma[0] + I * gamma[1];
    double complex exact = cexp(time * (-conj(g) * z * z - g * w * w + 2 * gamma[0] * z * w));
    near(creal(sum), creal(exact), 1e-12);
    near(cimag(sum), cimag(exact), 1e-12);
}

/* ||R_N||^2 is the sum over n, m > N; and ||psi^(n)||^2 a pairing with itself. */
static void remainders(void **state)
{
    double gamma[2], lambda[61][2], value[2], time = 1.5;
    (void)state;
    gamma_at(3, 1, gamma);
    one_rungs(gamma, time, lambda, 60);
    for (int most = 0; most <= 12; most++) {
        double sum = 0;
        for (int n = most + 1; n <= 60; n++)
            for (int m = most + 1; m <= 60; m++) {
                kl_order_pairing(gamma, time, n, m, lambda, value);
                sum += value[0];
            }
        near(kl_order_remainder(gamma, time, most), sum, 1e-12);
        kl_order_pairing(gamma, time, most, most, lambda, value);
        near(kl_order_norm(gamma, time, most), value[0], 1e-14);
    }
}

int main(void)
{
    const struct CMUnitTest orders[] = {
        cmocka_unit_test(self_energy),         cmocka_unit_test(tabulated),
        cmocka_unit_test(fixed_order),         cmocka_unit_test(duhamel),
        cmocka_unit_test(generating_function), cmocka_unit_test(remainders)};
    return cmocka_run_group_tests(orders, NULL, NULL);
}
