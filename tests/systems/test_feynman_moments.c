/* Estimates of sums over graphs on r lines: over all samples of a law of three values their means
 * are its moments, central moments and cumulants. */
#include "systems/graphs/feynman_moments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>

enum { VALUES = 3 };
static const double complex value[VALUES] = {0.3 + 0.4 * I, -1.1 + 0.2 * I, 0.7 - 0.9 * I};
static const double weight[VALUES] = {0.5, 0.2, 0.3};

static double complex power(double complex x, int n)
{
    return n == 0 ? 1 : x * power(x, n - 1);
}

static double complex moment(int n, double complex centre)
{
    double complex sum = 0;
    for (int i = 0; i < VALUES; i++)
        sum += weight[i] * power(value[i] - centre, n);
    return sum;
}

/* kappa_n = mu_n - sum_{k<n} (n-1 over k-1) kappa_k mu_{n-k} */
static double complex cumulant(int n)
{
    double complex sum = moment(n, 0);
    double binomial = 1;
    for (int k = 1; k < n; k++) {
        sum -= binomial * cumulant(k) * moment(n - k, 0);
        binomial = binomial * (n - k) / k;
    }
    return sum;
}

/* The mean of the estimates over all r samples. */
static void mean_estimate(int r, double complex mean[4])
{
    const int all = (int)lround(pow(VALUES, r));
    for (int i = 0; i < 4; i++)
        mean[i] = 0;
    for (int s = 0; s < all; s++) {
        double complex x[16], estimate[4];
        double probability = 1;
        for (int l = 0, rest = s; l < r; l++, rest /= VALUES) {
            x[l] = value[rest % VALUES];
            probability *= weight[rest % VALUES];
        }
        feynman_moments(r, x, estimate);
        for (int i = 0; i < 4; i++)
            mean[i] += probability * estimate[i];
    }
}

static void estimates_are_unbiased(void **state)
{
    (void)state;
    for (int r = 2; r <= 7; r++) {
        const double complex first = moment(1, 0);
        double complex mean[4];
        mean_estimate(r, mean);
        assert_true(cabs(mean[FEYNMAN_DISCONNECTED] - power(first, r)) < 1e-12);
        assert_true(cabs(mean[FEYNMAN_TWO_CONNECTED] - moment(r, first)) < 1e-12);
        assert_true(cabs(mean[FEYNMAN_CONNECTED] - cumulant(r)) < 1e-11);
        assert_true(cabs(mean[FEYNMAN_ALL] - moment(r, 0)) < 1e-12);
        assert_true(cabs(cumulant(r)) > 1e-2); /* it is there */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(estimates_are_unbiased)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
