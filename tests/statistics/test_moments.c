/* Central moments and moments about a point: unbiased by enumeration, corrected as defined,
 * invariant, and with intervals that hold the truth. */
#include "statistics/check.h"
#include "statistics/distributions.h"

#include "statistics/probability.h"

#include <string.h>

static kl_estimate central(const double *y, int n, double r)
{
    kl_estimate e;
    assert_int_equal(kl_stats_central_moment(y, n, r, &e, NULL), KL_OK);
    assert_false(e.low > e.value || e.value > e.high);
    assert_true(isnan(e.low) == (n < kl_stats_least(r)));
    return e;
}

static kl_estimate about(const double *y, int n, double c, double r)
{
    kl_estimate e;
    assert_int_equal(kl_stats_moment_about(y, n, c, r, &e, NULL), KL_OK);
    assert_false(e.low > e.value || e.value > e.high);
    return e;
}

static void assert_same(kl_estimate a, kl_estimate b, double tolerance)
{
    assert_near(a.value, b.value, tolerance);
    assert_near(a.low, b.low, tolerance);
    assert_near(a.high, b.high, tolerance);
}

/* ---- values ---- */

/* Too few realizations to correct the root. */
static void test_by_hand(void **state)
{
    (void)state;
    const double y[] = {1, 6, 2}; /* deviations from 3: 2, 3, 1 */
    assert_near(central(y, 3, 1).value, 2, 1e-15);
    assert_near(central(y, 3, 2).value, sqrt(7), 1e-15);
    assert_near(central(y, 3, 3).value, cbrt(12), 1e-15);
    assert_near(about(y, 3, 1, 2).value, sqrt(26.0 / 3), 1e-15);
    assert_near(about(y, 3, 1, 20).value, pow((pow(5, 20) + 1) / 3, 0.05), 1e-14);
    assert_near(central(y, 3, 100).value, 3 * pow((1 + pow(2.0 / 3, 100)) / 3, 0.01), 1e-14);
}

static void sums_of(const double *y, int n, double sum[7])
{
    double mean = 0;
    for (int i = 0; i < n; ++i)
        mean += y[i] / n;
    for (int q = 0; q < 7; ++q) {
        sum[q] = 0;
        for (int i = 0; i < n; ++i)
            sum[q] += pow(y[i] - mean, q);
    }
}

/* E h over all 3^7 samples of seven from a skew distribution on three points is the moment
 * itself, to rounding. */
static void test_h_statistics_are_unbiased(void **state)
{
    (void)state;
    enum { N = 7, ALL = 2187 };
    const double point[] = {-1, 0.5, 4}, weight[] = {0.5, 0.3, 0.2};
    double mean = 0;
    for (int k = 0; k < 3; ++k)
        mean += weight[k] * point[k];
    for (int r = 2; r <= 6; r += 2) {
        double truth = 0, expected = 0;
        for (int k = 0; k < 3; ++k)
            truth += weight[k] * pow(point[k] - mean, r);
        for (int b = 0; b < ALL; ++b) {
            double y[N], sum[7], probability = 1;
            for (int i = 0, code = b; i < N; ++i, code /= 3) {
                y[i] = point[code % 3];
                probability *= weight[code % 3];
            }
            sums_of(y, N, sum);
            expected += probability * kl_h_statistic(r, N, sum);
        }
        assert_near(expected, truth, 1e-11 * truth);
        assert_nan(kl_h_statistic(r, r - 1, (double[7]){0}));
    }
    assert_nan(kl_h_statistic(3, 7, (double[7]){0}));
}

/* (1/n) sum |y - mean|^r, or the h-statistic, under the root. */
static double plain_root(const double *y, int n, bool is_central, double c, double r)
{
    double mean = c, moment = 0, sum[7];
    if (is_central) {
        mean = 0;
        for (int i = 0; i < n; ++i)
            mean += y[i] / n;
    }
    for (int i = 0; i < n; ++i)
        moment += pow(fabs(y[i] - mean), r) / n;
    sums_of(y, n, sum);
    if (is_central && (r == 2 || r == 4 || r == 6))
        moment = kl_h_statistic((int)r, n, sum);
    return pow(moment, 1 / r);
}

/* The jackknife by its definition: every realization left out in turn. */
static void test_correction_by_definition(void **state)
{
    (void)state;
    enum { LARGE = 60 };
    const double orders[] = {1, 1.3, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 12, 20};
    const int sizes[] = {8, 9, 30, LARGE};
    source s = {20};
    for (int size = 0; size < 4; ++size)
        for (int k = 0; k < 24; ++k) {
            const int n = sizes[size];
            const double r = orders[k % 12], c = 0.3;
            double y[LARGE], rest[LARGE], without = 0;
            for (int i = 0; i < n; ++i)
                y[i] = draw_laplace(&s);
            for (int i = 0; i < n; ++i) {
                memcpy(rest, y, (size_t)n * sizeof *y);
                rest[i] = rest[n - 1];
                without += plain_root(rest, n - 1, k < 12, c, r) / n;
            }
            const double expected = n * plain_root(y, n, k < 12, c, r) - (n - 1) * without;
            const double value = k < 12 ? central(y, n, r).value : about(y, n, c, r).value;
            if (expected > 0) /* NAN where an h-statistic is negative */
                assert_near(value, expected, 1e-9 * expected);
        }
}

/* A sample whose h_4 is negative: the plug-in takes its place, and is positive. */
static void test_negative_h_statistic(void **state)
{
    (void)state;
    const double y[] = {-1, -1, -1, -1, 1, 1, 1, 1};
    double sum[7];
    sums_of(y, 8, sum);
    assert_true(kl_h_statistic(4, 8, sum) > 0);
    const double few[] = {-1, -1, 1, 1};
    sums_of(few, 4, sum);
    assert_true(kl_h_statistic(4, 4, sum) < 0);
    assert_between(central(few, 4, 4).value, 0.5, 2);
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
        kl_estimate e = central(y, N, r);
        assert_near(pow(e.value, r), m, 5 * error);
        assert_near(pow(about(y, N, 0, r).value, r), m, 5 * error);
        /* so large a sample: nearly the normal interval, 2 * 1.96 errors wide */
        if (r <= 2)
            assert_between((pow(e.high, r) - pow(e.low, r)) / (2 * 1.96 * error), 0.9, 1.1);
    }
}

static void test_invariances(void **state)
{
    (void)state;
    enum { N = 70 };
    double y[N], other[N];
    const double orders[] = {1, 2, 2.5, 3, 4, 6, 7};
    source s = {22};
    for (int i = 0; i < N; ++i)
        y[i] = draw_laplace(&s);
    for (int k = 0; k < 7; ++k) {
        double r = orders[k];
        kl_estimate e = central(y, N, r), a = about(y, N, 0.3, r), f;
        for (int i = 0; i < N; ++i)
            other[i] = y[(17 * i + 5) % N];
        f = central(other, N, r); /* permutation: not a bit changes */
        assert_memory_equal(&e, &f, sizeof e);
        f = about(other, N, 0.3, r);
        assert_memory_equal(&a, &f, sizeof a);
        for (int i = 0; i < N; ++i)
            other[i] = 1e-200 * y[i];
        f = central(other, N, r); /* scale; powers would underflow */
        assert_same((kl_estimate){f.value / 1e-200, f.low / 1e-200, f.high / 1e-200}, e, 1e-12);
        f = about(other, N, 0.3e-200, r);
        assert_same((kl_estimate){f.value / 1e-200, f.low / 1e-200, f.high / 1e-200}, a, 1e-12);
        for (int i = 0; i < N; ++i)
            other[i] = y[i] + 1000;
        assert_same(central(other, N, r), e, 1e-10); /* shift, to the rounding of y + 1000 */
        assert_same(about(other, N, 1000.3, r), a, 1e-10);
    }
}

static void test_degenerate(void **state)
{
    (void)state;
    double same[] = {0.1, 0.1, 0.1, 0.1, 0.1}, around[100];
    const double two[] = {1, 3};
    kl_estimate e;
    for (int r = 1; r <= 6; ++r) {
        assert_int_equal(kl_stats_central_moment(same, 5, r, &e, NULL), KL_OK);
        assert_same(e, (kl_estimate){0, 0, 0}, 0);
        assert_same(about(same, 5, 0.1, r), (kl_estimate){0, 0, 0}, 0);
        assert_same(about(same, 5, 2.1, r), (kl_estimate){2, 2, 2}, 1e-14);
        for (int i = 0; i < 100; ++i)
            around[i] = i % 2 ? 1 : -1;
        assert_same(about(around, 100, 0, r), (kl_estimate){1, 1, 1}, 1e-12); /* |y| all equal */
    }
    assert_near(central(two, 2, 2).value, sqrt(2), 1e-15);
    assert_int_equal(kl_stats_central_moment(two, 1, 2, &e, NULL), KL_OK);
    assert_true(isnan(e.value) && isnan(e.low) && isnan(e.high));
    assert_int_equal(kl_stats_moment_about(two, 0, 0, 2, &e, NULL), KL_OK);
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
        assert_int_equal(kl_stats_central_moment(y, 2, bad_orders[k], &e, &err), KL_INPUT);
        assert_nan(e.value);
        assert_non_null(strstr(err.message, "order"));
        assert_null(strchr(err.message, '\n'));
    }
    assert_int_equal(kl_stats_central_moment(y, 4, 2, &e, &err), KL_BUG);
    assert_non_null(strstr(err.message, "sample 2 of 4"));
    assert_int_equal(kl_stats_moment_about(y, 2, NAN, 2, &e, &err), KL_BUG);
}

/* ---- samples ---- */

enum { TRIALS = 4000 };

/* Fewest realizations, several shapes and orders: coverage in 92% to 98%, within 4 binomial
 * standard deviations: a false alarm has probability 3e-5 a case even at the very edge. Values:
 * unbiased to 0.1 of their standard deviation for orders up to 4. */
static void test_coverage_and_bias(void **state)
{
    (void)state;
    const double orders[] = {1, 2, 3, 4, 6, 8, 10, 12};
    const double low = 0.92 - 4 * sqrt(0.92 * 0.08 / TRIALS);
    const double high = 0.98 + 4 * sqrt(0.98 * 0.02 / TRIALS);
    for (int d = 2; d < DISTRIBUTIONS; d += 6) /* exponential, speckle, mixed, triangular, bell */
        for (int k = 0; k < 8; ++k) {
            const distribution *dist = &distributions[d];
            const double r = orders[k];
            outcome both[1][2];
            measure(dist, &r, 1, kl_stats_least(r), TRIALS, both);
            for (int about_known = 0; about_known < 2; ++about_known) {
                const outcome o = both[0][about_known];
                print_message("%s, order %g: coverage %.3f, above %.3f, bias %+.2f\n", dist->name,
                              r, o.covered, o.above, o.bias);
                assert_between(o.covered, low, high);
                assert_true(o.above > 0.005);
                if (r <= 3 || (r == 4 && d != 2))
                    assert_between(o.bias, -0.12, 0.06);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_by_hand),
        cmocka_unit_test(test_h_statistics_are_unbiased),
        cmocka_unit_test(test_correction_by_definition),
        cmocka_unit_test(test_negative_h_statistic),
        cmocka_unit_test(test_normal_closed_form),
        cmocka_unit_test(test_invariances),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_coverage_and_bias),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
