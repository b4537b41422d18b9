/* Streaming moments of fields: against sums over all realizations, unbiased, and
 * the same to the bit for any order and grouping. */
#include "statistics/forest_data.h"

/* Central sums of one cell in long double, in two passes. */
static void direct(int n, int cell, double sums[KL_FOREST_ORDERS])
{
    long double mean = 0, power[5] = {0};
    double field[CELLS];
    for (int k = 0; k < n; k++) {
        make_field(k, field);
        mean += field[cell];
    }
    mean /= n;
    for (int k = 0; k < n; k++) {
        make_field(k, field);
        long double d = field[cell] - mean;
        for (int r = 2; r <= 4; r++)
            power[r] += powl(d, r);
    }
    sums[0] = (double)mean;
    for (int r = 2; r <= 4; r++)
        sums[r - 1] = (double)power[r];
}

static void sums_are_those_of_all_realizations(void **state)
{
    (void)state;
    for (int n = 1; n <= 300; n = 2 * n + 1) { /* never a complete tree but for n = 1 */
        kl_forest forest = {.cells = CELLS};
        double total[KL_FOREST_ORDERS * CELLS], expected[KL_FOREST_ORDERS];
        for (int k = 0; k < n; k++)
            add_realization(&forest, k);
        assert_int_equal(kl_forest_realizations(&forest), n);
        kl_forest_total(&forest, total);
        for (int cell = 0; cell < CELLS; cell++) {
            direct(n, cell, expected);
            /* Cell 3 has lost 1e4 in the fields themselves: deviations to 2e-12 each. */
            const double loss = cell == 3 ? 1e-11 : 1e-14;
            for (int r = 0; r < KL_FOREST_ORDERS; r++)
                assert_near(total[r * CELLS + cell], expected[r],
                            loss * (1 + fabs(expected[r])) * (r ? n : 1));
        }
        kl_forest_destroy(&forest);
    }
}

static void no_realizations(void **state)
{
    (void)state;
    kl_forest forest = {.cells = CELLS};
    double total[KL_FOREST_ORDERS * CELLS];
    kl_forest_total(&forest, total);
    assert_true(isnan(total[0]) && isnan(total[KL_FOREST_ORDERS * CELLS - 1]));
    assert_int_equal(kl_forest_realizations(&forest), 0);
    assert_false(kl_forest_has(&forest, 0));
    assert_true(isnan(kl_forest_statistics(0, total).mean));
}

/* The average over all samples of size n from {0, 1, 4} with probabilities 1/2, 1/3, 1/6
 * is the moment itself. */
static void moments_are_unbiased(void **state)
{
    static const double value[3] = {0, 1, 4}, p[3] = {1.0 / 2, 1.0 / 3, 1.0 / 6};
    double moment[5] = {0};
    (void)state;
    for (int i = 0; i < 3; i++) /* the mean is 1 */
        for (int r = 2; r <= 4; r++)
            moment[r] += p[i] * pow(value[i] - 1, r);
    for (int n = 4; n <= 7; n++) {
        double mean[KL_FOREST_ORDERS] = {0}, error2 = 0;
        const int samples = (int)lround(pow(3, n));
        for (int sample = 0; sample < samples; sample++) {
            kl_forest forest = {.cells = 1};
            double weight = 1, sums[KL_FOREST_ORDERS];
            for (int k = 0, rest = sample; k < n; k++, rest /= 3) {
                weight *= p[rest % 3];
                assert_ok(kl_forest_add(&forest, k, &value[rest % 3], why));
            }
            kl_forest_total(&forest, sums);
            const kl_cell_statistics s = kl_forest_statistics(n, sums);
            mean[0] += weight * s.mean;
            error2 += weight * s.standard_error * s.standard_error;
            for (int r = 2; r <= 4; r++)
                mean[r - 1] += weight * s.moment[r - 2];
            kl_forest_destroy(&forest);
        }
        assert_near(mean[0], 1, 1e-13);
        assert_near(error2, moment[2] / n, 1e-13);
        for (int r = 2; r <= 4; r++)
            assert_near(mean[r - 1], moment[r], 1e-12);
    }
}

static void too_few_realizations_have_no_moment(void **state)
{
    static const double sums[KL_FOREST_ORDERS] = {1, 2, 3, 4};
    (void)state;
    for (int n = 1; n <= 4; n++) {
        const kl_cell_statistics s = kl_forest_statistics(n, sums);
        assert_true(isnan(s.standard_error) == (n < 2));
        for (int r = 2; r <= 4; r++)
            assert_true(isnan(s.moment[r - 2]) == (n < r));
    }
}

enum { MANY = 45, PARTS = 6 };

/* Realizations with gaps, dealt at random to parts that overlap, each filled in
 * random order; the parts joined in random order. */
static void any_order_and_grouping_gives_the_same_bits(void **state)
{
    uint64_t seed = 7;
    kl_forest whole = {.cells = CELLS};
    (void)state;
    for (int k = 0; k < MANY; k++)
        if (k % 7 != 3)
            add_realization(&whole, k);
    for (int trial = 0; trial < 200; trial++) {
        kl_forest part[PARTS], all = {.cells = CELLS};
        int order[3 * MANY];
        for (int i = 0; i < PARTS; i++)
            part[i] = (kl_forest){.cells = CELLS};
        for (int i = 0; i < 3 * MANY; i++)
            order[i] = i;
        for (int i = 3 * MANY - 1; i > 0; i--) {
            int j = (int)((test_random(&seed) + 1) / 2 * (i + 1)), swap = order[i];
            order[i] = order[j];
            order[j] = swap;
        }
        for (int i = 0; i < 3 * MANY; i++) { /* runs of four often meet: whole subtrees */
            const int k = order[i] % MANY;
            if (k % 7 != 3)
                add_realization(&part[(k / 4 + order[i] / MANY) % PARTS], k);
        }
        for (int i = 0; i < PARTS; i++)
            assert_ok(kl_forest_join(&all, &part[(i + trial) % PARTS], why));
        assert_true(same_forest(&all, &whole));
        assert_ok(kl_forest_join(&all, &whole, why));
        assert_true(same_forest(&all, &whole));
        for (int k = 0; k < MANY; k++)
            assert_true(kl_forest_has(&all, k) == (k % 7 != 3));
        for (int i = 0; i < PARTS; i++)
            kl_forest_destroy(&part[i]);
        kl_forest_destroy(&all);
    }
    kl_forest_destroy(&whole);
}

static void consecutive_realizations_take_few_subtrees(void **state)
{
    kl_forest forest = {.cells = CELLS};
    (void)state;
    for (int k = 0; k < 1024; k++) {
        add_realization(&forest, 5 + k);
        assert_true(forest.count <= 2 * 11);
    }
    kl_forest_destroy(&forest);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(sums_are_those_of_all_realizations),
    cmocka_unit_test(no_realizations),
    cmocka_unit_test(moments_are_unbiased),
    cmocka_unit_test(too_few_realizations_have_no_moment),
    cmocka_unit_test(any_order_and_grouping_gives_the_same_bits),
    cmocka_unit_test(consecutive_realizations_take_few_subtrees)};
TEST_MAIN(tests)
