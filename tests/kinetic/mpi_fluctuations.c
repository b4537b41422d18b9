/* The constant of the fluctuations is the same on any number of ranks, and its solve can be stopped
 * anywhere. */
#include "kinetic/check.h"
#include "kinetic/fluctuations.h"

#include "statistics/check.h"

static const double times[2] = {0.25, 0.5};
static const kl_lobe lobe[2] = {{KL_KINETIC_GAUSSIAN, 0.4, {0.9, 0}, {1, 0}},
                                {KL_KINETIC_GAUSSIAN, 0.4, {-0.9, 0}, {0, 1}}};
static const kl_real_part part[2] = {{0, false}, {1, true}};

/* Says yes at one of its asks, on one rank. */
typedef struct stopper {
    int asks, yes;
} stopper;

static bool stop(void *context)
{
    stopper *s = context;
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return s->asks++ == s->yes && s->yes % size == rank;
}

static kl_status solve(MPI_Comm comm, stopper *s, double *value)
{
    const kl_kinetic_observable o[2] = {{.position = KL_KINETIC_POSITION_GAUSSIAN,
                                         .center = {-0.5, -0.5},
                                         .width = 0.6,
                                         .nmodes = 1,
                                         .mode = zero,
                                         .coefficient = one},
                                        wave_along(1, axis1)};
    kl_kinetic_problem k = {.dimension = 2,
                            .ell = 5.12,
                            .momentum = {0.1, 0.2},
                            .nobservables = 2,
                            .observables = o,
                            .ntimes = 2,
                            .times = times,
                            .tolerance = 0.05};
    const kl_fluctuation_problem f = {&k, 2, lobe, 2, part, true};
    double error[16];
    char note[256];
    kl_error err;
    if (s) {
        k.stop = stop;
        k.stop_context = s;
        k.stop_interval = 1e-9;
    }
    const kl_status status = kl_fluctuations_solve(comm, &f, value, error, note, &err);
    if (status == KL_STOPPED)
        assert_string_equal(err.message, "stopped while the limit was solved");
    return status;
}

static void layouts_give_the_same(void **state)
{
    (void)state;
    double together[16], alone[16], first[16];
    assert_int_equal(solve(MPI_COMM_WORLD, NULL, together), KL_OK);
    assert_int_equal(solve(MPI_COMM_SELF, NULL, alone), KL_OK);
    memcpy(first, together, sizeof first);
    MPI_Bcast(first, 16, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    for (int i = 0; i < 16; i++) {
        assert_true(first[i] == together[i]);
        assert_near(together[i], alone[i], 1e-12 * alone[0]);
    }
    assert_true(alone[0] > 0 && alone[5] > 0);
}

static void a_stop_is_seen_anywhere(void **state)
{
    (void)state;
    double value[16], undisturbed[16];
    kl_status status = KL_STOPPED;
    int n = 0;
    stopper s;
    assert_int_equal(solve(MPI_COMM_WORLD, NULL, undisturbed), KL_OK);
    for (; status == KL_STOPPED; n = 2 * n + 1) {
        s = (stopper){.yes = n};
        status = solve(MPI_COMM_WORLD, &s, value);
        if (status == KL_STOPPED)
            assert_int_equal(s.asks, n + 1);
    }
    assert_int_equal(status, KL_OK);
    assert_true(s.asks > 12);
    for (int i = 0; i < 16; i++)
        assert_true(value[i] == undisturbed[i]);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(layouts_give_the_same),
    cmocka_unit_test(a_stop_is_seen_anywhere),
};

KINETIC_MAIN(tests)
