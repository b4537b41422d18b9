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
    bool state;
} entry_keys;
static const kl_key name_table[] = {{.name = "name",
                                     KL_STRING_AT(entry_keys, name),
                                     .flags = KL_REQUIRED,
                                     .doc = "1 to 40 letters, digits, _ or -"},
                                    {0}};
static const kl_key kind_table[] = {
    {.name = "kernel", KL_MAP_AT(entry_keys, kernel), .doc = "K(t, x, y)", KL_BELOW(ends_table)},
    {.name = "determinant",
     KL_MAP_AT(entry_keys, determinant),
     .doc = "(N^d/|det M|)^(1/2), M the second variation of the sliced action",
     KL_BELOW(ends_table)},
    {.name = "state",
     KL_BOOL_AT(entry_keys, state),
     .fallback = "false",
     .doc = "true: the l2 distance of S_N psi_0 from psi"},
    {0}};

typedef struct top_keys {
    int64_t dimension;
    kl_reals hbar;
    kl_ints slices;
    int product;
    double energy, box, tolerance;
    kl_nodes observables;
} top_keys;
static const char *const products[] = {"lie", "strang", NULL};
const kl_key trotter_table[] = {
    {.name = "dimension",
     KL_INT_AT(top_keys, dimension),
     KL_RANGE(1, 3),
     .fallback = "1",
     .doc = "of space: 1, 2 or 3"},
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
    {.name = "box",
     KL_REAL_AT(top_keys, box),
     KL_RANGE_ABOVE(0, 1e6),
     .doc =
         "side of the periodic box [-box/2, box/2)^d of psi and, in dimensions 2 and 3, of kernels "
         "below an energy"},
    {.name = "tolerance",
     KL_REAL_AT(top_keys, tolerance),
     KL_RANGE(1e-12, 0.1),
     .fallback = "1.0e-10",
     .doc = "l2 error of the exact psi; the grid follows it"},
    {.name = "observables",
     KL_MAPS_AT(top_keys, observables),
     .flags = KL_REQUIRED,
     KL_COUNT(1, 100),
     .doc = "one each of kernel, determinant, state, or J(x,p) = a(x) b(p), or the energy",
     KL_BELOW(name_table, kind_table, kl_phase_observable_table)},
    {0}};

static kl_status read_ends(kl_node *map, int dimension, trotter_observable *out, kl_error *err)
{
    ends_keys ends = {0};
    KL_TRY(kl_config_read(map, ends_table, &ends, err));
    KL_TRY(kl_keys_vector(map, "from", &ends.from, dimension, out->from, err));
    return kl_keys_vector(map, "to", &ends.to, dimension, out->to, err);
}

/* Which one of the kinds an entry is. */
static kl_status read_kind(kl_node *node, entry_keys *keys, trotter_kind *kind, kl_error *err)
{
    KL_TRY(kl_config_read(node, kind_table, keys, err));
    const bool phase = kl_config_has(node, "position") || kl_config_has(node, "momentum") ||
                       kl_config_has(node, "energy");
    const int given = !!keys->kernel + !!keys->determinant + keys->state + phase;
    if (given != 1)
        return kl_config_fail(node, NULL, err,
                              "%d of kernel, determinant, state and a function in phase space "
                              "(position, momentum or energy) are not allowed: must be one",
                              given);
    *kind = keys->kernel        ? TROTTER_KERNEL
            : keys->determinant ? TROTTER_DETERMINANT
            : keys->state       ? TROTTER_STATE
                                : TROTTER_PHASE_SPACE;
    return KL_OK;
}

static kl_status read_observable(trotter *s, kl_node *node, trotter_observable *out, kl_error *err)
{
    entry_keys keys = {0};
    KL_TRY(kl_config_read(node, name_table, &keys, err));
    KL_TRY(kl_keys_name(node, keys.name, 40, err));
    out->name = keys.name;
    KL_TRY(read_kind(node, &keys, &out->kind, err));
    s->states = s->states || out->kind >= TROTTER_STATE;
    if (out->kind == TROTTER_PHASE_SPACE)
        return kl_keys_phase_observable(node, s->dimension, &s->hbar, s->side,
                                        &s->window[s->nwindows++], err);
    if (out->kind == TROTTER_STATE)
        return KL_OK;
    return read_ends(keys.kernel ? keys.kernel : keys.determinant, s->dimension, out, err);
}

/* A kernel must be one, and fit. */
static kl_status check_kernel(const trotter *s, int k, kl_node *root, kl_node *node, kl_error *err)
{
    const trotter_observable *o = &s->observable[k];
    if (s->energy == 0)
        return s->affine ? KL_OK
                         : kl_config_fail(root, "energy", err,
                                          "is missing: a potential above quadratic has "
                                          "infinitely many paths and no kernel but below an "
                                          "energy");
    if (s->dimension > 1 && s->side == 0)
        return kl_config_fail(root, "box", err,
                              "is missing: kernels below an energy need it in dimension %d",
                              s->dimension);
    for (int j = 0; j < s->dimension && s->dimension > 1; j++)
        if (fmax(fabs(o->from[j]), fabs(o->to[j])) > s->side / 2)
            return kl_config_fail(node, "kernel", err, "%g lies outside the box, at most %g",
                                  fmax(fabs(o->from[j]), fabs(o->to[j])), s->side / 2);
    for (int i = 0; i < s->hbar.n; i++) {
        const kl_filter filter = trotter_filter(s, k, s->hbar.v[i]);
        const double points = pow((double)filter.sites, s->dimension);
        if (points > 1e9)
            return kl_config_fail(root, "hbar", err,
                                  "%g is not allowed: the grid of a kernel that it wants, "
                                  "%lld^%d, takes %.3g GB",
                                  s->hbar.v[i], (long long)filter.sites, s->dimension,
                                  1e-9 * kl_filter_bytes(s->dimension, filter.sites, 1));
    }
    return KL_OK;
}

static bool at_most_quadratic(const kl_smooth *f)
{
    for (int t = 0; t < f->sum.nterms; t++)
        if (f->sum.term[t].power[0] + f->sum.term[t].power[1] + f->sum.term[t].power[2] > 2)
            return false;
    return f->sum.nwaves == 0 && f->ngaussians == 0;
}

static kl_status name_quantities(trotter *s, kl_error *err)
{
    KL_TRY(kl_alloc(2 * (size_t)s->n, sizeof *s->quantity, "quantities", &s->quantity, err));
    KL_TRY(kl_alloc(2 * (size_t)s->n, sizeof *s->of, "quantities", &s->of, err));
    for (int k = 0; k < s->n; k++)
        for (int part = 0; part < (s->observable[k].kind == TROTTER_KERNEL ? 2 : 1); part++) {
            kl_quantity *q = &s->quantity[s->nquantities];
            snprintf(q->observable, KL_NAME, "%s", s->observable[k].name);
            snprintf(q->part, sizeof q->part, "%s", part ? "im" : "re");
            s->of[s->nquantities++] = k;
        }
    return KL_OK;
}

static kl_status make_derived(trotter *s, kl_error *err)
{
    const size_t all = (size_t)(s->times.n * s->n);
    KL_TRY(kl_alloc((size_t)s->n, sizeof *s->derived, "kernels", &s->derived, err));
    KL_TRY(kl_alloc(all, sizeof *s->paths, "kernels", &s->paths, err));
    for (int k = 0; k < s->n; k++)
        if (s->observable[k].kind == TROTTER_KERNEL)
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

/* The start of psi and its grids. */
static kl_status read_states(trotter *s, kl_node *root, kl_error *err)
{
    const kl_liouville l = {.potential = &s->potential,
                            .npackets = s->start.n,
                            .packet = s->start.packet,
                            .ntimes = s->times.n,
                            .times = s->times.value,
                            .nobservables = s->nwindows,
                            .observable = s->window};
    const kl_box_problem problem = {root, &l, s->side, s->tolerance, "hbar", 11};
    KL_TRY(kl_alloc((size_t)s->hbar.n, sizeof *s->box, "points", &s->box, err));
    for (int i = 0; i < s->hbar.n; i++)
        KL_TRY(kl_box_point_make(&problem, s->hbar.v[i], 0, &s->warnings, &s->box[i], err));
    return KL_OK;
}

static kl_status read_potential(trotter *s, kl_node *root, kl_error *err)
{
    struct {
        kl_node *node;
    } map;
    KL_TRY(kl_keys_potential(root, s->dimension, 16, 1e-8, &s->potential, err));
    KL_TRY(kl_config_read(root, kl_potential_map, &map, err));
    if (kl_config_has(map.node, "file"))
        return kl_config_fail(map.node, "file", err, "is not allowed: goes with a box");
    s->affine = at_most_quadratic(&s->potential);
    return KL_OK;
}

static kl_status read_observables(trotter *s, kl_node *root, const kl_nodes *nodes, kl_error *err)
{
    s->n = nodes->n;
    KL_TRY(kl_alloc((size_t)s->n, sizeof *s->observable, "observables", &s->observable, err));
    KL_TRY(kl_alloc((size_t)s->n, sizeof *s->window, "observables", &s->window, err));
    for (int k = 0; k < s->n; k++) {
        KL_TRY(read_observable(s, nodes->v[k], &s->observable[k], err));
        if (s->observable[k].kind == TROTTER_KERNEL)
            KL_TRY(check_kernel(s, k, root, nodes->v[k], err));
    }
    KL_TRY(kl_config_distinct(nodes, "name", err));
    if (s->states && s->side == 0)
        return kl_config_fail(root, "box", err, "is missing: observables of psi need it");
    if (s->states || kl_config_has(root, "initial"))
        KL_TRY(kl_keys_wkb(root, s->dimension, &s->start, err));
    return s->states ? read_states(s, root, err) : KL_OK;
}

kl_status trotter_read(trotter *s, kl_node *root, kl_error *err)
{
    top_keys keys = {0};
    KL_TRY(kl_config_read(root, trotter_table, &keys, err));
    s->dimension = (int)keys.dimension;
    s->hbar = keys.hbar;
    s->slices = keys.slices;
    s->strang = keys.product == 1;
    s->energy = keys.energy;
    s->side = keys.box;
    s->tolerance = keys.tolerance;
    KL_TRY(read_potential(s, root, err));
    if (s->times.value[0] <= 0)
        return kl_config_fail(root, "times", err, "%g is not allowed: must be above 0",
                              s->times.value[0]);
    KL_TRY(read_observables(s, root, &keys.observables, err));
    KL_TRY(name_quantities(s, err));
    KL_TRY(make_derived(s, err));
    return make_points(s, err);
}
