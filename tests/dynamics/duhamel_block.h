/* A block of orders of the expansion in the disorder, from whole vectors and back. */
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
            c->time[i], c->time[c->nspans - 1],    c->tolerance / c->nspans};
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

#endif
