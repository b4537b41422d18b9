#include "systems/feynman_kac/feynman_kac.h"

#include "base/memory.h"
#include "parts/plain_keys.h"
#include "systems/feynman_kac/feynman_kac_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct entry_keys {
    const char *name;
    kl_ints to;
} entry_keys;
static const kl_key entry_table[] = {{.name = "name",
                                      KL_STRING_AT(entry_keys, name),
                                      .flags = KL_REQUIRED,
                                      .doc = "1 to 40 letters, digits, _ or -"},
                                     {.name = "to",
                                      KL_INTS_AT(entry_keys, to),
                                      KL_RANGE(-1e6, 1e6),
                                      .doc = "y, in sites, one number an axis; default: 0"},
                                     {0}};

typedef struct own_keys {
    int64_t origins, walks;
    kl_nodes observables;
} own_keys;
static const kl_key own_table[] = {
    {.name = "origins",
     KL_INT_AT(own_keys, origins),
     KL_RANGE(1, 1e6),
     .fallback = "1",
     .doc = "start sites that are averaged in a realization, evenly among all"},
    {.name = "walks",
     KL_INT_AT(own_keys, walks),
     .flags = KL_FREE,
     KL_RANGE(100, 1e9),
     .fallback = "20000",
     .doc = "random walks of the limit `walks`, for each number"},
    {.name = "observables",
     KL_MAPS_AT(own_keys, observables),
     .flags = KL_REQUIRED,
     KL_COUNT(1, 100),
     .doc = "E<0|exp(b (Delta + eta V))|y>",
     KL_BELOW(entry_table)},
    {0}};
static const kl_key *const keys_of_a_study[] = {kl_points_table, own_table, kl_disorder_map, NULL};

/* ---- the study ---- */

static kl_status read_observable(feynman_kac *s, int k, kl_node *node, kl_error *err)
{
    entry_keys keys = {0};
    KL_TRY(kl_config_read(node, entry_table, &keys, err));
    KL_TRY(kl_keys_name(node, keys.name, 40, err));
    snprintf(s->quantity[k].observable, KL_NAME, "%s", keys.name);
    snprintf(s->quantity[k].part, sizeof s->quantity[k].part, "re");
    if (keys.to.n == 0)
        return KL_OK;
    return kl_keys_integers(node, "to", &keys.to, s->points.dimension, s->to[k], err);
}

/* exp(b eta V) has a mean, and b is above 0. */
static kl_status check_times(const feynman_kac *s, kl_node *root, kl_error *err)
{
    const double last = s->times.value[s->times.n - 1];
    if (s->times.value[0] <= 0)
        return kl_config_fail(root, "times", err, "%g is not allowed: must be above 0",
                              s->times.value[0]);
    for (int i = 0; i < s->points.n; i++) {
        const double eta = s->points.point[i].eta,
                     energy = 2 * (double)s->points.dimension + 10 * eta;
        if (s->disorder.distribution == KL_LAPLACE && eta * last >= sqrt(2))
            return kl_config_fail(root, "times", err,
                                  "%g is not allowed at eta %g: the average of laplace diverges "
                                  "from %.4g on",
                                  last, eta, sqrt(2) / eta);
        if (energy * last > 600)
            return kl_config_fail(root, "times", err,
                                  "%g is not allowed at eta %g: must be at most %.4g", last, eta,
                                  600 / energy);
    }
    return KL_OK;
}

static kl_status read_keys(feynman_kac *s, kl_node *root, kl_error *err)
{
    own_keys own;
    KL_TRY(kl_config_read(root, own_table, &own, err));
    KL_TRY(kl_keys_disorder(root, &s->disorder, err));
    int64_t distribution = s->disorder.distribution;
    KL_TRY(kl_keys_points(root, 0, &(kl_ints){1, &distribution}, &s->points, err));
    KL_TRY(check_times(s, root, err));
    s->origins = own.origins;
    s->walks = own.walks;
    s->n = own.observables.n;
    for (int i = 0; i < s->points.n; i++) {
        const double all = pow((double)s->points.point[i].sites, (double)s->points.dimension);
        if ((double)s->origins > all)
            return kl_config_fail(root, "origins", err, "%lld are not allowed on %.0f sites",
                                  (long long)s->origins, all);
    }
    KL_TRY(kl_alloc((size_t)s->n, sizeof *s->to, "observables", &s->to, err));
    KL_TRY(kl_alloc((size_t)s->n, sizeof *s->quantity, "observables", &s->quantity, err));
    for (int k = 0; k < s->n; k++)
        KL_TRY(read_observable(s, k, own.observables.v[k], err));
    return kl_config_distinct(&own.observables, "name", err);
}

static void close_study(void *self)
{
    feynman_kac *s = self;
    kl_lattice_points_free(&s->points);
    free(s->to);
    free(s->quantity);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    feynman_kac *s = self;
    s->times = *stations;
    KL_TRY(read_keys(s, root, err));
    memcpy(s->limit, feynman_kac_limits, sizeof s->limit);
    s->description = (kl_description){.points = kl_lattice_points_describe(&s->points),
                                      .nquantities = s->n,
                                      .quantity = s->quantity,
                                      .nlimits = 3,
                                      .limit = s->limit,
                                      .random = true,
                                      .seed = s->disorder.seed};
    return KL_OK;
}

const kl_system kl_system_feynman_kac = {
    .name = "feynman_kac",
    .summary = "the Feynman-Kac formula on the lattice: the matrix exp(bH) against random walks",
    .model =
        "E<0|exp(b (Delta + eta V))|y> on a torus, Delta the sum over nearest neighbours, V "
        "independent on each site with mean 0 and variance 1. The matrix is worked out for "
        "each realization of V. The Feynman-Kac formula says that it is an average over random "
        "walks from 0 to y in time b, along which that over V is a product over sites. As "
        "eta goes to 0 it becomes the product of Bessel functions I_|y_j|(2b), with an error of "
        "order eta^2 that next_order has in closed form.",
    .source = "T. Chen, lecture notes on semiclassical scaling limits, University of Texas (2011), "
              "section 3; M. Kac, Trans. Amer. Math. Soc. 65 (1949) 1",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "beta", "b", "1", "imaginary time"},
    .keys = keys_of_a_study,
    .columns = kl_lattice_columns,
    KL_STUDY(feynman_kac),
    .open = open_study,
    .close = close_study,
    .cost = feynman_kac_cost,
    .begin = feynman_kac_begin,
    .start = feynman_kac_start,
    .advance = feynman_kac_advance,
    .measure = feynman_kac_measure,
    .end = feynman_kac_end,
    .packing = feynman_kac_packing,
    .shape = feynman_kac_shape,
    .pack = feynman_kac_pack,
    .unpack = feynman_kac_unpack,
    .restored = feynman_kac_restored,
};
