#include "classical/mean_field.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool kl_interaction_even(const kl_smooth *v)
{
    for (int t = 0; t < v->sum.nterms; t++) {
        const int *power = v->sum.term[t].power;
        if ((power[0] + power[1] + power[2]) % 2)
            return false;
    }
    for (int w = 0; w < v->sum.nwaves; w++)
        if (v->sum.wave[w].sine != 0)
            return false;
    for (int i = 0; i < v->ngaussians; i++)
        for (int j = 0; j < v->dimension; j++)
            if (v->gaussian[i].center[j] != 0)
                return false;
    return true;
}

/* The degree of V's terms; -1: there are none. */
static int degree_of(const kl_smooth *v)
{
    int most = -1;
    for (int t = 0; t < v->sum.nterms; t++) {
        const int *power = v->sum.term[t].power;
        const int degree = power[0] + power[1] + power[2];
        most = degree > most ? degree : most;
    }
    return most;
}

kl_status kl_mean_field_create(const kl_smooth *interaction, const kl_phase_symmetry *symmetry,
                               double reach, double accuracy, kl_mean_field *out, kl_error *err)
{
    const int degree = degree_of(interaction), nwaves = interaction->sum.nwaves;
    *out = (kl_mean_field){.interaction = interaction, .symmetry = *symmetry};
    KL_TRY(kl_bells_create(interaction, symmetry, reach, accuracy, &out->bells, err));
    if (degree >= 0)
        KL_TRY(kl_monomials_create(interaction->dimension, degree, &out->moments, err));
    out->n = out->bells.n + out->moments.n + 2 * nwaves;
    KL_TRY(kl_alloc((KL_MEAN_FIELD_BLOCKS + 1) * (size_t)out->n, sizeof *out->sums, "mean field",
                    &out->sums, err));
    KL_TRY(kl_alloc((size_t)out->bells.n, sizeof *out->modes, "mean field", &out->modes, err));
    KL_TRY(kl_alloc((size_t)out->moments.n, sizeof *out->term, "mean field", &out->term, err));
    KL_TRY(kl_alloc((size_t)nwaves, sizeof *out->wave, "mean field", &out->wave, err));
    for (int i = 0; i < out->moments.n; i++)
        memcpy(out->term[i].power, out->moments.power[i], sizeof out->term[i].power);
    out->sum = (kl_phase_sum){out->moments.n, nwaves, out->term, out->wave};
    return KL_OK;
}

void kl_mean_field_destroy(kl_mean_field *field)
{
    kl_bells_destroy(&field->bells);
    kl_monomials_destroy(&field->moments);
    free(field->sums);
    free(field->modes);
    free(field->term);
    free(field->wave);
    *field = (kl_mean_field){0};
}

/* ---- sums over points ---- */

static void add_point(const kl_mean_field *f, const double x[3], double weight, double *sum)
{
    kl_bells_add(&f->bells, x, weight, sum);
    sum += f->bells.n;
    for (int i = 0; i < f->moments.n; i++)
        *sum++ += weight * kl_phase_symmetry_power(&f->symmetry, f->moments.power[i], x);
    for (int w = 0; w < f->sum.nwaves; w++) {
        double a[3], cosine, sine;
        for (int j = 0; j < 3; j++)
            a[j] = 2 * M_PI * f->interaction->sum.wave[w].wave[j];
        kl_phase_symmetry_wave(&f->symmetry, a, x, &cosine, &sine);
        *sum++ += weight * cosine;
        *sum++ += weight * sine;
    }
}

int64_t kl_mean_field_first(int64_t n, int block)
{
    return n / KL_MEAN_FIELD_BLOCKS * block +
           n % KL_MEAN_FIELD_BLOCKS * block / KL_MEAN_FIELD_BLOCKS;
}

typedef struct points { /* that are given, of n */
    int64_t n, first, count;
    const double *x;
    int stride;
    const double *weight, *moment; /* moment NULL: they do not move */
    const kl_monomials *m;
} points;

static void add_blocks(kl_mean_field *f, const points *p)
{
    for (int b = 0; b < KL_MEAN_FIELD_BLOCKS; b++) {
        const int64_t last = kl_mean_field_first(p->n, b + 1);
        double *sum = f->sums + (size_t)b * (size_t)f->n;
        for (int64_t i = kl_mean_field_first(p->n, b); i < last; i++) {
            const int64_t k = i - p->first;
            double at[3] = {0};
            if (k < 0 || k >= p->count)
                continue;
            memcpy(at, p->x + k * p->stride, (size_t)f->symmetry.dimension * sizeof *at);
            if (p->moment)
                kl_mean_field_add_moved(f, p->m, at, p->moment + (p->m->n - 1) * k, p->weight[k],
                                        sum);
            else
                add_point(f, at, p->weight[k], sum);
        }
    }
}

/* ---- V * rho of the sums ---- */

/* Adds the mean of c prod_j (x_j - x'_j)^(n_j) over x' as a polynomial of x. */
static void expand(kl_mean_field *f, const kl_phase_term *v, const double *moment)
{
    int k[KL_MONOMIAL_VARIABLES] = {0}; /* powers of x'; the rest is left to x */
    for (k[0] = 0; k[0] <= v->power[0]; k[0]++)
        for (k[1] = 0; k[1] <= v->power[1]; k[1]++)
            for (k[2] = 0; k[2] <= v->power[2]; k[2]++) {
                int left[KL_MONOMIAL_VARIABLES] = {0};
                double factor = v->coefficient;
                for (int j = 0; j < 3; j++) {
                    left[j] = v->power[j] - k[j];
                    for (int i = 0; i < k[j]; i++)
                        factor *= -(double)(v->power[j] - i) / (i + 1);
                }
                f->term[kl_monomials_find(&f->moments, left)].coefficient +=
                    factor * moment[kl_monomials_find(&f->moments, k)];
            }
}

static void assemble(kl_mean_field *f, const double *all)
{
    const kl_phase_sum *v = &f->interaction->sum;
    const double *moment = all + f->bells.n, *wave = moment + f->moments.n;
    for (int b = 0; b < f->bells.n; b++)
        f->modes[b] = f->bells.c[b] * all[b];
    for (int i = 0; i < f->moments.n; i++)
        f->term[i].coefficient = 0;
    for (int t = 0; t < v->nterms; t++)
        expand(f, &v->term[t], moment);
    for (int w = 0; w < v->nwaves; w++) {
        f->wave[w] = v->wave[w];
        f->wave[w].cosine = v->wave[w].cosine * wave[2 * w];
        f->wave[w].sine = v->wave[w].cosine * wave[2 * w + 1];
    }
}

static void set(kl_mean_field *f, MPI_Comm comm, const points *p)
{
    const size_t sums = (size_t)f->n;
    double *all = f->sums + KL_MEAN_FIELD_BLOCKS * sums;
    memset(f->sums, 0, (KL_MEAN_FIELD_BLOCKS + 1) * sums * sizeof *f->sums);
    add_blocks(f, p);
    MPI_Allreduce(MPI_IN_PLACE, f->sums, KL_MEAN_FIELD_BLOCKS * f->n, MPI_DOUBLE, MPI_SUM, comm);
    for (size_t b = 0; b < KL_MEAN_FIELD_BLOCKS; b++)
        for (size_t i = 0; i < sums; i++)
            all[i] += f->sums[b * sums + i];
    assemble(f, all);
}

void kl_mean_field_set(kl_mean_field *f, MPI_Comm comm, int64_t n, int64_t first, int64_t count,
                       const double *x, int stride, const double *weight)
{
    set(f, comm, &(points){n, first, count, x, stride, weight, NULL, NULL});
}

void kl_mean_field_set_moved(kl_mean_field *f, MPI_Comm comm, int64_t n, int64_t first,
                             int64_t count, const double *x, int stride, const double *weight,
                             const kl_monomials *m, const double *moment)
{
    set(f, comm, &(points){n, first, count, x, stride, weight, moment, m});
}

double kl_mean_field_value(const kl_mean_field *f, const double x[3], double *g)
{
    if (g)
        kl_phase_gradient(&f->sum, x, g);
    return kl_phase_value(&f->sum, x) + kl_bells_value(&f->bells, f->modes, x, g);
}
