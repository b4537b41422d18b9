/* The Boltzmann reference against closed forms and the Volterra equation. */
#include "kinetic/oracle_volterra.c"

#include "kinetic/check.h"

static const double unit_times[4] = {0.25, 0.5, 0.75, 1};

static double energy_of(int d, const double p[3])
{
    double sum = 0;
    for (int j = 0; j < d; j++)
        sum += 2 * cos(2 * M_PI * p[j]);
    return sum;
}

static double distance_to_van_hove(int d, double energy)
{
    double best = 10;
    for (int e = -2 * d; e <= 2 * d; e += 4)
        best = fmin(best, fabs(energy - e));
    return best;
}

/* Plane-wave positions single out one mode each; every shell, d = 2 and 3. */
static void single_modes(void **state)
{
    static const double p3[][3] = {{0.15, 0.20, 0.30}, {0.02, 0, 0.25},   {0.31, 0.4, 0.35},
                                   {0.25, 0.25, 0.25}, {0.47, 0.48, 0.1}, {0.03, -0.02, 0.51}};
    static const double p2[][3] = {{0.13, 0.31, 0}, {0.05, -0.08, 0}, {0.4, 0.3, 0}};
    static const int wave[5][3] = {{0, 0, 0}, {1, 0, 0}, {-2, 1, 3}, {0, -4, 1}, {3, 3, -3}};
    static const int mode[2][3] = {{1, -1, 0}, {0, 2, 1}};
    static const double coefficient[2][2] = {{0.7, 0.2}, {-0.3, 0.5}};
    double ell = 5.12, time = 0.8;
    (void)state;
    for (int c = 0; c < 9; c++) {
        int d = c < 6 ? 3 : 2;
        const double *p = d == 3 ? p3[c] : p2[c - 6];
        if (distance_to_van_hove(d, energy_of(d, p)) < 0.02)
            fail_msg("the oracle is too slow that close to a van Hove energy");
        kl_kinetic_observable o[5];
        for (int w = 0; w < 5; w++) {
            o[w] = (kl_kinetic_observable){.position = KL_KINETIC_POSITION_WAVE,
                                           .nmodes = 2,
                                           .mode = mode,
                                           .coefficient = coefficient};
            memcpy(o[w].wave, wave[w], sizeof o[w].wave);
        }
        kl_kinetic_problem problem = {.dimension = d,
                                      .ell = ell,
                                      .momentum = {p[0], p[1], p[2]},
                                      .envelope = KL_KINETIC_GAUSSIAN,
                                      .center = {0.3, -0.2, 0.1},
                                      .width = 0.25,
                                      .ntimes = 1,
                                      .times = &time,
                                      .nobservables = 5,
                                      .observables = o,
                                      .tolerance = 1e-9};
        answer a = solve_problem(&problem);
        for (int w = 0; w < 5; w++) {
            double xi[3] = {0}, square = 0, phase = 0;
            double complex exact = 0;
            for (int j = 0; j < d; j++) { /* a = exp(2 pi i w.X/ell) picks xi = -w/ell */
                xi[j] = -wave[w][j] / ell;
                square += xi[j] * xi[j];
                phase += xi[j] * problem.center[j];
            }
            for (int n = 0; n < 2; n++)
                exact += (coefficient[n][0] + I * coefficient[n][1]) *
                         oracle_mode(d, p, xi, time, mode[n]);
            exact *= exp(-2 * M_PI * M_PI * 0.0625 * square) * cexp(-2 * M_PI * I * phase);
            check(&a, w, exact, 1e-9);
            assert_true(a.error[w] <= 1e-9);
        }
        assert_string_equal(a.note, "");
    }
}

/* Gaussian and bump envelopes with Gaussian positions: the whole sum over modes. */
static void sum_over_modes(void **state)
{
    double ell = 2.2, time = 0.9, p[3] = {0.15, 0.20, 0.30}, width = 0.5;
    const int reach = 6;
    kl_kinetic_observable o = {.position = KL_KINETIC_POSITION_GAUSSIAN,
                               .center = {-0.4, 0.3, 0},
                               .width = 0.6,
                               .nmodes = 1,
                               .mode = axis1,
                               .coefficient = one};
    kl_kinetic_problem problem = {.dimension = 2,
                                  .ell = ell,
                                  .momentum = {p[0], p[1], 0},
                                  .center = {0.2, 0.1, 0},
                                  .width = width,
                                  .ntimes = 1,
                                  .times = &time,
                                  .nobservables = 1,
                                  .observables = &o,
                                  .tolerance = 1e-9};
    double x[200], w[200], transform[2][7];
    (void)state;
    oracle_gauss(200, -1, 1, x, w); /* |h|^2 of the bump, by Gauss */
    for (int k = 0; k <= reach; k++) {
        double norm = 0, sum = 0;
        for (int i = 0; i < 200; i++) {
            double f = w[i] * exp(-2 / (1 - x[i] * x[i]));
            norm += f;
            sum += f * cos(2 * M_PI * k / ell * width * x[i]);
        }
        transform[0][k] = exp(-2 * pow(M_PI * width * k / ell, 2));
        transform[1][k] = sum / norm;
    }
    double complex exact[2] = {0, 0};
    for (int a = -reach; a <= reach; a++)
        for (int b = -reach; b <= reach; b++) {
            double xi[3] = {a / ell, b / ell, 0}, phase = 0;
            for (int j = 0; j < 2; j++)
                phase += 2 * M_PI * xi[j] * (o.center[j] - problem.center[j]);
            double complex mode = oracle_mode(2, p, xi, time, axis1[0]) * cexp(I * phase) * 2 *
                                  M_PI * 0.36 / (ell * ell) *
                                  exp(-2 * pow(M_PI * 0.6 / ell, 2) * (a * a + b * b));
            for (int shape = 0; shape < 2; shape++)
                exact[shape] += mode * transform[shape][abs(a)] * transform[shape][abs(b)];
        }
    for (int shape = 0; shape < 2; shape++) {
        problem.envelope = shape ? KL_KINETIC_BUMP : KL_KINETIC_GAUSSIAN;
        answer a = solve_problem(&problem);
        check(&a, 0, exact[shape], 1e-9);
    }
}

/* xi = 0: mass 1 to 1e-12, and b relaxes to its shell average:
 * exp(-2 pi N T) b(p) + (1 - exp(-2 pi N T)) <b>_E. */
static void uniform_position(void **state)
{
    static const double p[][3] = {{0.15, 0.20, 0.30}, {0.45, 0.40, 0.52}, {0.1, 0.3, 0.05}};
    static const double times[4] = {0, 0.3, 1, 3};
    (void)state;
    for (int c = 0; c < 3; c++)
        for (int envelope = 0; envelope < 3; envelope++) {
            int d = c < 2 ? 3 : 2;
            kl_kinetic_observable o[2] = {{.position = KL_KINETIC_POSITION_UNIFORM,
                                           .nmodes = 1,
                                           .mode = zero,
                                           .coefficient = one},
                                          {.position = KL_KINETIC_POSITION_UNIFORM,
                                           .nmodes = 1,
                                           .mode = axis1,
                                           .coefficient = one}};
            kl_kinetic_problem problem = {.dimension = d,
                                          .ell = 4,
                                          .momentum = {p[c][0], p[c][1], p[c][2]},
                                          .envelope = (kl_kinetic_envelope)envelope,
                                          .width = 0.5,
                                          .ntimes = 4,
                                          .times = times,
                                          .nobservables = 2,
                                          .observables = o,
                                          .tolerance = 1e-8};
            answer a = solve_problem(&problem);
            double energy = energy_of(d, p[c]), n = oracle_density(d, energy);
            double average = oracle_shell(d, energy, axis1[0], (double[3]){0}) / n;
            for (int it = 0; it < 4; it++) {
                double left = exp(-2 * M_PI * n * times[it]);
                check(&a, 2 * it, 1, 1e-12);
                check(&a, 2 * it + 1, left * cexp(2 * M_PI * I * p[c][0]) + (1 - left) * average,
                      1e-9);
            }
        }
}

static kl_kinetic_problem worked_case(double tolerance, kl_kinetic_observable o[3])
{
    static const double width = 0.6;
    o[0] = (kl_kinetic_observable){
        .center = {-0.5, -1, -1}, .width = width, .nmodes = 1, .mode = zero, .coefficient = one};
    o[1] = (kl_kinetic_observable){
        .center = {-1, -1, -1}, .width = width, .nmodes = 1, .mode = axis1, .coefficient = one};
    o[2] = (kl_kinetic_observable){
        .center = {0, 0, 0}, .width = width, .nmodes = 1, .mode = axis3, .coefficient = one};
    return (kl_kinetic_problem){.dimension = 3,
                                .ell = 5.12,
                                .momentum = {0.15, 0.20, 0.30},
                                .width = 0.4,
                                .ntimes = 4,
                                .times = unit_times,
                                .nobservables = 3,
                                .observables = o,
                                .tolerance = tolerance};
}

/* T = 0: the pairing of the start, int a |h|^2 over images in closed form. */
static void start(void **state)
{
    static const double time = 0;
    kl_kinetic_observable o[3];
    kl_kinetic_problem problem = worked_case(1e-6, o);
    (void)state;
    problem.ntimes = 1;
    problem.times = &time;
    answer a = solve_problem(&problem);
    for (int io = 0; io < 3; io++) {
        double complex exact = cexp(2 * M_PI * I * (io == 1 ? 0.15 : io == 2 ? 0.30 : 0));
        for (int j = 0; j < 3; j++) { /* normal density times Gaussian, convolved */
            double sum = 0, variance = 0.36 + 0.16;
            for (int image = -4; image <= 4; image++)
                sum += exp(-pow(o[io].center[j] + image * problem.ell, 2) / (2 * variance));
            exact *= 0.6 / sqrt(variance) * sum;
        }
        check(&a, io, exact, 1e-14);
    }
}

/* A looser tolerance is honoured against a tighter one, and is cheaper in modes. */
static void tolerance_honoured(void **state)
{
    static const double tolerance[] = {1e-3, 1e-4, 1e-6, 1e-8};
    kl_kinetic_observable o[3];
    kl_kinetic_problem tight = worked_case(1e-10, o);
    (void)state;
    answer best = solve_problem(&tight);
    for (int i = 0; i < 4; i++) {
        kl_kinetic_problem problem = worked_case(tolerance[i], o);
        answer a = solve_problem(&problem);
        for (int k = 0; k < 12; k++) {
            assert_true(best.error[k] <= 1e-10);
            assert_true(a.error[k] <= tolerance[i]);
            check(&a, k, best.value[k], tolerance[i]);
        }
    }
}

/* At and near van Hove energies: what is reported bounds what is true. At the
 * energy itself N has infinite slope in p, so 1e-9 cannot be had from doubles. */
static void near_van_hove(void **state)
{
    /* e = 2 - tiny, 2, 2 + tiny, and d = 2 close to 0 */
    static const double p[][3] = {{0.002, 0, 0.5}, {0, 0, 0.5}, {0, 0, 0.498}, {0.25, 0.2501, 0}};
    double time = 1;
    (void)state;
    for (int c = 0; c < 4; c++) {
        int d = c < 3 ? 3 : 2;
        kl_kinetic_observable o = {.position = KL_KINETIC_POSITION_UNIFORM,
                                   .nmodes = 1,
                                   .mode = axis3,
                                   .coefficient = one};
        if (d == 2)
            o.mode = axis1;
        kl_kinetic_problem problem = {.dimension = d,
                                      .ell = 5,
                                      .momentum = {p[c][0], p[c][1], p[c][2]},
                                      .width = 0.4,
                                      .ntimes = 1,
                                      .times = &time,
                                      .nobservables = 1,
                                      .observables = &o,
                                      .tolerance = 1e-9};
        answer a = solve_problem(&problem);
        double energy = energy_of(d, p[c]);
        double n = d == 3 ? oracle_density_convolution(energy) : density2(energy);
        double left = exp(-2 * M_PI * n * time);
        /* <cos> is the same on every axis of the shell, so it is E/(2d). */
        double complex exact = left * cexp(2 * M_PI * I * (d == 3 ? p[c][2] : p[c][0])) +
                               (1 - left) * energy / (2 * d);
        check(&a, 0, exact, 1e-7);
        if (c == 1) {
            assert_true(a.error[0] > 1e-9);
            assert_non_null(strstr(a.note, "van Hove"));
        } else {
            assert_true(a.error[0] <= 1e-9);
            assert_string_equal(a.note, "");
        }
    }
}

/* A mode near a van Hove energy, where nothing else is special. */
static void mode_near_van_hove(void **state)
{
    double time = 0.5, p[3] = {0, 0.0113, 0.5}; /* e = 2 - 0.005 */
    double xi[3] = {0.2, 0.4, -0.2};
    kl_kinetic_observable o = {.position = KL_KINETIC_POSITION_WAVE,
                               .wave = {-1, -2, 1},
                               .nmodes = 1,
                               .mode = axis1,
                               .coefficient = one};
    kl_kinetic_problem problem = {.dimension = 3,
                                  .ell = 5,
                                  .momentum = {p[0], p[1], p[2]},
                                  .width = 0.1,
                                  .ntimes = 1,
                                  .times = &time,
                                  .nobservables = 1,
                                  .observables = &o,
                                  .tolerance = 1e-9};
    (void)state;
    answer a = solve_problem(&problem);
    double size = exp(-2 * M_PI * M_PI * 0.01 * (0.04 + 0.16 + 0.04));
    check(&a, 0, size * oracle_mode(3, p, xi, time, axis1[0]), 1e-9);
}

/* Symmetries: inversion of X, V, p conjugates nothing of a real J; a permutation
 * of the axes changes nothing. The quadrature knows of neither. */
static void permuted_axes(void **state)
{
    kl_kinetic_observable o[3], turned[3];
    kl_kinetic_problem problem = worked_case(1e-8, o), other = worked_case(1e-8, turned);
    (void)state;
    other.momentum[0] = 0.30; /* axes 1, 2, 3 -> 3, 1, 2 */
    other.momentum[1] = 0.15;
    other.momentum[2] = 0.20;
    for (int io = 0; io < 3; io++)
        for (int j = 0; j < 3; j++)
            turned[io].center[(j + 1) % 3] = o[io].center[j];
    static const int axis2[1][3] = {{0, 1, 0}};
    turned[1].mode = axis2;
    turned[2].mode = axis1;
    answer a = solve_problem(&problem), b = solve_problem(&other);
    for (int i = 0; i < 12; i++)
        assert_true(cabs(a.value[i] - b.value[i]) <= a.error[i] + b.error[i]);
}

static void expect(kl_status wanted, const kl_kinetic_problem *problem, const char *word)
{
    double value[2 * MAX], error[MAX];
    char note[256];
    kl_error err = {0};
    assert_int_equal(kl_boltzmann_solve(MPI_COMM_SELF, problem, value, error, note, &err), wanted);
    assert_non_null(strstr(err.message, word));
    assert_null(strchr(err.message, '\n'));
}

static void refuses(void **state)
{
    kl_kinetic_observable o[3];
    kl_kinetic_problem problem = worked_case(1e-6, o);
    (void)state;
    problem.dimension = 1;
    expect(KL_INPUT, &problem, "dimension");
    problem = worked_case(1e-6, o);
    memset(problem.momentum, 0, sizeof problem.momentum);
    expect(KL_INPUT, &problem, "edge of the band");
    for (int j = 0; j < 3; j++)
        problem.momentum[j] = 0.5;
    expect(KL_INPUT, &problem, "edge of the band");
    problem.dimension = 2;
    problem.momentum[0] = 0.25;
    problem.momentum[1] = 0.75;
    expect(KL_INPUT, &problem, "infinite");
    problem = worked_case(0, o);
    expect(KL_INPUT, &problem, "tolerance");
}

/* A mode too small to matter, and nothing asked for at all. */
static void nothing_to_evolve(void **state)
{
    kl_kinetic_observable o[3];
    kl_kinetic_problem problem = worked_case(1e-8, o);
    (void)state;
    problem.nobservables = 1;
    o[0].position = KL_KINETIC_POSITION_WAVE;
    o[0].wave[2] = 40;
    answer a = solve_problem(&problem);
    for (int it = 0; it < 4; it++)
        check(&a, it, 0, 1e-8);
    problem.nobservables = 0;
    solve_problem(&problem);
    problem = worked_case(1e-8, o);
    problem.ntimes = 0;
    solve_problem(&problem);
}

static void before_start(void **state)
{
    kl_kinetic_observable o[3];
    kl_kinetic_problem problem = worked_case(1e-6, o);
    (void)state;
    expect(KL_BUG, &problem, "PETSc has not been started");
    assert_true(strstr(kl_petsc_version(), "(real)") || strstr(kl_petsc_version(), "(complex)"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(single_modes),
        cmocka_unit_test(sum_over_modes),
        cmocka_unit_test(uniform_position),
        cmocka_unit_test(start),
        cmocka_unit_test(tolerance_honoured),
        cmocka_unit_test(near_van_hove),
        cmocka_unit_test(mode_near_van_hove),
        cmocka_unit_test(permuted_axes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(nothing_to_evolve),
    };
    const struct CMUnitTest early[] = {cmocka_unit_test(before_start)};
    kl_error err;
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(early, NULL, NULL);
    if (kl_petsc_begin(NULL, &err) != KL_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    kl_petsc_end();
    MPI_Finalize();
    return failed;
}
