/* What the amplitudes are checked against, by other ways than contours and site sums.
 *
 * oracle_amplitude(): the sum over all momenta of a graph of divided differences of exp(-itx),
 *   Amp = eta^(n+m) prod kappa L^-d(n+m-blocks) sum conj(f[e(u_0)..e(u_n)]) b(u_n)
 * f[e(u_n)..e(u_(n+m))], f = exp(-itx), u_v - u_(v-1) the momentum taken at vertex v, zero in sum
 * over each block, u_0 = k. f[...] is the corner of exp(-itA), A with the energies on its diagonal
 * and 1 beside it (G. Opitz, Z. angew. Math. Mech. 44 (1964) T52).
 *
 * oracle_average(): E<J, W^(n,m)> for +-1 by all 2^(L^d) potentials, psi^(n) by the Taylor series
 * of the block matrix of (psi^(0)..psi^(n)).
 */
#ifndef KL_TESTS_GRAPHS_ORACLE_H
#define KL_TESTS_GRAPHS_ORACLE_H

#include "graphs/amplitude.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ORACLE_ORDER = 10, ORACLE_SITES = 16 };

static inline double complex oracle_difference(double time, int n, const double *energy)
{
    const int size = n + 1, squarings = 6;
    double complex term[ORACLE_ORDER][ORACLE_ORDER] = {0}, sum[ORACLE_ORDER][ORACLE_ORDER] = {0};
    const double complex h = -I * time / (1 << squarings);
    for (int i = 0; i < size; i++)
        term[i][i] = sum[i][i] = 1;
    for (int k = 1; k < 40; k++)
        for (int i = 0; i < size; i++)
            for (int j = size - 1; j >= 0; j--) { /* term A h/k, in place from the right */
                term[i][j] = h / k * (term[i][j] * energy[j] + (j > 0 ? term[i][j - 1] : 0));
                sum[i][j] += term[i][j];
            }
    for (int s = 0; s < squarings; s++) {
        double complex square[ORACLE_ORDER][ORACLE_ORDER] = {0};
        for (int i = 0; i < size; i++)
            for (int j = i; j < size; j++)
                for (int k = i; k <= j; k++)
                    square[i][j] += sum[i][k] * sum[k][j];
        memcpy(sum, square, sizeof sum);
    }
    return sum[0][n];
}

typedef struct oracle_walk {
    const kl_graphs_problem *p;
    const kl_graph *graph;
    double time;
    int points, momentum[ORACLE_ORDER + 1], last[KL_GRAPH_VERTICES];
} oracle_walk;

static inline int oracle_shift(const kl_graphs_problem *p, int a, int b, int sign)
{
    int at = 0, stride = 1;
    for (int j = 0; j < p->dimension; j++, a /= p->sites, b /= p->sites, stride *= p->sites)
        at += stride * ((a % p->sites + sign * (b % p->sites) + p->sites) % p->sites);
    return at;
}

static inline double oracle_energy(const kl_graphs_problem *p, int at)
{
    double e = 0;
    for (int j = 0; j < p->dimension; j++, at /= p->sites)
        e += 2 * cos(2 * M_PI * (at % p->sites) / p->sites);
    return e;
}

static inline double complex oracle_symbol(const kl_graphs_problem *p, int at)
{
    double complex b = 0;
    int index[3] = {0};
    for (int j = p->dimension - 1; j >= 0; j--, at /= p->sites)
        index[j] = at % p->sites;
    for (int m = 0; m < p->nmodes; m++) {
        double turns = 0;
        for (int j = 0; j < p->dimension; j++)
            turns += (double)p->mode[m][j] * index[j] / p->sites;
        b += (p->coefficient[m][0] + I * p->coefficient[m][1]) * cexp(2 * M_PI * I * turns);
    }
    return b;
}

static inline double complex oracle_product(const oracle_walk *w)
{
    const kl_graphs_problem *p = w->p;
    double energy[ORACLE_ORDER + 1];
    for (int v = 0; v <= p->left + p->right; v++)
        energy[v] = oracle_energy(p, w->momentum[v]);
    return conj(oracle_difference(w->time, p->left, energy)) *
           oracle_symbol(p, w->momentum[p->left]) *
           oracle_difference(w->time, p->right, energy + p->left);
}

/* spent[b]: the momentum that block b has taken so far. */
static inline double complex oracle_descend(oracle_walk *w, int v, const int *spent)
{
    if (v == w->p->left + w->p->right)
        return oracle_product(w);
    const int block = w->graph->block[v];
    const bool bound = w->last[block] == v;
    double complex sum = 0;
    for (int q = 0; q < (bound ? 1 : w->points); q++) {
        int next[KL_GRAPH_VERTICES];
        const int taken = bound ? oracle_shift(w->p, 0, spent[block], -1) : q;
        memcpy(next, spent, sizeof next);
        next[block] = oracle_shift(w->p, spent[block], taken, 1);
        w->momentum[v + 1] = oracle_shift(w->p, w->momentum[v], taken, 1);
        sum += oracle_descend(w, v + 1, next) / (bound ? 1 : w->points);
    }
    return sum;
}

static inline int oracle_points(const kl_graphs_problem *p)
{
    return (int)lround(pow(p->sites, p->dimension));
}

static inline double oracle_start(const kl_graphs_problem *p, int at)
{
    if (p->start)
        return p->start[at];
    int wave = 0;
    for (int j = 0; j < p->dimension; j++)
        wave = wave * p->sites + ((p->wave[j] % p->sites) + p->sites) % p->sites;
    return at == wave ? oracle_points(p) : 0;
}

static inline double complex oracle_amplitude(const kl_graphs_problem *p, const kl_graph *graph,
                                              double time)
{
    oracle_walk w = {.p = p, .graph = graph, .time = time, .points = oracle_points(p)};
    const int spent[KL_GRAPH_VERTICES] = {0}, n = p->left + p->right;
    double complex sum = 0;
    for (int v = 0; v < n; v++)
        w.last[graph->block[v]] = v;
    for (int k = 0; k < w.points; k++)
        if (oracle_start(p, k) != 0) {
            w.momentum[0] = k;
            sum += oracle_start(p, k) / w.points * oracle_descend(&w, 0, spent);
        }
    return pow(p->eta, n) * kl_graph_factor(graph, p->law) * sum;
}

typedef double complex oracle_orders[ORACLE_ORDER + 1][ORACLE_SITES];

/* (psi^(0)..psi^(order)) at `time`; next = -i time/k (Delta psi^(n) + eta V psi^(n-1)). */
static inline void oracle_evolve(const kl_graphs_problem *p, int order, double time,
                                 const double *potential, oracle_orders psi)
{
    const int points = oracle_points(p);
    static oracle_orders term, next;
    memcpy(term, psi, sizeof term);
    for (int k = 1; k < 120; k++) {
        for (int n = 0; n <= order; n++)
            for (int x = 0; x < points; x++) {
                double complex sum = n ? p->eta * potential[x] * term[n - 1][x] : 0;
                for (int j = 0, stride = 1; j < p->dimension; j++, stride *= p->sites)
                    sum += term[n][oracle_shift(p, x, stride, 1)] +
                           term[n][oracle_shift(p, x, stride, -1)];
                next[n][x] = -I * time / k * sum;
                psi[n][x] += next[n][x];
            }
        memcpy(term, next, sizeof term);
    }
}

static inline double complex oracle_pairing(const kl_graphs_problem *p, const oracle_orders psi)
{
    double complex sum = 0;
    for (int m = 0; m < p->nmodes; m++) {
        int shift = 0;
        for (int j = 0; j < p->dimension; j++)
            shift = shift * p->sites + ((p->mode[m][j] % p->sites) + p->sites) % p->sites;
        for (int y = 0; y < oracle_points(p); y++)
            sum += (p->coefficient[m][0] + I * p->coefficient[m][1]) * conj(psi[p->left][y]) *
                   psi[p->right][oracle_shift(p, y, shift, 1)];
    }
    return sum;
}

/* From a plane wave. */
static inline double complex oracle_average(const kl_graphs_problem *p, double time)
{
    const int points = oracle_points(p), order = p->left > p->right ? p->left : p->right;
    double complex sum = 0;
    for (int c = 0; c < 1 << points; c++) {
        static oracle_orders psi;
        double potential[ORACLE_SITES];
        memset(psi, 0, sizeof psi);
        for (int x = 0; x < points; x++) {
            double turns = 0;
            for (int j = p->dimension - 1, rest = x; j >= 0; j--, rest /= p->sites)
                turns += (double)p->wave[j] * (rest % p->sites) / p->sites;
            psi[0][x] = cexp(2 * M_PI * I * turns) / sqrt(points);
            potential[x] = c >> x & 1 ? 1 : -1;
        }
        oracle_evolve(p, order, time, potential, psi);
        sum += oracle_pairing(p, psi) / (1 << points);
    }
    return sum;
}

/* What the tests of amplitudes share. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static const int shift1[1][3] = {{1, 0, 0}}, none[1][3] = {{0, 0, 0}};
static const int several[3][3] = {{0, 0, 0}, {1, -1, 2}, {0, 2, 1}};
static const double unit[1][2] = {{1, 0}};
static const double mixed[3][2] = {{0.3, 0.1}, {0.5, -0.4}, {-0.2, 0.7}};

static inline void near(double complex value, double complex exact, double allowed)
{
    if (!(cabs(value - exact) <= allowed))
        print_error("%.12f %+.12f i, not %.12f %+.12f i: off by %.2e, allowed %.2e\n", creal(value),
                    cimag(value), creal(exact), cimag(exact), cabs(value - exact), allowed);
    assert_true(cabs(value - exact) <= allowed);
}

/* All graphs of a problem and their amplitudes. */
typedef struct answers {
    size_t n;
    kl_graph *graph;
    double complex *amplitude; /* [n][ntimes] */
    double *error;
} answers;

static inline answers all_graphs(MPI_Comm comm, const kl_graphs_problem *p)
{
    answers a = {0};
    kl_error err = {0};
    assert_int_equal(
        kl_graphs_list(p->left, p->right, p->law == KL_LAW_GAUSSIAN, &a.graph, &a.n, &err), KL_OK);
    a.amplitude = calloc(a.n * (size_t)p->ntimes + 1, sizeof *a.amplitude);
    a.error = calloc(a.n * (size_t)p->ntimes + 1, sizeof *a.error);
    kl_status status = kl_graphs_amplitudes(comm, p, a.graph, a.n, a.amplitude, a.error, &err);
    if (status != KL_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, KL_OK);
    return a;
}

static inline void free_answers(answers *a)
{
    free(a->graph);
    free(a->amplitude);
    free(a->error);
}

static inline double complex amplitude_of(const kl_graphs_problem *p, const char *name)
{
    kl_graph graph;
    kl_error err = {0};
    double complex amplitude;
    double error;
    assert_int_equal(kl_graph_parse(name, p->left, p->right, &graph, &err), KL_OK);
    kl_status status = kl_graphs_amplitudes(MPI_COMM_SELF, p, &graph, 1, &amplitude, &error, &err);
    if (status != KL_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, KL_OK);
    return amplitude;
}

/* At the latest time. */
static inline double complex total_of(const kl_graphs_problem *p, double *error)
{
    answers a = all_graphs(MPI_COMM_SELF, p);
    double complex sum = 0;
    *error = 0;
    for (size_t g = 0; g < a.n; g++) {
        sum += a.amplitude[(g + 1) * (size_t)p->ntimes - 1];
        *error += a.error[(g + 1) * (size_t)p->ntimes - 1];
    }
    free_answers(&a);
    return sum;
}

#endif
