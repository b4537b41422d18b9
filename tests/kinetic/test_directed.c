/* Collisions in a potential with a correlation length: a constant spectrum gives the equation that
 * has no direction, a spectrum the solution of a dense system on another rule for the shell. */
#include "kinetic/oracle_dense.c"
#include "kinetic/oracle_volterra.c"

#include "kinetic/check.h"
#include "kinetic/scattering.h"

enum { NIO = 4, NT = 2, REACH = 12 };

static const double times[NT] = {0.4, 1};
static const kl_kinetic_observable observables[NIO] = {
    {.center = {-0.5, -1, -1}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one},
    {.center = {0.4, 0.2, 0}, .width = 0.6, .nmodes = 1, .mode = mixed, .coefficient = one},
    {.position = KL_KINETIC_POSITION_WAVE,
     .wave = {1, -2, 0},
     .nmodes = 1,
     .mode = axis1,
     .coefficient = one},
    {.position = KL_KINETIC_POSITION_UNIFORM, .nmodes = 1, .mode = axis1, .coefficient = one}};

static kl_kinetic_problem problem_at(int d, const double p[3], double tolerance)
{
    return (kl_kinetic_problem){.dimension = d,
                                .ell = 5.12,
                                .momentum = {p[0], p[1], p[2]},
                                .width = 0.4,
                                .ntimes = NT,
                                .times = times,
                                .nobservables = NIO,
                                .observables = observables,
                                .tolerance = tolerance};
}

static void gaussian(double length, double c[REACH + 1])
{
    for (int n = 0; n <= REACH; n++)
        c[n] = exp(-n * n / (2 * length * length));
}

static void a_constant_spectrum_has_no_direction(void **state)
{
    static const double p[][3] = {{0.02, 0.05, 0.25}, {0.02, 0.05, 0.1}, {0.13, 0.31, 0}};
    static const double white = 1;
    (void)state;
    for (int c = 0; c < 3; c++) {
        kl_kinetic_problem problem = problem_at(c < 2 ? 3 : 2, p[c], c < 2 ? 1e-5 : 1e-11);
        answer plain = solve_problem(&problem);
        problem.correlation = &white;
        answer directed = solve_problem(&problem);
        for (int i = 0; i < NT * NIO; i++) {
            const double off = cabs(directed.value[i] - plain.value[i]);
            assert_true(off <= directed.error[i] + plain.error[i]);
            if (c == 2)
                assert_true(off < 1e-12);
        }
    }
}

/* Gamma(p) = 2 pi sum_n C(n) exp(-2 pi i n.p) int dU delta(e(U) - E) exp(2 pi i n.U), by Bessel
 * functions: shells of every shape. */
static void the_rate_is_the_spectrum_over_the_shell(void **state)
{
    static const double p[][3] = {
        {0.15, 0.20, 0.30}, {0.02, 0.05, 0.1}, {0.47, 0.38, 0.3}, {0.13, 0.31, 0}};
    double c[REACH + 1];
    (void)state;
    gaussian(0.8, c);
    for (int k = 0; k < 4; k++) {
        const int d = k < 3 ? 3 : 2, reach = 6;
        kl_kinetic_problem problem = problem_at(d, p[k], 1e-5);
        kl_shell shell;
        kl_error err;
        double energy = 0, sum = 0;
        problem.reach = reach;
        problem.correlation = c;
        for (int j = 0; j < d; j++)
            energy += 2 * cos(2 * M_PI * p[k][j]);
        assert_int_equal(kl_shell_create(d, energy, 64, &shell, &err), KL_OK);
        for (int n0 = -reach; n0 <= reach; n0++)
            for (int n1 = -reach; n1 <= reach; n1++)
                for (int n2 = d == 3 ? -reach : 0; n2 <= (d == 3 ? reach : 0); n2++) {
                    const int n[3] = {n0, n1, n2};
                    const double size = c[abs(n0)] * c[abs(n1)] * c[abs(n2)], nowhere[3] = {0};
                    if (size > 1e-10)
                        sum += size * cos(2 * M_PI * (n0 * p[k][0] + n1 * p[k][1] + n2 * p[k][2])) *
                               oracle_shell(d, energy, n, nowhere);
                }
        assert_true(fabs(kl_scattering_rate(&problem, &shell) / (2 * M_PI * sum) - 1) < 1e-8);
        kl_shell_destroy(&shell);
    }
}

/* A single wave in X, whose mode the oracle solves. */
static double complex exact(const kl_kinetic_problem *problem, int it, const int wave[3],
                            const int m[3])
{
    double xi[3] = {0}, square = 0;
    for (int j = 0; j < problem->dimension; j++) {
        xi[j] = -wave[j] / problem->ell;
        square += xi[j] * xi[j];
    }
    return exp(-2 * M_PI * M_PI * problem->width * problem->width * square) *
           oracle_directed(problem->dimension, problem->momentum, xi, problem->times[it], m,
                           problem->reach, problem->correlation);
}

static void a_spectrum_gives_the_dense_solution(void **state)
{
    static const double p[2][3] = {{0.05, -0.12, 0.07}, {0.13, 0.16, 0}}, lengths[2] = {0.7, 1.1};
    static const int wave[2][3] = {{0, 0, 0}, {1, -2, 1}}, mode[2][3] = {{1, 0, 0}, {1, -1, 1}};
    double c[REACH + 1];
    (void)state;
    for (int k = 0; k < 2; k++) {
        kl_kinetic_problem problem = problem_at(3 - k, p[k], k == 0 ? 1e-5 : 1e-9);
        kl_kinetic_observable o[2];
        gaussian(lengths[k], c);
        for (int w = 0; w < 2; w++) {
            o[w] = (kl_kinetic_observable){.position = KL_KINETIC_POSITION_WAVE,
                                           .nmodes = 1,
                                           .mode = mode + w,
                                           .coefficient = one};
            memcpy(o[w].wave, wave[w], sizeof o[w].wave);
        }
        problem.observables = o;
        problem.nobservables = 2;
        problem.ntimes = 1;
        problem.reach = k == 0 ? 5 : REACH;
        problem.correlation = c;
        answer a = solve_problem(&problem);
        for (int w = 0; w < 2; w++)
            check(&a, w, exact(&problem, 0, wave[w], mode[w]), k == 0 ? 1e-8 : 1e-10);
    }
}

/* Mass stays, and after long times every direction of the shell is as likely: <b> of the start's
 * shell. */
static void mass_stays_and_the_shell_is_filled(void **state)
{
    static const double p[2][3] = {{0.02, 0.05, 0.25}, {0.13, 0.31, 0}}, late[2] = {0.3, 60};
    static const double nowhere[3] = {0};
    double c[REACH + 1];
    (void)state;
    gaussian(1, c);
    for (int k = 0; k < 2; k++) {
        const kl_kinetic_observable o[2] = {wave_along(0, zero), wave_along(0, mixed)};
        const int d = 3 - k;
        kl_kinetic_problem problem = problem_at(d, p[k], 1e-8);
        double energy = 0;
        problem.observables = o;
        problem.nobservables = 2;
        problem.times = late;
        problem.reach = REACH;
        problem.correlation = c;
        for (int j = 0; j < d; j++)
            energy += 2 * cos(2 * M_PI * p[k][j]);
        answer a = solve_problem(&problem);
        double complex even =
            oracle_shell(d, energy, mixed[0], nowhere) / oracle_density(d, energy);
        for (int it = 0; it < 2; it++)
            check(&a, 2 * it, 1, 2e-12);
        assert_true(cabs(a.value[3] - even) < 1e-9);
    }
}

/* The reported error bounds that against a solve that is much finer. */
static void the_reported_error_bounds_the_true_one(void **state)
{
    static const double p[3] = {0.15, 0.2, 0.3};
    double c[REACH + 1];
    (void)state;
    gaussian(1.3, c);
    for (int d = 2; d <= 3; d++) {
        kl_kinetic_problem problem = problem_at(d, p, 1e-9);
        if (d == 3) { /* two modes only */
            problem.observables = observables + 2;
            problem.nobservables = 2;
        }
        problem.reach = REACH;
        problem.correlation = c;
        answer fine = solve_problem(&problem);
        for (problem.tolerance = 1e-2; problem.tolerance > 1e-7; problem.tolerance *= 0.03) {
            answer a = solve_problem(&problem);
            for (int i = 0; i < NT * problem.nobservables; i++) {
                assert_true(cabs(a.value[i] - fine.value[i]) <= a.error[i] + fine.error[i]);
                assert_true(a.error[i] <= problem.tolerance);
            }
        }
    }
}

static const struct CMUnitTest directed[] = {
    cmocka_unit_test(a_constant_spectrum_has_no_direction),
    cmocka_unit_test(the_rate_is_the_spectrum_over_the_shell),
    cmocka_unit_test(a_spectrum_gives_the_dense_solution),
    cmocka_unit_test(mass_stays_and_the_shell_is_filled),
    cmocka_unit_test(the_reported_error_bounds_the_true_one)};

KINETIC_MAIN(directed)
