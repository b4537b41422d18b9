/* One realization of `spectral` against LAPACK: the spectral function is |<k|n>|^2 of plane waves,
 * the density of states a trace that random vectors estimate without bias.
 */
#include "contract/find.h"
#include "dynamics/dense.h"
#include "systems/spectral/spectral.h"

enum { SITES = 6, N = SITES * SITES, VECTORS = 400, ENERGIES = 4 };
static const double width = 0.4, energy[ENERGIES] = {-3.1, -0.5, 0.2, 2.6};
static const char text[] = "dimension: 2\nsites: [6]\neta: [0.7]\nwidth: 0.4\nvectors: 400\n"
                           "momenta: [[0.17, 0.33], [0, 0.5], [0, 0]]\n"
                           "disorder: {distribution: uniform, seed: 4}\n";
static const int momentum[3][2] = {{1, 2}, {0, 3}, {0, 0}};

static double lorentz(double e)
{
    return width / M_PI / (e * e + width * width);
}

static double wave_weight(const double *u, int n, const int *k)
{
    double complex sum = 0;
    for (int x = 0; x < N; x++)
        sum += u[x * N + n] * cexp(-2 * I * M_PI * (x / SITES * k[0] + x % SITES * k[1]) / SITES);
    return creal(sum * conj(sum)) / N;
}

static void measure(double out[ENERGIES][6])
{
    const kl_stations stations = {ENERGIES, energy};
    const kl_place place = {0, MPI_COMM_SELF, MPI_COMM_SELF, 1, 0, 1};
    const kl_system *system = &kl_system_spectral;
    kl_config *config;
    void *self, *run;
    bool reached = false;
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &config, why));
    assert_ok(kl_system_open(system, kl_config_root(config), &stations, &self, why));
    assert_ok(system->begin(self, &place, &run, why));
    assert_ok(system->start(run, 3, why));
    while (!reached)
        assert_ok(system->advance(run, 0, &reached, why));
    for (int i = 0; i < ENERGIES; i++) {
        kl_sample sample = {.quantity = out[i]};
        assert_ok(system->measure(run, i, 0, &sample, why));
    }
    system->end(&run);
    kl_system_close(system, &self);
    kl_config_destroy(&config);
}

static void is_that_of_the_eigenstates(void **state)
{
    static double e[N], u[N * N], out[ENERGIES][6];
    const double parameters[3] = {0.7, SITES, 2};
    problem *p = problem_create(MPI_COMM_SELF, 2, SITES, KL_UNIFORM, 0.7, 0);
    const kl_disorder disorder = {KL_UNIFORM, 4, kl_disorder_point(parameters, 3), 3};
    (void)state;
    kl_disorder_fill(&disorder, 0, N, p->omega);
    diagonalise(p, e, u);
    measure(out);
    for (int i = 0; i < ENERGIES; i++) {
        double density = 0, diagonal = 0;
        for (int n = 0; n < N; n++)
            density += lorentz(energy[i] - e[n]) / N;
        for (int m = 0; m < 3; m++) {
            double spectral = 0;
            for (int n = 0; n < N; n++)
                spectral += lorentz(energy[i] - e[n]) * wave_weight(u, n, momentum[m]);
            assert_near(out[i][3 + m], spectral, 2e-8);
        }
        /* Signs: the variance of a vector is 2 sum_{x != y} D_xy^2 / n^2. */
        double off = 0;
        for (int x = 0; x < N; x++)
            for (int y = 0; y < N; y++) {
                diagonal = 0;
                for (int n = 0; n < N && x != y; n++)
                    diagonal += lorentz(energy[i] - e[n]) * u[x * N + n] * u[y * N + n];
                off += diagonal * diagonal;
            }
        const double variance = 2 * off / N / N / VECTORS;
        assert_near(out[i][0], density, 5 * sqrt(variance)); /* chance 6e-7 each */
        assert_near(out[i][1], variance, 0.5 * variance);    /* seven standard errors */
        assert_near(out[i][2], out[i][0] * out[i][0], 0);
    }
    problem_destroy(p);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(is_that_of_the_eigenstates)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
