/* R(y, m) of one axis, one mode m at a time: see husimi.h. Products of rows are
 * summed in a fixed order within a plane, planes in order. Collective. */
#include "wigner/husimi.h"

#include "base/memory.h"
#include "wigner/pencils.h"

#include <stdlib.h>

typedef struct row {
    double *re, *im;
} row;

typedef struct sweep {
    const kl_state *psi;
    int axis;
    int64_t m;       /* on the torus: 0 <= m < L */
    row a, b, p;     /* psi(y), psi(y + m), their product; [L] each */
    const void **at; /* [2][count] the planes that hold psi(y + m), re and im */
} sweep;

static void load(const sweep *s, const void *plane_re, const void *plane_im, int64_t r, row to)
{
    const int64_t n = kl_lattice_row(s->psi->lattice);
    kl_state_load(s->psi->precision, plane_re, r * n, n, to.re);
    kl_state_load(s->psi->precision, plane_im, r * n, n, to.im);
}

/* Axis 0: out[2] of a plane, against the plane m further. */
static void across_planes(const sweep *s, const void *re, const void *im, int64_t p, double *out)
{
    const kl_lattice *lattice = s->psi->lattice;
    const int64_t n = kl_lattice_row(lattice);
    double sum[2];
    for (int64_t r = 0; r < kl_lattice_rows(lattice); r++) {
        load(s, re, im, r, s->a);
        load(s, s->at[p], s->at[lattice->count + p], r, s->b);
        kl_row_overlap(n, s->a.re, s->a.im, s->b.re, s->b.im, sum);
        out[0] += sum[0];
        out[1] += sum[1];
    }
}

/* The axis of the rows of a plane (d = 3, axis 1): out[L][2]. */
static void across_rows(const sweep *s, const void *re, const void *im, double *out)
{
    const int64_t L = s->psi->lattice->sites;
    for (int64_t y = 0; y < L; y++) {
        load(s, re, im, y, s->a);
        load(s, re, im, (y + s->m) % L, s->b);
        kl_row_overlap(L, s->a.re, s->a.im, s->b.re, s->b.im, out + 2 * y);
    }
}

/* The last axis, along the rows: out[2][L]. */
static void along_rows(const sweep *s, const void *re, const void *im, double *out)
{
    const int64_t L = s->psi->lattice->sites;
    for (int64_t r = 0; r < kl_lattice_rows(s->psi->lattice); r++) {
        load(s, re, im, r, s->a);
        for (int64_t y = 0; y < L; y++) {
            s->b.re[y] = s->a.re[(y + s->m) % L];
            s->b.im[y] = s->a.im[(y + s->m) % L];
        }
        kl_row_product(KL_DOUBLE, L, s->a.re, s->a.im, s->b.re, s->b.im, s->p.re, s->p.im);
        for (int64_t y = 0; y < L; y++) {
            out[y] += s->p.re[y];
            out[L + y] += s->p.im[y];
        }
    }
}

/* table[count][width]: the sums of each owned plane. */
static void fill(const sweep *s, size_t width, double *table)
{
    const kl_lattice *lattice = s->psi->lattice;
    const size_t element = kl_precision_size(s->psi->precision);
    const size_t plane = (size_t)lattice->plane * element;
    const char *re = kl_lattice_plane(lattice, s->psi->re, element, 0);
    const char *im = kl_lattice_plane(lattice, s->psi->im, element, 0);
    for (int64_t p = 0; p < lattice->count; p++, re += plane, im += plane) {
        double *out = table + (size_t)p * width;
        for (size_t i = 0; i < width; i++)
            out[i] = 0;
        if (s->axis == 0)
            across_planes(s, re, im, p, out);
        else if (s->axis < lattice->dimension - 1)
            across_rows(s, re, im, out);
        else
            along_rows(s, re, im, out);
    }
}

/* One m: value[L]. sum, planes: scratch of 2 L. */
static kl_status one_mode(sweep *s, double *table, double *sum, double *planes,
                          complex double *value, kl_error *err)
{
    const kl_lattice *lattice = s->psi->lattice;
    const int64_t L = lattice->sites;
    const size_t size = kl_precision_size(s->psi->precision);
    const bool middle = s->axis > 0 && s->axis < lattice->dimension - 1;
    void *re = NULL, *im = NULL;
    kl_status status = KL_OK;
    if (s->axis == 0) {
        KL_GOTO(kl_planes_shifted(lattice, s->psi->re, size, s->m, s->at, &re, err));
        KL_GOTO(
            kl_planes_shifted(lattice, s->psi->im, size, s->m, s->at + lattice->count, &im, err));
    }
    const size_t width = s->axis == 0 ? 2 : 2 * (size_t)L;
    fill(s, width, table);
    KL_GOTO(kl_planes_sum(lattice, table, (int)width, sum, s->axis == 0 ? planes : NULL, err));
    const double *from = s->axis == 0 ? planes : sum;
    for (int64_t y = 0; y < L; y++)
        value[y] =
            s->axis == 0 || middle ? from[2 * y] + I * from[2 * y + 1] : from[y] + I * from[L + y];
done:
    free(re);
    free(im);
    return status;
}

kl_status kl_coherence_create(const kl_state *psi, int axis, int64_t modes, kl_coherence *out,
                              kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const size_t L = (size_t)lattice->sites, count = (size_t)lattice->count;
    double *rows = NULL, *table = NULL, *sums = NULL;
    sweep s = {.psi = psi, .axis = axis};
    *out = (kl_coherence){.sites = lattice->sites, .modes = modes};
    kl_status status = kl_alloc((size_t)modes * L, sizeof *out->value, "Husimi", &out->value, err);
    if (status == KL_OK)
        status = kl_alloc(6 * L, sizeof *rows, "Husimi", &rows, err);
    if (status == KL_OK)
        status = kl_alloc(count * 2 * L, sizeof *table, "Husimi", &table, err);
    if (status == KL_OK)
        status = kl_alloc(4 * L, sizeof *sums, "Husimi", &sums, err);
    if (status == KL_OK)
        status = kl_alloc(2 * count, sizeof *s.at, "Husimi", &s.at, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    s.a = (row){rows, rows + L};
    s.b = (row){rows + 2 * L, rows + 3 * L};
    s.p = (row){rows + 4 * L, rows + 5 * L};
    for (int64_t m = 0; m < modes; m++) {
        s.m = m % lattice->sites;
        KL_GOTO(one_mode(&s, table, sums, sums + 2 * L, out->value + (size_t)m * L, err));
    }
done:
    free(rows);
    free(table);
    free(sums);
    free(s.at);
    if (status != KL_OK)
        kl_coherence_destroy(out);
    return status;
}

void kl_coherence_destroy(kl_coherence *coherence)
{
    free(coherence->value);
    coherence->value = NULL;
}
