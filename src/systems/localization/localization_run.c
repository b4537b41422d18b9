/* One group's work at one point of a `localization` study.
 *
 * Start site o of n lies at o L/n on every axis from the first; the decay is centred on
 * it, so each is the same problem with the disorder translated. They are worked on in the
 * order 1, ..., n - 1, 0: the others pass all times within advance(), one a call, and
 * are added up; the first is measured.
 *
 * How far this is goes with the checkpoints, cut into slices, one in each piece; what
 * does not follow from the sums is the radius and the energy of the potential in work.
 */
#include "systems/localization/localization_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ORIGIN, REACHED, RADIUS, ENERGY, SUMS }; /* the entries of progress */

typedef struct localization_run {
    const localization *l;
    int64_t realization;
    kl_propagation propagation;
    double complex *free_motion; /* [ntimes][axes][sites], localization_free_motion() */
    int64_t first[3];            /* the first start site */
    kl_slices slices;
    double *progress;   /* their numbers: the start site in work, the last time that was added
                         * up of it (-1: none), its radius and energy; others and drift */
    double *others;     /* [ntimes][nquantities]: sum over the other start sites */
    double (*drift)[2]; /* [ntimes]: their largest */
    double *quantity;   /* [nquantities]: of one start site */
    int64_t start[3];   /* the start site in work */
    bool begun;         /* psi, potential, radius and energy are of the start site in work */
    int station;        /* that is restored, while the slices are cut */
    const kl_state *current;
} localization_run;

kl_cost localization_cost(const void *self, int point, int group_ranks)
{
    const localization *l = self;
    const kl_propagation_setup setup = localization_setup(l, point);
    const double sites = (double)setup.sites;
    kl_cost cost = kl_propagation_cost(&setup, group_ranks);
    cost.bytes += 16 * sites * l->times.n * localization_axes(l);
    cost.seconds += 20e-9 * l->times.n * pow(sites, setup.dimension);
    cost.seconds *= (double)l->origins;
    return cost;
}

static kl_status allocate(localization_run *r, kl_error *err)
{
    const int64_t nt = r->l->times.n, sites = r->propagation.lattice.sites;
    const int64_t sums = nt * r->l->nquantities;
    KL_TRY(kl_alloc((size_t)(nt * sites * localization_axes(r->l)), sizeof *r->free_motion,
                    "free motion", &r->free_motion, err));
    KL_TRY(kl_slices_create(&r->propagation.lattice, SUMS + sums + 2 * nt, &r->slices, err));
    KL_TRY(kl_alloc((size_t)r->l->nquantities, sizeof *r->quantity, "sums", &r->quantity, err));
    r->progress = r->slices.value;
    r->others = r->progress + SUMS;
    r->drift = (double(*)[2])(r->others + sums);
    return KL_OK;
}

kl_status localization_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const MPI_Comm group = place->group;
    localization_run *r = NULL;
    kl_status status = kl_agree(group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->l = self;
    const kl_propagation_setup setup = localization_setup(r->l, place->point);
    status = kl_propagation_create(&setup, group, &r->propagation, err);
    if (status == KL_OK) {
        status = allocate(r, err);
        localization_first_site(r->l, place->point, r->first);
        if (status == KL_OK)
            status = localization_free_motion(r->l, place->point, r->first, r->free_motion, err);
        status = kl_agree(group, status, err);
    }
    if (status != KL_OK)
        localization_end(run);
    return status;
}

void localization_end(void **run)
{
    localization_run *r = *run;
    if (!r)
        return;
    kl_propagation_destroy(&r->propagation);
    free(r->free_motion);
    kl_slices_destroy(&r->slices);
    free(r->quantity);
    free(r);
    *run = NULL;
}

void localization_chosen(const void *run, char text[KL_NAME])
{
    kl_propagation_chosen(&((const localization_run *)run)->propagation, text);
}

/* |x|^2 of an owned site from the start site, on the torus. */
static double square_of(const localization_run *r, int64_t local)
{
    const kl_lattice *lattice = &r->propagation.lattice;
    int64_t site = lattice->first * lattice->plane + local;
    double square = 0;
    for (int axis = lattice->dimension - 1; axis >= 0; axis--) {
        const int64_t i = (site % lattice->sites - r->start[axis] + lattice->sites);
        const double x = (double)kl_lattice_coordinate(lattice, i % lattice->sites);
        square += x * x;
        site /= lattice->sites;
    }
    return square;
}

static void fill_potential(localization_run *r)
{
    const double sigma = r->l->sigma;
    const kl_lattice *lattice = &r->propagation.lattice;
    float *omega = r->propagation.omega;
    const int64_t n = kl_lattice_local(lattice);
    const kl_disorder_keys *keys = &r->l->disorder;
    if (sigma == 0) {
        kl_propagation_draw(&r->propagation, keys, keys->distribution, r->propagation.setup.eta,
                            &sigma, r->realization);
        return;
    }
    kl_potential_draw(keys, keys->distribution, r->propagation.setup.eta, &sigma, r->realization,
                      lattice, omega);
    for (int64_t i = 0; i < n; i++)
        omega[i] = (float)((double)omega[i] * pow(1 + square_of(r, i), -0.5 * sigma));
    kl_propagation_potential(&r->propagation);
}

/* Makes `origin` the start site in work; its potential. */
static void move_to(localization_run *r, int64_t origin)
{
    const int64_t sites = r->propagation.lattice.sites;
    for (int axis = 0; axis < 3; axis++)
        r->start[axis] = (r->first[axis] + origin * sites / r->l->origins) % sites;
    fill_potential(r);
}

static kl_status start_at(localization_run *r, int64_t origin, kl_error *err)
{
    move_to(r, origin);
    kl_propagation_bound(&r->propagation);
    if (r->l->one_site) {
        kl_initial_site(r->start, &r->propagation.psi);
        KL_TRY(kl_propagation_start(&r->propagation, err));
    } else {
        KL_TRY(kl_propagation_start_packets(&r->propagation, &r->l->packets, err));
    }
    r->progress[ORIGIN] = (double)origin;
    r->progress[REACHED] = -1;
    r->progress[RADIUS] = r->propagation.radius;
    r->progress[ENERGY] = r->propagation.energy;
    r->begun = true;
    return KL_OK;
}

/* One start site at one time. */
static kl_status measure_one(localization_run *r, int time, double *quantity, double drift[2],
                             kl_error *err)
{
    const int64_t sites = r->propagation.lattice.sites;
    const int axes = localization_axes(r->l);
    const double complex *factor[3];
    for (int j = 0; j < 3; j++)
        factor[j] = r->free_motion + (time * axes + j % axes) * sites;
    KL_TRY(kl_spreading_measure(r->current, r->start, factor, r->l->nshells, quantity, err));
    return kl_propagation_drift(&r->propagation, time, r->current, drift, err);
}

/* Takes another start site to a time and adds it up. */
static kl_status add_origin(localization_run *r, int time, kl_error *err)
{
    const int nq = r->l->nquantities;
    double drift[2];
    KL_TRY(kl_propagation_advance(&r->propagation, time, &r->current, err));
    KL_TRY(measure_one(r, time, r->quantity, drift, err));
    for (int q = 0; q < nq; q++)
        r->others[time * nq + q] += r->quantity[q];
    for (int c = 0; c < 2; c++)
        r->drift[time][c] = fmax(r->drift[time][c], drift[c]);
    r->progress[REACHED] = time;
    return KL_OK;
}

kl_status localization_start(void *run, int64_t batch, kl_error *err)
{
    localization_run *r = run;
    (void)err;
    r->realization = batch;
    r->begun = false;
    kl_slices_clear(&r->slices);
    return KL_OK;
}

/* After unpacking: all of progress on every rank, and what follows from it.
 * Collective. */
static void join_slices(localization_run *r)
{
    kl_slices_join(&r->slices);
    const bool other = r->progress[ORIGIN] > 0;
    move_to(r, (int64_t)r->progress[ORIGIN]);
    kl_propagation_restored(&r->propagation, other ? (int)r->progress[REACHED] : r->station);
    r->propagation.radius = r->progress[RADIUS];
    r->propagation.energy = r->progress[ENERGY];
    r->begun = true;
}

kl_status localization_advance(void *run, int station, bool *reached, kl_error *err)
{
    localization_run *r = run;
    const int64_t n = r->l->origins;
    if (r->slices.cut)
        join_slices(r);
    const int64_t origin = (int64_t)r->progress[ORIGIN];
    const bool passed = (int)r->progress[REACHED] == r->l->times.n - 1;
    if (!r->begun || (origin > 0 && passed))
        KL_TRY(start_at(r, (origin + 1) % n, err));
    *reached = r->progress[ORIGIN] == 0;
    if (*reached)
        return kl_propagation_advance(&r->propagation, station, &r->current, err);
    return add_origin(r, (int)r->progress[REACHED] + 1, err);
}

kl_status localization_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    localization_run *r = run;
    const int nq = r->l->nquantities;
    (void)member;
    KL_TRY(measure_one(r, station, out->quantity, out->check, err));
    for (int q = 0; q < nq; q++)
        out->quantity[q] = (out->quantity[q] + r->others[station * nq + q]) / (double)r->l->origins;
    for (int c = 0; c < 2; c++)
        out->check[c] = fmax(out->check[c], r->drift[station][c]);
    return KL_OK;
}

/* ---- checkpoints: psi of the start site in work, and slices of progress ---- */

kl_packing localization_shape(const void *run)
{
    const localization_run *r = run;
    kl_packing packing = kl_propagation_shape(&r->propagation);
    packing.progress_bytes = kl_slices_bytes(&r->slices);
    packing.piece_bytes += packing.progress_bytes;
    return packing;
}

kl_packing localization_packing(const void *run, int station)
{
    const localization_run *r = run;
    const int time = r->progress[ORIGIN] > 0 ? (int)r->progress[REACHED] : station;
    kl_packing packing = localization_shape(run);
    if (!r->slices.cut)
        packing.pieces = r->begun ? kl_propagation_packing(&r->propagation, time).pieces : 0;
    return packing;
}

void localization_pack(const void *run, int64_t piece, void *bytes)
{
    const localization_run *r = run;
    const size_t at = kl_propagation_shape(&r->propagation).piece_bytes;
    kl_propagation_pack(&r->propagation, piece, bytes);
    kl_slices_pack(&r->slices, piece, (char *)bytes + at);
}

void localization_unpack(void *run, int64_t piece, const void *bytes)
{
    localization_run *r = run;
    const size_t at = kl_propagation_shape(&r->propagation).piece_bytes;
    kl_propagation_unpack(&r->propagation, piece, bytes);
    kl_slices_unpack(&r->slices, piece, (const char *)bytes + at);
}

/* The rest waits for the other ranks: join_slices(). */
void localization_restored(void *run, int station)
{
    localization_run *r = run;
    r->station = station;
    r->slices.cut = true;
    kl_propagation_restored(&r->propagation, 0);
}
