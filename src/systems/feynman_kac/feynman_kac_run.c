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
    double *value; /* [ntimes][n]: means over the start sites */
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
    KL_TRY(kl_alloc((size_t)(r->s->times.n * r->s->n), sizeof *r->value, "means", &r->value, err));
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
    free(r->value);
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
        r->value[time * s->n + k] += value / (double)s->origins;
    }
}

/* Start site o of n, evenly among all. */
static kl_status add_origin(feynman_kac_run *r, int64_t o, double radius, kl_error *err)
{
    const feynman_kac *s = r->s;
    const kl_chebyshev chebyshev = {&r->h, radius, 1e-16};
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
    return KL_OK;
}

kl_status feynman_kac_start(void *run, int64_t batch, kl_error *err)
{
    feynman_kac_run *r = run;
    const feynman_kac *s = r->s;
    const int n = s->times.n * s->n;
    memset(r->value, 0, (size_t)n * sizeof *r->value);
    kl_potential_draw(&s->disorder, r->at->distribution, r->at->eta, NULL, batch, &r->lattice,
                      r->omega);
    const double radius = kl_hamiltonian_radius(&r->h, KL_DOUBLE, r->psi.re, r->scratch);
    if (radius * s->times.value[s->times.n - 1] > 700)
        return kl_fail(err, KL_INPUT, "times: exp(b H) overflows at b = %g",
                       s->times.value[s->times.n - 1]);
    for (int64_t o = 0; o < s->origins; o++)
        KL_TRY(add_origin(r, o, radius, err));
    /* a start site and its y are at one place each: other ranks have 0 */
    MPI_Allreduce(MPI_IN_PLACE, r->value, n, MPI_DOUBLE, MPI_SUM, r->lattice.comm);
    return KL_OK;
}

kl_status feynman_kac_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const feynman_kac_run *r = run;
    (void)member, (void)err;
    memcpy(out->quantity, r->value + station * r->s->n, (size_t)r->s->n * sizeof *out->quantity);
    return KL_OK;
}
