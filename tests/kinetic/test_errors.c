/* The reported error bounds the true one, and is not far from what was asked for: against
 * solves at a much finer tolerance. */
#include "kinetic/check.h"

static const double when[2] = {0.4, 1};
static const kl_kinetic_term cubic[2] = {{{3, 0, 0}, 0.04}, {{1, 2, 0}, -0.05}};
static const kl_kinetic_wave ripple = {{0.5, 0.2, 0}, 0.03, 0.02};

/* Rank 0 (linear), 1, 2, 3; 4: general S. */
static kl_kinetic_problem problem_of(int d, int rank, kl_kinetic_observable *o, int n)
{
    kl_kinetic_problem problem = {.dimension = d,
                                  .ell = 4,
                                  .momentum = {0.15, 0.20, 0.30},
                                  .center = {0.1, -0.1, 0.2},
                                  .width = 0.4,
                                  .ntimes = 2,
                                  .times = when,
                                  .nobservables = n,
                                  .observables = o};
    for (int j = 0; j < d && j < rank && rank < 4; j++)
        problem.hessian[j][j] = 0.05 - 0.02 * j;
    if (rank > 1 && rank < 4)
        problem.hessian[0][1] = problem.hessian[1][0] = 0.02;
    if (rank == 4) {
        problem.nterms = 2;
        problem.term = cubic;
        problem.nwaves = 1;
        problem.wave = &ripple;
    }
    return problem;
}

/* From `loosest` on, finer by `ratio` each time, down to `finest`, against `exact`. What is
 * reported is at least the part 1/most of what was asked. */
static void check_errors(kl_kinetic_problem problem, double loosest, double ratio, double finest,
                         double exact, double most)
{
    problem.tolerance = exact;
    answer fine = solve_problem(&problem);
    for (double tolerance = loosest; tolerance > 0.5 * finest; tolerance *= ratio) {
        problem.tolerance = tolerance;
        answer a = solve_problem(&problem);
        double reported = 0;
        for (int i = 0; i < problem.ntimes * problem.nobservables; i++) {
            double off = cabs(a.value[i] - fine.value[i]);
            reported = fmax(reported, a.error[i]);
            if (!(off <= a.error[i] + fine.error[i]))
                print_error("tolerance %.0e, value %d: off %.2e, reported %.2e\n", tolerance, i,
                            off, a.error[i]);
            assert_true(off <= a.error[i] + fine.error[i]);
        }
        assert_true(reported <= (a.note[0] ? 30 * tolerance : tolerance));
        if (problem.nterms ||
            problem.hessian[0][0] != 0) /* the solve on one shell costs little anyway */
            assert_true(reported >= tolerance / most);
    }
}

static void gaussian_positions(void **state)
{
    (void)state;
    for (int rank = 0; rank <= 4; rank++) {
        kl_kinetic_observable o[2] = {
            {.center = {-0.5, -1, -1},
             .width = 0.6,
             .nmodes = 1,
             .mode = mixed,
             .coefficient = one},
            {.center = {0.3, 0, 0}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one}};
        if (rank != 3)
            check_errors(problem_of(2, rank, o, 2), 1e-2, 0.1, 1e-3, 1e-5, 20);
        if (rank == 2 || rank == 3)
            check_errors(problem_of(3, rank, o, 2), 1e-2, 0.1, 1e-2, 1e-3, 20);
    }
}

static void waves(void **state)
{
    (void)state;
    for (int rank = 0; rank <= 3; rank++) {
        kl_kinetic_observable o[3] = {wave_along(-1, axis1), wave_along(2, mixed),
                                      wave_along(0, axis1)};
        check_errors(problem_of(3, rank, o, 3), rank % 2 ? 1e-3 : 1e-2, 0.01, 1e-9, 1e-10, 60);
        if (rank != 3)
            check_errors(problem_of(2, rank, o, 3), 1e-2, 0.1, 1e-9, 1e-10, 60);
    }
}

static const struct CMUnitTest errors[] = {cmocka_unit_test(gaussian_positions),
                                           cmocka_unit_test(waves)};
KINETIC_MAIN(errors)
