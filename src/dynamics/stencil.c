#include "dynamics/stencil.h"

#include "base/cpu.h"

const kl_stencil_set *kl_stencil_choose(void)
{
    static const kl_stencil_set *const sets[] = {&kl_stencil_generic, &kl_stencil_avx2,
                                                 &kl_stencil_avx512};
    return sets[kl_cpu_instruction_set()];
}

/* A step on rows from..to-1. */
typedef struct task {
    const kl_stencil *stencil;
    const kl_stencil_step *step;
    const kl_stencil_planes *at;
    int64_t from, to;
    kl_ahead ahead;
} task;

/* Sites of a row. */
static inline int64_t row_of(const task *t)
{
    const kl_lattice *lattice = t->stencil->lattice;
    if (t->at->around)
        return t->at->around->sites;
    return lattice->dimension == 1 ? lattice->count : lattice->sites;
}

/* acc += c * b for accumulators that the fused kernel does not serve. */
static void accumulate(const task *t, const double *c)
{
    const int64_t row = row_of(t);
    const int64_t at = t->from * row, n = (t->to - t->from) * row;
    for (int k = 0; k < t->step->outputs; k++) {
        if (t->stencil->precision == KL_SINGLE) {
            const float *restrict x = (const float *)t->at->b + at;
            float *restrict y = (float *)t->at->acc[k] + at, ck = (float)c[k];
            for (int64_t i = 0; i < n; i++)
                y[i] = y[i] + ck * x[i];
        } else {
            const double *restrict x = (const double *)t->at->b + at;
            double *restrict y = (double *)t->at->acc[k] + at;
            for (int64_t i = 0; i < n; i++)
                y[i] = y[i] + c[k] * x[i];
        }
    }
}

#define KL_RUN_ROWS(NAME, REAL, ROWS, KERNEL)                                                      \
    static void NAME(const task *t)                                                                \
    {                                                                                              \
        const kl_stencil_step *step = t->step;                                                     \
        const kl_stencil_planes *at = t->at;                                                       \
        const bool fused = step->outputs == 1;                                                     \
        const ROWS rows = {                                                                        \
            .n = row_of(t),                                                                        \
            .rows = at->around ? at->around->rows : kl_lattice_rows(t->stencil->lattice),          \
            .around = at->around,                                                                  \
            .from = t->from,                                                                       \
            .to = t->to,                                                                           \
            .c = at->c,                                                                            \
            .z0 = at->z0,                                                                          \
            .z1 = at->z1,                                                                          \
            .omega = at->omega,                                                                    \
            .v = at->v,                                                                            \
            .b = at->b,                                                                            \
            .acc = fused ? at->acc[0] : NULL,                                                      \
            .hop = (REAL)step->hop,                                                                \
            .potential = (REAL)step->potential,                                                    \
            .shift = (REAL)step->shift,                                                            \
            .c0 = fused ? (REAL)step->c0[0] : 0,                                                   \
            .c1 = fused ? (REAL)step->c1[0] : 0,                                                   \
            .subtract = step->subtract,                                                            \
            .ahead = t->ahead.memory,                                                              \
            .ahead_row = t->ahead.bytes / (t->to - t->from),                                       \
        };                                                                                         \
        t->stencil->set->KERNEL[t->stencil->lattice->dimension - 1](&rows);                        \
    }
KL_RUN_ROWS(run_single, float, kl_rows_single, single)
KL_RUN_ROWS(run_double, double, kl_rows_double, twofold)

void kl_stencil_rows(const kl_stencil *stencil, const kl_stencil_step *step,
                     const kl_stencil_planes *at, int64_t from, int64_t to, kl_ahead ahead)
{
    const task t = {stencil, step, at, from, to, ahead};
    if (from >= to)
        return;
    if (step->outputs > 1)
        accumulate(&t, step->c0);
    if (stencil->precision == KL_SINGLE)
        run_single(&t);
    else
        run_double(&t);
    if (step->outputs > 1)
        accumulate(&t, step->c1);
}
