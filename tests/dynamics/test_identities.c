/* What exp(-itH) does exactly: phases of plane waves, unitarity, energy, time
 * reversal, composition, translations and reflections. */
#include "dynamics/dense.h"

enum { MOST = 7 * 7 * 7 };

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 16}, {1, 21}, {2, 8}, {2, 9}, {3, 6}, {3, 7}};
enum { LATTICES = 6 };

/* eta = 0: exp(2 pi i k.x) turns by exp(-i e(k) t), e = 2 sum_j cos 2 pi k_j, every k. */
static void free_plane_waves(void **state)
{
    const double t = 8.75;
    (void)state;
    for (int i = 0; i < LATTICES; i++) {
        problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_GAUSSIAN, 0, 1);
        complex double psi[MOST], exact[MOST], found[MOST];
        for (int64_t k = 0; k<p->n; k += p->n> 100 ? 5 : 1) {
            int64_t ki[3], xi[3];
            double energy = 0;
            index_of(&p->lattice, k, ki);
            for (int j = 0; j < p->lattice.dimension; j++)
                energy += 2 * cos(2 * test_pi * (double)ki[j] / (double)p->lattice.sites);
            for (int64_t x = 0; x < p->n; x++) {
                index_of(&p->lattice, x, xi);
                int64_t turns = ki[0] * xi[0] + ki[1] * xi[1] + ki[2] * xi[2];
                double angle =
                    2 * test_pi * (double)(turns % p->lattice.sites) / (double)p->lattice.sites;
                psi[x] = (cos(angle) + I * sin(angle)) / sqrt((double)p->n);
                exact[x] = psi[x] * (cos(energy * t) - I * sin(energy * t));
            }
            evolve(p, KL_DOUBLE, 1e-11, psi, t, found);
            assert_at_most(distance(p->n, exact, found), 1.1e-11);
        }
        problem_destroy(p);
    }
}

static double norm2(int64_t n, const complex double *psi)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += creal(psi[i] * conj(psi[i]));
    return sum;
}

static double energy_of(const problem *p, const complex double *psi)
{
    double sum = 0;
    for (int64_t x = 0; x < p->n; x++) {
        complex double h = p->h.eta * (double)p->omega[x] * psi[x];
        for (int j = 0; j < p->lattice.dimension; j++)
            for (int step = -1; step <= 1; step += 2) {
                int64_t index[3];
                index_of(&p->lattice, x, index);
                index[j] += step;
                h += psi[site_of(&p->lattice, index)];
            }
        sum += creal(conj(psi[x]) * h);
    }
    return sum;
}

/* Norm and energy stay; evolving, conjugating, evolving, conjugating is the
 * identity; two steps are one. */
static void unitarity_reversal_composition(void **state)
{
    const double tolerance = 1e-10;
    (void)state;
    for (int i = 0; i < LATTICES; i++) {
        problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L,
                                    (kl_distribution)(i % 4), 0.3 + 0.2 * i, 3);
        complex double psi[MOST], once[MOST], twice[MOST], whole[MOST];
        random_vector(p->n, 9, psi);
        evolve(p, KL_DOUBLE, tolerance, psi, 13, once);
        assert_near(norm2(p->n, once), 1, 2 * tolerance);
        assert_near(energy_of(p, once), energy_of(p, psi), 2 * 12 * tolerance);
        for (int64_t x = 0; x < p->n; x++)
            twice[x] = conj(once[x]);
        evolve(p, KL_DOUBLE, tolerance, twice, 13, whole);
        for (int64_t x = 0; x < p->n; x++)
            whole[x] = conj(whole[x]);
        assert_at_most(distance(p->n, whole, psi), 2 * tolerance);
        evolve(p, KL_DOUBLE, tolerance, once, 4.5, twice);
        evolve(p, KL_DOUBLE, tolerance, psi, 17.5, whole);
        assert_at_most(distance(p->n, whole, twice), 3 * tolerance);
        problem_destroy(p);
    }
}

/* Potential and start moved (sign 1) or reflected (sign -1): the same bits at the
 * moved sites, because every site adds its neighbours in the same order and
 * x- + x+ = x+ + x-. Exchanged axes agree to rounding only. */
static void check_symmetry(int d, int64_t L, kl_precision precision, int sign,
                           const int64_t move[3], bool exchange)
{
    problem *p = problem_create(MPI_COMM_SELF, d, L, KL_GAUSSIAN, 0.6, 5);
    problem *q = problem_create(MPI_COMM_SELF, d, L, KL_GAUSSIAN, 0.6, 5);
    complex double psi[MOST], moved[MOST], a[MOST], b[MOST];
    int64_t to[MOST], index[3];
    random_vector(p->n, 10, psi);
    for (int64_t x = 0; x < p->n; x++) {
        index_of(&p->lattice, x, index);
        for (int j = 0; j < d; j++)
            index[j] = sign * index[j] + move[j];
        if (exchange) {
            int64_t first = index[0];
            index[0] = index[d - 1];
            index[d - 1] = first;
        }
        to[x] = site_of(&p->lattice, index);
        q->omega[to[x]] = p->omega[x];
        moved[to[x]] = psi[x];
    }
    evolve(p, precision, 1e-4, psi, 6, a);
    evolve(q, precision, 1e-4, moved, 6, b);
    for (int64_t x = 0; x < p->n; x++)
        if (exchange)
            assert_at_most(cabs(b[to[x]] - a[x]), precision == KL_SINGLE ? 1e-5 : 1e-13);
        else
            assert_true(b[to[x]] == a[x]);
    problem_destroy(p);
    problem_destroy(q);
}

static void symmetries(void **state)
{
    static const int64_t moves[][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {3, -2, 4}, {0, 0, 0}};
    (void)state;
    for (int i = 0; i < LATTICES; i++)
        for (int m = 0; m < 5; m++)
            for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
                const int d = lattices[i].d;
                const int64_t L = lattices[i].L;
                check_symmetry(d, L, (kl_precision)precision, 1, moves[m], false);
                check_symmetry(d, L, (kl_precision)precision, -1, moves[m], false);
                check_symmetry(d, L, (kl_precision)precision, 1, moves[m], d > 1);
            }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(free_plane_waves),
                                          cmocka_unit_test(unitarity_reversal_composition),
                                          cmocka_unit_test(symmetries)};
TEST_MAIN(tests)
