#include "graphs/torus.h"

#include "base/clones.h"
#include "base/complex.h"
#include "base/memory.h"
#include "graphs/cosine.h"

#include <fftw3.h>
#include <math.h>
#include <stdlib.h>

enum { LANES = 8 };

/* First the cosine transforms of re and im on the even axes, then the complex ones on the rest. */
struct kl_torus_plans {
    kl_cosine small;                     /* all axes even, and short; n = 0: no */
    fftw_plan cosine, forward, backward; /* NULL: no such axes */
};

/* Axes of the grid that are even, or that are not, as FFTW's dimensions in units of `unit` reals.
 */
static int axes(const kl_torus *torus, bool even, int unit, fftw_iodim dims[4])
{
    int stride[3], rank = 0;
    stride[2] = unit;
    stride[1] = stride[2] * torus->n[2];
    stride[0] = stride[1] * torus->n[1];
    for (int j = 0; j < 3; j++)
        if (torus->even[j] == even)
            dims[rank++] = (fftw_iodim){torus->n[j], stride[j], stride[j]};
    return rank;
}

static kl_status make_plans(kl_torus *torus, kl_error *err)
{
    static const fftw_r2r_kind kind[3] = {FFTW_REDFT00, FFTW_REDFT00, FFTW_REDFT00};
    struct kl_torus_plans *p = torus->plans;
    fftw_iodim even[4], others[4];
    if (torus->all_even && torus->n[0] <= KL_COSINE_LARGEST)
        return kl_cosine_create(torus->dimension, torus->n[0], &p->small, err);
    double complex *data; /* planned for arrays aligned as those of kl_alloc() */
    KL_TRY(kl_alloc(torus->points, sizeof *data, "transform", &data, err));
    int neven = axes(torus, true, 2, even), nothers = axes(torus, false, 2, others);
    others[nothers] = (fftw_iodim){2, 1, 1};
    if (neven)
        p->cosine = fftw_plan_guru_r2r(neven, even, nothers + 1, others, (double *)data,
                                       (double *)data, kind, FFTW_ESTIMATE);
    neven = axes(torus, true, 1, even), nothers = axes(torus, false, 1, others);
    if (nothers) {
        p->forward = fftw_plan_guru_dft(nothers, others, neven, even, data, data, FFTW_FORWARD,
                                        FFTW_ESTIMATE);
        p->backward = fftw_plan_guru_dft(nothers, others, neven, even, data, data, FFTW_BACKWARD,
                                         FFTW_ESTIMATE);
    }
    free(data);
    if ((neven && !p->cosine) || (nothers && !(p->forward && p->backward)))
        return kl_fail(err, KL_ENVIRONMENT, "FFTW made no plan for %d^%d sites", torus->sites,
                       torus->dimension);
    return KL_OK;
}

static void fill(kl_torus *torus)
{
    size_t at = 0;
    for (int i = 0; i < torus->n[0]; i++)
        for (int j = 0; j < torus->n[1]; j++)
            for (int k = 0; k < torus->n[2]; k++, at++) {
                const int index[3] = {i, j, k};
                torus->multiplicity[at] = 1;
                torus->energy[at] = 0;
                for (int a = 0; a < torus->dimension; a++) {
                    const bool alone = index[a] == 0 || 2 * index[a] == torus->sites;
                    torus->multiplicity[at] *= torus->even[a] && !alone ? 2 : 1;
                    torus->energy[at] += 2 * cos(2 * M_PI * index[a] / torus->sites);
                }
            }
}

kl_status kl_torus_create(int dimension, int sites, const bool even[3], kl_torus *out,
                          kl_error *err)
{
    kl_status status;
    *out = (kl_torus){.dimension = dimension,
                      .sites = sites,
                      .n = {1, 1, 1},
                      .points = 1,
                      .volume = 1,
                      .all_even = true};
    for (int j = 0; j < dimension; j++) {
        out->even[j] = even[j];
        out->n[j] = even[j] ? sites / 2 + 1 : sites;
        out->points *= (size_t)out->n[j];
        out->volume *= sites;
        out->all_even = out->all_even && even[j];
    }
    KL_GOTO(kl_alloc(1, sizeof *out->plans, "transform", &out->plans, err));
    KL_GOTO(kl_alloc(out->points, sizeof(double), "multiplicities", &out->multiplicity, err));
    KL_GOTO(kl_alloc(out->points, sizeof(double), "energies", &out->energy, err));
    KL_GOTO(make_plans(out, err));
    fill(out);
done:
    if (status != KL_OK)
        kl_torus_destroy(out);
    return status;
}

void kl_torus_destroy(kl_torus *torus)
{
    if (torus->plans) {
        kl_cosine_destroy(&torus->plans->small);
        fftw_plan all[] = {torus->plans->cosine, torus->plans->forward, torus->plans->backward};
        for (int i = 0; i < 3; i++)
            if (all[i])
                fftw_destroy_plan(all[i]);
    }
    free(torus->plans);
    free(torus->multiplicity);
    free(torus->energy);
    *torus = (kl_torus){0};
}

static void transform(const kl_torus *torus, fftw_plan dft, double complex *f)
{
    if (torus->plans->small.n)
        kl_cosine_transform(&torus->plans->small, f);
    if (torus->plans->cosine)
        fftw_execute_r2r(torus->plans->cosine, (double *)f, (double *)f);
    if (dft)
        fftw_execute_dft(dft, f, f);
}

void kl_torus_forward(const kl_torus *torus, double complex *f)
{
    transform(torus, torus->plans->forward, f);
}

void kl_torus_backward(const kl_torus *torus, double complex *f)
{
    const double scale = 1 / torus->volume;
    transform(torus, torus->plans->backward, f);
    for (size_t i = 0; i < torus->points; i++)
        f[i] *= scale;
}

/* The order of additions is written: eight lanes. */
KL_CLONES static void dot(size_t n, const double *restrict m, const double *restrict a,
                          const double *restrict b, double *restrict re, double *restrict im)
{
    for (size_t i = 0; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const size_t k = i + l;
            re[l] += m[k] * (a[2 * k] * b[2 * k] - a[2 * k + 1] * b[2 * k + 1]);
            im[l] += m[k] * (a[2 * k] * b[2 * k + 1] + a[2 * k + 1] * b[2 * k]);
        }
    for (size_t k = n / LANES * LANES; k < n; k++) {
        re[0] += m[k] * (a[2 * k] * b[2 * k] - a[2 * k + 1] * b[2 * k + 1]);
        im[0] += m[k] * (a[2 * k] * b[2 * k + 1] + a[2 * k + 1] * b[2 * k]);
    }
}

double complex kl_torus_dot(const kl_torus *torus, const double complex *f, const double complex *g)
{
    double re[LANES] = {0}, im[LANES] = {0};
    dot(torus->points, torus->multiplicity, (const double *)f, (const double *)g, re, im);
    for (int l = 1; l < LANES; l++) {
        re[0] += re[l];
        im[0] += im[l];
    }
    return CMPLX(re[0], im[0]);
}

/* The point of index -i on the axes of `mirrored` (bits), on a grid of n points per axis. */
static size_t image(const int n[3], const int index[3], unsigned mirrored)
{
    size_t at = 0;
    for (int a = 0; a < 3; a++) {
        const int i = mirrored >> a & 1 ? (n[a] - index[a]) % n[a] : index[a];
        at = at * (size_t)n[a] + (size_t)i;
    }
    return at;
}

void kl_torus_reverse(const kl_torus *torus, const double complex *f, double complex *reversed)
{
    const int *n = torus->n;
    unsigned mirrored = 0;
    size_t at = 0;
    for (int a = 0; a < torus->dimension; a++)
        mirrored |= torus->even[a] ? 0 : 1u << a;
    for (int i = 0; i < n[0]; i++)
        for (int j = 0; j < n[1]; j++)
            for (int k = 0; k < n[2]; k++, at++)
                reversed[at] = f[image(n, (int[3]){i, j, k}, mirrored)];
}

void kl_torus_fold(const kl_torus *torus, const double complex *whole, double complex *folded)
{
    int full[3] = {1, 1, 1};
    unsigned even = 0;
    size_t at = 0;
    for (int a = 0; a < torus->dimension; a++) {
        full[a] = torus->sites;
        even |= torus->even[a] ? 1u << a : 0;
    }
    for (int i = 0; i < torus->n[0]; i++)
        for (int j = 0; j < torus->n[1]; j++)
            for (int k = 0; k < torus->n[2]; k++, at++) {
                folded[at] = 0;
                for (unsigned c = 0; c < 8; c++)
                    folded[at] += whole[image(full, (int[3]){i, j, k}, c & even)] / 8;
            }
}
