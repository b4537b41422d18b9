#include "systems/localization/localization.h"

#include "kinetic/departure.h"
#include "systems/localization/localization_private.h"

#include <math.h>
#include <stdio.h>

static const kl_description *describe(const void *self)
{
    return &((const localization *)self)->description;
}

static kl_status reference(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                           kl_error *err)
{
    const localization *l = self;
    const int d = (int)l->points.dimension;
    (void)point, (void)comm, (void)err;
    if (l->sigma > 0) {
        snprintf(out->note, sizeof out->note, "sigma > 0: there is no limit formula");
        return KL_OK;
    }
    for (int i = 0; i < l->times.n; i++) {
        const int at = i * l->description.nquantities + KL_DEPARTURE;
        out->value[at] = kl_departure(d, l->times.value[i], &out->error[at]);
    }
    if (d == 1)
        snprintf(out->note, sizeof out->note,
                 "d = 1: the limit is near only for T well above eta^(2/3), the scale of the band "
                 "edges");
    return KL_OK;
}

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
        const double d = mean[i * l->description.nquantities + KL_DEPARTURE], t = l->times.value[i];
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

/* Of the lower bounds on localization lengths, up to logarithms and eta^delta: d = 1, 2
 * W. Schlag, C. Shubin, T. Wolff, J. Anal. Math. 88 (2002) 173; d = 3 and decay in d = 2
 * Chen's Theorems 4.2 and 4.3. */
static double proven_exponent(const localization *l)
{
    if (l->sigma == 0)
        return -2;
    return l->points.dimension == 2 && l->sigma < 0.5 ? -2 / (1 - 2 * l->sigma) : 0;
}

void localization_describe(localization *l, bool no_limits)
{
    static const char *const checks[] = {"norm_drift", "energy_drift"};
    kl_description *d = &l->description;
    l->limit = (kl_limit){.name = "reference", .long_name = "kinetic limit", .solve = reference};
    l->derived = (kl_derived){.name = "t_star",
                              .observable = "departure",
                              .value = crossing_time,
                              .proven = proven_exponent(l)};
    d->points = kl_lattice_points_describe(&l->points);
    d->quantity = l->quantity;
    d->nchecks = 2;
    d->check = checks;
    d->nlimits = !no_limits;
    d->limit = &l->limit;
    d->nderived = 1;
    d->derived = &l->derived;
    d->random = true;
    d->seed = l->disorder.seed;
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
    .keys = localization_keys,
    .open = localization_open,
    .close = localization_close,
    .describe = describe,
    .cost = localization_cost,
    .begin = localization_begin,
    .start = localization_start,
    .advance = localization_advance,
    .measure = localization_measure,
    .end = localization_end,
    .packing = localization_packing,
    .shape = localization_shape,
    .pack = localization_pack,
    .unpack = localization_unpack,
    .restored = localization_restored,
};
