/* Smoothed densities on one axis of phase space against closed forms, the shell
 * average in closed form, and the jump process. */
#include "kinetic/boltzmann.h"
#include "kinetic/phase_space.h"

#include "kinetic/oracle_volterra.c"
#include "kinetic/oracle_jump.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum { NX = 64, NV = 60, NT = 3 };

static const double times[NT] = {0, 0.5, 1};
static double position[NX], momentum[NV];

static kl_kinetic_problem packet(void)
{
    return (kl_kinetic_problem){.dimension = 3,
                                .ell = 5.12,
                                .momentum = {0.15, 0.20, 0.30},
                                .center = {0.3, -0.2, 0.1},
                                .width = 0.4,
                                .ntimes = NT,
                                .times = times,
                                .tolerance = 1e-7};
}

static void make_grids(double ell)
{
    for (int i = 0; i < NX; i++)
        position[i] = ell * ((double)i / NX - 0.5);
    for (int j = 0; j < NV; j++)
        momentum[j] = (double)j / NV - 0.5;
}

static void solve_on(const kl_kinetic_problem *problem, int axis, double width, double spread,
                     int nx, int nv, double *value, double *error)
{
    const kl_phase_space wanted = {axis, width, spread, nx, position, nv, momentum};
    char note[256];
    kl_error err = {0};
    make_grids(problem->ell);
    if (kl_boltzmann_phase_space(MPI_COMM_SELF, problem, &wanted, value, error, note, &err))
        fail_msg("%s", err.message);
    assert_string_equal(note, "");
}

/* The normal density on a circle. */
static double density(double x, double deviation, double period)
{
    double sum = 0;
    for (int n = -6; n <= 6; n++)
        sum += exp(-pow((x + n * period) / deviation, 2) / 2);
    return sum / (sqrt(2 * M_PI) * deviation);
}

static void check(const char *what, double actual, double expected, double tolerance)
{
    if (!(fabs(actual - expected) <= tolerance))
        fail_msg("%s: %.12g, expected %.12g within %.2g", what, actual, expected, tolerance);
}

static void start_is_a_product_of_normal_densities(void **state)
{
    static double f[NT][NX][NV], rho[NT][NX], P[NT][NV];
    double error[NT];
    kl_kinetic_problem problem = packet();
    (void)state;
    problem.ntimes = 1;
    for (int d = 2; d <= 3; d++)
        for (int axis = 0; axis < d; axis++) {
            const double c = problem.center[axis], p = problem.momentum[axis], s = 0.3, v = 0.05;
            problem.dimension = d;
            solve_on(&problem, axis, s, v, NX, NV, &f[0][0][0], error);
            solve_on(&problem, axis, 0, 0, NX, 0, &rho[0][0], error);
            solve_on(&problem, axis, 0, v, 0, NV, &P[0][0], error);
            for (int i = 0; i < NX; i++) {
                const double x = position[i] - c;
                check("density", rho[0][i], density(x, 0.4, problem.ell), 1e-10);
                for (int j = 0; j < NV; j++)
                    check("phase space", f[0][i][j],
                          density(x, 0.5, problem.ell) * density(momentum[j] - p, v, 1), 1e-9);
            }
            for (int j = 0; j < NV; j++)
                check("momentum", P[0][j], density(momentum[j] - p, v, 1), 1e-9);
        }
}

/* Sums over the grids, which are exact for so few waves and modes. */
static void marginals_and_mass(void **state)
{
    static double f[NT][NX][NV], P[NT][NV];
    double error[NT];
    const kl_kinetic_problem problem = packet();
    (void)state;
    solve_on(&problem, 1, 0.3, 0.05, NX, NV, &f[0][0][0], error);
    solve_on(&problem, 1, 0, 0.05, 0, NV, &P[0][0], error);
    for (int t = 0; t < NT; t++) {
        double all = 0;
        for (int j = 0; j < NV; j++) {
            double sum = 0;
            for (int i = 0; i < NX; i++)
                sum += f[t][i][j] * problem.ell / NX;
            check("marginal", sum, P[t][j], 1e-9);
            all += sum / NV;
        }
        check("mass", all, 1, 1e-10);
    }
}

/* exp(-2 pi N T) at p, the rest spread over the shell: its modes are Bessel integrals. */
static void momentum_distribution_in_closed_form(void **state)
{
    static double P[NT][NV];
    double error[NT];
    const kl_kinetic_problem problem = packet();
    const double v = 0.06;
    double energy = 0;
    (void)state;
    for (int j = 0; j < 3; j++)
        energy += 2 * cos(2 * M_PI * problem.momentum[j]);
    const double N = oracle_density(3, energy);
    for (int axis = 0; axis < 3; axis += 2) {
        solve_on(&problem, axis, 0, v, 0, NV, &P[0][0], error);
        for (int j = 0; j < NV; j += 7)
            for (int t = 0; t < NT; t++) {
                const double free = exp(-2 * M_PI * N * times[t]);
                double shell = 1;
                for (int m = 1; m <= 24; m++)
                    shell += 2 * exp(-2 * pow(M_PI * m * v, 2)) * cos(2 * M_PI * m * momentum[j]) *
                             oracle_shell(3, energy, (int[3]){m, 0, 0}, (double[3]){0}) / N;
                const double expected =
                    free * density(momentum[j] - problem.momentum[axis], v, 1) + (1 - free) * shell;
                check("momentum", P[t][j], expected, 1e-8);
                check("momentum, by its own error", P[t][j], expected, error[t] + 1e-11);
            }
    }
}

enum { POINTS = 6 };
static const int point[POINTS][2] = {{20, 40}, {28, 50}, {36, 30}, {40, 44}, {30, 10}, {48, 20}};
static const double smooth_x = 0.35, smooth_v = 0.07;

static void at_points(const double x[3], const double v[3], double *out, const void *context)
{
    const double ell = *(const double *)context;
    for (int i = 0; i < POINTS; i++)
        out[i] = density(position[point[i][0]] - x[2], smooth_x, ell) *
                 density(momentum[point[i][1]] - v[2], smooth_v, 1);
}

/* Eight standard errors of Student's t, 15 degrees of freedom, at six points: false alarm below
 * 6e-6. */
static void jump_process(void **state)
{
    static double f[NT][NX][NV];
    double error[NT], mean[POINTS], deviation[POINTS];
    const kl_kinetic_problem problem = packet();
    oracle_start start = {.width = problem.width};
    (void)state;
    memcpy(start.p, problem.momentum, sizeof start.p);
    memcpy(start.center, problem.center, sizeof start.center);
    solve_on(&problem, 2, smooth_x, smooth_v, NX, NV, &f[0][0][0], error);
    oracle_jump(&start, 1, 13, 5, POINTS, at_points, &problem.ell, mean, deviation);
    for (int i = 0; i < POINTS; i++)
        check("phase space", f[2][point[i][0]][point[i][1]], mean[i], 8 * deviation[i] + error[2]);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(start_is_a_product_of_normal_densities),
                                       cmocka_unit_test(marginals_and_mass),
                                       cmocka_unit_test(momentum_distribution_in_closed_form),
                                       cmocka_unit_test(jump_process)};
    kl_error err;
    MPI_Init(&argc, &argv);
    if (kl_petsc_begin(NULL, &err) != KL_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kl_petsc_end();
    MPI_Finalize();
    return failed;
}
