/* The jackknife's interval: of a mean it is Student's, of a product what the slopes say. */
#include "statistics/check.h"
#include "statistics/statistics.h"

enum { N = 400 };

static double first(const void *context, const double *mean)
{
    (void)context;
    return mean[0];
}

static double product(const void *context, const double *mean)
{
    (void)context;
    return mean[0] * mean[1];
}

/* Numbers without a pattern, from the fractional parts of multiples. */
static void fill(double *y)
{
    for (int i = 0; i < N; i++) {
        y[2 * i] = 3 + fmod((i + 1) * 0.6180339887498949, 1);
        y[2 * i + 1] = -2 + fmod((i + 1) * 0.7548776662466927, 1);
    }
}

static void of_a_mean_is_students(void **state)
{
    double y[2 * N], one[N], error;
    kl_estimate jackknife, student;
    (void)state;
    fill(y);
    for (int i = 0; i < N; i++)
        one[i] = y[2 * i];
    kl_stats_mean(one, N, &student, &error);
    assert_int_equal(
        kl_stats_jackknife(&(kl_stats_rows){.n = N, .m = 2, .y = y}, first, NULL, &jackknife, NULL),
        KL_OK);
    assert_true(fabs(jackknife.value - student.value) < 1e-13);
    assert_true(fabs(jackknife.low - student.low) < 1e-12);
    assert_true(fabs(jackknife.high - student.high) < 1e-12);
}

/* sd(ab) = sd(b a_i + a b_i), to the next order in 1/n. */
static void of_a_product_by_its_slopes(void **state)
{
    double y[2 * N], line[N], a = 0, b = 0, error;
    kl_estimate e, linear;
    (void)state;
    fill(y);
    for (int i = 0; i < N; i++) {
        a += y[2 * i] / N;
        b += y[2 * i + 1] / N;
    }
    for (int i = 0; i < N; i++)
        line[i] = b * y[2 * i] + a * y[2 * i + 1] - a * b;
    kl_stats_mean(line, N, &linear, &error);
    assert_int_equal(
        kl_stats_jackknife(&(kl_stats_rows){.n = N, .m = 2, .y = y}, product, NULL, &e, NULL),
        KL_OK);
    assert_true(fabs(e.value - a * b) < 1e-12);
    assert_true(fabs((e.high - e.low) / (linear.high - linear.low) - 1) < 0.01);
}

static void too_few_have_no_interval(void **state)
{
    const double y[2] = {1, 2};
    kl_estimate e;
    (void)state;
    assert_int_equal(
        kl_stats_jackknife(&(kl_stats_rows){.n = 2, .m = 1, .y = y}, first, NULL, &e, NULL), KL_OK);
    assert_true(e.value == 1.5 && isnan(e.low) && isnan(e.high));
    assert_int_equal(
        kl_stats_jackknife(&(kl_stats_rows){.n = 0, .m = 1, .y = y}, first, NULL, &e, NULL), KL_OK);
    assert_true(isnan(e.value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(of_a_mean_is_students),
                                       cmocka_unit_test(of_a_product_by_its_slopes),
                                       cmocka_unit_test(too_few_have_no_interval)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
