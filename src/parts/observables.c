#include "parts/observables.h"

#include "base/memory.h"
#include "parts/plain_keys.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct shape_keys {
    int shape;
} shape_keys;
static const char *const positions[] = {"gaussian", "uniform", "wave", NULL};
static const kl_key position_table[] = {
    {.name = "shape",
     KL_CHOICE_AT(shape_keys, shape, positions),
     .flags = KL_REQUIRED,
     .doc = "of a(X): gaussian, 1, or a Fourier wave of the torus"},
    {0}};
typedef struct wave_keys {
    kl_ints wave;
} wave_keys;
static const kl_key wave_table[] = {{.name = "wave",
                                     KL_INTS_AT(wave_keys, wave),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE(-1e6, 1e6),
                                     .when = "shape=wave",
                                     .doc = "n of exp(2 pi i n.X/ell)"},
                                    {0}};

typedef struct momentum_keys {
    kl_ints mode;
    int64_t energy, velocity;
} momentum_keys;
static const kl_key momentum_table[] = {{.name = "mode",
                                         KL_INTS_AT(momentum_keys, mode),
                                         KL_RANGE(-1e6, 1e6),
                                         .one_of = "b",
                                         .doc = "m of exp(2 pi i m.V)"},
                                        {.name = "energy",
                                         KL_INT_AT(momentum_keys, energy),
                                         KL_RANGE(1, 8),
                                         .one_of = "b",
                                         .doc = "power of e(V)"},
                                        {.name = "velocity",
                                         KL_INT_AT(momentum_keys, velocity),
                                         KL_RANGE(1, 3),
                                         .one_of = "b",
                                         .doc = "axis, from 1, of v(V)"},
                                        {0}};

typedef struct observable_keys {
    const char *name;
    kl_node *position, *momentum;
} observable_keys;
static const kl_key name_table[] = {{.name = "name",
                                     KL_STRING_AT(observable_keys, name),
                                     .flags = KL_REQUIRED,
                                     .doc = "letters, digits, _ and -"},
                                    {0}};
static const kl_key observable_table[] = {
    {.name = "position",
     KL_MAP_AT(observable_keys, position),
     .flags = KL_REQUIRED,
     .doc = "a(X)",
     KL_BELOW(position_table, kl_width_table, kl_center_table, wave_table)},
    {.name = "momentum",
     KL_MAP_AT(observable_keys, momentum),
     .flags = KL_REQUIRED,
     .doc = "b(V)",
     KL_BELOW(momentum_table)},
    {0}};

/* Of a gas: what is not asked of the position is summed over. */
static const kl_key gas_table[] = {
    {.name = "position",
     KL_MAP_AT(observable_keys, position),
     .doc = "a(X); default: uniform",
     KL_BELOW(position_table, kl_width_table, kl_center_table, wave_table)},
    {.name = "momentum",
     KL_MAP_AT(observable_keys, momentum),
     .flags = KL_REQUIRED,
     .doc = "b(V)",
     KL_BELOW(momentum_table)},
    {0}};

typedef struct top_keys {
    kl_nodes observables;
} top_keys;
const kl_key kl_gas_observables_table[] = {{.name = "observables",
                                            KL_MAPS_AT(top_keys, observables),
                                            .flags = KL_REQUIRED,
                                            .doc = "what is measured",
                                            KL_BELOW(name_table, gas_table)},
                                           {0}};
const kl_key kl_observables_table[] = {{.name = "observables",
                                        KL_MAPS_AT(top_keys, observables),
                                        .flags = KL_REQUIRED,
                                        .doc = "what is measured",
                                        KL_BELOW(name_table, observable_table)},
                                       {0}};

static kl_status read_position(int64_t dimension, kl_node *node, kl_observable *o, kl_error *err)
{
    shape_keys shape = {0};
    wave_keys wave = {0};
    KL_TRY(kl_config_read(node, position_table, &shape, err));
    o->position = (kl_position)shape.shape;
    if (o->position == KL_POSITION_GAUSSIAN) {
        KL_TRY(kl_keys_width(node, &o->width, err));
        KL_TRY(kl_keys_center(node, dimension, o->center, err));
    }
    if (o->position == KL_POSITION_WAVE) {
        KL_TRY(kl_config_read(node, wave_table, &wave, err));
        KL_TRY(kl_keys_integers(node, "wave", &wave.wave, dimension, o->wave, err));
    }
    return KL_OK;
}

/* The symbol of the dispersion hopping * e(V), whose `power` it has. */
static void scale(kl_symbol *symbol, double hopping, int power)
{
    for (int n = 0; n < symbol->n; n++)
        for (int i = 0; i < power && hopping != 1; i++)
            symbol->coefficient[n] *= hopping;
}

/* e(V)^power has the modes -power to power on an axis. */
static kl_status check_power(const kl_lattice_points *points, const kl_node *node, int64_t power,
                             kl_error *err)
{
    for (int i = 0; i < points->n; i++)
        if (2 * power >= points->point[i].sites)
            return kl_config_fail(node, "energy", err,
                                  "%lld is not allowed on %lld sites: must be below sites/2",
                                  (long long)power, (long long)points->point[i].sites);
    return KL_OK;
}

static kl_status read_momentum(const kl_lattice_points *points, double hopping, kl_node *node,
                               kl_symbol *symbol, bool *real, kl_error *err)
{
    const int64_t dimension = points->dimension;
    momentum_keys keys = {0};
    KL_TRY(kl_config_read(node, momentum_table, &keys, err));
    int given = (keys.mode.n > 0) + (keys.energy > 0) + (keys.velocity > 0);
    if (given != 1)
        return kl_config_fail(node, NULL, err, "must have exactly one of mode, energy, velocity");
    *real = true;
    if (keys.energy) {
        KL_TRY(check_power(points, node, keys.energy, err));
        KL_TRY(kl_symbol_energy((int)dimension, (int)keys.energy, symbol, err));
        scale(symbol, hopping, (int)keys.energy);
        return KL_OK;
    }
    if (keys.velocity > dimension)
        return kl_config_fail(node, "velocity", err, "%d is not allowed: must be in [1, %d]",
                              (int)keys.velocity, (int)dimension);
    if (keys.velocity) {
        KL_TRY(kl_symbol_velocity((int)keys.velocity - 1, symbol, err));
        scale(symbol, hopping, 1);
        return KL_OK;
    }
    int mode[3] = {0};
    KL_TRY(kl_keys_integers(node, "mode", &keys.mode, dimension, mode, err));
    *real = mode[0] == 0 && mode[1] == 0 && mode[2] == 0;
    return kl_symbol_mode(mode, symbol, err);
}

/* -L/2 < n <= L/2 on the lattice of every point: beyond, waves and modes alias. */
static kl_status check_fits(const kl_lattice_points *points, const kl_node *node, const char *what,
                            const int n[3], kl_error *err)
{
    for (int i = 0; i < points->n; i++)
        for (int j = 0; j < points->dimension; j++) {
            const int64_t L = points->point[i].sites;
            if (2 * (int64_t)n[j] <= -L || 2 * (int64_t)n[j] > L)
                return kl_config_fail(node, NULL, err,
                                      "%s %d is not allowed on %lld sites: must be in "
                                      "(-sites/2, sites/2]",
                                      what, n[j], (long long)L);
        }
    return KL_OK;
}

/* By one of the two tables. */
static kl_status read_observable(kl_node *node, const kl_key *keys_of, double hopping,
                                 const kl_lattice_points *points, kl_observable *out,
                                 kl_symbol *symbol, bool *complex_valued, kl_error *err)
{
    observable_keys keys = {0};
    bool real = false;
    KL_TRY(kl_config_read(node, keys_of, &keys, err));
    out->position = KL_POSITION_UNIFORM;
    if (keys.position) {
        KL_TRY(read_position(points->dimension, keys.position, out, err));
        KL_TRY(check_fits(points, keys.position, "wave", out->wave, err));
    }
    KL_TRY(read_momentum(points, hopping, keys.momentum, symbol, &real, err));
    for (int n = 0; n < symbol->n; n++)
        KL_TRY(check_fits(points, keys.momentum, "mode", symbol->mode[n], err));
    out->symbol = symbol;
    *complex_valued = !real || out->wave[0] != 0 || out->wave[1] != 0 || out->wave[2] != 0;
    return KL_OK;
}

kl_status kl_keys_observable(kl_node *node, const kl_lattice_points *points, kl_observable *out,
                             kl_symbol *symbol, bool *complex_valued, kl_error *err)
{
    return read_observable(node, observable_table, 1, points, out, symbol, complex_valued, err);
}

typedef struct one_key {
    kl_node *observable;
} one_key;
const kl_key kl_observable_map[] = {{.name = "observable",
                                     KL_MAP_AT(one_key, observable),
                                     .flags = KL_REQUIRED,
                                     .doc = "J(X,V) = a(X) b(V)",
                                     KL_BELOW(observable_table)},
                                    {0}};

kl_status kl_keys_one_observable(kl_node *root, const kl_lattice_points *points, kl_observable *out,
                                 kl_symbol *symbol, bool *complex_valued, kl_error *err)
{
    one_key key;
    KL_TRY(kl_config_read(root, kl_observable_map, &key, err));
    return kl_keys_observable(key.observable, points, out, symbol, complex_valued, err);
}

static kl_status read_name(kl_node *node, const char **name, kl_error *err)
{
    observable_keys keys;
    KL_TRY(kl_config_read(node, name_table, &keys, err));
    *name = keys.name;
    return kl_keys_name(node, keys.name, KL_NAME - 9, err);
}

static kl_status allocate(kl_observables *out, kl_error *err)
{
    const size_t n = (size_t)out->n;
    KL_TRY(kl_alloc(n, sizeof *out->observable, "observables", &out->observable, err));
    KL_TRY(kl_alloc(n, sizeof *out->symbol, "observables", &out->symbol, err));
    KL_TRY(kl_alloc(n, sizeof *out->complex_valued, "observables", &out->complex_valued, err));
    KL_TRY(kl_alloc(n, sizeof *out->first, "observables", &out->first, err));
    KL_TRY(kl_alloc(2 * n, sizeof *out->of, "observables", &out->of, err));
    return kl_alloc(2 * n, sizeof *out->quantity, "observables", &out->quantity, err);
}

/* The quantities of observable k. */
static void add_quantities(kl_observables *out, int k, const char *name)
{
    out->first[k] = out->nquantities;
    for (int part = 0; part <= (int)out->complex_valued[k]; part++) {
        out->of[out->nquantities] = k;
        kl_quantity *q = &out->quantity[out->nquantities++];
        snprintf(q->observable, sizeof q->observable, "%s", name);
        snprintf(q->part, sizeof q->part, "%s", part ? "im" : "re");
    }
}

static kl_status read_all(kl_node *root, const kl_key *top_table, const kl_key *keys_of,
                          double hopping, const kl_lattice_points *points, kl_observables *out,
                          kl_error *err)
{
    top_keys top = {0};
    KL_TRY(kl_config_read(root, top_table, &top, err));
    *out = (kl_observables){.n = top.observables.n};
    KL_TRY(allocate(out, err));
    for (int k = 0; k < out->n; k++) {
        const char *name;
        kl_node *node = top.observables.v[k];
        KL_TRY(read_name(node, &name, err));
        KL_TRY(read_observable(node, keys_of, hopping, points, &out->observable[k], &out->symbol[k],
                               &out->complex_valued[k], err));
        add_quantities(out, k, name);
    }
    return kl_config_distinct(&top.observables, "name", err);
}

kl_status kl_observables_read(kl_node *root, const kl_lattice_points *points, kl_observables *out,
                              kl_error *err)
{
    return read_all(root, kl_observables_table, observable_table, 1, points, out, err);
}

kl_status kl_gas_observables_read(kl_node *root, const kl_lattice_points *points, double hopping,
                                  kl_observables *out, kl_error *err)
{
    return read_all(root, kl_gas_observables_table, gas_table, hopping, points, out, err);
}

void kl_observables_free(kl_observables *observables)
{
    for (int k = 0; observables->symbol && k < observables->n; k++)
        kl_symbol_destroy(&observables->symbol[k]);
    free(observables->symbol);
    free(observables->observable);
    free(observables->complex_valued);
    free(observables->quantity);
    free(observables->first);
    free(observables->of);
    *observables = (kl_observables){0};
}

int kl_observables_of(const kl_observables *observables, int quantity)
{
    return observables->of[quantity];
}

const char *kl_observables_name(const kl_observables *observables, int k)
{
    return observables->quantity[observables->first[k]].observable;
}

double kl_observables_bound(const kl_observables *observables, int k)
{
    const kl_symbol *s = &observables->symbol[k];
    double bound = 0;
    for (int i = 0; i < s->n; i++)
        bound += cabs(s->coefficient[i]);
    return bound;
}

kl_status kl_observables_measure(const kl_observables *observables, kl_wigner *pairing,
                                 const kl_state *psi, complex double *value, double *quantity,
                                 double *norm, double *hop, kl_error *err)
{
    int q = 0;
    KL_TRY(kl_wigner_evaluate(pairing, psi, value, norm, hop, NULL, err));
    for (int k = 0; k < observables->n; k++) {
        quantity[q++] = creal(value[k]);
        if (observables->complex_valued[k])
            quantity[q++] = cimag(value[k]);
    }
    return KL_OK;
}
