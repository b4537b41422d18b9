/* exp(t H) of real vectors against its power series, and modified Bessel functions by theirs. */
#include "dynamics/bessel.h"
#include "dynamics/chebyshev.h"
#include "lattice/check.h"

enum { L = 6, SITES = L * L };

static const double eta = 0.7;

static void apply(const float *omega, const double *psi, double *out)
{
    for (int a = 0; a < L; a++)
        for (int b = 0; b < L; b++)
            out[a * L + b] = psi[(a + 1) % L * L + b] + psi[(a + L - 1) % L * L + b] +
                             psi[a * L + (b + 1) % L] + psi[a * L + (b + L - 1) % L] +
                             eta * (double)omega[a * L + b] * psi[a * L + b];
}

static void power_series(const float *omega, double t, double *psi)
{
    double term[SITES], next[SITES];
    memcpy(term, psi, sizeof term);
    for (int k = 1; k < 120; k++) {
        apply(omega, term, next);
        for (int i = 0; i < SITES; i++) {
            term[i] = next[i] * t / k;
            psi[i] += term[i];
        }
    }
}

static void heat_is_its_power_series(void **state)
{
    const double t[2] = {0.4, 2.5};
    float omega[SITES];
    double psi[SITES] = {0}, value;
    kl_lattice lattice;
    kl_state start, out[2];
    void *scratch;
    (void)state;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 2, L, &lattice, why));
    for (int i = 0; i < SITES; i++)
        omega[i] = (float)sin(3 * i + 1);
    assert_ok(kl_state_create(&lattice, KL_DOUBLE, &start, why));
    assert_ok(kl_lattice_array(&lattice, sizeof(double), 2, &scratch, why));
    for (int j = 0; j < 2; j++)
        assert_ok(kl_state_create_at(&lattice, KL_DOUBLE, 3 + 2 * j, &out[j], why));
    const kl_hamiltonian h = {.lattice = &lattice,
                              .set = kl_stencil_choose(),
                              .hopping = 1,
                              .eta = eta,
                              .omega = omega,
                              .blocking = kl_blocking_choose(&lattice, KL_DOUBLE, 0)};
    const kl_chebyshev chebyshev = {&h, kl_hamiltonian_radius(&h, KL_DOUBLE, start.re, scratch),
                                    1e-16};
    for (int i = 0; i < SITES; i++)
        psi[i] = cos(2 * i);
    start.real = true;
    kl_state_store(KL_DOUBLE, start.re, kl_lattice_origin(&lattice), SITES, psi);
    assert_ok(kl_chebyshev_heat(&chebyshev, &start, scratch, t, 2, out, why));
    for (int j = 0; j < 2; j++) {
        double most = 0;
        for (int i = 0; i < SITES; i++)
            psi[i] = cos(2 * i);
        power_series(omega, t[j], psi);
        for (int i = 0; i < SITES; i++)
            most = fmax(most, fabs(psi[i]));
        for (int i = 0; i < SITES; i++) {
            kl_state_load(KL_DOUBLE, out[j].re, kl_lattice_origin(&lattice) + i, 1, &value);
            assert_near(value, psi[i], 3e-14 * exp(chebyshev.radius * t[j]));
            kl_state_load(KL_DOUBLE, out[j].im, kl_lattice_origin(&lattice) + i, 1, &value);
            assert_true(value == 0);
        }
        assert_true(most > 0.01);
        kl_state_destroy(&out[j]);
    }
    kl_state_destroy(&start);
    kl_lattice_array_free(scratch);
}

static void modified_bessel_functions_are_their_series(void **state)
{
    double i[12];
    (void)state;
    for (double x = 0; x < 60; x = 3 * x + 0.5) {
        assert_ok(kl_bessel_modified(x, 12, i, why));
        for (int n = 0; n < 12; n++) {
            double term = 1, sum = 0;
            for (int k = 1; k <= n; k++)
                term *= x / 2 / k;
            for (int k = 1; k < 400; k++) {
                sum += term;
                term *= x * x / 4 / k / (k + n);
            }
            assert_near(i[n], sum, 1e-14 * sum + 1e-300);
        }
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(heat_is_its_power_series),
    cmocka_unit_test(modified_bessel_functions_are_their_series)};
TEST_MAIN(tests)
