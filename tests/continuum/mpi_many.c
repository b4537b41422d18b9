/* Exact fermions on any number of ranks, stopped and gone on with. */
#include "continuum/many_problem.h"

static const kl_many_problem problem = {4, 10, &many_trap, &many_repulsion, 0.4, 12, 128, 1e-5, 1};

static void measure(kl_many *many, double *value)
{
    const kl_phase_observable near = {
        .x = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.3}, .width = 0.5}};
    kl_many_checks checks;
    assert_ok(kl_many_check(many, &checks, why));
    value[0] = checks.energy;
    value[1] = checks.purity;
    value[2] = checks.antisymmetrised;
    value[3] = many_mean(many, 12, &near, 0.25);
    assert_ok(kl_many_pair(many, 0, &near, &value[4], why));
}

static void ranks_tell_the_same(void **state)
{
    double all[5], alone[5];
    kl_many *many;
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_ok(kl_many_create(i ? MPI_COMM_SELF : MPI_COMM_WORLD, &problem, &many, why));
        many_go(many, 0.3);
        measure(many, i ? alone : all);
        kl_many_destroy(&many);
    }
    for (int k = 0; k < 5; k++)
        assert_near(all[k], alone[k], 1e-12);
    assert_true(all[1] > 1e-4);
}

static void what_is_kept_goes_on_to_the_same_bits(void **state)
{
    double whole[5], parts[5];
    kl_many *many, *again;
    size_t n, m;
    bool reached;
    (void)state;
    assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &many, why));
    assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &again, why));
    assert_ok(kl_many_advance(many, 1, &reached, why));
    assert_everywhere(!reached);
    const complex double *from = kl_many_state(many, &n);
    complex double *kept = kl_many_state(again, &m);
    assert_int_equal(n, m);
    memcpy(kept, from, n * sizeof *kept);
    *kl_many_progress_of(again) = *kl_many_progress_of(many);
    many_go(many, 1);
    measure(many, whole);
    kl_many_destroy(&many);
    many_go(again, 1);
    measure(again, parts);
    kl_many_destroy(&again);
    assert_everywhere(memcmp(whole, parts, sizeof whole) == 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranks_tell_the_same),
                                       cmocka_unit_test(what_is_kept_goes_on_to_the_same_bits)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
