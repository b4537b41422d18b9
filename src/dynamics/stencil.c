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

/* acc += c * b for accumulators that the fused kernel does not serve. */
static void accumulate(const task *t, const double *c)
{
    const int64_t row = t->at->sites;
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
            .n = at->sites,                                                                        \
            .rows = at->rows,                                                                      \
            .low = at->low,                                                                        \
            .high = at->high,                                                                      \
            .left = at->left,                                                                      \
            .right = at->right,                                                                    \
            .left_row = at->left_row,                                                              \
            .right_row = at->right_row,                                                            \
            .across = at->across,                                                                  \
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

/* Planes that are all of the lattice's: their neighbours around it are in them. */
static void close_around(const kl_stencil *stencil, kl_stencil_planes *at)
{
    const kl_lattice *lattice = stencil->lattice;
    const size_t element = kl_precision_size(stencil->precision);
    at->rows = kl_lattice_rows(lattice);
    at->sites = lattice->dimension == 1 ? lattice->count : lattice->sites;
    at->left_row = at->right_row = at->sites;
    at->high = at->right = at->c;
    at->low = (const char *)at->c + (size_t)((at->rows - 1) * at->sites) * element;
    at->left = (const char *)at->c + (size_t)(at->sites - 1) * element;
}

void kl_stencil_rows(const kl_stencil *stencil, const kl_stencil_step *step,
                     const kl_stencil_planes *at, int64_t from, int64_t to, kl_ahead ahead)
{
    kl_stencil_planes planes = *at;
    const task t = {stencil, step, &planes, from, to, ahead};
    if (from >= to)
        return;
    if (planes.rows == 0)
        close_around(stencil, &planes);
    if (step->outputs > 1)
        accumulate(&t, step->c0);
    if (stencil->precision == KL_SINGLE)
        run_single(&t);
    else
        run_double(&t);
    if (step->outputs > 1)
        accumulate(&t, step->c1);
}
