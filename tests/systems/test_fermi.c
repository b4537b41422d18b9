/* The system `fermi` behind its table of functions: against the whole Fock space, against numbers
 * of dense linear algebra, and identities that hold for every realization.
 */
#include "contract/find.h"
#include "systems/fermi/fermi.h"

#include "lattice/check.h"
#include "systems/fermi/fermi_private.h"
#include "systems/fock.h"

static const double T_OF_3 = 3 * 0.6 * 0.6; /* t = 3 at eta = .6 */

typedef struct open_gas {
    kl_config *config;
    kl_stations times;
    void *self, *run;
    const kl_description *about;
    double quantity[256], check[4], axis[16];
} open_gas;

static void open_text(const char *text, const double *time, open_gas *g)
{
    static kl_place place;
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &g->config, why));
    g->times = (kl_stations){1, time};
    assert_ok(
        kl_system_open(&kl_system_fermi, kl_config_root(g->config), &g->times, &g->self, why));
    g->about = kl_system_describe(&kl_system_fermi, g->self);
    assert_true(g->about->nquantities <= 256);
    place = (kl_place){0, MPI_COMM_SELF, MPI_COMM_SELF, 1, 0, 1};
    assert_ok(kl_system_fermi.begin(g->self, &place, &g->run, why));
}

static void close_gas(open_gas *g)
{
    kl_system_fermi.end(&g->run);
    kl_system_close(&kl_system_fermi, &g->self);
    kl_config_destroy(&g->config);
}

static void finish(open_gas *g)
{
    double *field[] = {g->axis};
    kl_sample sample = {.quantity = g->quantity, .check = g->check, .field = field};
    bool reached = false;
    while (!reached)
        assert_ok(kl_system_fermi.advance(g->run, 0, &reached, why));
    assert_ok(kl_system_fermi.measure(g->run, 0, 0, &sample, why));
}

static void measure(open_gas *g, int64_t realization)
{
    assert_ok(kl_system_fermi.start(g->run, realization, why));
    finish(g);
}

/* With that potential in the place of a random one. */
static void measure_with(open_gas *g, const float *omega)
{
    fermi_run *r = g->run;
    memcpy(r->propagation.omega, omega,
           (size_t)kl_lattice_local(&r->propagation.lattice) * sizeof *omega);
    fermi_prepare(r);
    finish(g);
}

static double of(const open_gas *g, const char *name, const char *part)
{
    for (int q = 0; q < g->about->nquantities; q++)
        if (strcmp(g->about->quantity[q].observable, name) == 0 &&
            strcmp(g->about->quantity[q].part, part) == 0)
            return g->quantity[q];
    fail_msg("no quantity %s %s", name, part);
    return NAN;
}

#define RING                                                                                       \
    "dimension: 1\nsites: 6\neta: 0.6\n"                                                           \
    "start: {type: fermi_dirac, beta: 2, mu: -0.3, q: 0.1}\nvectors: all\n"                        \
    "observables: [{name: n, momentum: {mode: 0}}, {name: e, momentum: {energy: 1}}]\n"            \
    "fields: [{type: axis}]\n"                                                                     \
    "determinants: {sites: [[0], [1], [2], [3], [4], [5]]}\n"                                      \
    "propagator: {precision: double, tolerance: 1.0e-12}\n"

static void ring_potential(int r, float *omega)
{
    for (int i = 0; i < 6; i++)
        omega[i] = (float)(sqrt(2) * sin(1 + (i + 7 * r) * (i + 7 * r)));
}

static double ring_occupation(int q)
{
    return 1 / (1 + exp(2 * (cos(2 * fock_pi * (q / 6. - 0.1)) + 0.3)));
}

/* The mean over both realizations of the momentum distribution, on the whole Fock space, with the
 * potential in double precision. */
static double fock_momentum(int q)
{
    static fock_matrix rho, H, hop;
    double J[6], mean = 0;
    for (int k = 0; k < 6; k++)
        J[k] = ring_occupation(k);
    for (int r = 0; r < 2; r++) {
        double complex h[6][6] = {{0}};
        for (int x = 0; x < 6; x++) {
            h[x][x] = 0.6 * sqrt(2) * sin(1 + (x + 7 * r) * (x + 7 * r));
            h[x][(x + 1) % 6] = h[(x + 1) % 6][x] = 0.5;
        }
        fock_quasifree(J, rho);
        fock_second_quantised(h, H);
        fock_evolve(H, 3, rho);
        for (int x = 0; x < 6; x++)
            for (int y = 0; y < 6; y++) {
                fock_hop(x, y, hop);
                mean += creal(fock_expect(rho, hop) * cexp(2 * fock_pi * I * q * (x - y) / 6)) / 12;
            }
    }
    return mean;
}

/* Two realizations with a potential in closed form: momenta and determinants as another program,
 * dense and in another language, has them. Its potentials are not rounded to single precision,
 * which moves the numbers by a few 1e-8. */
static void numbers_of_dense_algebra(void **state)
{
    static const double mu[6] = {.1712977692, .2435842700, .5165294716,
                                 .6490958260, .5298318951, .2884137867};
    double sum[6] = {0}, det2 = 0, det6 = 0, mean[256] = {0};
    open_gas g;
    (void)state;
    open_text(RING, &T_OF_3, &g);
    for (int r = 0; r < 2; r++) {
        float omega[6];
        ring_potential(r, omega);
        measure_with(&g, omega);
        for (int q = 0; q < 6; q++)
            sum[q] += g.axis[q] / 2;
        for (int q = 0; q < g.about->nquantities; q++)
            mean[q] += g.quantity[q] / 2;
        det2 += of(&g, "det.2", "re") / 2;
        det6 += of(&g, "det.6", "re") / 2;
    }
    for (int q = 0; q < 6; q++)
        assert_near(fock_momentum(q), mu[q], 1e-9);
    for (int q = 0; q < 6; q++)
        assert_near(sum[q], mu[q], 1e-7);
    assert_near(det2, .1011484062, 1e-7);
    assert_near(fermi_determinant(g.self, 2, mean), .1151048286, 1e-7);
    assert_near(det6, .0005622770, 1e-9);
    assert_near(fermi_determinant(g.self, 6, mean), .0014341907, 1e-9);
    close_gas(&g);
}

/* H of one fermion with the potential as it is, in single precision. */
static void ring_hamiltonian(const float *omega, double complex h[6][6])
{
    memset(h, 0, 36 * sizeof h[0][0]);
    for (int x = 0; x < 6; x++) {
        h[x][x] = 0.6 * (double)omega[x];
        h[x][(x + 1) % 6] += 0.5;
        h[(x + 1) % 6][x] += 0.5;
    }
}

/* rho_t(a+_x a_y) and rho_t(a+_1 .. a+_r a_r .. a_1) of the many-body evolution. */
static void the_whole_fock_space(void **state)
{
    static fock_matrix rho, H, a;
    static const int x[6] = {0, 1, 2, 3, 4, 5};
    double J[6];
    float omega[6];
    double complex h[6][6];
    open_gas g;
    (void)state;
    ring_potential(1, omega);
    for (int q = 0; q < 6; q++)
        J[q] = ring_occupation(q);
    open_text(RING, &T_OF_3, &g);
    measure_with(&g, omega);
    fock_quasifree(J, rho);
    ring_hamiltonian(omega, h);
    fock_second_quantised(h, H);
    fock_evolve(H, 3, rho);
    for (int i = 0; i < 6; i++)
        for (int j = i; j < 6; j++) {
            char name[32];
            snprintf(name, sizeof name, "correlation.%d.%d", i + 1, j + 1);
            fock_hop(i, j, a);
            const double complex exact = fock_expect(rho, a);
            assert_near(of(&g, name, "re"), creal(exact), 1e-9);
            if (j > i)
                assert_near(of(&g, name, "im"), cimag(exact), 1e-9);
        }
    for (int r = 2; r <= 6; r++) {
        char name[16];
        snprintf(name, sizeof name, "det.%d", r);
        fock_product(r, x, a);
        assert_near(of(&g, name, "re"), creal(fock_expect(rho, a)), 1e-10);
    }
    fock_second_quantised(h, H); /* energy of the hopping alone, over the sites */
    memset(H, 0, sizeof H);
    for (int i = 0; i < 6; i++)
        h[i][i] = 0;
    fock_second_quantised(h, H);
    assert_near(of(&g, "e", "re"), creal(fock_expect(rho, H)) / 6, 1e-9);
    close_gas(&g);
}

/* With all sites of the lattice, det M = prod J in every realization. */
static void all_sites_give_the_product(void **state)
{
    double product = 1;
    open_gas g;
    (void)state;
    for (int q = 0; q < 6; q++)
        product *= ring_occupation(q);
    open_text(RING, &T_OF_3, &g);
    for (int r = 0; r < 3; r++) {
        measure(&g, r);
        assert_near(of(&g, "det.6", "re"), product, 1e-12);
    }
    close_gas(&g);
}

#define PLANE                                                                                      \
    "dimension: 2\nsites: 8\neta: 0.5\n"                                                           \
    "start: {type: fermi_dirac, beta: 3, mu: -0.5, a: [1, 0.5], q: [0.1, 0.2]}\n"                  \
    "observables: [{name: n, momentum: {mode: [0, 0]}}, {name: c, momentum: {mode: [1, 2]}},\n"    \
    "  {name: e, momentum: {energy: 2}}]\n"                                                        \
    "propagator: {precision: double, tolerance: 1.0e-10}\n"

/* At T = 0 a vector has no noise; later the mean over the phases is that over all momenta: of 400
 * vectors within five standard errors, with a false alarm of 3e-6. */
static void random_phases(void **state)
{
    static const double now = 0, later = 1;
    open_gas exact, random;
    double sum = 0, square = 0;
    (void)state;
    open_text(PLANE "vectors: all\n", &now, &exact);
    open_text(PLANE "vectors: 1\n", &now, &random);
    measure(&exact, 3);
    measure(&random, 3);
    for (int q = 0; q < exact.about->nquantities; q++)
        assert_near(random.quantity[q], exact.quantity[q], 1e-12);
    close_gas(&exact);
    close_gas(&random);
    open_text(PLANE "vectors: all\n", &later, &exact);
    measure(&exact, 3);
    open_text(PLANE "vectors: 400\n", &later, &random);
    measure(&random, 3);
    assert_near(of(&random, "n", "re"), of(&exact, "n", "re"), 1e-9);
    const fermi_run *r = random.run;
    for (int v = 0; v < 400; v++) {
        const double x = r->each[v * r->f->observables.nquantities + 1];
        sum += x / 400;
        square += x * x / 400;
    }
    const double error = sqrt((square - sum * sum) / 400);
    assert_near(of(&random, "c", "re"), sum, 1e-12);
    assert_near(sum, of(&exact, "c", "re"), 5 * error);
    assert_true(error > 1e-4);
    close_gas(&exact);
    close_gas(&random);
}

/* U_2 and U_3 by their defining sums over different vectors. */
static void powers_over_vectors(void **state)
{
    static const double time = 1;
    open_gas g;
    double two = 0, three = 0;
    (void)state;
    open_text(PLANE "vectors: 4\n", &time, &g);
    measure(&g, 1);
    const fermi_run *r = g.run;
    double x[4];
    for (int v = 0; v < 4; v++)
        x[v] = r->each[v * r->f->observables.nquantities + 1];
    for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++)
            for (int c = 0; c < 4; c++) {
                if (a != b && c == 0)
                    two += x[a] * x[b] / 12;
                if (a != b && b != c && a != c)
                    three += x[a] * x[b] * x[c] / 24;
            }
    assert_near(of(&g, "c.u2", "re"), two, 1e-15);
    assert_near(of(&g, "c.u3", "re"), three, 1e-15);
    close_gas(&g);
}

/* Realization 2k+1 has the potential of 2k turned. */
static void antithetic_pairs(void **state)
{
    static const double time = 0.8;
    open_gas g, plain;
    float turned[64];
    (void)state;
    open_text(PLANE "vectors: all\ndeterminants: {sites: [[0, 0], [1, 0]], antithetic: true}\n",
              &time, &g);
    open_text(PLANE "vectors: all\ndeterminants: {sites: [[0, 0], [9, -8]]}\n", &time, &plain);
    measure(&plain, 4);
    measure(&g, 4);
    for (int q = 0; q < g.about->nquantities; q++) /* sites are taken modulo L, too */
        assert_near(g.quantity[q], plain.quantity[q], 1e-14);
    measure(&g, 5);
    const fermi_run *r = plain.run;
    for (int i = 0; i < 64; i++)
        turned[i] = -r->propagation.omega[i];
    measure_with(&plain, turned);
    for (int q = 0; q < g.about->nquantities; q++)
        assert_near(g.quantity[q], plain.quantity[q], 1e-14);
    assert_int_equal(g.about->block, 2);
    close_gas(&g);
    close_gas(&plain);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(numbers_of_dense_algebra),   cmocka_unit_test(the_whole_fock_space),
    cmocka_unit_test(all_sites_give_the_product), cmocka_unit_test(random_phases),
    cmocka_unit_test(powers_over_vectors),        cmocka_unit_test(antithetic_pairs)};
TEST_MAIN(tests)
