/* What a solve will take is known before, within a factor 3 and the pace of the machine, and
 * costs next to nothing. */
#include "kinetic/check.h"
#include "kinetic/phase_space.h"

#include <time.h>

enum { NIO = 5, NT = 2 };

static const double times[NT] = {0.5, 1};
static const kl_kinetic_observable observables[NIO] = {
    {.center = {-0.5, -1, -1}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one},
    {.center = {-1.5, -2, -1.8}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one},
    {.center = {-1, -1, -1}, .width = 0.6, .nmodes = 1, .mode = axis1, .coefficient = one},
    {.center = {0, 0, 0}, .width = 0.6, .nmodes = 1, .mode = axis3, .coefficient = one},
    {.position = KL_KINETIC_POSITION_UNIFORM, .nmodes = 1, .mode = axis3, .coefficient = one}};

static kl_kinetic_problem problem_in(int d, double tolerance)
{
    return (kl_kinetic_problem){.dimension = d,
                                .ell = 5.12,
                                .momentum = {0.15, 0.20, 0.30},
                                .width = 0.4,
                                .ntimes = NT,
                                .times = times,
                                .nobservables = d == 3 ? NIO : 3,
                                .observables = observables,
                                .tolerance = tolerance};
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* What was estimated over what it took: one number for all where the units of work are in the
 * right proportion, whatever this machine's pace. */
static double lowest = HUGE_VAL, highest;

/* `begin`, `middle`, `end`: before the estimate, before the solve, after it. */
static void judge(const char *name, double estimate, double begin, double middle, double end)
{
    double took = end - middle, ratio = estimate / took;
    lowest = fmin(lowest, ratio);
    highest = fmax(highest, ratio);
#if defined __OPTIMIZE__ && !defined __SANITIZE_ADDRESS__
    bool right = highest < 9 * lowest && ratio > 0.1 && ratio < 10 && middle - begin < 0.2 * took;
    if (!right)
        print_error("%s: %.3f s, estimated %.3f s in %.3f s\n", name, took, estimate,
                    middle - begin);
    assert_true(right);
#else
    (void)name;
#endif
}

static void compare(const char *name, const kl_kinetic_problem *problem)
{
    double estimate, begin = seconds();
    kl_error err;
    assert_int_equal(kl_boltzmann_cost(problem, &estimate, &err), KL_OK);
    double middle = seconds();
    solve_problem(problem);
    judge(name, estimate, begin, middle, seconds());
}

/* Hundreds of observables, of high momentum. */
static void phase_space(void **state)
{
    static double value[NT * 4], error[NT];
    const double grid[2] = {0, 0.25};
    kl_kinetic_problem problem = problem_in(3, 1e-3);
    const kl_phase_space wanted = {.width = 0.4,
                                   .spread = 0.06,
                                   .npositions = 2,
                                   .position = grid,
                                   .nmomenta = 2,
                                   .momentum = grid};
    double estimate, begin = seconds();
    char note[256];
    kl_error err;
    (void)state;
    assert_int_equal(kl_boltzmann_phase_space_cost(&problem, &wanted, &estimate, &err), KL_OK);
    double middle = seconds();
    assert_int_equal(
        kl_boltzmann_phase_space(MPI_COMM_SELF, &problem, &wanted, value, error, note, &err),
        KL_OK);
    judge("phase space", estimate, begin, middle, seconds());
}

static void within_a_factor_three(void **state)
{
    (void)state;
    kl_kinetic_problem problem = problem_in(3, 1e-8);
    compare("one shell", &problem);
    problem.tolerance = 1e-4;
    problem.infinite = true;
    compare("infinite space", &problem);
    problem = problem_in(2, 1e-10);
    compare("one shell, d = 2", &problem);
    problem = problem_in(3, 1e-2);
    problem.hessian[0][0] = 0.05;
    problem.hessian[1][1] = 0.03;
    compare("quadratic", &problem);
    problem = problem_in(2, 1e-4);
    problem.hessian[0][0] = problem.hessian[1][1] = 0.05;
    compare("quadratic, d = 2", &problem);
    problem.envelope = KL_KINETIC_DELTA;
    memset(problem.hessian, 0, sizeof problem.hessian);
    problem.tolerance = 1e-3;
    compare("one site, d = 2", &problem);
}

/* Collisions with a direction. */
static void correlated(void **state)
{
    double c[9];
    (void)state;
    for (int n = 0; n < 9; n++)
        c[n] = exp(-0.5 * n * n);
    for (int d = 2; d <= 3; d++) {
        kl_kinetic_problem problem = problem_in(d, d == 2 ? 1e-6 : 1e-2);
        problem.reach = 8;
        problem.correlation = c;
        compare(d == 2 ? "correlated, d = 2" : "correlated", &problem);
    }
}

/* As the solve does, before any time is lost. */
static void refuses(void **state)
{
    kl_kinetic_problem problem = problem_in(3, 1e-4);
    double estimate;
    kl_error err;
    (void)state;
    memset(problem.momentum, 0, sizeof problem.momentum);
    assert_int_equal(kl_boltzmann_cost(&problem, &estimate, &err), KL_INPUT);
    assert_non_null(strstr(err.message, "edge of the band"));
}

static const struct CMUnitTest cost[] = {cmocka_unit_test(within_a_factor_three),
                                         cmocka_unit_test(phase_space),
                                         cmocka_unit_test(correlated), cmocka_unit_test(refuses)};
KINETIC_MAIN(cost)
