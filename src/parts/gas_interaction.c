#include "parts/gas_interaction.h"

#include "parts/plain_keys.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct shape_keys {
    kl_ints at;
    double value;
} shape_keys;
static const kl_key shape_table[] = {{.name = "at",
                                      KL_INTS_AT(shape_keys, at),
                                      .flags = KL_REQUIRED,
                                      KL_RANGE(-1e6, 1e6),
                                      .doc = "x, as many numbers as the dimension"},
                                     {.name = "value",
                                      KL_REAL_AT(shape_keys, value),
                                      .flags = KL_REQUIRED,
                                      KL_RANGE(-1e6, 1e6),
                                      .doc = "v(x) = v(-x)"},
                                     {0}};

typedef struct interaction_keys {
    kl_reals strength;
    double per_eta2;
    kl_nodes shape;
} interaction_keys;
static const kl_key interaction_table[] = {{.name = "strength",
                                            KL_REALS_AT(interaction_keys, strength),
                                            KL_RANGE(-1e6, 1e6),
                                            .one_of = "lambda",
                                            .doc = "lambda, of either sign; one, or one per eta"},
                                           {.name = "per_eta2",
                                            KL_REAL_AT(interaction_keys, per_eta2),
                                            KL_RANGE(-1e6, 1e6),
                                            .one_of = "lambda",
                                            .doc = "lambda over eta^2, in the place of strength"},
                                           {.name = "shape",
                                            KL_MAPS_AT(interaction_keys, shape),
                                            .flags = KL_REQUIRED,
                                            .doc = "v(x): both x and -x, or one of them",
                                            KL_BELOW(shape_table)},
                                           {0}};
typedef struct top_keys {
    kl_node *interaction;
} top_keys;
const kl_key kl_gas_interaction_map[] = {{.name = "interaction",
                                          KL_MAP_AT(top_keys, interaction),
                                          .flags = KL_REQUIRED,
                                          .doc = "of the fermions",
                                          KL_BELOW(interaction_table)},
                                         {0}};

/* Index of x (sign 1) or -x (sign -1) among those known; -1: none. */
static int find(const kl_gas_interaction *v, const int x[3], int sign)
{
    for (int i = 0; i < v->n; i++)
        if (v->at[i][0] == sign * x[0] && v->at[i][1] == sign * x[1] && v->at[i][2] == sign * x[2])
            return i;
    return -1;
}

static kl_status read_site(kl_node *node, const kl_lattice_points *points, int x[3], double *value,
                           kl_error *err)
{
    shape_keys keys = {0};
    KL_TRY(kl_config_read(node, shape_table, &keys, err));
    KL_TRY(kl_keys_integers(node, "at", &keys.at, points->dimension, x, err));
    *value = keys.value;
    for (int i = 0; i < points->n; i++)
        for (int j = 0; j < 3; j++)
            if (2 * (int64_t)abs(x[j]) >= points->point[i].sites)
                return kl_config_fail(node, "at", err,
                                      "%d is not allowed on %lld sites: must be less than half",
                                      x[j], (long long)points->point[i].sites);
    return KL_OK;
}

/* given[i]: 1 if x_i has been given, 2 if -x_i. */
static kl_status add(kl_node *node, const kl_lattice_points *points, int *given,
                     kl_gas_interaction *out, kl_error *err)
{
    int x[3] = {0};
    double value;
    KL_TRY(read_site(node, points, x, &value, err));
    const int same = find(out, x, 1), other = find(out, x, -1);
    int i = same >= 0 ? same : other;
    const int bit = same >= 0 ? 1 : 2;
    if (i < 0 && out->n == KL_MOST_RANGE)
        return kl_config_fail(
            node, NULL, err, "is one too many: must be at most %d, one of x and -x", KL_MOST_RANGE);
    if (i < 0) {
        i = out->n++;
        memcpy(out->at[i], x, sizeof x);
    } else if (given[i] & bit) {
        return kl_config_fail(node, "at", err, "comes twice");
    } else if (given[i] && out->value[i] != value) {
        return kl_config_fail(node, "value", err,
                              "%g is not allowed: must be %g, v(-x), for v is even", value,
                              out->value[i]);
    }
    out->value[i] = value;
    given[i] |= same < 0 && other < 0 ? 1 : bit;
    return KL_OK;
}

static kl_status read_strength(kl_node *node, const interaction_keys *keys,
                               const kl_lattice_points *points, kl_gas_interaction *out,
                               kl_error *err)
{
    const bool has = kl_config_has(node, "per_eta2");
    if ((keys->strength.n > 0) == has)
        return kl_config_fail(node, NULL, err, "must have exactly one of strength, per_eta2");
    if (keys->strength.n > 1 && keys->strength.n != points->n)
        return kl_config_fail(node, "strength", err,
                              "%d numbers are not allowed: must be 1 or %d, one per eta",
                              keys->strength.n, points->n);
    out->strength = keys->strength;
    out->per_eta2 = keys->per_eta2;
    return KL_OK;
}

kl_status kl_gas_interaction_read(kl_node *root, const kl_lattice_points *points,
                                  kl_gas_interaction *out, kl_error *err)
{
    top_keys top;
    interaction_keys keys = {0};
    int given[KL_MOST_RANGE] = {0};
    KL_TRY(kl_config_read(root, kl_gas_interaction_map, &top, err));
    KL_TRY(kl_config_read(top.interaction, interaction_table, &keys, err));
    *out = (kl_gas_interaction){.n = 1};
    KL_TRY(read_strength(top.interaction, &keys, points, out, err));
    for (int i = 0; i < keys.shape.n; i++)
        KL_TRY(add(keys.shape.v[i], points, given, out, err));
    return KL_OK;
}

double kl_gas_interaction_strength(const kl_gas_interaction *v, const kl_lattice_points *points,
                                   int point)
{
    if (v->strength.n == 0)
        return v->per_eta2 * points->point[point].eta * points->point[point].eta;
    return v->strength.v[v->strength.n == 1 ? 0 : point];
}

kl_interaction kl_gas_interaction_kinetic(const kl_gas_interaction *v)
{
    return (kl_interaction){v->n, (const int(*)[3])v->at, v->value};
}
