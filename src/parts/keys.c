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

static const kl_key disorder_map[] = {
    {"disorder", KL_KEY_MAP, offsetof(sub_map, node), 0, 0, 0, 0, 0, NULL, "{}", "the potential"},
    {0}};
static const kl_key disorder_table[] = {
    {"distribution", KL_KEY_CHOICE, offsetof(kl_disorder_keys, distribution), 0, 0, 0, 0, 0,
     kl_distribution_names, "gaussian", "of omega_x, mean 0 and variance 1"},
    {"seed", KL_KEY_UINT64, offsetof(kl_disorder_keys, seed), 0, 0, 0, 0, 0, NULL, "1",
     "below 2^64"},
    {0}};

kl_status kl_keys_disorder(kl_node *root, kl_disorder_keys *out, kl_error *err)
{
    sub_map map;
    KL_TRY(kl_config_read(root, disorder_map, &map, err));
    return kl_config_read(map.node, disorder_table, out, err);
}

static const kl_key several_table[] = {
    {"distribution", KL_KEY_CHOICES, 0, 0, 0, 0, 0, 0, kl_distribution_names, "gaussian",
     "of omega_x, mean 0 and variance 1; a list: every one at every point"},
    {0}};

kl_status kl_keys_disorders(kl_node *root, kl_disorder_keys *out, kl_ints *list, kl_error *err)
{
    sub_map map;
    KL_TRY(kl_config_read(root, disorder_map, &map, err));
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

static const kl_key machine_table[] = {{"cache", KL_KEY_REAL, offsetof(machine_keys, cache),
                                        KL_RANGED, 0.01, 1e4, 0, 0, NULL, NULL,
                                        "MB of cache that a rank may count on"},
                                       {0}};
static const kl_key propagator_map[] = {{"propagator", KL_KEY_MAP, offsetof(sub_map, node), 0, 0, 0,
                                         0, 0, NULL, "{}", "time evolution"},
                                        {0}};
static const kl_key propagator_table[] = {
    {"method", KL_KEY_CHOICE, offsetof(propagator_keys, method), 0, 0, 0, 0, 0, methods,
     "chebyshev", "of time evolution"},
    {"precision", KL_KEY_CHOICE, offsetof(propagator_keys, precision), 0, 0, 0, 0, 0, precisions,
     "single", "of psi"},
    {"tolerance", KL_KEY_REAL, offsetof(propagator_keys, tolerance), KL_RANGED | KL_LOW_OPEN, 0,
     0.1, 0, 0, NULL, "1.0e-5", "relative l2 error of psi_t, rounding included"},
    {0}};

kl_status kl_keys_propagator(kl_node *root, kl_propagator *out, kl_error *err)
{
    sub_map map;
    propagator_keys keys;
    machine_keys machine = {0};
    KL_TRY(kl_config_read(root, machine_table, &machine, err));
    KL_TRY(kl_config_read(root, propagator_map, &map, err));
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

static const kl_key point_table[] = {
    {"dimension", KL_KEY_INT, offsetof(point_keys, dimension), KL_REQUIRED | KL_RANGED, 1, 3, 0, 0,
     NULL, NULL, "of the lattice: 1, 2 or 3"},
    {"eta", KL_KEY_REALS, offsetof(point_keys, eta),
     KL_REQUIRED | KL_RANGED | KL_LOW_OPEN | KL_DISTINCT, 0, 2, 0, 0, NULL, NULL,
     "strengths of disorder, one point each"},
    {"box", KL_KEY_REALS, offsetof(point_keys, box), KL_RANGED | KL_LOW_OPEN | KL_DISTINCT, 0, 1e6,
     0, 0, NULL, NULL, "macroscopic side(s); sites = round(box/unit)"},
    {"sites", KL_KEY_INTS, offsetof(point_keys, sites), KL_RANGED, 4, 1e9, 0, 0, NULL, NULL,
     "lattice sites per side, one entry per eta, instead of box"},
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
    KL_TRY(kl_config_read(root, point_table, &keys, err));
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
