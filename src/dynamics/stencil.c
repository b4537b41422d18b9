#include "dynamics/stencil.h"

#include "base/cpu.h"

const kl_stencil_set *kl_stencil_choose(void)
{
    static const kl_stencil_set *const sets[] = {&kl_stencil_generic, &kl_stencil_avx2,
                                                 &kl_stencil_avx512};
    return sets[kl_cpu_instruction_set()];
}

/* acc += c * b for accumulators that the fused kernel does not serve. */
static void accumulate(const kl_stencil_step *step, kl_precision precision, const double *c,
                       const void *b, int64_t from, int64_t n)
{
    for (int k = 0; k < step->outputs; k++) {
        if (precision == KL_SINGLE) {
            const float *restrict x = (const float *)b + from;
            float *restrict y = (float *)step->acc[k] + from, ck = (float)c[k];
            for (int64_t i = 0; i < n; i++)
                y[i] = y[i] + ck * x[i];
        } else {
            const double *restrict x = (const double *)b + from;
            double *restrict y = (double *)step->acc[k] + from;
            for (int64_t i = 0; i < n; i++)
                y[i] = y[i] + c[k] * x[i];
        }
    }
}

void kl_stencil_rows(const kl_stencil *stencil, const kl_stencil_step *step, const void *a, void *b,
                     int64_t p, int64_t from, int64_t to)
{
    const kl_lattice *lattice = stencil->lattice;
    const int d = lattice->dimension - 1, fused = step->outputs == 1, kind = step->subtract + fused;
    const int64_t plane = lattice->plane, at = (p + 1) * plane;
    const int64_t n = d == 0 ? lattice->count : lattice->sites, rows = d == 2 ? lattice->sites : 1;
    const float *omega = stencil->omega + p * plane;
    if (step->outputs > 1)
        accumulate(step, stencil->precision, step->c0, b, at + from * n, (to - from) * n);
    if (stencil->precision == KL_SINGLE) {
        const float *c = (const float *)a + at;
        kl_rows_single task = {n,
                               rows,
                               from,
                               to,
                               c,
                               c - plane,
                               c + plane,
                               omega,
                               (float *)b + at,
                               NULL,
                               (float)step->hop,
                               (float)step->potential,
                               (float)step->shift,
                               0,
                               0};
        if (fused) {
            task.acc = (float *)step->acc[0] + at;
            task.c0 = (float)step->c0[0];
            task.c1 = (float)step->c1[0];
        }
        stencil->set->single[d][kind](&task);
    } else {
        const double *c = (const double *)a + at;
        kl_rows_double task = {n,           rows,      from,
                               to,          c,         c - plane,
                               c + plane,   omega,     (double *)b + at,
                               NULL,        step->hop, step->potential,
                               step->shift, 0,         0};
        if (fused) {
            task.acc = (double *)step->acc[0] + at;
            task.c0 = step->c0[0];
            task.c1 = step->c1[0];
        }
        stencil->set->twofold[d][kind](&task);
    }
    if (step->outputs > 1)
        accumulate(step, stencil->precision, step->c1, b, at + from * n, (to - from) * n);
}
