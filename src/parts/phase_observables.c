#include "parts/phase_observables.h"

#include "base/memory.h"
#include "continuum/weyl.h"
#include "parts/plain_keys.h"

#include <math.h>
#include <stdlib.h>

typedef struct window_keys {
    int shape;
    kl_ints power;
    kl_reals low, high;
} window_keys;
static const char *const shapes[] = {[KL_WINDOW_UNIFORM] = "uniform",
                                     [KL_WINDOW_GAUSSIAN] = "gaussian",
                                     [KL_WINDOW_POWER] = "power", /* not a word of the key */
                                     NULL};
static const char *const words[] = {"uniform", "gaussian", "box", NULL};
static const kl_window_shape shape_of[] = {KL_WINDOW_UNIFORM, KL_WINDOW_GAUSSIAN, KL_WINDOW_BOX};

static const kl_key shape_table[] = {
    {.name = "shape",
     KL_CHOICE_AT(window_keys, shape, words),
     .flags = KL_REQUIRED,
     .one_of = "window",
     .doc = "gaussian: exp(-|x-center|^2/(2 width^2)); box: 1 from low to high, else 0"},
    {0}};
static const kl_key power_table[] = {{.name = "power",
                                      KL_INTS_AT(window_keys, power),
                                      .flags = KL_REQUIRED,
                                      KL_RANGE(0, KL_MOST_DEGREE),
                                      .one_of = "window",
                                      .doc = "n of prod_j x_j^n_j, instead of shape"},
                                     {0}};
static const kl_key box_table[] = {{.name = "low",
                                    KL_REALS_AT(window_keys, low),
                                    .flags = KL_REQUIRED,
                                    KL_RANGE(-1e6, 1e6),
                                    .when = "shape=box",
                                    .doc = "lower ends, one number an axis"},
                                   {.name = "high",
                                    KL_REALS_AT(window_keys, high),
                                    .flags = KL_REQUIRED,
                                    KL_RANGE(-1e6, 1e6),
                                    .when = "shape=box",
                                    .doc = "upper ends"},
                                   {0}};

typedef struct entry_keys {
    const char *name;
    kl_node *position, *momentum;
    bool energy;
} entry_keys;
static const kl_key name_table[] = {{.name = "name",
                                     KL_STRING_AT(entry_keys, name),
                                     .flags = KL_REQUIRED,
                                     .doc = "1 to 40 letters, digits, _ or -"},
                                    {0}};
const kl_key kl_phase_observable_table[] = {
    {.name = "energy",
     KL_BOOL_AT(entry_keys, energy),
     .fallback = "false",
     .doc = "true: p^2/2 + V(x), instead of position and momentum"},
    {.name = "position",
     KL_MAP_AT(entry_keys, position),
     .fallback = "{shape: uniform}",
     .doc = "a(x)",
     KL_BELOW(shape_table, kl_width_table, kl_center_table, box_table, power_table)},
    {.name = "momentum",
     KL_MAP_AT(entry_keys, momentum),
     .fallback = "{shape: uniform}",
     .doc = "b(p)",
     KL_BELOW(shape_table, kl_width_table, kl_center_table, box_table, power_table)},
    {0}};

typedef struct top_keys {
    kl_nodes observables;
} top_keys;
const kl_key kl_phase_observables_table[] = {{.name = "observables",
                                              KL_MAPS_AT(top_keys, observables),
                                              .flags = KL_REQUIRED,
                                              KL_COUNT(1, 100),
                                              .doc = "J(x,p) = a(x) b(p), or the energy",
                                              KL_BELOW(name_table, kl_phase_observable_table)},
                                             {0}};

static kl_status read_box(kl_node *node, const window_keys *keys, int64_t dimension, kl_window *out,
                          kl_error *err)
{
    KL_TRY(kl_keys_vector(node, "low", &keys->low, dimension, out->low, err));
    KL_TRY(kl_keys_vector(node, "high", &keys->high, dimension, out->high, err));
    for (int j = 0; j < dimension; j++)
        if (!(out->low[j] < out->high[j]))
            return kl_config_fail(node, "high", err, "%g is not allowed: must be above low, %g",
                                  out->high[j], out->low[j]);
    return KL_OK;
}

static kl_status read_window(kl_node *node, int64_t dimension, kl_window *out, kl_error *err)
{
    window_keys keys = {0};
    if (kl_config_has(node, "power")) {
        out->shape = KL_WINDOW_POWER;
        KL_TRY(kl_config_read(node, power_table, &keys, err));
        return kl_keys_integers(node, "power", &keys.power, dimension, out->power, err);
    }
    KL_TRY(kl_config_read(node, shape_table, &keys, err));
    out->shape = shape_of[keys.shape];
    if (out->shape == KL_WINDOW_GAUSSIAN) {
        KL_TRY(kl_keys_width(node, &out->width, err));
        return kl_keys_center(node, dimension, out->center, err);
    }
    if (out->shape != KL_WINDOW_BOX)
        return KL_OK;
    KL_TRY(kl_config_read(node, box_table, &keys, err));
    return read_box(node, &keys, dimension, out, err);
}

static kl_status check_widths(kl_node *node, const kl_phase_observable *o, const kl_reals *eps,
                              double side, kl_error *err)
{
    for (int i = 0; i < eps->n; i++) {
        const double least = kl_weyl_least_width(o->x.width, eps->v[i], side);
        if (o->p.width < least)
            return kl_config_fail(node, "momentum.width", err,
                                  "%g is not allowed at eps %g beside the width %g in position: "
                                  "must be at least %.4g (their product at least eps/2)",
                                  o->p.width, eps->v[i], o->x.width, least);
    }
    return KL_OK;
}

static kl_status check(kl_node *node, const kl_phase_observable *o, const kl_reals *eps,
                       double side, kl_error *err)
{
    int degree = 0;
    for (int j = 0; j < 3; j++)
        degree += o->x.power[j] + o->p.power[j];
    if (degree > KL_MOST_DEGREE)
        return kl_config_fail(
            node, o->p.shape == KL_WINDOW_POWER ? "momentum.power" : "position.power", err,
            "degree %d is not allowed: at most %d, of both together", degree, KL_MOST_DEGREE);
    if (!kl_weyl_has(o))
        return kl_config_fail(node,
                              o->x.shape == KL_WINDOW_BOX ? "position.shape" : "momentum.shape",
                              err, "box is not allowed beside %s: goes with uniform",
                              o->x.shape == KL_WINDOW_BOX && o->p.shape == KL_WINDOW_BOX
                                  ? "box"
                                  : shapes[o->x.shape == KL_WINDOW_BOX ? o->p.shape : o->x.shape]);
    if (o->x.shape == KL_WINDOW_GAUSSIAN && o->p.shape == KL_WINDOW_GAUSSIAN)
        return check_widths(node, o, eps, side, err);
    return KL_OK;
}

kl_status kl_keys_phase_observable(kl_node *node, int64_t dimension, const kl_reals *eps,
                                   double side, kl_phase_observable *out, kl_error *err)
{
    const bool given = kl_config_has(node, "position") || kl_config_has(node, "momentum");
    entry_keys keys = {0};
    KL_TRY(kl_config_read(node, kl_phase_observable_table, &keys, err));
    out->energy = keys.energy;
    KL_TRY(read_window(keys.position, dimension, &out->x, err));
    KL_TRY(read_window(keys.momentum, dimension, &out->p, err));
    if (keys.energy && given && (out->x.shape || out->p.shape))
        return kl_config_fail(node, "energy", err, "goes without position and momentum");
    return check(node, out, eps, side, err);
}

kl_status kl_keys_phase_observables(kl_node *root, int64_t dimension, const kl_reals *eps,
                                    double side, kl_phase_observables *out, kl_error *err)
{
    top_keys top;
    *out = (kl_phase_observables){0};
    KL_TRY(kl_config_read(root, kl_phase_observables_table, &top, err));
    const size_t n = (size_t)top.observables.n;
    KL_TRY(kl_alloc(n, sizeof *out->observable, "observables", &out->observable, err));
    KL_TRY(kl_alloc(n, sizeof *out->name, "observables", &out->name, err));
    out->n = (int)n;
    for (int i = 0; i < out->n; i++) {
        kl_node *node = top.observables.v[i];
        entry_keys keys = {0};
        KL_TRY(kl_config_read(node, name_table, &keys, err));
        KL_TRY(kl_keys_name(node, keys.name, 40, err));
        out->name[i] = keys.name;
        KL_TRY(kl_keys_phase_observable(node, dimension, eps, side, &out->observable[i], err));
    }
    return kl_config_distinct(&top.observables, "name", err);
}

void kl_phase_observables_free(kl_phase_observables *observables)
{
    free(observables->observable);
    free(observables->name);
    *observables = (kl_phase_observables){0};
}
