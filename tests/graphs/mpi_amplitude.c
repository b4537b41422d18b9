/* Amplitudes on any number of ranks: the same bits as on one. */
#include "graphs/oracle.h"

static void the_same_bits(void **state)
{
    static const double times[2] = {3, 6};
    static const int split[][2] = {{2, 2}, {0, 4}, {3, 1}, {4, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof split / sizeof *split; i++) {
        const kl_graphs_problem p = {.dimension = 1,
                                     .sites = 6,
                                     .left = split[i][0],
                                     .right = split[i][1],
                                     .eta = 0.4,
                                     .ntimes = 2,
                                     .times = times,
                                     .wave = {1},
                                     .nmodes = 3,
                                     .mode = several,
                                     .coefficient = mixed,
                                     .tolerance = 1e-6};
        answers together = all_graphs(MPI_COMM_WORLD, &p), alone = all_graphs(MPI_COMM_SELF, &p);
        assert_memory_equal(together.amplitude, alone.amplitude,
                            2 * alone.n * sizeof *alone.amplitude);
        assert_memory_equal(together.error, alone.error, 2 * alone.n * sizeof *alone.error);
        assert_true(cabs(alone.amplitude[0]) > 1e-6);
        free_answers(&together);
        free_answers(&alone);
    }
}

/* All ranks hear of what is refused. */
static void all_refuse(void **state)
{
    static const double times[1] = {3};
    const kl_graphs_problem p = {.dimension = 1,
                                 .sites = 6,
                                 .left = 1,
                                 .right = 1,
                                 .ntimes = 1,
                                 .times = times,
                                 .tolerance = 1};
    kl_graph graph;
    double complex amplitude;
    double error;
    kl_error err;
    (void)state;
    assert_int_equal(kl_graph_parse("1-2", 1, 1, &graph, &err), KL_OK);
    assert_int_equal(kl_graphs_amplitudes(MPI_COMM_WORLD, &p, &graph, 1, &amplitude, &error, &err),
                     KL_INPUT);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_bits),
                                       cmocka_unit_test(all_refuse)};
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
