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

static const struct CMUnitTest tests[] = {cmocka_unit_test(weyl_pairing_at_the_start),
                                          cmocka_unit_test(free_transport)};
TEST_MAIN(tests)
