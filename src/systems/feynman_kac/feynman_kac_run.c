/* One realization: exp(b H) of the delta function on each of some sites, by Chebyshev polynomials.
 */
#include "systems/feynman_kac/feynman_kac_private.h"

#include "base/memory.h"
#include "dynamics/chebyshev.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct feynman_kac_run {
    const feynman_kac *s;
    const kl_lattice_point *at;
    kl_lattice lattice;
    float *omega;
    kl_hamiltonian h;
    void *scratch;
    kl_state psi, out[KL_MOST_ACCUMULATORS];
    double radius;
    int64_t each;     /* start sites of a call of advance() */
    kl_slices slices; /* how many are done, and [ntimes][n]: sums over them */
    double *one;      /* [ntimes][n]: of one of them */
} feynman_kac_run;

kl_cost feynman_kac_cost(const void *self, int point, int group_ranks)
{
    const feynman_kac *s = self;
    const kl_lattice_point *at = &s->points.point[point];
    const double plane = pow((double)at->sites, (double)s->points.dimension - 1),
                 planes = ceil((double)at->sites / group_ranks),
                 last = 2 * (double)s->points.dimension * s->times.value[s->times.n - 1],
                 terms = (10 * sqrt(last) + 40) * ceil(s->times.n / (double)KL_MOST_ACCUMULATORS);
    return (kl_cost){.bytes = 65536 + plane * (planes + 2) * 8 * (3 + 2 * KL_MOST_ACCUMULATORS),
                     .seconds = 1e-5 + (double)s->origins * terms *
                                           (1e-6 + 4e-9 * plane * (double)at->sites),
                     .most_ranks = at->sites};
}

static kl_status allocate(feynman_kac_run *r, kl_error *err)
{
    const kl_lattice *l = &r->lattice;
    KL_TRY(kl_alloc((size_t)kl_lattice_local(l), sizeof *r->omega, "potential", &r->omega, err));
    const int64_t numbers = r->s->times.n * r->s->n;
    KL_TRY(kl_slices_create(l, 1 + numbers, &r->slices, err));
    KL_TRY(kl_alloc((size_t)numbers, sizeof *r->one, "means", &r->one, err));
    KL_TRY(kl_lattice_array(l, sizeof(double), 2, &r->scratch, err));
    KL_TRY(kl_state_create(l, KL_DOUBLE, &r->psi, err));
    for (int j = 0; j < KL_MOST_ACCUMULATORS; j++)
        KL_TRY(kl_state_create_at(l, KL_DOUBLE, 3 + 2 * j, &r->out[j], err));
    return KL_OK;
}

static kl_status create(feynman_kac_run *r, MPI_Comm group, kl_error *err)
{
    KL_TRY(kl_lattice_create(group, (int)r->s->points.dimension, r->at->sites, &r->lattice, err));
    KL_TRY(kl_agree(group, allocate(r, err), err));
    r->h = (kl_hamiltonian){.lattice = &r->lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = r->at->eta,
                            .omega = r->omega,
                            .blocking = kl_blocking_choose(&r->lattice, KL_DOUBLE, 0)};
    return KL_OK;
}

kl_status feynman_kac_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const feynman_kac *s = self;
    feynman_kac_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->s = s;
    r->at = &s->points.point[place->point];
    /* Half a second, or an eighth of the work. */
    r->each = (int64_t)ceil(fmin(0.5 / feynman_kac_cost(self, place->point, 1).seconds, 0.125) *
                            (double)s->origins);
    status = create(r, place->group, err);
    if (status != KL_OK)
        feynman_kac_end(run);
    return status;
}

void feynman_kac_end(void **run)
{
    feynman_kac_run *r = *run;
    if (!r)
        return;
    kl_state_destroy(&r->psi);
    for (int j = 0; j < KL_MOST_ACCUMULATORS; j++)
        kl_state_destroy(&r->out[j]);
    kl_lattice_array_free(r->scratch);
    free(r->omega);
    free(r->one);
    kl_slices_destroy(&r->slices);
    free(r);
    *run = NULL;
}

/* The number of a site among those of this rank; negative or too large: not here. */
static int64_t local_site(const kl_lattice *l, const int64_t x[3])
{
    int64_t site = 0;
    for (int j = 0; j < l->dimension; j++)
        site = site * l->sites + ((x[j] % l->sites) + l->sites) % l->sites;
    return site - l->first * l->plane;
}

static void fill_delta(feynman_kac_run *r, const int64_t x[3])
{
    const kl_lattice *l = &r->lattice;
    const size_t bytes = (size_t)kl_lattice_extent(l) * sizeof(double);
    const int64_t site = local_site(l, x);
    const double one = 1;
    memset(r->psi.re, 0, bytes);
    memset(r->psi.im, 0, bytes);
    r->psi.real = true;
    if (site >= 0 && site < kl_lattice_local(l))
        kl_state_store(KL_DOUBLE, r->psi.re, kl_lattice_origin(l) + site, 1, &one);
}

static void add_values(feynman_kac_run *r, int time, const kl_state *psi, const int64_t x[3])
{
    const feynman_kac *s = r->s;
    const kl_lattice *l = &r->lattice;
    for (int k = 0; k < s->n; k++) {
        const int64_t y[3] = {x[0] + s->to[k][0], x[1] + s->to[k][1], x[2] + s->to[k][2]};
        const int64_t site = local_site(l, y);
        double value;
        if (site < 0 || site >= kl_lattice_local(l))
            continue;
        kl_state_load(KL_DOUBLE, psi->re, kl_lattice_origin(l) + site, 1, &value);
        r->one[time * s->n + k] = value / (double)s->origins;
    }
}

/* Start site o of n, evenly among all. The place of y is on one rank: elsewhere there are zeros. */
static kl_status add_origin(feynman_kac_run *r, int64_t o, kl_error *err)
{
    const feynman_kac *s = r->s;
    const int all_values = s->times.n * s->n;
    const kl_chebyshev chebyshev = {&r->h, r->radius, 1e-16};
    memset(r->one, 0, (size_t)all_values * sizeof *r->one);
    const double all = (double)(r->lattice.plane * r->lattice.sites);
    int64_t site = (int64_t)((double)o * all / (double)s->origins), x[3] = {0};
    for (int j = r->lattice.dimension - 1; j >= 0; j--, site /= r->lattice.sites)
        x[j] = site % r->lattice.sites;
    for (int first = 0; first < s->times.n; first += KL_MOST_ACCUMULATORS) {
        const int left = s->times.n - first,
                  n = left < KL_MOST_ACCUMULATORS ? left : KL_MOST_ACCUMULATORS;
        fill_delta(r, x);
        KL_TRY(kl_chebyshev_heat(&chebyshev, &r->psi, r->scratch, s->times.value + first, n, r->out,
                                 err));
        for (int j = 0; j < n; j++)
            add_values(r, first + j, &r->out[j], x);
    }
    MPI_Allreduce(MPI_IN_PLACE, r->one, all_values, MPI_DOUBLE, MPI_SUM, r->lattice.comm);
    for (int i = 0; i < all_values; i++)
        r->slices.value[1 + i] += r->one[i];
    r->slices.value[0]++;
    return KL_OK;
}

kl_status feynman_kac_start(void *run, int64_t batch, kl_error *err)
{
    feynman_kac_run *r = run;
    const feynman_kac *s = r->s;
    kl_slices_clear(&r->slices);
    kl_potential_draw(&s->disorder, r->at->distribution, r->at->eta, NULL, batch, &r->lattice,
                      r->omega);
    r->radius = kl_hamiltonian_radius(&r->h, KL_DOUBLE, r->psi.re, r->scratch);
    if (r->radius * s->times.value[s->times.n - 1] > 700)
        return kl_fail(err, KL_INPUT, "times: exp(b H) overflows at b = %g",
                       s->times.value[s->times.n - 1]);
    return KL_OK;
}

/* All times are done together, before the first is measured. */
kl_status feynman_kac_advance(void *run, int station, bool *reached, kl_error *err)
{
    feynman_kac_run *r = run;
    (void)station;
    if (r->slices.cut)
        kl_slices_join(&r->slices);
    const int64_t done = (int64_t)r->slices.value[0], left = r->s->origins - done;
    for (int64_t o = 0; o < left && o < r->each; o++)
        KL_TRY(add_origin(r, done + o, err));
    *reached = left <= r->each;
    return KL_OK;
}

kl_status feynman_kac_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const feynman_kac_run *r = run;
    (void)member, (void)err;
    memcpy(out->quantity, r->slices.value + 1 + station * r->s->n,
           (size_t)r->s->n * sizeof *out->quantity);
    return KL_OK;
}

/* ---- checkpoints: between two start sites ---- */

kl_packing feynman_kac_shape(const void *run)
{
    const feynman_kac_run *r = run;
    const kl_lattice *l = &r->lattice;
    return (kl_packing){.pieces = l->sites,
                        .first = l->first,
                        .count = l->count,
                        .piece_bytes = kl_slices_bytes(&r->slices)};
}

kl_packing feynman_kac_packing(const void *run, int station)
{
    const feynman_kac_run *r = run;
    (void)station;
    return r->slices.cut ? (kl_packing){0} : feynman_kac_shape(run);
}

void feynman_kac_pack(const void *run, int64_t piece, void *bytes)
{
    kl_slices_pack(&((const feynman_kac_run *)run)->slices, piece, bytes);
}

void feynman_kac_unpack(void *run, int64_t piece, const void *bytes)
{
    kl_slices_unpack(&((feynman_kac_run *)run)->slices, piece, bytes);
}

/* The others' slices come with the next call of advance(). */
void feynman_kac_restored(void *run, int station)
{
    (void)station;
    ((feynman_kac_run *)run)->slices.cut = true;
}
