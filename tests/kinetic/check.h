/* What the tests of the Boltzmann reference share: momentum modes, a solve, comparison of
 * layouts, with an exact value and with the reported error, main with PETSc. */
#ifndef KL_TESTS_KINETIC_CHECK_H
#define KL_TESTS_KINETIC_CHECK_H

#include "kinetic/boltzmann.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <complex.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX = 64 };

static const int zero[1][3] = {{0, 0, 0}}, axis1[1][3] = {{1, 0, 0}}, axis3[1][3] = {{0, 0, 1}};
static const int mixed[1][3] = {{1, -1, 0}};
static const double one[1][2] = {{1, 0}};

typedef struct answer {
    double complex value[MAX];
    double error[MAX];
    char note[256];
} answer;

/* Collective over the communicator. */
static inline answer solve_on(MPI_Comm comm, const kl_kinetic_problem *problem)
{
    static double value[2 * MAX];
    answer a;
    kl_error err = {0};
    assert_true(problem->ntimes * problem->nobservables <= MAX);
    kl_status status = kl_boltzmann_solve(comm, problem, value, a.error, a.note, &err);
    if (status != KL_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, KL_OK);
    for (int i = 0; i < problem->ntimes * problem->nobservables; i++)
        a.value[i] = value[2 * i] + I * value[2 * i + 1];
    return a;
}

static inline answer solve_problem(const kl_kinetic_problem *problem)
{
    return solve_on(MPI_COMM_SELF, problem);
}

/* The same bits on every rank, and within `within` of what one rank alone finds. */
static inline void check_layouts(const kl_kinetic_problem *problem, double within)
{
    answer together = solve_on(MPI_COMM_WORLD, problem), alone = solve_problem(problem);
    answer first = together;
    MPI_Bcast(first.value, MAX, MPI_C_DOUBLE_COMPLEX, 0, MPI_COMM_WORLD);
    for (int i = 0; i < problem->ntimes * problem->nobservables; i++) {
        assert_true(first.value[i] == together.value[i]);
        assert_true(fabs(creal(together.value[i] - alone.value[i])) < within);
        assert_true(fabs(cimag(together.value[i] - alone.value[i])) < within);
    }
}

/* Within `tolerance` of `exact`, and, up to rounding, within the reported error of it. */
static inline void check(const answer *a, int i, double complex exact, double tolerance)
{
    double off = cabs(a->value[i] - exact);
    if (!(off <= tolerance) || !(off <= a->error[i] + 2e-12))
        print_error("value %d: %.12f %+.12f i, off by %.2e, reported %.2e, allowed %.2e\n", i,
                    creal(a->value[i]), cimag(a->value[i]), off, a->error[i], tolerance);
    assert_true(off <= tolerance);
    assert_true(off <= a->error[i] + 2e-12);
}

static inline kl_kinetic_observable wave_along(int k, const int mode[1][3])
{
    return (kl_kinetic_observable){.position = KL_KINETIC_POSITION_WAVE,
                                   .wave = {k, 0, 0},
                                   .nmodes = 1,
                                   .mode = mode,
                                   .coefficient = one};
}

static inline int run_kinetic_tests(int argc, char **argv, const char *name,
                                    const struct CMUnitTest *tests, size_t n)
{
    kl_error err;
    MPI_Init(&argc, &argv);
    if (kl_petsc_begin(NULL, &err) != KL_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    int failed = _cmocka_run_group_tests(name, tests, n, NULL, NULL);
    kl_petsc_end();
    MPI_Finalize();
    return failed;
}

#define KINETIC_MAIN(tests)                                                                        \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return run_kinetic_tests(argc, argv, #tests, tests, sizeof tests / sizeof tests[0]);       \
    }

#endif
