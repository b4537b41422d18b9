/* The system `hartree_fock`: its steps against dense integration of the same ensemble, numbers of
 * another program, the many-body commutator on the whole Fock space, and the orders of the step.
 */
#include "contract/find.h"
#include "systems/hartree_fock/hartree_fock.h"

#include "lattice/check.h"
#include "systems/fock.h"
#include "systems/hartree_fock/hartree_ensemble.h"

enum { L = 6, R = 2 }; /* sites and members of the ring */
static const double ETA = 0.6, LAMBDA = 0.8, V1 = 0.5;
typedef double complex matrix[L][L];

/* ---- the ring in production ---- */

#define RING                                                                                       \
    "dimension: 1\nsites: 6\neta: 0.6\nrealizations: 2\n"                                          \
    "start: {type: fermi_dirac, beta: 2, mu: -0.3, q: 0.1}\nvectors: all\n"                        \
    "interaction: {strength: %g, shape: [{at: 0, value: 1}, {at: 1, value: 0.5}]}\n"               \
    "step: {size: 0.1, order: %d}\n"                                                               \
    "observables: [{name: n, momentum: {mode: 0}}]\n"

typedef struct open_gas {
    kl_config *config;
    void *self;
    kl_place place;
    hartree_ensemble e;
} open_gas;

static void open_text(const char *text, int members, open_gas *g)
{
    static const double time = 1;
    static const kl_stations times = {1, &time};
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &g->config, why));
    assert_ok(
        kl_system_open(&kl_system_hartree_fock, kl_config_root(g->config), &times, &g->self, why));
    g->place = (kl_place){0, MPI_COMM_SELF, MPI_COMM_SELF, members, 0, members};
    assert_ok(hartree_ensemble_create(g->self, &g->place, &g->e, why));
    assert_ok(hartree_ensemble_start(&g->e, 0, why));
}

static void close_gas(open_gas *g)
{
    hartree_ensemble_destroy(&g->e);
    kl_system_close(&kl_system_hartree_fock, &g->self);
    kl_config_destroy(&g->config);
}

static double potential(int r, int x)
{
    return sqrt(2) * sin(1 + (x + 7 * r) * (x + 7 * r));
}

static void open_ring(double lambda, int order, open_gas *g)
{
    char text[1024];
    snprintf(text, sizeof text, RING, lambda, order);
    open_text(text, R, g);
    for (int r = 0; r < R; r++)
        for (int x = 0; x < L; x++)
            g->e.omega[r * L + x] = (float)potential(r, x);
}

static void steps(open_gas *g, double t, int n)
{
    for (int i = 0; i < n; i++)
        assert_ok(hartree_ensemble_step(&g->e, t / n, why));
}

/* mu[q] of the ensemble, by its defining sum. */
static void momenta(const open_gas *g, double *mu)
{
    for (int q = 0; q < L; q++) {
        mu[q] = 0;
        for (int r = 0; r < R; r++)
            for (int v = 0; v < L; v++) {
                double complex sum = 0;
                for (int x = 0; x < L; x++)
                    sum += hartree_psi(&g->e, r, 0, v)[x] * cexp(-2 * fock_pi * I * q * x / L);
                mu[q] += pow(cabs(sum), 2) / R;
            }
    }
}

/* ---- the same ensemble by matrices: i d gamma_r/dt = [h_r, gamma_r] ---- */

static double occupation(int q)
{
    return 1 / (1 + exp(2 * (cos(2 * fock_pi * (q / 6. - 0.1)) + 0.3)));
}

/* gamma[x][y] = rho(a+_y a_x) = int dp J exp(2 pi i p (x - y)) */
static void start_gamma(matrix gamma)
{
    for (int x = 0; x < L; x++)
        for (int y = 0; y < L; y++) {
            gamma[x][y] = 0;
            for (int q = 0; q < L; q++)
                gamma[x][y] += occupation(q) * cexp(2 * fock_pi * I * q * (x - y) / L) / L;
        }
}

/* h = T + eta V - lambda v(x-y) <gamma>(x-y), the mean over realizations and places; omega[L]. */
static void field(matrix *gamma, int n, double lambda, const double *omega, matrix h)
{
    double complex mean[L] = {0};
    for (int r = 0; r < n; r++)
        for (int x = 0; x < L; x++)
            for (int y = 0; y < L; y++)
                mean[(x - y + L) % L] += gamma[r][x][y] / (L * n);
    for (int x = 0; x < L; x++)
        for (int y = 0; y < L; y++) {
            const int gap = (x - y + L) % L, near = gap == 1 || gap == L - 1;
            h[x][y] = near * 0.5 - lambda * (gap == 0 ? 1 : near ? V1 : 0) * mean[gap];
            if (x == y)
                h[x][y] += ETA * omega[x];
        }
}

static void slope(matrix *gamma, double lambda, double omega[R][L], matrix *out)
{
    for (int r = 0; r < R; r++) {
        matrix h;
        field(gamma, R, lambda, omega[r], h);
        for (int x = 0; x < L; x++)
            for (int y = 0; y < L; y++) {
                out[r][x][y] = 0;
                for (int z = 0; z < L; z++)
                    out[r][x][y] -= I * (h[x][z] * gamma[r][z][y] - gamma[r][x][z] * h[z][y]);
            }
    }
}

/* Runge-Kutta of order 4. */
static void integrate(matrix *gamma, double lambda, double omega[R][L], double t, int n)
{
    static const double node[4] = {0, 0.5, 0.5, 1}, weight[4] = {1. / 6, 1. / 3, 1. / 3, 1. / 6};
    const double h = t / n;
    for (int i = 0; i < n; i++) {
        matrix k[R] = {{{0}}}, at[R], next[R];
        memcpy(next, gamma, sizeof next);
        for (int stage = 0; stage < 4; stage++) {
            for (int j = 0; j < R * L * L; j++)
                (&at[0][0][0])[j] = (&gamma[0][0][0])[j] + h * node[stage] * (&k[0][0][0])[j];
            slope(at, lambda, omega, k);
            for (int j = 0; j < R * L * L; j++)
                (&next[0][0][0])[j] += h * weight[stage] * (&k[0][0][0])[j];
        }
        memcpy(gamma, next, sizeof next);
    }
}

static void dense_momenta(double lambda, bool rounded, double *mu)
{
    matrix gamma[R];
    double omega[R][L];
    for (int r = 0; r < R; r++) {
        start_gamma(gamma[r]);
        for (int x = 0; x < L; x++)
            omega[r][x] = rounded ? (double)(float)potential(r, x) : potential(r, x);
    }
    integrate(gamma, lambda, omega, 3, 3000);
    for (int q = 0; q < L; q++) {
        mu[q] = 0;
        for (int r = 0; r < R; r++)
            for (int x = 0; x < L; x++)
                for (int y = 0; y < L; y++)
                    mu[q] +=
                        creal(gamma[r][x][y] * cexp(-2 * fock_pi * I * q * (x - y) / L)) / (L * R);
    }
}

/* The potential of the program is in single precision; the numbers printed elsewhere are of one
 * in double precision. */
static void numbers_of_dense_algebra(void **state)
{
    static const double with[L] = {.1619249949, .2321756880, .5299311810,
                                   .6559548908, .5383331439, .2804331201};
    static const double without[L] = {.1712977692, .2435842700, .5165294716,
                                      .6490958260, .5298318951, .2884137867};
    double dense[L], mu[L];
    (void)state;
    for (int on = 0; on < 2; on++) {
        const double lambda = on ? LAMBDA : 0;
        open_gas g;
        dense_momenta(lambda, false, dense);
        for (int q = 0; q < L; q++)
            assert_near(dense[q], on ? with[q] : without[q], 1e-9);
        dense_momenta(lambda, true, dense);
        open_ring(lambda, 4, &g);
        steps(&g, 3, 300);
        momenta(&g, mu);
        for (int q = 0; q < L; q++)
            assert_near(mu[q], dense[q], 1e-9);
        close_gas(&g);
    }
}

/* ---- the many-body commutator ---- */

/* H = T + eta V + (lambda/2) sum v(x-y) a+_x a+_y a_y a_x */
static void many_body(double complex *H)
{
    static fock_matrix a, b, product;
    double complex h[L][L] = {{0}};
    for (int x = 0; x < L; x++) {
        h[x][x] = ETA * potential(0, x) - LAMBDA / 2; /* a+_x a_y a+_y a_x, x = y */
        h[x][(x + 1) % L] = h[(x + 1) % L][x] = 0.5;
    }
    fock_second_quantised(h, H);
    for (int x = 0; x < L; x++)
        for (int y = 0; y < L; y++) {
            const int gap = (x - y + L) % L;
            const double v = gap == 0 ? 1 : gap == 1 || gap == L - 1 ? V1 : 0;
            if (v == 0)
                continue;
            fock_hop(x, x, a);
            fock_hop(y, y, b);
            fock_times(a, b, product);
            fock_add(LAMBDA / 2 * v, product, H);
        }
}

/* From a quasifree state d gamma/dt is -i [h, gamma], h with the exchange sign -, exactly. */
static void the_whole_fock_space(void **state)
{
    static fock_matrix rho, H, hop, left, right;
    double J[L], omega[L], worst[2] = {0};
    matrix gamma[1], h;
    (void)state;
    for (int q = 0; q < L; q++)
        J[q] = occupation(q);
    for (int x = 0; x < L; x++)
        omega[x] = potential(0, x);
    fock_quasifree(J, rho);
    many_body(H);
    start_gamma(gamma[0]);
    for (int sign = 0; sign < 2; sign++) {
        field(gamma, 1, sign ? -LAMBDA : LAMBDA, omega, h);
        for (int x = 0; x < L; x++)
            for (int y = 0; y < L; y++) {
                double complex expected = 0;
                fock_hop(y, x, hop);
                fock_times(H, hop, left);
                fock_times(hop, H, right);
                const double complex exact = I * (fock_expect(rho, left) - fock_expect(rho, right));
                for (int z = 0; z < L; z++)
                    expected -= I * (h[x][z] * gamma[0][z][y] - gamma[0][x][z] * h[z][y]);
                worst[sign] = fmax(worst[sign], cabs(exact - expected));
            }
    }
    assert_at_most(worst[0], 1e-13);
    /* gamma_0 and its exchange field commute; a moved one tells the sign: below */
}

/* The same from a state that a potential has moved, where the field of one realization is its own:
 * the exchange kernel v(x-y) gamma(x,y), without the mean over places. */
static void the_sign_of_the_exchange(void **state)
{
    static fock_matrix rho, H, hop, left, right;
    double J[L], worst[2] = {0};
    double complex T[L][L] = {{0}}, gamma[L][L];
    (void)state;
    for (int q = 0; q < L; q++)
        J[q] = occupation(q);
    for (int x = 0; x < L; x++) {
        T[x][x] = ETA * potential(0, x);
        T[x][(x + 1) % L] = T[(x + 1) % L][x] = 0.5;
    }
    fock_quasifree(J, rho);
    fock_second_quantised(T, H);
    fock_evolve(H, 1.5, rho);
    for (int x = 0; x < L; x++)
        for (int y = 0; y < L; y++) {
            fock_hop(y, x, hop);
            gamma[x][y] = fock_expect(rho, hop);
        }
    many_body(H);
    for (int sign = 0; sign < 2; sign++)
        for (int x = 0; x < L; x++)
            for (int y = 0; y < L; y++) {
                double complex expected = 0;
                fock_hop(y, x, hop);
                fock_times(H, hop, left);
                fock_times(hop, H, right);
                const double complex exact = I * (fock_expect(rho, left) - fock_expect(rho, right));
                for (int z = 0; z < L; z++)
                    for (int side = 0; side < 2; side++) {
                        const int a = side ? z : x, b = side ? y : z, gap = (a - b + L) % L;
                        const double v = gap == 0 ? 1 : gap == 1 || gap == L - 1 ? V1 : 0;
                        double complex h = T[a][b] - (sign ? -1 : 1) * LAMBDA * v * gamma[a][b];
                        for (int w = 0; w < L && a == b; w++) { /* direct */
                            const int apart = (a - w + L) % L;
                            h += LAMBDA * gamma[w][w] *
                                 (apart == 0                     ? 1
                                  : apart == 1 || apart == L - 1 ? V1
                                                                 : 0);
                        }
                        expected += (side ? I : -I) * (side ? gamma[x][z] * h : h * gamma[z][y]);
                    }
                worst[sign] = fmax(worst[sign], cabs(exact - expected));
            }
    assert_at_most(worst[0], 1e-13);
    assert_true(worst[1] > 0.01);
}

/* ---- the step ---- */

static double error_of(int order, int n, const double *exact)
{
    double mu[L], worst = 0;
    open_gas g;
    open_ring(3, order, &g);
    steps(&g, 3, n);
    momenta(&g, mu);
    for (int q = 0; q < L; q++)
        worst = fmax(worst, fabs(mu[q] - exact[q]));
    close_gas(&g);
    return worst;
}

static void orders_of_the_step(void **state)
{
    double exact[L];
    open_gas g;
    (void)state;
    open_ring(3, 4, &g);
    steps(&g, 3, 1200);
    momenta(&g, exact);
    close_gas(&g);
    assert_near(log2(error_of(2, 60, exact) / error_of(2, 120, exact)), 2, 0.05);
    assert_near(log2(error_of(4, 30, exact) / error_of(4, 60, exact)), 4, 0.15);
}

/* Number and energy of the ensemble; the energy to the order of the step. */
static void keeps_number_and_energy(void **state)
{
    double number, energy, later[2], drift[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        open_gas g;
        open_ring(3, 2, &g);
        assert_ok(hartree_ensemble_sums(&g.e, &number, &energy, why));
        steps(&g, 3, i ? 120 : 60);
        assert_ok(hartree_ensemble_sums(&g.e, &later[0], &later[1], why));
        assert_near(later[0], number, 1e-13);
        drift[i] = fabs(later[1] - energy);
        close_gas(&g);
    }
    assert_at_most(drift[0], 1e-2);
    assert_near(log2(drift[0] / drift[1]), 2, 0.3);
}

/* ---- halves ---- */

#define PLANE                                                                                      \
    "dimension: 2\nsites: 6\neta: 0.5\nrealizations: %d\n"                                         \
    "start: {type: fermi_dirac, beta: 3, mu: -0.5, a: [1, 0.5]}\nvectors: 2\n"                     \
    "interaction: {strength: 3, shape: [{at: [0, 0], value: 1}, {at: [0, 1], value: 0.5},\n"       \
    "  {at: [0, -1], value: 0.5}]}\n"                                                              \
    "observables: [{name: n, momentum: {mode: [0, 0]}}]\n"

/* Copy 1 of the first half moves as an ensemble of that half alone; copy 0 as without copies. */
static void halves_are_ensembles_of_their_own(void **state)
{
    char text[1024];
    open_gas four, two, plain;
    (void)state;
    snprintf(text, sizeof text, PLANE "correction: halves\n", 4);
    open_text(text, 4, &four);
    snprintf(text, sizeof text, PLANE, 4);
    open_text(text, 4, &plain);
    snprintf(text, sizeof text, PLANE, 2);
    open_text(text, 2, &two);
    steps(&four, 2, 20);
    steps(&plain, 2, 20);
    steps(&two, 2, 20);
    for (int64_t i = 0; i < 36; i++) {
        assert_true(hartree_psi(&four.e, 1, 1, 1)[i] == hartree_psi(&two.e, 1, 0, 1)[i]);
        assert_true(hartree_psi(&four.e, 3, 0, 1)[i] == hartree_psi(&plain.e, 3, 0, 1)[i]);
    }
    assert_true(hartree_psi(&four.e, 1, 1, 1)[5] != hartree_psi(&four.e, 1, 0, 1)[5]);
    close_gas(&four);
    close_gas(&two);
    close_gas(&plain);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(numbers_of_dense_algebra),
                                          cmocka_unit_test(the_whole_fock_space),
                                          cmocka_unit_test(the_sign_of_the_exchange),
                                          cmocka_unit_test(orders_of_the_step),
                                          cmocka_unit_test(keeps_number_and_energy),
                                          cmocka_unit_test(halves_are_ensembles_of_their_own)};
TEST_MAIN(tests)
