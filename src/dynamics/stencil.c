#include "dynamics/stencil.h"

#include "base/cpu.h"

const kl_stencil_set *kl_stencil_choose(void)
{
    static const kl_stencil_set *const sets[] = {&kl_stencil_generic, &kl_stencil_avx2,
                                                 &kl_stencil_avx512};
    return sets[kl_cpu_instruction_set()];
}

/* Rows of a plane: where the neighbours of row j of plane p are. */
typedef struct rows {
    int64_t n, c, y0, y1, z0, z1; /* offsets in an array with ghosts */
} rows;

static rows row_at(const kl_lattice *lattice, int64_t p, int64_t j)
{
    const int64_t L = lattice->sites, plane = lattice->plane, base = (p + 1) * plane;
    switch (lattice->dimension) {
    case 1:
        return (rows){.n = lattice->count, .c = base};
    case 2:
        return (rows){.n = L, .c = base, .y0 = base - plane, .y1 = base + plane};
    default:
        return (rows){.n = L,
                      .c = base + j * L,
                      .y0 = base + (j ? j - 1 : L - 1) * L,
                      .y1 = base + (j + 1 < L ? j + 1 : 0) * L,
                      .z0 = base - plane + j * L,
                      .z1 = base + plane + j * L};
    }
}

/* acc += c * b for accumulators that the fused kernel does not serve. */
static void accumulate(const kl_stencil_step *step, const double *c, const void *b, int64_t from,
                       int64_t n)
{
    for (int k = 0; k < step->outputs; k++) {
        if (step->precision == KL_SINGLE) {
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

static void do_row(const kl_stencil_step *step, rows at, const void *a, void *b)
{
    const int d = step->lattice->dimension - 1, s = step->subtract, fused = step->outputs == 1;
    const int64_t out = at.c - kl_lattice_origin(step->lattice);
    if (step->outputs > 1)
        accumulate(step, step->c0, b, at.c, at.n);
    if (step->precision == KL_SINGLE) {
        const float *x = a;
        kl_row_single row = {at.n, x + at.c, x + at.y0, x + at.y1, x + at.z0, x + at.z1,
                             step->omega + out, (float *)b + at.c, NULL, (float)step->hop,
                             (float)step->potential, 0, 0};
        if (fused) {
            row.acc = (float *)step->acc[0] + at.c;
            row.c0 = (float)step->c0[0];
            row.c1 = (float)step->c1[0];
        }
        step->set->single[d][s][fused](&row);
    } else {
        const double *x = a;
        kl_row_double row = {at.n, x + at.c, x + at.y0, x + at.y1, x + at.z0, x + at.z1,
                             step->omega + out, (double *)b + at.c, NULL, step->hop,
                             step->potential, 0, 0};
        if (fused) {
            row.acc = (double *)step->acc[0] + at.c;
            row.c0 = step->c0[0];
            row.c1 = step->c1[0];
        }
        step->set->real_double[d][s][fused](&row);
    }
    if (step->outputs > 1)
        accumulate(step, step->c1, b, at.c, at.n);
}

static void do_plane(const kl_stencil_step *step, int64_t p, const void *a, void *b)
{
    const int64_t rows_of_plane = step->lattice->dimension == 3 ? step->lattice->sites : 1;
    for (int64_t j = 0; j < rows_of_plane; j++)
        do_row(step, row_at(step->lattice, p, j), a, b);
}

void kl_stencil_apply(const kl_stencil_step *step, const void *a, void *b)
{
    const kl_lattice *lattice = step->lattice;
    const int64_t last = lattice->count - 1;
    kl_halo halo;
    if (lattice->dimension == 1) { /* one run; a halo of one site is not worth hiding */
        do_plane(step, 0, a, b);
        kl_halo_start(lattice, b, kl_precision_size(step->precision), &halo);
        kl_halo_finish(&halo);
        return;
    }
    do_plane(step, 0, a, b);
    if (last > 0)
        do_plane(step, last, a, b);
    kl_halo_start(lattice, b, kl_precision_size(step->precision), &halo);
    for (int64_t p = 1; p < last; p++) {
        do_plane(step, p, a, b);
        if (lattice->ranks > 1)
            kl_halo_test(&halo);
    }
    kl_halo_finish(&halo);
}
