/* Contender: kinlim's own fourth-order splitting by FFT. */
#include "bench.h"

#include "base/memory.h"
#include "base/stop.h"
#include "dynamics/splitting.h"

#include <math.h>
#include <stdlib.h>

typedef struct split {
    kl_hamiltonian h;
    kl_splitting *splitting;
    kl_state start, psi;
    double t;
    int steps;
} split;

/* From psi_0 to steps/all of the time. */
static double run(split *s, int steps)
{
    kl_error err;
    kl_state_copy(&s->start, &s->psi);
    const double start = kl_clock();
    bench_check(kl_splitting_steps(s->splitting, &s->psi, s->t * steps / s->steps, steps, &err),
                &err);
    return kl_clock() - start;
}

/* Every step costs the same: a turn makes some of them. */
static bench_time turn(void *self, int repeats)
{
    split *s = self;
    const int some = (s->steps + 7) / 8;
    double sum = 0;
    for (int r = 0; r < repeats; r++)
        sum += run(s, some);
    return (bench_time){sum * s->steps / some / repeats, 0};
}

static void plane(void *self, int64_t p, double *re, double *im)
{
    const kl_state *psi = &((split *)self)->psi;
    const int64_t n = psi->lattice->plane, from = kl_lattice_origin(psi->lattice) + p * n;
    kl_state_load(psi->precision, psi->re, from, n, re);
    kl_state_load(psi->precision, psi->im, from, n, im);
}

static void destroy(void *self)
{
    split *s = self;
    kl_splitting_destroy(&s->splitting);
    kl_state_destroy(&s->start);
    kl_state_destroy(&s->psi);
    free(s);
}

/* The error of order 4 tells how many steps the target takes; a few more tries
 * make up for what is not asymptotic. */
static void find_steps(const bench_problem *problem, double target, split *s,
                       bench_contender *contender)
{
    for (int tries = 0; tries < 8; tries++) {
        run(s, s->steps);
        contender->error = bench_error(problem, contender);
        if (contender->error <= target)
            break;
        int next = (int)ceil(s->steps * pow(contender->error / target, 0.25));
        s->steps = next > s->steps ? next : s->steps + 1;
    }
    contender->terms = s->steps;
    contender->plane = NULL; /* turns do not go all the way */
}

void bench_splitting(const bench_problem *problem, double target, int *steps,
                     bench_contender *contender)
{
    split *s;
    kl_error err;
    const kl_lattice *lattice = &problem->alone;
    bench_check(kl_alloc(1, sizeof *s, "splitting", &s, &err), &err);
    s->h = (kl_hamiltonian){.lattice = lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = problem->eta,
                            .omega = problem->omega_alone};
    s->t = problem->t;
    s->steps = *steps > 0 ? *steps : 2 * (int)ceil(problem->t);
    bench_check(kl_splitting_create(&s->h, KL_DOUBLE, KL_FOURTH_ORDER, &s->splitting, &err), &err);
    bench_check(kl_state_create(lattice, KL_DOUBLE, &s->start, &err), &err);
    bench_check(kl_state_create(lattice, KL_DOUBLE, &s->psi, &err), &err);
    bench_start(problem, &s->start);
    contender->self = s;
    contender->turn = turn;
    contender->plane = plane;
    contender->destroy = destroy;
    find_steps(problem, target, s, contender);
    *steps = s->steps;
}
