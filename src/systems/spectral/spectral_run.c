/* One group's work at one point of a `spectral` study: moments of every vector, one vector a call
 * of advance(), with which all energies are known. A plane wave is two real vectors, its cosine and
 * its sine: since H is real and symmetric, <k|f(H)|k> is the sum over both.
 */
#include "systems/spectral/spectral_private.h"

#include "base/memory.h"
#include "dynamics/chebyshev_moments.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double truncation = 1e-8; /* of the top of the Lorentzian */
static const double most_radius = 7.5; /* to plan with, per dimension three */

typedef struct spectral_run {
    const spectral *s;
    int point;
    kl_lattice lattice;
    kl_hamiltonian h;
    float *omega, *sign; /* the potential over eta; a random vector's entries */
    double *array[2];
    int64_t realization;
    int done, total; /* vectors: random ones, then cosine and sine of each momentum */
    double radius;
    int degree;
    double *moment; /* [total][degree + 1] */
} spectral_run;

void spectral_momentum(const spectral *s, int point, int m, int64_t out[3])
{
    for (int j = 0; j < 3; j++)
        out[j] = (int64_t)round(s->momentum[m][j] * (double)s->points.point[point].sites);
}

static int vectors_of(const spectral *s)
{
    return s->vectors + 2 * s->nmomenta;
}

kl_cost spectral_cost(const void *self, int point, int group_ranks)
{
    const spectral *s = self;
    const double sites = (double)s->points.point[point].sites;
    const double plane = pow(sites, (double)s->points.dimension - 1);
    const double planes = ceil(sites / group_ranks);
    const double radius = most_radius / 3 * (double)s->points.dimension;
    const double degree = kl_chebyshev_lorentz_degree(radius, s->width, truncation);
    return (kl_cost){.bytes = plane * (planes * 8 + (planes + 2) * 16) +
                              8 * degree * (planes + sites + vectors_of(s)),
                     .seconds = vectors_of(s) * degree / 2 * plane * sites * 2e-9,
                     .most_ranks = s->points.point[point].sites};
}

void spectral_end(void **run)
{
    spectral_run *r = *run;
    if (!r)
        return;
    for (int i = 0; i < 2; i++)
        kl_lattice_array_free(r->array[i]);
    free(r->omega);
    free(r->sign);
    free(r->moment);
    free(r);
    *run = NULL;
}

static kl_status allocate(spectral_run *r, kl_error *err)
{
    const size_t n = (size_t)kl_lattice_local(&r->lattice);
    KL_TRY(kl_alloc(n, sizeof *r->omega, "potential", &r->omega, err));
    KL_TRY(kl_alloc(n, sizeof *r->sign, "vector", &r->sign, err));
    for (int i = 0; i < 2; i++)
        KL_TRY(kl_lattice_array(&r->lattice, sizeof(double), i, &r->array[i], err));
    return KL_OK;
}

static kl_status begin(spectral_run *r, MPI_Comm group, kl_error *err)
{
    const kl_lattice_point *point = &r->s->points.point[r->point];
    KL_TRY(kl_lattice_create(group, (int)r->s->points.dimension, point->sites, &r->lattice, err));
    KL_TRY(kl_agree(group, allocate(r, err), err));
    r->total = vectors_of(r->s);
    r->h = (kl_hamiltonian){.lattice = &r->lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = point->eta,
                            .omega = r->omega,
                            .blocking = kl_blocking_choose(&r->lattice, KL_DOUBLE, 0)};
    return KL_OK;
}

kl_status spectral_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    spectral_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->s = self;
    r->point = place->point;
    status = begin(r, place->group, err);
    if (status != KL_OK)
        spectral_end(run);
    return status;
}

kl_status spectral_start(void *run, int64_t batch, kl_error *err)
{
    spectral_run *r = run;
    const kl_lattice_point *point = &r->s->points.point[r->point];
    r->realization = batch;
    r->done = 0;
    kl_potential_draw(&r->s->disorder, point->distribution, point->eta, NULL, batch, &r->lattice,
                      r->omega);
    r->radius = kl_hamiltonian_radius(&r->h, KL_DOUBLE, r->array[0], r->array[1]);
    r->degree = kl_chebyshev_lorentz_degree(r->radius, r->s->width, truncation);
    free(r->moment);
    return kl_agree(r->lattice.comm,
                    kl_alloc((size_t)r->total * (size_t)(r->degree + 1), sizeof *r->moment,
                             "moments", &r->moment, err),
                    err);
}

/* Entries +-1/L^(d/2), of the numbers after the potential's. */
static void random_vector(spectral_run *r, double *v, double scale)
{
    const kl_lattice_point *point = &r->s->points.point[r->point];
    kl_potential_sign(&r->s->disorder, point->eta, (uint64_t)(1 + r->done), r->realization,
                      &r->lattice, r->sign);
    for (int64_t i = 0; i < kl_lattice_local(&r->lattice); i++)
        v[i] = scale * (double)r->sign[i];
}

static void wave(const spectral_run *r, int m, bool sine, double *v, double scale)
{
    const kl_lattice *lattice = &r->lattice;
    int64_t k[3];
    spectral_momentum(r->s, r->point, m, k);
    for (int64_t i = 0; i < kl_lattice_local(lattice); i++) {
        int64_t site = lattice->first * lattice->plane + i, phase = 0;
        for (int axis = lattice->dimension - 1; axis >= 0; axis--) {
            phase += site % lattice->sites * k[axis];
            site /= lattice->sites;
        }
        const double angle = 2 * M_PI * (double)(phase % lattice->sites) / (double)lattice->sites;
        v[i] = scale * (sine ? sin(angle) : cos(angle));
    }
}

static void fill(spectral_run *r)
{
    const kl_lattice *lattice = &r->lattice;
    const double scale = pow((double)lattice->sites, -0.5 * lattice->dimension);
    double *v = r->array[0] + kl_lattice_origin(lattice);
    const int w = r->done - r->s->vectors;
    if (w < 0)
        random_vector(r, v, scale);
    else
        wave(r, w / 2, w % 2, v, scale);
}

kl_status spectral_advance(void *run, int station, bool *reached, kl_error *err)
{
    spectral_run *r = run;
    (void)station;
    if (r->done < r->total) {
        fill(r);
        KL_TRY(kl_chebyshev_moments(&r->h, r->radius, r->array, r->degree,
                                    r->moment + (size_t)r->done * (size_t)(r->degree + 1), err));
        r->done++;
    }
    *reached = r->done == r->total;
    return KL_OK;
}

/* Of vector i at the energy of a station. */
static double density(const spectral_run *r, int station, int i)
{
    return kl_chebyshev_lorentz(r->radius, r->s->energies.value[station], r->s->width, r->degree,
                                r->moment + (size_t)i * (size_t)(r->degree + 1));
}

kl_status spectral_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const spectral_run *r = run;
    const spectral *s = r->s;
    const int n = s->vectors;
    double sum = 0, square = 0;
    (void)member, (void)err;
    for (int i = 0; i < n; i++)
        sum += density(r, station, i);
    const double mean = sum / n;
    out->quantity[SPECTRAL_DENSITY] = mean;
    for (int i = 0; i < n && n > 1; i++) {
        const double away = density(r, station, i) - mean;
        square += away * away;
    }
    if (n > 1) {
        out->quantity[SPECTRAL_VECTORS] = square / (n - 1) / n;
        out->quantity[SPECTRAL_SQUARE] = mean * mean;
    }
    for (int m = 0; m < s->nmomenta; m++)
        out->quantity[s->first + m] =
            density(r, station, n + 2 * m) + density(r, station, n + 2 * m + 1);
    return KL_OK;
}
