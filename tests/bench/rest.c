/* What a realization needs besides its evolution: the random potential, the
 * initial state, and at an output time the six observables of the quickstart. */
#include "bench.h"

#include "base/memory.h"
#include "base/stop.h"
#include "wigner/pairing.h"

#include <stdlib.h>

enum { OBSERVABLES = 6 };

typedef struct rest {
    const bench_problem *problem;
    bench_workspace *space;
    kl_symbol symbol[OBSERVABLES];
    kl_wigner *pairing;
} rest;

static bench_time turn_disorder(void *self, int repeats)
{
    const double start = kl_clock();
    for (int r = 0; r < repeats; r++)
        bench_potential(&((rest *)self)->problem->alone, 0, ((rest *)self)->problem->omega_alone);
    return (bench_time){(kl_clock() - start) / repeats, 0};
}

static bench_time turn_start(void *self, int repeats)
{
    const rest *s = self;
    const double start = kl_clock();
    for (int r = 0; r < repeats; r++)
        bench_start(s->problem, &s->space->psi);
    return (bench_time){(kl_clock() - start) / repeats, 0};
}

static bench_time turn_observables(void *self, int repeats)
{
    const rest *s = self;
    complex double value[OBSERVABLES];
    double norm, hop;
    kl_error err;
    const double start = kl_clock();
    for (int r = 0; r < repeats; r++)
        bench_check(
            kl_wigner_evaluate(s->pairing, &s->space->start, value, &norm, &hop, NULL, &err), &err);
    return (bench_time){(kl_clock() - start) / repeats, 0};
}

static void destroy(void *self)
{
    rest *s = self;
    kl_wigner_destroy(&s->pairing);
    for (int i = 0; i < OBSERVABLES; i++)
        kl_symbol_destroy(&s->symbol[i]);
    free(s);
}

static void prepare_observables(rest *s)
{
    static const double center[OBSERVABLES][3] = {{-0.5, -1, -1}, {-1.5, -2, -1.8}, {-1, -1, -1}};
    static const int mode[OBSERVABLES][3] = {{0}, {0}, {1, 0, 0}, {0, 0, 1}, {0}, {0, 0, 1}};
    kl_observable observable[OBSERVABLES];
    kl_error err;
    for (int i = 0; i < OBSERVABLES; i++) {
        bench_check(kl_symbol_mode(mode[i], &s->symbol[i], &err), &err);
        observable[i] = (kl_observable){.position = i + 1 < OBSERVABLES ? KL_POSITION_GAUSSIAN
                                                                        : KL_POSITION_UNIFORM,
                                        .width = 0.6,
                                        .symbol = &s->symbol[i]};
        for (int j = 0; j < 3; j++)
            observable[i].center[j] = center[i][j];
    }
    bench_check(kl_wigner_create(&s->problem->alone, s->problem->eta * s->problem->eta, OBSERVABLES,
                                 observable, &s->pairing, &err),
                &err);
}

void bench_rest(const bench_problem *problem, bench_workspace *workspace,
                bench_contender *contender)
{
    rest *s;
    kl_error err;
    bench_check(kl_alloc(1, sizeof *s, "the rest", &s, &err), &err);
    s->problem = problem;
    s->space = workspace;
    contender->self = s;
    contender->destroy = destroy;
    contender->turn = contender->kind == BENCH_DISORDER ? turn_disorder
                      : contender->kind == BENCH_START  ? turn_start
                                                        : turn_observables;
    if (contender->kind == BENCH_OBSERVABLES)
        prepare_observables(s);
}
