#include "parts/keys.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const kl_column lattice_columns[4] = {
    {.name = "eta", .units = "1", .long_name = "strength of disorder", .role = KL_SMALL},
    {.name = "sites",
     .units = "1",
     .long_name = "lattice sites per side",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = "box", .units = "1", .long_name = "macroscopic side of the torus", .role = KL_SIZE},
    {.name = "disorder",
     .units = "1",
     .long_name = "distribution of the disorder",
     .integer = true,
     .words = "gaussian uniform bernoulli laplace",
     .role = KL_VARIANT,
     .statistic = "universality"},
};

/* ---- disorder ---- */

typedef struct sub_map {
    kl_node *node;
} sub_map;

static const kl_key disorder_table[] = {
    {.name = "distribution",
     KL_CHOICE_AT(kl_disorder_keys, distribution, kl_distribution_names),
     .fallback = "gaussian",
     .doc = "of omega_x, mean 0 and variance 1"},
    {.name = "seed",
     KL_UINT64_AT(kl_disorder_keys, seed),
     .fallback = "1",
     .doc = "of the random numbers, below 2^64"},
    {0}};
const kl_key kl_disorder_map[] = {{.name = "disorder",
                                   KL_MAP_AT(sub_map, node),
                                   .fallback = "{}",
                                   .doc = "the potential",
                                   KL_BELOW(disorder_table)},
                                  {0}};

kl_status kl_keys_disorder(kl_node *root, kl_disorder_keys *out, kl_error *err)
{
    sub_map map;
    KL_TRY(kl_config_read(root, kl_disorder_map, &map, err));
    return kl_config_read(map.node, disorder_table, out, err);
}

static const kl_key several_table[] = {
    {.name = "distribution",
     .type = KL_KEY_CHOICES,
     .choices = kl_distribution_names,
     .fallback = "gaussian",
     .doc = "of omega_x, mean 0 and variance 1; a list: every one at every point"},
    {0}};
const kl_key kl_disorders_map[] = {{.name = "disorder",
                                    KL_MAP_AT(sub_map, node),
                                    .fallback = "{}",
                                    .doc = "the potential",
                                    KL_BELOW(several_table, disorder_table + 1)},
                                   {0}};

kl_status kl_keys_disorders(kl_node *root, kl_disorder_keys *out, kl_ints *list, kl_error *err)
{
    sub_map map;
    KL_TRY(kl_config_read(root, kl_disorders_map, &map, err));
    KL_TRY(kl_config_read(map.node, several_table, list, err));
    out->distribution = (int)list->v[0];
    return kl_config_read(map.node, disorder_table + 1, out, err);
}

/* ---- propagator ---- */

typedef struct propagator_keys {
    int method, precision;
    double tolerance;
} propagator_keys;

static const char *const methods[] = {"chebyshev", "strang", "fourth_order", NULL};
static const char *const precisions[] = {"single", "double", NULL};
typedef struct machine_keys {
    double cache;
} machine_keys;

const kl_key kl_machine_table[] = {{.name = "cache",
                                    KL_REAL_AT(machine_keys, cache),
                                    .flags = KL_FREE,
                                    KL_RANGE(0.01, 1e4),
                                    .doc = "MB of cache that a rank may count on"},
                                   {0}};
static const kl_key propagator_table[] = {{.name = "method",
                                           KL_CHOICE_AT(propagator_keys, method, methods),
                                           .fallback = "chebyshev",
                                           .doc = "of time evolution"},
                                          {.name = "precision",
                                           KL_CHOICE_AT(propagator_keys, precision, precisions),
                                           .fallback = "single",
                                           .doc = "of psi"},
                                          {.name = "tolerance",
                                           KL_REAL_AT(propagator_keys, tolerance),
                                           KL_RANGE_ABOVE(0, 0.1),
                                           .fallback = "1.0e-5",
                                           .doc = "relative l2 error of psi_t, rounding included"},
                                          {0}};
const kl_key kl_propagator_map[] = {{.name = "propagator",
                                     KL_MAP_AT(sub_map, node),
                                     .fallback = "{}",
                                     .doc = "time evolution",
                                     KL_BELOW(propagator_table)},
                                    {0}};

kl_status kl_keys_propagator(kl_node *root, kl_propagator *out, kl_error *err)
{
    sub_map map;
    propagator_keys keys;
    machine_keys machine = {0};
    KL_TRY(kl_config_read(root, kl_machine_table, &machine, err));
    KL_TRY(kl_config_read(root, kl_propagator_map, &map, err));
    KL_TRY(kl_config_read(map.node, propagator_table, &keys, err));
    *out = (kl_propagator){(kl_method)keys.method, (kl_precision)keys.precision, keys.tolerance,
                           (size_t)(machine.cache * 1048576)};
    return KL_OK;
}

kl_status kl_keys_tolerance(kl_node *root, const kl_propagator *propagator, double rounding,
                            kl_error *err)
{
    if (2 * rounding <= propagator->tolerance)
        return KL_OK;
    const double digit = pow(10, floor(log10(2 * rounding)) - 1); /* two digits, rounded up */
    const double least = digit * ceil(2 * rounding / digit);
    return kl_config_fail(root, "propagator.tolerance", err,
                          "%.3g cannot be reached in %s precision up to the last time: must be at "
                          "least %.2g%s",
                          propagator->tolerance, precisions[propagator->precision], least,
                          propagator->precision == KL_SINGLE ? ", or precision: double" : "");
}

/* ---- points ---- */

typedef struct point_keys {
    int64_t dimension;
    kl_reals eta, box;
    kl_ints sites;
} point_keys;

const kl_key kl_points_table[] = {
    {.name = "dimension",
     KL_INT_AT(point_keys, dimension),
     .flags = KL_REQUIRED,
     KL_RANGE(1, 3),
     .doc = "of the lattice: 1, 2 or 3"},
    {.name = "eta",
     KL_REALS_AT(point_keys, eta),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE_ABOVE(0, 2),
     .doc = "strengths of disorder, one point each"},
    {.name = "box",
     KL_REALS_AT(point_keys, box),
     .flags = KL_DISTINCT,
     KL_RANGE_ABOVE(0, 1e6),
     .one_of = "size",
     .doc = "macroscopic side(s); sites = round(box/unit)"},
    {.name = "sites",
     KL_INTS_AT(point_keys, sites),
     KL_RANGE(4, 1e9),
     .one_of = "size",
     .doc = "lattice sites per side, one entry per eta, instead of box"},
    {0}};

static kl_status check_lists(kl_node *root, const point_keys *keys, kl_error *err)
{
    if ((keys->sites.n > 0) == (keys->box.n > 0))
        return kl_config_fail(root, keys->sites.n ? "sites" : NULL, err,
                              "must have exactly one of box and sites");
    if (keys->sites.n && keys->sites.n != keys->eta.n)
        return kl_config_fail(root, "sites", err,
                              "%d entries are not allowed: must be %d, one per eta", keys->sites.n,
                              keys->eta.n);
    return KL_OK;
}

static kl_status allocate_points(kl_lattice_points *out, kl_error *err)
{
    const size_t n = (size_t)out->n, columns = (size_t)out->ncolumns;
    KL_TRY(kl_alloc(n, sizeof *out->point, "points", &out->point, err));
    KL_TRY(kl_alloc(columns * n, sizeof *out->value, "points", &out->value, err));
    return kl_alloc(columns * n, sizeof *out->level, "points", &out->level, err);
}

kl_status kl_keys_points(kl_node *root, double exponent, const kl_ints *distributions,
                         kl_lattice_points *out, kl_error *err)
{
    point_keys keys = {0};
    KL_TRY(kl_config_read(root, kl_points_table, &keys, err));
    KL_TRY(check_lists(root, &keys, err));
    const int boxes = keys.sites.n ? 1 : keys.box.n, several = distributions->n;
    out->dimension = keys.dimension;
    out->n = boxes * keys.eta.n * several;
    out->ncolumns = several > 1 ? 4 : 3;
    KL_TRY(allocate_points(out, err));
    for (int i = 0; i < out->n; i++) {
        const int k = i % several, e = i / several / boxes, b = i / several % boxes;
        const double eta = keys.eta.v[e], unit = exponent == 2 ? eta * eta : pow(eta, exponent);
        const double sites = keys.sites.n ? (double)keys.sites.v[e] : round(keys.box.v[b] / unit);
        if (sites < 4 || sites > 1e9)
            return kl_config_fail(root, "box", err,
                                  "%g at eta %g makes %g sites: must be in [4, 1e9]", keys.box.v[b],
                                  eta, sites);
        const int distribution = (int)distributions->v[k];
        out->point[i] = (kl_lattice_point){eta, unit, unit * sites, (int64_t)sites, distribution};
        const double asked = keys.sites.n ? 0 : keys.box.v[b];
        const double value[4] = {eta, sites, unit * sites, distribution};
        const double level[4] = {eta, sites, asked, distribution};
        memcpy(out->value + out->ncolumns * i, value, (size_t)out->ncolumns * sizeof *value);
        memcpy(out->level + out->ncolumns * i, level, (size_t)out->ncolumns * sizeof *level);
    }
    return KL_OK;
}

kl_points kl_lattice_points_describe(const kl_lattice_points *points)
{
    return (kl_points){.n = points->n,
                       .ncolumns = points->ncolumns,
                       .column = lattice_columns,
                       .value = points->value,
                       .level = points->level};
}

void kl_lattice_points_free(kl_lattice_points *points)
{
    free(points->point);
    free(points->value);
    free(points->level);
    *points = (kl_lattice_points){0};
}

kl_status kl_keys_name(const kl_node *node, const char *name, int longest, kl_error *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (name[0] == 0 || strlen(name) > (size_t)longest || strspn(name, letters) != strlen(name))
        return kl_config_fail(node, "name", err,
                              "%s is not allowed: must be 1 to %d letters, digits, _ or -", name,
                              longest);
    return KL_OK;
}
