#include "wigner/pairing.h"

#include "base/clones.h"
#include "base/memory.h"
#include "wigner/pencils.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* One a(mu (y + m/2)) on the lattice: a product over axes. */
typedef struct weight {
    int mode[3];              /* m, the first non-zero entry positive */
    kl_observable observable; /* symbol unused */
    complex double *axis[3];  /* [L] by index of y; owned */
    double *row_re, *row_im;  /* [row]: the last axis (1 if d = 1), apart; row_im NULL if it is
                               * real; owned */
} weight;

/* A mode m whose products conj(psi(y)) psi(y+m) are wanted, once for all. */
typedef struct sweep {
    int mode[3];
    int64_t row, site; /* in the plane, y + m is this many rows and sites further, on the torus */
    int first, last;   /* its weights: first..last-1 */
    int total;         /* column of the unweighted sum (norm or hopping), or -1 */
} sweep;

struct kl_wigner {
    kl_lattice lattice;
    double mu;
    int nobservables, nweights, nsweeps;
    kl_observable *observable;
    weight *weight; /* sorted by mode */
    sweep *sweep;   /* sorted by mode: one shift of planes serves a run of them */
    double *ones;   /* [row]: the weights of an unweighted sum */
    int **use;      /* [observable][symbol term]: index into weight, ~index if m is reversed */
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

/* Columns of the per-plane table: 4 per weight (two complex: the pairing as it is, and with psi
 * conjugated), then |psi|^2, then the hopping along each axis. Each belongs to one sweep. */
static int columns(const kl_wigner *pairing)
{
    return 4 * pairing->nweights + 1 + pairing->lattice.dimension;
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

/* What the rows of a plane need. A weight takes part in a row where it is not negligible. */
typedef struct part {
    int column;                /* the first of the weight's four */
    bool real, wave;           /* a is real; the row's factor is complex */
    double outer_re, outer_im; /* the weight's factors of the other axes */
} part;

typedef struct row_work {
    double *p_re, *p_im; /* [row] conj(psi(y)) psi(y+m) */
    part *part;          /* [nweights] */
    const double **x;    /* [2 nweights + 1] rows to multiply p with: row_re (, row_im) of */
    double *re, *im;     /* each part, then the ones; and the lanes of what comes out */
    double *sum;         /* [columns][KL_LANES] over the plane */
} row_work;

static kl_status make_work(const kl_wigner *pairing, row_work *w, kl_error *err)
{
    const size_t n = (size_t)kl_lattice_row(&pairing->lattice);
    const size_t most = 2 * (size_t)pairing->nweights + 1;
    const size_t sums = (size_t)columns(pairing) * KL_LANES;
    KL_TRY(kl_alloc(2 * most * KL_LANES, sizeof *w->re, "row buffers", &w->re, err));
    KL_TRY(kl_alloc(sums, sizeof *w->sum, "row buffers", &w->sum, err));
    KL_TRY(kl_alloc(2 * n, sizeof *w->p_re, "row buffers", &w->p_re, err));
    KL_TRY(kl_alloc((size_t)pairing->nweights, sizeof *w->part, "row buffers", &w->part, err));
    KL_TRY(kl_alloc(most, sizeof *w->x, "row buffers", &w->x, err));
    w->im = w->re + most * KL_LANES;
    w->p_im = w->p_re + n;
    return KL_OK;
}

static void free_work(row_work *w)
{
    free(w->re);
    free(w->sum);
    free(w->p_re);
    free(w->part);
    free(w->x);
}

/* The product row y of owned plane p for a mode. `re`, `im`: the planes at p + m_0. */
static void product_row(const kl_state *psi, int64_t p, int64_t y, const sweep *s, const void *re,
                        const void *im, double *p_re, double *p_im)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t L = lattice->sites, n = kl_lattice_row(lattice), shift = s->site;
    const int64_t y_shifted = y + s->row < L ? y + s->row : y + s->row - L;
    const size_t size = kl_precision_size(psi->precision);
    const size_t here = (size_t)((p + 1) * lattice->plane + y * n) * size;
    const size_t there = (size_t)(y_shifted * n) * size;
    const size_t before = (size_t)(n - shift) * size, after = (size_t)shift * size;
    const char *a_re = (const char *)psi->re + here, *a_im = (const char *)psi->im + here;
    const char *b_re = (const char *)re + there, *b_im = (const char *)im + there;
    kl_row_product(psi->precision, n - shift, a_re, a_im, b_re + after, b_im + after, p_re, p_im);
    if (shift > 0) /* around the seam */
        kl_row_product(psi->precision, shift, a_re + before, a_im + before, b_re, b_im,
                       p_re + (n - shift), p_im ? p_im + (n - shift) : NULL);
}

/* The weights of a sweep that take part in row (z, y) and their rows; returns how many. */
static int take_parts(const kl_wigner *pairing, const sweep *s, int64_t z, int64_t y, row_work *w,
                      int *nx)
{
    static const double negligible = 1e-25; /* of a weight, against 1 at its peak */
    int n = 0;
    *nx = 0;
    for (int i = s->first; i < s->last; i++) {
        const weight *at = &pairing->weight[i];
        const bool more = pairing->lattice.dimension == 3;
        const double a = creal(at->axis[0][z]), b = cimag(at->axis[0][z]);
        const double c = more ? creal(at->axis[1][y]) : 1, e = more ? cimag(at->axis[1][y]) : 0;
        const bool real = at->observable.position != KL_POSITION_WAVE;
        w->part[n] = (part){4 * i, real, at->row_im, a * c - b * e, a * e + b * c};
        if (fabs(w->part[n].outer_re) + fabs(w->part[n].outer_im) < negligible)
            continue;
        n++;
        w->x[(*nx)++] = at->row_re;
        if (at->row_im)
            w->x[(*nx)++] = at->row_im;
    }
    w->x[*nx] = pairing->ones;
    return n;
}

/* out += factor lane, eight lanes. */
static inline __attribute__((always_inline)) void add_lanes(double factor, const double *lane,
                                                            double *restrict out)
{
    for (int l = 0; l < KL_LANES; l++)
        out[l] += factor * lane[l];
}

/* Adds the lanes of each part's row times its outer factor a + i b to its columns:
 * (A - D) + i (B + C) and, with psi conjugated, (A + D) + i (C - B), where A, B = row_re.p and
 * C, D = row_im.p; for a real weight A + i B alone (combine() knows). */
KL_CLONES static void add_parts(int parts, const part *taken, const double *re, const double *im,
                                double *sum)
{
    for (int i = 0, k = 0; i < parts; i++, k += KL_LANES) {
        const double a = taken[i].outer_re, b = taken[i].outer_im;
        double *out = sum + taken[i].column * KL_LANES;
        add_lanes(a, re + k, out);
        add_lanes(a, im + k, out + KL_LANES);
        if (taken[i].real)
            continue;
        add_lanes(-b, im + k, out);
        add_lanes(b, re + k, out + KL_LANES);
        add_lanes(a, re + k, out + 2 * KL_LANES);
        add_lanes(b, im + k, out + 2 * KL_LANES);
        add_lanes(-a, im + k, out + 3 * KL_LANES);
        add_lanes(b, re + k, out + 3 * KL_LANES);
        if (!taken[i].wave)
            continue;
        k += KL_LANES;
        for (int c = 0; c < 4; c += 2) {
            const double sign = c == 0 ? 1 : -1;
            add_lanes(-b, re + k, out + c * KL_LANES);
            add_lanes(-a * sign, im + k, out + c * KL_LANES);
            add_lanes(a, re + k, out + (c + 1) * KL_LANES);
            add_lanes(-b * sign, im + k, out + (c + 1) * KL_LANES);
        }
    }
}

/* Adds row y of owned plane p for one mode; `re`, `im` as in product_row(). */
static void add_row(const kl_wigner *pairing, const kl_state *psi, const sweep *s, int64_t p,
                    int64_t y, const void *re, const void *im, row_work *w)
{
    const int64_t n = kl_lattice_row(psi->lattice);
    int nx;
    const int parts = take_parts(pairing, s, psi->lattice->first + p, y, w, &nx);
    const bool density = s->mode[0] == 0 && s->mode[1] == 0 && s->mode[2] == 0;
    if (parts == 0 && s->total < 0)
        return;
    product_row(psi, p, y, s, re, im, w->p_re, density || parts == 0 ? NULL : w->p_im);
    kl_row_lanes(n, nx + (s->total >= 0), w->x, w->p_re, w->re);
    if (density)
        memset(w->im, 0, (size_t)nx * KL_LANES * sizeof *w->im);
    else
        kl_row_lanes(n, nx, w->x, w->p_im, w->im);
    add_parts(parts, w->part, w->re, w->im, w->sum);
    for (int l = 0; l < KL_LANES && s->total >= 0; l++)
        w->sum[s->total * KL_LANES + l] += w->re[nx * KL_LANES + l];
}

/* Psi moved by m_0 planes: for each owned plane, the plane that it is paired with. */
typedef struct shifted {
    const void **re, **im;
    void *re_buffer, *im_buffer;
} shifted;

static kl_status shift_planes(const kl_state *psi, int shift, shifted *at, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const size_t element = kl_precision_size(psi->precision);
    kl_status status =
        kl_alloc(2 * (size_t)lattice->count, sizeof *at->re, "plane table", &at->re, err);
    KL_TRY(kl_agree(lattice->comm, status, err));
    at->im = at->re + lattice->count;
    KL_TRY(kl_planes_shifted(lattice, psi->re, element, shift, at->re, &at->re_buffer, err));
    return kl_planes_shifted(lattice, psi->im, element, shift, at->im, &at->im_buffer, err);
}

static bool same_shift(const kl_wigner *pairing, int i, int j)
{
    return pairing->sweep[i].mode[0] == pairing->sweep[j].mode[0];
}

/* The sweeps first..last-1 row by row, in one pass over psi. */
static void add_planes(const kl_wigner *pairing, const kl_state *psi, int first, int last,
                       const shifted *at, row_work *w, double *table)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t rows = kl_lattice_rows(lattice);
    const int width = columns(pairing);
    for (int64_t p = 0; p < lattice->count; p++) {
        memset(w->sum, 0, (size_t)(width * KL_LANES) * sizeof *w->sum);
        for (int64_t y = 0; y < rows; y++)
            for (int i = first; i < last; i++)
                add_row(pairing, psi, &pairing->sweep[i], p, y, at[i].re[p], at[i].im[p], w);
        for (int c = 0; c < width; c++)
            table[p * width + c] += kl_lanes_sum(w->sum + c * KL_LANES);
    }
}

/* A rank alone has all planes and takes the sweeps in one pass. Others take one shift at a
 * time, to hold the planes of other ranks for that one alone. */
static kl_status fill_table(const kl_wigner *pairing, const kl_state *psi, row_work *w,
                            double *table, kl_error *err)
{
    const int n = pairing->nsweeps;
    const bool alone = psi->lattice->ranks == 1;
    shifted *at = NULL;
    kl_status status = kl_alloc((size_t)n, sizeof *at, "plane tables", &at, err);
    status = kl_agree(psi->lattice->comm, status, err);
    for (int first = 0, last; status == KL_OK && first < n; first = last) {
        for (last = first; last < n && (alone || same_shift(pairing, first, last)); last++)
            if (last > first && same_shift(pairing, last - 1, last))
                at[last] = at[last - 1];
            else if (status == KL_OK)
                status = shift_planes(psi, pairing->sweep[last].mode[0], &at[last], err);
        if (status == KL_OK)
            add_planes(pairing, psi, first, last, at, w, table);
        for (int i = first; i < last; i++)
            if (i == first || !same_shift(pairing, i - 1, i)) {
                free(at[i].re_buffer);
                free(at[i].im_buffer);
                free(at[i].re);
            }
    }
    free(at);
    return status;
}

/* A real weight has summed the pairing as it is alone: with psi conjugated it is the conjugate. */
static complex double weighted(const kl_wigner *pairing, const double *sum, int use)
{
    const int i = use >= 0 ? use : ~use;
    const double *at = sum + 4 * i;
    if (pairing->weight[i].observable.position != KL_POSITION_WAVE)
        return at[0] + I * (use >= 0 ? at[1] : -at[1]);
    return use >= 0 ? at[0] + I * at[1] : at[2] + I * at[3];
}

static void combine(const kl_wigner *pairing, const double *sum, complex double *value)
{
    for (int k = 0; k < pairing->nobservables; k++) {
        const kl_symbol *s = pairing->observable[k].symbol;
        value[k] = 0;
        for (int n = 0; n < s->n; n++)
            value[k] += s->coefficient[n] * weighted(pairing, sum, pairing->use[k][n]);
    }
}

kl_status kl_wigner_evaluate(kl_wigner *pairing, const kl_state *psi, complex double *value,
                             double *norm, double *hop, double *marginal, kl_error *err)
{
    const kl_lattice *lattice = &pairing->lattice;
    const size_t width = (size_t)columns(pairing), sites = (size_t)lattice->sites;
    const size_t total = 4 * (size_t)pairing->nweights;
    double *table = NULL, *sum = NULL, *planes = NULL;
    row_work work = {0};
    kl_status status = make_work(pairing, &work, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)lattice->count * width, sizeof *table, "plane sums", &table, err);
    if (status == KL_OK)
        status = kl_alloc(width, sizeof *sum, "sums", &sum, err);
    if (status == KL_OK && marginal)
        status = kl_alloc(sites * width, sizeof *planes, "plane sums", &planes, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    KL_GOTO(fill_table(pairing, psi, &work, table, err));
    KL_GOTO(kl_planes_sum(lattice, table, (int)width, sum, planes, err));
    combine(pairing, sum, value);
    *norm = sum[total];
    *hop = 0;
    for (size_t j = total + 1; j < width; j++)
        *hop += 2 * sum[j];
    for (size_t i = 0; marginal && i < sites; i++)
        marginal[i] = planes[i * width + total];
done:
    free_work(&work);
    free(table);
    free(sum);
    free(planes);
    return status;
}

kl_status kl_potential_energy(const kl_state *psi, const float *omega, double *value, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t n = kl_lattice_row(lattice), rows = kl_lattice_rows(lattice);
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
