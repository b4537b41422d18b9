/* Mean, Student's interval, and Student's quantile. */
#include "statistics/check.h"
#include "statistics/synthetic.h"

static void test_student_closed_forms(void **state)
{
    (void)state;
    /* nu = 1: tan(pi (p - 1/2)); nu = 2: (2p-1) sqrt(2 / (4p(1-p))) ; nu = 4: Shaw,
     * J. Comput. Finance 9 (2006) 37, q = cos(acos(sqrt a)/3)/sqrt a, a = 4p(1-p). */
    double a = 4 * 0.975 * 0.025, q = cos(acos(sqrt(a)) / 3) / sqrt(a);
    assert_near(kl_stats_student(1) / tan(M_PI * 0.475), 1, 1e-11);
    assert_near(kl_stats_student(2) / (0.95 * sqrt(2 / a)), 1, 1e-11);
    assert_near(kl_stats_student(4) / (2 * sqrt(q - 1)), 1, 1e-11);
    assert_near(kl_stats_student(1e300), 1.959963984540054, 1e-12);
    assert_nan(kl_stats_student(0));
    assert_nan(kl_stats_student(-1));
    assert_nan(kl_stats_student(NAN));
}

static void test_student_tables(void **state)
{
    (void)state;
    /* NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2, column 0.975. */
    static const double table[][2] = {{1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},
                                      {5, 2.571},  {6, 2.447},  {7, 2.365},  {8, 2.306},
                                      {9, 2.262},  {10, 2.228}, {15, 2.131}, {20, 2.086},
                                      {25, 2.060}, {30, 2.042}, {60, 2.000}, {100, 1.984}};
    for (size_t i = 0; i < sizeof table / sizeof *table; ++i)
        assert_near(kl_stats_student(table[i][0]), table[i][1], 5.1e-4);
    /* The root of the incomplete beta function in 30 digits, mpmath.betainc and findroot. */
    static const double digits[][2] = {{1.5, 6.0166631044279322},  {3, 3.1824463052837096},
                                       {7, 2.3646242515927853},    {23, 2.0686576104190485},
                                       {31.5, 2.0382021367118842}, {63, 1.9983405425207416},
                                       {511, 1.9646172223304040}};
    for (size_t i = 0; i < sizeof digits / sizeof *digits; ++i)
        assert_near(kl_stats_student(digits[i][0]) / digits[i][1], 1, 1e-12);
    /* The incomplete beta function meets the expansion in 1/nu at nu = 1000; the
     * slope there is -z(z^2+1)/(4 nu^2) = -2.4e-6. */
    assert_near(kl_stats_student(1000 - 1e-6), kl_stats_student(1000), 1e-11);
}

static void test_mean_of_sleep_data(void **state)
{
    (void)state;
    /* Cushny and Peebles' extra hours of sleep, Student, Biometrika 6 (1908) 1;
     * the interval as R prints it for the data set `sleep`, paired t.test. */
    static const double y[] = {1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4};
    kl_estimate mean;
    double error;
    kl_stats_mean(y, 10, &mean, &error);
    assert_near(mean.value, 1.58, 1e-14);
    assert_near(mean.low, 0.7001142, 5.1e-8);
    assert_near(mean.high, 2.4598858, 5.1e-8);
    assert_near(error * error * 90, 13.616, 1e-12); /* sum of squares by hand */
}

static void test_mean_degenerate(void **state)
{
    (void)state;
    const double equal[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    kl_estimate mean;
    double error;
    kl_stats_mean(equal, 7, &mean, &error);
    assert_true(mean.value == 0.1 && mean.low == 0.1 && mean.high == 0.1 && error == 0);
    kl_stats_mean(equal, 1, &mean, &error);
    assert_true(mean.value == 0.1);
    assert_nan(mean.low);
    assert_nan(mean.high);
    assert_nan(error);
    kl_stats_mean(equal, 0, &mean, &error);
    assert_nan(mean.value);
    assert_nan(error);
}

static void test_mean_equivariance(void **state)
{
    (void)state;
    double y[24], scaled[24], shifted[24], reversed[24];
    kl_estimate a, b;
    double ea, eb;
    source s = {11};
    for (int i = 0; i < 24; ++i) {
        y[i] = draw_normal(&s);
        scaled[i] = -7.3e-9 * y[i];
        shifted[i] = y[i] + 1e6;
        reversed[23 - i] = y[i];
    }
    kl_stats_mean(y, 24, &a, &ea);
    kl_stats_mean(scaled, 24, &b, &eb);
    assert_near(b.value / -7.3e-9, a.value, 1e-14);
    assert_near(b.low / -7.3e-9, a.high, 1e-14);
    assert_near(eb / 7.3e-9, ea, 1e-15);
    kl_stats_mean(shifted, 24, &b, &eb);
    assert_near(b.value - 1e6, a.value, 2e-10); /* rounding of 1e6 + y */
    assert_near(eb, ea, 2e-10);
    kl_stats_mean(reversed, 24, &b, &eb);
    assert_near(b.high, a.high, 1e-14);
}

/* 20,000 normal samples of 24: the coverage is 0.95 exactly, its measurement has
 * standard deviation 0.00154. At 5 of them: false alarm 6e-7 each. The standard
 * error squared is unbiased: its mean over the samples is 1/24, with relative
 * standard deviation sqrt(2/23/20000). */
static void test_mean_coverage(void **state)
{
    (void)state;
    const int trials = 20000;
    source s = {12};
    int inside = 0;
    double variance = 0;
    for (int t = 0; t < trials; ++t) {
        double y[24], error;
        kl_estimate mean;
        for (int i = 0; i < 24; ++i)
            y[i] = 3 + draw_normal(&s);
        kl_stats_mean(y, 24, &mean, &error);
        inside += holds(mean, 3);
        variance += 24 * error * error / trials;
    }
    print_message("mean, normal, n = 24: coverage %.4f\n", (double)inside / trials);
    assert_near((double)inside / trials, 0.95, 5 * sqrt(0.95 * 0.05 / trials));
    assert_near(variance, 1, 5 * sqrt(2.0 / 23 / trials));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_student_closed_forms), cmocka_unit_test(test_student_tables),
        cmocka_unit_test(test_mean_of_sleep_data),   cmocka_unit_test(test_mean_degenerate),
        cmocka_unit_test(test_mean_equivariance),    cmocka_unit_test(test_mean_coverage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
