/* Contender: a block of orders of the expansion in the disorder, blocked in time, on one rank, by a
 * series of as many terms as one vector takes. */
#include "bench.h"

#include "base/memory.h"
#include "base/stop.h"
#include "base/bessel.h"

#include <stdlib.h>

typedef struct orders {
    kl_hamiltonian h;
    kl_state psi[BENCH_BLOCK], out[BENCH_BLOCK];
    void *scratch[BENCH_BLOCK];
    double t, radius, tolerance;
    int *terms;
} orders;

static bench_time turn(void *self, int repeats)
{
    orders *o = self;
    kl_series series = {.hamiltonian = &o->h,
                        .radius = o->radius,
                        .orders = BENCH_BLOCK,
                        .psi = o->psi,
                        .scratch = o->scratch,
                        .n = 1,
                        .t = &o->t,
                        .out = o->out};
    kl_error err;
    bench_check(kl_bessel_degree(o->radius * o->t, o->tolerance, &series.degree, &err), &err);
    *o->terms = series.degree / 4 * 4 + 3;
    double seconds = 0;
    for (int r = 0; r < repeats; r++) {
        for (int n = 0; n < BENCH_BLOCK; n++)
            kl_state_copy(&o->out[n], &o->psi[n]); /* of the last turn; of the start at first */
        const double start = kl_clock();
        bench_check(kl_series_evolve(&series, &err), &err);
        seconds += kl_clock() - start;
    }
    return (bench_time){seconds / repeats / BENCH_BLOCK, 0};
}

static void destroy(void *self)
{
    orders *o = self;
    for (int n = 0; n < BENCH_BLOCK; n++) {
        kl_state_destroy(&o->psi[n]);
        kl_state_destroy(&o->out[n]);
        kl_lattice_array_free(o->scratch[n]);
    }
    free(o);
}

void bench_orders(const bench_problem *problem, kl_precision precision, double tolerance,
                  bench_contender *contender)
{
    orders *o;
    kl_error err;
    const kl_lattice *lattice = &problem->alone;
    const size_t element = kl_precision_size(precision);
    bench_check(kl_alloc(1, sizeof *o, "orders", &o, &err), &err);
    for (int n = 0; n < BENCH_BLOCK; n++) {
        bench_check(kl_state_create_at(lattice, precision, 5 * n, &o->psi[n], &err), &err);
        bench_check(kl_lattice_array(lattice, element, 5 * n + 2, &o->scratch[n], &err), &err);
        bench_check(kl_state_create_at(lattice, precision, 5 * n + 3, &o->out[n], &err), &err);
        bench_start(problem, &o->out[n]);
    }
    o->h = (kl_hamiltonian){.lattice = lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = problem->eta,
                            .omega = problem->omega_alone,
                            .blocking = kl_blocking_orders(lattice)};
    o->radius = kl_hamiltonian_radius(&o->h, precision, o->psi[0].re, o->scratch[0]);
    o->t = problem->t;
    o->tolerance = tolerance;
    o->terms = &contender->terms;
    contender->self = o;
    contender->turn = turn;
    contender->destroy = destroy;
}
