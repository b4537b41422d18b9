/* The sums of the pairing: plane by plane, row by row, mode by mode. */
#include "base/memory.h"
#include "lattice/pencil_parts.h"
#include "wigner/pairing_private.h"
#include "wigner/pencil_energy.h"
#include "wigner/pencils.h"

#include <stdlib.h>
#include <string.h>

/* Row y of owned plane p for a mode; `re`, `im`: the planes at p + m_0, of psi itself if `same`,
 * else of another vector. */
static row_pair pair_of(const kl_state *psi, bool same, const sweep *s, int64_t p, int64_t y,
                        const void *re, const void *im)
{
    const kl_lattice *lattice = psi->lattice;
    const size_t size = kl_precision_size(psi->precision);
    const int64_t L = lattice->sites, n = kl_lattice_row(lattice);
    const int64_t y_shifted = y + s->row < L ? y + s->row : y + s->row - L;
    const size_t here = (size_t)(kl_lattice_origin(lattice) + p * lattice->plane + y * n) * size;
    const size_t there = (size_t)(y_shifted * n) * size;
    return (row_pair){.z = lattice->first + p,
                      .y = y,
                      .re = (const char *)psi->re + here,
                      .im = (const char *)psi->im + here,
                      .other_re = (const char *)re + there,
                      .other_im = (const char *)im + there,
                      .same = same};
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

static bool same_shift(const row_work *w, int i, int j)
{
    return w->sweep[i]->mode[0] == w->sweep[j]->mode[0];
}

/* The sweeps first..last-1 row by row, in one pass over psi, which is paired with the planes `at`.
 * table[count][stride]. */
static void add_planes(const kl_wigner *pairing, const kl_state *psi, bool same, int first,
                       int last, const shifted *at, row_work *w, double *table, int stride)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t rows = kl_lattice_rows(lattice);
    const int width = columns(pairing);
    for (int64_t p = 0; p < lattice->count; p++) {
        memset(w->sum, 0, (size_t)(width * KL_LANES) * sizeof *w->sum);
        for (int64_t y = 0; y < rows; y++)
            for (int i = first; i < last; i++) {
                const row_pair row =
                    pair_of(psi, same, w->sweep[i], p, y, at[i].re[p], at[i].im[p]);
                kl_pairing_row(pairing, w->sweep[i], psi->precision, &row, w, w->lane);
                kl_pairing_add(pairing, w->sweep[i], &row, w, w->lane);
            }
        for (int c = 0; c < width; c++)
            table[p * stride + c] += kl_lanes_sum(w->sum + c * KL_LANES);
    }
}

/* psi with itself by the ranks of its nodes together. */
static kl_status fill_table_by_nodes(const kl_wigner *pairing, const kl_state *psi, row_work *w,
                                     double *table, kl_error *err)
{
    const kl_team *team = psi->lattice->pencils->team;
    int64_t lanes = 0;
    for (int i = 0; i < w->nsweeps; i++)
        lanes += kl_pairing_lanes(w->sweep[i]);
    lanes *= psi->lattice->sites / (team->ranks > 0 ? team->ranks : 1) + 1;
    const kl_status status =
        kl_alloc((size_t)lanes, sizeof *w->node_lane, "row buffers", &w->node_lane, err);
    KL_TRY(kl_agree(psi->lattice->comm, status, err));
    for (int first = 0, last; first < w->nsweeps; first = last) {
        for (last = first; last < w->nsweeps && same_shift(w, first, last);)
            last++;
        kl_pairing_add_node(pairing, psi, first, last, w, table);
    }
    return KL_OK;
}

/* Of conj(psi[k](y)) with ket(y + m), for each psi[k], k < n: table[count][n][columns]. A rank
 * alone has all planes and takes the sweeps in one pass. Others take one shift at a
 * time, to hold the planes of other ranks for that one alone. */
static kl_status fill_table(const kl_wigner *pairing, int n, const kl_state *psi,
                            const kl_state *ket, row_work *w, double *table, kl_error *err)
{
    const bool alone = ket->lattice->ranks == 1;
    const int width = columns(pairing), sweeps = w->nsweeps;
    shifted *at = NULL;
    kl_status status = kl_alloc((size_t)sweeps, sizeof *at, "plane tables", &at, err);
    status = kl_agree(ket->lattice->comm, status, err);
    for (int first = 0, last; status == KL_OK && first < sweeps; first = last) {
        for (last = first; last < sweeps && (alone || same_shift(w, first, last)); last++)
            if (last > first && same_shift(w, last - 1, last))
                at[last] = at[last - 1];
            else if (status == KL_OK)
                status = shift_planes(ket, w->sweep[last]->mode[0], &at[last], err);
        for (int k = 0; status == KL_OK && k < n; k++)
            add_planes(pairing, &psi[k], psi[k].re == ket->re, first, last, at, w,
                       table + k * width, n * width);
        for (int i = first; i < last; i++)
            if (i == first || !same_shift(w, i - 1, i)) {
                free(at[i].re_buffer);
                free(at[i].im_buffer);
                free(at[i].re);
            }
    }
    free(at);
    return status;
}

/* Of conj(psi) with phi from their sums, and from those of conj(phi) with psi: a mode -m is the
 * mode m of the latter, conjugated. A real weight has summed the pairing as it is alone: with the
 * vectors conjugated it is the conjugate. */
static complex double weighted(const kl_wigner *pairing, const double *sum, const double *swapped,
                               int use)
{
    const int i = use >= 0 ? use : ~use;
    const double *at = (use >= 0 ? sum : swapped) + 4 * i;
    if (pairing->weight[i].observable.position != KL_POSITION_WAVE)
        return at[0] + I * (use >= 0 ? at[1] : -at[1]);
    return use >= 0 ? at[0] + I * at[1] : at[2] + I * at[3];
}

static void combine(const kl_wigner *pairing, const double *sum, const double *swapped,
                    complex double *value)
{
    for (int k = 0; k < pairing->nobservables; k++) {
        const kl_symbol *s = pairing->observable[k].symbol;
        value[k] = 0;
        for (int n = 0; n < s->n; n++)
            value[k] += s->coefficient[n] * weighted(pairing, sum, swapped, pairing->use[k][n]);
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
    kl_status status = kl_pairing_work(pairing, true, &work, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)lattice->count * width, sizeof *table, "plane sums", &table, err);
    if (status == KL_OK)
        status = kl_alloc(width, sizeof *sum, "sums", &sum, err);
    if (status == KL_OK && marginal)
        status = kl_alloc(sites * width, sizeof *planes, "plane sums", &planes, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    KL_GOTO(kl_pairing_shares(psi) ? fill_table_by_nodes(pairing, psi, &work, table, err)
                                   : fill_table(pairing, 1, psi, psi, &work, table, err));
    KL_GOTO(kl_planes_sum(lattice, table, (int)width, sum, planes, err));
    combine(pairing, sum, sum, value);
    *norm = sum[total];
    *hop = 0;
    for (size_t j = total + 1; j < width; j++)
        *hop += 2 * sum[j];
    for (size_t i = 0; marginal && i < sites; i++)
        marginal[i] = planes[i * width + total];
done:
    kl_pairing_work_free(&work);
    free(table);
    free(sum);
    free(planes);
    return status;
}

/* sum[ket][psi][columns] of all pairs of n vectors. */
static kl_status sum_pairs(const kl_wigner *pairing, int n, const kl_state *psi, double *sum,
                           kl_error *err)
{
    const kl_lattice *lattice = &pairing->lattice;
    const size_t width = (size_t)(n * columns(pairing)), all = (size_t)lattice->count * width;
    double *table = NULL;
    row_work work = {0};
    kl_status status = kl_pairing_work(pairing, false, &work, err);
    if (status == KL_OK)
        status = kl_alloc(all, sizeof *table, "plane sums", &table, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    for (int k = 0; k < n; k++) {
        memset(table, 0, all * sizeof *table);
        KL_GOTO(fill_table(pairing, n, psi, &psi[k], &work, table, err));
        KL_GOTO(kl_planes_sum(lattice, table, (int)width, sum + (size_t)k * width, NULL, err));
    }
done:
    kl_pairing_work_free(&work);
    free(table);
    return status;
}

kl_status kl_wigner_evaluate_pairs(kl_wigner *pairing, int n, const kl_state *psi,
                                   complex double *value, kl_error *err)
{
    const int width = columns(pairing);
    double *sum = NULL;
    kl_status status = kl_alloc((size_t)(n * n * width), sizeof *sum, "sums", &sum, err);
    KL_GOTO(kl_agree(pairing->lattice.comm, status, err));
    KL_GOTO(sum_pairs(pairing, n, psi, sum, err));
    for (int i = 0; i < n; i++)
        for (int j = i; j < n; j++, value += pairing->nobservables)
            combine(pairing, sum + (j * n + i) * width, sum + (i * n + j) * width, value);
done:
    free(sum);
    return status;
}

kl_status kl_potential_energy(const kl_state *psi, const float *omega, double *value, kl_error *err)
{
    if (psi->pencil)
        return kl_pencil_energy(psi, omega, value, err);
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
