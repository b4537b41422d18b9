/* The Husimi function of one axis: against its definition, a scalar product with
 * periodised packets; its marginals; and its closed form for a WKB start. */
#include "wigner/husimi.h"

#include "dynamics/dense.h"
#include "dynamics/initial.h"

enum { X_POINTS = 7, V_POINTS = 9, MOST = 24 * 24 * 24 };

static const double mu = 0.17;
static complex double psi[MOST];

static void measure(const kl_lattice *lattice, int axis, double width, int positions, int momenta,
                    double *husimi, double *momentum, double *density)
{
    kl_state state;
    kl_coherence r;
    assert_ok(kl_state_create(lattice, KL_DOUBLE, &state, why));
    set_state(&state, psi);
    assert_ok(kl_coherence_create(&state, axis, kl_husimi_modes(width / mu), &r, why));
    assert_ok(kl_husimi(&r, mu, width, positions, momenta, husimi, why));
    assert_ok(kl_husimi_momenta(&r, mu, width, momenta, momentum, why));
    kl_husimi_density(&r, mu, density);
    kl_coherence_destroy(&r);
    kl_state_destroy(&state);
}

/* mu^-1 sum over the rows of |sum_n sum_y g(y + nL) psi(y)|^2, y in centred coordinates. */
static double by_definition(const kl_lattice *lattice, int axis, double width, double X, double V)
{
    const int64_t L = lattice->sites;
    const double s = width / mu, x = X / mu;
    int64_t stride = 1;
    for (int j = axis + 1; j < lattice->dimension; j++)
        stride *= L;
    complex double packet[64] = {0};
    for (int64_t i = 0; i < L; i++)
        for (int n = -40; n <= 40; n++) {
            const double y = (double)(kl_lattice_coordinate(lattice, i) + n * L), u = (y - x) / s;
            const double g = pow(2 * test_pi * s * s, -0.25) * exp(-u * u / 4);
            packet[i] += g * (cos(2 * test_pi * V * y) - I * sin(2 * test_pi * V * y));
        }
    double sum = 0;
    for (int64_t first = 0; first < L * lattice->plane; first++) {
        if (first / stride % L != 0)
            continue; /* not the first site of a row */
        complex double overlap = 0;
        for (int64_t i = 0; i < L; i++)
            overlap += packet[i] * psi[first + i * stride];
        sum += creal(overlap * conj(overlap));
    }
    return sum / mu;
}

static void check_definition(int d, int64_t L, double width)
{
    double husimi[X_POINTS * V_POINTS], momentum[V_POINTS], density[64];
    kl_lattice lattice;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, d, L, &lattice, why));
    random_vector(L * lattice.plane, (uint64_t)(10 * d + L), psi);
    for (int axis = 0; axis < d; axis++) {
        measure(&lattice, axis, width, X_POINTS, V_POINTS, husimi, momentum, density);
        for (int i = 0; i < X_POINTS; i++)
            for (int j = 0; j < V_POINTS; j++) {
                const double X = kl_husimi_position(mu * (double)L, X_POINTS, i);
                const double V = kl_husimi_momentum(V_POINTS, j);
                assert_near(husimi[i * V_POINTS + j], by_definition(&lattice, axis, width, X, V),
                            2e-14);
                assert_true(husimi[i * V_POINTS + j] > -1e-15);
            }
    }
}

/* Packets of less than a site, of some sites, and wider than the torus. */
static void husimi_is_a_scalar_product_with_packets(void **state)
{
    static const double widths[] = {0.5 * 0.17, 1.3 * 0.17, 6 * 0.17};
    (void)state;
    for (int i = 0; i < 3; i++) {
        check_definition(1, 9, widths[i]);
        check_definition(1, 16, widths[i]);
        check_definition(2, 7, widths[i]);
        check_definition(2, 8, widths[i]);
        check_definition(3, 5, widths[i]);
        check_definition(3, 6, widths[i]);
    }
}

/* Sums over fine grids: over X the momentum distribution, over all 1, and the density's is 1.
 * The momentum distribution itself: |psi^|^2 at dual momenta, smoothed, by its definition. */
static void marginals(void **state)
{
    enum { L = 11, FINE = 96 };
    static double husimi[FINE * FINE], momentum[FINE], density[L];
    const double width = 1.1 * mu, ell = mu * L, spread = mu / (4 * test_pi * width);
    kl_lattice lattice;
    (void)state;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 2, L, &lattice, why));
    random_vector(L * L, 4, psi);
    for (int axis = 0; axis < 2; axis++) {
        const int64_t stride = axis ? 1 : L, other = axis ? L : 1;
        double all = 0, sites = 0, site[L] = {0};
        measure(&lattice, axis, width, FINE, FINE, husimi, momentum, density);
        for (int j = 0; j < FINE; j++) {
            double sum = 0;
            for (int i = 0; i < FINE; i++)
                sum += husimi[i * FINE + j] * ell / FINE;
            assert_near(sum, momentum[j], 1e-13);
            all += sum / FINE;
        }
        assert_near(all, 1, 1e-13);
        for (int64_t y = 0; y < L; y++)
            for (int64_t r = 0; r < L; r++)
                site[y] += pow(cabs(psi[y * stride + r * other]), 2);
        for (int i = 0; i < L; i++) {
            assert_near(density[i], site[(i - L / 2 + L) % L] / mu, 1e-13);
            sites += density[i] * mu;
        }
        assert_near(sites, 1, 1e-13);
        for (int j = 0; j < FINE; j += 5) {
            double sum = 0;
            for (int k = 0; k < L; k++) {
                double weight = 0;
                for (int64_t r = 0; r < L; r++) {
                    complex double amplitude = 0;
                    for (int64_t y = 0; y < L; y++) {
                        const double turn = 2 * test_pi * k * (double)y / L;
                        amplitude += (cos(turn) - I * sin(turn)) * psi[y * stride + r * other];
                    }
                    weight += pow(cabs(amplitude), 2) / L;
                }
                for (int n = -5; n <= 5; n++)
                    sum += weight / (sqrt(2 * test_pi) * spread) *
                           exp(-pow((kl_husimi_momentum(FINE, j) - (double)k / L + n) / spread, 2) /
                               2);
            }
            assert_near(momentum[j], sum, 1e-13);
        }
    }
}

/* Gaussian h, linear S: a product of normal densities, variance width^2 + w^2 in X and
 * (mu/4 pi)^2 (1/width^2 + 1/w^2) in V, at c and p. Images are 7.4 standard deviations away. */
static void wkb_start_in_closed_form(void **state)
{
    enum { L = 42, NX = 20, NV = 30 };
    static double husimi[NX * NV], momentum[NV], density[L];
    const double step = 0.14, h = 0.32, width = 0.2, ell = step * L;
    const kl_initial initial = {.envelope = KL_ENVELOPE_GAUSSIAN,
                                .width = h,
                                .center = {0.1, -0.15, 0.05},
                                .momentum = {0.15, 0.2, -0.3},
                                .mu = step};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int axis = 0; axis < d; axis++) {
            kl_lattice lattice;
            kl_state start;
            kl_coherence r;
            assert_ok(kl_lattice_create(MPI_COMM_SELF, d, L, &lattice, why));
            assert_ok(kl_state_create(&lattice, KL_DOUBLE, &start, why));
            assert_ok(kl_initial_fill(&initial, &start, why));
            assert_ok(kl_coherence_create(&start, axis, kl_husimi_modes(width / step), &r, why));
            assert_ok(kl_husimi(&r, step, width, NX, NV, husimi, why));
            assert_ok(kl_husimi_momenta(&r, step, width, NV, momentum, why));
            kl_husimi_density(&r, step, density);
            const double a = hypot(width, h), b = step / (4 * test_pi) * hypot(1 / width, 1 / h);
            for (int i = 0; i < NX; i++)
                for (int j = 0; j < NV; j++) {
                    const double x = (kl_husimi_position(ell, NX, i) - initial.center[axis]) / a;
                    double v = kl_husimi_momentum(NV, j) - initial.momentum[axis];
                    v = (v - round(v)) / b;
                    assert_near(husimi[i * NV + j],
                                exp(-(x * x + v * v) / 2) / (2 * test_pi * a * b), 1e-11);
                }
            kl_coherence_destroy(&r);
            kl_state_destroy(&start);
        }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(husimi_is_a_scalar_product_with_packets),
                                          cmocka_unit_test(marginals),
                                          cmocka_unit_test(wkb_start_in_closed_form)};
TEST_MAIN(tests)
