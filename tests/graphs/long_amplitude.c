/* Amplitudes in three dimensions at sizes of use: values printed from independent sampling, order
 * 8, and contractions on four lines of four vertices. */
#include "graphs/lines.h"
#include "graphs/oracle.h"

static kl_graphs_problem cube(int left, int right, int sites, const double *time)
{
    return (kl_graphs_problem){.dimension = 3,
                               .sites = sites,
                               .left = left,
                               .right = right,
                               .eta = 1 / sqrt(*time),
                               .ntimes = 1,
                               .times = time,
                               .nmodes = 1,
                               .mode = none,
                               .coefficient = unit,
                               .tolerance = 1e-7};
}

/* d = 3, T = 1, Gaussian, J = 1, p = (5,6,10)/32: means and standard errors of sampled expansions
 * at eta^2 = 1/16, L = 32 (the last two of 1/32, L = 64). Within four errors. */
static void totals_against_sampling(void **state)
{
    static const double times[2] = {16, 32};
    static const struct {
        int left, right, scale;
        double complex mean;
        double error;
    } printed[] = {{0, 2, 1, -0.44305 - 0.10998 * I, 5.2e-4},
                   {1, 1, 1, 0.8861, 1.0e-3},
                   {2, 2, 1, 0.6053, 1.0e-3},
                   {3, 3, 1, 0.31308, 6.8e-4},
                   {2, 4, 1, -0.23027 - 0.06113 * I, 5.3e-4},
                   {0, 2, 2, -0.44684 - 0.10994 * I, 5.8e-4},
                   {1, 1, 2, 0.8937, 1.1e-3}};
    (void)state;
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        const int scale = printed[i].scale;
        kl_graphs_problem p =
            cube(printed[i].left, printed[i].right, 32 * scale, &times[scale - 1]);
        double error;
        p.wave[0] = 5 * scale, p.wave[1] = 6 * scale, p.wave[2] = 10 * scale;
        const double complex off = total_of(&p, &error) - printed[i].mean;
        assert_true(error < 1e-5);
        assert_true(fabs(creal(off)) < 4 * printed[i].error);
        assert_true(fabs(cimag(off)) < 4 * printed[i].error);
    }
}

/* The crossed rungs at p = (1,1,3)/8, eta^2 = 1/16, L = 32. */
static void crossed_rungs(void **state)
{
    static const double time[1] = {16};
    kl_graphs_problem p = cube(2, 2, 32, time);
    (void)state;
    p.wave[0] = 4, p.wave[1] = 4, p.wave[2] = 12;
    near(amplitude_of(&p, "1-3.2-4"), 0.01489, 6e-6);
}

/* J = 1: all graphs of eight vertices, complete graphs of four sites included, cancel. */
static void order_eight_cancels(void **state)
{
    static const double time[1] = {2.5};
    double complex sum = 0;
    double largest = 0;
    (void)state;
    for (int n = 0; n <= 8; n++) {
        kl_graphs_problem p = cube(n, 8 - n, 8, time);
        double error;
        p.wave[0] = 1, p.wave[1] = 2;
        const double complex total = total_of(&p, &error);
        assert_true(error < 1e-8);
        sum += total;
        largest = fmax(largest, cabs(total));
    }
    near(sum, 0, 1e-8);
    assert_true(largest > 1e-3);
}

static kl_status add(const kl_graph *graph, void *context, kl_error *err)
{
    kl_lines_counts *counts = context;
    const kl_lines found = kl_lines_classify(4, 4, graph->block);
    (void)err;
    counts->total++;
    counts->disconnected += found.disconnected;
    counts->two_connected += found.two_connected;
    counts->connected += found.connected;
    return KL_OK;
}

static void four_lines_of_four(void **state)
{
    kl_lines_counts visited = {0}, counts;
    kl_error err;
    (void)state;
    assert_int_equal(kl_graphs_visit(8, 8, true, add, &visited, &err), KL_OK);
    assert_int_equal(kl_lines_count(4, 4, true, &counts, &err), KL_OK);
    assert_memory_equal(&counts, &visited, sizeof counts);
    assert_int_equal(counts.two_connected, 1907712);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_against_sampling),
        cmocka_unit_test(crossed_rungs),
        cmocka_unit_test(order_eight_cancels),
        cmocka_unit_test(four_lines_of_four),
    };
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
