/* The keys of an `anderson` study (docs/study.md) and what follows from them. */
#include "systems/anderson/anderson_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- the reference ---- */

typedef struct boltzmann_keys {
    double tolerance;
    int reference, space;
} boltzmann_keys;

static const char *const references[] = {"solve", "none", NULL};
static const char *const spaces[] = {"torus", "infinite", "both", NULL};
static const kl_key boltzmann_table[] = {
    {.name = "tolerance",
     KL_REAL_AT(boltzmann_keys, tolerance),
     KL_RANGE(1e-12, 0.1),
     .fallback = "1.0e-8",
     .doc = "absolute error of each <J,F_T>"},
    {.name = "reference",
     KL_CHOICE_AT(boltzmann_keys, reference, references),
     .fallback = "solve",
     .doc = "none: skip it (merge computes it later)"},
    {.name = "space",
     KL_CHOICE_AT(boltzmann_keys, space, spaces),
     .fallback = "torus",
     .doc = "in which the reference is solved: the study's box, all of R^d, or both"},
    {0}};

static const kl_limit torus_limit = {.name = "reference",
                                     .long_name = "kinetic limit",
                                     .fields = true,
                                     .solve = anderson_reference,
                                     .same_as = anderson_same_reference};
static const kl_limit infinite_limit = {.name = "infinite",
                                        .long_name = "kinetic limit in infinite space",
                                        .infinite_size = true,
                                        .solve = anderson_infinite_reference,
                                        .same_as = anderson_same_infinite};

static kl_status read_boltzmann(anderson *a, kl_node *node, kl_error *err)
{
    boltzmann_keys boltzmann;
    KL_TRY(kl_config_read(node, boltzmann_table, &boltzmann, err));
    a->boltzmann_tolerance = boltzmann.tolerance;
    a->torus = boltzmann.space != 1;
    a->infinite = boltzmann.space > 0;
    a->no_limits = a->no_limits || boltzmann.reference != 0;
    if (a->torus && !a->no_limits)
        a->limit[a->description.nlimits++] = torus_limit;
    if (a->infinite && !a->no_limits)
        a->limit[a->description.nlimits++] = infinite_limit;
    a->description.limit = a->limit;
    return KL_OK;
}

/* ---- observables ---- */

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
static const kl_key observable_table[] = {
    {.name = "name",
     KL_STRING_AT(observable_keys, name),
     .flags = KL_REQUIRED,
     .doc = "letters, digits, _ and -"},
    {.name = "position",
     KL_MAP_AT(observable_keys, position),
     .flags = KL_REQUIRED,
     .doc = "a(X)",
     KL_BELOW(position_table, anderson_width_table, anderson_center_table, wave_table)},
    {.name = "momentum",
     KL_MAP_AT(observable_keys, momentum),
     .flags = KL_REQUIRED,
     .doc = "b(V)",
     KL_BELOW(momentum_table)},
    {0}};

static kl_status integer_vector(const anderson *a, const kl_node *node, const char *key,
                                const kl_ints *list, int out[3], kl_error *err)
{
    if (list->n != a->dimension)
        return kl_config_fail(node, key, err,
                              "%d numbers are not allowed: must be %d, the dimension", list->n,
                              (int)a->dimension);
    for (int j = 0; j < list->n; j++)
        out[j] = (int)list->v[j];
    return KL_OK;
}

static kl_status read_position(const anderson *a, kl_node *node, kl_observable *o, kl_error *err)
{
    shape_keys shape = {0};
    wave_keys wave = {0};
    KL_TRY(kl_config_read(node, position_table, &shape, err));
    o->position = (kl_position)shape.shape;
    if (o->position == KL_POSITION_GAUSSIAN) {
        KL_TRY(anderson_read_width(node, &o->width, err));
        KL_TRY(anderson_read_center(a, node, o->center, err));
    }
    if (o->position == KL_POSITION_WAVE) {
        KL_TRY(kl_config_read(node, wave_table, &wave, err));
        KL_TRY(integer_vector(a, node, "wave", &wave.wave, o->wave, err));
    }
    return KL_OK;
}

static kl_status read_momentum(const anderson *a, kl_node *node, kl_symbol *symbol, bool *real,
                               kl_error *err)
{
    momentum_keys keys = {0};
    KL_TRY(kl_config_read(node, momentum_table, &keys, err));
    int given = (keys.mode.n > 0) + (keys.energy > 0) + (keys.velocity > 0);
    if (given != 1)
        return kl_config_fail(node, NULL, err, "must have exactly one of mode, energy, velocity");
    *real = true;
    if (keys.energy)
        return kl_symbol_energy((int)a->dimension, (int)keys.energy, symbol, err);
    if (keys.velocity > a->dimension)
        return kl_config_fail(node, "velocity", err, "%d is not allowed: must be in [1, %d]",
                              (int)keys.velocity, (int)a->dimension);
    if (keys.velocity)
        return kl_symbol_velocity((int)keys.velocity - 1, symbol, err);
    int mode[3] = {0};
    KL_TRY(integer_vector(a, node, "mode", &keys.mode, mode, err));
    *real = mode[0] == 0 && mode[1] == 0 && mode[2] == 0;
    return kl_symbol_mode(mode, symbol, err);
}

static kl_status check_name(const anderson *a, kl_node *node, const char *name, kl_error *err)
{
    KL_TRY(kl_keys_name(node, name, KL_NAME - 9, err));
    for (int q = 0; q < a->description.nquantities; q++)
        if (strcmp(a->quantity[q].observable, name) == 0)
            return kl_config_fail(node, "name", err, "%s comes twice: names must differ", name);
    return KL_OK;
}

/* -L/2 < n <= L/2 on the lattice of every point: beyond, waves and modes alias. */
static kl_status check_fits(const anderson *a, const kl_node *node, const char *what,
                            const int n[3], kl_error *err)
{
    for (int i = 0; i < a->npoints; i++)
        for (int j = 0; j < a->dimension; j++) {
            const int64_t L = a->point[i].sites;
            if (2 * (int64_t)n[j] <= -L || 2 * (int64_t)n[j] > L)
                return kl_config_fail(node, NULL, err,
                                      "%s %d is not allowed on %lld sites: must be in "
                                      "(-sites/2, sites/2]",
                                      what, n[j], (long long)L);
        }
    return KL_OK;
}

static kl_status read_observables(anderson *a, const kl_nodes *nodes, kl_error *err)
{
    a->nobservables = nodes->n;
    const size_t count = (size_t)nodes->n;
    KL_TRY(kl_alloc(count, sizeof *a->observable, "observables", &a->observable, err));
    KL_TRY(kl_alloc(count, sizeof *a->symbol, "observables", &a->symbol, err));
    KL_TRY(kl_alloc(count, sizeof *a->complex_valued, "observables", &a->complex_valued, err));
    KL_TRY(kl_alloc(2 * count, sizeof *a->quantity, "observables", &a->quantity, err));
    for (int k = 0; k < nodes->n; k++) {
        kl_observable *o = &a->observable[k];
        observable_keys keys;
        bool real = false;
        KL_TRY(kl_config_read(nodes->v[k], observable_table, &keys, err));
        KL_TRY(check_name(a, nodes->v[k], keys.name, err));
        KL_TRY(read_position(a, keys.position, o, err));
        KL_TRY(read_momentum(a, keys.momentum, &a->symbol[k], &real, err));
        KL_TRY(check_fits(a, keys.position, "wave", o->wave, err));
        for (int n = 0; n < a->symbol[k].n; n++)
            KL_TRY(check_fits(a, keys.momentum, "mode", a->symbol[k].mode[n], err));
        o->symbol = &a->symbol[k];
        bool wave = o->wave[0] != 0 || o->wave[1] != 0 || o->wave[2] != 0;
        a->complex_valued[k] = !real || wave;
        for (int part = 0; part <= (int)a->complex_valued[k]; part++) {
            kl_quantity *q = &a->quantity[a->description.nquantities++];
            snprintf(q->observable, sizeof q->observable, "%s", keys.name);
            snprintf(q->part, sizeof q->part, "%s", part ? "im" : "re");
        }
    }
    return KL_OK;
}

/* ---- points ---- */

static kl_status read_points(anderson *a, kl_node *root, kl_error *err)
{
    kl_ints distributions;
    KL_TRY(kl_keys_disorders(root, &a->disorder, &distributions, err));
    KL_TRY(kl_keys_points(root, 2, &distributions, &a->points, err));
    a->dimension = a->points.dimension;
    a->npoints = a->points.n;
    a->point = a->points.point;
    a->description.points = kl_lattice_points_describe(&a->points);
    a->description.seed = a->disorder.seed;
    return KL_OK;
}

kl_propagation_setup anderson_setup(const anderson *a, int point)
{
    const kl_lattice_point *p = &a->point[point];
    return (kl_propagation_setup){.dimension = (int)a->dimension,
                                  .sites = p->sites,
                                  .eta = p->eta,
                                  .times = a->times,
                                  .unit = p->unit,
                                  .propagator = a->propagator};
}

static double worst_rounding(const anderson *a, kl_precision precision)
{
    double worst = 0;
    for (int i = 0; i < a->npoints; i++) {
        kl_propagation_setup setup = anderson_setup(a, i);
        setup.propagator.precision = precision;
        worst = fmax(worst, kl_propagation_rounding(&setup));
    }
    return worst;
}

static kl_status check_tolerance(const anderson *a, kl_node *root, kl_error *err)
{
    return kl_keys_tolerance(root, &a->propagator, worst_rounding(a, a->propagator.precision), err);
}

/* A hundredth and a tenth, or what can be reached; a third at least, or the difference
 * would say nothing. */
int anderson_finer(const void *self, char text[][128], int most)
{
    const anderson *a = self;
    const double evolution =
        fmax(a->propagator.tolerance / 100, 2.01 * worst_rounding(a, KL_DOUBLE));
    const double limit = fmax(a->boltzmann_tolerance / 10, 1e-12);
    if (most < 4 || evolution > a->propagator.tolerance / 3 || limit > a->boltzmann_tolerance / 3)
        return 0;
    snprintf(text[0], 128, "propagator.precision=double");
    snprintf(text[1], 128, "propagator.tolerance=%.17g", evolution);
    snprintf(text[2], 128, "boltzmann.tolerance=%.17g", limit);
    if (!a->torus)
        return 3;
    snprintf(text[3], 128, "boltzmann.space=torus"); /* in infinite space it is not needed */
    return 4;
}

typedef struct top_keys {
    kl_node *initial, *boltzmann;
    kl_nodes observables;
} top_keys;

static const kl_key top_table[] = {{.name = "initial",
                                    KL_MAP_AT(top_keys, initial),
                                    .flags = KL_REQUIRED,
                                    .doc = "the initial state",
                                    .below = anderson_initial_tables},
                                   {.name = "observables",
                                    KL_MAPS_AT(top_keys, observables),
                                    .flags = KL_REQUIRED,
                                    .doc = "what is measured",
                                    KL_BELOW(observable_table)},
                                   {.name = "boltzmann",
                                    KL_MAP_AT(top_keys, boltzmann),
                                    .flags = KL_FREE,
                                    .fallback = "{}",
                                    .doc = "the reference",
                                    KL_BELOW(boltzmann_table)},
                                   {0}};

const kl_key *const anderson_keys[] = {
    kl_points_table,   kl_disorders_map, top_table, anderson_fields_table,
    kl_propagator_map, kl_machine_table, NULL};

static kl_status configure(anderson *a, kl_node *root, kl_error *err)
{
    top_keys top = {0};
    KL_TRY(read_points(a, root, err));
    KL_TRY(kl_config_read(root, top_table, &top, err));
    KL_TRY(kl_keys_propagator(root, &a->propagator, err));
    KL_TRY(read_boltzmann(a, top.boltzmann, err));
    KL_TRY(anderson_read_initial(a, top.initial, err));
    KL_TRY(read_observables(a, &top.observables, err));
    KL_TRY(anderson_read_fields(a, root, err));
    KL_TRY(anderson_check_initial(a, root, err));
    anderson_warn_of_box(a);
    anderson_warn_of_concentration(a);
    return check_tolerance(a, root, err);
}

kl_status anderson_open(kl_node *root, const kl_stations *stations, bool no_limits, void **self,
                        kl_error *err)
{
    static const char *const checks[CHECKS] = {"norm_drift", "energy_drift"};
    static const kl_constant constants[] = {{.name = "concentration", .rated = true},
                                            {.name = "concentration_peak", .rated = true}};
    anderson *a;
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *a, "study", &a, err));
    a->times = *stations;
    a->no_limits = no_limits;
    a->description = (kl_description){.nchecks = CHECKS,
                                      .check = checks,
                                      .nconstants = 2,
                                      .constant = constants,
                                      .random = true,
                                      .proven_moments = 1. / 300};
    *self = a;
    kl_status status = configure(a, root, err);
    a->description.quantity = a->quantity;
    if (status != KL_OK)
        anderson_close(self);
    return status;
}

void anderson_close(void **self)
{
    anderson *a = *self;
    if (!a)
        return;
    for (int k = 0; a->symbol && k < a->nobservables; k++)
        kl_symbol_destroy(&a->symbol[k]);
    free(a->symbol);
    free(a->observable);
    anderson_free_initial(a);
    free(a->complex_valued);
    free(a->field);
    free((void *)a->description.field);
    kl_lattice_points_free(&a->points);
    free(a->quantity);
    free(a->description.warning);
    free(a);
    *self = NULL;
}
