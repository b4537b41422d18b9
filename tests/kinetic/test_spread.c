/* The Boltzmann reference for starts spread over the energy shells, and in infinite
 * space: closed forms, the energy-resolved forward form, superpositions of solves on
 * one shell. The jump process is in test_jump.c. */
#include "kinetic/oracle_volterra.c"
#include "kinetic/oracle_forward.c"

#include "kinetic/check.h"

static void set_hessian(kl_kinetic_problem *problem, double a11, double a22, double a33, double a12)
{
    memset(problem->hessian, 0, sizeof problem->hessian);
    problem->hessian[0][0] = a11;
    problem->hessian[1][1] = a22;
    problem->hessian[2][2] = a33;
    problem->hessian[0][1] = problem->hessian[1][0] = a12;
}

/* d = 3, energies on both sides of the van Hove energies 2 and -2: forward in time,
 * energy by energy, without points, Krylov spaces or PETSc. */
static void forward_form(void **state)
{
    static const double p[2][3] = {{0.12, 0.2, 0.26}, {0.37, 0.3, 0.31}};
    double a[3] = {0.07, -0.05, 0.04}, time = 0.8, width = 0.4, ell = 5.12;
    (void)state;
    for (int c = 0; c < 2; c++) {
        kl_kinetic_observable o[2] = {wave_along(-2, zero), wave_along(1, axis1)};
        kl_kinetic_problem problem = {.dimension = 3,
                                      .ell = ell,
                                      .momentum = {p[c][0], p[c][1], p[c][2]},
                                      .width = width,
                                      .ntimes = 1,
                                      .times = &time,
                                      .nobservables = 2,
                                      .observables = o,
                                      .tolerance = 1e-8};
        set_hessian(&problem, a[0], a[1], a[2], 0);
        answer solved = solve_problem(&problem);
        check(&solved, 0, oracle_forward(p[c], a, width, 2 / ell, time, 0), 1e-9);
        check(&solved, 1, oracle_forward(p[c], a, width, -1 / ell, time, 1), 1e-9);
        for (int i = 0; i < 2; i++)
            assert_true(solved.error[i] <= 1e-8);
        assert_string_equal(solved.note, "");
    }
}

/* One site: the same oracle; and what no time changes. */
static void one_site(void **state)
{
    double times[2] = {0.8, 1.7}, ell = 5.12;
    (void)state;
    for (int d = 2; d <= 3; d++) {
        kl_kinetic_observable o[4] = {wave_along(-2, zero), wave_along(1, axis1),
                                      wave_along(0, zero), wave_along(0, axis1)};
        kl_kinetic_problem problem = {.dimension = d,
                                      .ell = ell,
                                      .envelope = KL_KINETIC_DELTA,
                                      .center = {0.3, -0.2, 0.1},
                                      .ntimes = 2,
                                      .times = times,
                                      .nobservables = 4,
                                      .observables = o,
                                      .tolerance = 1e-8};
        answer a = solve_problem(&problem);
        for (int it = 0; it < 2; it++) {
            if (d == 3) {
                double complex turn = cexp(-2 * M_PI * I * 0.3 / ell);
                check(&a, 4 * it, turn * turn * oracle_site(2 / ell, times[it], 0), 1e-9);
                check(&a, 4 * it + 1, conj(turn) * oracle_site(-1 / ell, times[it], 1), 1e-9);
            }
            check(&a, 4 * it + 2, 1, 1e-8);
            check(&a, 4 * it + 3, 0, 1e-8);
        }
    }
}

/* A barely bent phase is no different from a straight one: the solve on one shell. */
static void nearly_linear(void **state)
{
    static const double times[2] = {0.5, 1};
    (void)state;
    for (int d = 2; d <= 3; d++) {
        kl_kinetic_observable o[2] = {
            {.center = {-1, -1, -1}, .width = 0.6, .nmodes = 1, .mode = mixed, .coefficient = one},
            {.center = {-0.5, -1, -1},
             .width = 0.6,
             .nmodes = 1,
             .mode = zero,
             .coefficient = one}};
        kl_kinetic_problem problem = {.dimension = d,
                                      .ell = 4,
                                      .momentum = {0.15, 0.20, 0.30},
                                      .width = 0.4,
                                      .ntimes = 2,
                                      .times = times,
                                      .nobservables = 2,
                                      .observables = o,
                                      .tolerance = d == 2 ? 1e-6 : 1e-4};
        answer straight = solve_problem(&problem);
        for (int rank = 1; rank <= d; rank++) {
            if (d == 3 && rank != 3)
                continue;
            set_hessian(&problem, 1e-10, rank > 1 ? 2e-10 : 0, rank > 2 ? 1e-10 : 0, 0);
            answer bent = solve_problem(&problem);
            for (int i = 0; i < 4; i++) {
                assert_true(bent.error[i] <= problem.tolerance);
                assert_true(cabs(bent.value[i] - straight.value[i]) <=
                            bent.error[i] + straight.error[i]);
            }
        }
    }
}

/* T = 0: int |h|^2 a exp(2 pi i m.(p + A X)) is Gaussian, axis by axis. */
static void start(void **state)
{
    static const double time = 0;
    double s = 0.4, w = 0.6, ell = 5.12, center[3] = {0.2, -0.1, 0.3}, at[3] = {-0.4, 0.5, 2.4};
    kl_kinetic_observable o = {
        .center = {-0.4, 0.5, 2.4}, .width = w, .nmodes = 1, .mode = mixed, .coefficient = one};
    (void)state;
    for (int rank = 1; rank <= 3; rank++) {
        kl_kinetic_problem problem = {.dimension = 3,
                                      .ell = ell,
                                      .momentum = {0.15, 0.20, 0.30},
                                      .center = {0.2, -0.1, 0.3},
                                      .width = s,
                                      .ntimes = 1,
                                      .times = &time,
                                      .nobservables = 1,
                                      .observables = &o,
                                      .tolerance = 1e-7};
        set_hessian(&problem, 0.08, rank > 1 ? -0.03 : 0, rank > 2 ? 0.05 : 0, rank > 1 ? 0.04 : 0);
        answer a = solve_problem(&problem);
        double complex exact = 1;
        for (int j = 0; j < 3; j++) {
            double slope = problem.hessian[j][0] - problem.hessian[j][1]; /* A m */
            double both = s * s * w * w / (s * s + w * w);
            double complex sum = 0;
            for (int n = -3; n <= 3; n++) {
                double x = at[j] + n * ell,
                       mean = (x * s * s + center[j] * w * w) / (s * s + w * w);
                sum += exp(-pow(x - center[j], 2) / (2 * (s * s + w * w)) -
                           2 * M_PI * M_PI * both * slope * slope) *
                       cexp(2 * M_PI * I * slope * mean);
            }
            exact *= w / hypot(s, w) * sum * cexp(2 * M_PI * I * mixed[0][j] * problem.momentum[j]);
        }
        check(&a, 0, exact, 1e-9);
    }
}

/* Rank 1 along an axis: a superposition of starts on one shell each, the Volterra
 * equation for every one. The bump has its edge where a Gauss rule does not mind. */
static void superposition(void **state)
{
    enum { N = 40 };
    double x[N], w[N], time = 0.7, ell = 4, width = 0.8, norm = 0, p[3] = {0.15, 0.20, 0};
    double complex exact = 0;
    kl_kinetic_observable o = wave_along(-1, axis1);
    kl_kinetic_problem problem = {.dimension = 2,
                                  .ell = ell,
                                  .envelope = KL_KINETIC_BUMP,
                                  .momentum = {p[0], p[1]},
                                  .width = width,
                                  .ntimes = 1,
                                  .times = &time,
                                  .nobservables = 1,
                                  .observables = &o,
                                  .tolerance = 1e-7};
    (void)state;
    set_hessian(&problem, 0.09, 0, 0, 0);
    answer a = solve_problem(&problem);
    oracle_gauss(N, -1, 1, x, w);
    for (int i = 0; i < N; i++) {
        double weight = w[i] * exp(-2 / (1 - x[i] * x[i])), at = width * x[i];
        double v[3] = {p[0] + 0.09 * at, p[1], 0}, xi[3] = {1 / ell, 0, 0};
        norm += weight;
        exact += weight * cexp(-2 * M_PI * I * xi[0] * at) * oracle_mode(2, v, xi, time, axis1[0]);
    }
    check(&a, 0, exact / norm, 1e-7);
}

/* S written as terms: linear against the shell, quadratic against a hessian. */
static void terms(void **state)
{
    static const kl_kinetic_term linear[3] = {
        {{1, 0, 0}, 0.25}, {{0, 1, 0}, 0.15}, {{0, 0, 1}, 0.3}};
    static const kl_kinetic_term square[2] = {{{2, 0, 0}, 0.025}, {{1, 1, 0}, 0.02}};
    double time = 0.8;
    (void)state;
    for (int d = 2; d <= 3; d++) {
        kl_kinetic_observable o[2] = {wave_along(-1, axis1), wave_along(1, mixed)};
        kl_kinetic_problem problem = {.dimension = d,
                                      .ell = 4,
                                      .momentum = {0.15, 0.20, 0.30},
                                      .center = {0.2, -0.1, 0.1},
                                      .width = 0.4,
                                      .ntimes = 1,
                                      .times = &time,
                                      .nobservables = 2,
                                      .observables = o,
                                      .tolerance = 1e-7};
        answer shell = solve_problem(&problem);
        problem.momentum[0] -= linear[0].coefficient;
        problem.momentum[1] -= linear[1].coefficient;
        problem.momentum[2] -= linear[2].coefficient;
        problem.nterms = d;
        problem.term = linear;
        answer general = solve_problem(&problem);
        for (int i = 0; i < 2; i++)
            check(&general, i, shell.value[i], 1e-7);
        problem.nterms = 2;
        problem.term = square;
        general = solve_problem(&problem);
        problem.nterms = 0;
        set_hessian(&problem, 0.05, 0, 0, 0.02);
        answer bent = solve_problem(&problem);
        for (int i = 0; i < 2; i++) {
            assert_true(cabs(general.value[i] - bent.value[i]) <= general.error[i] + bent.error[i]);
            assert_true(general.error[i] <= 1e-7);
            assert_true(cabs(general.value[i] - shell.value[i]) > 1e-3);
        }
    }
}

/* T = 0, S neither linear nor quadratic: a sum over a fine grid of X. */
static void general_start(void **state)
{
    static const kl_kinetic_term cubic[2] = {{{3, 0, 0}, 0.2}, {{1, 2, 0}, -0.1}};
    static const kl_kinetic_wave ripple = {{0.5, 0.3, 0}, 0.03, -0.02};
    double time = 0, step = 0.02, width = 0.3, q[2] = {2 * M_PI * 0.5, 2 * M_PI * 0.3};
    kl_kinetic_observable o = wave_along(1, mixed);
    kl_kinetic_problem problem = {.dimension = 2,
                                  .ell = 4,
                                  .momentum = {0.15, 0.2},
                                  .nterms = 2,
                                  .nwaves = 1,
                                  .term = cubic,
                                  .wave = &ripple,
                                  .width = width,
                                  .ntimes = 1,
                                  .times = &time,
                                  .nobservables = 1,
                                  .observables = &o,
                                  .tolerance = 1e-7};
    double complex exact = 0;
    (void)state;
    answer a = solve_problem(&problem);
    for (int i = -150; i <= 150; i++)
        for (int j = -150; j <= 150; j++) {
            double x = i * step, y = j * step, turn = q[0] * x + q[1] * y;
            double slope = 0.03 * cos(turn) + 0.02 * sin(turn);
            double v1 = 0.15 + 0.6 * x * x - 0.1 * y * y + q[0] * slope;
            double v2 = 0.2 - 0.2 * x * y + q[1] * slope;
            exact += step * step / (2 * M_PI * width * width) *
                     exp(-(x * x + y * y) / (2 * width * width)) *
                     cexp(2 * M_PI * I * (x / 4 + v1 - v2));
        }
    check(&a, 0, exact, 1e-7);
}

/* d = 2 across E = 0, where N is infinite; a wide spread; a saddle of e(V): the error
 * reported at a loose tolerance bounds the change to a tight one. */
static void honest(void **state)
{
    static const double p[3][2] = {{0.25, 0.27}, {0.15, 0.2}, {0, 0.5}};
    static const double a[3][3] = {{0.05, 0.03, 0.01}, {0.4, 0.3, 0.1}, {0.06, -0.05, 0}};
    double time = 1;
    (void)state;
    for (int c = 0; c < 3; c++) {
        kl_kinetic_observable o[2] = {
            {.center = {-0.5, -1}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one},
            {.center = {0.3, 0}, .width = 0.6, .nmodes = 1, .mode = axis1, .coefficient = one}};
        kl_kinetic_problem problem = {.dimension = 2,
                                      .ell = 4,
                                      .momentum = {p[c][0], p[c][1]},
                                      .width = 0.4,
                                      .ntimes = 1,
                                      .times = &time,
                                      .nobservables = 2,
                                      .observables = o,
                                      .tolerance = 1e-4};
        set_hessian(&problem, a[c][0], a[c][1], 0, a[c][2]);
        answer tight = solve_problem(&problem);
        for (double tolerance = 1e-2; tolerance > 2e-4; tolerance *= 0.1) {
            problem.tolerance = tolerance;
            answer loose = solve_problem(&problem);
            for (int i = 0; i < 2; i++) {
                assert_true(cabs(loose.value[i] - tight.value[i]) <=
                            loose.error[i] + tight.error[i]);
                assert_true(loose.error[i] <= tolerance || loose.note[0]);
            }
        }
    }
}

/* Infinite space: no torus is large enough to differ; nothing else changes. */
static void infinite(void **state)
{
    static const double times[2] = {0, 0.5};
    kl_kinetic_observable o[2] = {
        {.center = {-1.5, -2}, .width = 0.6, .nmodes = 1, .mode = axis1, .coefficient = one},
        {.position = KL_KINETIC_POSITION_UNIFORM, .nmodes = 1, .mode = axis1, .coefficient = one}};
    (void)state;
    for (int c = 0; c < 3; c++) {
        kl_kinetic_problem problem = {.dimension = 2,
                                      .ell = 3,
                                      .envelope = c == 2 ? KL_KINETIC_DELTA : KL_KINETIC_GAUSSIAN,
                                      .momentum = {0.15, 0.20},
                                      .center = {0.4, -0.3},
                                      .width = 0.4,
                                      .ntimes = 2,
                                      .times = times,
                                      .nobservables = 2,
                                      .observables = o,
                                      .tolerance = 1e-5};
        if (c == 1)
            set_hessian(&problem, 0.05, 0.03, 0, 0.02);
        answer wrapped = solve_problem(&problem);
        problem.infinite = true;
        answer free = solve_problem(&problem);
        problem.infinite = false;
        problem.ell = 17.3;
        answer large = solve_problem(&problem);
        for (int i = 0; i < 4; i++) {
            assert_true(cabs(free.value[i] - large.value[i]) <= free.error[i] + large.error[i]);
            assert_true(free.error[i] <= 1e-5);
        }
        assert_true(cabs(free.value[2] - wrapped.value[2]) > 1e-4);
        assert_true(cabs(free.value[3] - wrapped.value[3]) <= free.error[3] + wrapped.error[3]);
    }
}

static void expect(const kl_kinetic_problem *problem, const char *word)
{
    double value[2 * MAX], error[MAX];
    char note[256];
    kl_error err = {0};
    assert_int_equal(kl_boltzmann_solve(MPI_COMM_SELF, problem, value, error, note, &err),
                     KL_INPUT);
    assert_non_null(strstr(err.message, word));
    assert_null(strchr(err.message, '\n'));
}

static void refuses(void **state)
{
    double time = 1;
    kl_kinetic_observable o = wave_along(1, zero);
    const kl_kinetic_problem good = {.dimension = 3,
                                     .ell = 4,
                                     .momentum = {0.15, 0.2, 0.3},
                                     .width = 0.4,
                                     .ntimes = 1,
                                     .times = &time,
                                     .nobservables = 1,
                                     .observables = &o,
                                     .tolerance = 1e-4};
    kl_kinetic_problem bad = good;
    (void)state;
    bad.hessian[0][1] = 0.1;
    expect(&bad, "symmetric");
    bad = good;
    bad.hessian[0][0] = NAN;
    expect(&bad, "hessian");
    bad = good;
    bad.hessian[0][0] = 0.1;
    bad.envelope = KL_KINETIC_UNIFORM;
    expect(&bad, "phase");
    bad = good;
    bad.hessian[0][0] = bad.hessian[1][1] = bad.hessian[2][2] = 900;
    expect(&bad, "phase");
    bad = good;
    bad.infinite = true;
    expect(&bad, "wave");
    bad = good;
    bad.infinite = true;
    bad.envelope = KL_KINETIC_UNIFORM;
    o = (kl_kinetic_observable){.width = 1, .nmodes = 1, .mode = zero, .coefficient = one};
    expect(&bad, "plane wave");
}

static const struct CMUnitTest spread[] = {
    cmocka_unit_test(forward_form),  cmocka_unit_test(one_site),
    cmocka_unit_test(nearly_linear), cmocka_unit_test(start),
    cmocka_unit_test(superposition), cmocka_unit_test(terms),
    cmocka_unit_test(general_start), cmocka_unit_test(honest),
    cmocka_unit_test(infinite),      cmocka_unit_test(refuses),
};
KINETIC_MAIN(spread)
