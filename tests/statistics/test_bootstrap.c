/* The BCa interval of a mean of powers against the exact bootstrap distribution, and against
 * SciPy. */
#include "statistics/check.h"
#include "statistics/synthetic.h"

#include "statistics/probability.h"
#include "statistics/statistics.h"

#include <stdlib.h>
#include <string.h>

enum { N = 5, ALL = 3125, RESAMPLES = 2000, LARGE = 24 };

static double first(const void *context, const double *mean)
{
    (void)context;
    return mean[0];
}

/* Mean of |y - c|^r with its BCa interval. */
static kl_estimate bootstrapped(const double *y, int n, double c, double r, uint64_t key)
{
    double power[LARGE];
    kl_estimate e;
    for (int i = 0; i < n; ++i)
        power[i] = pow(fabs(y[i] - c), r);
    assert_int_equal(kl_stats_function_of_means(power, n, 1, first, NULL, key, &e, NULL), KL_OK);
    return e;
}

static double moment(const double *y, int n, double c, double r)
{
    double m = 0;
    for (int i = 0; i < n; ++i)
        m += pow(fabs(y[i] - c), r) / n;
    return m;
}

/* Infinitesimal jackknife by its definition: the derivative of the moment when the
 * weight of one point grows, here by differences. */
static double acceleration(const double *y, int n, double c, double r)
{
    const double h = 1e-4;
    double square = 0, cube = 0;
    for (int k = 0; k < n; ++k) {
        double m[2] = {0, 0};
        for (int side = 0; side < 2; ++side) {
            double step = side ? h : -h;
            for (int i = 0; i < n; ++i)
                m[side] += ((1 - step) / n + (i == k) * step) * pow(fabs(y[i] - c), r);
        }
        double u = (m[1] - m[0]) / (2 * h);
        square += u * u;
        cube += u * u * u;
    }
    return cube / 6 / pow(square, 1.5);
}

/* G(x), the fraction of all 5^5 resamples with moment below x, or below and at x. */
static double exact_distribution(const double *all, double x, bool with_ties)
{
    int count = 0;
    for (int b = 0; b < ALL; ++b)
        count += all[b] < x * (1 - 1e-9) || (with_ties && all[b] <= x * (1 + 1e-9));
    return (double)count / ALL;
}

static double normal_density(double z)
{
    return exp(-z * z / 2) / sqrt(2 * M_PI);
}

/* The limit `x` (as a moment) is the quantile of the exact G at the BCa level, within 5
 * standard deviations of what 2000 resamples do to the quantile and to z0. */
static void check_limit(const double *all, double value, double a, double z, double x)
{
    double p = 0.5 * (exact_distribution(all, value, false) + exact_distribution(all, value, true));
    double z0 = kl_normal_quantile(p), s = z0 + z, level = z0 + s / (1 - a * s);
    double error_z0 = sqrt(p * (1 - p) / RESAMPLES) / normal_density(z0);
    double slope = 1 + 1 / ((1 - a * s) * (1 - a * s));
    double alpha = kl_normal_cdf(level), drift = 5 * error_z0 * slope;
    double above = kl_normal_cdf(level + drift), below = kl_normal_cdf(level - drift);
    above += 5 * sqrt(alpha * (1 - alpha) / RESAMPLES) + 1.0 / RESAMPLES;
    below -= 5 * sqrt(alpha * (1 - alpha) / RESAMPLES) + 1.0 / RESAMPLES;
    if (exact_distribution(all, x, true) < below || exact_distribution(all, x, false) > above)
        fail_msg("limit %g: G = %g..%g, BCa level %g, band %g..%g", x,
                 exact_distribution(all, x, false), exact_distribution(all, x, true), alpha, below,
                 above);
}

static void test_exact_enumeration(void **state)
{
    (void)state;
    const double y[N] = {0.0, 0.37, 1.0, 1.93, 3.31}, orders[] = {1, 2, 2.5, 3, 4};
    static double all[ALL];
    for (int k = 0; k < 5; ++k) {
        const double r = orders[k], c = 0.8;
        for (int b = 0; b < ALL; ++b) {
            double draw[N];
            for (int i = 0, code = b; i < N; ++i, code /= N)
                draw[i] = y[code % N];
            all[b] = moment(draw, N, c, r);
        }
        const kl_estimate e = bootstrapped(y, N, c, r, 31);
        const double value = moment(y, N, c, r), a = acceleration(y, N, c, r);
        assert_near(e.value, value, 1e-13 * value);
        check_limit(all, value, a, -1.959963984540054, e.low);
        check_limit(all, value, a, 1.959963984540054, e.high);
    }
}

/* scipy.stats.bootstrap (1.10.1), method BCa, statistic mean of |y - 0.2|^r, the mean
 * of four runs of 400,000 resamples; `error` is the spread of the four. Here the mean
 * of 100 keys, within 5 standard errors of both. */
static void test_against_scipy(void **state)
{
    (void)state;
    const double y[] = {0.31,  -1.12, 0.87,  2.05,  -0.44, 0.09,  -0.73, 1.36,
                        -2.21, 0.58,  0.14,  -0.95, 1.78,  -0.27, 0.66,  -1.51,
                        0.02,  1.09,  -0.61, 0.43,  -0.18, 2.64,  -1.33, 0.75};
    const struct {
        double r, low, high, low_error, high_error;
    } scipy[] = {{1, 0.66875, 1.22646, 0.00059, 0.00133},
                 {2, 0.88290, 1.48157, 0.00037, 0.00180},
                 {3, 1.04416, 1.66575, 0.00031, 0.00094},
                 {4, 1.16549, 1.79920, 0.00025, 0.00071}};
    const int keys = 100;
    for (int k = 0; k < 4; ++k) {
        double low = 0, high = 0, low2 = 0, high2 = 0;
        for (int key = 0; key < keys; ++key) {
            kl_estimate e = bootstrapped(y, 24, 0.2, scipy[k].r, (uint64_t)key << 32);
            e.low = pow(e.low, 1 / scipy[k].r);
            e.high = pow(e.high, 1 / scipy[k].r);
            low += e.low / keys;
            high += e.high / keys;
            low2 += e.low * e.low / keys;
            high2 += e.high * e.high / keys;
        }
        double low_error = sqrt((low2 - low * low) / keys + pow(scipy[k].low_error, 2) / 4);
        double high_error = sqrt((high2 - high * high) / keys + pow(scipy[k].high_error, 2) / 4);
        assert_true(low_error < 0.003 && high_error < 0.003);
        assert_near(low, scipy[k].low, 5 * low_error);
        assert_near(high, scipy[k].high, 5 * high_error);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* BCa limits of a moment about 1 from RESAMPLES resamples, written anew. */
static void plain_limits(const double *y, double r, source *s, double limit[2])
{
    double all[RESAMPLES];
    double value = moment(y, LARGE, 1, r), a = acceleration(y, LARGE, 1, r), below = 0;
    for (int b = 0; b < RESAMPLES; ++b) {
        double draw[LARGE];
        for (int i = 0; i < LARGE; ++i)
            draw[i] = y[(int)(LARGE * draw_unit(s))];
        all[b] = moment(draw, LARGE, 1, r);
        below += all[b] < value;
    }
    qsort(all, RESAMPLES, sizeof *all, compare);
    for (int side = 0; side < 2; ++side) {
        double z0 = kl_normal_quantile(below / RESAMPLES), z = z0 + (side ? 1.96 : -1.96);
        double at = (RESAMPLES + 1) * kl_normal_cdf(z0 + z / (1 - a * z)) - 1;
        int i = at < 0 ? 0 : at > RESAMPLES - 2 ? RESAMPLES - 2 : (int)at;
        limit[side] = all[i] + (at - i) * (all[i + 1] - all[i]);
    }
}

/* A skew sample, where the acceleration tells:
 * the mean limits of 200 keys and of 200 runs of the plain version on another generator,
 * within 5 standard errors of their difference: false alarm 6e-7 each. */
static void test_against_plain_version(void **state)
{
    (void)state;
    const double orders[] = {1, 3, 4};
    const int runs = 200;
    double y[LARGE];
    source s = {61};
    for (int i = 0; i < LARGE; ++i)
        y[i] = -log(1 - (i + 0.5) / LARGE); /* exponential */
    for (int k = 0; k < 3; ++k) {
        double difference[2] = {0}, square[2] = {0};
        for (int run = 0; run < runs; ++run) {
            const kl_estimate e = bootstrapped(y, LARGE, 1, orders[k], (uint64_t)run);
            double plain[2];
            plain_limits(y, orders[k], &s, plain);
            for (int side = 0; side < 2; ++side) {
                double d = (side ? e.high : e.low) - plain[side];
                difference[side] += d / runs;
                square[side] += d * d / runs;
            }
        }
        for (int side = 0; side < 2; ++side)
            assert_near(difference[side], 0, 5 * sqrt(square[side] / runs));
    }
}

/* Replicates that are the quantiles of a normal distribution, G = Phi: then z0 = value,
 * and the limits are z0 + (z0 + z) / (1 - a (z0 + z)) up to interpolation. */
static void test_limits_in_closed_form(void **state)
{
    (void)state;
    enum { COUNT = 19999 };
    static double replicate[COUNT];
    const double values[] = {-0.3, 0, 0.4}, accelerations[] = {-0.1, 0, 0.05};
    for (int k = 0; k < 9; ++k) {
        double z0 = values[k / 3], a = accelerations[k % 3], low, high;
        for (int i = 0; i < COUNT; ++i)
            replicate[COUNT - 1 - i] = kl_normal_quantile((i + 1.0) / (COUNT + 1));
        kl_bootstrap_bca(z0, replicate, COUNT, a, &low, &high);
        double z = z0 - 1.959963984540054;
        assert_near(low, z0 + z / (1 - a * z), 1e-3);
        z = z0 + 1.959963984540054;
        assert_near(high, z0 + z / (1 - a * z), 1e-3);
    }
    /* a third of the replicates ties with the value, to rounding: they count half, z0 = 0 */
    double low, high;
    for (int i = 0; i < COUNT; ++i) {
        double z = kl_normal_quantile((i + 1.0) / (COUNT + 1));
        replicate[i] = fabs(z) < 0.43 ? 5 * (1 + 1e-15 * (i % 3 - 1)) : 5 + z;
    }
    kl_bootstrap_bca(5, replicate, COUNT, 0, &low, &high);
    assert_near(low, 5 - 1.959963984540054, 1e-3);
    assert_near(high, 5 + 1.959963984540054, 1e-3);
    /* a value outside all replicates is still inside its interval */
    kl_bootstrap_bca(100, replicate, COUNT, 0.16, &low, &high);
    assert_true(low <= 100 && high == 100);
    kl_bootstrap_bca(-100, replicate, COUNT, 0.16, &low, &high);
    assert_true(low == -100 && high >= -100);
}

/* Indices are uniform (chi^2 with 6 degrees of freedom above 40: probability 5e-7),
 * and independent between positions and resamples (48 degrees, above 120: 4e-8). */
static void test_indices(void **state)
{
    (void)state;
    enum { SIZE = 7, TRIALS = 7000 };
    double single[SIZE] = {0}, pair[2][SIZE][SIZE] = {0}, chi2 = 0;
    int index[SIZE], before[SIZE];
    kl_bootstrap_resample(9, TRIALS, SIZE, before);
    for (uint32_t b = 0; b < TRIALS; ++b) {
        kl_bootstrap_resample(9, b, SIZE, index);
        for (int i = 0; i < SIZE; ++i) {
            assert_in_range(index[i], 0, SIZE - 1);
            single[index[i]] += 1;
        }
        pair[0][index[3]][index[4]] += 1;
        pair[1][before[6]][index[6]] += 1;
        memcpy(before, index, sizeof index);
    }
    for (int i = 0; i < SIZE; ++i)
        chi2 += pow(single[i] - TRIALS, 2) / TRIALS;
    assert_true(chi2 < 40);
    for (int kind = 0; kind < 2; ++kind) {
        const double expected = (double)TRIALS / (SIZE * SIZE);
        chi2 = 0;
        for (int i = 0; i < SIZE * SIZE; ++i)
            chi2 += pow(pair[kind][i / SIZE][i % SIZE] - expected, 2) / expected;
        assert_true(chi2 < 120);
    }
    /* neither half of the key is ignored */
    int other[SIZE];
    kl_bootstrap_resample(9, 0, SIZE, index);
    kl_bootstrap_resample(9 + (1ull << 32), 0, SIZE, other);
    assert_memory_not_equal(index, other, sizeof index);
    kl_bootstrap_resample(10, 0, SIZE, other);
    assert_memory_not_equal(index, other, sizeof index);
}

static void test_normal_quantile(void **state)
{
    (void)state;
    /* Abramowitz and Stegun, table 26.5: z with upper tail 0.025, 0.005, 0.1 */
    assert_near(kl_normal_quantile(0.975), 1.95996, 5.1e-6);
    assert_near(kl_normal_quantile(0.005), -2.57583, 5.1e-6);
    assert_near(kl_normal_quantile(0.9), 1.28155, 5.1e-6);
    assert_near(kl_normal_quantile(0.5), 0, 1e-15);
    assert_true(kl_normal_quantile(0) == -INFINITY && kl_normal_quantile(1) == INFINITY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_enumeration),
        cmocka_unit_test(test_against_scipy),
        cmocka_unit_test(test_against_plain_version),
        cmocka_unit_test(test_limits_in_closed_form),
        cmocka_unit_test(test_indices),
        cmocka_unit_test(test_normal_quantile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
