#include "systems/localization/localization.h"

#include "base/memory.h"
#include "systems/localization/localization_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- what follows from the means ---- */

/* Where a level is first reached; linear in -log(1 - D/2), a straight line for
 * exponential decay of the overlap. D(0) = 0. Microscopic time. */
static double crossing_time(const void *self, const kl_derived *which, int point, int station,
                            const double *mean)
{
    const localization *l = self;
    (void)which, (void)station;
    const double target = -log1p(-0.5 * l->level);
    double before = 0, time = 0;
    for (int i = 0; i < l->times.n; i++) {
        const double d = mean[i * l->nquantities + KL_DEPARTURE], t = l->times.value[i];
        if (!(d >= l->level)) { /* also the end where the reference has none */
            before = -log1p(-0.5 * d);
            time = t;
            continue;
        }
        const double now = d < 2 ? -log1p(-0.5 * d) : INFINITY;
        const double part = isfinite(now) ? (target - before) / (now - before) : 1;
        return (time + (t - time) * part) / l->points.point[point].unit;
    }
    return NAN;
}

/* On the scale of the limit, T and X in units of eta^-2. */
static double macroscopic_msd(const void *self, const kl_derived *which, int point, int station,
                              const double *mean)
{
    const localization *l = self;
    const double unit = l->points.point[point].unit;
    (void)which;
    return unit * unit * mean[station * l->nquantities + KL_MSD];
}

/* Of the lower bounds on localization lengths, up to logarithms and eta^delta: d = 1, 2
 * W. Schlag, C. Shubin, T. Wolff, J. Anal. Math. 88 (2002) 173; d = 3 and decay in d = 2
 * Chen's Theorems 4.2 and 4.3. */
static double proven_exponent(const localization *l)
{
    if (l->sigma == 0)
        return -2;
    return l->points.dimension == 2 && l->sigma < 0.5 ? -2 / (1 - 2 * l->sigma) : 0;
}

/* ---- the study ---- */

typedef struct own_keys {
    double sigma, level;
    int64_t origins;
} own_keys;

static const kl_key own_table[] = {{.name = "sigma",
                                    KL_REAL_AT(own_keys, sigma),
                                    KL_RANGE(0, 100),
                                    .fallback = "0",
                                    .doc = "decay of the potential, omega_x <x>^-sigma"},
                                   {.name = "level",
                                    KL_REAL_AT(own_keys, level),
                                    KL_RANGE_OPEN(0, 2),
                                    .fallback = "1",
                                    .doc = "of E departure at t_star"},
                                   {.name = "origins",
                                    KL_INT_AT(own_keys, origins),
                                    KL_RANGE(1, 4096),
                                    .fallback = "1",
                                    .doc = "start sites that are averaged"},
                                   {0}};

typedef struct dyadic_keys {
    kl_node *dyadic;
} dyadic_keys;

static const kl_key dyadic_table[] = {{.name = "energy",
                                       KL_REAL_AT(localization_dyadic, energy),
                                       KL_RANGE(-4, 4),
                                       .flags = KL_REQUIRED,
                                       .doc = "alpha of the resolvent"},
                                      {.name = "epsilon",
                                       KL_REAL_AT(localization_dyadic, epsilon),
                                       KL_RANGE(0.02, 1), /* some widths of the grid, 4 pi/1024 */
                                       .flags = KL_REQUIRED,
                                       .doc = "its distance from the real axis"},
                                      {.name = "shells",
                                       KL_INT_AT(localization_dyadic, shells),
                                       KL_RANGE(1, MOST_DYADIC),
                                       .fallback = "5",
                                       .doc = "j from 0 on"},
                                      {0}};
static const kl_key dyadic_map[] = {{.name = "dyadic",
                                     KL_MAP_AT(dyadic_keys, dyadic),
                                     .flags = KL_FREE,
                                     .doc = "d = 2: norms of the resolvent smoothed on dyadic "
                                            "shells, rows dyadic_supremum, dyadic_mean",
                                     KL_BELOW(dyadic_table)},
                                    {0}};

static kl_status read_dyadic(localization *l, kl_node *root, kl_error *err)
{
    dyadic_keys keys_ = {NULL};
    KL_TRY(kl_config_read(root, dyadic_map, &keys_, err));
    if (!keys_.dyadic)
        return KL_OK;
    if (l->points.dimension != 2)
        return kl_config_fail(root, "dyadic", err, "goes with dimension 2");
    return kl_config_read(keys_.dyadic, dyadic_table, &l->dyadic, err);
}

static const kl_key *const keys[] = {
    kl_points_table, own_table,         kl_optional_initial_map, dyadic_map,
    kl_disorder_map, kl_propagator_map, kl_machine_table,        NULL};

kl_propagation_setup localization_setup(const localization *l, int point)
{
    return kl_propagation_at(&l->points, point, &l->times, &l->propagator);
}

static kl_status name_quantities(localization *l, kl_error *err)
{
    static const char *const names[KL_SHELLS] = {"departure", "msd", "return", "ipr", "near"};
    for (int i = 0; i < l->points.n; i++) {
        int n = kl_spreading_shells((int)l->points.dimension, l->points.point[i].sites);
        l->nshells = n > l->nshells ? n : l->nshells;
    }
    l->nquantities = KL_SHELLS + l->nshells;
    KL_TRY(kl_alloc((size_t)l->nquantities, sizeof *l->quantity, "quantities", &l->quantity, err));
    for (int q = 0; q < l->nquantities; q++) {
        if (q < KL_SHELLS)
            snprintf(l->quantity[q].observable, KL_NAME, "%s", names[q]);
        else
            snprintf(l->quantity[q].observable, KL_NAME, "shell_%d", q - KL_SHELLS);
        snprintf(l->quantity[q].part, sizeof l->quantity[q].part, "re");
    }
    return KL_OK;
}

/* The front moves two sites per unit of time each way. */
static kl_status warn_of_wrapping(localization *l, kl_error *err)
{
    const double last = l->times.value[l->times.n - 1];
    for (int i = 0; i < l->points.n; i++) {
        const kl_lattice_point *p = &l->points.point[i];
        if (p->ell + 0.5 * p->unit < 4 * last)
            KL_TRY(kl_warnings_add(
                &l->warnings, err,
                "at eta %g the box %.4g is smaller than 4 T = %g: the front meets itself", p->eta,
                p->ell, 4 * last));
    }
    return KL_OK;
}

static kl_status check_start(const localization *l, kl_node *root, kl_error *err)
{
    if (l->packets.n > 1)
        return kl_config_fail(root, "initial.packets", err,
                              "is not allowed: the start is one packet");
    if (!l->packets.linear)
        return kl_config_fail(root, "initial.phase", err,
                              "must be S = p.X here: free motion is a product over the axes");
    if (!l->one_site && l->sigma > 0)
        return kl_config_fail(root, "initial", err,
                              "goes with sigma 0: a potential that decays has a start on one site");
    if (!l->one_site && l->origins > 1)
        return kl_config_fail(root, "origins", err, "%lld are not allowed with a packet",
                              (long long)l->origins);
    return KL_OK;
}

static kl_status read_start(localization *l, kl_node *root, kl_error *err)
{
    KL_TRY(kl_packets_read_optional(root, l->points.dimension, &l->packets, err));
    l->one_site = l->packets.packet[0].envelope == KL_ENVELOPE_DELTA;
    KL_TRY(check_start(l, root, err));
    return kl_packets_check(&l->packets, root, &l->points, &l->warnings, err);
}

static kl_status read_keys(localization *l, kl_node *root, kl_error *err)
{
    own_keys own;
    KL_TRY(kl_config_read(root, own_table, &own, err));
    l->sigma = own.sigma;
    l->level = own.level;
    l->origins = own.origins;
    KL_TRY(kl_keys_disorder(root, &l->disorder, err));
    int64_t distribution = l->disorder.distribution;
    KL_TRY(kl_keys_points(root, own.sigma < 0.5 ? 2 / (1 - 2 * own.sigma) : 2,
                          &(kl_ints){1, &distribution}, &l->points, err));
    KL_TRY(read_start(l, root, err));
    KL_TRY(read_dyadic(l, root, err));
    KL_TRY(kl_keys_propagator(root, &l->propagator, err));
    for (int i = 0; i < l->points.n; i++)
        if (l->origins > l->points.point[i].sites)
            return kl_config_fail(root, "origins", err, "%lld are not allowed on %lld sites",
                                  (long long)l->origins, (long long)l->points.point[i].sites);
    const double rounding = kl_propagation_worst_rounding(&l->points, &l->times, &l->propagator);
    KL_TRY(kl_keys_tolerance(root, &l->propagator, rounding, err));
    KL_TRY(warn_of_wrapping(l, err));
    return name_quantities(l, err);
}

/* msd is in sites: free motion, 2 d (T/unit)^2, is another line at each point. */
static void make_guides(localization *l)
{
    const kl_lattice_point *last = &l->points.point[l->points.n - 1];
    snprintf(l->ballistic, sizeof l->ballistic, "free motion at eta = %g", last->eta);
    l->guide[0] = (kl_guide){"msd", l->ballistic,
                             2 * (double)l->points.dimension / (last->unit * last->unit), 2};
    l->guide[1] = (kl_guide){"msd", "diffusive", NAN, 1};
}

static void make_constants(localization *l)
{
    kl_description *d = &l->description;
    d->constant = l->constant;
    if (l->sigma == 0.5)
        l->constant[d->nconstants++] =
            (kl_constant){.name = "log_rate_limit:t_star", .observable = "departure", .part = "re"};
    for (int64_t j = 0; j < l->dyadic.shells; j++) {
        const kl_constant one = {.order = (double)j, .zero_order = j == 0};
        l->constant[d->nconstants] = one;
        l->constant[d->nconstants++].name = "dyadic_supremum";
        l->constant[d->nconstants] = one;
        l->constant[d->nconstants++].name = "dyadic_mean";
    }
}

static void make_description(localization *l)
{
    static const char *const checks[] = {"norm_drift", "energy_drift"};
    kl_description *d = &l->description;
    l->derived[0] = (kl_derived){.name = "t_star",
                                 .observable = "departure",
                                 .value = crossing_time,
                                 .proven = proven_exponent(l),
                                 .log_rate = l->sigma == 0.5 ? 2 : 0};
    l->derived[1] = (kl_derived){.name = "msd_excess",
                                 .observable = "msd",
                                 .per_station = true,
                                 .value = macroscopic_msd,
                                 .less_limit = "reference",
                                 .signed_value = true,
                                 .jackknife = true};
    d->points = kl_lattice_points_describe(&l->points);
    d->nquantities = l->nquantities;
    d->quantity = l->quantity;
    d->nchecks = 2;
    d->check = checks;
    d->nlimits = localization_limits(l);
    d->limit = l->limit;
    d->nguides = 2;
    d->guide = l->guide;
    d->nderived = l->sigma == 0 && l->points.dimension > 1 ? 2 : 1;
    d->derived = l->derived;
    make_constants(l);
    d->nwarnings = l->warnings.n;
    d->warning = l->warnings.text;
    d->random = true;
    d->seed = l->disorder.seed;
}

static void close_study(void *self)
{
    localization *l = self;
    kl_lattice_points_free(&l->points);
    kl_packets_free(&l->packets);
    kl_warnings_free(&l->warnings);
    free(l->quantity);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    localization *l = self;
    l->times = *stations;
    KL_TRY(read_keys(l, root, err));
    make_guides(l);
    make_description(l);
    return KL_OK;
}

const kl_system kl_system_localization = {
    .name = "localization",
    .summary = "departure from free motion: lower bounds on localization lengths",
    .model =
        "A quantum particle starts on one site of Z^d, in a random potential that may decay "
        "away from it: i d/dt psi = (Delta + eta V) psi, V(x) = omega_x (1 + |x|^2)^(-sigma/2), "
        "with omega_x independent, of mean 0 and variance 1. Its departure from free motion is "
        "||psi_t - exp(-it Delta) psi_0||^2. While the mean departure is small, localization "
        "lengths are at least of the order of t. Times are measured on the scale "
        "T = eta^(2/(1-2 sigma)) t, T = eta^2 t where sigma is at least 1/2.",
    .source = "T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, section 4",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "time", "T", "1", "macroscopic time"},
    .keys = keys,
    .columns = kl_lattice_columns,
    KL_STUDY(localization),
    .open = open_study,
    .close = close_study,
    .cost = localization_cost,
    .begin = localization_begin,
    .start = localization_start,
    .advance = localization_advance,
    .measure = localization_measure,
    .end = localization_end,
    .chosen = localization_chosen,
    .packing = localization_packing,
    .shape = localization_shape,
    .pack = localization_pack,
    .unpack = localization_unpack,
    .restored = localization_restored,
    .constants = localization_constants,
};
