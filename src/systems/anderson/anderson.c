#include "systems/anderson/anderson.h"

#include "parts/images.h"
#include "systems/anderson/anderson_private.h"

#include <math.h>
#include <stdio.h>

/* ---- the limits ---- */

static bool correlated(const anderson *a)
{
    return a->correlation.length > 0;
}

static kl_boltzmann_limit boltzmann_limit(const anderson *a)
{
    return (kl_boltzmann_limit){.tolerance = a->boltzmann.tolerance,
                                .times = a->times,
                                .points = &a->points,
                                .packets = &a->packets,
                                .observables = &a->observables,
                                .marginals = &a->marginals,
                                .correlation = correlated(a) ? &a->correlation : NULL};
}

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    const kl_boltzmann_limit limit = boltzmann_limit(self);
    return kl_boltzmann_limit_solve(&limit, point, false, comm, out, err);
}

static kl_status solve_infinite(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                                kl_error *err)
{
    const kl_boltzmann_limit limit = boltzmann_limit(self);
    return kl_boltzmann_limit_solve(&limit, point, true, comm, out, err);
}

static int same_as(const void *self, int point)
{
    const kl_boltzmann_limit limit = boltzmann_limit(self);
    return kl_boltzmann_limit_same(&limit, point, false);
}

static int same_infinite(const void *self, int point)
{
    const kl_boltzmann_limit limit = boltzmann_limit(self);
    return kl_boltzmann_limit_same(&limit, point, true);
}

static double seconds(const void *self, int point)
{
    const kl_boltzmann_limit limit = boltzmann_limit(self);
    return kl_boltzmann_limit_seconds(&limit, point, false);
}

static double seconds_infinite(const void *self, int point)
{
    const kl_boltzmann_limit limit = boltzmann_limit(self);
    return kl_boltzmann_limit_seconds(&limit, point, true);
}

static const kl_limit torus_limit = {.name = "reference",
                                     .long_name = "kinetic limit",
                                     .fields = true,
                                     .solve = solve,
                                     .same_as = same_as,
                                     .seconds = seconds};
static const kl_limit infinite_limit = {.name = "infinite",
                                        .long_name = "kinetic limit in infinite space",
                                        .infinite_size = true,
                                        .solve = solve_infinite,
                                        .same_as = same_infinite,
                                        .seconds = seconds_infinite};

static const kl_limit diffusion_limit = {
    .name = "diffusion", .long_name = "diffusion on every shell", .solve = anderson_diffusion};

static kl_fluctuation_limit fluctuation_limit(const anderson *a)
{
    return (kl_fluctuation_limit){.keys = a->fluctuations,
                                  .times = a->times,
                                  .points = &a->points,
                                  .packets = &a->packets,
                                  .observables = &a->observables};
}

static kl_status solve_fluctuations(const void *self, int point, MPI_Comm comm,
                                    kl_limit_values *out, kl_error *err)
{
    const kl_fluctuation_limit limit = fluctuation_limit(self);
    return kl_fluctuation_limit_solve(&limit, point, false, comm, out, err);
}

static kl_status solve_infinite_fluctuations(const void *self, int point, MPI_Comm comm,
                                             kl_limit_values *out, kl_error *err)
{
    const kl_fluctuation_limit limit = fluctuation_limit(self);
    return kl_fluctuation_limit_solve(&limit, point, true, comm, out, err);
}

static int same_fluctuations(const void *self, int point)
{
    const kl_fluctuation_limit limit = fluctuation_limit(self);
    return kl_fluctuation_limit_same(&limit, point, false);
}

static int same_infinite_fluctuations(const void *self, int point)
{
    const kl_fluctuation_limit limit = fluctuation_limit(self);
    return kl_fluctuation_limit_same(&limit, point, true);
}

static double seconds_fluctuations(const void *self, int point)
{
    const kl_fluctuation_limit limit = fluctuation_limit(self);
    return kl_fluctuation_limit_seconds(&limit, point, false);
}

static double seconds_infinite_fluctuations(const void *self, int point)
{
    const kl_fluctuation_limit limit = fluctuation_limit(self);
    return kl_fluctuation_limit_seconds(&limit, point, true);
}

static double scale_fluctuations(const void *self, int point)
{
    const kl_fluctuation_limit limit = fluctuation_limit(self);
    return kl_fluctuation_limit_scale(&limit, point);
}

static const kl_limit torus_fluctuations = {.name = "central_moment_limit",
                                            .long_name = "limit of the fluctuations",
                                            .solve = solve_fluctuations,
                                            .same_as = same_fluctuations,
                                            .seconds = seconds_fluctuations,
                                            .scale = scale_fluctuations,
                                            .moment = 2,
                                            .normal = true,
                                            .correlation = true};
static const kl_limit infinite_fluctuations = {.name = "infinite_central_moment_limit",
                                               .long_name =
                                                   "limit of the fluctuations in infinite space",
                                               .solve = solve_infinite_fluctuations,
                                               .same_as = same_infinite_fluctuations,
                                               .seconds = seconds_infinite_fluctuations,
                                               .scale = scale_fluctuations,
                                               .moment = 2,
                                               .normal = true,
                                               .correlation = true};

/* ---- the study ---- */

typedef struct concentration_keys {
    kl_node *concentration;
    kl_reals bounds;
} concentration_keys;

static const kl_key bounds_table[] = {
    {.name = "bounds",
     KL_REALS_AT(concentration_keys, bounds),
     .flags = KL_REQUIRED | KL_INCREASING,
     KL_RANGE(0, 1e6),
     KL_COUNT(1, MOST_BOUNDS),
     .doc = "c: rows concentration_above of what |f| is above c, f the transform of psi_0"},
    {0}};
static const kl_key concentration_map[] = {{.name = "concentration",
                                            KL_MAP_AT(concentration_keys, concentration),
                                            .flags = KL_FREE,
                                            .doc = "how singular the start is",
                                            KL_BELOW(bounds_table)},
                                           {0}};

typedef struct diffusion_keys {
    bool diffusion;
} diffusion_keys;

static const kl_key diffusion_table[] = {
    {.name = "diffusion",
     KL_BOOL_AT(diffusion_keys, diffusion),
     .flags = KL_FREE,
     .doc = "beside the Boltzmann equation the heat kernels that it becomes after long times: rows "
            "diffusion_reference; default: false"},
    {0}};

static kl_status read_diffusion(anderson *a, kl_node *root, kl_error *err)
{
    diffusion_keys keys_ = {false};
    KL_TRY(kl_config_read(root, diffusion_table, &keys_, err));
    a->diffusion = keys_.diffusion;
    if (a->diffusion && (correlated(a) || !anderson_diffuses(a)))
        return kl_config_fail(root, "diffusion", err,
                              "is not allowed here: it takes d = 2 or 3, S = p.X, a gaussian "
                              "envelope or one site, and no disorder.correlation");
    return KL_OK;
}

static kl_status read_bounds(kl_node *root, kl_reals *out, kl_error *err)
{
    concentration_keys keys_ = {0};
    KL_TRY(kl_config_read(root, concentration_map, &keys_, err));
    if (keys_.concentration)
        KL_TRY(kl_config_read(keys_.concentration, bounds_table, &keys_, err));
    *out = keys_.bounds;
    return KL_OK;
}

static const kl_key *const keys[] = {kl_points_table,
                                     kl_any_disorders_map,
                                     kl_any_initial_map,
                                     concentration_map,
                                     diffusion_table,
                                     kl_observables_table,
                                     kl_fluctuating_boltzmann_map,
                                     kl_fields_table,
                                     kl_propagator_map,
                                     kl_machine_table,
                                     NULL};

kl_propagation_setup anderson_setup(const anderson *a, int point)
{
    return kl_propagation_at(&a->points, point, &a->times, &a->propagator);
}

static double worst_rounding(const anderson *a, kl_precision precision)
{
    kl_propagator propagator = a->propagator;
    propagator.precision = precision;
    return kl_propagation_worst_rounding(&a->points, &a->times, &propagator);
}

static kl_images images(const anderson *a)
{
    return (kl_images){.points = &a->points,
                       .packets = &a->packets,
                       .observables = &a->observables,
                       .time = a->times.value[a->times.n - 1],
                       .tolerance = a->boltzmann.tolerance};
}

/* Why there is no reference; NULL: there is one. */
static const char *no_limit(const anderson *a)
{
    if (correlated(a) && !kl_boltzmann_one_shell(&a->packets))
        return "disorder.correlation: the Boltzmann equation of a correlated potential is solved "
               "for packets with phase.momentum alone: there is no reference";
    if (a->potential.path)
        return "disorder.file: its statistics are not known: there is no reference";
    if (a->packets.file.path)
        return "initial.file: its limit in phase space is not known: there is no reference";
    return NULL;
}

static kl_status warn(anderson *a, kl_error *err)
{
    const kl_images box = images(a);
    if (no_limit(a))
        return kl_warnings_add(&a->warnings, err, "%s", no_limit(a));
    if (correlated(a) && a->fluctuations.choice == KL_FLUCTUATIONS_SOLVE)
        KL_TRY(kl_warnings_add(&a->warnings, err,
                               "boltzmann.fluctuations: no limit of the fluctuations is solved for "
                               "a correlated potential"));
    if (a->boltzmann.infinite_space)
        KL_TRY(kl_images_warn(&box, &a->warnings, err));
    return kl_packets_warn_of_concentration(&a->packets, &a->warnings, err);
}

static kl_status read_keys(anderson *a, kl_node *root, kl_error *err)
{
    kl_ints distributions;
    KL_TRY(kl_keys_disorders(root, &a->disorder, &distributions, err));
    KL_TRY(kl_keys_points(root, 2, &distributions, &a->points, err));
    KL_TRY(kl_keys_potential_file(root, &distributions, &a->points, &a->potential, err));
    KL_TRY(kl_keys_correlation(root, &distributions, &a->points, &a->correlation, err));
    KL_TRY(kl_packets_read_any(root, &a->points, &a->packets, err));
    KL_TRY(read_bounds(root, &a->bounds, err));
    KL_TRY(read_diffusion(a, root, err));
    KL_TRY(kl_observables_read(root, &a->points, &a->observables, err));
    KL_TRY(kl_keys_boltzmann(root, &a->boltzmann, err));
    KL_TRY(kl_keys_fluctuations(root, &a->fluctuations, err));
    KL_TRY(kl_keys_propagator(root, &a->propagator, err));
    KL_TRY(kl_marginals_read(root, &a->points, &a->marginals, err));
    KL_TRY(kl_packets_check(&a->packets, root, &a->points, &a->warnings, err));
    KL_TRY(warn(a, err));
    return kl_keys_tolerance(root, &a->propagator, worst_rounding(a, a->propagator.precision), err);
}

static void choose_limits(anderson *a)
{
    kl_description *d = &a->description;
    d->limit = a->limit;
    d->skip_limits = !a->boltzmann.solve;
    if (no_limit(a))
        return;
    if (a->boltzmann.torus) {
        a->limit[d->nlimits] = torus_limit;
        a->limit[d->nlimits++].fields = !correlated(a);
    }
    if (a->boltzmann.infinite_space)
        a->limit[d->nlimits++] = infinite_limit;
    if (a->diffusion)
        a->limit[d->nlimits++] = diffusion_limit;
    const kl_fluctuation_limit fluctuations = fluctuation_limit(a);
    if (correlated(a) || !kl_fluctuation_limit_wanted(&fluctuations))
        return;
    if (a->boltzmann.torus)
        a->limit[d->nlimits++] = torus_fluctuations;
    if (a->boltzmann.infinite_space)
        a->limit[d->nlimits++] = infinite_fluctuations;
}

static void make_description(anderson *a)
{
    static const char *const checks[CHECKS] = {"norm_drift", "energy_drift"};
    a->description = (kl_description){.points = kl_lattice_points_describe(&a->points),
                                      .nquantities = a->observables.nquantities,
                                      .quantity = a->observables.quantity,
                                      .nchecks = CHECKS,
                                      .check = checks,
                                      .nfields = a->marginals.n,
                                      .field = a->marginals.kind,
                                      .nconstants = 2 + a->bounds.n,
                                      .constant = a->constant,
                                      .nwarnings = a->warnings.n,
                                      .warning = a->warnings.text,
                                      .random = true,
                                      .seed = a->disorder.seed,
                                      .available = a->potential.path ? a->potential.entries : 0,
                                      .proven_moments = no_limit(a) ? 0 : 1. / 300};
    a->constant[0] = (kl_constant){.name = "concentration", .rated = true};
    a->constant[1] = (kl_constant){.name = "concentration_peak", .rated = true};
    for (int i = 0; i < a->bounds.n; i++)
        a->constant[2 + i] = (kl_constant){.name = "concentration_above",
                                           .order = a->bounds.v[i],
                                           .zero_order = a->bounds.v[i] == 0,
                                           .rated = true};
    choose_limits(a);
}

static void close_study(void *self)
{
    anderson *a = self;
    kl_lattice_points_free(&a->points);
    kl_packets_free(&a->packets);
    kl_observables_free(&a->observables);
    kl_marginals_free(&a->marginals);
    kl_warnings_free(&a->warnings);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    anderson *a = self;
    a->times = *stations;
    KL_TRY(read_keys(a, root, err));
    make_description(a);
    return KL_OK;
}

static int axis(const void *self, int point, int f, int axis_number, double *coordinate)
{
    const anderson *a = self;
    return kl_marginals_axis(&a->marginals, &a->points.point[point], f, axis_number, coordinate);
}

static kl_status constants(const void *self, int point, double *value, kl_error *err)
{
    const anderson *a = self;
    return kl_packets_concentration(&a->packets, &a->points.point[point], &a->bounds, &value[0],
                                    &value[1], &value[2], err);
}

/* Of psi off by the tolerance, |<J,W_psi'> - <J,W_psi>| <= (2 + tolerance) tolerance ||J||. */
static double accuracy(const void *self, int point, int station, int quantity)
{
    const anderson *a = self;
    const double tolerance = a->propagator.tolerance;
    (void)point, (void)station;
    return (2 + tolerance) * tolerance *
           kl_observables_bound(&a->observables, kl_observables_of(&a->observables, quantity));
}

static double size_effect(const void *self, int point, int station, int quantity)
{
    const anderson *a = self;
    const kl_images box = images(a);
    if (a->packets.file.path)
        return NAN;
    return kl_images_effect(&box, kl_observables_of(&a->observables, quantity), point,
                            a->times.value[station]);
}

static void advise(const void *self, FILE *out)
{
    const kl_images box = images(self);
    if (!((const anderson *)self)->packets.file.path)
        kl_images_advise(&box, out);
}

/* A hundredth and a tenth, or what can be reached; a third at least, or the difference
 * would say nothing. */
static int finer(const void *self, char text[][128], int most)
{
    const anderson *a = self;
    const double asked = a->propagator.tolerance, limit_asked = a->boltzmann.tolerance;
    const double evolution = fmax(asked / 100, 2.01 * worst_rounding(a, KL_DOUBLE));
    const double limit = fmax(limit_asked / 10, 1e-12);
    if (most < 4 || evolution > asked / 3 || limit > limit_asked / 3)
        return 0;
    snprintf(text[0], 128, "propagator.precision=double");
    snprintf(text[1], 128, "propagator.tolerance=%.17g", evolution);
    snprintf(text[2], 128, "boltzmann.tolerance=%.17g", limit);
    if (!a->boltzmann.torus)
        return 3;
    snprintf(text[3], 128, "boltzmann.space=torus"); /* in infinite space it is not needed */
    return 4;
}

const kl_system kl_system_anderson = {
    .name = "anderson",
    .summary = "weakly disordered Anderson model against the linear Boltzmann equation",
    .model = "A quantum particle hops on the lattice Z^d in a random potential: "
             "i d/dt psi = (Delta + eta V) psi, where Delta sums over nearest neighbours and the "
             "V(x) are independent with mean 0 and variance 1. Times and distances are measured on "
             "the kinetic scale, (T, X) = eta^2 (t, x). As eta goes to 0 the rescaled Wigner "
             "function W of psi converges to the solution F of the linear Boltzmann equation. An "
             "observable is <J,W>, J(X,V) = a(X) b(V), compared with <J,F>.",
    .source = "T. Chen, J. Stat. Phys. 120 (2005) 279, Theorem 2.1; RIMS Kokyuroku Bessatsu B21 "
              "(2010) 63, Theorem 3.1",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "time", "T", "1", "macroscopic time"},
    .keys = keys,
    .columns = kl_lattice_columns,
    KL_STUDY(anderson),
    .open = open_study,
    .close = close_study,
    .axis = axis,
    .cost = anderson_cost,
    .begin = anderson_begin,
    .start = anderson_start,
    .advance = anderson_advance,
    .measure = anderson_measure,
    .end = anderson_end,
    .chosen = anderson_chosen,
    .snapshot = anderson_snapshot,
    .packing = anderson_packing,
    .shape = anderson_shape,
    .pack = anderson_pack,
    .unpack = anderson_unpack,
    .restored = anderson_restored,
    .constants = constants,
    .accuracy = accuracy,
    .size_effect = size_effect,
    .advise = advise,
    .finer = finer,
};
