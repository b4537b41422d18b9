/* Wilson's interval against published numbers: R. Newcombe, Statistics in Medicine 17 (1998)
 * 857, table I, score method without continuity correction (four decimals). */
#include "statistics/check.h"
#include "statistics/statistics.h"

static void test_published(void **state)
{
    (void)state;
    const struct {
        int count, n;
        double low, high;
    } table[] = {{81, 263, 0.2553, 0.3662},
                 {15, 148, 0.0624, 0.1605},
                 {0, 20, 0.0000, 0.1611},
                 {1, 29, 0.0061, 0.1718}};
    for (int i = 0; i < 4; ++i) {
        const kl_estimate e = kl_stats_proportion(table[i].count, table[i].n);
        assert_near(e.value, (double)table[i].count / table[i].n, 1e-15);
        assert_near(e.low, table[i].low, 5.1e-5);
        assert_near(e.high, table[i].high, 5.1e-5);
    }
}

/* The limits solve |k/n - p| = z sqrt(p (1-p) / n); k and n - k mirror each other. */
static void test_definition(void **state)
{
    (void)state;
    for (int n = 1; n <= 40; n += 13)
        for (int k = 0; k <= n; ++k) {
            const kl_estimate e = kl_stats_proportion(k, n), f = kl_stats_proportion(n - k, n);
            const double limit[] = {e.low, e.high};
            for (int i = 0; i < 2; ++i) {
                const double p = limit[i];
                assert_near(fabs((double)k / n - p), 1.959963984540054 * sqrt(p * (1 - p) / n),
                            1e-12);
            }
            assert_near(e.low, 1 - f.high, 1e-14);
            assert_true(e.low <= e.value && e.value <= e.high);
        }
    assert_nan(kl_stats_proportion(0, 0).value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
