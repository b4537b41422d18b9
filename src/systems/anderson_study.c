/* The keys of an `anderson` study (docs/study.md) and what follows from them. */
#include "systems/anderson_private.h"

#include "base/memory.h"
#include "dynamics/chebyshev.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct top_keys {
    int64_t dimension;
    kl_reals eta, box;
    kl_ints sites;
    kl_node *initial, *disorder, *propagator, *boltzmann;
    kl_nodes observables;
} top_keys;

#define AT(type, field) offsetof(type, field)

static const kl_key top_table[] = {
    {"dimension", KL_KEY_INT, AT(top_keys, dimension), KL_REQUIRED | KL_RANGED, 1, 3, 0, 0, NULL, NULL,
     "of the lattice: 1, 2 or 3"},
    {"eta", KL_KEY_REALS, AT(top_keys, eta), KL_REQUIRED | KL_RANGED | KL_LOW_OPEN | KL_DISTINCT, 0, 2,
     0, 0, NULL, NULL, "strengths of disorder, one point each"},
    {"box", KL_KEY_REALS, AT(top_keys, box), KL_RANGED | KL_LOW_OPEN | KL_DISTINCT, 0, 1e6, 0, 0, NULL,
     NULL, "macroscopic side(s); sites = round(box/eta^2)"},
    {"sites", KL_KEY_INTS, AT(top_keys, sites), KL_RANGED, 4, 1e9, 0, 0, NULL, NULL,
     "lattice sites per side, one entry per eta, instead of box"},
    {"initial", KL_KEY_MAP, AT(top_keys, initial), KL_REQUIRED, 0, 0, 0, 0, NULL, NULL,
     "the initial state"},
    {"disorder", KL_KEY_MAP, AT(top_keys, disorder), 0, 0, 0, 0, 0, NULL, "{}", "the potential"},
    {"observables", KL_KEY_MAPS, AT(top_keys, observables), KL_REQUIRED, 0, 0, 0, 0, NULL, NULL,
     "what is measured"},
    {"propagator", KL_KEY_MAP, AT(top_keys, propagator), 0, 0, 0, 0, 0, NULL, "{}", "time evolution"},
    {"boltzmann", KL_KEY_MAP, AT(top_keys, boltzmann), 0, 0, 0, 0, 0, NULL, "{}", "the reference"},
    {0}};

/* ---- disorder, propagator, reference ---- */

typedef struct disorder_keys {
    int distribution;
    uint64_t seed;
} disorder_keys;

static const kl_key disorder_table[] = {
    {"distribution", KL_KEY_CHOICE, AT(disorder_keys, distribution), 0, 0, 0, 0, 0,
     kl_distribution_names, "gaussian", "of omega_x, mean 0 and variance 1"},
    {"seed", KL_KEY_UINT64, AT(disorder_keys, seed), 0, 0, 0, 0, 0, NULL, "1", "below 2^64"},
    {0}};

typedef struct propagator_keys {
    int method, precision;
    double tolerance;
} propagator_keys;

static const char *const methods[] = {"chebyshev", "strang", "fourth_order", NULL};
static const char *const precisions[] = {"single", "double", NULL};
static const kl_key propagator_table[] = {
    {"method", KL_KEY_CHOICE, AT(propagator_keys, method), 0, 0, 0, 0, 0, methods, "chebyshev",
     "of time evolution"},
    {"precision", KL_KEY_CHOICE, AT(propagator_keys, precision), 0, 0, 0, 0, 0, precisions, "single",
     "of psi"},
    {"tolerance", KL_KEY_REAL, AT(propagator_keys, tolerance), KL_RANGED | KL_LOW_OPEN, 0, 0.1, 0, 0,
     NULL, "1.0e-5", "relative l2 error of psi_t, rounding included"},
    {0}};

typedef struct boltzmann_keys {
    double tolerance;
    int reference;
} boltzmann_keys;

static const char *const references[] = {"solve", "none", NULL};
static const kl_key boltzmann_table[] = {
    {"tolerance", KL_KEY_REAL, AT(boltzmann_keys, tolerance), KL_RANGED, 1e-12, 0.1, 0, 0, NULL,
     "1.0e-8", "absolute error of each <J,F_T>"},
    {"reference", KL_KEY_CHOICE, AT(boltzmann_keys, reference), 0, 0, 0, 0, 0, references, "solve",
     "none: skip it (merge computes it later)"},
    {0}};

static kl_status read_parts(anderson *a, const top_keys *top, kl_error *err)
{
    disorder_keys disorder;
    propagator_keys propagator;
    boltzmann_keys boltzmann;
    KL_TRY(kl_config_read(top->disorder, disorder_table, &disorder, err));
    KL_TRY(kl_config_read(top->propagator, propagator_table, &propagator, err));
    KL_TRY(kl_config_read(top->boltzmann, boltzmann_table, &boltzmann, err));
    a->distribution = (kl_distribution)disorder.distribution;
    a->seed = disorder.seed;
    a->method = (anderson_method)propagator.method;
    a->precision = (kl_precision)propagator.precision;
    a->tolerance = propagator.tolerance;
    a->boltzmann_tolerance = boltzmann.tolerance;
    a->reference = a->reference && boltzmann.reference == 0;
    a->description.no_reference = !a->reference;
    return KL_OK;
}

/* ---- the initial state ---- */

typedef struct initial_keys {
    kl_node *envelope, *phase;
} initial_keys;
static const kl_key initial_table[] = {
    {"envelope", KL_KEY_MAP, AT(initial_keys, envelope), KL_REQUIRED, 0, 0, 0, 0, NULL, NULL,
     "h(X)"},
    {"phase", KL_KEY_MAP, AT(initial_keys, phase), 0, 0, 0, 0, 0, NULL, "{}", "S(X)"},
    {0}};

typedef struct shape_keys {
    int shape;
    double width;
    kl_reals center;
} shape_keys;
static const char *const envelopes[] = {"gaussian", "bump", "uniform", "delta", NULL};
static const kl_key envelope_table[] = {
    {"shape", KL_KEY_CHOICE, AT(shape_keys, shape), KL_REQUIRED, 0, 0, 0, 0, envelopes, NULL,
     "uniform: a plane wave; delta: one site"},
    {0}};
static const kl_key width_table[] = {
    {"width", KL_KEY_REAL, AT(shape_keys, width), KL_REQUIRED | KL_RANGED | KL_LOW_OPEN, 0, 1e6, 0, 0,
     NULL, NULL, "macroscopic"},
    {0}};
static const kl_key center_table[] = {
    {"center", KL_KEY_REALS, AT(shape_keys, center), KL_RANGED, -1e6, 1e6, 0, 0, NULL, NULL,
     "macroscopic; default: the origin"},
    {0}};

typedef struct phase_keys {
    kl_reals momentum, hessian;
} phase_keys;
static const kl_key phase_table[] = {
    {"momentum", KL_KEY_REALS, AT(phase_keys, momentum), KL_RANGED, -1, 1, 0, 0, NULL, NULL,
     "p of S(X) = p.X + X.A.X/2, cycles per site; default: 0"},
    {"hessian", KL_KEY_MATRIX, AT(phase_keys, hessian), KL_RANGED, -1e3, 1e3, 0, 0, NULL, NULL,
     "A, symmetric; default: 0"},
    {0}};

/* Copies a list of `dimension` numbers; an absent list leaves zeros. */
static kl_status vector(const anderson *a, const kl_node *node, const char *key,
                        const kl_reals *list, double out[3], kl_error *err)
{
    memset(out, 0, 3 * sizeof *out);
    if (list->n == 0)
        return KL_OK;
    if (list->n != a->dimension)
        return kl_config_fail(node, key, err, "%d numbers are not allowed: must be %d, the dimension",
                              list->n, (int)a->dimension);
    memcpy(out, list->v, (size_t)list->n * sizeof *out);
    return KL_OK;
}

static kl_status read_phase(anderson *a, kl_node *node, kl_error *err)
{
    phase_keys phase = {0};
    const int d = (int)a->dimension;
    KL_TRY(kl_config_read(node, phase_table, &phase, err));
    KL_TRY(vector(a, node, "momentum", &phase.momentum, a->initial.momentum, err));
    a->linear = true;
    if (phase.hessian.n == 0)
        return KL_OK;
    if (phase.hessian.n != d * d)
        return kl_config_fail(node, "hessian", err, "must be %d x %d numbers, the dimension", d, d);
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++) {
            double value = phase.hessian.v[i * d + j];
            if (value != phase.hessian.v[j * d + i])
                return kl_config_fail(node, "hessian", err, "entries %d,%d and %d,%d differ: must be "
                                      "symmetric", i, j, j, i);
            a->initial.hessian[i][j] = value;
            a->linear = a->linear && value == 0;
        }
    return KL_OK;
}

static kl_status read_initial(anderson *a, kl_node *node, kl_error *err)
{
    initial_keys keys;
    shape_keys shape = {.width = 1};
    KL_TRY(kl_config_read(node, initial_table, &keys, err));
    KL_TRY(kl_config_read(keys.envelope, envelope_table, &shape, err));
    a->initial.envelope = (kl_envelope)shape.shape;
    const bool packet = a->initial.envelope <= KL_ENVELOPE_BUMP;
    if (packet)
        KL_TRY(kl_config_read(keys.envelope, width_table, &shape, err));
    if (packet || a->initial.envelope == KL_ENVELOPE_DELTA)
        KL_TRY(kl_config_read(keys.envelope, center_table, &shape, err));
    a->initial.width = shape.width;
    KL_TRY(vector(a, keys.envelope, "center", &shape.center, a->initial.center, err));
    KL_TRY(read_phase(a, keys.phase, err));
    if (!a->linear && !packet)
        return kl_config_fail(keys.phase, "hessian", err, "goes with the envelopes gaussian and bump only");
    if (a->reference && !a->linear)
        return kl_config_fail(keys.phase, "hessian", err,
                              "the Boltzmann reference for quadratic S is not available yet: set "
                              "boltzmann.reference to none");
    if (a->reference && a->initial.envelope == KL_ENVELOPE_DELTA && a->dimension > 1)
        return kl_config_fail(keys.envelope, "shape", err,
                              "the Boltzmann reference for a delta start is not available yet: set "
                              "boltzmann.reference to none");
    return KL_OK;
}

/* ---- observables ---- */

typedef struct observable_keys {
    const char *name;
    kl_node *position, *momentum;
} observable_keys;
static const kl_key observable_table[] = {
    {"name", KL_KEY_STRING, AT(observable_keys, name), KL_REQUIRED, 0, 0, 0, 0, NULL, NULL,
     "letters, digits, _ and -"},
    {"position", KL_KEY_MAP, AT(observable_keys, position), KL_REQUIRED, 0, 0, 0, 0, NULL, NULL,
     "a(X)"},
    {"momentum", KL_KEY_MAP, AT(observable_keys, momentum), KL_REQUIRED, 0, 0, 0, 0, NULL, NULL,
     "b(V)"},
    {0}};

static const char *const positions[] = {"gaussian", "uniform", "wave", NULL};
static const kl_key position_table[] = {
    {"shape", KL_KEY_CHOICE, AT(shape_keys, shape), KL_REQUIRED, 0, 0, 0, 0, positions, NULL,
     "gaussian, 1, or a Fourier wave of the torus"},
    {0}};
typedef struct wave_keys {
    kl_ints wave;
} wave_keys;
static const kl_key wave_table[] = {
    {"wave", KL_KEY_INTS, AT(wave_keys, wave), KL_REQUIRED | KL_RANGED, -1e6, 1e6, 0, 0, NULL, NULL,
     "n of exp(2 pi i n.X/ell)"},
    {0}};

typedef struct momentum_keys {
    kl_ints mode;
    int64_t energy, velocity;
} momentum_keys;
static const kl_key momentum_table[] = {
    {"mode", KL_KEY_INTS, AT(momentum_keys, mode), KL_RANGED, -1e6, 1e6, 0, 0, NULL, NULL,
     "m of exp(2 pi i m.V)"},
    {"energy", KL_KEY_INT, AT(momentum_keys, energy), KL_RANGED, 1, 8, 0, 0, NULL, NULL,
     "power of e(V)"},
    {"velocity", KL_KEY_INT, AT(momentum_keys, velocity), KL_RANGED, 1, 3, 0, 0, NULL, NULL,
     "axis, from 1, of v(V)"},
    {0}};

static kl_status integer_vector(const anderson *a, const kl_node *node, const char *key,
                                const kl_ints *list, int out[3], kl_error *err)
{
    if (list->n != a->dimension)
        return kl_config_fail(node, key, err, "%d numbers are not allowed: must be %d, the dimension",
                              list->n, (int)a->dimension);
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
        KL_TRY(kl_config_read(node, width_table, &shape, err));
        KL_TRY(kl_config_read(node, center_table, &shape, err));
        o->width = shape.width;
        KL_TRY(vector(a, node, "center", &shape.center, o->center, err));
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
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (name[0] == 0 || strlen(name) >= KL_NAME - 8 || strspn(name, letters) != strlen(name))
        return kl_config_fail(node, "name", err,
                              "%s is not allowed: must be 1 to %d letters, digits, _ or -", name,
                              KL_NAME - 9);
    for (int q = 0; q < a->description.nquantities; q++)
        if (strcmp(a->description.quantity[q].observable, name) == 0)
            return kl_config_fail(node, "name", err, "%s comes twice: names must differ", name);
    return KL_OK;
}

/* Every mode must fit on the smallest lattice: (-L/2, L/2]. */
static kl_status check_modes(const anderson *a, kl_node *node, const kl_symbol *symbol, kl_error *err)
{
    for (int i = 0; i < a->npoints; i++)
        for (int n = 0; n < symbol->n; n++)
            for (int j = 0; j < a->dimension; j++) {
                int64_t m = symbol->mode[n][j], L = a->point[i].sites;
                if (2 * m <= -L || 2 * m > L)
                    return kl_config_fail(node, NULL, err,
                                          "mode %lld is not allowed on %lld sites: must be in "
                                          "(-sites/2, sites/2]",
                                          (long long)m, (long long)L);
            }
    return KL_OK;
}

static kl_status read_observables(anderson *a, const kl_nodes *nodes, kl_error *err)
{
    a->nobservables = nodes->n;
    const size_t n = (size_t)nodes->n;
    KL_TRY(kl_alloc(n, sizeof *a->observable, "observables", &a->observable, err));
    KL_TRY(kl_alloc(n, sizeof *a->symbol, "observables", &a->symbol, err));
    KL_TRY(kl_alloc(n, sizeof *a->complex_valued, "observables", &a->complex_valued, err));
    KL_TRY(kl_alloc(2 * n, sizeof(kl_quantity), "observables", &a->description.quantity, err));
    for (int k = 0; k < nodes->n; k++) {
        kl_observable *o = &a->observable[k];
        observable_keys keys;
        bool real = false;
        KL_TRY(kl_config_read(nodes->v[k], observable_table, &keys, err));
        KL_TRY(check_name(a, nodes->v[k], keys.name, err));
        KL_TRY(read_position(a, keys.position, o, err));
        KL_TRY(read_momentum(a, keys.momentum, &a->symbol[k], &real, err));
        KL_TRY(check_modes(a, keys.momentum, &a->symbol[k], err));
        o->symbol = &a->symbol[k];
        bool wave = o->wave[0] != 0 || o->wave[1] != 0 || o->wave[2] != 0;
        a->complex_valued[k] = !real || wave;
        for (int part = 0; part <= (int)a->complex_valued[k]; part++) {
            kl_quantity *q = &a->description.quantity[a->description.nquantities++];
            snprintf(q->observable, sizeof q->observable, "%s", keys.name);
            snprintf(q->part, sizeof q->part, "%s", part ? "im" : "re");
        }
    }
    return KL_OK;
}

/* ---- points ---- */

static kl_status make_points(anderson *a, kl_node *root, const top_keys *top, kl_error *err)
{
    const int boxes = top->sites.n ? 1 : top->box.n;
    if ((top->sites.n > 0) == (top->box.n > 0))
        return kl_config_fail(root, top->sites.n ? "sites" : NULL, err,
                              "must have exactly one of box and sites");
    if (top->sites.n && top->sites.n != top->eta.n)
        return kl_config_fail(root, "sites", err, "%d entries are not allowed: must be %d, one per eta",
                              top->sites.n, top->eta.n);
    a->npoints = boxes * top->eta.n;
    const size_t n = (size_t)a->npoints;
    KL_TRY(kl_alloc(n, sizeof *a->point, "points", &a->point, err));
    KL_TRY(kl_alloc(3 * n, sizeof *a->columns, "points", &a->columns, err));
    KL_TRY(kl_alloc(n, sizeof *a->description.series, "points", &a->description.series, err));
    for (int i = 0; i < a->npoints; i++) {
        const int e = i / boxes, b = i % boxes;
        const double eta = top->eta.v[e], mu = eta * eta;
        const double sites = top->sites.n ? (double)top->sites.v[e] : round(top->box.v[b] / mu);
        if (sites < 4 || sites > 1e9)
            return kl_config_fail(root, "box", err,
                                  "%g at eta %g makes %g sites: must be in [4, 1e9]", top->box.v[b], eta,
                                  sites);
        a->point[i] = (anderson_point){eta, mu, mu * sites, (int64_t)sites};
        a->columns[3 * i] = eta;
        a->columns[3 * i + 1] = sites;
        a->columns[3 * i + 2] = mu * sites;
        a->description.series[i] = b;
    }
    a->description.npoints = a->npoints;
    a->description.point = a->columns;
    return KL_OK;
}

static kl_status check_envelope(anderson *a, kl_node *root, kl_error *err)
{
    KL_TRY(kl_alloc((size_t)a->npoints, sizeof *a->description.warning, "warnings",
                    &a->description.warning, err));
    for (int i = 0; i < a->npoints && a->initial.envelope <= KL_ENVELOPE_BUMP; i++) {
        double outside = kl_initial_outside(&a->initial, (int)a->dimension, a->point[i].ell);
        if (outside > 1e-3)
            return kl_config_fail(root, kl_config_has(root, "box") ? "box" : "sites", err,
                                  "%.4g is too small for the envelope at eta %g: %.2g of |h|^2 lies "
                                  "outside, at most 1e-3 is allowed",
                                  a->point[i].ell, a->point[i].eta, outside);
        if (outside > 1e-6)
            snprintf(a->description.warning[a->description.nwarnings++], 256,
                     "at eta %g the box %.4g leaves %.2g of |h|^2 outside", a->point[i].eta,
                     a->point[i].ell, outside);
    }
    return KL_OK;
}

double anderson_rounding(const anderson *a, int point)
{
    const anderson_point *p = &a->point[point];
    return kl_chebyshev_rounding(a->precision, 2 * (double)a->dimension + 2 * p->eta,
                                 a->times.t[a->times.n - 1] / p->mu);
}

static kl_status check_tolerance(const anderson *a, kl_node *root, const top_keys *top, kl_error *err)
{
    (void)root;
    double worst = 0;
    for (int i = 0; i < a->npoints; i++)
        worst = fmax(worst, anderson_rounding(a, i));
    if (2 * worst > a->tolerance)
        return kl_config_fail(top->propagator, "tolerance", err,
                              "%.3g cannot be reached in %s precision up to the last time: must be at "
                              "least %.2g%s",
                              a->tolerance, precisions[a->precision], 2 * worst,
                              a->precision == KL_SINGLE ? ", or precision: double" : "");
    return KL_OK;
}

static kl_status configure(anderson *a, kl_node *root, kl_error *err)
{
    top_keys top = {0};
    KL_TRY(kl_config_read(root, top_table, &top, err));
    a->dimension = top.dimension;
    KL_TRY(read_parts(a, &top, err));
    KL_TRY(read_initial(a, top.initial, err));
    KL_TRY(make_points(a, root, &top, err));
    KL_TRY(read_observables(a, &top.observables, err));
    KL_TRY(check_envelope(a, root, err));
    return check_tolerance(a, root, &top, err);
}

kl_status anderson_configure(kl_node *root, const kl_times *times, bool no_reference, void **self,
                             kl_error *err)
{
    static const char *const checks[CHECKS] = {"norm_drift", "energy_drift"};
    static const kl_field_kind fields[FIELDS] = {
        {"density", "1", "density of |psi|^2 along the first axis", "X", "1"}};
    anderson *a;
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *a, "study", &a, err));
    a->times = *times;
    a->reference = !no_reference;
    a->description.nchecks = CHECKS;
    a->description.check = checks;
    a->description.nfields = FIELDS;
    a->description.field = fields;
    *self = a;
    kl_status status = configure(a, root, err);
    if (status != KL_OK)
        anderson_destroy(self);
    return status;
}

void anderson_destroy(void **self)
{
    anderson *a = *self;
    if (!a)
        return;
    for (int k = 0; a->symbol && k < a->nobservables; k++)
        kl_symbol_destroy(&a->symbol[k]);
    free(a->symbol);
    free(a->observable);
    free(a->complex_valued);
    free(a->point);
    free(a->columns);
    free(a->description.series);
    free(a->description.quantity);
    free(a->description.warning);
    free(a);
    *self = NULL;
}

kl_initial anderson_initial(const anderson *a, int point)
{
    kl_initial initial = a->initial;
    initial.mu = a->point[point].mu;
    return initial;
}

int anderson_field_axis(const void *self, int point, int f, double *coordinate)
{
    const anderson *a = self;
    const anderson_point *p = &a->point[point];
    (void)f;
    for (int64_t i = 0; coordinate && i < p->sites; i++)
        coordinate[i] = p->mu * (double)(i - p->sites / 2);
    return (int)p->sites;
}
