/* Measures the tables of docs/statistics.md: how often the 95% intervals hold the truth, what
 * bias is left in the values, and the same of fitted exponents. Prints them, and asserts what the
 * document says of them: coverage within three binomial standard errors of the measurement.
 */
#include "statistics/check.h"
#include "statistics/distributions.h"

enum { TRIALS = 2000, SIZES = 7, ORDERS = 8 };

static const int sizes[SIZES] = {24, 32, 48, 64, 128, 256, 1024};
static const double orders[ORDERS] = {1, 2, 3, 4, 6, 8, 10, 12};

static int trials_of(int n)
{
    return n <= 128 ? 2 * TRIALS : n <= 256 ? TRIALS : TRIALS / 2;
}

/* Three standard errors of a measured coverage p. */
static double slack(double p, int trials)
{
    return 3 * sqrt(p * (1 - p) / trials);
}

typedef struct range {
    double least, most;
    const char *lowest, *highest;
} range;

/* Widens the ranges of the orders by one distribution, both kinds of moments. */
static void include(range *ranges, const distribution *d, int n)
{
    outcome o[ORDERS][2];
    measure(d, orders, ORDERS, n, trials_of(n), o);
    for (int k = 0; k < 2 * ORDERS; ++k) {
        const double covered = o[k / 2][k % 2].covered;
        range *r = &ranges[k / 2];
        if (orders[k / 2] > d->orders || n < kl_stats_least(orders[k / 2]))
            continue;
        if (covered < r->least)
            r->lowest = d->name;
        if (covered > r->most)
            r->highest = d->name;
        r->least = fmin(r->least, covered);
        r->most = fmax(r->most, covered);
    }
}

/* The range of coverage over one group of distributions: 92% to 98%, but for the error of the
 * measurement. */
static void coverage_of(bool seen)
{
    print_message("\ncoverage, %s: n, lowest to highest for r = 1, 2, 3, 4, 6, 8, 10, 12\n",
                  seen ? "seen" : "unseen");
    int outside = 0;
    for (int i = 0; i < SIZES; ++i) {
        const double low = 0.92 - slack(0.92, trials_of(sizes[i]));
        const double high = 0.98 + slack(0.98, trials_of(sizes[i]));
        range ranges[ORDERS];
        for (int k = 0; k < ORDERS; ++k)
            ranges[k] = (range){.least = 1, .most = 0, .lowest = "", .highest = ""};
        for (int d = 0; d < DISTRIBUTIONS; ++d)
            if (distributions[d].seen == seen)
                include(ranges, &distributions[d], sizes[i]);
        print_message("| %d |", sizes[i]);
        for (int k = 0; k < ORDERS && ranges[k].most > 0; ++k)
            print_message(" %.3f-%.3f |", ranges[k].least, ranges[k].most);
        print_message("\n");
        for (int k = 0; k < ORDERS && ranges[k].most > 0; ++k)
            if (ranges[k].least < low || ranges[k].most > high) {
                print_message("outside at r = %g: %.3f (%s) to %.3f (%s)\n", orders[k],
                              ranges[k].least, ranges[k].lowest, ranges[k].most, ranges[k].highest);
                outside += 1;
            }
    }
    assert_int_equal(outside, 0);
}

static void test_coverage(void **state)
{
    (void)state;
    coverage_of(true);
}

static void test_coverage_of_other_distributions(void **state)
{
    (void)state;
    coverage_of(false);
}

static void test_bias(void **state)
{
    (void)state;
    const int shown[] = {0, 1, 8, 4, 2};
    print_message("\nbias of values in standard deviations (in per cent of the truth)\n");
    for (int i = 0; i < 5; ++i)
        for (int j = 3; j < SIZES - 1; ++j) {
            const distribution *d = &distributions[shown[i]];
            outcome o[ORDERS][2];
            measure(d, orders, ORDERS, sizes[j], TRIALS, o);
            print_message("| %s | %d |", d->name, sizes[j]);
            for (int k = 0; k < ORDERS; ++k) {
                print_message(" %+.2f (%+.1f) |", o[k][0].bias, 100 * o[k][0].relative_bias);
                if (orders[k] <= 4)
                    assert_between(o[k][0].bias, -0.25, 0.1);
            }
            print_message(" lengths of intervals, relative to the value:");
            for (int k = 0; k < ORDERS && sizes[j] >= kl_stats_least(orders[k]); ++k)
                print_message(" %.2f", o[k][0].width);
            print_message("\n");
        }
}

/* y = x^2 times a random number of the distribution, at three x with n realizations
 * each: does the exponent's interval hold 2? */
static double exponent_coverage(const distribution *d, int n, double r, double *given)
{
    const double x[] = {0.4, 0.3, 0.25};
    const int trials = TRIALS / 2;
    source s = {(uint64_t)n};
    int inside = 0, found = 0;
    for (int t = 0; t < trials; ++t) {
        kl_estimate v[3], e;
        for (int i = 0; i < 3; ++i) {
            double y[256];
            for (int j = 0; j < n; ++j)
                y[j] = x[i] * x[i] * d->draw(&s, d->p);
            assert_int_equal(kl_stats_central_moment(y, n, r, &v[i], NULL), KL_OK);
        }
        if (kl_stats_fit_rate(x, v, 3, true, &e, NULL)) {
            found += 1;
            inside += holds(e, 2);
        }
    }
    *given = (double)found / trials;
    return (double)inside / found;
}

static void test_exponents_of_moments(void **state)
{
    (void)state;
    const int shown[] = {0, 1, 8, 4, 2}, lengths[] = {64, 256};
    print_message("\nexponents of central moments: coverage (given) for r = 1, 2, 3, 4, 6, ...\n");
    for (int i = 0; i < 5; ++i)
        for (int j = 0; j < 2; ++j) {
            const distribution *d = &distributions[shown[i]];
            print_message("| %s | %d |", d->name, lengths[j]);
            for (int k = 0; k < ORDERS && lengths[j] >= kl_stats_least(orders[k]); ++k) {
                double given, c = exponent_coverage(d, lengths[j], orders[k], &given);
                print_message(" %.3f (%.2f) |", c, given);
                assert_true(c > 0.93);
            }
            print_message("\n");
        }
}

/* A bias 0.1 x^2 at three x, from n = 24 realizations of a normal observable whose noise
 * leaves a relative error of `error` at x = 0.3. */
static void test_exponents_of_biases(void **state)
{
    (void)state;
    const double x[] = {0.4, 0.3, 0.25}, errors[] = {0.02, 0.05, 0.1, 0.2, 0.4};
    source s = {51};
    print_message("\nexponents of biases: relative error, fits that give one, coverage\n");
    for (int k = 0; k < 5; ++k) {
        int found = 0, inside = 0;
        for (int t = 0; t < TRIALS; ++t) {
            kl_estimate v[3], e;
            for (int i = 0; i < 3; ++i) {
                double y[24], error;
                for (int j = 0; j < 24; ++j)
                    y[j] = x[i] * x[i] * (0.1 + 0.1 * errors[k] * sqrt(24) * draw_normal(&s));
                kl_stats_mean(y, 24, &v[i], &error);
            }
            if (kl_stats_fit_rate(x, v, 3, false, &e, NULL)) {
                found += 1;
                inside += holds(e, 2);
            }
        }
        print_message("| %g | %.3f | %.3f |\n", errors[k], (double)found / TRIALS,
                      (double)inside / found);
        assert_true(inside >= 0.93 * found);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exponents_of_biases),
        cmocka_unit_test(test_exponents_of_moments),
        cmocka_unit_test(test_bias),
        cmocka_unit_test(test_coverage),
        cmocka_unit_test(test_coverage_of_other_distributions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
