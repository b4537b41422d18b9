/* The points of a study and their grids.
 *
 * Classical trajectories from all places where |psi| is above the tolerance, in x and in p - grad
 * S, say how far psi comes: |x_j| <= X, |p_j| <= P. The grid resolves 1.2 P, and the windows of
 * observables. */
#include "systems/semiclassical/semiclassical_private.h"

#include "base/memory.h"
#include "classical/reach.h"
#include "parts/phase_sites.h"

#include <math.h>

static const double certain = 5; /* deviations that must be inside: 6e-7 of |psi|^2 is beyond */

const kl_key semiclassical_points_table[] = {
    {.name = "dimension",
     KL_INT_AT(semiclassical_keys, dimension),
     .flags = KL_REQUIRED,
     KL_RANGE(1, 3),
     .doc = "of space: 1, 2 or 3"},
    {.name = "eps",
     KL_REALS_AT(semiclassical_keys, eps),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE(1e-5, 1),
     .doc = "the semiclassical parameter, one point each"},
    {.name = "box",
     KL_REAL_AT(semiclassical_keys, box),
     .flags = KL_REQUIRED,
     KL_RANGE_ABOVE(0, 1e6),
     .doc = "side of the periodic box [-box/2, box/2)^d"},
    {.name = "sites",
     KL_INTS_AT(semiclassical_keys, sites),
     KL_RANGE(8, 1e7),
     .doc = "points of the grid per axis, a multiple of 4, one entry per eps; default: what the "
            "start needs"},
    {0}};

kl_liouville semiclassical_liouville(const semiclassical *s)
{
    return (kl_liouville){.potential = &s->potential,
                          .npackets = s->start.n,
                          .packet = s->start.packet,
                          .ntimes = s->times.n,
                          .times = s->times.value,
                          .nobservables = s->observables.n,
                          .observable = s->observables.observable,
                          .tolerance = s->tolerance};
}

static kl_status check_box(const semiclassical *s, kl_node *root, double eps, double *p,
                           kl_error *err)
{
    kl_liouville l = semiclassical_liouville(s);
    const double start = 0;
    double x, most;
    l.ntimes = 1;
    l.times = &start;
    KL_TRY(kl_classical_reach(&l, eps, certain, INFINITY, &x, &most, err));
    if (x > s->side / 2)
        return kl_config_fail(root, "initial", err,
                              "the packet lies outside the box: |x_j| up to %.4g, at most %.4g is "
                              "allowed",
                              x, s->side / 2);
    l = semiclassical_liouville(s);
    KL_TRY(kl_classical_reach(&l, eps, certain, INFINITY, &x, p, err));
    if (isinf(x))
        return kl_config_fail(root, "potential", err,
                              "psi runs away to infinity before T = %g: no box holds it",
                              s->times.value[s->times.n - 1]);
    if (x > s->side / 2)
        return kl_config_fail(root, "box", err,
                              "%g is not allowed: at eps %g psi comes to |x_j| = %.4g, where the "
                              "potential is not periodic to the wanted accuracy: must be at least "
                              "%.4g",
                              s->side, eps, x, 2.1 * x);
    return KL_OK;
}

static kl_status make_point(semiclassical *s, kl_node *root, double eps, int64_t sites,
                            kl_phase_place *out, kl_error *err)
{
    const kl_liouville l = semiclassical_liouville(s);
    const double deviations = 2 * sqrt(log(100 / s->propagator.tolerance));
    double p; /* of what must be inside */
    KL_TRY(check_box(s, root, eps, &p, err));
    *out = (kl_phase_place){.eps = eps, .sites = sites};
    KL_TRY(kl_classical_reach(&l, eps, deviations, s->side / 2, &out->x, &out->p, err));
    if (out->x > s->side / 2)
        KL_TRY(kl_warnings_add(&s->warnings, err,
                               "at eps %g psi comes to the edge of the box %g: the errors of the "
                               "samples say how much",
                               eps, s->side));
    out->x = fmin(out->x, s->side / 2);
    out->p = fmax(p, out->p);
    const kl_phase_sites grid = {
        .small = "eps", .eps = eps, .dimension = (int)s->dimension, .side = s->side, .arrays = 9};
    return kl_keys_phase_sites(root, &grid, &s->observables, p, out->p, &out->sites, err);
}

kl_status semiclassical_make_points(semiclassical *s, kl_node *root, const semiclassical_keys *keys,
                                    kl_error *err)
{
    const size_t n = (size_t)keys->eps.n;
    if (keys->sites.n > 0 && keys->sites.n != keys->eps.n)
        return kl_config_fail(root, "sites", err, "%d of them are not allowed: must be %d, as eps",
                              keys->sites.n, keys->eps.n);
    KL_TRY(kl_alloc(n, sizeof *s->point, "points", &s->point, err));
    KL_TRY(kl_alloc(n * COLUMNS, sizeof *s->columns, "points", &s->columns, err));
    s->npoints = keys->eps.n;
    for (int i = 0; i < s->npoints; i++) {
        KL_TRY(make_point(s, root, keys->eps.v[i], keys->sites.n ? keys->sites.v[i] : 0,
                          &s->point[i], err));
        s->columns[COLUMNS * i] = s->point[i].eps;
        s->columns[COLUMNS * i + 1] = (double)s->point[i].sites;
    }
    return KL_OK;
}
