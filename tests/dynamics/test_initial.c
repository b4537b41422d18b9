/* Initial states against their defining sums, their norm and their symmetries. */
#include "dynamics/dense.h"
#include "dynamics/initial.h"
#include "dynamics/interference.h"

enum { MOST = 12 * 12 * 12 };

typedef struct start {
    kl_lattice lattice;
    int64_t n;
    complex double psi[MOST];
    bool real;
} start;

/* Fills a state that held NaNs before. */
static void make_start(const kl_initial *initial, int d, int64_t L, kl_precision precision,
                       start *s)
{
    kl_state psi;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, d, L, &s->lattice, why));
    s->n = kl_lattice_local(&s->lattice);
    assert_ok(kl_state_create(&s->lattice, precision, &psi, why));
    memset(psi.re, 0xff, (size_t)kl_lattice_extent(&s->lattice) * kl_precision_size(precision));
    memset(psi.im, 0xff, (size_t)kl_lattice_extent(&s->lattice) * kl_precision_size(precision));
    assert_ok(kl_initial_fill(initial, &psi, why));
    get_state(&psi, s->psi);
    s->real = psi.real;
    kl_state_destroy(&psi);
}

static double norm2(const start *s)
{
    double sum = 0;
    for (int64_t i = 0; i < s->n; i++)
        sum += creal(s->psi[i] * conj(s->psi[i]));
    return sum;
}

static double envelope(const kl_initial *initial, int d, const double X[3])
{
    double h = 1;
    for (int j = 0; j < d; j++) {
        double u = (X[j] - initial->center[j]) / initial->width;
        if (initial->envelope == KL_ENVELOPE_GAUSSIAN)
            h *= exp(-u * u / 4);
        else
            h *= fabs(u) < 1 ? exp(-1 / (1 - u * u)) : 0;
    }
    return h;
}

/* The defining sum over images n in {-3..3}^d: h(X_n) exp(2 pi i S(X_n)/mu). */
static complex double image_sum(const kl_initial *initial, const kl_lattice *lattice, int64_t site)
{
    const int d = lattice->dimension;
    int64_t index[3];
    complex double sum = 0;
    index_of(lattice, site, index);
    for (int image = 0; image < (d == 1 ? 7 : d == 2 ? 49 : 343); image++) {
        const int n[3] = {image % 7 - 3, image / 7 % 7 - 3, image / 49 - 3};
        double X[3] = {0}, S = 0;
        for (int j = 0; j < d; j++)
            X[j] = initial->mu *
                   (double)(kl_lattice_coordinate(lattice, index[j]) + n[j] * lattice->sites);
        for (int j = 0; j < d; j++) {
            S += initial->momentum[j] * X[j];
            for (int k = 0; k < d; k++)
                S += 0.5 * X[j] * initial->hessian[j][k] * X[k];
        }
        for (int t = 0; t < initial->higher.nterms; t++) {
            const kl_phase_term *term = &initial->higher.term[t];
            S += term->coefficient * pow(X[0], term->power[0]) * pow(X[1], term->power[1]) *
                 pow(X[2], term->power[2]);
        }
        for (int w = 0; w < initial->higher.nwaves; w++) {
            const kl_phase_wave *wave = &initial->higher.wave[w];
            double qX = wave->wave[0] * X[0] + wave->wave[1] * X[1] + wave->wave[2] * X[2];
            S += wave->sine * sin(2 * test_pi * qX) + wave->cosine * cos(2 * test_pi * qX);
        }
        double angle = 2 * test_pi * fmod(S / initial->mu, 1);
        sum += envelope(initial, d, X) * (cos(angle) + I * sin(angle));
    }
    return sum;
}

static const kl_initial wkb = {.envelope = KL_ENVELOPE_GAUSSIAN,
                               .width = 0.35,
                               .center = {0.6, -0.5, 0.3},
                               .momentum = {0.15, 0.2, 0.3},
                               .mu = 0.16};

static const double curved[3][3] = {{0.3, 0.1, -0.2}, {0.1, -0.4, 0.05}, {-0.2, 0.05, 0.25}};

/* A cubic, a mixed one and two waves, for any d: S of the first d coordinates. */
static const kl_phase_term terms[3][2] = {{{{3, 0, 0}, 0.4}, {{5, 0, 0}, -0.2}},
                                          {{{3, 0, 0}, 0.4}, {{2, 1, 0}, -0.3}},
                                          {{{3, 0, 0}, 0.4}, {{1, 1, 2}, -0.3}}};
static const kl_phase_wave waves[3][2] = {{{{0.8, 0, 0}, 0.1, 0.05}, {{-0.3, 0, 0}, 0.2, 0}},
                                          {{{0.8, 0.3, 0}, 0.1, 0.05}, {{0, 0.5, 0}, 0, 0.2}},
                                          {{{0.8, 0.3, -0.4}, 0.1, 0.05}, {{0, 0, 0.5}, 0, 0.2}}};

static kl_phase_sum higher(int d)
{
    return (kl_phase_sum){2, 2, terms[d - 1], waves[d - 1]};
}

/* Boxes so small that images matter; linear, quadratic and general S, both envelopes. */
static void defining_sum(void **state)
{
    static start s;
    static complex double expected[MOST];
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 8; L <= 9; L++)
            for (int variant = 0; variant < 6; variant++) {
                kl_initial initial = wkb;
                double sum = 0;
                initial.envelope = variant / 3 ? KL_ENVELOPE_BUMP : KL_ENVELOPE_GAUSSIAN;
                initial.width = variant / 3 ? 0.7 : 0.25;
                if (variant % 3)
                    memcpy(initial.hessian, curved, sizeof curved);
                if (variant % 3 == 2)
                    initial.higher = higher(d);
                make_start(&initial, d, L, KL_DOUBLE, &s);
                assert_false(s.real);
                for (int64_t x = 0; x < s.n; x++) {
                    expected[x] = image_sum(&initial, &s.lattice, x);
                    sum += creal(expected[x] * conj(expected[x]));
                }
                for (int64_t x = 0; x < s.n; x++)
                    expected[x] /= sqrt(sum);
                assert_at_most(distance(s.n, s.psi, expected), 1e-12);
                assert_near(norm2(&s), 1, 1e-14);
                make_start(&initial, d, L, KL_SINGLE, &s);
                assert_near(norm2(&s), 1, 1e-6);
            }
}

/* Quadratic S on rows of many sites, with images, off-diagonal A and odd length. */
static void quadratic_on_long_rows(void **state)
{
    static start s;
    static complex double expected[MOST];
    (void)state;
    for (int64_t L = 36; L <= 41; L += 5)
        for (double width = 0.25; width < 1.5; width += 0.8) {
            kl_initial initial = wkb;
            double sum = 0;
            initial.width = width;
            memcpy(initial.hessian, curved, sizeof curved);
            make_start(&initial, 2, L, KL_DOUBLE, &s);
            for (int64_t x = 0; x < s.n; x++) {
                expected[x] = image_sum(&initial, &s.lattice, x);
                sum += creal(expected[x] * conj(expected[x]));
            }
            for (int64_t x = 0; x < s.n; x++)
                expected[x] /= sqrt(sum);
            assert_at_most(distance(s.n, s.psi, expected), 1e-12);
        }
}

static void get_packets(int d, kl_initial packet[3])
{
    packet[0] = packet[1] = packet[2] = wkb;
    packet[0].weight = 0.7;
    packet[1].weight = 2;
    packet[1].angle = 0.37;
    packet[1].center[0] = -0.2;
    packet[1].momentum[0] = -0.4;
    packet[1].envelope = KL_ENVELOPE_BUMP;
    packet[1].width = 0.7;
    packet[2].weight = 1.1;
    packet[2].angle = -0.2;
    packet[2].width = 0.25;
    packet[2].higher = higher(d);
}

/* Each of norm 1 before it is weighted, the sum of norm 1 after. */
static void superposition(void **state)
{
    static start one, s;
    static complex double expected[MOST];
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 8; L <= 9; L++)
            for (int n = 2; n <= 3; n++) {
                kl_initial packet[3];
                kl_state psi;
                double sum = 0;
                get_packets(d, packet);
                memset(expected, 0, sizeof expected);
                for (int i = 0; i < n; i++) {
                    make_start(&packet[i], d, L, KL_DOUBLE, &one);
                    for (int64_t x = 0; x < one.n; x++)
                        expected[x] += packet[i].weight *
                                       (cos(2 * test_pi * packet[i].angle) +
                                        I * sin(2 * test_pi * packet[i].angle)) *
                                       one.psi[x];
                }
                for (int64_t x = 0; x < one.n; x++)
                    sum += creal(expected[x] * conj(expected[x]));
                for (int64_t x = 0; x < one.n; x++)
                    expected[x] /= sqrt(sum);
                assert_ok(kl_lattice_create(MPI_COMM_SELF, d, L, &s.lattice, why));
                assert_ok(kl_state_create(&s.lattice, KL_DOUBLE, &psi, why));
                assert_ok(kl_initial_superpose(n, packet, &psi, why));
                get_state(&psi, s.psi);
                kl_state_destroy(&psi);
                assert_at_most(distance(one.n, s.psi, expected), 1e-12);
            }
}

/* Gaussians and linear S: |<psi_1, psi_2>| on a lattice that holds them, d = 1, 2. Beyond, what is
 * left in the limit: all where grad S is the same up to whole numbers, else nothing. */
static void interference(void **state)
{
    static start one, two;
    (void)state;
    for (int d = 1; d <= 2; d++)
        for (int i = 0; i < 4; i++) {
            const double apart[4] = {0, 0.05, 0.1, 1.05};
            kl_initial a = {.width = 0.2, .momentum = {0.15, 0.2, 0.3}, .mu = 0.1}, b = a;
            complex double product = 0;
            b.width = 0.15;
            b.center[0] = 0.1;
            b.momentum[d - 1] += apart[i];
            make_start(&a, d, 30, KL_DOUBLE, &one);
            make_start(&b, d, 30, KL_DOUBLE, &two);
            for (int64_t x = 0; x < one.n; x++)
                product += conj(one.psi[x]) * two.psi[x];
            assert_near(kl_interference(&a, &b, d, a.mu), cabs(product), 1e-9);
        }
    kl_initial a = {.width = 0.2, .momentum = {0.15, 0.2, 0.3}}, b = a;
    assert_near(kl_interference(&a, &b, 3, 0), 1, 1e-9);
    b.momentum[1] = -0.8;
    assert_near(kl_interference(&a, &b, 3, 0), 1, 1e-9);
    b.momentum[1] = -0.7;
    assert_near(kl_interference(&a, &b, 3, 0), 0, 0);
    b = a;
    b.higher = higher(3);
    assert_at_most(kl_interference(&a, &b, 3, 0), 1e-3);
    b = a;
    b.envelope = KL_ENVELOPE_BUMP;
    b.center[2] = 2.1;
    assert_near(kl_interference(&a, &b, 3, 0), 0, 1e-6);
}

static void plane_wave(void **state)
{
    static start s;
    kl_initial initial = {
        .envelope = KL_ENVELOPE_UNIFORM, .momentum = {0.15, 0.27, -0.4}, .mu = 0.16};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 6; L <= 7; L++) {
            double p[3];
            kl_initial_momentum(&initial, d, L, p);
            make_start(&initial, d, L, KL_DOUBLE, &s);
            for (int j = 0; j < 3; j++) { /* the nearest dual lattice point */
                assert_near(p[j] * (double)L, round(p[j] * (double)L), 1e-14);
                assert_at_most(fabs(p[j] - (j < d ? initial.momentum[j] : 0)), 0.5 / (double)L);
            }
            for (int64_t x = 0; x < s.n; x++) {
                int64_t index[3];
                double turns = 0;
                index_of(&s.lattice, x, index);
                for (int j = 0; j < d; j++)
                    turns += p[j] * (double)index[j];
                complex double expected =
                    (cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns)) / sqrt((double)s.n);
                assert_at_most(cabs(s.psi[x] - expected), 1e-14);
            }
        }
    memset(initial.momentum, 0, sizeof initial.momentum);
    make_start(&initial, 3, 6, KL_SINGLE, &s);
    assert_true(s.real);
    for (int64_t x = 0; x < s.n; x++)
        assert_true(cimag(s.psi[x]) == 0);
}

/* One site, the nearest to center/mu, taken mod L. */
static void delta(void **state)
{
    static start s;
    const kl_initial initial = {
        .envelope = KL_ENVELOPE_DELTA, .center = {0.75, -0.35, 7.1}, .mu = 0.25};
    static const int64_t site[3] = {3, -1, 28};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 5; L <= 8; L++) {
            make_start(&initial, d, L, KL_SINGLE, &s);
            assert_true(s.real);
            for (int64_t x = 0; x < s.n; x++)
                assert_true(s.psi[x] == (x == site_of(&s.lattice, site)));
        }
}

/* A centre moved by whole sites, across the box edge too, moves psi and gives it
 * the phase exp(2 pi i p.move) when S is linear. */
static void moved_centre(void **state)
{
    static start a, b;
    static const int64_t moves[][3] = {{1, 0, 0}, {3, -2, 1}, {5, 5, 5}, {-7, 4, -6}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 11; L <= 12; L++)
            for (int m = 0; m < 4; m++) {
                kl_initial initial = wkb;
                double turns = 0, worst = 0;
                initial.width = 0.2;
                make_start(&initial, d, L, KL_DOUBLE, &a);
                for (int j = 0; j < d; j++) {
                    initial.center[j] += initial.mu * (double)moves[m][j];
                    turns += initial.momentum[j] * (double)moves[m][j];
                }
                make_start(&initial, d, L, KL_DOUBLE, &b);
                const complex double phase =
                    cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns);
                for (int64_t x = 0; x < a.n; x++) {
                    int64_t index[3];
                    index_of(&a.lattice, x, index);
                    for (int j = 0; j < d; j++)
                        index[j] += moves[m][j];
                    worst = fmax(worst, cabs(b.psi[site_of(&a.lattice, index)] - phase * a.psi[x]));
                }
                assert_at_most(worst, 2e-14);
            }
}

/* Part of |h|^2 outside the box: normal tails; a bump inside has none; half of
 * a bump centred on an edge is outside. */
static void outside(void **state)
{
    kl_initial initial = {.envelope = KL_ENVELOPE_GAUSSIAN, .width = 0.4, .center = {0.3, 0, 0}};
    (void)state;
    double one = 0.5 * erfc((2 - 0.3) / 0.4 / sqrt(2.0)) + 0.5 * erfc((2 + 0.3) / 0.4 / sqrt(2.0));
    double other = erfc(2 / 0.4 / sqrt(2.0));
    assert_near(kl_initial_outside(&initial, 1, 4), one, 1e-15);
    assert_near(kl_initial_outside(&initial, 3, 4), 1 - (1 - one) * (1 - other) * (1 - other),
                1e-15);
    initial.envelope = KL_ENVELOPE_BUMP;
    assert_near(kl_initial_outside(&initial, 3, 4), 0, 1e-15);
    initial.center[0] = 2;
    assert_near(kl_initial_outside(&initial, 3, 4), 0.5, 1e-3);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(defining_sum),  cmocka_unit_test(quadratic_on_long_rows),
    cmocka_unit_test(superposition), cmocka_unit_test(interference),
    cmocka_unit_test(plane_wave),    cmocka_unit_test(delta),
    cmocka_unit_test(moved_centre),  cmocka_unit_test(outside)};
TEST_MAIN(tests)
