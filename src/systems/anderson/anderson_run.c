/* One group's work at one point of an `anderson` study. */
#include "systems/anderson/anderson_private.h"

#include "base/memory.h"
#include "parts/density.h"

#include <math.h>
#include <stdlib.h>

typedef struct anderson_run {
    const anderson *a;
    const kl_lattice_point *point;
    kl_propagation propagation;
    kl_wigner *pairing;
    complex double *value;   /* [nobservables] */
    const kl_state *current; /* at the time reached */
} anderson_run;

/* Planes that a measurement has of other ranks at a time: as many as its modes go along axis 0,
 * and one for the energy. */
static double planes_of_others(const anderson *a, double planes, int group_ranks)
{
    double most = 1;
    for (int k = 0; k < a->observables.n; k++) {
        const kl_symbol *s = a->observables.observable[k].symbol;
        for (int n = 0; n < s->n; n++)
            most = fmax(most, abs(s->mode[n][0]));
    }
    return group_ranks == 1 ? 0 : fmin(most, planes);
}

kl_cost anderson_cost(const void *self, int point, int group_ranks)
{
    const anderson *a = self;
    const kl_propagation_setup setup = anderson_setup(a, point);
    const double sites = (double)setup.sites, plane = pow(sites, setup.dimension - 1);
    const double size = (double)kl_precision_size(setup.propagator.precision);
    kl_cost cost = kl_propagation_cost(&setup, group_ranks);
    cost.most_ranks = kl_propagation_most_ranks(&setup);
    cost.bytes += 2 * size * plane * planes_of_others(a, ceil(sites / group_ranks), group_ranks);
    cost.seconds += 60e-9 * plane * sites;
    if (a->correlation.length > 0) {
        cost.bytes += kl_correlated_bytes(&a->correlation, setup.dimension, setup.sites);
        cost.seconds += plane * sites * kl_correlated_seconds(&a->correlation, setup.dimension);
    }
    if (a->potential.path || a->packets.file.path)
        cost.bytes += 16 * plane * ceil(sites / group_ranks);
    const kl_cost fields = kl_marginals_cost(&a->marginals, &a->points.point[point], group_ranks);
    cost.bytes += fields.bytes;
    /* After the run, on the first rank, whose heap may still have its old size. */
    cost.bytes += kl_packets_concentration_bytes(&a->packets, &a->points.point[point], &a->bounds);
    cost.seconds += a->times.n * fields.seconds;
    return cost;
}

static kl_status allocate(anderson_run *r, kl_error *err)
{
    return kl_alloc((size_t)r->a->observables.n, sizeof *r->value, "values", &r->value, err);
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
    r->point = &a->points.point[place->point];
    const kl_propagation_setup setup = anderson_setup(a, place->point);
    status = kl_propagation_create(&setup, group, &r->propagation, err);
    if (status == KL_OK)
        status = kl_agree(group, allocate(r, err), err);
    if (status == KL_OK)
        status = kl_wigner_create(&r->propagation.lattice, setup.unit, a->observables.n,
                                  a->observables.observable, &r->pairing, err);
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

void anderson_chosen(const void *run, char text[KL_NAME])
{
    kl_propagation_chosen(&((const anderson_run *)run)->propagation, text);
}

/* Of a file or a field with a correlation length, on this rank's slab. */
static kl_status fill_potential(anderson_run *r, int64_t batch, kl_error *err)
{
    const anderson *a = r->a;
    kl_propagation *e = &r->propagation;
    if (a->potential.path)
        return kl_potential_load(&a->potential, batch, &e->lattice, e->omega, err);
    return kl_potential_draw_correlated(&a->disorder, &a->correlation, r->point->eta, batch,
                                        &e->lattice, e->omega, err);
}

kl_status anderson_start(void *run, int64_t batch, kl_error *err)
{
    anderson_run *r = run;
    kl_propagation *e = &r->propagation;
    if (r->a->potential.path || r->a->correlation.length > 0) {
        KL_TRY(kl_agree(e->lattice.comm, fill_potential(r, batch, err), err));
        kl_propagation_potential(e);
    } else {
        kl_propagation_draw(e, &r->a->disorder, r->point->distribution, r->point->eta, NULL, batch);
    }
    kl_propagation_bound(e);
    return kl_propagation_start_packets(e, &r->a->packets, err);
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
    KL_TRY(kl_observables_measure(&r->a->observables, r->pairing, r->current, r->value,
                                  out->quantity, &norm, &hop, err));
    KL_TRY(kl_marginals_measure(&r->a->marginals, r->point, r->current, out->field, err));
    return kl_propagation_check(&r->propagation, station, r->current, norm, hop, out->check, err);
}

kl_status anderson_snapshot(void *run, int station, const char *path, kl_snapshot **snapshot,
                            kl_error *err)
{
    const anderson_run *r = run;
    return kl_density_snapshot(r->current, r->propagation.setup.unit, r->a->times.value[station],
                               path, snapshot, err);
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
