/* One group's work at one point of a `localization` study.
 *
 * Start site o of n lies at o L/n on every axis; the decay is centred on it, so
 * each is the same problem with the disorder translated. All but the first are
 * taken through all times by start().
 */
#include "systems/localization/localization_private.h"

#include "base/memory.h"
#include "dynamics/free.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct localization_run {
    const localization *l;
    int64_t realization;
    kl_propagation propagation;
    double complex *ring; /* [ntimes][sites] free motion */
    double *others;       /* [ntimes][nquantities]: sum over the other start sites */
    double (*drift)[2];   /* [ntimes]: their largest */
    int64_t start[3];     /* the start site in work */
    const kl_state *current;
} localization_run;

kl_cost localization_cost(const void *self, int point, int group_ranks)
{
    const localization *l = self;
    const kl_propagation_setup setup = localization_setup(l, point);
    const double sites = (double)setup.sites;
    kl_cost cost = kl_propagation_cost(&setup, group_ranks);
    cost.bytes += 16 * sites * l->times.n;
    cost.seconds += 20e-9 * l->times.n * pow(sites, setup.dimension);
    cost.seconds *= (double)l->origins;
    return cost;
}

static kl_status allocate(localization_run *r, kl_error *err)
{
    const size_t nt = (size_t)r->l->times.n, sites = (size_t)r->propagation.lattice.sites;
    const size_t n = nt * (size_t)r->l->description.nquantities;
    KL_TRY(kl_alloc(nt * sites, sizeof *r->ring, "free motion", &r->ring, err));
    KL_TRY(kl_alloc(n, sizeof *r->others, "sums", &r->others, err));
    return kl_alloc(nt, sizeof *r->drift, "sums", &r->drift, err);
}

static kl_status free_motion(localization_run *r, kl_error *err)
{
    const int64_t sites = r->propagation.lattice.sites;
    const double unit = r->propagation.setup.unit;
    for (int i = 0; i < r->l->times.n; i++)
        KL_TRY(kl_free_ring(sites, r->l->times.value[i] / unit, r->ring + i * sites, err));
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
        if (status == KL_OK)
            status = free_motion(r, err);
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
    free(r->ring);
    free(r->others);
    free(r->drift);
    free(r);
    *run = NULL;
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
    const localization *l = r->l;
    const kl_lattice *lattice = &r->propagation.lattice;
    const double parameters[4] = {r->propagation.setup.eta, (double)lattice->sites,
                                  (double)lattice->dimension, l->sigma};
    const kl_disorder disorder = {(kl_distribution)l->disorder.distribution, l->disorder.seed,
                                  kl_disorder_point(parameters, 4), (uint64_t)r->realization};
    float *omega = r->propagation.omega;
    const int64_t n = kl_lattice_local(lattice);
    kl_disorder_fill(&disorder, lattice->first * lattice->plane, n, omega);
    for (int64_t i = 0; l->sigma > 0 && i < n; i++)
        omega[i] = (float)((double)omega[i] * pow(1 + square_of(r, i), -0.5 * l->sigma));
}

static void fill_start(localization_run *r)
{
    const kl_lattice *lattice = &r->propagation.lattice;
    kl_state *psi = &r->propagation.psi;
    const size_t bytes = (size_t)kl_lattice_extent(lattice) * kl_precision_size(psi->precision);
    const double one = 1;
    int64_t site = 0;
    memset(psi->re, 0, bytes);
    memset(psi->im, 0, bytes);
    psi->real = true;
    for (int axis = 0; axis < lattice->dimension; axis++)
        site = site * lattice->sites + r->start[axis];
    site -= lattice->first * lattice->plane;
    if (site >= 0 && site < kl_lattice_local(lattice))
        kl_state_store(psi->precision, psi->re, kl_lattice_origin(lattice) + site, 1, &one);
}

static kl_status start_at(localization_run *r, int64_t origin, kl_error *err)
{
    for (int axis = 0; axis < 3; axis++)
        r->start[axis] = origin * r->propagation.lattice.sites / r->l->origins;
    fill_potential(r);
    kl_propagation_bound(&r->propagation);
    fill_start(r);
    return kl_propagation_start(&r->propagation, err);
}

/* One start site at one time. */
static kl_status measure_one(localization_run *r, int time, double *quantity, double drift[2],
                             kl_error *err)
{
    const double complex *ring = r->ring + time * r->propagation.lattice.sites;
    KL_TRY(kl_spreading_measure(r->current, r->start, ring, r->l->nshells, quantity, err));
    return kl_propagation_drift(&r->propagation, time, r->current, drift, err);
}

static kl_status other_origins(localization_run *r, double *quantity, kl_error *err)
{
    const int nq = r->l->description.nquantities;
    memset(r->others, 0, (size_t)(r->l->times.n * nq) * sizeof *r->others);
    memset(r->drift, 0, (size_t)r->l->times.n * sizeof *r->drift);
    for (int64_t origin = 1; origin < r->l->origins; origin++) {
        KL_TRY(start_at(r, origin, err));
        for (int time = 0; time < r->l->times.n; time++) {
            double drift[2];
            KL_TRY(kl_propagation_advance(&r->propagation, time, &r->current, err));
            KL_TRY(measure_one(r, time, quantity, drift, err));
            for (int q = 0; q < nq; q++)
                r->others[time * nq + q] += quantity[q];
            for (int c = 0; c < 2; c++)
                r->drift[time][c] = fmax(r->drift[time][c], drift[c]);
        }
    }
    return KL_OK;
}

kl_status localization_start(void *run, int64_t batch, kl_error *err)
{
    localization_run *r = run;
    double *quantity;
    r->realization = batch;
    kl_status status = kl_alloc((size_t)r->l->description.nquantities, sizeof *quantity,
                                "quantities", &quantity, err);
    KL_TRY(kl_agree(r->propagation.lattice.comm, status, err));
    status = other_origins(r, quantity, err);
    free(quantity);
    KL_TRY(status);
    return start_at(r, 0, err);
}

kl_status localization_advance(void *run, int station, bool *reached, kl_error *err)
{
    localization_run *r = run;
    (void)reached;
    return kl_propagation_advance(&r->propagation, station, &r->current, err);
}

kl_status localization_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    localization_run *r = run;
    const int nq = r->l->description.nquantities;
    (void)member;
    KL_TRY(measure_one(r, station, out->quantity, out->check, err));
    for (int q = 0; q < nq; q++)
        out->quantity[q] = (out->quantity[q] + r->others[station * nq + q]) / (double)r->l->origins;
    for (int c = 0; c < 2; c++)
        out->check[c] = fmax(out->check[c], r->drift[station][c]);
    return KL_OK;
}

/* ---- checkpoints: of the first start site; start() does the others again ---- */

kl_packing localization_packing(const void *run, int station)
{
    return kl_propagation_packing(&((const localization_run *)run)->propagation, station);
}

kl_packing localization_shape(const void *run)
{
    return kl_propagation_shape(&((const localization_run *)run)->propagation);
}

void localization_pack(const void *run, int64_t piece, void *bytes)
{
    kl_propagation_pack(&((const localization_run *)run)->propagation, piece, bytes);
}

void localization_unpack(void *run, int64_t piece, const void *bytes)
{
    kl_propagation_unpack(&((localization_run *)run)->propagation, piece, bytes);
}

void localization_restored(void *run, int station)
{
    kl_propagation_restored(&((localization_run *)run)->propagation, station);
}
