/* One group's work at one point of an `anderson` study. */
#include "systems/anderson/anderson_private.h"

#include "base/memory.h"
#include "results/snapshot.h"

#include <math.h>
#include <stdlib.h>

typedef struct anderson_run {
    const anderson *a;
    int index; /* of the point */
    kl_propagation propagation;
    kl_wigner *pairing;
    complex double *value; /* [nobservables] */
    int64_t realization;
    const kl_state *current; /* at the time reached */
} anderson_run;

kl_cost anderson_cost(const void *self, int point, int group_ranks)
{
    const anderson *a = self;
    const kl_propagation_setup setup = anderson_setup(a, point);
    const double sites = (double)setup.sites, plane = pow(sites, setup.dimension - 1);
    const double size = (double)kl_precision_size(setup.propagator.precision);
    kl_cost cost = kl_propagation_cost(&setup, group_ranks);
    /* A measurement may hold a shifted copy of psi besides. */
    cost.bytes += plane * (ceil(sites / group_ranks) + 2) * size;
    cost.seconds += 60e-9 * plane * sites;
    const kl_cost fields = anderson_fields_cost(a, point, group_ranks);
    cost.bytes += fields.bytes;
    cost.seconds += a->times.n * fields.seconds;
    return cost;
}

static kl_status allocate(anderson_run *r, kl_error *err)
{
    return kl_alloc((size_t)r->a->nobservables, sizeof *r->value, "values", &r->value, err);
}

kl_status anderson_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const MPI_Comm group = place->group;
    const anderson *a = self;
    anderson_run *r = NULL;
    kl_status status = kl_agree(group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->a = a;
    r->index = place->point;
    const kl_propagation_setup setup = anderson_setup(a, place->point);
    status = kl_propagation_create(&setup, group, &r->propagation, err);
    if (status == KL_OK)
        status = kl_agree(group, allocate(r, err), err);
    if (status == KL_OK)
        status = kl_wigner_create(&r->propagation.lattice, setup.unit, a->nobservables,
                                  a->observable, &r->pairing, err);
    if (status != KL_OK)
        anderson_end(run);
    return status;
}

void anderson_end(void **run)
{
    anderson_run *r = *run;
    if (!r)
        return;
    kl_wigner_destroy(&r->pairing);
    kl_propagation_destroy(&r->propagation);
    free(r->value);
    free(r);
    *run = NULL;
}

static void fill_disorder(anderson_run *r)
{
    const kl_lattice *lattice = &r->propagation.lattice;
    const double parameters[3] = {r->propagation.setup.eta, (double)lattice->sites,
                                  (double)lattice->dimension};
    kl_disorder disorder = {(kl_distribution)r->a->point[r->index].distribution,
                            r->a->disorder.seed, kl_disorder_point(parameters, 3),
                            (uint64_t)r->realization};
    kl_disorder_fill(&disorder, lattice->first * lattice->plane, kl_lattice_local(lattice),
                     r->propagation.omega);
}

kl_status anderson_start(void *run, int64_t batch, kl_error *err)
{
    anderson_run *r = run;
    r->realization = batch;
    fill_disorder(r);
    kl_propagation_bound(&r->propagation);
    KL_TRY(anderson_fill_initial(r->a, r->index, &r->propagation.psi, err));
    return kl_propagation_start(&r->propagation, err);
}

kl_status anderson_advance(void *run, int station, bool *reached, kl_error *err)
{
    anderson_run *r = run;
    (void)reached;
    return kl_propagation_advance(&r->propagation, station, &r->current, err);
}

kl_status anderson_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    anderson_run *r = run;
    double norm, hop;
    (void)member;
    KL_TRY(kl_wigner_evaluate(r->pairing, r->current, r->value, &norm, &hop, NULL, err));
    int q = 0;
    for (int k = 0; k < r->a->nobservables; k++) {
        out->quantity[q++] = creal(r->value[k]);
        if (r->a->complex_valued[k])
            out->quantity[q++] = cimag(r->value[k]);
    }
    KL_TRY(anderson_measure_fields(r->a, r->index, r->current, out->field, err));
    return kl_propagation_check(&r->propagation, station, r->current, norm, hop, out->check, err);
}

kl_status anderson_snapshot(void *run, int station, const char *path, kl_snapshot **snapshot,
                            kl_error *err)
{
    anderson_run *r = run;
    const kl_lattice *lattice = &r->propagation.lattice;
    const kl_state *psi = r->current;
    const int64_t n = kl_lattice_local(lattice), from = kl_lattice_origin(lattice);
    float *density = NULL;
    if (!*snapshot)
        KL_TRY(kl_snapshot_create(lattice->comm, path, lattice->dimension, (int)lattice->sites,
                                  r->propagation.setup.unit, 0, "density",
                                  "probability |psi|^2 per site", "1", snapshot, err));
    kl_status status = kl_alloc((size_t)n, sizeof *density, "snapshot", &density, err);
    KL_TRY(kl_agree(lattice->comm, status, err));
    for (int64_t i = 0; i < n; i++) {
        double re, im;
        kl_state_load(psi->precision, psi->re, from + i, 1, &re);
        kl_state_load(psi->precision, psi->im, from + i, 1, &im);
        density[i] = (float)(re * re + im * im);
    }
    status = kl_snapshot_write(*snapshot, r->a->times.value[station], (int)lattice->first,
                               (int)lattice->count, density, err);
    free(density);
    return status;
}

kl_packing anderson_packing(const void *run, int station)
{
    return kl_propagation_packing(&((const anderson_run *)run)->propagation, station);
}

kl_packing anderson_shape(const void *run)
{
    return kl_propagation_shape(&((const anderson_run *)run)->propagation);
}

void anderson_pack(const void *run, int64_t piece, void *bytes)
{
    kl_propagation_pack(&((const anderson_run *)run)->propagation, piece, bytes);
}

void anderson_unpack(void *run, int64_t piece, const void *bytes)
{
    kl_propagation_unpack(&((anderson_run *)run)->propagation, piece, bytes);
}

void anderson_restored(void *run, int station)
{
    kl_propagation_restored(&((anderson_run *)run)->propagation, station);
}
