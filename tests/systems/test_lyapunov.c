/* Transfer matrices against LAPACK: from the start (psi(1), psi(0)) = (1, 0) the
 * recursion makes psi(N+1) the characteristic polynomial of the open chain of N
 * sites, so the growth is log sqrt(det(E - H_N)^2 + det(E - H_{N-1})^2), and
 * log|det| = sum of log|E - eigenvalue| (D. J. Thouless, J. Phys. C 5 (1972) 77).
 */
#include "contract/find.h"
#include "lattice/check.h"
#include "lattice/disorder.h"
#include "systems/lyapunov/lyapunov.h"

#include <lapacke.h>

enum { MOST = 5000 };

/* log|det(E - H_n)| of the chain with the given potential. */
static double log_determinant(const double *potential, int n, double energy)
{
    static double diagonal[MOST], off[MOST];
    double sum = 0;
    for (int i = 0; i < n; i++) {
        diagonal[i] = potential[i];
        off[i] = 1;
    }
    assert_int_equal(LAPACKE_dsterf(n, diagonal, off), 0);
    for (int i = 0; i < n; i++)
        sum += log(fabs(energy - diagonal[i]));
    return sum;
}

static void growth_is_the_characteristic_polynomial(void **state)
{
    (void)state;
    const double length[4] = {1, 17, 300, MOST}, energy[3] = {0, 0.37, -2.4}, width = 2.5;
    const kl_stations times = {4, length};
    static const char text[] = "width: 2.5\nenergy: [0, 0.37, -2.4]\n"
                               "disorder: {distribution: uniform, seed: 4}\n";
    kl_config *config;
    const kl_system *system;
    void *self;
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &config, why));
    system = &kl_system_lyapunov;
    assert_ok(kl_system_open(system, kl_config_root(config), &times, &self, why));
    for (int point = 0; point < 3; point++) {
        static float omega[MOST];
        static double potential[MOST];
        void *run;
        const double parameters[2] = {width, energy[point]};
        kl_disorder disorder = {KL_UNIFORM, 4, kl_disorder_point(parameters, 2), 6};
        kl_disorder_fill(&disorder, 0, MOST, omega);
        for (int i = 0; i < MOST; i++)
            potential[i] = width / sqrt(12) * (double)omega[i];
        const kl_place place = {point, MPI_COMM_SELF, MPI_COMM_SELF, 1, 0, 1};
        assert_ok(system->begin(self, &place, &run, why));
        assert_ok(system->start(run, 6, why));
        for (int i = 0; i < 4; i++) {
            const int n = (int)length[i];
            double gamma;
            bool reached = true;
            kl_sample sample = {.quantity = &gamma};
            assert_ok(system->advance(run, i, &reached, why));
            assert_true(reached);
            assert_ok(system->measure(run, i, 0, &sample, why));
            const double a = log_determinant(potential, n, energy[point]);
            const double b = n > 1 ? log_determinant(potential, n - 1, energy[point]) : 0;
            /* An eigenvalue is known to 1e-15; the nearest to E is some 1e-4 away. */
            assert_near(gamma * n, a + 0.5 * log1p(exp(2 * (b - a))), 1e-8);
        }
        system->end(&run);
    }
    kl_system_close(system, &self);
    kl_config_destroy(&config);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(growth_is_the_characteristic_polynomial),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
