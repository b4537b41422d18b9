#include "parts/gas_vectors.h"

#include "base/complex.h"
#include "base/memory.h"
#include "lattice/disorder.h"
#include "lattice/philox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PURPOSE_PHASE = 2, CHUNK = 128, ROOTS = 1024 }; /* purpose 1: disorder.c */

typedef struct keys {
    kl_node *vectors;
    int64_t count;
    int all;
} keys;

const kl_key kl_gas_vectors_table[] = {
    {.name = "vectors",
     KL_NODE_AT(keys, vectors),
     .fallback = "1",
     .doc = "random-phase vectors per realization, or all: every momentum by itself"},
    {0}};
static const kl_key count_table[] = {
    {.name = "vectors", KL_INT_AT(keys, count), KL_RANGE(1, 1e4), .doc = "how many"}, {0}};
static const char *const words[] = {"all", NULL};
static const kl_key all_table[] = {
    {.name = "vectors", KL_CHOICE_AT(keys, all, words), .doc = "every momentum"}, {0}};

static int64_t volume(const kl_lattice_point *point, int dimension)
{
    int64_t n = 1;
    for (int j = 0; j < dimension; j++)
        n *= point->sites;
    return n;
}

kl_status kl_gas_vectors_read(kl_node *root, const kl_lattice_points *points, kl_gas_vectors *out,
                              kl_error *err)
{
    keys k = {0};
    kl_error ignored;
    KL_TRY(kl_config_read(root, kl_gas_vectors_table, &k, err));
    *out = (kl_gas_vectors){0};
    if (kl_config_read(root, all_table, &k, &ignored) != KL_OK) {
        KL_TRY(kl_config_read(root, count_table, &k, err));
        out->count = k.count;
        return KL_OK;
    }
    out->all = true;
    for (int i = 0; i < points->n; i++)
        if (volume(&points->point[i], (int)points->dimension) > KL_MOST_MOMENTA)
            return kl_config_fail(root, "vectors", err,
                                  "all is not allowed on %lld^%d sites: must be a number on more "
                                  "than %d",
                                  (long long)points->point[i].sites, (int)points->dimension,
                                  KL_MOST_MOMENTA);
    return KL_OK;
}

int64_t kl_gas_vectors_count(const kl_gas_vectors *vectors, const kl_lattice_point *point,
                             int dimension)
{
    return vectors->all ? volume(point, dimension) : vectors->count;
}

/* Roots of unity, uniform by the number of the momentum: all moments of theirs below ROOTS are
 * those of uniform phases. */
static void fill_phases(const kl_gas_filling *f, int64_t v, const kl_lattice *lattice,
                        double complex *out)
{
    const double parameters[4] = {f->point->eta, (double)lattice->sites, lattice->dimension,
                                  (double)v};
    const uint64_t key[2] = {f->seed, PURPOSE_PHASE};
    const uint64_t counter[2] = {(uint64_t)f->realization, kl_disorder_point(parameters, 4)};
    const int64_t first = lattice->first * lattice->plane, last = first + kl_lattice_local(lattice);
    double complex root[ROOTS];
    uint64_t bits[4 * CHUNK];
    for (int k = 0; k < ROOTS; k++)
        root[k] = CMPLX(cos(2 * M_PI * k / ROOTS), sin(2 * M_PI * k / ROOTS));
    for (int64_t site = first; site < last;) {
        const int64_t start = site / 4 * 4;
        const int64_t end = start + 4 * CHUNK < last ? start + 4 * CHUNK : last;
        kl_philox_blocks(key, (uint64_t)start / 4, counter, (end - start + 3) / 4, bits);
        for (; site < end; site++)
            out[site - first] = root[bits[site - start] % ROOTS];
    }
}

/* psi^ of this rank's momenta. */
static void fill_amplitudes(const kl_gas_filling *f, int64_t v, const kl_lattice *lattice,
                            double complex *out)
{
    const int64_t first = lattice->first * lattice->plane, n = kl_lattice_local(lattice);
    if (f->vectors->all) {
        memset(out, 0, (size_t)n * sizeof *out);
        if (v >= first && v < first + n)
            out[v - first] = f->amplitude[v - first];
        return;
    }
    fill_phases(f, v, lattice, out);
    for (int64_t i = 0; i < n; i++)
        out[i] *= f->amplitude[i];
}

static double factor(const kl_gas_filling *f, const kl_lattice *lattice, int64_t site)
{
    double g = 1;
    for (int j = lattice->dimension - 1; j >= 0; j--, site /= lattice->sites)
        g *= kl_gas_start_factor(f->start, f->point, j,
                                 kl_lattice_coordinate(lattice, site % lattice->sites));
    return g;
}

static kl_status find_norm(const kl_lattice *lattice, const double complex *psi, double *norm,
                           kl_error *err)
{
    double *plane;
    KL_TRY(kl_agree(lattice->comm,
                    kl_alloc((size_t)lattice->count, sizeof *plane, "norms", &plane, err), err));
    for (int64_t p = 0; p < lattice->count; p++)
        for (int64_t i = p * lattice->plane; i < (p + 1) * lattice->plane; i++)
            plane[p] += creal(psi[i]) * creal(psi[i]) + cimag(psi[i]) * cimag(psi[i]);
    const kl_status status = kl_planes_sum(lattice, plane, 1, norm, NULL, err);
    free(plane);
    return status;
}

kl_status kl_gas_vectors_fill(const kl_gas_filling *f, int64_t v, double complex *out, double *norm,
                              double *weight, kl_error *err)
{
    const kl_lattice *lattice = f->transform->lattice;
    const int64_t first = lattice->first * lattice->plane;
    *norm = *weight = 0;
    if (f->vectors->all && kl_gas_start_at(f->start, lattice->sites, v) == 0)
        return KL_OK;
    fill_amplitudes(f, v, lattice, out);
    kl_transform_backward(f->transform, out);
    for (int64_t i = 0; i < kl_lattice_local(lattice) && f->start->envelope; i++)
        out[i] *= factor(f, lattice, first + i);
    KL_TRY(find_norm(lattice, out, norm, err));
    *weight = f->vectors->all ? *norm : *norm / (double)f->vectors->count;
    return KL_OK;
}

void kl_gas_vectors_amplitude(const kl_gas_start *start, const kl_lattice *lattice,
                              double *amplitude)
{
    for (int64_t i = 0; i < kl_lattice_local(lattice); i++)
        amplitude[i] =
            sqrt(kl_gas_start_at(start, lattice->sites, lattice->first * lattice->plane + i));
}

/* ---- states ---- */

void kl_gas_store(const double complex *from, double factor_of, kl_state *to)
{
    const int64_t n = kl_lattice_local(to->lattice), origin = kl_lattice_origin(to->lattice);
    double re[CHUNK], im[CHUNK];
    for (int64_t at = 0; at < n; at += CHUNK) {
        const int64_t count = n - at < CHUNK ? n - at : CHUNK;
        for (int64_t i = 0; i < count; i++) {
            re[i] = factor_of * creal(from[at + i]);
            im[i] = factor_of * cimag(from[at + i]);
        }
        kl_state_store(to->precision, to->re, origin + at, count, re);
        kl_state_store(to->precision, to->im, origin + at, count, im);
    }
    to->real = false;
}

void kl_gas_load(const kl_state *from, double complex *to)
{
    const int64_t n = kl_lattice_local(from->lattice), origin = kl_lattice_origin(from->lattice);
    double re[CHUNK], im[CHUNK];
    for (int64_t at = 0; at < n; at += CHUNK) {
        const int64_t count = n - at < CHUNK ? n - at : CHUNK;
        kl_state_load(from->precision, from->re, origin + at, count, re);
        kl_state_load(from->precision, from->im, origin + at, count, im);
        for (int64_t i = 0; i < count; i++)
            to[at + i] = CMPLX(re[i], im[i]);
    }
}
