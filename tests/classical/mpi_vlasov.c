/* The Vlasov equation on any number of ranks: the same bits, and pictures of f. */
#include "classical/vlasov.h"
#include "lattice/check.h"

static const kl_phase_term anharmonic[] = {{{2, 0, 0}, 0.5}, {{0, 2, 0}, 0.5}, {{4, 0, 0}, 0.1}};
static const kl_phase_wave wave[] = {{{0.2, 0, 0}, 0, 0.3}};
static const kl_smooth_gaussian bell[] = {{{0}, 0.7, 1.5}};

/* All ranks compute it together and each alone. */
static void values_are_the_same_bits(void **state)
{
    const double times[] = {0.5, 1};
    (void)state;
    for (int d = 1; d <= 2; d++) {
        const kl_smooth u = {.dimension = d, .sum = {.nterms = 3, .term = anharmonic}};
        const kl_smooth v = {d, {1, d == 1, anharmonic, wave}, 1, bell};
        const kl_phase_observable o[] = {
            {.x = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.3, 0.1}, .width = 0.5}},
            {.energy = true},
            {.x = {.shape = KL_WINDOW_BOX, .low = {-0.4, -9}, .high = {0.6, 9}}}};
        const kl_vlasov problem = {.potential = &u,
                                   .interaction = &v,
                                   .displacement = {d == 1 ? 0.4 : 0},
                                   .ntimes = 2,
                                   .times = times,
                                   .nobservables = d == 1 ? 3 : 2,
                                   .observable = o,
                                   .tolerance = d == 1 ? 1e-6 : 1e-3};
        double all[6], alone[6], error[6];
        bool reached;
        assert_ok(kl_vlasov_values(MPI_COMM_WORLD, &problem, all, error, &reached, why));
        assert_everywhere(reached);
        assert_ok(kl_vlasov_values(MPI_COMM_SELF, &problem, alone, error, &reached, why));
        assert_everywhere(memcmp(all, alone, 2 * (size_t)problem.nobservables * sizeof *all) == 0);
        if (d == 1) /* an indicator: from where f ends, at time 0.5 within its error */
            assert_everywhere(error[2] < 0.05 && fabs(all[2] - all[5]) > 1e-3);
    }
}

/* Of a harmonic trap without interaction f turns rigidly: inside f = 1/(2 pi), outside 0; and the
 * density of a ball in six dimensions is (1 - r^2/R^2)^(3/2), along an axis its marginal. */
static void pictures_are_the_droplet(void **state)
{
    enum { N = 41 };
    static double x[N], field[N * N], *rows[] = {field};
    const double times[] = {1};
    (void)state;
    for (int i = 0; i < N; i++)
        x[i] = -4 + 8. * i / (N - 1);
    for (int d = 1; d <= 3; d += 2) {
        static const kl_phase_term trap[] = {{{2, 0, 0}, 0.5}, {{0, 2, 0}, 0.5}, {{0, 0, 2}, 0.5}};
        const kl_smooth u = {.dimension = d, .sum = {.nterms = d, .term = trap}};
        const kl_smooth v = {.dimension = d};
        const kl_vlasov problem = {.potential = &u,
                                   .interaction = &v,
                                   .displacement = {d == 1 ? 0.8 : 0},
                                   .ntimes = 1,
                                   .times = times,
                                   .tolerance = 1e-6};
        const kl_liouville_grid grid = {.axis = 0,
                                        .width = 0.3,
                                        .narrow = d == 1 ? 0.3 : 0,
                                        .nx = N,
                                        .np = d == 1 ? N : 1,
                                        .x = x,
                                        .p = x};
        double sum = 0, square = 0;
        assert_ok(kl_vlasov_field(MPI_COMM_WORLD, &problem, &grid, rows, why));
        for (int i = 0; i < N; i++)
            for (int j = 0; j < grid.np; j++) {
                const double f = field[i * grid.np + j] * 8 / (N - 1) * (d == 1 ? 8. / (N - 1) : 1);
                sum += f;
                square += f * x[i] * x[i];
            }
        const double mean = d == 1 ? 0.8 * cos(1) : 0, R = sqrt(2 * cbrt(6));
        assert_near(sum, 1, 1e-6);
        assert_near(square, mean * mean + (d == 1 ? 0.5 : R * R / 8) + 0.09, 1e-5);
        if (d == 1) { /* next to the centre (0.43, -0.67) and far from it */
            assert_near(field[22 * N + 17], 1 / (2 * M_PI), 1e-3);
            assert_near(field[10 * N + 35], 0, 1e-6);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(values_are_the_same_bits),
                                       cmocka_unit_test(pictures_are_the_droplet)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
