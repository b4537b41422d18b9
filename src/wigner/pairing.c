#include "wigner/pairing_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* J with mode -m is paired by the weight of mode m: y -> y - m in the sum gives
 * sum_y a(mu (y + m/2)) psi(y) conj(psi(y+m)), the sum of mode m with psi
 * conjugated. Both come from the same products when a is real or complex: the
 * weight is kept apart from the conjugation. */
static int leading_sign(const int mode[3])
{
    for (int j = 0; j < 3; j++)
        if (mode[j] != 0)
            return mode[j] > 0 ? 1 : -1;
    return 1;
}

static complex double position_axis(const kl_observable *o, int j, double X, double ell)
{
    if (o->position == KL_POSITION_UNIFORM)
        return 1;
    if (o->position == KL_POSITION_WAVE) {
        double turn = fmod(o->wave[j] * X / ell, 1);
        return cos(2 * M_PI * turn) + I * sin(2 * M_PI * turn);
    }
    double sum = 0;
    int range = 1 + (int)((fabs(X - o->center[j]) + 13 * o->width) / ell);
    for (int n = -range; n <= range; n++) {
        double u = (X - o->center[j] + n * ell) / o->width;
        sum += exp(-u * u / 2);
    }
    return sum;
}

static kl_status fill_weight(const kl_wigner *p, weight *w, kl_error *err)
{
    const int64_t L = p->lattice.sites;
    for (int j = 0; j < p->lattice.dimension; j++) {
        KL_TRY(kl_alloc((size_t)L, sizeof *w->axis[j], "weights", &w->axis[j], err));
        for (int64_t i = 0; i < L; i++) {
            double y = (double)kl_lattice_coordinate(&p->lattice, i) + 0.5 * w->mode[j];
            w->axis[j][i] = position_axis(&w->observable, j, p->mu * y, p->mu * (double)L);
        }
    }
    const int d = p->lattice.dimension;
    const int64_t n = kl_lattice_row(&p->lattice);
    const bool complex_row = d > 1 && w->observable.position == KL_POSITION_WAVE;
    KL_TRY(kl_alloc((size_t)n, sizeof *w->row_re, "weights", &w->row_re, err));
    if (complex_row)
        KL_TRY(kl_alloc((size_t)n, sizeof *w->row_im, "weights", &w->row_im, err));
    for (int64_t i = 0; i < n; i++) {
        w->row_re[i] = d > 1 ? creal(w->axis[d - 1][i]) : 1;
        if (complex_row)
            w->row_im[i] = cimag(w->axis[d - 1][i]);
    }
    return KL_OK;
}

static bool same_position(const kl_observable *a, const kl_observable *b)
{
    return a->position == b->position && a->width == b->width &&
           memcmp(a->center, b->center, sizeof a->center) == 0 &&
           memcmp(a->wave, b->wave, sizeof a->wave) == 0;
}

static int compare_modes(const int x[3], const int y[3])
{
    for (int j = 0; j < 3; j++)
        if (x[j] != y[j])
            return x[j] < y[j] ? -1 : 1;
    return 0;
}

static int compare_weights(const void *a, const void *b)
{
    return compare_modes(((const weight *)a)->mode, ((const weight *)b)->mode);
}

static int compare_sweeps(const void *a, const void *b)
{
    return compare_modes(((const sweep *)a)->mode, ((const sweep *)b)->mode);
}

static int find_weight(const kl_wigner *p, const int mode[3], const kl_observable *o)
{
    for (int i = 0; i < p->nweights; i++)
        if (memcmp(p->weight[i].mode, mode, sizeof p->weight[i].mode) == 0 &&
            same_position(&p->weight[i].observable, o))
            return i;
    return -1;
}

static void canonical_mode(const int mode[3], int out[3])
{
    for (int j = 0; j < 3; j++)
        out[j] = leading_sign(mode) * mode[j];
}

/* Every distinct (mode up to sign, position), sorted by mode. */
static kl_status collect_weights(kl_wigner *p, kl_error *err)
{
    int most = 0, mode[3];
    for (int k = 0; k < p->nobservables; k++)
        most += p->observable[k].symbol->n;
    KL_TRY(kl_alloc((size_t)most, sizeof *p->weight, "weights", &p->weight, err));
    for (int k = 0; k < p->nobservables; k++)
        for (int n = 0; n < p->observable[k].symbol->n; n++) {
            canonical_mode(p->observable[k].symbol->mode[n], mode);
            if (find_weight(p, mode, &p->observable[k]) >= 0)
                continue;
            weight *w = &p->weight[p->nweights++];
            memcpy(w->mode, mode, sizeof mode);
            w->observable = p->observable[k];
        }
    qsort(p->weight, (size_t)p->nweights, sizeof *p->weight, compare_weights);
    for (int i = 0; i < p->nweights; i++)
        KL_TRY(fill_weight(p, &p->weight[i], err));
    return KL_OK;
}

/* The sweep of a mode, made if there is none. */
static sweep *sweep_of(kl_wigner *p, const int mode[3])
{
    for (int i = 0; i < p->nsweeps; i++)
        if (compare_modes(p->sweep[i].mode, mode) == 0)
            return &p->sweep[i];
    sweep *s = &p->sweep[p->nsweeps++];
    const int64_t L = p->lattice.sites, d = p->lattice.dimension;
    memcpy(s->mode, mode, sizeof s->mode);
    s->row = d == 3 ? (mode[1] + L) % L : 0;
    s->site = d > 1 ? (mode[d - 1] + L) % L : 0;
    s->total = -1;
    return s;
}

/* The weights' modes; the zero mode for the norm and the unit modes for the hopping
 * Re conj(psi(y)) psi(y+e_j). */
static kl_status collect_sweeps(kl_wigner *p, kl_error *err)
{
    const size_t n = (size_t)kl_lattice_row(&p->lattice);
    KL_TRY(kl_alloc((size_t)p->nweights + 4, sizeof *p->sweep, "modes", &p->sweep, err));
    for (int i = 0; i < p->nweights; i++) {
        sweep *s = sweep_of(p, p->weight[i].mode);
        if (s->last == 0)
            s->first = i;
        s->last = i + 1;
    }
    sweep_of(p, (int[3]){0})->total = 4 * p->nweights;
    for (int j = 0; j < p->lattice.dimension; j++) {
        int mode[3] = {0};
        mode[j] = 1;
        sweep_of(p, mode)->total = 4 * p->nweights + 1 + j;
    }
    qsort(p->sweep, (size_t)p->nsweeps, sizeof *p->sweep, compare_sweeps);
    KL_TRY(kl_alloc(n, sizeof *p->ones, "weights", &p->ones, err));
    for (size_t i = 0; i < n; i++)
        p->ones[i] = 1;
    return KL_OK;
}

static kl_status link_observables(kl_wigner *p, kl_error *err)
{
    int mode[3];
    KL_TRY(kl_alloc((size_t)p->nobservables, sizeof *p->use, "observables", &p->use, err));
    for (int k = 0; k < p->nobservables; k++) {
        const kl_symbol *s = p->observable[k].symbol;
        KL_TRY(kl_alloc((size_t)s->n, sizeof **p->use, "observables", &p->use[k], err));
        for (int n = 0; n < s->n; n++) {
            canonical_mode(s->mode[n], mode);
            int at = find_weight(p, mode, &p->observable[k]);
            p->use[k][n] = leading_sign(s->mode[n]) > 0 ? at : ~at;
        }
    }
    return KL_OK;
}

static kl_status check_modes(const kl_wigner *p, kl_error *err)
{
    const int64_t L = p->lattice.sites;
    for (int k = 0; k < p->nobservables; k++)
        for (int n = 0; n < p->observable[k].symbol->n; n++)
            for (int j = 0; j < p->lattice.dimension; j++) {
                int64_t m = p->observable[k].symbol->mode[n][j];
                if (2 * m <= -L || 2 * m > L)
                    return kl_fail(
                        err, KL_INPUT,
                        "observables: mode %lld is not allowed on %lld sites: must be in "
                        "(-sites/2, sites/2]",
                        (long long)m, (long long)L);
            }
    return KL_OK;
}

kl_status kl_wigner_create(const kl_lattice *lattice, double mu, int n,
                           const kl_observable *observables, kl_wigner **out, kl_error *err)
{
    kl_wigner *p = NULL;
    *out = NULL;
    kl_status status = kl_alloc(1, sizeof *p, "pairing", &p, err);
    if (status == KL_OK) {
        *p = (kl_wigner){.lattice = *lattice, .mu = mu, .nobservables = n};
        status = kl_alloc((size_t)n, sizeof *p->observable, "observables", &p->observable, err);
    }
    if (status == KL_OK) {
        if (n > 0)
            memcpy(p->observable, observables, (size_t)n * sizeof *observables);
        status = check_modes(p, err);
    }
    if (status == KL_OK)
        status = collect_weights(p, err);
    if (status == KL_OK)
        status = collect_sweeps(p, err);
    if (status == KL_OK)
        status = link_observables(p, err);
    status = kl_agree(lattice->comm, status, err);
    if (status != KL_OK)
        kl_wigner_destroy(&p);
    *out = p;
    return status;
}

void kl_wigner_destroy(kl_wigner **pairing)
{
    kl_wigner *p = *pairing;
    if (!p)
        return;
    for (int i = 0; i < p->nweights; i++) {
        for (int j = 0; j < 3; j++)
            free(p->weight[i].axis[j]);
        free(p->weight[i].row_re);
        free(p->weight[i].row_im);
    }
    for (int k = 0; p->use && k < p->nobservables; k++)
        free(p->use[k]);
    free(p->use);
    free(p->weight);
    free(p->sweep);
    free(p->ones);
    free(p->observable);
    free(p);
    *pairing = NULL;
}
