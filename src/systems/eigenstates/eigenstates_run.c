/* One realization: the states nearest to E, and what they are. The ranks of a group, each with a
 * lattice of its own, share out the vectors that are filtered and do the rest all alike. */
#include "systems/eigenstates/eigenstates_private.h"

#include "base/complex.h"
#include "base/memory.h"
#include "dynamics/interior.h"
#include "kinetic/departure.h"
#include "lattice/fft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double tolerance = 1e-9; /* of the residuals, over the window's half width */

typedef struct eigenstates_run {
    const eigenstates *s;
    int point;
    MPI_Comm group;
    int rank, ranks;
    kl_lattice lattice;
    kl_hamiltonian h;
    float *omega, *sign;
    kl_interior states;
    kl_fft fft;
    double *band; /* [sites]: 2 cos(2 pi k/L) */
    int64_t realization;
} eigenstates_run;

kl_cost eigenstates_cost(const void *self, int point, int group_ranks)
{
    const eigenstates *s = self;
    const kl_lattice_point *at = eigenstates_lattice(s, point);
    const double d = (double)s->points.dimension, energy = eigenstates_energy(s, point);
    const double radius = 2 * d + 2 * at->eta, density = eigenstates_density(s, point);
    const int64_t sites = (int64_t)fmin(pow((double)at->sites, d), 1e18); /* or refused later */
    (void)group_ranks;
    return (kl_cost){.bytes = kl_interior_bytes(sites, s->states, radius, energy, density) +
                              24 * (double)sites,
                     .seconds = kl_interior_seconds(sites, s->states, radius, energy, density) +
                                s->states * (double)sites * 1e-7,
                     .most_ranks = kl_interior_vectors(sites, s->states)};
}

void eigenstates_end(void **run)
{
    eigenstates_run *r = *run;
    if (!r)
        return;
    kl_interior_destroy(&r->states);
    if (r->fft.lattice)
        kl_fft_destroy(&r->fft);
    free(r->omega);
    free(r->sign);
    free(r->band);
    free(r);
    *run = NULL;
}

static kl_status allocate(eigenstates_run *r, kl_error *err)
{
    const size_t n = (size_t)kl_lattice_local(&r->lattice), sites = (size_t)r->lattice.sites;
    KL_TRY(kl_alloc(n, sizeof *r->omega, "potential", &r->omega, err));
    KL_TRY(kl_alloc(n, sizeof *r->sign, "vector", &r->sign, err));
    KL_TRY(kl_alloc(sites, sizeof *r->band, "momenta", &r->band, err));
    for (size_t k = 0; k < sites; k++)
        r->band[k] = 2 * cos(2 * M_PI * (double)k / (double)sites);
    return kl_interior_create(&r->lattice, r->s->states, &r->states, err);
}

static kl_status begin(eigenstates_run *r, kl_error *err)
{
    const kl_lattice_point *at = eigenstates_lattice(r->s, r->point);
    KL_TRY(
        kl_lattice_create(MPI_COMM_SELF, (int)r->s->points.dimension, at->sites, &r->lattice, err));
    KL_TRY(allocate(r, err));
    r->h = (kl_hamiltonian){.lattice = &r->lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = at->eta,
                            .omega = r->omega,
                            .blocking = kl_blocking_choose(&r->lattice, KL_DOUBLE, 0)};
    return kl_fft_create(&r->lattice, KL_DOUBLE, &r->fft, err);
}

kl_status eigenstates_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    eigenstates_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->s = self;
    r->point = place->point;
    r->group = place->group;
    MPI_Comm_rank(r->group, &r->rank);
    MPI_Comm_size(r->group, &r->ranks);
    status = kl_agree(place->group, begin(r, err), err);
    if (status != KL_OK)
        eigenstates_end(run);
    return status;
}

/* Independent signs: with probability 1 they are in no eigenstate's complement. */
static void fill_start(eigenstates_run *r)
{
    const kl_lattice_point *at = eigenstates_lattice(r->s, r->point);
    kl_interior *states = &r->states;
    memset(states->vector, 0, (size_t)(states->columns * states->length) * sizeof(double));
    for (int k = 0; k < states->vectors; k++) {
        kl_potential_sign(&r->s->disorder, at->eta, (uint64_t)(k + 1), r->realization, &r->lattice,
                          r->sign);
        for (int64_t i = 0; i < kl_lattice_local(&r->lattice); i++)
            states->vector[k * states->length + i] = (double)r->sign[i];
    }
}

kl_status eigenstates_start(void *run, int64_t batch, kl_error *err)
{
    eigenstates_run *r = run;
    const kl_lattice_point *at = eigenstates_lattice(r->s, r->point);
    r->realization = batch;
    kl_potential_draw(&r->s->disorder, r->s->disorder.distribution, at->eta, NULL, batch,
                      &r->lattice, r->omega);
    const double radius =
        kl_hamiltonian_radius(&r->h, KL_DOUBLE, r->states.array[0], r->states.array[1]);
    fill_start(r);
    return kl_agree(r->group,
                    kl_interior_begin(&r->states, radius, eigenstates_energy(r->s, r->point),
                                      eigenstates_density(r->s, r->point), tolerance, err),
                    err);
}

/* The first vector that is filtered by a rank. */
static int first_of(const eigenstates_run *r, int rank)
{
    return (int)((int64_t)r->states.vectors * rank / r->ranks);
}

static void share_vectors(eigenstates_run *r)
{
    const int64_t length = r->states.length;
    for (int owner = 0; owner < r->ranks; owner++)
        for (int k = first_of(r, owner); k < first_of(r, owner + 1); k++)
            MPI_Bcast(r->states.vector + k * length, (int)length, MPI_DOUBLE, owner, r->group);
}

/* ---- a span that is too small ---- */

static double band_at(const eigenstates_run *r, int64_t site)
{
    double sum = 0;
    for (int axis = 0; axis < r->lattice.dimension; axis++) {
        sum += r->band[site % r->lattice.sites];
        site /= r->lattice.sites;
    }
    return sum;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* So many levels of the free lattice are no further from E than the last of the wanted ones; 0: no
 * memory. */
static int64_t levels_as_near(const eigenstates_run *r)
{
    const int64_t n = kl_lattice_local(&r->lattice);
    const double energy = eigenstates_energy(r->s, r->point);
    double *away;
    int64_t levels = 0;
    if (kl_alloc((size_t)n, sizeof *away, "levels", &away, NULL) != KL_OK)
        return 0;
    for (int64_t i = 0; i < n; i++)
        away[i] = fabs(band_at(r, i) - energy);
    qsort(away, (size_t)n, sizeof *away, ascending);
    while (levels < n && away[levels] < away[r->states.wanted - 1] + 1e-9)
        levels++;
    free(away);
    return levels;
}

/* Levels that the disorder hardly parts are found together or not at all. */
static kl_status refuse(const eigenstates_run *r, kl_error *err)
{
    const double energy = eigenstates_energy(r->s, r->point);
    const int64_t levels = levels_as_near(r);
    const int64_t enough = r->s->states + (levels - r->states.vectors + 1) / 2;
    if (levels > r->states.vectors)
        return kl_fail(err, KL_INPUT,
                       "states: %d are too few at eta %g: without disorder %lld levels are as near "
                       "to energy %g; ask for at least %lld, or for a larger eta",
                       r->s->states, r->h.eta, (long long)levels, energy, (long long)enough);
    return kl_fail(
        err, KL_INPUT,
        "states: the %d nearest to energy %g at eta %g did not converge; ask for another "
        "number of them, or for a larger eta",
        r->s->states, energy, r->h.eta);
}

/* Half a second of the filter at a time. */
kl_status eigenstates_advance(void *run, int station, bool *reached, kl_error *err)
{
    eigenstates_run *r = run;
    int more =
        kl_interior_filter(&r->states, &r->h, first_of(r, r->rank), first_of(r, r->rank + 1));
    (void)station;
    MPI_Allreduce(MPI_IN_PLACE, &more, 1, MPI_INT, MPI_MAX, r->group);
    *reached = false;
    if (more)
        return KL_OK;
    share_vectors(r);
    *reached = kl_interior_end_round(&r->states, &r->h);
    if (*reached && !r->states.converged)
        return refuse(r, err);
    return KL_OK;
}

/* ---- checkpoints: between any two calls ---- */

kl_packing eigenstates_shape(const void *run)
{
    const eigenstates_run *r = run;
    const int first = first_of(r, r->rank);
    return (kl_packing){.pieces = r->states.vectors,
                        .first = first,
                        .count = first_of(r, r->rank + 1) - first,
                        .piece_bytes = kl_interior_piece(&r->states),
                        .progress_bytes = kl_interior_progress()};
}

/* States that are found are measured at once. */
kl_packing eigenstates_packing(const void *run, int station)
{
    (void)station;
    return ((const eigenstates_run *)run)->states.converged ? (kl_packing){0}
                                                            : eigenstates_shape(run);
}

void eigenstates_pack(const void *run, int64_t piece, void *bytes)
{
    const eigenstates_run *r = run;
    kl_interior_pack(&r->states, first_of(r, r->rank) + (int)piece, bytes);
}

void eigenstates_unpack(void *run, int64_t piece, const void *bytes)
{
    eigenstates_run *r = run;
    kl_interior_unpack(&r->states, first_of(r, r->rank) + (int)piece, bytes);
}

void eigenstates_restored(void *run, int station)
{
    (void)station;
    kl_interior_restored(&((eigenstates_run *)run)->states);
}

/* ---- what a state is ---- */

/* |psi^(k)|^2/L^d of state n, in the first half of each entry of fft.data. */
static void to_momenta(eigenstates_run *r, int n)
{
    const int64_t sites = kl_lattice_local(&r->lattice);
    double *z = r->fft.data;
    for (int64_t i = 0; i < sites; i++) {
        z[2 * i] = r->states.vector[n * r->states.length + i];
        z[2 * i + 1] = 0;
    }
    kl_fft_forward(&r->fft);
    for (int64_t i = 0; i < sites; i++)
        z[2 * i] = (z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1]) / (double)sites;
}

/* Adds the weights on the shells about the state's own energy; false: it is outside the band. */
static bool add_shells(eigenstates_run *r, int n, double *weight)
{
    const double square = r->h.eta * r->h.eta, *z = r->fft.data;
    double re, im;
    kl_resolvent(r->lattice.dimension, r->states.energy[n], &re, &im);
    if (isnan(im) || isinf(im))
        return false;
    to_momenta(r, n);
    for (int64_t i = 0; i < kl_lattice_local(&r->lattice); i++) {
        const double away = fabs(band_at(r, i) - (r->states.energy[n] - square * re));
        for (int c = 0; c < r->s->shells.n; c++)
            weight[c] += away < r->s->shells.v[c] * square * fabs(im) ? z[2 * i] : 0;
    }
    return true;
}

static double participation(const eigenstates_run *r, int n)
{
    const double *psi = r->states.vector + n * r->states.length;
    double sum = 0;
    for (int64_t i = 0; i < kl_lattice_local(&r->lattice); i++)
        sum += psi[i] * psi[i] * psi[i] * psi[i];
    return sum;
}

/* The mean of min/max of neighbouring spacings; a degeneracy counts as 0. */
static kl_status spacing_ratio(const eigenstates_run *r, double *out, kl_error *err)
{
    const int n = r->states.wanted;
    double *level, sum = 0;
    KL_TRY(kl_alloc((size_t)n, sizeof *level, "levels", &level, err));
    memcpy(level, r->states.energy, (size_t)n * sizeof *level);
    qsort(level, (size_t)n, sizeof *level, ascending);
    for (int i = 0; i + 2 < n; i++) {
        const double a = level[i + 1] - level[i], b = level[i + 2] - level[i + 1];
        sum += fmax(a, b) > 0 ? fmin(a, b) / fmax(a, b) : 0;
    }
    *out = sum / (n - 2);
    free(level);
    return KL_OK;
}

kl_status eigenstates_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    eigenstates_run *r = run;
    const int shells = r->s->shells.n, n = r->states.wanted;
    int inside = 0;
    (void)station, (void)member;
    for (int q = 0; q < r->s->nquantities; q++)
        out->quantity[q] = 0;
    for (int k = 0; k < n; k++) {
        inside += add_shells(r, k, out->quantity);
        out->quantity[shells] += participation(r, k) / n;
        out->check[0] = fmax(k ? out->check[0] : 0, r->states.residual[k]);
    }
    if (inside == 0)
        return kl_fail(err, KL_INPUT, "energy: no state near %g is inside the free band",
                       eigenstates_energy(r->s, r->point));
    for (int c = 0; c < shells; c++)
        out->quantity[c] /= inside;
    return spacing_ratio(r, &out->quantity[shells + 1], err);
}
