/* Central moments and moments about a point: values, invariances, coverage. */
#include "statistics/check.h"
#include "statistics/synthetic.h"

#include <string.h>

static kl_estimate central(const double *y, int n, double r, uint64_t key)
{
    kl_estimate e;
    assert_int_equal(kl_stats_central_moment(y, n, r, key, &e, NULL), KL_OK);
    assert_true(e.low <= e.value && e.value <= e.high);
    return e;
}

static kl_estimate about(const double *y, int n, double c, double r, uint64_t key)
{
    kl_estimate e;
    assert_int_equal(kl_stats_moment_about(y, n, c, r, key, &e, NULL), KL_OK);
    assert_true(e.low <= e.value && e.value <= e.high);
    return e;
}

static void assert_same(kl_estimate a, kl_estimate b, double tolerance)
{
    assert_near(a.value, b.value, tolerance);
    assert_near(a.low, b.low, tolerance);
    assert_near(a.high, b.high, tolerance);
}

static void test_by_hand(void **state)
{
    (void)state;
    const double y[] = {4, 1, 3, 2}; /* deviations from 2.5: 1.5, 0.5, 0.5, 1.5 */
    assert_near(central(y, 4, 1, 0).value, 1, 1e-15);
    assert_near(central(y, 4, 2, 0).value, sqrt(5.0 / 3), 1e-15);
    assert_near(central(y, 4, 4, 0).value, pow(5.125 / 2, 0.25), 1e-15);
    assert_near(central(y, 4, 2.5, 0).value, pow((pow(1.5, 2.5) + pow(0.5, 2.5)) / 2, 0.4), 1e-15);
    assert_near(about(y, 4, 1, 2, 0).value, sqrt(14.0 / 4), 1e-15);
    assert_near(about(y, 4, 1, 3, 0).value, cbrt(36.0 / 4), 1e-15);
    assert_near(about(y, 4, -1, 1, 0).value, 3.5, 1e-15);
    assert_near(about(y, 4, 1, 20, 0).value, pow((1 + pow(2, 20) + pow(3, 20)) / 4, 0.05), 1e-14);
    assert_near(central(y, 4, 100, 0).value, 1.5 * pow(0.5, 0.01), 1e-14);
}

/* Equidistant points: the midpoint rule of the closed form, error r(r-1) / (24 n^2) of it
 * for r >= 2 and O(n^-2) below. */
static void test_uniform_nodes(void **state)
{
    (void)state;
    enum { N = 1000 };
    static double y[N];
    const double orders[] = {1, 1.5, 2, 3, 4, 6};
    for (int i = 0; i < N; ++i)
        y[i] = 10 + sqrt(12.0) * ((i + 0.5) / N - 0.5);
    for (int k = 0; k < 6; ++k) {
        double r = orders[k], unbias = r == 2 ? sqrt(N / (N - 1.0)) : 1;
        assert_near(central(y, N, r, 1).value, unbias * uniform_moment(r), 1e-5);
        assert_near(about(y, N, 10, r, 1).value, uniform_moment(r), 1e-5);
    }
}

/* 10,000 normal numbers against E|Y|^r = 2^(r/2) Gamma((r+1)/2) / sqrt(pi), within
 * 5 standard errors sqrt((E|Y|^2r - (E|Y|^r)^2) / n): false alarm about 1e-6 each. */
static void test_normal_closed_form(void **state)
{
    (void)state;
    enum { N = 10000 };
    static double y[N];
    const double orders[] = {1, 1.5, 2, 3, 4, 6};
    source s = {21};
    for (int i = 0; i < N; ++i)
        y[i] = draw_normal(&s);
    for (int k = 0; k < 6; ++k) {
        double r = orders[k], m = pow(normal_moment(r), r);
        double error = sqrt((pow(normal_moment(2 * r), 2 * r) - m * m) / N);
        kl_estimate e = central(y, N, r, 2);
        assert_near(pow(e.value, r), m, 5 * error);
        assert_near(pow(about(y, N, 0, r, 2).value, r), m, 5 * error);
        /* so large a sample: the interval is the normal one, 2 * 1.96 errors wide; its
         * width is known to a few per cent (2000 resamples, sample fourth moments) */
        if (r <= 2)
            assert_between((pow(e.high, r) - pow(e.low, r)) / (2 * 1.96 * error), 0.85, 1.15);
    }
}

static void test_invariances(void **state)
{
    (void)state;
    enum { N = 50 };
    double y[N], other[N];
    const double orders[] = {1, 2, 2.5, 3, 4, 6};
    source s = {22};
    for (int i = 0; i < N; ++i)
        y[i] = draw_laplace(&s);
    for (int k = 0; k < 6; ++k) {
        double r = orders[k];
        kl_estimate e = central(y, N, r, 3), a = about(y, N, 0.3, r, 3), f;
        for (int i = 0; i < N; ++i)
            other[i] = y[(17 * i + 5) % N];
        f = central(other, N, r, 3); /* permutation: not a bit changes */
        assert_memory_equal(&e, &f, sizeof e);
        f = about(other, N, 0.3, r, 3);
        assert_memory_equal(&a, &f, sizeof a);
        for (int i = 0; i < N; ++i)
            other[i] = 1e-200 * y[i];
        f = central(other, N, r, 3); /* scale; powers would underflow */
        assert_same((kl_estimate){f.value / 1e-200, f.low / 1e-200, f.high / 1e-200}, e, 1e-13);
        f = about(other, N, 0.3e-200, r, 3);
        assert_same((kl_estimate){f.value / 1e-200, f.low / 1e-200, f.high / 1e-200}, a, 1e-13);
        for (int i = 0; i < N; ++i)
            other[i] = y[i] + 1000;
        assert_same(central(other, N, r, 3), e, 1e-11); /* shift, to the rounding of y + 1000 */
        assert_same(about(other, N, 1000.3, r, 3), a, 1e-11);
        f = central(y, N, r, 3);
        assert_memory_equal(&e, &f, sizeof e); /* repeated call */
        f = central(y, N, r, 4);
        assert_true(f.value == e.value && f.low != e.low && f.high != e.high); /* other key */
    }
}

static void test_degenerate(void **state)
{
    (void)state;
    const double equal[] = {0.1, 0.1, 0.1}, two[] = {1, 3}, signs[] = {1, -1, 1, 1, -1, -1};
    const kl_estimate zero = {0, 0, 0};
    kl_estimate e = central(equal, 3, 4, 0);
    assert_memory_equal(&e, &zero, sizeof e);
    e = about(equal, 3, 0.6, 3, 0);
    assert_true(e.value == 0.5 && e.low == 0.5 && e.high == 0.5);
    e = about(equal, 3, 0.1, 2, 0);
    assert_memory_equal(&e, &zero, sizeof e);
    assert_same(about(signs, 6, 0, 4, 0), (kl_estimate){1, 1, 1}, 1e-14); /* |y| all equal */
    e = central(two, 2, 2, 0);
    assert_near(e.value, sqrt(2), 1e-15);
    assert_between(e.low, 0, sqrt(2));
    assert_int_equal(kl_stats_central_moment(two, 1, 2, 0, &e, NULL), KL_OK);
    assert_true(isnan(e.value) && isnan(e.low) && isnan(e.high));
    assert_int_equal(kl_stats_moment_about(two, 0, 0, 2, 0, &e, NULL), KL_OK);
    assert_true(isnan(e.value) && isnan(e.low) && isnan(e.high));
}

static void test_errors(void **state)
{
    (void)state;
    const double y[] = {1, 2, NAN, 4};
    const double bad_orders[] = {0.5, 0, 101, NAN, INFINITY};
    kl_estimate e;
    kl_error err;
    for (int k = 0; k < 5; ++k) {
        assert_int_equal(kl_stats_central_moment(y, 2, bad_orders[k], 0, &e, &err), KL_INPUT);
        assert_nan(e.value);
        assert_non_null(strstr(err.message, "order"));
        assert_null(strchr(err.message, '\n'));
    }
    assert_int_equal(kl_stats_central_moment(y, 4, 2, 0, &e, &err), KL_BUG);
    assert_non_null(strstr(err.message, "sample 2 of 4"));
    assert_int_equal(kl_stats_moment_about(y, 2, NAN, 2, 0, &e, &err), KL_BUG);
}

/* 2000 samples of 64 against the same measurement with another program: 6000 samples,
 * scipy.stats.bootstrap (1.10.1), method BCa, 2000 resamples. Within 5 standard deviations
 * of the difference: false alarm 6e-7 each. */
static void test_coverage(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        draw_function *draw;
        moment_function *truth;
        double r, scipy;
    } cases[] = {{"normal", draw_normal, normal_moment, 2, 0.9317},
                 {"normal", draw_normal, normal_moment, 4, 0.8717},
                 {"uniform", draw_uniform, uniform_moment, 2, 0.9433},
                 {"uniform", draw_uniform, uniform_moment, 4, 0.9503}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; ++k) {
        double r = cases[k].r, p = cases[k].scipy;
        double c = moment_coverage(cases[k].draw, cases[k].truth(r), 64, r, 2000);
        print_message("%s, order %g, n = 64: coverage %.3f\n", cases[k].name, r, c);
        assert_near(c, p, 5 * sqrt(p * (1 - p) * (1.0 / 2000 + 1.0 / 6000)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_uniform_nodes),
        cmocka_unit_test(test_normal_closed_form),
        cmocka_unit_test(test_invariances),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
