#include "lattice/transform.h"

#include "base/memory.h"

#include <fftw3.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

struct kl_transform_plans {
    fftw_plan line[2];  /* of L sites that follow each other: forward, backward */
    fftw_plan plane[2]; /* of the L^(d-1) sites of a plane; NULL in d = 1 */
};

static int64_t first_line(const kl_lattice *lattice, int rank)
{
    return lattice->plane * rank / lattice->ranks;
}

static kl_status make_plans(kl_transform *t, kl_error *err)
{
    const int d = t->lattice->dimension, n = (int)t->lattice->sites, sides[2] = {n, n};
    const unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;
    fftw_complex *z = fftw_malloc(sizeof *z * (size_t)n * (size_t)t->lattice->plane);
    bool made = z != NULL;
    for (int i = 0; made && i < 2; i++) {
        const int sign = i ? FFTW_BACKWARD : FFTW_FORWARD;
        t->plans->line[i] = fftw_plan_dft_1d(n, z, z, sign, flags);
        t->plans->plane[i] = d > 1 ? fftw_plan_dft(d - 1, sides, z, z, sign, flags) : NULL;
        made = t->plans->line[i] && (d == 1 || t->plans->plane[i]);
    }
    fftw_free(z);
    return made ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "FFTW made no plan for %d^%d sites", n, d);
}

static kl_status allocate(kl_transform *t, kl_error *err)
{
    const kl_lattice *l = t->lattice;
    const int64_t lines = t->count * l->sites, slab = kl_lattice_local(l);
    KL_TRY(kl_alloc(1, sizeof *t->plans, "FFT plans", &t->plans, err));
    KL_TRY(kl_alloc((size_t)lines, sizeof *t->line, "FFT", &t->line, err));
    KL_TRY(
        kl_alloc((size_t)(lines > slab ? lines : slab), sizeof *t->packed, "FFT", &t->packed, err));
    KL_TRY(kl_alloc(4 * (size_t)l->ranks, sizeof *t->counts, "FFT", &t->counts, err));
    return make_plans(t, err);
}

kl_status kl_transform_create(const kl_lattice *lattice, kl_transform *out, kl_error *err)
{
    *out = (kl_transform){.lattice = lattice, .first = first_line(lattice, lattice->rank)};
    out->count = first_line(lattice, lattice->rank + 1) - out->first;
    return kl_agree(lattice->comm, allocate(out, err), err);
}

void kl_transform_destroy(kl_transform *t)
{
    for (int i = 0; t->plans && i < 2; i++) {
        if (t->plans->line[i])
            fftw_destroy_plan(t->plans->line[i]);
        if (t->plans->plane[i])
            fftw_destroy_plan(t->plans->plane[i]);
    }
    free(t->plans);
    free(t->line);
    free(t->packed);
    free(t->counts);
    *t = (kl_transform){0};
}

double kl_transform_bytes(int dimension, double sites, int ranks)
{
    return 32 * ceil(pow(sites, dimension) / ranks);
}

/* ---- axis 0: from planes of a slab to whole lines, and back ---- */

/* How many numbers pass between this rank's planes and the lines of others, in pairs. */
static void count_exchange(const kl_transform *t, int *planes, int *planes_at, int *lines,
                           int *lines_at)
{
    const kl_lattice *l = t->lattice;
    for (int r = 0; r < l->ranks; r++) {
        const int64_t theirs = first_line(l, r + 1) - first_line(l, r);
        planes[r] = (int)(l->count * theirs);
        lines[r] = (int)((kl_lattice_first(l, r + 1) - kl_lattice_first(l, r)) * t->count);
        planes_at[r] = r ? planes_at[r - 1] + planes[r - 1] : 0;
        lines_at[r] = r ? lines_at[r - 1] + lines[r - 1] : 0;
    }
}

/* Between data[plane][line] and packed, cut by the ranks that have the lines; within a rank's
 * part the planes follow each other for each line. */
static void pack(const kl_transform *t, double complex *data, bool unpack)
{
    const kl_lattice *l = t->lattice;
    double complex *at = t->packed;
    for (int r = 0; r < l->ranks; r++)
        for (int64_t c = first_line(l, r); c < first_line(l, r + 1); c++)
            for (int64_t p = 0; p < l->count; p++, at++) {
                double complex *site = &data[p * l->plane + c];
                if (unpack)
                    *site = *at;
                else
                    *at = *site;
            }
}

/* Between packed, cut by the ranks that have the planes, and line[count][L]. */
static void spread(const kl_transform *t, bool back)
{
    const kl_lattice *l = t->lattice;
    double complex *at = t->packed;
    for (int r = 0; r < l->ranks; r++) {
        const int64_t from = kl_lattice_first(l, r), to = kl_lattice_first(l, r + 1);
        for (int64_t c = 0; c < t->count; c++)
            for (int64_t p = from; p < to; p++, at++) {
                double complex *site = &t->line[c * l->sites + p];
                if (back)
                    *at = *site;
                else
                    *site = *at;
            }
    }
}

static void exchange(const kl_transform *t, double complex *data, bool back)
{
    const kl_lattice *l = t->lattice;
    int *planes = t->counts, *planes_at = planes + l->ranks, *lines = planes_at + l->ranks,
        *lines_at = lines + l->ranks;
    count_exchange(t, planes, planes_at, lines, lines_at);
    if (back) {
        spread(t, true);
        MPI_Alltoallv(t->packed, lines, lines_at, MPI_C_DOUBLE_COMPLEX, data, planes, planes_at,
                      MPI_C_DOUBLE_COMPLEX, l->comm);
    } else {
        pack(t, data, false);
        MPI_Alltoallv(t->packed, planes, planes_at, MPI_C_DOUBLE_COMPLEX, t->line, lines, lines_at,
                      MPI_C_DOUBLE_COMPLEX, l->comm);
    }
}

/* The lines of axis 0 where all planes are this rank's: a few at a time, as near as they lie. */
static void transform_alone(kl_transform *t, double complex *data, fftw_plan plan)
{
    enum { MOST = 8 };
    const int64_t L = t->lattice->sites, plane = t->lattice->plane;
    for (int64_t c = 0; c < plane; c += MOST) {
        const int64_t n = c + MOST < plane ? MOST : plane - c;
        for (int64_t p = 0; p < L; p++)
            for (int64_t i = 0; i < n; i++)
                t->line[i * L + p] = data[p * plane + c + i];
        for (int64_t i = 0; i < n; i++)
            fftw_execute_dft(plan, t->line + i * L, t->line + i * L);
        for (int64_t p = 0; p < L; p++)
            for (int64_t i = 0; i < n; i++)
                data[p * plane + c + i] = t->line[i * L + p];
    }
}

/* The lines over all ranks. */
static void transform_together(kl_transform *t, double complex *data, fftw_plan plan)
{
    const kl_lattice *l = t->lattice;
    exchange(t, data, false);
    for (int64_t i = 0; i < t->count * l->sites; i++) /* as they came, rank by rank */
        t->packed[i] = t->line[i];
    spread(t, false);
    for (int64_t c = 0; c < t->count; c++)
        fftw_execute_dft(plan, t->line + c * l->sites, t->line + c * l->sites);
    exchange(t, data, true);
    for (int64_t i = 0; i < kl_lattice_local(l); i++)
        t->packed[i] = data[i];
    pack(t, data, true);
}

static void transform(kl_transform *t, double complex *data, int which)
{
    const kl_lattice *l = t->lattice;
    for (int64_t p = 0; p < l->count && l->dimension > 1; p++)
        fftw_execute_dft(t->plans->plane[which], data + p * l->plane, data + p * l->plane);
    if (l->ranks == 1)
        transform_alone(t, data, t->plans->line[which]);
    else
        transform_together(t, data, t->plans->line[which]);
}

void kl_transform_forward(kl_transform *t, double complex *data)
{
    transform(t, data, 0);
}

void kl_transform_backward(kl_transform *t, double complex *data)
{
    const double scale = 1 / ((double)t->lattice->sites * (double)t->lattice->plane);
    transform(t, data, 1);
    for (int64_t i = 0; i < kl_lattice_local(t->lattice); i++)
        data[i] *= scale;
}
