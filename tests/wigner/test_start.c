/* The start of a WKB state in phase space, and its free motion.
 *
 * For Gaussian h and S = p.X + X.A.X/2 the pairing at T = 0 is, up to images,
 *   <J, W_0> = exp(-mu^2 |m|^2/(8 s^2)) <J, F_0>,  F_0 = |h|^2 delta(V - p - A X),
 * and <J, F_0> for a = exp(-|X-c|^2/(2 w^2)) is a Gaussian integral. Sums over the
 * lattice equal integrals up to exp(-2 pi^2 (s/mu)^2) and less (Poisson).
 */
#include "wigner/weyl.h"

#include "dynamics/initial.h"

enum { MOST = 36 * 36 * 36 };

static complex double psi[MOST], later[MOST];

static void make_start(const kl_initial *initial, const kl_lattice *lattice)
{
    kl_state start;
    assert_ok(kl_state_create(lattice, KL_DOUBLE, &start, why));
    assert_ok(kl_initial_fill(initial, &start, why));
    get_state(&start, psi);
    kl_state_destroy(&start);
}

/* E[a(X) exp(2 pi i xi.X)] for X normal with mean c and variance s^2 per axis. */
static complex double gaussian_integral(int d, const double c[3], double s, const kl_observable *o,
                                        const double xi[3])
{
    complex double product = 1;
    for (int j = 0; j < d; j++) {
        double mean = c[j], variance = s * s;
        if (o->position == KL_POSITION_GAUSSIAN) {
            const double w = o->width, both = s * s + w * w;
            product *= w / sqrt(both) * exp(-pow(c[j] - o->center[j], 2) / (2 * both));
            mean = (c[j] * w * w + o->center[j] * s * s) / both;
            variance = s * s * w * w / both;
        }
        product *= exp(-2 * pow(test_pi * xi[j], 2) * variance) *
                   (cos(2 * test_pi * xi[j] * mean) + I * sin(2 * test_pi * xi[j] * mean));
    }
    return product;
}

static void check_start(int d, int64_t L, const double hessian[3][3], const kl_observable *position)
{
    static const int modes[][3] = {{0, 0, 0},  {1, 0, 0},   {0, 2, 0},
                                   {-1, 1, 2}, {3, -2, -1}, {0, -3, 4}};
    kl_initial initial = {.envelope = KL_ENVELOPE_GAUSSIAN,
                          .width = 0.25,
                          .center = {0.1, -0.08, 0.05},
                          .momentum = {0.15, 0.2, -0.3},
                          .mu = 0.13};
    kl_lattice lattice;
    memcpy(initial.hessian, hessian, sizeof initial.hessian);
    assert_ok(kl_lattice_create(MPI_COMM_SELF, d, L, &lattice, why));
    make_start(&initial, &lattice);
    for (int i = 0; i < 6; i++) {
        kl_symbol symbol =
            mode_symbol(modes[i][0], d > 1 ? modes[i][1] : 0, d > 2 ? modes[i][2] : 0);
        kl_observable o = *position;
        double xi[3] = {0}, turns = 0, m2 = 0, norm, hop;
        complex double value;
        o.symbol = &symbol;
        for (int j = 0; j < d; j++) {
            const double m = symbol.mode[0][j];
            turns += m * initial.momentum[j];
            m2 += m * m;
            for (int k = 0; k < d; k++) /* m.A X */
                xi[k] += m * hessian[j][k];
        }
        evaluate(&lattice, initial.mu, 1, &o, KL_DOUBLE, psi, &value, &norm, &hop, NULL);
        complex double expected = exp(-pow(initial.mu / initial.width, 2) * m2 / 8) *
                                  (cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns)) *
                                  gaussian_integral(d, initial.center, initial.width, &o, xi);
        assert_at_most(cabs(value - expected), 1e-13);
        kl_symbol_destroy(&symbol);
    }
}

/* The centre is 9 standard deviations from the seam: images overlap by exp(-40).
 * Sums over the lattice differ from integrals by at most exp(-36). */
static void weyl_pairing_at_the_start(void **state)
{
    static const double hessians[3][3][3] = {
        {{0}},
        {{0.1, 0, 0}, {0, -0.07, 0}, {0, 0, 0.03}},
        {{0.07, 0.03, -0.05}, {0.03, -0.03, 0.07}, {-0.05, 0.07, 0.1}}};
    static const kl_observable positions[3] = {
        {.position = KL_POSITION_UNIFORM},
        {.position = KL_POSITION_GAUSSIAN, .center = {0.2, 0.1, -0.3}, .width = 0.3},
        {.position = KL_POSITION_GAUSSIAN, .center = {-0.5, 0.4, 0.3}, .width = 0.35}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 36; L <= (d == 3 ? 36 : 37); L++)
            for (int a = 0; a < 3; a++)
                for (int k = 0; k < 3; k++) {
                    if (d == 3 && a > 0 && k != 1)
                        continue;
                    check_start(d, L, hessians[a], &positions[k]);
                }
}

/* S neither linear nor quadratic, d = 1. */
static const kl_phase_term cubic = {{3, 0, 0}, 0.2};
static const kl_phase_wave ripple = {{0.7, 0, 0}, 0.04, -0.03};

static double general_phase(double X)
{
    return 0.15 * X + 0.2 * X * X * X + 0.04 * sin(2 * test_pi * 0.7 * X) -
           0.03 * cos(2 * test_pi * 0.7 * X);
}

static double general_gradient(double X)
{
    return 0.15 + 0.6 * X * X +
           2 * test_pi * 0.7 *
               (0.04 * cos(2 * test_pi * 0.7 * X) + 0.03 * sin(2 * test_pi * 0.7 * X));
}

/* The Weyl sum over all of Z, psi from its definition: <J, W_0> for m = 2. */
static complex double brute_force(double s, double mu, const kl_observable *o)
{
    const int most = (int)(12 * s / mu);
    complex double sum = 0;
    double norm = 0;
    for (int y = -most; y <= most; y++) {
        const double X = mu * y, Z = mu * (y + 2), M = mu * (y + 1);
        const double turns = (general_phase(Z) - general_phase(X)) / mu;
        const double a = exp(-pow((M - o->center[0]) / o->width, 2) / 2);
        norm += exp(-X * X / (2 * s * s));
        sum += a * exp(-(X * X + Z * Z) / (4 * s * s)) *
               (cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns));
    }
    return sum / norm;
}

/* General S: the pairing is the Weyl sum, and differs from <J, F_0> by mu^2. */
static void general_start(void **state)
{
    const double s = 0.3;
    kl_symbol symbol = mode_symbol(2, 0, 0);
    kl_observable o = {KL_POSITION_GAUSSIAN, .center = {0.15}, .width = 0.4, .symbol = &symbol};
    complex double limit = 0;
    double before = 0;
    for (int i = -4000; i <= 4000; i++) {
        const double X = i * 12 * s / 4000, turns = 2 * general_gradient(X);
        limit += 12 * s / 4000 / (s * sqrt(2 * test_pi)) *
                 exp(-X * X / (2 * s * s) - pow((X - 0.15) / o.width, 2) / 2) *
                 (cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns));
    }
    (void)state;
    for (int n = 0; n < 5; n++) {
        kl_initial initial = {.width = s,
                              .momentum = {0.15},
                              .higher = {1, 1, &cubic, &ripple},
                              .mu = 0.08 / (1 << n)};
        kl_lattice lattice;
        complex double value;
        double norm, hop;
        assert_ok(kl_lattice_create(MPI_COMM_SELF, 1, 81 << n, &lattice, why));
        make_start(&initial, &lattice);
        evaluate(&lattice, initial.mu, 1, &o, KL_DOUBLE, psi, &value, &norm, &hop, NULL);
        assert_at_most(cabs(value - brute_force(s, initial.mu, &o)), 1e-12);
        const double off = cabs(value - limit);
        if (n > 1)
            assert_near(before / off, 4, n > 3 ? 0.05 : 0.5);
        before = off;
    }
    kl_symbol_destroy(&symbol);
}

/* Packets at one place with momenta apart: the pairing is the weighted mean of theirs up
 * to what interferes, exp(-2 (pi w dp/mu)^2) with w the width of |h|^2 times a: below 1e-12. */
static void superposed_start(void **state)
{
    enum { L = 64 };
    static complex double sum[2];
    kl_symbol symbol = mode_symbol(1, -1, 0);
    kl_observable o = {KL_POSITION_GAUSSIAN, .center = {0.2, 0.1}, .width = 0.5, .symbol = &symbol};
    const double share[2] = {0.49 / (0.49 + 1.69), 1.69 / (0.49 + 1.69)};
    kl_initial packet[2] = {
        {.width = 0.3, .momentum = {0.15, 0.2}, .mu = 0.08, .weight = 0.7},
        {.width = 0.3, .momentum = {-0.3, 0.1}, .mu = 0.08, .weight = 1.3, .angle = 0.2}};
    kl_lattice lattice;
    kl_state start;
    complex double value, mean = 0;
    double norm, hop;
    (void)state;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 2, L, &lattice, why));
    for (int i = 0; i < 2; i++) {
        make_start(&packet[i], &lattice);
        evaluate(&lattice, 0.08, 1, &o, KL_DOUBLE, psi, &sum[i], &norm, &hop, NULL);
        mean += share[i] * sum[i];
    }
    assert_ok(kl_state_create(&lattice, KL_DOUBLE, &start, why));
    assert_ok(kl_initial_superpose(2, packet, &start, why));
    get_state(&start, psi);
    kl_state_destroy(&start);
    evaluate(&lattice, 0.08, 1, &o, KL_DOUBLE, psi, &value, &norm, &hop, NULL);
    assert_at_most(cabs(value - mean), 1e-9);
    assert_true(cabs(sum[0] - sum[1]) > 0.1);
    kl_symbol_destroy(&symbol);
}

/* eta = 0: the mean position along each axis moves by t <v_j>, v = -2 sin(2 pi V),
 * exactly, and not by (2 pi)^2 times that, as long as nothing wraps. */
static void free_transport(void **state)
{
    static const double momentum[3] = {0.15, -0.2, 0.37};
    const double t = 2;
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int axis = 0; axis < d; axis++) {
            kl_initial initial = {.envelope = KL_ENVELOPE_GAUSSIAN, .width = 0.32, .mu = 0.16};
            problem *p = problem_create(MPI_COMM_SELF, d, d == 3 ? 36 : 64, KL_GAUSSIAN, 0, 1);
            kl_symbol symbol;
            double norm, hop, before = 0, after = 0, speed;
            complex double velocity;
            for (int j = 0; j < d; j++) /* axis 0, of the marginal, gets each in turn */
                initial.momentum[j] = momentum[(j + axis) % 3];
            make_start(&initial, &p->lattice);
            evolve(p, KL_DOUBLE, 1e-12, psi, t, later);
            for (int j = 0; j < d; j++) {
                assert_ok(kl_symbol_velocity(j, &symbol, why));
                kl_observable o = {.position = KL_POSITION_UNIFORM, .symbol = &symbol};
                evaluate(&p->lattice, initial.mu, 1, &o, KL_DOUBLE, psi, &velocity, &norm, &hop,
                         NULL);
                kl_symbol_destroy(&symbol);
                before = after = 0;
                for (int64_t x = 0; x < p->n; x++) {
                    int64_t index[3];
                    index_of(&p->lattice, x, index);
                    double position = (double)kl_lattice_coordinate(&p->lattice, index[j]);
                    before += position * creal(psi[x] * conj(psi[x]));
                    after += position * creal(later[x] * conj(later[x]));
                }
                speed = (after - before) / t;
                assert_near(speed, creal(velocity), 1e-8);
                /* A packet 2 sites wide is spread in momentum: close to the symbol at p. */
                assert_near(speed, -2 * sin(2 * test_pi * initial.momentum[j]), 0.12);
            }
            problem_destroy(p);
        }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(weyl_pairing_at_the_start), cmocka_unit_test(general_start),
    cmocka_unit_test(superposed_start), cmocka_unit_test(free_transport)};
TEST_MAIN(tests)
