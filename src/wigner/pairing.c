#include "wigner/pairing.h"

#include "base/memory.h"
#include "wigner/rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One a(mu (y + m/2)) on the lattice: a product over axes. */
typedef struct weight {
    int mode[3];               /* m, the first non-zero entry positive */
    kl_observable observable;  /* symbol unused */
    complex double *axis[3];   /* [L] by index of y; owned */
    double *row_re, *row_im;   /* [L]: the last axis, apart; row_im NULL if it is real; owned */
} weight;

struct kl_wigner {
    kl_lattice lattice;
    double mu;
    int nobservables, nweights;
    kl_observable *observable;
    weight *weight;            /* sorted by mode, so that one shift serves a run of them */
    int **use;                 /* [observable][symbol term]: index into weight, ~index if m is reversed */
};

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
    const complex double *last = w->axis[p->lattice.dimension - 1];
    KL_TRY(kl_alloc((size_t)L, sizeof *w->row_re, "weights", &w->row_re, err));
    if (w->observable.position == KL_POSITION_WAVE)
        KL_TRY(kl_alloc((size_t)L, sizeof *w->row_im, "weights", &w->row_im, err));
    for (int64_t i = 0; i < L; i++) {
        w->row_re[i] = creal(last[i]);
        if (w->row_im)
            w->row_im[i] = cimag(last[i]);
    }
    return KL_OK;
}

static bool same_position(const kl_observable *a, const kl_observable *b)
{
    return a->position == b->position && a->width == b->width &&
           memcmp(a->center, b->center, sizeof a->center) == 0 &&
           memcmp(a->wave, b->wave, sizeof a->wave) == 0;
}

static int compare_weights(const void *a, const void *b)
{
    const weight *x = a, *y = b;
    for (int j = 0; j < 3; j++)
        if (x->mode[j] != y->mode[j])
            return x->mode[j] < y->mode[j] ? -1 : 1;
    return 0;
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
                    return kl_fail(err, KL_INPUT,
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
    free(p->observable);
    free(p);
    *pairing = NULL;
}

typedef struct row_buffers {
    double *re, *im;           /* psi(y) of a row */
    double *shifted_re, *shifted_im; /* psi(y+m) */
    double *p_re, *p_im;       /* conj(psi(y)) psi(y+m) */
} row_buffers;

/* Loads n sites of a plane part from a row, rotated left by `shift`. */
static void load_rotated(kl_precision precision, const void *row, int64_t n, int64_t shift, double *to)
{
    kl_state_load(precision, row, shift, n - shift, to);
    kl_state_load(precision, row, 0, shift, to + (n - shift));
}

/* The product row y of owned plane p for mode m. `re`, `im`: the planes at p + m_0. */
static void product_row(const kl_state *psi, int64_t p, int64_t y, const int mode[3],
                        const void *re, const void *im, row_buffers *b)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t L = lattice->sites, n = kl_lattice_row(lattice), d = lattice->dimension;
    const int64_t from = (p + 1) * lattice->plane + y * n;
    const int64_t y_shifted = d == 3 ? ((y + mode[1]) % L + L) % L : 0;
    const int64_t shift = d == 1 ? 0 : (mode[d - 1] % L + L) % L;
    const size_t offset = (size_t)(y_shifted * n) * kl_precision_size(psi->precision);
    kl_state_load(psi->precision, psi->re, from, n, b->re);
    kl_state_load(psi->precision, psi->im, from, n, b->im);
    load_rotated(psi->precision, (const char *)re + offset, n, shift, b->shifted_re);
    load_rotated(psi->precision, (const char *)im + offset, n, shift, b->shifted_im);
    kl_row_product(n, b->re, b->im, b->shifted_re, b->shifted_im, b->p_re, b->p_im);
}

/* Adds to sum[2] (the pairing as it is, and with psi conjugated) the part of one row. */
static void add_row(const kl_wigner *pairing, const weight *w, int64_t z, int64_t y, row_buffers *b,
                    complex double sum[2])
{
    static const double negligible = 1e-25; /* of a weight, against 1 at its peak */
    const int d = pairing->lattice.dimension;
    complex double outer = w->axis[0][z];
    if (d == 3)
        outer *= w->axis[1][y];
    if (d == 1) {
        complex double product = b->p_re[0] + I * b->p_im[0];
        sum[0] += outer * product;
        sum[1] += outer * conj(product);
        return;
    }
    if (cabs(outer) < negligible)
        return;
    /* The pairing as it is is (A - D) + i (B + C), with psi conjugated (A + D) + i (C - B). */
    const int64_t n = kl_lattice_row(&pairing->lattice);
    const double A = kl_row_dot(n, w->row_re, b->p_re), B = kl_row_dot(n, w->row_re, b->p_im);
    const double C = w->row_im ? kl_row_dot(n, w->row_im, b->p_re) : 0;
    const double D = w->row_im ? kl_row_dot(n, w->row_im, b->p_im) : 0;
    sum[0] += outer * ((A - D) + I * (B + C));
    sum[1] += outer * ((A + D) + I * (C - B));
}

/* Columns of the per-plane table: 4 per weight (two complex), then |psi|^2, then the hopping. */
static int columns(const kl_wigner *pairing)
{
    return 4 * pairing->nweights + 2;
}

/* All weights first..last-1 of one mode; also the norm (mode 0) and the hopping
 * Re conj(psi(y)) psi(y+e_j), both unweighted, where asked. */
static kl_status sweep_mode(const kl_wigner *pairing, const kl_state *psi, const int mode[3],
                            int first, int last, bool norm, bool hop, row_buffers *b,
                            double *table, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t n = kl_lattice_row(lattice), rows = lattice->plane / n;
    const int width = columns(pairing);
    const size_t element = kl_precision_size(psi->precision);
    const void **re, **im;
    void *re_buffer = NULL, *im_buffer = NULL;
    kl_status status = kl_alloc(2 * (size_t)lattice->count, sizeof *re, "plane table", &re, err);
    KL_TRY(kl_agree(lattice->comm, status, err));
    im = re + lattice->count;
    status = kl_planes_shifted(lattice, psi->re, element, mode[0], re, &re_buffer, err);
    if (status == KL_OK)
        status = kl_planes_shifted(lattice, psi->im, element, mode[0], im, &im_buffer, err);
    for (int64_t p = 0; status == KL_OK && p < lattice->count; p++)
        for (int64_t y = 0; y < rows; y++) {
            double *out = table + p * width;
            product_row(psi, p, y, mode, re[p], im[p], b);
            for (int i = first; i < last; i++) {
                complex double sum[2] = {0};
                add_row(pairing, &pairing->weight[i], lattice->first + p, y, b, sum);
                out[4 * i] += creal(sum[0]);
                out[4 * i + 1] += cimag(sum[0]);
                out[4 * i + 2] += creal(sum[1]);
                out[4 * i + 3] += cimag(sum[1]);
            }
            if (norm || hop)
                out[width - (norm ? 2 : 1)] += kl_row_sum(n, b->p_re);
        }
    free(re_buffer);
    free(im_buffer);
    free(re);
    return status;
}

/* Runs over the weights' modes, the zero mode and the unit modes. */
static kl_status fill_table(const kl_wigner *pairing, const kl_state *psi, row_buffers *b,
                            double *table, kl_error *err)
{
    bool did_norm = false, did_hop[3] = {false};
    const int d = pairing->lattice.dimension;
    for (int first = 0, last; first < pairing->nweights; first = last) {
        const int *mode = pairing->weight[first].mode;
        for (last = first; last < pairing->nweights; last++)
            if (memcmp(pairing->weight[last].mode, mode, 3 * sizeof *mode) != 0)
                break;
        int length = abs(mode[0]) + abs(mode[1]) + abs(mode[2]);
        bool hop = length == 1;
        for (int j = 0; j < d; j++)
            did_hop[j] = did_hop[j] || (hop && mode[j] == 1);
        did_norm = did_norm || length == 0;
        KL_TRY(sweep_mode(pairing, psi, mode, first, last, length == 0, hop, b, table, err));
    }
    if (!did_norm)
        KL_TRY(sweep_mode(pairing, psi, (int[3]){0}, 0, 0, true, false, b, table, err));
    for (int j = 0; j < d; j++) {
        int mode[3] = {0};
        mode[j] = 1;
        if (!did_hop[j])
            KL_TRY(sweep_mode(pairing, psi, mode, 0, 0, false, true, b, table, err));
    }
    return KL_OK;
}

static void combine(const kl_wigner *pairing, const double *sum, complex double *value)
{
    for (int k = 0; k < pairing->nobservables; k++) {
        const kl_symbol *s = pairing->observable[k].symbol;
        value[k] = 0;
        for (int n = 0; n < s->n; n++) {
            int use = pairing->use[k][n];
            const double *at = use >= 0 ? sum + 4 * use : sum + 4 * ~use + 2;
            value[k] += s->coefficient[n] * (at[0] + I * at[1]);
        }
    }
}

kl_status kl_wigner_evaluate(kl_wigner *pairing, const kl_state *psi, complex double *value,
                              double *norm, double *hop, double *marginal, kl_error *err)
{
    const kl_lattice *lattice = &pairing->lattice;
    const size_t n = (size_t)kl_lattice_row(lattice), width = (size_t)columns(pairing);
    const size_t sites = (size_t)lattice->sites;
    double *rows = NULL, *table = NULL, *sum = NULL, *planes = NULL;
    kl_status status = kl_alloc(6 * n, sizeof *rows, "row buffers", &rows, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)lattice->count * width, sizeof *table, "plane sums", &table, err);
    if (status == KL_OK)
        status = kl_alloc(width, sizeof *sum, "sums", &sum, err);
    if (status == KL_OK)
        status = kl_alloc(sites * width, sizeof *planes, "plane sums", &planes, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    row_buffers b = {rows, rows + n, rows + 2 * n, rows + 3 * n, rows + 4 * n, rows + 5 * n};
    KL_GOTO(fill_table(pairing, psi, &b, table, err));
    KL_GOTO(kl_planes_sum(lattice, table, (int)width, sum, planes, err));
    combine(pairing, sum, value);
    *norm = sum[width - 2];
    *hop = 2 * sum[width - 1];
    for (size_t i = 0; marginal && i < sites; i++)
        marginal[i] = planes[i * width + width - 2];
done:
    free(rows);
    free(table);
    free(sum);
    free(planes);
    return status;
}

kl_status kl_potential_energy(const kl_state *psi, const float *omega, double *value, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t n = kl_lattice_row(lattice), rows = lattice->plane / n;
    double *re = NULL, *table = NULL;
    kl_status status = kl_alloc(2 * (size_t)n, sizeof *re, "row buffers", &re, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)lattice->count, sizeof *table, "plane sums", &table, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    double *im = re + n;
    for (int64_t r = 0; r < lattice->count * rows; r++) {
        kl_state_load(psi->precision, psi->re, kl_lattice_origin(lattice) + r * n, n, re);
        kl_state_load(psi->precision, psi->im, kl_lattice_origin(lattice) + r * n, n, im);
        for (int64_t i = 0; i < n; i++) {
            re[i] = re[i] * re[i] + im[i] * im[i];
            im[i] = (double)omega[r * n + i];
        }
        table[r / rows] += kl_row_dot(n, re, im);
    }
    KL_GOTO(kl_planes_sum(lattice, table, 1, value, NULL, err));
done:
    free(re);
    free(table);
    return status;
}
