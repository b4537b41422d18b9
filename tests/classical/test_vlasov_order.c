/* The order hbar^2 of Hartree's equation: sums over levels, a closed form in time, the energy. */
#include "classical/vlasov.h"
#include "lattice/check.h"

#include <math.h>

static kl_phase_observable power(int x, int p)
{
    return (kl_phase_observable){.x = {.shape = KL_WINDOW_POWER, .power = {x}},
                                 .p = {.shape = KL_WINDOW_POWER, .power = {p}}};
}

static void solve_in(const kl_smooth *u, const kl_smooth *v, double displacement, int ntimes,
                     const double *times, int n, const kl_phase_observable *o, double tolerance,
                     double *value)
{
    const kl_vlasov problem = {.potential = u,
                               .interaction = v,
                               .displacement = {displacement},
                               .ntimes = ntimes,
                               .times = times,
                               .nobservables = n,
                               .observable = o,
                               .tolerance = tolerance};
    double error[16];
    bool reached;
    assert_ok(kl_vlasov_next_order(MPI_COMM_WORLD, &problem, value, error, &reached, why));
    assert_true(reached);
    for (int i = 0; i < ntimes * n; i++)
        assert_at_most(error[i], 10 * tolerance);
}

static void solve(const kl_smooth *u, const kl_smooth *v, double displacement, int ntimes,
                  const double *times, int n, const kl_phase_observable *o, double *value)
{
    solve_in(u, v, displacement, ntimes, times, n, o, 1e-8, value);
}

/* N^-1 sum_(n < N) <n| x^4 |n> = 1/2 + 1/(4 N^2), <n| x^4 |n> = 3 hbar^2 (2 n^2 + 2 n + 1)/4;
 * x^2 p^2 by Weyl's rule has a third of it, x^6 5 hbar^3 (4 n^3 + 6 n^2 + 8 n + 3)/8. */
static void at_the_start_it_is_that_of_the_levels(void **state)
{
    const kl_smooth none = {.dimension = 1};
    const double zero[] = {0}, N = 40;
    const kl_phase_observable o[] = {power(4, 0), power(2, 2), power(6, 0), power(2, 0)};
    double value[4], six = 0;
    (void)state;
    solve(&none, &none, 0, 1, zero, 4, o, value);
    for (int n = 0; n < N; n++)
        six += 5 * (4. * n * n * n + 6. * n * n + 8. * n + 3) / (8 * N * N * N * N);
    assert_near(value[0], 0.25, 1e-12);
    assert_near(value[1], 0.25 / 3, 1e-12);
    assert_near(value[2], (six - 2.5 / 4) * N * N, 1e-10); /* no higher order */
    assert_near(value[3], 0, 1e-12);
    /* moved: (a + y)^4, <y^2> has no order hbar^2 */
    solve(&none, &none, 0.3, 1, zero, 1, o, value);
    assert_near(value[0], 0.25, 1e-12);
}

/* V = kappa x^2/2, U = x^2/2: about the centre x is (x cos Omega t + p sin Omega t/Omega). */
static void springs_between_all_carry_it_along(void **state)
{
    const kl_phase_term half[] = {{{2}, 0.5}}, spring[] = {{{2}, 0.35}};
    const kl_smooth u = {.dimension = 1, .sum = {.nterms = 1, .term = half}},
                    v = {.dimension = 1, .sum = {.nterms = 1, .term = spring}};
    const double t[] = {0.8}, omega = sqrt(1.7),
                 scale = pow(cos(omega * t[0]), 2) + pow(sin(omega * t[0]) / omega, 2);
    const kl_phase_observable o[] = {power(4, 0), power(2, 0)};
    double value[2];
    (void)state;
    for (int moved = 0; moved < 2; moved++) {
        solve(&u, &v, 0.3 * moved, 1, t, 2, o, value);
        assert_near(value[0], scale * scale / 4, 1e-9);
        assert_near(value[1], 0, 1e-9);
    }
}

/* It has a part of the start, of Moyal's equation, and of the mean field's answer to both: their
 * sum does not change in time, each does. Monomials, waves and Gaussians; a droplet with a mirror
 * and one that is just not in it. */
static void the_energy_keeps_it(void **state)
{
    const kl_phase_term quartic[] = {{{2}, 0.5}, {{4}, 0.1}}, fourth[] = {{{4}, 0.05}};
    const kl_phase_wave wave[] = {{{0.21}, 0, -0.8}};
    const kl_smooth_gaussian bell[] = {{{0}, 0.7, 1.5}};
    const kl_smooth u = {.dimension = 1, .sum = {.nterms = 2, .term = quartic}},
                    v = {.dimension = 1,
                         .sum = {.nterms = 1, .term = fourth, .nwaves = 1, .wave = wave},
                         .ngaussians = 1,
                         .gaussian = bell};
    const double times[] = {0, 0.7, 1.5}, moves[] = {0, 1e-9, 0.4};
    const kl_phase_observable o[] = {{.energy = true}, power(2, 0)};
    double value[3][6];
    (void)state;
    for (int k = 0; k < 3; k++) {
        solve(&u, &v, moves[k], 3, times, 2, o, value[k]);
        for (int t = 1; t < 3; t++)
            assert_near(value[k][2 * t], value[k][0], 1e-8);
        assert_true(fabs(value[k][3] - value[k][1]) > 1e-3);
    }
    for (int i = 0; i < 6; i++)
        assert_near(value[0][i], value[1][i], 1e-7);
}

static void an_indicator_has_none(void **state)
{
    const kl_smooth none = {.dimension = 1};
    const double t[] = {0};
    const kl_phase_observable o[] = {{.x = {.shape = KL_WINDOW_BOX, .low = {-0.2}, .high = {0.5}}}};
    const kl_vlasov problem = {.potential = &none,
                               .interaction = &none,
                               .ntimes = 1,
                               .times = t,
                               .nobservables = 1,
                               .observable = o,
                               .tolerance = 1e-8};
    double value, error;
    bool reached;
    (void)state;
    assert_ok(kl_vlasov_next_order(MPI_COMM_WORLD, &problem, &value, &error, &reached, why));
    assert_true(isnan(value) && isnan(error));
}

/* ---- d = 2, 3 ---- */

/* Of x_1^(2 a) x_2^(2 b), in d = 2 or 3, per particle of K whole shells: sums of products of
 * levels. <n| x^2 |n> = hbar (n + 1/2), <n| x^4 |n> = 3 hbar^2 (2 n^2 + 2 n + 1)/4. */
static double level(int power, double n)
{
    return power == 0 ? 1 : power == 2 ? n + 0.5 : 0.75 * (2 * n * n + 2 * n + 1);
}

static double of_shells(int d, int K, int a, int b)
{
    const double N = d == 2 ? K * (K + 1) / 2. : K * (K + 1.) * (K + 2) / 6;
    double sum = 0;
    for (int n = 0; n < K; n++)
        for (int m = 0; n + m < K; m++)
            sum += level(a, n) * level(b, m) * (d == 2 ? 1 : K - n - m);
    return sum / N * pow(N, -(a + b) / (2. * d));
}

/* What of that is hbar^2 beyond the droplet's mean, by three K. */
static double order_of_shells(int d, int a, int b)
{
    double h[3], value[3];
    for (int i = 0; i < 3; i++) {
        const int K = 40 << i;
        const double N = d == 2 ? K * (K + 1) / 2. : K * (K + 1.) * (K + 2) / 6;
        h[i] = pow(N, -2. / d);
        value[i] = of_shells(d, K, a, b);
    }
    const double one = (value[0] - value[1]) / (h[0] - h[1]),
                 two = (value[1] - value[2]) / (h[1] - h[2]);
    return two - (one - two) / (h[0] - h[2]) * (h[1] + h[2]); /* the parabola's slope at 0 */
}

static kl_phase_observable powers(int a, int b, int p)
{
    return (kl_phase_observable){.x = {.shape = KL_WINDOW_POWER, .power = {a, b}},
                                 .p = {.shape = KL_WINDOW_POWER, .power = {p}}};
}

static const kl_phase_term round_quartic[] = {{{2}, 0.5},    {{0, 2}, 0.5},    {{0, 0, 2}, 0.5},
                                              {{4}, 0.05},   {{0, 4}, 0.05},   {{0, 0, 4}, 0.05},
                                              {{2, 2}, 0.1}, {{0, 2, 2}, 0.1}, {{2, 0, 2}, 0.1}};

/* The first terms in d = 2 are those without x_3: sorted. */
static const kl_phase_term plane_quartic[] = {
    {{2}, 0.5}, {{0, 2}, 0.5}, {{4}, 0.05}, {{0, 4}, 0.05}, {{2, 2}, 0.1}};

static kl_smooth trap_of(int d)
{
    return d == 2 ? (kl_smooth){.dimension = 2, .sum = {.nterms = 5, .term = plane_quartic}}
                  : (kl_smooth){.dimension = 3, .sum = {.nterms = 9, .term = round_quartic}};
}

static void whole_shells_have_it_in_closed_form(void **state)
{
    const double zero[] = {0}, energy[] = {0, 1, sqrt(2), cbrt(6)};
    (void)state;
    for (int d = 2; d <= 3; d++) {
        const kl_smooth none = {.dimension = d};
        const kl_phase_observable o[] = {
            powers(2, 0, 0), powers(4, 0, 0), powers(2, 2, 0), powers(2, 0, 2), {.energy = true}};
        double value[5];
        solve(&none, &none, 0, 1, zero, 5, o, value);
        assert_near(value[0], (d == 2 ? 1. / 24 : 1. / 12) / energy[d], 1e-9);
        assert_near(value[0], order_of_shells(d, 2, 0), 1e-8);
        assert_near(value[1], order_of_shells(d, 4, 0), 1e-7);
        assert_near(value[2], order_of_shells(d, 2, 2), 1e-7);
        assert_near(3 * value[3], value[1], 1e-9);     /* Weyl's x^2 p^2 is a turn of x^4/3 */
        assert_near(value[4], d * value[0] / 2, 1e-9); /* of p^2/2 */
    }
    /* moved, in the plane: (a + y)^2 */
    const kl_smooth plane = {.dimension = 2};
    const kl_phase_observable o[] = {powers(2, 0, 0), powers(4, 0, 0)};
    double value[2];
    solve_in(&plane, &plane, 0.3, 1, zero, 2, o, 1e-6, value);
    assert_near(value[0], order_of_shells(2, 2, 0), 1e-7);
    assert_near(value[1], order_of_shells(2, 4, 0) + 6 * 0.09 * value[0], 1e-7);
}

/* About the centre x is (x cos Omega t + p sin Omega t/Omega), and hbar (K + 1)/4 breathes. */
static void springs_carry_shells_along(void **state)
{
    const kl_phase_term half[] = {{{2}, 0.5}, {{0, 2}, 0.5}, {{0, 0, 2}, 0.5}},
                        spring[] = {{{2}, 0.35}, {{0, 2}, 0.35}, {{0, 0, 2}, 0.35}};
    const double t[] = {0.8}, omega = sqrt(1.7),
                 scale = pow(cos(omega * t[0]), 2) + pow(sin(omega * t[0]) / omega, 2);
    (void)state;
    for (int d = 2; d <= 3; d++) {
        const kl_smooth u = {.dimension = d, .sum = {.nterms = d, .term = half}},
                        v = {.dimension = d, .sum = {.nterms = d, .term = spring}};
        const kl_phase_observable o[] = {powers(2, 0, 0), powers(4, 0, 0)};
        double value[2];
        solve(&u, &v, 0, 1, t, 2, o, value);
        assert_near(value[0], scale * order_of_shells(d, 2, 0), 1e-8);
        assert_near(value[1], scale * scale * order_of_shells(d, 4, 0), 1e-7);
    }
}

/* Radial, by ellipses; the same in all four coordinates of the plane, which a droplet that is moved
 * by 1e-9 asks for. */
static void the_energy_keeps_it_in_more_dimensions(void **state)
{
    const kl_phase_term fourth[] = {{{4}, 0.02}, {{0, 4}, 0.02}, {{2, 2}, 0.04}};
    const kl_smooth_gaussian bell[] = {{{0}, 1, 1.5}};
    const double times[] = {0, 0.4}, moves[] = {0, 1e-9};
    const kl_phase_observable o[] = {
        {.energy = true}, powers(2, 0, 0), {.p = {.shape = KL_WINDOW_GAUSSIAN, .width = 0.9}}};
    double value[2][6];
    (void)state;
    for (int k = 0; k < 2; k++) {
        const kl_smooth u = trap_of(2), v = {.dimension = 2,
                                             .sum = {.nterms = 3, .term = fourth},
                                             .ngaussians = 1,
                                             .gaussian = bell};
        solve_in(&u, &v, moves[k], 2, times, 3, o, k ? 1e-4 : 1e-7, value[k]);
        assert_near(value[k][3], value[k][0], k ? 1e-4 : 1e-7);
        assert_true(fabs(value[k][4] - value[k][1]) > 1e-3);
    }
    for (int i = 0; i < 6; i++)
        assert_near(value[1][i], value[0][i], 1e-4);
    const kl_smooth u = trap_of(3), v = {.dimension = 3, .ngaussians = 1, .gaussian = bell};
    solve_in(&u, &v, 0, 2, times, 3, o, 1e-6, value[0]);
    assert_near(value[0][3], value[0][0], 1e-6);
    assert_true(fabs(value[0][4] - value[0][1]) > 1e-3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(at_the_start_it_is_that_of_the_levels),
                                       cmocka_unit_test(springs_between_all_carry_it_along),
                                       cmocka_unit_test(the_energy_keeps_it),
                                       cmocka_unit_test(an_indicator_has_none),
                                       cmocka_unit_test(whole_shells_have_it_in_closed_form),
                                       cmocka_unit_test(springs_carry_shells_along),
                                       cmocka_unit_test(the_energy_keeps_it_in_more_dimensions)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
