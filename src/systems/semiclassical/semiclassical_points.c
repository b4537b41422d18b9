/* The points of a study and their grids (parts/box_points.h). */
#include "systems/semiclassical/semiclassical_private.h"

#include "base/memory.h"
#include "classical/overlap.h"
#include "parts/interfering.h"

#include <math.h>

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

static kl_status check_overlap(semiclassical *s, kl_node *root, int i, int k, kl_error *err)
{
    const kl_wkb *one = &s->start.packet[i], *two = &s->start.packet[k];
    const double vanishing = 1e-9; /* eps */
    kl_interfering pair = {.i = i,
                           .k = k,
                           .weight = {one->weight, two->weight},
                           .limit = kl_wkb_overlap(one, two, vanishing),
                           .small = "eps"};
    for (int n = 0; n < s->npoints; n++) {
        const double here = kl_wkb_overlap(one, two, s->point[n].eps);
        pair.at = here > pair.most ? s->point[n].eps : pair.at;
        pair.most = fmax(pair.most, here);
    }
    return kl_interfering_tell(&pair, root, &s->warnings, err);
}

kl_status semiclassical_make_points(semiclassical *s, kl_node *root, const semiclassical_keys *keys,
                                    kl_error *err)
{
    const size_t n = (size_t)keys->eps.n;
    const kl_liouville l = semiclassical_liouville(s);
    const kl_box_problem problem = {root, &l, s->side, s->propagator.tolerance, "eps", 14};
    if (keys->sites.n > 0 && keys->sites.n != keys->eps.n)
        return kl_config_fail(root, "sites", err, "%d of them are not allowed: must be %d, as eps",
                              keys->sites.n, keys->eps.n);
    KL_TRY(kl_alloc(n, sizeof *s->point, "points", &s->point, err));
    KL_TRY(kl_alloc(n * COLUMNS, sizeof *s->columns, "points", &s->columns, err));
    s->npoints = keys->eps.n;
    for (int i = 0; i < s->npoints; i++) {
        KL_TRY(kl_box_point_make(&problem, keys->eps.v[i], keys->sites.n ? keys->sites.v[i] : 0,
                                 &s->warnings, &s->point[i], err));
        s->columns[COLUMNS * i] = s->point[i].eps;
        s->columns[COLUMNS * i + 1] = (double)s->point[i].sites;
    }
    for (int i = 0; i < s->start.n; i++)
        for (int k = i + 1; k < s->start.n; k++)
            KL_TRY(check_overlap(s, root, i, k, err));
    return KL_OK;
}
