/* Bessel functions against published values and the C library; the degree of
 * the Chebyshev series against the true tail. */
#include "base/bessel.h"

#include "lattice/check.h"

/* M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions (1964): Table
 * 9.1 (n = 0, 1, 2: 15 to 10 digits) and Table 9.4 (10 digits). */
static void published_values(void **state)
{
    static const struct {
        int n;
        double x, value, relative;
    } table[] = {{0, 1, 0.7651976865579666, 1e-15}, {0, 10, -0.2459357644513483, 1e-15},
                 {1, 1, 0.4400505857, 2e-10},       {1, 10, 0.0434727462, 2e-9},
                 {2, 10, 0.2546303137, 2e-10},      {5, 5, 2.611405461e-1, 5e-10},
                 {10, 10, 2.074861066e-1, 5e-10},   {20, 10, 1.151336925e-5, 5e-10},
                 {50, 50, 1.214090219e-1, 5e-10},   {0, 50, 5.581232767e-2, 5e-10},
                 {100, 100, 9.636667330e-2, 5e-10}, {0, 100, 1.998585030e-2, 5e-10},
                 {50, 100, -3.869833973e-2, 5e-10}, {100, 50, 1.115927368e-21, 1e-6},
                 {10, 1, 2.630615124e-10, 5e-10},   {20, 1, 3.873503009e-25, 1e-2}};
    double j[128];
    (void)state;
    for (int i = 0; i < 16; i++) {
        assert_ok(kl_bessel(table[i].x, 128, j, why));
        assert_near(j[table[i].n], table[i].value,
                    table[i].relative * fabs(table[i].value) + 1e-26);
    }
}

/* The C library's jn has its own recurrence in double: absolute 1e-14. */
static void against_libm(void **state)
{
    static const double x[] = {1e-300, 1e-8, 0.3, 2.404825557695773, 17, 199.5, 1234.5, 5000};
    double *j = malloc(6001 * sizeof *j);
    (void)state;
    for (int i = 0; i < 8; i++) {
        assert_ok(kl_bessel(x[i], 6001, j, why));
        for (int n = 0; n <= 6000; n += n < 50 ? 1 : 37)
            assert_near(j[n], jn(n, x[i]), 1e-14);
    }
    free(j);
}

/* J_0^2 + 2 sum J_k^2 = 1 (DLMF 10.23.3) and J_{k-1} + J_{k+1} = (2k/x) J_k:
 * neither is used in the computation of the norm. */
static void identities(void **state)
{
    double *j = malloc(6001 * sizeof *j);
    (void)state;
    for (double x = 0.01; x < 5000; x *= 1.7) {
        double sum = 0;
        assert_ok(kl_bessel(x, 6001, j, why));
        for (int k = 6000; k >= 1; k--)
            sum += 2 * j[k] * j[k];
        assert_near(sum + j[0] * j[0], 1, 1e-14);
        for (int k = 1; k < 6000; k++)
            assert_near(j[k - 1] + j[k + 1], 2 * k / x * j[k],
                        1e-15 + 4e-16 * 2 * k / x * fabs(j[k]));
    }
    assert_ok(kl_bessel(0, 6001, j, why));
    assert_true(j[0] == 1);
    for (int k = 1; k <= 6000; k++)
        assert_true(j[k] == 0);
    free(j);
}

/* log |J_k(x)| beyond the turning point, where jn underflows too early or is
 * slow: the ascending series is alternating and its first term an upper bound,
 * |J_k(x)| <= (x/2)^k / k! (DLMF 10.14.4). */
static double first_term(int k, double x)
{
    return exp(k * log(x / 2) - lgamma(k + 1.0));
}

/* 2 sum_{k > degree} |J_k(x)| by jn and, where that is below 1e-25, its bound. */
static double true_tail(double x, int degree)
{
    double tail = 0;
    for (int k = degree + 1; k < degree + 4000; k++) {
        double term = fabs(jn(k, x));
        if (term < 1e-25 && (term = fmin(1e-25, first_term(k, x))) < 1e-30)
            break;
        tail += 2 * term;
    }
    return tail;
}

/* The tail beyond the degree is below the tolerance, that beyond one less is not. */
static void degree_is_the_smallest(void **state)
{
    static const double tolerances[] = {1e-1, 1e-3, 1e-5, 1e-8, 1e-12, 1e-15};
    static const double x[] = {1e-6, 0.1, 1, 3.7, 10, 37.5, 100, 333, 1000, 2500, 5000};
    (void)state;
    for (int i = 0; i < 11; i++)
        for (int j = 0; j < 6; j++) {
            int degree = -1;
            assert_ok(kl_bessel_degree(x[i], tolerances[j], &degree, why));
            assert_at_most(true_tail(x[i], degree), tolerances[j] * (1 + 1e-9));
            if (degree > 0)
                assert_at_most(tolerances[j], true_tail(x[i], degree - 1) * (1 + 1e-9));
        }
    int degree = -1;
    assert_ok(kl_bessel_degree(0, 1e-15, &degree, why));
    assert_int_equal(degree, 0);
}

/* The degree grows with x and with the digits asked. */
static void degree_is_monotonic(void **state)
{
    int before = 0;
    (void)state;
    for (double x = 0; x < 300; x += 0.37) {
        int loose, tight;
        assert_ok(kl_bessel_degree(x, 1e-5, &loose, why));
        assert_ok(kl_bessel_degree(x, 1e-10, &tight, why));
        assert_true(loose >= before && tight >= loose);
        before = loose;
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(published_values), cmocka_unit_test(against_libm),
    cmocka_unit_test(identities), cmocka_unit_test(degree_is_the_smallest),
    cmocka_unit_test(degree_is_monotonic)};
TEST_MAIN(tests)
