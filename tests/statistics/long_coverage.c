/* Measures the tables of docs/statistics.md: how often the 95% intervals hold the truth, what
 * bias is left in the values, and the same of fitted exponents. Prints them, and asserts what the
 * document says of them, each within 4 binomial standard deviations.
 */
#include "statistics/check.h"
#include "statistics/distributions.h"

enum { TRIALS = 2000, SIZES = 7, ORDERS = 8 };

static const int sizes[SIZES] = {24, 32, 48, 64, 128, 256, 1024};
static const double orders[ORDERS] = {1, 2, 3, 4, 6, 8, 10, 12};

static double slack(double p, int trials)
{
    return 4 * sqrt(p * (1 - p) / trials);
}

/* The range of coverage over one group of distributions and both kinds of moments. */
static void coverage_of(bool seen, double lowest, double highest)
{
    print_message("\ncoverage, %s: n, lowest to highest for r = 1, 2, 3, 4, 6, 8, 10, 12\n",
                  seen ? "seen" : "unseen");
    for (int i = 0; i < SIZES; ++i) {
        const int trials = sizes[i] > 256 ? TRIALS / 2 : TRIALS;
        print_message("| %d |", sizes[i]);
        for (int k = 0; k < ORDERS; ++k) {
            double least = 1, most = 0;
            if (sizes[i] < kl_stats_least(orders[k])) {
                print_message(" - |");
                continue;
            }
            for (int d = 0; d < 2 * DISTRIBUTIONS; ++d) {
                if (distributions[d / 2].seen != seen)
                    continue;
                const outcome o =
                    measure(&distributions[d / 2], orders[k], sizes[i], trials, d % 2);
                least = fmin(least, o.covered);
                most = fmax(most, o.covered);
            }
            print_message(" %.3f-%.3f |", least, most);
            assert_true(least >= lowest - slack(lowest, trials));
            assert_true(most <= highest + slack(highest, trials));
        }
        print_message("\n");
    }
}

static void test_coverage(void **state)
{
    (void)state;
    coverage_of(true, 0.92, 0.985);
}

static void test_coverage_of_other_distributions(void **state)
{
    (void)state;
    coverage_of(false, 0.90, 0.99);
}

static void test_bias(void **state)
{
    (void)state;
    const int shown[] = {0, 1, 8, 4, 2};
    print_message("\nbias of values in standard deviations (in per cent of the truth)\n");
    for (int i = 0; i < 5; ++i)
        for (int j = 3; j < SIZES - 1; ++j) {
            const distribution *d = &distributions[shown[i]];
            print_message("| %s | %d |", d->name, sizes[j]);
            for (int k = 0; k < ORDERS; ++k) {
                const outcome o = measure(d, orders[k], sizes[j], TRIALS, false);
                print_message(" %+.2f (%+.1f) |", o.bias, 100 * o.relative_bias);
                if (orders[k] <= 4)
                    assert_between(o.bias, -0.25, 0.1);
            }
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
                y[j] = x[i] * x[i] * d->draw(&s, d->parameter);
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
            for (int k = 0; k < ORDERS; ++k) {
                double given, c = exponent_coverage(d, lengths[j], orders[k], &given);
                print_message(" %.3f (%.2f) |", c, given);
                assert_true(given == 0 || c > 0.93);
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
