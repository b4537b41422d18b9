/* One group's work at one point of a `hartree_fock` study. */
#include "systems/hartree_fock/hartree_ensemble.h"

#include "base/memory.h"
#include "wigner/pairing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double MOST_DRIFT = 0.02; /* of the energy per site */
enum { STEPS_A_CALL = 4 };

typedef struct hartree_run {
    const hartree *h;
    const kl_place *place;
    hartree_ensemble e;
    kl_wigner *pairing;
    kl_state state; /* of a vector while it is measured */
    complex double *value;
    double *quantity;           /* [observables.nquantities] of one vector */
    double number, energy;      /* per site, at t = 0 */
    double drift[2], low, high; /* of number and energy at the last station; the range of J */
    int target;                 /* the station that is gone to */
    int64_t step;               /* steps done on the way to it */
} hartree_run;

kl_cost hartree_cost(const void *self, int point, int group_ranks)
{
    const hartree *h = self;
    const kl_lattice_point *p = &h->points.point[point];
    const int d = (int)h->points.dimension, copies = h->halves ? 2 : 1;
    const double sites = pow((double)p->sites, d), L = (double)p->sites;
    const double local = ceil(L / group_ranks) * sites / L;
    const double vectors = (double)kl_gas_vectors_count(&h->vectors, p, d) * copies;
    const double kicks = h->order == 4 ? 2 : 1, substeps = h->order == 4 ? 5 : 1;
    const double steps = fabs(hartree_time(h, point, h->times.n - 1)) / h->step + h->times.n;
    return (kl_cost){.bytes = local * (16 * (vectors + kicks + 6) + 4 + 3 * 16) +
                              kl_transform_bytes(d, L, group_ranks),
                     .more_bytes = local * (16 * (vectors + kicks) + 4),
                     .seconds = sites * vectors * (150e-9 * steps * substeps + 100e-9 * h->times.n),
                     .most_ranks = p->sites};
}

/* ---- begin and end ---- */

static kl_status create(hartree_run *r, const kl_place *place, kl_error *err)
{
    const kl_observables *o = &r->h->observables;
    KL_TRY(hartree_ensemble_create(r->h, place, &r->e, err));
    kl_status status = kl_alloc((size_t)o->n, sizeof *r->value, "values", &r->value, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)o->nquantities, sizeof *r->quantity, "values", &r->quantity, err);
    if (status == KL_OK)
        status = kl_state_create(&r->e.lattice, KL_DOUBLE, &r->state, err);
    KL_TRY(kl_agree(place->group, status, err));
    return kl_wigner_create(&r->e.lattice, r->e.point->unit, o->n, o->observable, &r->pairing, err);
}

/* Of all momenta of the lattice. */
static void find_range(hartree_run *r)
{
    int64_t n = 1;
    r->low = 1;
    for (int j = 0; j < r->e.lattice.dimension; j++)
        n *= r->e.lattice.sites;
    for (int64_t k = 0; k < n; k++) {
        const double j = kl_gas_start_at(&r->h->start, r->e.lattice.sites, k);
        r->low = fmin(r->low, j);
        r->high = fmax(r->high, j);
    }
}

kl_status hartree_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    hartree_run *r = NULL;
    kl_status status = kl_agree(place->ensemble, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->h = self;
    r->place = place;
    status = kl_agree(place->ensemble, create(r, place, err), err);
    if (status != KL_OK)
        hartree_end(run);
    else
        find_range(r);
    return status;
}

void hartree_end(void **run)
{
    hartree_run *r = *run;
    if (!r)
        return;
    kl_wigner_destroy(&r->pairing);
    kl_state_destroy(&r->state);
    hartree_ensemble_destroy(&r->e);
    free(r->value);
    free(r->quantity);
    free(r);
    *run = NULL;
}

/* ---- a batch ---- */

kl_status hartree_start(void *run, int64_t batch, kl_error *err)
{
    hartree_run *r = run;
    r->target = 0;
    r->step = 0;
    KL_TRY(kl_agree(r->place->ensemble, hartree_ensemble_start(&r->e, batch, err), err));
    return hartree_ensemble_sums(&r->e, &r->number, &r->energy, err);
}

/* A drift beyond rounding, or beyond what a sound step leaves, ends the run. */
static kl_status check(hartree_run *r, int station, kl_error *err)
{
    double number, energy;
    KL_TRY(hartree_ensemble_sums(&r->e, &number, &energy, err));
    r->drift[NUMBER_DRIFT] = fabs(number - r->number);
    r->drift[ENERGY_DRIFT] = fabs(energy - r->energy);
    if (!(r->drift[NUMBER_DRIFT] <= 1e-9))
        return kl_fail(err, KL_BUG, "eta %g, T = %g: the number drifted by %.3g, more than 1e-9",
                       r->e.point->eta, r->h->times.value[station], r->drift[NUMBER_DRIFT]);
    if (!(r->drift[ENERGY_DRIFT] <= MOST_DRIFT))
        return kl_fail(err, KL_INPUT,
                       "eta %g, lambda %g, T = %g: the energy drifted by %.3g, more than %g: "
                       "step.size %g is too large",
                       r->e.point->eta, r->e.lambda, r->h->times.value[station],
                       r->drift[ENERGY_DRIFT], MOST_DRIFT, r->h->step);
    return KL_OK;
}

kl_status hartree_advance(void *run, int station, bool *reached, kl_error *err)
{
    hartree_run *r = run;
    const int point = r->place->point;
    const double from = station > 0 ? hartree_time(r->h, point, station - 1) : 0;
    const double way = hartree_time(r->h, point, station) - from;
    const int64_t steps = (int64_t)ceil(way / r->h->step - 1e-9);
    if (r->target != station) {
        r->target = station;
        r->step = 0;
    }
    for (int i = 0; i < STEPS_A_CALL && r->step < steps; i++, r->step++)
        KL_TRY(hartree_ensemble_step(&r->e, way / (double)steps, err));
    *reached = r->step >= steps;
    return *reached ? check(r, station, err) : KL_OK;
}

/* ---- measurement ---- */

/* Adds factor <b> of one copy of a member. */
static kl_status measure_copy(hartree_run *r, int member, int copy, double factor, double *out,
                              kl_error *err)
{
    const kl_observables *o = &r->h->observables;
    double norm, hop;
    for (int64_t v = 0; v < r->e.vectors; v++) {
        kl_gas_store(hartree_psi(&r->e, member, copy, v), 1, &r->state);
        KL_TRY(kl_observables_measure(o, r->pairing, &r->state, r->value, r->quantity, &norm, &hop,
                                      err));
        for (int q = 0; q < o->nquantities; q++)
            out[q] += factor * r->e.share * r->quantity[q];
    }
    return KL_OK;
}

/* Fields, and with all momenta the occupation of each, which stays in the range of J. */
static kl_status measure_momenta(hartree_run *r, int member, kl_sample *out, kl_error *err)
{
    const hartree *h = r->h;
    const hartree_ensemble *e = &r->e;
    double *mu, excess = 0;
    KL_TRY(kl_agree(r->place->group, kl_alloc((size_t)e->local, sizeof *mu, "occupation", &mu, err),
                    err));
    kl_status status = KL_OK;
    for (int copy = 0; copy < e->copies; copy++)
        for (int64_t v = 0; v < e->vectors && status == KL_OK; v++) {
            const double factor = e->copies == 1 ? 1 : copy == 0 ? 2 : -1;
            memcpy(e->work, hartree_psi(e, member, copy, v), (size_t)e->local * sizeof *e->work);
            kl_transform_forward(&r->e.transform, e->work);
            for (int64_t i = 0; i < e->local && copy == 0; i++)
                mu[i] +=
                    creal(e->work[i]) * creal(e->work[i]) + cimag(e->work[i]) * cimag(e->work[i]);
            status = kl_bins_add(&h->bins, e->point, &e->lattice, e->work, factor * e->share,
                                 out->field, err);
        }
    for (int64_t i = 0; i < e->local && h->vectors.all; i++)
        excess = fmax(excess, fmax(mu[i] - r->high, r->low - mu[i]));
    free(mu);
    MPI_Allreduce(MPI_IN_PLACE, &excess, 1, MPI_DOUBLE, MPI_MAX, r->place->group);
    out->check[OCCUPATION_EXCESS] = excess;
    if (status == KL_OK && excess > 1e-9)
        return kl_fail(err, KL_BUG, "an occupation left the range of J by %.3g", excess);
    return status;
}

kl_status hartree_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    hartree_run *r = run;
    const hartree *h = r->h;
    (void)station;
    memset(out->quantity, 0, (size_t)h->observables.nquantities * sizeof *out->quantity);
    for (int f = 0; f < h->bins.n; f++)
        memset(out->field[f], 0,
               (size_t)kl_bins_axis(&h->bins, r->e.point, f, NULL) * sizeof(double));
    KL_TRY(measure_copy(r, member, 0, h->halves ? 2 : 1, out->quantity, err));
    if (h->halves)
        KL_TRY(measure_copy(r, member, 1, -1, out->quantity, err));
    out->check[NUMBER_DRIFT] = r->drift[NUMBER_DRIFT];
    out->check[ENERGY_DRIFT] = r->drift[ENERGY_DRIFT];
    out->check[OCCUPATION_EXCESS] = 0;
    return h->bins.n > 0 || h->vectors.all ? measure_momenta(r, member, out, err) : KL_OK;
}

/* ---- checkpoints ---- */

/* A piece is a plane of a member with its vectors, and how far the steps are: to which station, and
 * how many. */
enum { PROGRESS = 2 };

kl_packing hartree_shape(const void *run)
{
    const hartree_run *r = run;
    const kl_lattice *l = &r->e.lattice;
    const int64_t each = r->e.copies * r->e.vectors * l->plane;
    return (kl_packing){.pieces = r->place->members * l->sites,
                        .first = r->place->first * l->sites + l->first,
                        .count = l->count,
                        .blocks = r->place->count,
                        .stride = l->sites,
                        .piece_bytes =
                            (size_t)each * sizeof(double complex) + PROGRESS * sizeof(double),
                        .progress_bytes = PROGRESS * sizeof(double)};
}

kl_packing hartree_packing(const void *run, int station)
{
    (void)station;
    return hartree_shape(run);
}

static double complex *plane_of(const hartree_run *r, int64_t piece, int64_t vector)
{
    const kl_lattice *l = &r->e.lattice;
    const int member = (int)(piece / l->count);
    return r->e.psi + (member * r->e.copies * r->e.vectors + vector) * r->e.local +
           piece % l->count * l->plane;
}

void hartree_pack(const void *run, int64_t piece, void *bytes)
{
    const hartree_run *r = run;
    const size_t size = (size_t)r->e.lattice.plane * sizeof(double complex);
    const double progress[PROGRESS] = {r->target, (double)r->step};
    char *at = bytes;
    for (int64_t v = 0; v < r->e.copies * r->e.vectors; v++, at += size)
        memcpy(at, plane_of(r, piece, v), size);
    memcpy(at, progress, sizeof progress);
}

void hartree_unpack(void *run, int64_t piece, const void *bytes)
{
    hartree_run *r = run;
    const size_t size = (size_t)r->e.lattice.plane * sizeof(double complex);
    double progress[PROGRESS];
    const char *at = bytes;
    for (int64_t v = 0; v < r->e.copies * r->e.vectors; v++, at += size)
        memcpy(plane_of(r, piece, v), at, size);
    memcpy(progress, at, sizeof progress);
    r->target = (int)progress[0];
    r->step = (int64_t)progress[1];
}

/* Ranks without a piece have not been told how far the steps are. Those to a station that has been
 * measured are over. */
void hartree_restored(void *run, int station)
{
    hartree_run *r = run;
    double progress[PROGRESS] = {r->target, (double)r->step};
    MPI_Allreduce(MPI_IN_PLACE, progress, PROGRESS, MPI_DOUBLE, MPI_MAX, r->place->ensemble);
    r->step = (int)progress[0] == station + 1 ? (int64_t)progress[1] : 0;
    r->target = station + 1;
}
