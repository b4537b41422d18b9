#include "parts/lattice_points.h"

#include "base/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const kl_column kl_lattice_columns[] = {
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
    {.name = ""},
};

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
        if (!(unit >= DBL_MIN))
            return kl_config_fail(
                root, "eta", err,
                "%g is not allowed: eta^%.3g, the distance of two sites, must be at least %.3g",
                eta, exponent, DBL_MIN);
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
                       .column = kl_lattice_columns,
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
