/* Constants and lines through points with errors; the tail of chi^2. Closed forms and
 * synthetic data; false alarms of the random test: below 1e-4 each.
 */
#include "statistics/check.h"
#include "statistics/statistics.h"
#include "statistics/synthetic.h"

enum { MOST = 8 };

static void a_line_is_found_exactly(void **state)
{
    const double x[] = {0.5, 0.25, 0.2, 0.125}, sigma[] = {1e-3, 2e-3, 1e-3, 3e-3};
    double y[4], chi2;
    int freedom;
    kl_estimate c;
    (void)state;
    for (int i = 0; i < 4; i++)
        y[i] = 0.3 - 0.7 * x[i];
    assert_true(kl_stats_fit_polynomial(x, y, sigma, 4, 1, &c, &chi2, &freedom));
    assert_near(c.value, 0.3, 1e-14);
    assert_near(chi2, 0, 1e-20);
    assert_int_equal(freedom, 2);
}

/* Equal errors, two points at 1 and 2: c0 = 2 y1 - y2 with variance 5 sigma^2. */
static void two_points_extrapolate_with_their_errors(void **state)
{
    const double x[] = {1, 2}, y[] = {3, 5}, sigma[] = {0.1, 0.1};
    kl_estimate c;
    int freedom;
    (void)state;
    assert_true(kl_stats_fit_polynomial(x, y, sigma, 2, 1, &c, NULL, &freedom));
    assert_near(c.value, 1, 1e-14);
    assert_near(c.high - c.value, 1.959963984540054 * 0.1 * sqrt(5), 1e-12);
    assert_int_equal(freedom, 0);
    assert_true(kl_stats_fit_polynomial(x, y, sigma, 2, 0, &c, NULL, NULL));
    assert_near(c.value, 4, 1e-14); /* chi^2 = 2 (1/0.1)^2: wider by its root */
    assert_near(c.high - c.value, 1.959963984540054 * 0.1 / sqrt(2) * sqrt(200), 1e-11);
}

static void too_few_points_give_nothing(void **state)
{
    const double x[] = {1, 1}, y[] = {3, 5}, sigma[] = {0.1, 0.1};
    kl_estimate c;
    (void)state;
    assert_false(kl_stats_fit_polynomial(x, y, sigma, 0, 0, &c, NULL, NULL));
    assert_false(kl_stats_fit_polynomial(x, y, sigma, 1, 1, &c, NULL, NULL));
    assert_false(kl_stats_fit_polynomial(x, y, sigma, 2, 1, &c, NULL, NULL));
    assert_true(isnan(c.value) && isnan(c.low) && isnan(c.high));
}

/* Quantiles of published tables: Abramowitz and Stegun, table 26.8. */
static void the_tail_of_chi2_is_that_of_the_tables(void **state)
{
    static const struct {
        int freedom;
        double value, above;
    } table[] = {{1, 3.84146, 0.05}, {2, 5.99146, 0.05},  {3, 7.81473, 0.05}, {4, 9.48773, 0.05},
                 {5, 15.0863, 0.01}, {10, 23.2093, 0.01}, {9, 4.16816, 0.9},  {30, 43.7729, 0.05}};
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        assert_near(kl_stats_chi2_above(table[i].value, table[i].freedom), table[i].above, 2e-6);
    assert_near(kl_stats_chi2_above(0, 3), 1, 0);
}

/* A plateau, and a power 1/ell: each model holds where it is true, to 95% or more (poor
 * luck widens, good luck does not narrow); the wrong one is found out. */
static void intervals_cover_and_chance_is_uniform(void **state)
{
    enum { FITS = 4000 };
    const double x[] = {0.4, 1.0 / 3, 0.25, 0.2, 0.125};
    int inside[2] = {0}, below[2] = {0}, found = 0;
    source random = {20261120};
    (void)state;
    for (int f = 0; f < FITS; f++)
        for (int slope = 0; slope < 2; slope++) {
            double y[MOST], sigma[MOST], chi2;
            int freedom;
            kl_estimate c;
            for (int i = 0; i < 5; i++) {
                sigma[i] = 0.01 * (1 + i % 3);
                y[i] = 1 + 0.5 * slope * x[i] + sigma[i] * draw_normal(&random);
            }
            assert_true(kl_stats_fit_polynomial(x, y, sigma, 5, slope, &c, &chi2, &freedom));
            inside[slope] += c.low <= 1 && 1 <= c.high;
            below[slope] += kl_stats_chi2_above(chi2, freedom) < 0.1;
            if (slope) {
                kl_stats_fit_polynomial(x, y, sigma, 5, 0, &c, &chi2, &freedom);
                found += kl_stats_chi2_above(chi2, freedom) < 0.01;
            }
        }
    for (int slope = 0; slope < 2; slope++) {
        assert_between(inside[slope], (0.95 - 4 * 0.0035) * FITS, 0.99 * FITS);
        assert_between(below[slope], (0.1 - 4 * 0.0048) * FITS, (0.1 + 4 * 0.0048) * FITS);
    }
    assert_true(found > 0.9 * FITS);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_line_is_found_exactly),
    cmocka_unit_test(two_points_extrapolate_with_their_errors),
    cmocka_unit_test(too_few_points_give_nothing),
    cmocka_unit_test(the_tail_of_chi2_is_that_of_the_tables),
    cmocka_unit_test(intervals_cover_and_chance_is_uniform)};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
