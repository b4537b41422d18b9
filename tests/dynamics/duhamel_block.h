/* A block of orders of the expansion in the disorder, from whole vectors and back; and as a dense
 * matrix, written from its definition. */
#ifndef KL_TESTS_DYNAMICS_DUHAMEL_BLOCK_H
#define KL_TESTS_DYNAMICS_DUHAMEL_BLOCK_H

#include "dynamics/duhamel.h"

#include "dynamics/dense.h"

typedef struct block_case {
    kl_precision precision;
    int orders;
    double tolerance;
    int nspans;
    double time[4]; /* the ends of the stretches */
} block_case;

/* The arrays of a block, filled with NANs. */
typedef struct test_block {
    kl_state psi[KL_MOST_ORDERS], out[KL_MOST_ORDERS];
    void *scratch[KL_MOST_ORDERS];
} test_block;

static inline void poison(const kl_lattice *lattice, void *array, kl_precision precision)
{
    memset(array, 0xff, (size_t)kl_lattice_extent(lattice) * kl_precision_size(precision));
}

static inline void block_create(const problem *p, const block_case *c, test_block *b)
{
    for (int n = 0; n < c->orders; n++) {
        assert_ok(kl_state_create(&p->lattice, c->precision, &b->psi[n], why));
        assert_ok(kl_state_create(&p->lattice, c->precision, &b->out[n], why));
        assert_ok(
            kl_lattice_array(&p->lattice, kl_precision_size(c->precision), 2, &b->scratch[n], why));
        poison(&p->lattice, b->out[n].re, c->precision);
        poison(&p->lattice, b->out[n].im, c->precision);
        poison(&p->lattice, b->scratch[n], c->precision);
    }
}

static inline void block_destroy(const block_case *c, test_block *b)
{
    for (int n = 0; n < c->orders; n++) {
        kl_state_destroy(&b->psi[n]);
        kl_state_destroy(&b->out[n]);
        kl_lattice_array_free(b->scratch[n]);
    }
}

/* out[n][sites] at the last time, this rank's part; psi is the start, real where it says so. */
static inline void evolve_block(const problem *p, const block_case *c, const complex double *psi,
                                bool real, complex double *out, int *terms)
{
    test_block b;
    double from = 0;
    block_create(p, c, &b);
    set_state(&b.psi[0], psi);
    for (int n = 0; n < c->orders; n++)
        b.psi[n].real = real || n > 0;
    *terms = 0;
    for (int i = 0; i < c->nspans; i++) {
        const double t = c->time[i] - from;
        kl_series series = {.hamiltonian = &p->h,
                            .orders = c->orders,
                            .psi = b.psi,
                            .scratch = b.scratch,
                            .n = 1,
                            .t = &t,
                            .out = b.out};
        const kl_duhamel_span span = {
            c->orders,  kl_duhamel_strength(&p->h), from,
            c->time[i], c->time[c->nspans - 1],     c->tolerance / c->nspans};
        assert_ok(kl_duhamel_plan(&span, &series, why));
        assert_ok(kl_series_evolve(&series, why));
        *terms += series.degree;
        for (int n = 0; n < c->orders; n++)
            kl_state_copy(&b.out[n], &b.psi[n]);
        from = c->time[i];
    }
    for (int n = 0; n < c->orders; n++)
        get_state(&b.out[n], out + n * p->n);
    block_destroy(c, &b);
}

/* ---- a dense matrix exponential: Taylor's series of A/2^s, squared s times ---- */

static inline void multiply(int n, const complex double *a, const complex double *b,
                            complex double *c)
{
    memset(c, 0, (size_t)(n * n) * sizeof *c);
    for (int i = 0; i < n; i++)
        for (int k = 0; k < n; k++)
            for (int j = 0; a[i * n + k] != 0 && j < n; j++)
                c[i * n + j] += a[i * n + k] * b[k * n + j];
}

static inline complex double *exponential(int n, complex double *a)
{
    enum { DEGREE = 20, SQUARINGS = 8 };
    const size_t all = (size_t)(n * n);
    complex double *sum = calloc(all, sizeof *sum), *term = calloc(all, sizeof *term);
    complex double *next = calloc(all, sizeof *next), *old;
    for (int i = 0; i < n; i++)
        sum[i * n + i] = term[i * n + i] = 1;
    for (int k = 1; k <= DEGREE; k++) {
        multiply(n, term, a, next);
        old = term, term = next, next = old;
        for (size_t i = 0; i < all; i++) {
            term[i] /= k * (double)(1 << SQUARINGS);
            sum[i] += term[i];
        }
    }
    for (int s = 0; s < SQUARINGS; s++) {
        multiply(n, sum, sum, next);
        old = sum, sum = next, next = old;
    }
    free(term);
    free(next);
    return sum;
}

/* -i t G: Delta in the diagonal blocks, eta V below them. */
static inline complex double *generator(const problem *p, int orders, double t)
{
    const int64_t sites = p->n, n = sites * orders;
    complex double *a = calloc((size_t)(n * n), sizeof *a);
    for (int64_t row = 0; row < n; row++) {
        const int64_t x = row % sites, at = row - x;
        for (int j = 0; j < p->lattice.dimension; j++)
            for (int step = -1; step <= 1; step += 2) {
                int64_t index[3];
                index_of(&p->lattice, x, index);
                index[j] += step;
                a[row * n + at + site_of(&p->lattice, index)] += -I * t * p->h.hopping;
            }
        if (at > 0)
            a[row * n + row - sites] += -I * t * p->h.eta * (double)p->omega[x];
    }
    return a;
}

static inline double norm_of(int64_t n, const complex double *psi)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += creal(psi[i] * conj(psi[i]));
    return sqrt(sum);
}

#endif
