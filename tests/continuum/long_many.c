/* Springs between all, as many orbitals as come by default, until the cloud has breathed: to 1e-8.
 */
#include "continuum/many_problem.h"

static void springs_are_met_by_default(void **state)
{
    const kl_phase_term half[] = {{{2}, 0.5}}, spring[] = {{{2}, 0.85}};
    const kl_smooth u = {.dimension = 1, .sum = {.nterms = 1, .term = half}},
                    v = {.dimension = 1, .sum = {.nterms = 1, .term = spring}};
    const kl_phase_observable square = {.x = {.shape = KL_WINDOW_POWER, .power = {2}}};
    (void)state;
    for (int N = 2; N <= 6; N++) {
        const kl_many_problem problem = {N, 0, &u, &v, 0.3, 12, 128, 1e-7, 1.3};
        kl_many *many;
        assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &many, why));
        for (double t = 0.65; t < 1.4; t += 0.65) {
            many_go(many, t);
            assert_near(many_mean(many, 12, &square, 1. / N), many_springs(N, 1.7, t), 1e-8);
        }
        kl_many_destroy(&many);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(springs_are_met_by_default)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
