/* Spreading under the linear Boltzmann equation. Oracles: digits of other programs, the density of
 * states' own identities, the correlation of velocities integrated step by step, moments of the
 * density.
 */
#include "kinetic/diffusion.h"

#include "statistics/check.h"

static kl_band band_of(int d)
{
    kl_band band;
    assert_int_equal(kl_band_create(d, 24, true, &band, NULL), 0);
    return band;
}

static void has_the_known_digits(void **state)
{
    kl_band plane = band_of(2), space = band_of(3);
    (void)state;
    assert_near(kl_boltzmann_msd(&space, NULL, 0.5), 1.33417, 5e-6);
    assert_near(kl_boltzmann_msd(&space, NULL, 1), 4.78901, 5e-6);
    assert_near(kl_boltzmann_msd(&space, NULL, 2), 15.7900, 5e-5);
    assert_near(kl_boltzmann_msd(&plane, NULL, 1), 3.0477, 5e-5);
    kl_band_destroy(&plane);
    kl_band_destroy(&space);
}

/* D of another program at E = 0, 1, 3, d = 3: momenta with that energy. */
static void diffusion_coefficients_are_known(void **state)
{
    static const double energy[] = {0, 1, 3}, known[] = {2.612552, 2.409794, 4.667776};
    (void)state;
    for (int i = 0; i < 3; i++) {
        const double a = acos(energy[i] / 6) / (2 * M_PI);
        const double p[3] = {a, a, a};
        kl_band band;
        double first;
        assert_int_equal(kl_band_at(3, p, &band, &first, NULL), 0);
        assert_near(kl_diffusion_coefficient(&band, 0), known[i], 1e-6);
        kl_band_destroy(&band);
    }
}

/* int N = 1, int E^2 N = 2d, int <w^2> N = 2d. */
static void sums_over_the_band_are_exact(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++) {
        kl_band band = band_of(d);
        double one = 0, energy = 0, square = 0;
        for (int i = 0; i < band.n; i++) {
            one += band.weight[i];
            energy += band.weight[i] * band.energy[i] * band.energy[i];
            square += band.weight[i] * band.square[i];
        }
        assert_near(one, 1, 1e-8);
        assert_near(energy, 2 * d, 1e-8);
        assert_near(square, 2 * d, 1e-8);
        kl_band_destroy(&band);
    }
}

/* 2 int_0^T ds int_0^s ds' E w(s).w(s'): E |w(s')|^2 exp(-g (s - s')), the square goes from the
 * first one to that of the shell at the rate g. */
static void a_packet_remembers_its_first_flight(void **state)
{
    enum { STEPS = 400 };
    static const double p[3] = {0.15, 0.2, 0.3};
    kl_band band;
    double first;
    (void)state;
    assert_int_equal(kl_band_at(3, p, &band, &first, NULL), 0);
    for (double time = 0.3; time < 8; time *= 3) {
        const double g = -2 * band.im[0], h = time / STEPS;
        double sum = 0;
        for (int i = 0; i < STEPS; i++) { /* midpoint in s', exact in s */
            const double s = (i + 0.5) * h;
            const double square = band.square[0] + (first - band.square[0]) * exp(-g * s);
            sum += 2 * h * square * -expm1(-g * (time - s)) / g;
        }
        assert_near(kl_boltzmann_msd(&band, &first, time) / sum, 1, 1e-4);
        assert_true(fabs(kl_boltzmann_msd(&band, NULL, time) / sum - 1) > 1e-3);
    }
    kl_band_destroy(&band);
}

/* Free at first, 2 d T^2; then by 2 d D T a unit of time. */
static void flies_and_then_diffuses(void **state)
{
    (void)state;
    for (int d = 2; d <= 3; d++) {
        kl_band band = band_of(d);
        assert_near(kl_boltzmann_msd(&band, NULL, 1e-3) / (2e-6 * d), 1, 1e-3);
        const double grown =
            kl_boltzmann_msd(&band, NULL, 401) - kl_boltzmann_msd(&band, NULL, 400);
        assert_near(grown / kl_diffusion_msd(&band, 1), 1, 1e-3);
        kl_band_destroy(&band);
    }
}

static void densities_have_mass_and_moment(void **state)
{
    enum { STEPS = 6000 };
    const double time = 10, variance = 0.3, far = 200, h = far / STEPS;
    (void)state;
    for (int d = 2; d <= 3; d++) {
        kl_band band = band_of(d);
        double mass = 0, moment = 0;
        for (int i = 0; i < STEPS; i++) {
            const double r = (i + 0.5) * h, shell = d == 2 ? 2 * M_PI * r : 4 * M_PI * r * r;
            const double density = kl_diffusion_density(&band, variance, time, r * r);
            mass += h * shell * density;
            moment += h * shell * r * r * density;
        }
        assert_near(mass, 1, 1e-3);
        assert_near(moment / (d * variance + kl_diffusion_msd(&band, time)), 1, 1e-2);
        kl_band_destroy(&band);
    }
}

static void a_van_hove_energy_is_refused(void **state)
{
    static const double p[3] = {0.25, 0.25, 0};
    kl_band band;
    kl_error err = {0};
    double first;
    (void)state;
    for (int i = 0; i < 2; i++) { /* e(p) of the first is 5e-16 */
        const double middle[3] = {0, 0.5, 0};
        assert_int_equal(kl_band_at(2, i ? middle : p, &band, &first, &err), KL_INPUT);
        kl_band_destroy(&band);
    }
    assert_int_equal(kl_band_at(2, (const double[3]){0}, &band, &first, &err), KL_INPUT);
    kl_band_destroy(&band);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_known_digits),
        cmocka_unit_test(diffusion_coefficients_are_known),
        cmocka_unit_test(sums_over_the_band_are_exact),
        cmocka_unit_test(a_packet_remembers_its_first_flight),
        cmocka_unit_test(flies_and_then_diffuses),
        cmocka_unit_test(densities_have_mass_and_moment),
        cmocka_unit_test(a_van_hove_energy_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
