/* The Boltzmann reference against the jump process, with its statistical error.
 *
 * 25 comparisons at five standard errors: a correct program fails with
 * probability below 1.5e-5 (and not at all with these seeds).
 */
#include "kinetic/boltzmann.h"

#include "kinetic/oracle_jump.c"
#include "kinetic/oracle_volterra.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

static const double ell = 5.12, width = 0.6;
static const double center[3][3] = {{-0.5, -1, -1}, {-1, -1, -1}, {1.5, 1, 0.5}};
static const int modes[3][1][3] = {{{0, 0, 0}}, {{1, 0, 0}}, {{1, 1, -1}}};

static void pairings(const double x[3], const double v[3], double *out, void *context)
{
    (void)context;
    for (int io = 0; io < 3; io++) {
        double a = 1, phase = 0;
        for (int j = 0; j < 3; j++) {
            double sum = 0, off = remainder(x[j] - center[io][j], ell);
            for (int image = -1; image <= 1; image++)
                sum += exp(-pow(off + image * ell, 2) / (2 * width * width));
            a *= sum;
            phase += 2 * M_PI * modes[io][0][j] * v[j];
        }
        out[2 * io] = a * cos(phase);
        out[2 * io + 1] = a * sin(phase);
    }
}

enum { TABLE = 2400 };

static double table_rate(double energy, const void *context)
{
    const double *table = context, at = (energy + 6) / 12 * TABLE;
    int i = (int)fmin(fmax(at, 0), TABLE - 1);
    return table[i] + (at - i) * (table[i + 1] - table[i]);
}

/* 2 pi N(E) from -6 to 6. */
static void fill_table(double *table)
{
    for (int i = 0; i <= TABLE; i++)
        table[i] = 2 * M_PI * oracle_density_convolution(12.0 * i / TABLE - 6);
    table[0] = table[TABLE] = 0;
}

/* `tabulated`: the rate differs from path to path. */
static void compare(const oracle_start *start, bool tabulated, double time, uint64_t seed)
{
    static const double one[1][2] = {{1, 0}};
    static double table[TABLE + 1];
    double value[6], error[3], mean[6], statistical[6];
    char note[256];
    kl_error err;
    kl_kinetic_observable o[3];
    for (int io = 0; io < 3; io++) {
        o[io] = (kl_kinetic_observable){
            .width = width, .nmodes = 1, .mode = modes[io], .coefficient = one};
        memcpy(o[io].center, center[io], sizeof o[io].center);
    }
    kl_kinetic_problem problem = {.dimension = 3,
                                  .ell = ell,
                                  .envelope = start->site ? KL_KINETIC_DELTA : KL_KINETIC_GAUSSIAN,
                                  .width = start->width,
                                  .ntimes = 1,
                                  .times = &time,
                                  .nobservables = 3,
                                  .observables = o,
                                  .tolerance = tabulated ? 1e-4 : 1e-7};
    memcpy(problem.momentum, start->p, sizeof problem.momentum);
    memcpy(problem.center, start->center, sizeof problem.center);
    memcpy(problem.hessian, start->hessian, sizeof problem.hessian);
    assert_int_equal(kl_boltzmann_solve(MPI_COMM_SELF, &problem, value, error, note, &err), KL_OK);
    if (tabulated) {
        fill_table(table);
        oracle_jump_from(start, table_rate, table, time, 250000, seed, 6, pairings, NULL, mean,
                         statistical);
    } else {
        double energy = 0;
        for (int j = 0; j < 3; j++)
            energy += 2 * cos(2 * M_PI * start->p[j]);
        oracle_jump(start->p, start->center, start->width, 2 * M_PI * oracle_density(3, energy),
                    time, 400000, seed, 6, pairings, NULL, mean, statistical);
    }
    for (int i = 0; i < 6; i++) {
        if (i == 1) /* identically zero */
            continue;
        double off = fabs(mean[i] - value[i]) / statistical[i];
        if (!(off < 5))
            print_error("value %d: %.6f, Monte Carlo %.6f(%.6f)\n", i, value[i], mean[i],
                        statistical[i]);
        assert_true(statistical[i] < 1e-3);
        assert_true(off < 5);
    }
}

static void inner_shell(void **state)
{
    (void)state;
    oracle_start start = {.p = {0.15, 0.20, 0.30}, .center = {0.1, 0, -0.1}, .width = 0.4};
    compare(&start, false, 1.5, 20100301);
}

static void outer_shell(void **state)
{
    (void)state;
    oracle_start start = {.p = {0.44, 0.40, 0.30}, .center = {0.1, 0, -0.1}, .width = 0.4};
    compare(&start, false, 1.5, 20100302);
}

/* Rank 3, over both van Hove energies, and rank 1 along no axis. */
static void quadratic(void **state)
{
    oracle_start full = {.p = {0.15, 0.20, 0.30},
                         .hessian = {{0.12, 0.03, 0}, {0.03, -0.1, 0.02}, {0, 0.02, 0.08}},
                         .center = {0.1, 0, -0.1},
                         .width = 0.4};
    oracle_start rank1 = {
        .p = {0.12, 0.20, 0.26},
        .hessian = {{0.08, 0.04, -0.04}, {0.04, 0.02, -0.02}, {-0.04, -0.02, 0.02}},
        .center = {0.1, 0, -0.1},
        .width = 0.4};
    (void)state;
    compare(&full, true, 1, 20100303);
    compare(&rank1, true, 1, 20100304);
}

static void one_site(void **state)
{
    oracle_start start = {.center = {-0.1, 0.3, 0}, .site = 1};
    (void)state;
    compare(&start, true, 1, 20100305);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(inner_shell), cmocka_unit_test(outer_shell),
                                       cmocka_unit_test(quadratic), cmocka_unit_test(one_site)};
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
