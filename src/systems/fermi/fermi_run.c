/* One group's work at one point of a `fermi` study. Vectors go one after the other through all
 * times, a time a call, with one lattice for all; a realization is done when the first station is
 * reached. */
#include "systems/fermi/fermi_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- costs, begin and end ---- */

kl_cost fermi_cost(const void *self, int point, int group_ranks)
{
    const fermi *f = self;
    const kl_propagation_setup setup = fermi_setup(f, point);
    const kl_lattice_point *p = &f->points.point[point];
    const double sites = pow((double)setup.sites, setup.dimension);
    const double local = ceil((double)setup.sites / group_ranks) * sites / (double)setup.sites;
    const double images = f->sites.n * f->times.n;
    const double vectors = (double)kl_gas_vectors_count(&f->vectors, p, setup.dimension);
    kl_cost cost = kl_propagation_cost(&setup, group_ranks);
    cost.bytes += local * (16 * (1 + images) + 8 + 16) +
                  kl_transform_bytes(setup.dimension, (double)setup.sites, group_ranks);
    cost.seconds += sites * (200e-9 + 60e-9 * f->times.n * (1 + f->bins.n));
    cost.seconds *= vectors + f->sites.n;
    return cost;
}

/* The numbers that checkpoints keep. */
static kl_status allocate_sums(fermi_run *r, kl_error *err)
{
    const fermi *f = r->f;
    const int64_t times = f->times.n, quantities = times * f->nquantities;
    const int64_t each = f->powers > 0 ? f->vectors.count * f->observables.nquantities * times : 0;
    int64_t cells = 0;
    for (int i = 0; i < f->bins.n; i++)
        cells += kl_bins_axis(&f->bins, r->point, i, NULL);
    KL_TRY(kl_slices_create(&r->propagation.lattice,
                            SUMS + quantities + each + times * (CHECKS + cells), &r->slices, err));
    double *at = r->progress = r->slices.value;
    r->quantity = at += SUMS;
    at += quantities;
    r->each = each > 0 ? at : NULL;
    r->check = (double(*)[CHECKS])(at += each);
    at += times * CHECKS;
    for (int i = 0; i < f->bins.n; i++) {
        r->field[i] = at;
        at += times * kl_bins_axis(&f->bins, r->point, i, NULL);
    }
    return KL_OK;
}

static kl_status allocate(fermi_run *r, kl_error *err)
{
    const fermi *f = r->f;
    const size_t times = (size_t)f->times.n,
                 local = (size_t)kl_lattice_local(&r->propagation.lattice);
    KL_TRY(kl_alloc((size_t)f->observables.n, sizeof *r->value, "values", &r->value, err));
    KL_TRY(kl_alloc(local, sizeof *r->amplitude, "occupation", &r->amplitude, err));
    KL_TRY(kl_alloc(local, sizeof *r->work, "vectors", &r->work, err));
    KL_TRY(
        kl_alloc((size_t)f->sites.n * times * local, sizeof *r->image, "vectors", &r->image, err));
    return allocate_sums(r, err);
}

static kl_status create(fermi_run *r, const kl_place *place, kl_error *err)
{
    const fermi *f = r->f;
    const kl_propagation_setup setup = fermi_setup(f, place->point);
    KL_TRY(kl_propagation_create(&setup, place->group, &r->propagation, err));
    KL_TRY(kl_transform_create(&r->propagation.lattice, &r->transform, err));
    KL_TRY(kl_agree(place->group, allocate(r, err), err));
    kl_gas_vectors_amplitude(&f->start, &r->propagation.lattice, r->amplitude);
    return kl_wigner_create(&r->propagation.lattice, r->point->unit, f->observables.n,
                            f->observables.observable, &r->pairing, err);
}

kl_status fermi_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const fermi *f = self;
    fermi_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->f = f;
    r->point = &f->points.point[place->point];
    r->vectors = kl_gas_vectors_count(&f->vectors, r->point, (int)f->points.dimension);
    status = create(r, place, err);
    if (status != KL_OK)
        fermi_end(run);
    return status;
}

void fermi_end(void **run)
{
    fermi_run *r = *run;
    if (!r)
        return;
    kl_wigner_destroy(&r->pairing);
    kl_transform_destroy(&r->transform);
    kl_propagation_destroy(&r->propagation);
    kl_slices_destroy(&r->slices);
    free(r->value);
    free(r->amplitude);
    free(r->work);
    free(r->image);
    free(r);
    *run = NULL;
}

void fermi_chosen(const void *run, char text[KL_NAME])
{
    kl_propagation_chosen(&((const fermi_run *)run)->propagation, text);
}

/* ---- a realization ---- */

void fermi_prepare(fermi_run *r)
{
    kl_propagation_bound(&r->propagation);
    kl_slices_clear(&r->slices);
    r->progress[REACHED] = -1;
}

kl_status fermi_start(void *run, int64_t batch, kl_error *err)
{
    fermi_run *r = run;
    const bool turned = r->f->sites.antithetic && batch % 2 == 1;
    kl_propagation *e = &r->propagation;
    (void)err;
    r->realization = batch;
    kl_propagation_draw(e, &r->f->disorder, r->point->distribution, r->point->eta, NULL,
                        turned ? batch - 1 : batch);
    for (int64_t i = 0; turned && i < kl_pencils_held(&e->lattice); i++)
        e->omega[i] = -e->omega[i];
    fermi_prepare(r);
    return KL_OK;
}

/* The worst of the vectors; the energy is the gas's own, half of that with hopping 1. */
static void keep_drift(fermi_run *r, int time, const double drift[CHECKS])
{
    for (int i = 0; i < CHECKS; i++)
        r->check[time][i] = fmax(r->check[time][i], i == ENERGY_DRIFT ? drift[i] / 2 : drift[i]);
}

/* Adds weight <b> of vector v at a time. */
static kl_status measure_vector(fermi_run *r, int64_t v, int time, const kl_state *psi,
                                double weight, kl_error *err)
{
    const fermi *f = r->f;
    const int n = f->observables.nquantities;
    double quantity[2 * KL_NAME], *all = quantity, norm, hop, drift[CHECKS];
    if (n > 2 * KL_NAME)
        KL_TRY(kl_alloc((size_t)n, sizeof *all, "values", &all, err));
    kl_status status =
        kl_observables_measure(&f->observables, r->pairing, psi, r->value, all, &norm, &hop, err);
    for (int q = 0; q < n && status == KL_OK; q++) {
        r->quantity[time * f->nquantities + q] += weight * all[q];
        if (r->each)
            r->each[(v * f->times.n + time) * n + q] = (double)f->vectors.count * weight * all[q];
    }
    if (all != quantity)
        free(all);
    KL_TRY(status);
    KL_TRY(kl_propagation_check(&r->propagation, time, psi, norm, hop, drift, err));
    keep_drift(r, time, drift);
    return KL_OK;
}

static kl_status measure_fields(fermi_run *r, int time, const kl_state *psi, double weight,
                                kl_error *err)
{
    const fermi *f = r->f;
    double *field[KL_MOST_BINS];
    if (f->bins.n == 0)
        return KL_OK;
    for (int i = 0; i < f->bins.n; i++)
        field[i] = r->field[i] + time * kl_bins_axis(&f->bins, r->point, i, NULL);
    kl_gas_load(psi, r->work);
    kl_transform_forward(&r->transform, r->work);
    return kl_bins_add(&f->bins, r->point, &r->propagation.lattice, r->work, weight, field, err);
}

static kl_status start_vector(fermi_run *r, int64_t v, kl_error *err)
{
    const fermi *f = r->f;
    const kl_gas_filling filling = {.start = &f->start,
                                    .vectors = &f->vectors,
                                    .point = r->point,
                                    .seed = f->disorder.seed,
                                    .realization = r->realization,
                                    .amplitude = r->amplitude,
                                    .transform = &r->transform};
    double norm;
    KL_TRY(kl_gas_vectors_fill(&filling, v, r->work, &norm, &r->progress[WEIGHT], err));
    if (r->progress[WEIGHT] > 0)
        kl_gas_store(r->work, 1 / sqrt(norm), &r->propagation.psi);
    return KL_OK;
}

/* ---- site vectors ---- */

/* delta at x_i, modulo the sites. */
static void fill_site(fermi_run *r, int i)
{
    kl_state *psi = &r->propagation.psi;
    const kl_lattice *lattice = psi->lattice;
    const int64_t L = lattice->sites, first = lattice->first * lattice->plane;
    int64_t site = 0;
    for (int j = 0; j < lattice->dimension; j++)
        site = site * L + (r->f->sites.site[i][j] % L + L) % L;
    memset(r->work, 0, (size_t)kl_lattice_local(lattice) * sizeof *r->work);
    if (site >= first && site < first + kl_lattice_local(lattice))
        r->work[site - first] = 1;
    kl_gas_store(r->work, 1, psi);
}

static kl_status keep_image(fermi_run *r, int i, int time, const kl_state *psi, kl_error *err)
{
    double drift[CHECKS];
    KL_TRY(kl_propagation_drift(&r->propagation, time, psi, drift, err));
    keep_drift(r, time, drift);
    kl_gas_load(psi, fermi_image(r, i, time));
    kl_transform_forward(&r->transform, fermi_image(r, i, time));
    return KL_OK;
}

/* H is real: exp(itH) f_i = conj(exp(-itH) f_i) = conj(phi_i), and
 * M_ij = <f_j(-t), gamma_0 f_i(-t)> = L^-d sum_q J(-q) phi_j^(q) conj(phi_i^(q)).
 * occupation: J(-q) of this rank's momenta. */
static kl_status fill_matrix(fermi_run *r, int time, const double *occupation, kl_error *err)
{
    const fermi *f = r->f;
    const kl_lattice *lattice = &r->propagation.lattice;
    const int n = f->sites.n * f->sites.n;
    const double volume = (double)lattice->sites * (double)lattice->plane;
    double *plane, *out = r->quantity + time * f->nquantities, sum[KL_MOST_SITES * KL_MOST_SITES];
    KL_TRY(kl_agree(lattice->comm,
                    kl_alloc((size_t)(lattice->count * n), sizeof *plane, "sums", &plane, err),
                    err));
    for (int64_t p = 0; p < lattice->count; p++) {
        double *at = plane + p * n;
        for (int i = 0; i < f->sites.n; i++)
            for (int j = i; j<f->sites.n; j++, at += j> i + 1 ? 2 : 1) {
                const double complex *a = fermi_image(r, i, time), *b = fermi_image(r, j, time);
                for (int64_t k = p * lattice->plane; k < (p + 1) * lattice->plane; k++) {
                    at[0] +=
                        occupation[k] * (creal(a[k]) * creal(b[k]) + cimag(a[k]) * cimag(b[k]));
                    if (j > i)
                        at[1] +=
                            occupation[k] * (creal(a[k]) * cimag(b[k]) - cimag(a[k]) * creal(b[k]));
                }
            }
    }
    const kl_status status = kl_planes_sum(lattice, plane, n, sum, NULL, err);
    free(plane);
    KL_TRY(status);
    for (int k = 0; k < n; k++)
        out[f->first_matrix + k] = sum[k] / volume;
    for (int i = 0; i < f->sites.norders; i++)
        out[f->first_det + i] = fermi_determinant(f, f->sites.order[i], out);
    return KL_OK;
}

static kl_status fill_matrices(fermi_run *r, kl_error *err)
{
    const fermi *f = r->f;
    const kl_lattice *lattice = &r->propagation.lattice;
    const int64_t L = lattice->sites, local = kl_lattice_local(lattice);
    double *occupation;
    KL_TRY(kl_agree(lattice->comm,
                    kl_alloc((size_t)local, sizeof *occupation, "occupation", &occupation, err),
                    err));
    for (int64_t k = 0; k < local; k++) {
        int64_t index = lattice->first * lattice->plane + k, minus = 0, place = 1;
        for (int j = 0; j < lattice->dimension; j++, index /= L, place *= L)
            minus += place * ((L - index % L) % L);
        occupation[k] = kl_gas_start_at(&f->start, L, minus);
    }
    kl_status status = KL_OK;
    for (int t = 0; t < f->times.n && status == KL_OK; t++)
        status = fill_matrix(r, t, occupation, err);
    free(occupation);
    return status;
}

/* ---- powers over the vectors ---- */

/* U_k = e_k(X_1, ..., X_S) / (S over k), e_k the elementary symmetric polynomials. */
static void fill_powers(fermi_run *r)
{
    const fermi *f = r->f;
    const int n = f->observables.nquantities;
    for (int t = 0; t < f->times.n; t++)
        for (int q = 0; q < n && f->powers > 0; q++) {
            double e[FERMI_MOST_POWER + 1] = {1}, choose = 1;
            for (int64_t v = 0; v < f->vectors.count; v++)
                for (int k = f->powers; k >= 1; k--)
                    e[k] += e[k - 1] * r->each[(v * f->times.n + t) * n + q];
            for (int k = 1; k <= f->powers; k++) {
                choose *= (double)(f->vectors.count - k + 1) / k;
                if (k >= 2)
                    r->quantity[t * f->nquantities + f->first_power + q * (f->powers - 1) + k - 2] =
                        e[k] / choose;
            }
        }
}

/* ---- stations ---- */

static bool is_done(const fermi_run *r)
{
    return (int64_t)r->progress[NEXT] == r->vectors + r->f->sites.n;
}

static kl_status start_next(fermi_run *r, kl_error *err)
{
    const int64_t v = (int64_t)r->progress[NEXT];
    r->progress[WEIGHT] = 1;
    if (v < r->vectors)
        KL_TRY(start_vector(r, v, err));
    else
        fill_site(r, (int)(v - r->vectors));
    if (r->progress[WEIGHT] > 0)
        KL_TRY(kl_propagation_start(&r->propagation, err));
    r->progress[ENERGY] = r->propagation.energy;
    return KL_OK;
}

/* The vector in work to its next time; then the next vector, whose turn comes at once where this
 * one counts nothing. */
static kl_status step(fermi_run *r, kl_error *err)
{
    const int64_t v = (int64_t)r->progress[NEXT];
    const int time = (int)r->progress[REACHED] + 1;
    const kl_state *psi;
    if (time == 0)
        KL_TRY(start_next(r, err));
    const double weight = r->progress[WEIGHT];
    if (weight > 0) {
        KL_TRY(kl_propagation_advance(&r->propagation, time, &psi, err));
        if (v >= r->vectors)
            KL_TRY(keep_image(r, (int)(v - r->vectors), time, psi, err));
        else
            KL_TRY(measure_vector(r, v, time, psi, weight, err));
        if (v < r->vectors)
            KL_TRY(measure_fields(r, time, psi, weight, err));
    }
    r->progress[REACHED] = time;
    if (weight > 0 && time < r->f->times.n - 1)
        return KL_OK;
    r->progress[NEXT] = (double)(v + 1);
    r->progress[REACHED] = -1;
    return KL_OK;
}

/* A vector and time a call, or some where the lattice is small. */
kl_status fermi_advance(void *run, int station, bool *reached, kl_error *err)
{
    fermi_run *r = run;
    const int some = r->f->vectors.all ? 32 * r->f->times.n : 1;
    (void)station;
    if (r->slices.cut)
        fermi_join(r);
    const bool was = is_done(r);
    for (int i = 0; i < some && !is_done(r); i++)
        KL_TRY(step(r, err));
    *reached = is_done(r);
    if (was || !*reached)
        return KL_OK;
    fill_powers(r);
    return r->f->sites.n > 0 ? fill_matrices(r, err) : KL_OK;
}

kl_status fermi_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const fermi_run *r = run;
    const fermi *f = r->f;
    (void)member, (void)err;
    memcpy(out->quantity, r->quantity + station * f->nquantities,
           (size_t)f->nquantities * sizeof *out->quantity);
    memcpy(out->check, r->check[station], sizeof r->check[station]);
    for (int i = 0; i < f->bins.n; i++) {
        const int cells = kl_bins_axis(&f->bins, r->point, i, NULL);
        memcpy(out->field[i], r->field[i] + station * cells, (size_t)cells * sizeof(double));
    }
    return KL_OK;
}
