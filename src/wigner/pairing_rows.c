/* The rows of the pairing: products of two, and their sums with the weights of a mode. */
#include "base/clones.h"
#include "base/memory.h"
#include "wigner/pairing_private.h"
#include "wigner/pencils.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

kl_status kl_pairing_work(const kl_wigner *pairing, bool totals, row_work *w, kl_error *err)
{
    const size_t n = (size_t)kl_lattice_row(&pairing->lattice);
    const size_t most = 2 * (size_t)pairing->nweights + 1;
    const size_t sums = (size_t)columns(pairing) * KL_LANES;
    KL_TRY(kl_alloc(2 * most * KL_LANES, sizeof *w->lane, "row buffers", &w->lane, err));
    KL_TRY(kl_alloc(sums, sizeof *w->sum, "row buffers", &w->sum, err));
    KL_TRY(kl_alloc(2 * n, sizeof *w->p_re, "row buffers", &w->p_re, err));
    KL_TRY(kl_alloc((size_t)pairing->nweights, sizeof *w->part, "row buffers", &w->part, err));
    KL_TRY(kl_alloc(most, sizeof *w->x, "row buffers", &w->x, err));
    KL_TRY(kl_alloc((size_t)pairing->nsweeps, sizeof *w->sweep, "modes", &w->sweep, err));
    w->p_im = w->p_re + n;
    w->totals = totals;
    for (int i = 0; i < pairing->nsweeps; i++)
        if (totals || pairing->sweep[i].first < pairing->sweep[i].last)
            w->sweep[w->nsweeps++] = &pairing->sweep[i];
    return KL_OK;
}

void kl_pairing_work_free(row_work *w)
{
    free(w->lane);
    free(w->node_lane);
    free(w->sum);
    free(w->p_re);
    free(w->part);
    free(w->x);
    free(w->sweep);
}

/* conj(psi(y)) psi(y + m) of a row. */
static void product_row(int64_t n, const sweep *s, kl_precision precision, const row_pair *row,
                        double *p_re, double *p_im)
{
    const int64_t shift = s->site;
    const size_t size = kl_precision_size(precision);
    const size_t before = (size_t)(n - shift) * size, after = (size_t)shift * size;
    kl_row_product(precision, n - shift, row->re, row->im, row->other_re + after,
                   row->other_im + after, p_re, p_im);
    if (shift > 0) /* around the seam */
        kl_row_product(precision, shift, row->re + before, row->im + before, row->other_re,
                       row->other_im, p_re + (n - shift), p_im ? p_im + (n - shift) : NULL);
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

void kl_pairing_row(const kl_wigner *pairing, const sweep *s, kl_precision precision,
                    const row_pair *row, row_work *w, double *lane)
{
    const int64_t n = kl_lattice_row(&pairing->lattice);
    int nx;
    const int parts = take_parts(pairing, s, row->z, row->y, w, &nx);
    const bool density = row->same && s->mode[0] == 0 && s->mode[1] == 0 && s->mode[2] == 0;
    const bool total = w->totals && s->total >= 0;
    double *im = lane + kl_pairing_lanes(s) / 2;
    if (parts == 0 && !total)
        return;
    product_row(n, s, precision, row, w->p_re, density || parts == 0 ? NULL : w->p_im);
    kl_row_lanes(n, nx + total, w->x, w->p_re, lane);
    if (density)
        memset(im, 0, (size_t)nx * KL_LANES * sizeof *im);
    else
        kl_row_lanes(n, nx, w->x, w->p_im, im);
}

void kl_pairing_add(const kl_wigner *pairing, const sweep *s, const row_pair *row, row_work *w,
                    const double *lane)
{
    int nx;
    const int parts = take_parts(pairing, s, row->z, row->y, w, &nx);
    add_parts(parts, w->part, lane, lane + kl_pairing_lanes(s) / 2, w->sum);
    for (int l = 0; l < KL_LANES && w->totals && s->total >= 0; l++)
        w->sum[s->total * KL_LANES + l] += lane[nx * KL_LANES + l];
}
