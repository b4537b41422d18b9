#include "systems/localization/localization.h"

#include "kinetic/departure.h"
#include "systems/localization/localization_private.h"

#include <math.h>
#include <stdio.h>

static const kl_description *describe(const void *self)
{
    return &((const localization *)self)->description;
}

static uint64_t seed(const void *self)
{
    return ((const localization *)self)->disorder.seed;
}

static kl_status reference(const void *self, int point, MPI_Comm comm, kl_reference *out,
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
        out->value[at] = kl_departure(d, l->times.t[i], &out->error[at]);
    }
    if (d == 1)
        snprintf(out->note, sizeof out->note,
                 "d = 1: the limit is near only for T well above eta^(2/3), the scale of the band "
                 "edges");
    return KL_OK;
}

/* Where a level is first reached; linear in -log(1 - D/2), a straight line for
 * exponential decay of the overlap. D(0) = 0. Microscopic time. */
static double crossing_time(const void *self, int point, const double *mean)
{
    const localization *l = self;
    const double target = -log1p(-0.5 * l->level);
    double before = 0, time = 0;
    for (int i = 0; i < l->times.n; i++) {
        const double d = mean[i * l->description.nquantities + KL_DEPARTURE], t = l->times.t[i];
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
static double proven_exponent(const void *self)
{
    const localization *l = self;
    if (l->sigma == 0)
        return -2;
    return l->points.dimension == 2 && l->sigma < 0.5 ? -2 / (1 - 2 * l->sigma) : NAN;
}

static const kl_derived derived[] = {{"t_star", "departure", crossing_time, proven_exponent}, {0}};

const kl_system kl_system_localization = {
    .name = "localization",
    .summary = "departure from free motion: lower bounds on localization lengths",
    .kind = KL_INDEPENDENT,
    .small = 0,
    .configure = localization_configure,
    .destroy = localization_destroy,
    .describe = describe,
    .seed = seed,
    .cost = localization_cost,
    .begin = localization_begin,
    .start = localization_start,
    .advance = localization_advance,
    .measure = localization_measure,
    .packing = localization_packing,
    .pack = localization_pack,
    .unpack = localization_unpack,
    .restored = localization_restored,
    .end = localization_end,
    .reference = reference,
    .derived = derived,
};
