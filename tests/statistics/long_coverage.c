/* Measures the tables of docs/statistics.md: how often the 95% intervals hold the truth.
 *
 * Prints; and asserts what the document says of them: undercoverage of high moments
 * shrinks as realizations are added, and exponents of moments are covered better than
 * the moments themselves. 2000 samples know a coverage p to sqrt(p (1-p) / 2000) < 0.0112.
 */
#include "statistics/check.h"
#include "statistics/synthetic.h"

enum { TRIALS = 2000, DISTRIBUTIONS = 3, ORDERS = 4 };

static const double orders[ORDERS] = {1, 2, 4, 6};
static const struct {
    const char *name;
    draw_function *draw;
    moment_function *truth;
} distributions[DISTRIBUTIONS] = {{"normal", draw_normal, normal_moment},
                                  {"uniform", draw_uniform, uniform_moment},
                                  {"Laplace", draw_laplace, laplace_moment}};

static void test_moments(void **state)
{
    (void)state;
    const int sizes[] = {16, 24, 64, 256};
    print_message("central moments: distribution, n, coverage for r = 1, 2, 4, 6\n");
    for (int d = 0; d < DISTRIBUTIONS; ++d) {
        double c[4][ORDERS];
        for (int i = 0; i < 4; ++i) {
            for (int k = 0; k < ORDERS; ++k)
                c[i][k] = moment_coverage(distributions[d].draw, distributions[d].truth(orders[k]),
                                          sizes[i], orders[k], TRIALS);
            print_message("| %s | %d | %.3f | %.3f | %.3f | %.3f |\n", distributions[d].name,
                          sizes[i], c[i][0], c[i][1], c[i][2], c[i][3]);
        }
        for (int k = 0; k < ORDERS; ++k)
            assert_true(fabs(c[3][k] - 0.95) < fabs(c[0][k] - 0.95) + 0.03);
        assert_between(c[3][0], 0.91, 0.98); /* 256: orders 1 and 2 are right */
        assert_between(c[3][1], 0.91, 0.98);
        if (distributions[d].draw != draw_uniform)
            for (int k = 2; k < ORDERS; ++k)
                for (int i = 1; i < 4; ++i)
                    assert_true(c[i][k] > c[i - 1][k]);
    }
}

/* y = x^2 times a random number of the distribution, at three x with n realizations
 * each: does the exponent's interval hold 2? */
static double exponent_coverage(draw_function *draw, int n, double r, double *given)
{
    const double x[] = {0.4, 0.3, 0.25};
    const int trials = TRIALS / 2;
    source s = {(uint64_t)n};
    int inside = 0, found = 0;
    for (int t = 0; t < trials; ++t) {
        kl_estimate v[3], e;
        for (int i = 0; i < 3; ++i) {
            double y[LARGEST_SAMPLE];
            for (int j = 0; j < n; ++j)
                y[j] = x[i] * x[i] * draw(&s);
            assert_int_equal(kl_stats_central_moment(y, n, r, (uint64_t)(3 * t + i), &v[i], NULL),
                             KL_OK);
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
    const int sizes[] = {24, 64};
    print_message("exponents of central moments: coverage for r = 1, 2, 4, 6\n");
    for (int d = 0; d < DISTRIBUTIONS; ++d)
        for (int i = 0; i < 2; ++i) {
            double c[ORDERS], given[ORDERS];
            for (int k = 0; k < ORDERS; ++k)
                c[k] = exponent_coverage(distributions[d].draw, sizes[i], orders[k], &given[k]);
            print_message("| %s | %d | %.3f | %.3f | %.3f | %.3f | (given: %.3f %.3f %.3f %.3f)\n",
                          distributions[d].name, sizes[i], c[0], c[1], c[2], c[3], given[0],
                          given[1], given[2], given[3]);
            for (int k = 2; k < ORDERS && distributions[d].draw != draw_uniform; ++k)
                assert_true(c[k] > moment_coverage(distributions[d].draw,
                                                   distributions[d].truth(orders[k]), sizes[i],
                                                   orders[k], TRIALS / 2));
        }
}

/* A bias 0.1 x^2 at three x, from n = 24 realizations of a normal observable whose noise
 * leaves a relative error of `error` at x = 0.3. */
static void test_exponents_of_biases(void **state)
{
    (void)state;
    const double x[] = {0.4, 0.3, 0.25}, errors[] = {0.02, 0.05, 0.1, 0.2, 0.4};
    source s = {51};
    print_message("exponents of biases: relative error, fits that give one, coverage\n");
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
        cmocka_unit_test(test_moments),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
