/* The order hbar^2 of Hartree's equation: sums over levels, a closed form in time, the energy. */
#include "classical/vlasov.h"
#include "lattice/check.h"

#include <math.h>

static kl_phase_observable power(int x, int p)
{
    return (kl_phase_observable){.x = {.shape = KL_WINDOW_POWER, .power = {x}},
                                 .p = {.shape = KL_WINDOW_POWER, .power = {p}}};
}

static void solve(const kl_smooth *u, const kl_smooth *v, double displacement, int ntimes,
                  const double *times, int n, const kl_phase_observable *o, double *value)
{
    const kl_vlasov problem = {.potential = u,
                               .interaction = v,
                               .displacement = {displacement},
                               .ntimes = ntimes,
                               .times = times,
                               .nobservables = n,
                               .observable = o,
                               .tolerance = 1e-8};
    double error[16];
    bool reached;
    assert_ok(kl_vlasov_next_order(MPI_COMM_WORLD, &problem, value, error, &reached, why));
    assert_true(reached);
    for (int i = 0; i < ntimes * n; i++)
        assert_at_most(error[i], 1e-7);
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

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(at_the_start_it_is_that_of_the_levels),
                                       cmocka_unit_test(springs_between_all_carry_it_along),
                                       cmocka_unit_test(the_energy_keeps_it),
                                       cmocka_unit_test(an_indicator_has_none)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
