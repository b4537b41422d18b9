/* The keys of a `localization` study (docs/localization.md) and what follows from them. */
#include "systems/localization/localization_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct own_keys {
    double sigma, level;
    int64_t origins;
} own_keys;

static const kl_key own_table[] = {{.name = "sigma",
                                    KL_REAL_AT(own_keys, sigma),
                                    KL_RANGE(0, 100),
                                    .fallback = "0",
                                    .doc = "decay of the potential, omega_x <x>^-sigma"},
                                   {.name = "level",
                                    KL_REAL_AT(own_keys, level),
                                    KL_RANGE_OPEN(0, 2),
                                    .fallback = "1",
                                    .doc = "of E departure at t_star"},
                                   {.name = "origins",
                                    KL_INT_AT(own_keys, origins),
                                    KL_RANGE(1, 4096),
                                    .fallback = "1",
                                    .doc = "start sites that are averaged"},
                                   {0}};

const kl_key *const localization_keys[] = {kl_points_table,   own_table,        kl_disorder_map,
                                           kl_propagator_map, kl_machine_table, NULL};

kl_propagation_setup localization_setup(const localization *l, int point)
{
    const kl_lattice_point *p = &l->points.point[point];
    return (kl_propagation_setup){.dimension = (int)l->points.dimension,
                                  .sites = p->sites,
                                  .eta = p->eta,
                                  .times = l->times,
                                  .unit = p->unit,
                                  .propagator = l->propagator};
}

static kl_status name_quantities(localization *l, kl_error *err)
{
    static const char *const names[KL_SHELLS] = {"departure", "msd", "return", "ipr", "near"};
    kl_description *d = &l->description;
    for (int i = 0; i < l->points.n; i++) {
        int n = kl_spreading_shells((int)l->points.dimension, l->points.point[i].sites);
        l->nshells = n > l->nshells ? n : l->nshells;
    }
    d->nquantities = KL_SHELLS + l->nshells;
    KL_TRY(kl_alloc((size_t)d->nquantities, sizeof *l->quantity, "quantities", &l->quantity, err));
    for (int q = 0; q < d->nquantities; q++) {
        if (q < KL_SHELLS)
            snprintf(l->quantity[q].observable, KL_NAME, "%s", names[q]);
        else
            snprintf(l->quantity[q].observable, KL_NAME, "shell_%d", q - KL_SHELLS);
        snprintf(l->quantity[q].part, sizeof l->quantity[q].part, "re");
    }
    return KL_OK;
}

/* The front moves two sites per unit of time each way. */
static kl_status warn_of_wrapping(localization *l, kl_error *err)
{
    kl_description *d = &l->description;
    const double last = l->times.value[l->times.n - 1];
    KL_TRY(kl_alloc((size_t)l->points.n, sizeof *d->warning, "warnings", &d->warning, err));
    for (int i = 0; i < l->points.n; i++)
        if (l->points.point[i].ell + 0.5 * l->points.point[i].unit < 4 * last)
            snprintf(d->warning[d->nwarnings++], sizeof d->warning[0],
                     "at eta %g the box %.4g is smaller than 4 T = %g: the front meets itself",
                     l->points.point[i].eta, l->points.point[i].ell, 4 * last);
    return KL_OK;
}

static kl_status configure(localization *l, kl_node *root, kl_error *err)
{
    own_keys own;
    double rounding = 0;
    KL_TRY(kl_config_read(root, own_table, &own, err));
    l->sigma = own.sigma;
    l->level = own.level;
    l->origins = own.origins;
    KL_TRY(kl_keys_disorder(root, &l->disorder, err));
    int64_t distribution = l->disorder.distribution;
    KL_TRY(kl_keys_points(root, own.sigma < 0.5 ? 2 / (1 - 2 * own.sigma) : 2,
                          &(kl_ints){1, &distribution}, &l->points, err));
    KL_TRY(kl_keys_propagator(root, &l->propagator, err));
    for (int i = 0; i < l->points.n; i++) {
        const kl_propagation_setup setup = localization_setup(l, i);
        rounding = fmax(rounding, kl_propagation_rounding(&setup));
        if (l->origins > l->points.point[i].sites)
            return kl_config_fail(root, "origins", err, "%lld are not allowed on %lld sites",
                                  (long long)l->origins, (long long)l->points.point[i].sites);
    }
    KL_TRY(kl_keys_tolerance(root, &l->propagator, rounding, err));
    KL_TRY(warn_of_wrapping(l, err));
    return name_quantities(l, err);
}

kl_status localization_open(kl_node *root, const kl_stations *stations, bool no_limits, void **self,
                            kl_error *err)
{
    localization *l;
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *l, "study", &l, err));
    *self = l;
    l->times = *stations;
    kl_status status = configure(l, root, err);
    localization_describe(l, no_limits);
    if (status != KL_OK)
        localization_close(self);
    return status;
}

void localization_close(void **self)
{
    localization *l = *self;
    if (!l)
        return;
    kl_lattice_points_free(&l->points);
    free(l->quantity);
    free(l->description.warning);
    free(l);
    *self = NULL;
}
