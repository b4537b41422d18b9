/* One group's work at one point of a `fermi` study. Vectors go one after the other through all
 * times, with one lattice for all; a realization is done when the first station is reached. */
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

static kl_status allocate(fermi_run *r, kl_error *err)
{
    const fermi *f = r->f;
    const size_t times = (size_t)f->times.n,
                 local = (size_t)kl_lattice_local(&r->propagation.lattice);
    const size_t numbers = (size_t)f->observables.nquantities * times;
    KL_TRY(kl_alloc((size_t)f->observables.n, sizeof *r->value, "values", &r->value, err));
    KL_TRY(kl_alloc(local, sizeof *r->amplitude, "occupation", &r->amplitude, err));
    KL_TRY(kl_alloc(local, sizeof *r->work, "vectors", &r->work, err));
    KL_TRY(
        kl_alloc((size_t)f->sites.n * times * local, sizeof *r->image, "vectors", &r->image, err));
    KL_TRY(
        kl_alloc((size_t)f->nquantities * times, sizeof *r->quantity, "values", &r->quantity, err));
    if (f->powers > 0)
        KL_TRY(
            kl_alloc((size_t)f->vectors.count * numbers, sizeof *r->each, "values", &r->each, err));
    KL_TRY(kl_alloc(times, sizeof *r->check, "values", &r->check, err));
    KL_TRY(kl_alloc((size_t)f->bins.n, sizeof *r->field, "fields", &r->field, err));
    for (int i = 0; i < f->bins.n; i++)
        KL_TRY(kl_alloc(times * (size_t)kl_bins_axis(&f->bins, r->point, i, NULL), sizeof(double),
                        "fields", &r->field[i], err));
    return KL_OK;
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
    for (int i = 0; r->field && i < r->f->bins.n; i++)
        free(r->field[i]);
    free(r->field);
    free(r->value);
    free(r->amplitude);
    free(r->work);
    free(r->image);
    free(r->quantity);
    free(r->each);
    free(r->check);
    free(r);
    *run = NULL;
}

/* ---- a realization ---- */

void fermi_prepare(fermi_run *r)
{
    const fermi *f = r->f;
    const size_t times = (size_t)f->times.n;
    kl_propagation_bound(&r->propagation);
    r->next = 0;
    memset(r->quantity, 0, (size_t)f->nquantities * times * sizeof *r->quantity);
    memset(r->check, 0, times * sizeof *r->check);
    for (int i = 0; i < f->bins.n; i++)
        memset(r->field[i], 0,
               times * (size_t)kl_bins_axis(&f->bins, r->point, i, NULL) * sizeof(double));
}

kl_status fermi_start(void *run, int64_t batch, kl_error *err)
{
    fermi_run *r = run;
    const bool turned = r->f->sites.antithetic && batch % 2 == 1;
    kl_propagation *e = &r->propagation;
    (void)err;
    r->realization = batch;
    kl_potential_draw(&r->f->disorder, r->point->distribution, r->point->eta, NULL,
                      turned ? batch - 1 : batch, &e->lattice, e->omega);
    for (int64_t i = 0; turned && i < kl_lattice_local(&e->lattice); i++)
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

static kl_status evolve_vector(fermi_run *r, int64_t v, kl_error *err)
{
    const fermi *f = r->f;
    kl_propagation *e = &r->propagation;
    const kl_gas_filling filling = {.start = &f->start,
                                    .vectors = &f->vectors,
                                    .point = r->point,
                                    .seed = f->disorder.seed,
                                    .realization = r->realization,
                                    .amplitude = r->amplitude,
                                    .transform = &r->transform};
    const kl_state *psi;
    double norm, weight;
    KL_TRY(kl_gas_vectors_fill(&filling, v, r->work, &norm, &weight, err));
    if (weight == 0)
        return KL_OK;
    kl_gas_store(r->work, 1 / sqrt(norm), &e->psi);
    KL_TRY(kl_propagation_start(e, err));
    for (int t = 0; t < f->times.n; t++) {
        KL_TRY(kl_propagation_advance(e, t, &psi, err));
        KL_TRY(measure_vector(r, v, t, psi, weight, err));
        KL_TRY(measure_fields(r, t, psi, weight, err));
    }
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

static double complex *image_of(const fermi_run *r, int i, int time)
{
    const int64_t local = kl_lattice_local(&r->propagation.lattice);
    return r->image + (i * r->f->times.n + time) * local;
}

static kl_status evolve_site(fermi_run *r, int i, kl_error *err)
{
    kl_propagation *e = &r->propagation;
    const kl_state *psi;
    double drift[CHECKS];
    fill_site(r, i);
    KL_TRY(kl_propagation_start(e, err));
    for (int t = 0; t < r->f->times.n; t++) {
        KL_TRY(kl_propagation_advance(e, t, &psi, err));
        KL_TRY(kl_propagation_drift(e, t, psi, drift, err));
        keep_drift(r, t, drift);
        kl_gas_load(psi, image_of(r, i, t));
        kl_transform_forward(&r->transform, image_of(r, i, t));
    }
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
                const double complex *a = image_of(r, i, time), *b = image_of(r, j, time);
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

/* A vector a call, or a few where the lattice is small. */
kl_status fermi_advance(void *run, int station, bool *reached, kl_error *err)
{
    fermi_run *r = run;
    const int64_t all = r->vectors + r->f->sites.n;
    const int64_t some = r->f->vectors.all ? 32 : 1;
    (void)station;
    for (int64_t i = 0; i < some && r->next < all; i++, r->next++) {
        if (r->next < r->vectors)
            KL_TRY(evolve_vector(r, r->next, err));
        else
            KL_TRY(evolve_site(r, (int)(r->next - r->vectors), err));
        if (r->next + 1 < all)
            continue;
        fill_powers(r);
        if (r->f->sites.n > 0)
            KL_TRY(fill_matrices(r, err));
    }
    *reached = r->next == all;
    return KL_OK;
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
