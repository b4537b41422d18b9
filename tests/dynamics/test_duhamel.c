/* The orders of the expansion in the disorder against the exponential of the block matrix, written
 * from its definition; against the evolution of the whole psi; against exact averages. */
#include "dynamics/duhamel_block.h"

#include "base/bessel.h"

/* ---- tests ---- */

enum { MOST = 64 };

static void compare(const problem *p, const block_case *c, const complex double *psi, bool real)
{
    const int64_t n = p->n * c->orders;
    complex double *a = generator(p, c->orders, c->time[c->nspans - 1]), *u;
    complex double *found = calloc((size_t)n, sizeof *found), *exact = calloc((size_t)n, sizeof *a);
    int terms;
    u = exponential((int)n, a);
    for (int64_t i = 0; i < n; i++)
        for (int64_t k = 0; k < p->n; k++)
            exact[i] += u[i * n + k] * psi[k];
    evolve_block(p, c, psi, real, found, &terms);
    const double rounding = c->precision == KL_SINGLE
                                ? kl_duhamel_rounding(KL_SINGLE, p->lattice.dimension, c->orders,
                                                      c->time[c->nspans - 1])
                                : 1e-12;
    for (int k = 0; k < c->orders; k++)
        assert_at_most(distance(p->n, found + k * p->n, exact + k * p->n),
                       (c->tolerance + rounding) * fmax(1, norm_of(p->n, exact + k * p->n)));
    free(a);
    free(u);
    free(found);
    free(exact);
}

static const block_case cases[] = {
    {KL_DOUBLE, 1, 1e-9, 1, {3}}, {KL_DOUBLE, 3, 1e-9, 1, {0.01}},
    {KL_DOUBLE, 4, 1e-9, 1, {5}}, {KL_DOUBLE, 4, 1e-9, 3, {0.5, 3, 5}},
    {KL_DOUBLE, 4, 1e-4, 1, {5}}, {KL_SINGLE, 4, 1e-4, 2, {2, 5}}};

static void against_the_matrix(void **state)
{
    static const struct {
        int d;
        int64_t L;
    } lattices[] = {{1, 9}, {1, 24}, {2, 5}, {3, 3}};
    complex double psi[MOST];
    (void)state;
    for (int i = 0; i < 4; i++)
        for (int k = 0; k < 6; k++) {
            problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L,
                                        (kl_distribution)(k % 4), 0.1 + 0.3 * (k % 3), 17);
            random_vector(p->n, 3, psi);
            compare(p, &cases[k], psi, false);
            for (int64_t x = 0; x < p->n; x++)
                psi[x] = creal(psi[x]);
            compare(p, &cases[k], psi, true);
            problem_destroy(p);
        }
}

/* All orders together are the whole psi, once (v t)^13/13! is small. */
static void orders_add_up(void **state)
{
    const block_case c = {KL_DOUBLE, 13, 1e-11, 1, {1.5}};
    complex double psi[MOST], whole[MOST], *found = calloc(13 * MOST, sizeof *found);
    int terms;
    (void)state;
    problem *p = problem_create(MPI_COMM_SELF, 3, 4, KL_BERNOULLI, 0.5, 5);
    random_vector(p->n, 3, psi);
    evolve(p, KL_DOUBLE, 1e-12, psi, c.time[0], whole);
    evolve_block(p, &c, psi, false, found, &terms);
    for (int k = 1; k < 13; k++)
        for (int64_t x = 0; x < p->n; x++)
            found[x] += found[k * p->n + x];
    assert_at_most(distance(p->n, found, whole), 1.1 * pow(0.75, 13) / tgamma(14) + 2e-11);
    problem_destroy(p);
    free(found);
}

/* The average over all 2^6 signs of the pairing of orders n and m with exp(2 pi i V), a plane wave
 * of wave number 1/6 on six sites, t = 1.5, eta = 1: sums over contractions by hand gave
 * (1,1) .4740772692, (0,2) -.1374285221-.7498829961i and (2,2) .3696085749+.3837630092i. */
static void exact_averages(void **state)
{
    static const complex double expected[3] = {.4740772692, -.1374285221 - .7498829961 * I,
                                               .3696085749 + .3837630092 * I};
    static const int pair[3][2] = {{1, 1}, {0, 2}, {2, 2}};
    const block_case c = {KL_DOUBLE, 3, 1e-12, 1, {1.5}};
    complex double psi[6], found[18], sum[3] = {0};
    int terms;
    (void)state;
    problem *p = problem_create(MPI_COMM_SELF, 1, 6, KL_BERNOULLI, 1, 5);
    for (int x = 0; x < 6; x++)
        psi[x] = cexp(2 * test_pi * I * x / 6) / sqrt(6);
    for (int signs = 0; signs < 64; signs++) {
        for (int x = 0; x < 6; x++)
            p->omega[x] = signs >> x & 1 ? 1 : -1;
        evolve_block(p, &c, psi, false, found, &terms);
        for (int i = 0; i < 3; i++)
            for (int y = 0; y < 6; y++)
                sum[i] +=
                    conj(found[6 * pair[i][0] + y]) * found[6 * pair[i][1] + (y + 1) % 6] / 64;
    }
    for (int i = 0; i < 3; i++)
        assert_at_most(cabs(sum[i] - expected[i]), 1e-10);
    problem_destroy(p);
}

/* Single against double precision, every order up to the 12th. */
static void rounding(void **state)
{
    static const struct {
        int d;
        int64_t L;
        double eta, t;
    } runs[] = {{1, 128, 0.25, 64},
                {1, 128, 0.5, 64},
                {1, 128, 0.25, 16},
                {2, 16, 0.25, 64},
                {3, 6, 0.25, 64}};
    (void)state;
    for (int i = 0; i < 5; i++) {
        problem *p =
            problem_create(MPI_COMM_SELF, runs[i].d, runs[i].L, KL_LAPLACE, runs[i].eta, 1);
        block_case c = {KL_DOUBLE, 13, 1e-9, 1, {runs[i].t}};
        complex double *psi = calloc((size_t)p->n, sizeof *psi);
        complex double *exact = calloc(26 * (size_t)p->n, sizeof *exact),
                       *found = exact + 13 * p->n;
        int terms;
        psi[0] = 1;
        evolve_block(p, &c, psi, true, exact, &terms);
        c.precision = KL_SINGLE;
        evolve_block(p, &c, psi, true, found, &terms);
        const double bound = kl_duhamel_rounding(KL_SINGLE, runs[i].d, 13, runs[i].t);
        for (int k = 0; k < 13; k++)
            assert_at_most(distance(p->n, exact + k * p->n, found + k * p->n),
                           (bound + 1e-9) * fmax(1, norm_of(p->n, exact + k * p->n)));
        free(psi);
        free(exact);
        problem_destroy(p);
    }
}

/* The bound of the degree is near what one vector takes, not a multiple of it. */
static void degrees(void **state)
{
    (void)state;
    problem *p = problem_create(MPI_COMM_SELF, 3, 4, KL_GAUSSIAN, 0.25, 5);
    for (double t = 1; t < 200; t *= 4)
        for (int orders = 1; orders <= 13; orders += 4) {
            int plain;
            kl_series series = {.hamiltonian = &p->h};
            const kl_duhamel_span span = {orders, 0.25 * 5.5, 0, t, t, 1e-8};
            assert_ok(kl_duhamel_plan(&span, &series, why));
            assert_ok(kl_bessel_degree(6.2 * t, 1e-8, &plain, why));
            assert_true(series.radius > 6 && series.radius < 9);
            assert_in_range(series.degree, plain - 10, 1.5 * plain);
        }
    problem_destroy(p);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(against_the_matrix), cmocka_unit_test(orders_add_up),
    cmocka_unit_test(exact_averages), cmocka_unit_test(rounding), cmocka_unit_test(degrees)};
TEST_MAIN(tests)
