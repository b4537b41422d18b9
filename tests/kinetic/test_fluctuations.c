/* The constant of the fluctuations against what shares no code with it: quadrature of its formula
 * for plane waves, with another rule on the shell; identities (J = 1, functions of the energy,
 * linearity, positivity, translations, phases); closed forms of the start seen with a lag; and
 * values of an independent program for a packet.
 */
#include "kinetic/check.h"
#include "kinetic/fluctuations.h"
#include "kinetic/interference_sum.h"

#include "statistics/check.h"

#include <stdlib.h>

static const int axis2[1][3] = {{0, 1, 0}}, diagonal[1][3] = {{1, 1, 0}};
static const double half_each[2][2] = {{0.5, 0}, {0.5, 0}};
static const kl_lobe plane[1] = {{KL_KINETIC_UNIFORM, 0, {0}, {1, 0}}};
static const kl_lobe packet[1] = {{KL_KINETIC_GAUSSIAN, 0.4, {0}, {1, 0}}};

static kl_kinetic_observable uniform(const int mode[1][3])
{
    return (kl_kinetic_observable){
        .position = KL_KINETIC_POSITION_UNIFORM, .nmodes = 1, .mode = mode, .coefficient = one};
}

static kl_kinetic_observable gaussian(double x, double y, const int mode[1][3])
{
    return (kl_kinetic_observable){.position = KL_KINETIC_POSITION_GAUSSIAN,
                                   .center = {x, y},
                                   .width = 0.6,
                                   .nmodes = 1,
                                   .mode = mode,
                                   .coefficient = one};
}

enum { MOST = 24 };
typedef struct constants {
    double value[MOST * MOST], error[MOST * MOST];
    char note[256];
} constants;

static kl_status try_solve(const kl_fluctuation_problem *p, constants *c, kl_error *err)
{
    assert_true(p->kinetic->ntimes * p->nquantities <= MOST);
    return kl_fluctuations_solve(MPI_COMM_SELF, p, c->value, c->error, c->note, err);
}

static constants solve(const kl_fluctuation_problem *p)
{
    constants c;
    kl_error err = {0};
    if (try_solve(p, &c, &err) != KL_OK)
        fail_msg("%s", err.message);
    return c;
}

/* ---- plane waves: formula (1) by quadrature ---- */

enum { ANGLES = 400, STEPS = 240 };

typedef struct shell_sums { /* of two functions b, b', and of b(p), b'(p) */
    double density, mean[2], both;
} shell_sums;

/* Adds a point of the shell with its weight. */
static void add_point(shell_sums *s, int d, const double *theta, double weight, const int m[2][3],
                      const bool imaginary[2])
{
    double b[2];
    for (int i = 0; i < 2; i++) {
        double phase = 0;
        for (int j = 0; j < d; j++)
            phase += m[i][j] * theta[j];
        b[i] = imaginary[i] ? sin(phase) : cos(phase);
        s->mean[i] += weight * b[i];
    }
    s->density += weight;
    s->both += weight * b[0] * b[1];
}

/* All angles of all axes but one, that one from the energy, each of the axes in turn, with a
 * partition of unity sin^8: smooth, so that the rule converges exponentially. */
static shell_sums average(int d, double energy, const int m[2][3], const bool imaginary[2])
{
    shell_sums s = {0};
    const int planes = d == 3 ? ANGLES : 1;
    for (int a = 0; a < ANGLES; a++)
        for (int b = 0; b < planes; b++)
            for (int j = 0; j < d; j++)
                for (int sign = -1; sign <= 1; sign += 2) {
                    double theta[3] = {0}, power[3] = {0}, all = 0, left = energy / 2;
                    const double free_angle[2] = {(a + 0.5) * 2 * M_PI / ANGLES,
                                                  (b + 0.5) * 2 * M_PI / ANGLES};
                    for (int k = 0, used = 0; k < d; k++)
                        if (k != j) {
                            theta[k] = free_angle[used++];
                            left -= cos(theta[k]);
                        }
                    if (fabs(left) >= 1)
                        continue;
                    theta[j] = sign * acos(left);
                    for (int k = 0; k < d; k++)
                        all += power[k] = pow(sin(theta[k]), 8);
                    add_point(&s, d, theta,
                              power[j] / all / (2 * fabs(sin(theta[j]))) / (2 * M_PI) /
                                  pow(ANGLES, d - 1),
                              m, imaginary);
                }
    s.both /= s.density;
    s.mean[0] /= s.density;
    s.mean[1] /= s.density;
    return s;
}

/* int int Re[F conj F] (b_V - b_U) (b'_V - b'_U) with F = x delta(V - p) + y (even on the shell).
 */
static double brackets(const shell_sums *s, const double beam[2], double x, double y)
{
    const double apart = s->both - beam[0] * s->mean[1] - beam[1] * s->mean[0] + beam[0] * beam[1];
    return 2 * x * y * apart + 2 * y * y * (s->both - s->mean[0] * s->mean[1]);
}

/* C ell^d by Simpson's rule in both times; J scatters to its mean, differences fall as exp(-g t).
 */
static double by_quadrature(int d, const double *p, const int m[2][3], const bool imaginary[2],
                            double T, double late)
{
    double energy = 0, beam[2] = {0}, sum = 0;
    for (int j = 0; j < d; j++)
        energy += 2 * cos(2 * M_PI * p[j]);
    const shell_sums s = average(d, energy, m, imaginary);
    for (int i = 0; i < 2; i++) {
        double phase = 0;
        for (int j = 0; j < d; j++)
            phase += 2 * M_PI * m[i][j] * p[j];
        beam[i] = imaginary[i] ? sin(phase) : cos(phase);
    }
    const double g = 2 * M_PI * s.density;
    for (int k = 0; k <= STEPS; k++) { /* the earlier of the two meetings */
        const double S = T * k / STEPS, w = (k == 0 || k == STEPS ? 1 : 2 + 2 * (k % 2)) / 3.;
        const double now = brackets(&s, beam, exp(-g * S), 1 - exp(-g * S));
        /* the other at S + tau: of either observable. exp(-g tau) exp(-g (T - S)) exp(-g (T' - S -
         * tau)) does not depend on tau */
        const double room = (T - S) + (late - S);
        sum += w * T / STEPS * now * room * exp(-g * (T + late - 2 * S));
    }
    return sum;
}

static void plane_waves_have_the_quadrature_of_the_formula(void **state)
{
    (void)state;
    const double p[2][3] = {{0.1, 0.2}, {0.15, 0.2, 0.3}}, times[2] = {0.5, 1.3};
    for (int d = 2; d <= 3; d++) {
        kl_kinetic_observable o[2] = {uniform(axis1), uniform(d == 2 ? diagonal : axis3)};
        const int m[2][3] = {{1, 0, 0}, {d == 2, d == 2, d == 3}};
        const kl_real_part q[4] = {{0, false}, {0, true}, {1, false}, {1, true}};
        kl_kinetic_problem k = {.dimension = d,
                                .ell = 1,
                                .nobservables = 2,
                                .observables = o,
                                .ntimes = 2,
                                .times = times,
                                .tolerance = 1e-3};
        memcpy(k.momentum, p[d - 2], sizeof k.momentum);
        const kl_fluctuation_problem f = {&k, 1, plane, 4, q, true};
        const constants c = solve(&f);
        for (int t = 0; t < 2; t++)
            for (int i = 0; i < 4; i++)
                for (int u = t; u < 2; u++)
                    for (int j = d == 2 ? 0 : i; j < (d == 2 ? 4 : i + 1); j++) {
                        const int both[2][3] = {{m[i / 2][0], m[i / 2][1], m[i / 2][2]},
                                                {m[j / 2][0], m[j / 2][1], m[j / 2][2]}};
                        const bool parts[2] = {i % 2, j % 2};
                        assert_near(c.value[kl_fluctuation_at(&f, t, i, u, j)],
                                    by_quadrature(d, p[d - 2], both, parts, times[t], times[u]),
                                    1e-8);
                    }
    }
}

/* ---- the general way ---- */

/* kl_interference_sum() of both orders of the two meetings. */
static void by_sum(const kl_fluctuation_problem *p, const kl_fineness *fine, double *value)
{
    const int nt = p->kinetic->ntimes, nq = p->nquantities;
    kl_watch watch = kl_watch_begin(MPI_COMM_SELF, p->kinetic);
    double half[MOST * MOST];
    kl_error err;
    memset(value, 0, sizeof(double) * MOST * MOST);
    for (int t = 0; t < nt; t++)
        for (int u = 0; u < nt; u++) {
            assert_int_equal(kl_interference_sum(p, &watch, fine, p->kinetic->times[t],
                                                 p->kinetic->times[u], true, half, &err),
                             KL_OK);
            for (int i = 0; i < nq; i++)
                for (int j = 0; j < nq; j++) {
                    value[kl_fluctuation_at(p, t, i, u, j)] += half[i * nq + j];
                    value[kl_fluctuation_at(p, u, j, t, i)] += half[i * nq + j];
                }
        }
}

static const kl_fineness fine = {
    .shell = 24, .times = 8, .panel = 4, .kernel = 40, .reach = 1, .ell = 5.12};

static void the_general_way_gives_the_closed_form(void **state)
{
    (void)state;
    const double times[2] = {0.5, 1.3};
    const kl_kinetic_observable o[2] = {uniform(axis1), uniform(diagonal)};
    const kl_real_part q[4] = {{0, false}, {0, true}, {1, false}, {1, true}};
    const kl_kinetic_problem k = {.dimension = 2,
                                  .ell = 5.12,
                                  .momentum = {0.1, 0.2},
                                  .nobservables = 2,
                                  .observables = o,
                                  .ntimes = 2,
                                  .times = times,
                                  .tolerance = 1e-3};
    const kl_fluctuation_problem f = {&k, 1, plane, 4, q, true};
    const constants closed = solve(&f);
    double value[MOST * MOST];
    by_sum(&f, &fine, value);
    for (int i = 0; i < 64; i++)
        assert_near(value[i], closed.value[i], 1e-12);
}

static const double last[1] = {1};

static kl_kinetic_problem packet_problem(int n, const kl_kinetic_observable *o)
{
    return (kl_kinetic_problem){.dimension = 2,
                                .ell = 5.12,
                                .momentum = {0.1, 0.2},
                                .nobservables = n,
                                .observables = o,
                                .ntimes = 1,
                                .times = last,
                                .tolerance = 1e-3};
}

/* Values of a program of its own (numpy: trapezoid steps in time, another rule on the shell, 24^2
 * to 32^2 points, Richardson), good to 1e-3. */
static void a_packet_has_the_values_of_another_program(void **state)
{
    (void)state;
    const double expected[6] = {7.4333e-3, 1.0875e-3, 1.6538e-3, 1.1942e-3, 4.0838e-3, 0.027200};
    const kl_kinetic_observable o[4] = {gaussian(-1.2, -1.9, zero), gaussian(-0.8, -0.8, axis1),
                                        gaussian(0, 0, zero), uniform(axis2)};
    const kl_real_part q[6] = {{0, false}, {1, false}, {1, true},
                               {2, false}, {3, false}, {3, true}};
    const kl_kinetic_problem k = packet_problem(4, o);
    const kl_fluctuation_problem f = {&k, 1, packet, 6, q, false};
    const constants c = solve(&f);
    for (int i = 0; i < 6; i++) {
        const size_t at = kl_fluctuation_at(&f, 0, i, 0, i);
        assert_near(c.value[at], expected[i], 1e-3 * expected[i]);
        assert_true(c.error[at] > 0 && c.error[at] < 1e-3 * expected[i]);
    }
}

/* The reported error holds the distance from a much finer solution. */
static void errors_are_honest(void **state)
{
    (void)state;
    const double times[2] = {0.25, 1};
    const kl_kinetic_observable o[2] = {gaussian(-1.2, -1.9, zero), gaussian(-0.8, -0.8, axis1)};
    const kl_real_part q[3] = {{0, false}, {1, false}, {1, true}};
    kl_kinetic_problem k = packet_problem(2, o);
    k.ntimes = 2;
    k.times = times;
    k.tolerance = 1e-6;
    const kl_fluctuation_problem f = {&k, 1, packet, 3, q, false};
    const constants truth = solve(&f);
    for (double tolerance = 0.1; tolerance > 1e-4; tolerance /= 10) {
        k.tolerance = tolerance;
        const constants c = solve(&f);
        for (int t = 0; t < 2; t++)
            for (int i = 0; i < 3; i++) {
                const size_t at = kl_fluctuation_at(&f, t, i, t, i);
                assert_near(c.value[at], truth.value[at],
                            c.error[at] + 2e-6 * fabs(truth.value[at]));
                assert_true(c.error[at] <= tolerance * truth.value[at]);
            }
    }
}

/* J = 1 by the general way, and Re e^2 and a wave beside it that do not vanish. */
static void one_does_not_fluctuate(void **state)
{
    (void)state;
    const kl_kinetic_observable o[2] = {uniform(zero), uniform(axis1)};
    const kl_real_part q[2] = {{0, false}, {1, false}};
    const kl_kinetic_problem k = packet_problem(2, o);
    const kl_fluctuation_problem f = {&k, 1, packet, 2, q, true};
    kl_fineness f8 = fine;
    double value[MOST * MOST];
    f8.reach = 8;
    by_sum(&f, &f8, value);
    assert_true(value[3] > 1e-3);
    for (int i = 0; i < 3; i++)
        assert_near(value[i], 0, 1e-9 * value[3]);
}

/* 2 cos 2 pi V_1 + 2 cos 2 pi V_2 = E on the shell. */
static void functions_of_the_energy_give_zero(void **state)
{
    (void)state;
    static const int modes[4][3] = {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}};
    static const double ones[4][2] = {{1, 0}, {1, 0}, {1, 0}, {1, 0}};
    kl_kinetic_observable o[2] = {uniform(zero), uniform(zero)};
    o[1].nmodes = 4;
    o[1].mode = modes;
    o[1].coefficient = ones;
    const kl_real_part q[2] = {{0, false}, {1, false}};
    const kl_kinetic_problem k = packet_problem(2, o);
    for (int start = 0; start < 2; start++) {
        const kl_fluctuation_problem f = {&k, 1, start ? packet : plane, 2, q, true};
        const constants c = solve(&f);
        for (int i = 0; i < 4; i++)
            assert_true(c.value[i] == 0 && c.error[i] == 0);
    }
}

/* K = (J_1 + J_2)/2 of two modes at one place. */
static void covariances_are_bilinear_and_positive(void **state)
{
    (void)state;
    static const int both[2][3] = {{1, 0, 0}, {0, 1, 0}};
    kl_kinetic_observable o[3] = {gaussian(-0.8, -0.8, axis1), gaussian(-0.8, -0.8, axis2),
                                  gaussian(-0.8, -0.8, zero)};
    o[2].nmodes = 2;
    o[2].mode = both;
    o[2].coefficient = half_each;
    const kl_real_part q[4] = {{0, false}, {1, false}, {2, false}, {0, true}};
    const kl_kinetic_problem k = packet_problem(3, o);
    const kl_fluctuation_problem f = {&k, 1, packet, 4, q, true};
    const double *c = solve(&f).value;
    double v[16];
    memcpy(v, c, sizeof v);
    assert_near(v[10], (v[0] + 2 * v[1] + v[5]) / 4, 1e-12);
    for (int i = 0; i < 4; i++) {
        assert_near(v[8 + i], (v[i] + v[4 + i]) / 2, 1e-12);
        for (int j = 0; j < 4; j++)
            assert_near(v[4 * i + j], v[4 * j + i], 1e-14);
    }
    /* 0, 1 and 3: principal minors */
    const double minor = v[0] * v[5] - v[1] * v[4];
    const double all =
        v[15] * minor - v[3] * (v[3] * v[5] - v[1] * v[7]) - v[7] * (v[0] * v[7] - v[1] * v[3]);
    assert_true(v[0] > 0 && minor > 0 && all > 0);
}

/* All moved together, across the seam of the torus too. */
static void translations_change_nothing(void **state)
{
    (void)state;
    const kl_kinetic_observable o[1] = {gaussian(-0.8, -0.8, axis1)};
    const kl_kinetic_observable moved[1] = {gaussian(-0.8 + 2.1, -0.8 + 0.7, axis1)};
    kl_lobe away = packet[0];
    const kl_real_part q[1] = {{0, true}};
    const kl_kinetic_problem k = packet_problem(1, o), there = packet_problem(1, moved);
    const kl_fluctuation_problem f = {&k, 1, packet, 1, q, false};
    away.center[0] = 2.1;
    away.center[1] = 0.7;
    const kl_fluctuation_problem g = {&there, 1, &away, 1, q, false};
    const constants a = solve(&f), b = solve(&g);
    assert_near(a.value[0], b.value[0], a.error[0] + b.error[0]);
}

/* ---- lobes ---- */

static double of_lobes(int n, const kl_lobe *lobe)
{
    const kl_kinetic_observable o[1] = {gaussian(-0.8, -0.8, axis1)};
    const kl_real_part q[1] = {{0, true}};
    const kl_kinetic_problem k = packet_problem(1, o);
    const kl_fluctuation_problem f = {&k, n, lobe, 1, q, false};
    return solve(&f).value[0];
}

/* One packet written as two; a common phase; and a complex envelope is not a real one. */
static void lobes_add_as_amplitudes(void **state)
{
    (void)state;
    const double whole = of_lobes(1, packet);
    kl_lobe same[2] = {packet[0], packet[0]};
    same[0].coefficient[0] = 0.3;
    same[1].coefficient[0] = 0.5;
    assert_near(of_lobes(2, same), whole, 1e-9 * whole);
    const kl_lobe two[2] = {{KL_KINETIC_GAUSSIAN, 0.4, {0.35, 0.55}, {1, 0}},
                            {KL_KINETIC_GAUSSIAN, 0.4, {-0.35, -0.55}, {0, 1}}};
    kl_lobe turned[2] = {two[0], two[1]};
    const double c = cos(0.7), s = sin(0.7), turn[2][2] = {{c, s}, {-s, c}};
    memcpy(turned[0].coefficient, turn[0], sizeof turn[0]);
    memcpy(turned[1].coefficient, turn[1], sizeof turn[1]);
    const double complex_one = of_lobes(2, two);
    assert_near(of_lobes(2, turned), complex_one, 1e-9 * complex_one);
    turned[0] = two[0];
    turned[1] = two[1];
    memcpy(turned[1].coefficient, turned[0].coefficient, sizeof turned[0].coefficient);
    assert_true(fabs(of_lobes(2, turned) - complex_one) > 0.01 * complex_one);
}

/* exp(-|v tau|^2/(8 s^2)) of |h|^2, moved by v tau/2. */
static void a_gaussian_seen_with_a_lag_has_its_closed_form(void **state)
{
    (void)state;
    kl_mode_grid grid;
    const kl_lobe lobe = {KL_KINETIC_GAUSSIAN, 0.4, {0.3, -0.2}, {0.6, 0.8}};
    const double velocity[3] = {1.1, -1.7}, tau = 0.35, s = 0.4, ell = 5.12;
    assert_int_equal(kl_mode_grid_create(2, ell, 8, &grid, NULL), KL_OK);
    double *re = malloc(grid.modes * sizeof *re), *im = malloc(grid.modes * sizeof *im);
    assert_int_equal(kl_lag_spectrum(&grid, 1, &lobe, velocity, tau, false, re, im, NULL), KL_OK);
    const double fall = (1.1 * 1.1 + 1.7 * 1.7) * tau * tau / (8 * s * s);
    for (int row = 0; row < grid.rows; row++)
        for (int column = 0; column <= grid.reach; column++) {
            const int k[2] = {kl_mode_grid_wave(&grid, row), column};
            double turn = 0, square = 0;
            for (int j = 0; j < 2; j++) {
                turn += k[j] / ell * (lobe.center[j] + velocity[j] * tau / 2);
                square += k[j] * k[j] / (ell * ell);
            }
            if (abs(k[0]) > grid.reach)
                continue;
            const double complex expected = exp(-fall - 2 * M_PI * M_PI * s * s * square) *
                                            cexp(-2 * M_PI * I * turn) / (ell * ell);
            const int at = row * grid.columns + column;
            assert_near(re[at], creal(expected), 1e-14);
            assert_near(im[at], cimag(expected), 1e-14);
        }
    free(re);
    free(im);
    kl_mode_grid_destroy(&grid);
}

/* A bump, whose h is smooth and narrow, is not far from a Gaussian of its variance. */
static void bumps_are_packets_too(void **state)
{
    (void)state;
    const kl_lobe bump = {KL_KINETIC_BUMP, 1.15, {0}, {1, 0}};
    const double a = of_lobes(1, &bump), b = of_lobes(1, packet);
    assert_true(a > 0.8 * b && a < 1.25 * b);
}

/* ---- space ---- */

static void infinite_space_is_a_wide_torus(void **state)
{
    (void)state;
    const kl_kinetic_observable o[2] = {gaussian(-0.8, -0.8, axis1), uniform(axis2)};
    const kl_real_part q[2] = {{0, true}, {1, false}};
    kl_kinetic_problem k = packet_problem(2, o), wide = k;
    const kl_fluctuation_problem f = {&k, 1, packet, 2, q, false},
                                 g = {&wide, 1, packet, 2, q, false};
    k.infinite = true;
    wide.ell = 11;
    const constants a = solve(&f), b = solve(&g);
    for (int i = 0; i < 4; i += 3)
        assert_near(a.value[i], b.value[i], a.error[i] + b.error[i]);
}

static void there_is_none_for_waves_in_infinite_space(void **state)
{
    (void)state;
    const kl_kinetic_observable o[1] = {uniform(axis1)};
    const kl_real_part q[1] = {{0, false}};
    kl_kinetic_problem k = packet_problem(1, o);
    kl_fluctuation_problem f = {&k, 1, plane, 1, q, false};
    constants c;
    kl_error err;
    k.infinite = true;
    assert_int_equal(try_solve(&f, &c, &err), KL_INPUT);
    k.infinite = false;
    k.dimension = 1;
    assert_int_equal(try_solve(&f, &c, &err), KL_INPUT);
    k.dimension = 2;
    k.momentum[0] = k.momentum[1] = 0; /* the edge of the band */
    assert_int_equal(try_solve(&f, &c, &err), KL_INPUT);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(plane_waves_have_the_quadrature_of_the_formula),
    cmocka_unit_test(the_general_way_gives_the_closed_form),
    cmocka_unit_test(a_packet_has_the_values_of_another_program),
    cmocka_unit_test(errors_are_honest),
    cmocka_unit_test(one_does_not_fluctuate),
    cmocka_unit_test(functions_of_the_energy_give_zero),
    cmocka_unit_test(covariances_are_bilinear_and_positive),
    cmocka_unit_test(translations_change_nothing),
    cmocka_unit_test(lobes_add_as_amplitudes),
    cmocka_unit_test(a_gaussian_seen_with_a_lag_has_its_closed_form),
    cmocka_unit_test(bumps_are_packets_too),
    cmocka_unit_test(infinite_space_is_a_wide_torus),
    cmocka_unit_test(there_is_none_for_waves_in_infinite_space),
};

KINETIC_MAIN(tests)
