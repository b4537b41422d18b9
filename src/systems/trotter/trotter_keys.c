#include "systems/trotter/trotter_private.h"

#include "base/memory.h"
#include "parts/plain_keys.h"

#include <math.h>
#include <stdio.h>

typedef struct ends_keys {
    kl_reals from, to;
} ends_keys;
static const kl_key ends_table[] = {{.name = "from",
                                     KL_REALS_AT(ends_keys, from),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE(-1e3, 1e3),
                                     .doc = "y"},
                                    {.name = "to",
                                     KL_REALS_AT(ends_keys, to),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE(-1e3, 1e3),
                                     .doc = "x"},
                                    {0}};
typedef struct entry_keys {
    const char *name;
    kl_node *kernel, *determinant;
} entry_keys;
static const kl_key name_table[] = {{.name = "name",
                                     KL_STRING_AT(entry_keys, name),
                                     .flags = KL_REQUIRED,
                                     .doc = "1 to 40 letters, digits, _ or -"},
                                    {0}};
static const kl_key kernel_table[] = {{.name = "kernel",
                                       KL_MAP_AT(entry_keys, kernel),
                                       .flags = KL_REQUIRED,
                                       .one_of = "observable",
                                       .doc = "K(t, x, y)",
                                       KL_BELOW(ends_table)},
                                      {0}};
static const kl_key determinant_table[] = {
    {.name = "determinant",
     KL_MAP_AT(entry_keys, determinant),
     .flags = KL_REQUIRED,
     .one_of = "observable",
     .doc = "(N/|det M|)^(1/2), M the second variation of the sliced action",
     KL_BELOW(ends_table)},
    {0}};

typedef struct top_keys {
    int64_t dimension;
    kl_reals hbar;
    kl_ints slices;
    int product;
    double energy;
    kl_nodes observables;
} top_keys;
static const char *const products[] = {"lie", "strang", NULL};
const kl_key trotter_table[] = {
    {.name = "dimension",
     KL_INT_AT(top_keys, dimension),
     KL_RANGE(1, 1),
     .fallback = "1",
     .doc = "of space: 1"},
    {.name = "hbar",
     KL_REALS_AT(top_keys, hbar),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE(1e-4, 10),
     .doc = "Planck's constant, one point each"},
    {.name = "slices",
     KL_INTS_AT(top_keys, slices),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE(1, 1e6),
     .doc = "N, one point each at every hbar"},
    {.name = "product",
     KL_CHOICE_AT(top_keys, product, products),
     .fallback = "lie",
     .doc = "exp(-i dt H0/hbar) exp(-i dt V/hbar), or V halved on both sides"},
    {.name = "energy",
     KL_REAL_AT(top_keys, energy),
     KL_RANGE_ABOVE(0, 1e6),
     .doc = "E: kernels are of f(H) too, f(e) = exp(-(e/E)^16); needed where V is above quadratic"},
    {.name = "observables",
     KL_MAPS_AT(top_keys, observables),
     .flags = KL_REQUIRED,
     KL_COUNT(1, 100),
     .doc = "kernels and determinants",
     KL_BELOW(name_table, kernel_table, determinant_table)},
    {0}};

static kl_status read_observable(kl_node *node, trotter_observable *out, kl_error *err)
{
    entry_keys keys = {0};
    ends_keys ends = {0};
    double end[3];
    KL_TRY(kl_config_read(node, name_table, &keys, err));
    KL_TRY(kl_keys_name(node, keys.name, 40, err));
    out->name = keys.name;
    out->determinant = kl_config_has(node, "determinant");
    KL_TRY(kl_config_read(node, out->determinant ? determinant_table : kernel_table, &keys, err));
    kl_node *map = out->determinant ? keys.determinant : keys.kernel;
    KL_TRY(kl_config_read(map, ends_table, &ends, err));
    KL_TRY(kl_keys_vector(map, "from", &ends.from, 1, end, err));
    out->from = end[0];
    KL_TRY(kl_keys_vector(map, "to", &ends.to, 1, end, err));
    out->to = end[0];
    return KL_OK;
}

static bool at_most_quadratic(const kl_smooth *f)
{
    for (int t = 0; t < f->sum.nterms; t++)
        if (f->sum.term[t].power[0] > 2)
            return false;
    return f->sum.nwaves == 0 && f->ngaussians == 0;
}

static kl_status name_quantities(trotter *s, kl_error *err)
{
    KL_TRY(kl_alloc(2 * (size_t)s->n, sizeof *s->quantity, "quantities", &s->quantity, err));
    KL_TRY(kl_alloc(2 * (size_t)s->n, sizeof *s->of, "quantities", &s->of, err));
    for (int k = 0; k < s->n; k++)
        for (int part = 0; part < 2 - s->observable[k].determinant; part++) {
            kl_quantity *q = &s->quantity[s->nquantities];
            snprintf(q->observable, KL_NAME, "%s", s->observable[k].name);
            snprintf(q->part, sizeof q->part, "%s", part ? "im" : "re");
            s->of[s->nquantities++] = k;
        }
    return KL_OK;
}

static kl_status make_derived(trotter *s, kl_error *err)
{
    const size_t sums = (size_t)(s->hbar.n * s->times.n * s->n);
    KL_TRY(kl_alloc((size_t)s->n, sizeof *s->derived, "kernels", &s->derived, err));
    KL_TRY(kl_alloc(sums, sizeof *s->sum_of, "kernels", &s->sum_of, err));
    for (size_t i = 0; i < sums; i++)
        s->sum_of[i] = NAN;
    for (int k = 0; k < s->n; k++)
        if (!s->observable[k].determinant)
            s->derived[s->nderived++] = (kl_derived){.name = "van_vleck_distance",
                                                     .observable = s->observable[k].name,
                                                     .value = trotter_distance,
                                                     .per_station = true};
    return KL_OK;
}

static kl_status make_points(trotter *s, kl_error *err)
{
    s->npoints = s->hbar.n * s->slices.n;
    KL_TRY(kl_alloc((size_t)s->npoints * TROTTER_COLUMNS, sizeof *s->columns, "points", &s->columns,
                    err));
    for (int i = 0; i < s->npoints; i++) {
        double *point = s->columns + i * TROTTER_COLUMNS;
        point[0] = (double)s->slices.v[i % s->slices.n];
        point[1] = s->hbar.v[i / s->slices.n];
        point[2] = 1 / point[0];
    }
    return KL_OK;
}

kl_status trotter_read(trotter *s, kl_node *root, kl_error *err)
{
    top_keys keys = {0};
    struct {
        kl_node *node;
    } map;
    KL_TRY(kl_config_read(root, trotter_table, &keys, err));
    KL_TRY(kl_keys_potential(root, 1, 16, 1e-8, &s->potential, err));
    KL_TRY(kl_config_read(root, kl_potential_map, &map, err));
    if (kl_config_has(map.node, "file"))
        return kl_config_fail(map.node, "file", err, "is not allowed: goes with a box");
    s->hbar = keys.hbar;
    s->slices = keys.slices;
    s->strang = keys.product == 1;
    s->energy = keys.energy;
    s->affine = at_most_quadratic(&s->potential);
    s->n = keys.observables.n;
    if (s->times.value[0] <= 0)
        return kl_config_fail(root, "times", err, "%g is not allowed: must be above 0",
                              s->times.value[0]);
    KL_TRY(kl_alloc((size_t)s->n, sizeof *s->observable, "observables", &s->observable, err));
    for (int k = 0; k < s->n; k++) {
        KL_TRY(read_observable(keys.observables.v[k], &s->observable[k], err));
        if (!s->observable[k].determinant && !s->affine && s->energy == 0)
            return kl_config_fail(root, "energy", err,
                                  "is missing: a potential above quadratic has infinitely many "
                                  "paths and no kernel but below an energy");
    }
    KL_TRY(kl_config_distinct(&keys.observables, "name", err));
    KL_TRY(name_quantities(s, err));
    KL_TRY(make_derived(s, err));
    return make_points(s, err);
}
