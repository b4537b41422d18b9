/* Keys and description; the work is in lyapunov_run.c, what it is compared with in
 * lyapunov_limit.c. */
#include "systems/lyapunov/lyapunov.h"

#include "base/memory.h"
#include "systems/lyapunov/lyapunov_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the longest chain. */
static double localization_length(const void *self, const kl_derived *which, int point, int station,
                                  const double *mean)
{
    const lyapunov *l = self;
    const double gamma = mean[(l->lengths.n - 1) * l->exponents];
    (void)which, (void)point, (void)station;
    return gamma > 0 ? 1 / gamma : NAN;
}

/* Of the longest strip: a function of the disorder and M, and of one variable near a critical
 * disorder. */
static double scaled_gamma(const void *self, const kl_derived *which, int point, int station,
                           const double *mean)
{
    const lyapunov *l = self;
    (void)which, (void)station;
    return l->columns[point * LYAPUNOV_COLUMNS + 2] * mean[(l->lengths.n - 1) * l->exponents];
}

static const kl_derived derived[] = {
    {.name = "localization_length", .observable = "gamma", .value = localization_length},
    {.name = "scaled_gamma",
     .observable = "gamma",
     .value = scaled_gamma,
     .scales = true,
     .jackknife = true}};

/* ---- the study ---- */

typedef struct own_keys {
    kl_reals width, energy;
    kl_ints strip;
    int64_t dimension;
} own_keys;

static const kl_key own_table[] = {
    {.name = "width",
     KL_REALS_AT(own_keys, width),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE_ABOVE(0, 100),
     .doc = "of box disorder: sqrt(12) standard deviations"},
    {.name = "energy",
     KL_REALS_AT(own_keys, energy),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE(-100, 100),
     .doc = "E, the band is [-2 d, 2 d]"},
    {.name = "strip",
     KL_INTS_AT(own_keys, strip),
     .flags = KL_DISTINCT,
     KL_RANGE(1, 1000),
     .doc = "M, sites across, periodic: strips of M (d = 2), bars of M x M (d = 3); without it, "
            "chains"},
    {.name = "dimension",
     KL_INT_AT(own_keys, dimension),
     KL_RANGE(1, 3),
     .doc = "2 or 3 with `strip`, 1 without; by default 2 and 1"},
    {0}};

static const kl_key *const keys_of_a_study[] = {own_table, kl_disorder_map, NULL};

static kl_status make_points(lyapunov *l, const own_keys *keys, kl_error *err)
{
    const int energies = keys->energy.n, strips = keys->strip.n > 0 ? keys->strip.n : 1;
    const size_t columns = keys->strip.n > 0 ? 3 : 2;
    int64_t least = INT64_MAX;
    l->npoints = keys->width.n * energies * strips;
    const size_t n = (size_t)l->npoints;
    KL_TRY(kl_alloc(n * LYAPUNOV_COLUMNS, sizeof *l->columns, "points", &l->columns, err));
    KL_TRY(kl_alloc(n * columns, sizeof *l->values, "points", &l->values, err));
    for (int i = 0; i < l->npoints; i++) {
        double *point = l->columns + i * LYAPUNOV_COLUMNS;
        point[0] = keys->width.v[i / energies / strips];
        point[1] = keys->energy.v[i / strips % energies];
        point[2] = keys->strip.n > 0 ? (double)keys->strip.v[i % strips] : 1;
        memcpy(l->values + (size_t)i * columns, point, columns * sizeof *point);
        least = lyapunov_slice(l, i) < least ? lyapunov_slice(l, i) : least;
    }
    l->exponents = (int)least;
    KL_TRY(kl_alloc((size_t)least, sizeof *l->quantity, "exponents", &l->quantity, err));
    for (int k = 0; k < l->exponents; k++) {
        snprintf(l->quantity[k].observable, KL_NAME, k ? "gamma_%d" : "gamma", k + 1);
        snprintf(l->quantity[k].part, sizeof l->quantity[k].part, "re");
    }
    return KL_OK;
}

static kl_status read_shape(lyapunov *l, kl_node *root, const own_keys *keys, kl_error *err)
{
    const bool strips = keys->strip.n > 0;
    l->dimension = keys->dimension > 0 ? (int)keys->dimension : strips ? 2 : 1;
    if (strips != (l->dimension > 1))
        return kl_config_fail(root, "dimension", err,
                              "%d is not allowed: must be 2 or 3 with the key strip, 1 without",
                              l->dimension);
    for (int i = 0; i < keys->strip.n; i++)
        if (l->dimension == 3 && keys->strip.v[i] > 50)
            return kl_config_fail(root, "strip", err,
                                  "%lld is not allowed: must be at most 50 in d = 3",
                                  (long long)keys->strip.v[i]);
    return KL_OK;
}

static kl_status read_keys(lyapunov *l, kl_node *root, kl_error *err)
{
    own_keys keys = {0};
    KL_TRY(kl_config_read(root, own_table, &keys, err));
    KL_TRY(read_shape(l, root, &keys, err));
    KL_TRY(kl_keys_disorder(root, &l->disorder, err));
    for (int i = 0; i < l->lengths.n; i++)
        if (!(l->lengths.value[i] >= 1) || l->lengths.value[i] != floor(l->lengths.value[i]))
            return kl_config_fail(root, "times", err,
                                  "%g is not allowed: must be a number of sites, at least 1",
                                  l->lengths.value[i]);
    return make_points(l, &keys, err);
}

static void close_study(void *self)
{
    lyapunov *l = self;
    free(l->columns);
    free(l->values);
    free(l->quantity);
}

static const kl_column columns[] = {
    {.name = "width",
     .units = "1",
     .long_name = "width of box disorder, sqrt(12) standard deviations",
     .role = KL_SMALL},
    {.name = "energy", .units = "1", .long_name = "energy", .role = KL_PARAMETER},
    {.name = "strip",
     .units = "sites",
     .long_name = "sites across, per axis",
     .integer = true,
     .role = KL_SIZE},
    {.name = ""},
};
static const char *const checks[] = {"symplectic_drift"};

static void make_description(lyapunov *l)
{
    const bool strips = l->dimension > 1;
    l->description = (kl_description){.points = {.n = l->npoints,
                                                 .ncolumns = strips ? 3 : 2,
                                                 .column = columns,
                                                 .value = l->values},
                                      .nquantities = l->exponents,
                                      .quantity = l->quantity,
                                      .nchecks = strips,
                                      .check = checks,
                                      .nlimits = 1,
                                      .limit = &lyapunov_limit,
                                      .nderived = strips ? 2 : 1,
                                      .derived = derived,
                                      .random = true,
                                      .seed = l->disorder.seed};
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    lyapunov *l = self;
    l->lengths = *stations;
    KL_TRY(read_keys(l, root, err));
    make_description(l);
    return KL_OK;
}

/* An exponent of a strip means another thing at every M. */
static double size_effect(const void *self, int point, int station, int quantity)
{
    (void)self, (void)point, (void)station, (void)quantity;
    return NAN;
}

const kl_system kl_system_lyapunov = {
    .name = "lyapunov",
    .summary = "localization lengths of chains, strips and bars, by transfer matrices",
    .model = "The Anderson model on a chain, psi(n+1) + psi(n-1) + V(n) psi(n) = E psi(n), with "
             "independent V(n) of mean 0 and variance W^2/12. A solution grows like exp(gamma N) "
             "along the chain, whatever the disorder; 1/gamma is the localization length. It is "
             "compared with the first order in W^2. Across a strip of M sites (d = 2) or a bar of "
             "M x M (d = 3), periodic, there are M or M^2 such exponents; how the smallest one "
             "times M changes with M tells localized from extended states.",
    .source = "D. J. Thouless, in Ill-condensed matter, Les Houches 1978; at E = 0 M. Kappus, "
              "F. Wegner, Z. Phys. B 45 (1981) 15; A. MacKinnon, B. Kramer, Phys. Rev. Lett. 47 "
              "(1981) 1546",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "length", "N", "sites", "length of the chain"},
    .keys = keys_of_a_study,
    .columns = columns,
    KL_STUDY(lyapunov),
    .open = open_study,
    .close = close_study,
    .cost = lyapunov_cost,
    .begin = lyapunov_begin,
    .start = lyapunov_start,
    .advance = lyapunov_advance,
    .measure = lyapunov_measure,
    .end = lyapunov_end,
    .packing = lyapunov_packing,
    .shape = lyapunov_shape,
    .pack = lyapunov_pack,
    .unpack = lyapunov_unpack,
    .restored = lyapunov_restored,
    .size_effect = size_effect,
};
