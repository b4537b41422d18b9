#include "systems/expansion/expansion.h"

#include "base/memory.h"
#include "systems/expansion/expansion_block.h"
#include "systems/expansion/expansion_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- keys ---- */

typedef struct own_keys {
    int64_t order;
} own_keys;

static const kl_key own_table[] = {{.name = "order",
                                    KL_INT_AT(own_keys, order),
                                    .flags = KL_REQUIRED,
                                    KL_RANGE(1, KL_MOST_ORDERS - 1),
                                    .doc = "N, the last order of the expansion"},
                                   {0}};

static const kl_key *const keys[] = {kl_points_table,
                                     own_table,
                                     kl_disorders_map,
                                     kl_initial_map,
                                     kl_observables_table,
                                     kl_boltzmann_map,
                                     kl_propagator_map,
                                     kl_machine_table,
                                     NULL};

kl_propagation_setup expansion_setup(const expansion *x, int point)
{
    kl_propagation_setup setup = kl_propagation_at(&x->points, point, &x->times, &x->propagator);
    setup.orders = x->orders;
    return setup;
}

static double worst_rounding(const expansion *x, kl_precision precision)
{
    double worst = 0;
    for (int i = 0; i < x->points.n; i++) {
        kl_propagation_setup setup = expansion_setup(x, i);
        setup.propagator.precision = precision;
        worst = fmax(worst, expansion_block_rounding(&setup));
        worst = fmax(worst, kl_propagation_rounding(&setup));
    }
    return worst;
}

static kl_status read_propagator(expansion *x, kl_node *root, kl_error *err)
{
    KL_TRY(kl_keys_propagator(root, &x->propagator, err));
    if (x->propagator.method != KL_CHEBYSHEV_METHOD)
        return kl_config_fail(root, "propagator.method", err,
                              "the orders are evolved by chebyshev alone");
    return kl_keys_tolerance(root, &x->propagator, worst_rounding(x, x->propagator.precision), err);
}

/* ---- quantities ---- */

static void name(expansion *x, const char *text, expansion_quantity meaning)
{
    kl_quantity *q = &x->quantity[x->nquantities];
    if (meaning.k >= 0)
        snprintf(q->observable, KL_NAME, "%.*s.%d.%d", KL_NAME - 9, text, (unsigned char)meaning.n,
                 (unsigned char)meaning.m);
    else
        snprintf(q->observable, KL_NAME, "%s.%d", text, meaning.n);
    snprintf(q->part, sizeof q->part, "%s", meaning.part ? "im" : "re");
    x->meaning[x->nquantities++] = meaning;
}

/* A real J has a real part alone where it is paired with one order. */
static kl_status name_quantities(expansion *x, kl_error *err)
{
    const kl_observables *o = &x->observables;
    const int n = x->orders, most = o->n * n * (n + 1) + 2 * n;
    KL_TRY(kl_alloc((size_t)most, sizeof *x->quantity, "quantities", &x->quantity, err));
    KL_TRY(kl_alloc((size_t)most, sizeof *x->meaning, "quantities", &x->meaning, err));
    for (int k = 0; k < o->n; k++)
        for (int i = 0; i < n; i++)
            for (int j = i; j < n; j++)
                for (int part = 0; part <= (j > i || o->complex_valued[k]); part++)
                    name(x, kl_observables_name(o, k), (expansion_quantity){k, i, j, part});
    for (int i = 0; i < n; i++)
        name(x, "norm", (expansion_quantity){NORM, i, i, 0});
    for (int i = 0; i < n; i++)
        name(x, "remainder", (expansion_quantity){REMAINDER, i, i, 0});
    return KL_OK;
}

/* ---- what follows from the means ---- */

static double remainder_of(const expansion *x, int station, const double *mean, int n)
{
    return mean[station * x->nquantities + x->nquantities - x->orders + n];
}

/* The distance of a partial sum from psi, (E ||R_n||^2)^(1/2). */
static double distance(const void *self, const kl_derived *which, int point, int station,
                       const double *mean)
{
    const expansion *x = self;
    (void)point;
    return sqrt(remainder_of(x, station, mean, (int)(which - x->derived)));
}

/* The partial sum that is nearest to psi. */
static double best_order(const void *self, const kl_derived *which, int point, int station,
                         const double *mean)
{
    const expansion *x = self;
    int best = 0;
    (void)which, (void)point;
    for (int n = 0; n < x->orders; n++) {
        const double now = remainder_of(x, station, mean, n);
        if (isnan(now))
            return NAN;
        if (now < remainder_of(x, station, mean, best))
            best = n;
    }
    return best;
}

static void make_derived(expansion *x)
{
    for (int n = 0; n < x->orders; n++) {
        snprintf(x->distance[n], KL_NAME, "remainder.%d", n);
        x->derived[n] = (kl_derived){.name = "distance",
                                     .observable = x->distance[n],
                                     .value = distance,
                                     .per_station = true};
    }
    x->derived[x->orders] = (kl_derived){
        .name = "best_order", .observable = "remainder", .value = best_order, .per_station = true};
}

/* The order at which the proof stops the expansion. */
static kl_status constants(const void *self, int point, double *value, kl_error *err)
{
    const expansion *x = self;
    const double loglog = log(-log(x->points.point[point].eta));
    (void)err;
    value[0] = loglog > 0 ? -log(x->points.point[point].eta) / loglog : NAN;
    return KL_OK;
}

/* ---- the limits ---- */

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    return expansion_solve(self, point, false, comm, out, err);
}

static kl_status solve_infinite(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                                kl_error *err)
{
    return expansion_solve(self, point, true, comm, out, err);
}

static int same_as(const void *self, int point)
{
    const expansion *x = self;
    const kl_boltzmann_limit limit = {.points = &x->points, .packets = &x->packets};
    return kl_boltzmann_limit_same(&limit, point, false);
}

static int same_infinite(const void *self, int point)
{
    const expansion *x = self;
    const kl_boltzmann_limit limit = {.points = &x->points, .packets = &x->packets};
    return kl_boltzmann_limit_same(&limit, point, true);
}

static const kl_limit torus_limit = {
    .name = "reference", .long_name = "kinetic limit", .solve = solve, .same_as = same_as};
static const kl_limit infinite_limit = {.name = "infinite",
                                        .long_name = "kinetic limit in infinite space",
                                        .infinite_size = true,
                                        .solve = solve_infinite,
                                        .same_as = same_infinite};

static void choose_limits(expansion *x)
{
    kl_description *d = &x->description;
    d->limit = x->limit;
    d->skip_limits = !x->boltzmann.solve;
    if (x->boltzmann.torus)
        x->limit[d->nlimits++] = torus_limit;
    if (x->boltzmann.infinite_space)
        x->limit[d->nlimits++] = infinite_limit;
}

/* ---- the study ---- */

static kl_status read_keys(expansion *x, kl_node *root, kl_error *err)
{
    kl_ints distributions;
    own_keys own;
    KL_TRY(kl_config_read(root, own_table, &own, err));
    x->orders = (int)own.order + 1;
    KL_TRY(kl_keys_disorders(root, &x->disorder, &distributions, err));
    KL_TRY(kl_keys_points(root, 2, &distributions, &x->points, err));
    KL_TRY(kl_packets_read(root, x->points.dimension, &x->packets, err));
    KL_TRY(kl_observables_read(root, &x->points, &x->observables, err));
    KL_TRY(kl_keys_boltzmann(root, &x->boltzmann, err));
    KL_TRY(read_propagator(x, root, err));
    KL_TRY(kl_packets_check(&x->packets, root, &x->points, &x->warnings, err));
    return name_quantities(x, err);
}

static void make_description(expansion *x)
{
    static const char *const checks[CHECKS] = {"norm_drift", "energy_drift", "order_sum"};
    static const kl_constant proof = {.name = "proof_order"};
    make_derived(x);
    x->description = (kl_description){.points = kl_lattice_points_describe(&x->points),
                                      .nquantities = x->nquantities,
                                      .quantity = x->quantity,
                                      .nchecks = CHECKS,
                                      .check = checks,
                                      .nderived = x->orders + 1,
                                      .derived = x->derived,
                                      .nconstants = 1,
                                      .constant = &proof,
                                      .nwarnings = x->warnings.n,
                                      .warning = x->warnings.text,
                                      .random = true,
                                      .seed = x->disorder.seed};
    choose_limits(x);
}

static void close_study(void *self)
{
    expansion *x = self;
    kl_lattice_points_free(&x->points);
    kl_packets_free(&x->packets);
    kl_observables_free(&x->observables);
    kl_warnings_free(&x->warnings);
    free(x->quantity);
    free(x->meaning);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    expansion *x = self;
    x->times = *stations;
    KL_TRY(read_keys(x, root, err));
    make_description(x);
    return KL_OK;
}

/* Of vectors that are off by the tolerance, relative to the larger of 1 and their norms. */
static double accuracy(const void *self, int point, int station, int quantity)
{
    const expansion *x = self;
    const double tolerance = x->propagator.tolerance;
    const int k = x->meaning[quantity].k;
    (void)point, (void)station;
    return (2 + tolerance) * tolerance * (k < 0 ? 1 : kl_observables_bound(&x->observables, k));
}

/* A hundredth and a tenth, or what can be reached; a third at least, or the difference
 * would say nothing. */
static int finer(const void *self, char text[][128], int most)
{
    const expansion *x = self;
    const double asked = x->propagator.tolerance, limit_asked = x->boltzmann.tolerance;
    const double evolution = fmax(asked / 100, 2.01 * worst_rounding(x, KL_DOUBLE));
    const double limit = fmax(limit_asked / 10, 1e-12);
    if (most < 3 || evolution > asked / 3 || limit > limit_asked / 3)
        return 0;
    snprintf(text[0], 128, "propagator.precision=double");
    snprintf(text[1], 128, "propagator.tolerance=%.17g", evolution);
    snprintf(text[2], 128, "boltzmann.tolerance=%.17g", limit);
    return 3;
}

const kl_system kl_system_expansion = {
    .name = "expansion",
    .summary = "expansion of the Anderson model in its disorder, order by order",
    .model =
        "A quantum particle hops on the lattice Z^d in a random potential, "
        "i d/dt psi = (Delta + eta V) psi. Its evolution is expanded in the disorder, "
        "psi = psi^(0) + psi^(1) + ... + psi^(N) + R_N, where psi^(n) has met the potential n "
        "times: i d/dt psi^(n) = Delta psi^(n) + eta V psi^(n-1). NAME.n.m is the observable NAME "
        "of the Wigner function of conj(psi^(n)) and psi^(m), norm.n is ||psi^(n)||^2 and "
        "remainder.n is ||R_n||^2. Times and distances are measured on the kinetic scale, "
        "(T, X) = eta^2 (t, x). As eta goes to 0, only decorated ladders survive the average.",
    .source = "T. Chen, J. Stat. Phys. 120 (2005) 279; RIMS Kokyuroku Bessatsu B21 (2010) 63, "
              "sections 2.3 and 3.2",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "time", "T", "1", "macroscopic time"},
    .keys = keys,
    .columns = kl_lattice_columns,
    KL_STUDY(expansion),
    .open = open_study,
    .close = close_study,
    .cost = expansion_cost,
    .begin = expansion_begin,
    .start = expansion_start,
    .advance = expansion_advance,
    .measure = expansion_measure,
    .end = expansion_end,
    .chosen = expansion_chosen,
    .packing = expansion_packing,
    .shape = expansion_shape,
    .pack = expansion_pack,
    .unpack = expansion_unpack,
    .restored = expansion_restored,
    .constants = constants,
    .accuracy = accuracy,
    .finer = finer,
};
