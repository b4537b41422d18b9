/* The limits of a `localization` study, and the constant of ln t_star at sigma = 1/2.
 *
 * reference   departure: the kinetic limit (kinetic/departure.h), for sigma > 0 along free flight
 *             (kinetic/decaying.h); msd: Boltzmann's, sigma = 0, d = 2 and 3
 * born        departure at the study's eta and times, second cumulant (kinetic/born.h)
 * diffusion   msd, and from T = 10 on shells, of the heat kernels (kinetic/diffusion.h), sigma = 0,
 *             d = 2 and 3
 *
 * msd is in sites: limit/unit^2. */
#include "systems/localization/localization_private.h"

#include "base/memory.h"
#include "dynamics/dyadic.h"
#include "kinetic/born.h"
#include "kinetic/decaying.h"
#include "kinetic/departure.h"
#include "kinetic/diffusion.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double late = 10;   /* T from which on densities are near heat kernels */
enum { COARSE = 12, FINE = 24 }; /* half the nodes between van Hove energies */

static int dimension_of(const localization *l)
{
    return (int)l->points.dimension;
}

/* Of the packet at a point. */
static void momentum_of(const localization *l, int point, double p[3])
{
    const kl_lattice_point *at = &l->points.point[point];
    const kl_initial packet = kl_packets_at(&l->packets, 0, at->unit);
    kl_initial_momentum(&packet, dimension_of(l), at->sites, p);
}

/* Of |h|^2 along an axis; NAN of a plane wave. */
static double variance_of(const localization *l)
{
    const kl_initial *packet = &l->packets.packet[0];
    if (packet->envelope == KL_ENVELOPE_UNIFORM)
        return NAN;
    if (l->one_site)
        return 0;
    if (packet->envelope == KL_ENVELOPE_GAUSSIAN)
        return packet->width * packet->width;
    enum { POINTS = 2000 }; /* the trapezoidal rule converges faster than any power */
    double square = 0, all = 0;
    for (int i = 1; i < POINTS; i++) {
        const double u = packet->width * (-1 + 2.0 * i / POINTS);
        const double h = kl_initial_envelope(packet, u);
        square += u * u * h * h;
        all += h * h;
    }
    return square / all;
}

static void set(const localization *l, int time, int quantity, double value, double error,
                kl_limit_values *out)
{
    out->value[time * l->nquantities + quantity] = value;
    out->error[time * l->nquantities + quantity] = error;
}

/* value[2 ntimes], values and then errors, of the departure. */
static void set_departures(const localization *l, const double *value, kl_limit_values *out)
{
    for (int i = 0; i < l->times.n; i++)
        set(l, i, KL_DEPARTURE, value[i], value[l->times.n + i], out);
}

/* times[3 ntimes]: t of the study at a point, and room for values and errors. */
static kl_status make_times(const localization *l, int point, double **times, kl_error *err)
{
    KL_TRY(kl_alloc(3 * (size_t)l->times.n, sizeof **times, "times", times, err));
    for (int i = 0; i < l->times.n; i++)
        (*times)[i] = l->times.value[i] / l->points.point[point].unit;
    return KL_OK;
}

/* ---- spreading ---- */

/* The shells of a start: two bands, the second finer, and with a packet its own first speed. */
typedef struct bands {
    kl_band band[2];
    double first[2];
    bool packet;
} bands;

static void destroy_bands(bands *b)
{
    for (int k = 0; k < 2; k++)
        kl_band_destroy(&b->band[k]);
}

static kl_status create_bands(const localization *l, int point, bands *b, kl_error *err)
{
    double p[3];
    *b = (bands){.packet = !l->one_site};
    momentum_of(l, point, p);
    for (int k = 0; k < 2; k++)
        if (b->packet)
            KL_TRY(kl_band_at(dimension_of(l), p, &b->band[k], &b->first[k], err));
        else
            KL_TRY(kl_band_create(dimension_of(l), k ? FINE : COARSE, true, &b->band[k], err));
    return KL_OK;
}

static void set_both(const localization *l, int time, int quantity, const double value[2],
                     double scale, kl_limit_values *out)
{
    const double error = fabs(value[1] - value[0]) + 1e-12 * fabs(value[1]);
    set(l, time, quantity, value[1] * scale, error * scale, out);
}

static void set_msd(const localization *l, int point, const bands *b, bool diffusion,
                    kl_limit_values *out)
{
    const double unit = l->points.point[point].unit, variance = variance_of(l);
    for (int i = 0; i < l->times.n && !isnan(variance); i++) {
        double value[2];
        for (int k = 0; k < 2; k++)
            value[k] = dimension_of(l) * variance +
                       (diffusion ? kl_diffusion_msd(&b->band[k], l->times.value[i])
                                  : kl_boltzmann_msd(&b->band[k], b->packet ? &b->first[k] : NULL,
                                                     l->times.value[i]));
        set_both(l, i, KL_MSD, value, 1 / (unit * unit), out);
    }
}

/* ---- reference ---- */

static kl_status decaying_reference(const localization *l, int point, kl_limit_values *out,
                                    kl_error *err)
{
    const bool scaling = l->sigma < 0.5;
    double *t;
    KL_TRY(make_times(l, point, &t, err));
    const kl_decaying problem = {dimension_of(l), l->sigma,
                                 scaling ? 0 : l->points.point[point].eta, l->times.n,
                                 scaling ? l->times.value : t};
    double *value = t + l->times.n;
    const kl_status status = kl_departure_decaying(&problem, value, value + l->times.n, err);
    if (status == KL_OK)
        set_departures(l, value, out);
    free(t);
    return status;
}

static void set_kinetic(const localization *l, const bands *b, kl_limit_values *out)
{
    for (int i = 0; i < l->times.n; i++) {
        const kl_band *one = &b->band[0];
        double error, value;
        if (l->one_site)
            value = kl_departure(dimension_of(l), l->times.value[i], &error);
        else {
            value = 2 * kl_overlap_loss(one->re[0], one->im[0], l->times.value[i]);
            error = 1e-12;
        }
        set(l, i, KL_DEPARTURE, value, error, out);
    }
}

/* A start at an energy where there is no limit is no reason to lose the run. */
static kl_status or_note(kl_status status, const kl_error *why, kl_limit_values *out, kl_error *err)
{
    if (status == KL_INPUT) {
        snprintf(out->note, sizeof out->note, "%.255s", why->message);
        return KL_OK;
    }
    return status == KL_OK ? KL_OK : kl_fail(err, status, "%s", why->message);
}

static kl_status reference(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                           kl_error *err)
{
    const localization *l = self;
    kl_error why = {0};
    bands b;
    (void)comm;
    if (l->sigma > 0)
        return decaying_reference(l, point, out, err);
    const kl_status status = create_bands(l, point, &b, &why);
    if (status == KL_OK) {
        set_kinetic(l, &b, out);
        if (dimension_of(l) > 1)
            set_msd(l, point, &b, false, out);
        else if (l->one_site)
            snprintf(out->note, sizeof out->note,
                     "d = 1: the limit is near only for T well above eta^(2/3), the scale of the "
                     "band edges");
    }
    destroy_bands(&b);
    return or_note(status, &why, out, err);
}

/* ---- born ---- */

static kl_status born(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                      kl_error *err)
{
    const localization *l = self;
    double *t, p[3];
    (void)comm;
    KL_TRY(make_times(l, point, &t, err));
    momentum_of(l, point, p);
    const kl_born problem = {.dimension = dimension_of(l),
                             .sigma = l->sigma,
                             .eta = l->points.point[point].eta,
                             .momentum = l->one_site ? NULL : p,
                             .ntimes = l->times.n,
                             .time = t,
                             .stop = out->stop,
                             .stop_context = out->stop_context};
    double *value = t + l->times.n;
    const kl_status status = kl_born_departure(&problem, value, value + l->times.n, err);
    if (status == KL_OK)
        set_departures(l, value, out);
    free(t);
    return status;
}

static double born_seconds(const void *self, int point)
{
    const localization *l = self;
    const double last = l->times.value[l->times.n - 1] / l->points.point[point].unit;
    return kl_born_seconds(dimension_of(l), l->sigma, last);
}

/* ---- diffusion ---- */

/* count[n]: sites of the torus with |x|^2 = n, 0 <= n <= *most. */
static kl_status count_sites(int d, int64_t sites, double **count, int64_t *most, kl_error *err)
{
    const int64_t half = sites / 2;
    double *next;
    *most = d * half * half;
    KL_TRY(kl_alloc(2 * (size_t)(*most + 1), sizeof **count, "shells", count, err));
    next = *count + *most + 1;
    (*count)[0] = 1;
    for (int axis = 0; axis < d; axis++) {
        for (int64_t n = 0; n <= *most; n++)
            next[n] = 0;
        for (int64_t x = -half; x < sites - half; x++)
            for (int64_t n = 0; n + x * x <= *most; n++)
                next[n + x * x] += (*count)[n];
        for (int64_t n = 0; n <= *most; n++)
            (*count)[n] = next[n];
    }
    return KL_OK;
}

static void set_shells(const localization *l, int point, const bands *b, const double *count,
                       int64_t most, kl_limit_values *out)
{
    const double unit = l->points.point[point].unit, variance = variance_of(l);
    const double site = pow(unit, dimension_of(l));
    for (int i = 0; i < l->times.n; i++)
        for (int j = 0; l->times.value[i] >= late && j < l->nshells; j++) {
            const int64_t from = (INT64_C(1) << 2 * j) + 1, to = INT64_C(1) << 2 * (j + 1);
            double value[2] = {0, 0};
            for (int64_t n = from; n <= to && n <= most; n++)
                for (int k = 0; k < 2 && count[n] > 0; k++)
                    value[k] += site * count[n] *
                                kl_diffusion_density(&b->band[k], variance, l->times.value[i],
                                                     unit * unit * (double)n);
            set_both(l, i, KL_SHELLS + j, value, 1, out);
        }
}

/* The heat kernel of a start that is no normal density is another one. */
static bool has_density(const localization *l)
{
    return l->one_site || l->packets.packet[0].envelope == KL_ENVELOPE_GAUSSIAN;
}

static kl_status diffusion(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                           kl_error *err)
{
    const localization *l = self;
    double *count = NULL;
    int64_t most = 0;
    kl_error why = {0};
    bands b;
    (void)comm;
    kl_status status = create_bands(l, point, &b, &why);
    if (status == KL_OK)
        set_msd(l, point, &b, true, out);
    const bool wanted = l->times.value[l->times.n - 1] >= late && has_density(l);
    if (status == KL_OK && wanted)
        status = count_sites(dimension_of(l), l->points.point[point].sites, &count, &most, &why);
    if (status == KL_OK && wanted)
        set_shells(l, point, &b, count, most, out);
    destroy_bands(&b);
    free(count);
    return or_note(status, &why, out, err);
}

/* ---- constants ---- */

kl_status localization_constants(const void *self, int point, double *value, kl_error *err)
{
    const localization *l = self;
    const localization_dyadic *k = &l->dyadic;
    const kl_dyadic dyadic = {k->energy, k->epsilon, l->sigma, DYADIC_SITES};
    double sup[MOST_DYADIC], l1[MOST_DYADIC];
    (void)point;
    if (l->sigma == 0.5)
        KL_TRY(kl_decaying_level(dimension_of(l), l->level, value++, err));
    if (k->shells > 0)
        KL_TRY(kl_dyadic_norms(&dyadic, (int)k->shells, sup, l1, err));
    for (int64_t j = 0; j < k->shells; j++) {
        *value++ = sup[j];
        *value++ = l1[j];
    }
    return KL_OK;
}

/* ---- the list ---- */

/* The scaling limit alone does not know eta. */
static int same_reference(const void *self, int point)
{
    const localization *l = self;
    return l->sigma > 0 && l->sigma < 0.5 ? 0 : point;
}

int localization_limits(localization *l)
{
    int n = 0;
    l->limit[n++] = (kl_limit){.name = "reference",
                               .long_name = "kinetic limit",
                               .solve = reference,
                               .same_as = same_reference};
    l->limit[n++] = (kl_limit){.name = "born",
                               .long_name = "second cumulant at finite eta",
                               .solve = born,
                               .seconds = born_seconds};
    if (l->sigma == 0 && l->points.dimension > 1 &&
        l->packets.packet[0].envelope != KL_ENVELOPE_UNIFORM)
        l->limit[n++] = (kl_limit){
            .name = "diffusion", .long_name = "diffusion on every shell", .solve = diffusion};
    return n;
}
