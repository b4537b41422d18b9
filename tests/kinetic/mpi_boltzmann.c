/* The worked case on any number of ranks, and what ranks and PETSc's
 * environment must not change. */
#include "kinetic/check.h"
#include "kinetic/collisions.h"

#include <stdlib.h>
#include <time.h>

enum { NIO = 6, NT = 4 };

static const double times[NT] = {0.25, 0.5, 0.75, 1};
static const kl_kinetic_observable observables[NIO] = {
    {.center = {-0.5, -1, -1}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one},
    {.center = {-1.5, -2, -1.8}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one},
    {.center = {-1, -1, -1}, .width = 0.6, .nmodes = 1, .mode = axis1, .coefficient = one},
    {.center = {0, 0, 0}, .width = 0.6, .nmodes = 1, .mode = axis3, .coefficient = one},
    {.center = {0, 0, 0}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one},
    {.position = KL_KINETIC_POSITION_UNIFORM, .nmodes = 1, .mode = axis3, .coefficient = one}};

static kl_kinetic_problem worked_case(void)
{
    return (kl_kinetic_problem){.dimension = 3,
                                .ell = 5.12,
                                .momentum = {0.15, 0.20, 0.30},
                                .width = 0.4,
                                .ntimes = NT,
                                .times = times,
                                .nobservables = NIO,
                                .observables = observables,
                                .tolerance = 1e-8};
}

/* T = 1 as printed with the model: the values of two independent scripts. The
 * last row is the closed form with N(E) = 0.14335080, <cos> = E/6. */
static void worked_table(void **state)
{
    static const double expected[5][2] = {{0.0858672, 0},
                                          {0.3039628, 0},
                                          {0.0364788, 0.0325838},
                                          {0.0058847, -0.0087331},
                                          {0.0301471, 0}};
    kl_kinetic_problem problem = worked_case();
    double value[NT][NIO][2], error[NT][NIO];
    char note[256];
    kl_error err;
    int size;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    clock_t begin = clock();
    assert_int_equal(
        kl_boltzmann_solve(MPI_COMM_WORLD, &problem, &value[0][0][0], &error[0][0], note, &err),
        KL_OK);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    for (int io = 0; io < 5; io++)
        for (int part = 0; part < 2; part++)
            assert_true(fabs(value[NT - 1][io][part] - expected[io][part]) < 5e-7);
    for (int it = 0; it < NT; it++) {
        double left = exp(-2 * M_PI * 0.14335080 * times[it]), angle = 2 * M_PI * 0.30;
        assert_true(fabs(value[it][5][0] - left * cos(angle) - (1 - left) * 1.17557050 / 6) < 5e-8);
        assert_true(fabs(value[it][5][1] - left * sin(angle)) < 5e-8);
        for (int io = 0; io < NIO; io++)
            assert_true(error[it][io] <= 1e-8);
    }
    assert_string_equal(note, "");
#if defined __OPTIMIZE__ && !defined __SANITIZE_ADDRESS__
    if (size == 1) /* several would count the time in which they wait */
        assert_true(seconds < 2);
#else
    (void)seconds;
#endif
}

static void any_ranks(void **state)
{
    kl_kinetic_problem problem = worked_case();
    (void)state;
    problem.tolerance = 1e-6;
    check_layouts(&problem, 1e-11);
}

/* In a potential with a correlation length. */
static void directed(void **state)
{
    static const double c[4] = {1, 0.5, 0.1, 0.01};
    kl_kinetic_problem problem = worked_case();
    (void)state;
    problem.dimension = 2;
    problem.tolerance = 1e-4;
    problem.reach = 3;
    problem.correlation = c;
    check_layouts(&problem, 1e-11);
}

/* Collision by collision, and a stop on one rank alone. */
static bool last_rank(void *context)
{
    int rank, size, *asks = context;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return (*asks)++ == 20 && rank + 1 == size;
}

static void collisions(void **state)
{
    enum { MOST = 3 };
    kl_kinetic_problem problem = worked_case();
    static double together[NT][MOST + 1][NIO][2], alone[NT][MOST + 1][NIO][2];
    static double error[NT][MOST + 1][NIO];
    char note[256];
    kl_error err;
    int asks = 0;
    (void)state;
    problem.tolerance = 1e-5;
    assert_int_equal(kl_boltzmann_collisions(MPI_COMM_WORLD, &problem, MOST, &together[0][0][0][0],
                                             &error[0][0][0], note, &err),
                     KL_OK);
    assert_int_equal(kl_boltzmann_collisions(MPI_COMM_SELF, &problem, MOST, &alone[0][0][0][0],
                                             &error[0][0][0], note, &err),
                     KL_OK);
    for (int i = 0; i < NT * (MOST + 1) * NIO * 2; i++)
        assert_true(fabs((&together[0][0][0][0])[i] - (&alone[0][0][0][0])[i]) < 1e-10);
    problem.stop = last_rank;
    problem.stop_context = &asks;
    problem.stop_interval = 1e-9;
    assert_int_equal(kl_boltzmann_collisions(MPI_COMM_WORLD, &problem, MOST, &together[0][0][0][0],
                                             &error[0][0][0], note, &err),
                     KL_STOPPED);
    assert_int_equal(asks, 21);
}

/* More ranks than modes: a plane wave with a uniform position has one. */
static void one_mode(void **state)
{
    kl_kinetic_problem problem = worked_case();
    double value[NT * 2], error[NT];
    char note[256];
    kl_error err;
    (void)state;
    problem.envelope = KL_KINETIC_UNIFORM;
    problem.nobservables = 1;
    problem.observables = &observables[5];
    assert_int_equal(kl_boltzmann_solve(MPI_COMM_WORLD, &problem, value, error, note, &err), KL_OK);
    for (int it = 0; it < NT; it++) {
        double left = exp(-2 * M_PI * 0.14335080 * times[it]);
        assert_true(fabs(value[2 * it + 1] - left * sin(2 * M_PI * 0.30)) < 5e-8);
    }
}

static const struct CMUnitTest boltzmann[] = {
    cmocka_unit_test(worked_table), cmocka_unit_test(any_ranks), cmocka_unit_test(directed),
    cmocka_unit_test(one_mode), cmocka_unit_test(collisions)};

int main(int argc, char **argv)
{
    /* PETSc would refuse to start if it heard this. */
    setenv("PETSC_OPTIONS", "-options_file /no/such/file", 1);
    int failed = run_kinetic_tests(argc, argv, "boltzmann", boltzmann,
                                   sizeof boltzmann / sizeof boltzmann[0]);
    return failed + (strcmp(getenv("PETSC_OPTIONS"), "-options_file /no/such/file") != 0);
}
