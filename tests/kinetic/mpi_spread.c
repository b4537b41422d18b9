/* Starts over a range of energies on any number of ranks. */
#include "kinetic/boltzmann.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NIO = 2, NT = 2 };

static const int axis1[1][3] = {{1, 0, 0}};
static const double one[1][2] = {{1, 0}};
static const double times[NT] = {0.5, 1};
static const kl_kinetic_observable observables[NIO] = {
    {.center = {-0.5, -1}, .width = 0.6, .nmodes = 1, .mode = axis1, .coefficient = one},
    {.position = KL_KINETIC_POSITION_UNIFORM, .nmodes = 1, .mode = axis1, .coefficient = one}};

/* The same on every rank, and as one rank alone finds it. */
static void compare(kl_kinetic_problem problem)
{
    double together[NT * NIO * 2], alone[NT * NIO * 2], first[NT * NIO * 2], error[NT * NIO];
    char note[256];
    kl_error err;
    problem.dimension = 2;
    problem.ell = 4;
    problem.ntimes = NT;
    problem.times = times;
    problem.nobservables = NIO;
    problem.observables = observables;
    problem.tolerance = 1e-4;
    assert_int_equal(kl_boltzmann_solve(MPI_COMM_WORLD, &problem, together, error, note, &err),
                     KL_OK);
    assert_int_equal(kl_boltzmann_solve(MPI_COMM_SELF, &problem, alone, error, note, &err), KL_OK);
    memcpy(first, together, sizeof first);
    MPI_Bcast(first, NT * NIO * 2, MPI_DOUBLE, 0, MPI_COMM_WORLD);
    for (int i = 0; i < NT * NIO * 2; i++) {
        assert_true(first[i] == together[i]);
        assert_true(fabs(together[i] - alone[i]) < 1e-7); /* steps depend on the layout */
    }
}

static void quadratic(void **state)
{
    (void)state;
    compare((kl_kinetic_problem){
        .momentum = {0.15, 0.2}, .hessian = {{0.05, 0.01}, {0.01, 0.03}}, .width = 0.4});
}

static void one_site(void **state)
{
    (void)state;
    compare((kl_kinetic_problem){.envelope = KL_KINETIC_DELTA});
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quadratic), cmocka_unit_test(one_site)};
    kl_error err;
    MPI_Init(&argc, &argv);
    if (kl_petsc_begin(&err) != KL_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kl_petsc_end();
    MPI_Finalize();
    return failed;
}
