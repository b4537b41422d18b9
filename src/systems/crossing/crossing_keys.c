#include "systems/crossing/crossing_keys.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double enough = 13;      /* eps L: about 1e-4 of the value */
static const double most_sites = 1e5; /* per side */

typedef struct crossing_keys {
    int64_t dimension;
    kl_reals eps, energies, momenta;
    kl_ints sites;
} crossing_keys;

const kl_key kl_crossing_table[] = {
    {.name = "dimension",
     KL_INT_AT(crossing_keys, dimension),
     KL_RANGE(1, 3),
     .fallback = "3",
     .doc = "of the lattice: 1, 2 or 3"},
    {.name = "eps",
     KL_REALS_AT(crossing_keys, eps),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE_ABOVE(0, 100),
     .doc = "imaginary parts of the energies, one point each"},
    {.name = "energies",
     KL_MATRIX_AT(crossing_keys, energies),
     .flags = KL_REQUIRED,
     KL_RANGE(-100, 100),
     .doc = "triples [E1, E2, E3], one point each at every eps"},
    {.name = "momenta",
     KL_MATRIX_AT(crossing_keys, momenta),
     KL_RANGE(-1, 1),
     .doc = "u of at_1, at_2, ..., in cycles; default: none"},
    {.name = "sites",
     KL_INTS_AT(crossing_keys, sites),
     KL_RANGE(4, 1e5),
     .doc = "even, sites per side, one entry per eps; default: the smallest multiple of 4 of good "
            "FFT length with eps L of at least 13"},
    {0}};

/* Factors 2, 3, 5 and 7 alone. A multiple of 4, so that u_j = 1/4 is on the grid. */
static int64_t default_sites(double eps)
{
    for (int64_t sites = 4 * (int64_t)fmax(1, floor(enough / eps / 4));; sites += 4) {
        int64_t rest = sites;
        for (int factor = 2; factor <= 7; factor++)
            while (rest % factor == 0)
                rest /= factor;
        if (rest == 1 && eps * (double)sites >= enough)
            return sites;
    }
}

static kl_status check_eps(kl_node *root, const crossing_keys *keys, kl_error *err)
{
    for (int i = 0; i < keys->eps.n; i++)
        if (enough / keys->eps.v[i] > most_sites)
            return kl_config_fail(root, "eps", err,
                                  "%g is not allowed: eps L of %g takes more than %g sites",
                                  keys->eps.v[i], enough, most_sites);
    return KL_OK;
}

static kl_status check_sites(kl_node *root, const crossing_keys *keys, kl_error *err)
{
    const kl_ints *sites = &keys->sites;
    if (sites->n > 0 && sites->n != keys->eps.n)
        return kl_config_fail(root, "sites", err, "%d of them are not allowed: must be %d, as eps",
                              sites->n, keys->eps.n);
    for (int i = 0; i < sites->n; i++)
        if (sites->v[i] % 2)
            return kl_config_fail(root, "sites", err, "%lld is not allowed: must be even",
                                  (long long)sites->v[i]);
    return KL_OK;
}

/* Whether a matrix has rows of so many numbers: then it has that many rows. */
static bool has_columns(kl_node *root, const char *key, const kl_reals *matrix, int columns)
{
    kl_key again[2] = {{0}, {0}};
    crossing_keys scratch = {0};
    for (const kl_key *k = kl_crossing_table; k->name; k++)
        if (strcmp(k->name, key) == 0)
            again[0] = *k;
    again[0].min_count = again[0].max_count = matrix->n / columns;
    return matrix->n % columns == 0 &&
           (matrix->n == 0 || kl_config_read(root, again, &scratch, NULL) == KL_OK);
}

/* All different; *rows of them. */
static kl_status check_rows(kl_node *root, const char *key, const kl_reals *matrix, int columns,
                            int *rows, kl_error *err)
{
    *rows = matrix->n / columns;
    if (!has_columns(root, key, matrix, columns))
        return kl_config_fail(root, key, err, "must be lists of %d number%s", columns,
                              columns == 1 ? "" : "s");
    for (int i = 0; i < *rows; i++)
        for (int j = 0; j < i; j++)
            if (memcmp(matrix->v + i * columns, matrix->v + j * columns,
                       (size_t)columns * sizeof *matrix->v) == 0)
                return kl_config_fail(root, key, err, "rows %d and %d are alike: must differ", j,
                                      i);
    return KL_OK;
}

static void fill_points(kl_crossing_points *out, const crossing_keys *keys, int triples)
{
    for (int i = 0; i < out->n; i++) {
        const int e = i / triples;
        double *value = out->value + i * KL_CROSSING_COLUMNS;
        value[0] = keys->eps.v[e];
        memcpy(value + 1, keys->energies.v + i % triples * 3, 3 * sizeof *value);
        value[4] = (double)(keys->sites.n ? keys->sites.v[e] : default_sites(value[0]));
    }
}

static kl_status warn(const kl_crossing_points *points, const crossing_keys *keys,
                      kl_warnings *warnings, kl_error *err)
{
    const int triples = points->n / keys->eps.n;
    for (int i = 0; i < points->n; i += triples) {
        const double *value = points->value + i * KL_CROSSING_COLUMNS;
        if (value[0] * value[4] < enough)
            KL_TRY(kl_warnings_add(warnings, err,
                                   "sites: eps L is %.3g at eps = %g: below 13 the torus is not "
                                   "close to infinite",
                                   value[0] * value[4], value[0]));
    }
    return KL_OK;
}

kl_status kl_crossing_points_read(kl_node *root, kl_crossing_points *out, kl_warnings *warnings,
                                  kl_error *err)
{
    crossing_keys keys = {0};
    int triples;
    *out = (kl_crossing_points){0};
    KL_TRY(kl_config_read(root, kl_crossing_table, &keys, err));
    KL_TRY(keys.sites.n ? check_sites(root, &keys, err) : check_eps(root, &keys, err));
    KL_TRY(check_rows(root, "energies", &keys.energies, 3, &triples, err));
    out->dimension = (int)keys.dimension;
    KL_TRY(check_rows(root, "momenta", &keys.momenta, out->dimension, &out->nmomenta, err));
    out->n = keys.eps.n * triples;
    KL_TRY(kl_alloc((size_t)out->n * KL_CROSSING_COLUMNS, sizeof *out->value, "points", &out->value,
                    err));
    KL_TRY(kl_alloc((size_t)out->nmomenta, sizeof *out->momentum, "momenta", &out->momentum, err));
    for (int k = 0; k < out->nmomenta; k++)
        memcpy(out->momentum[k], keys.momenta.v + k * out->dimension,
               (size_t)out->dimension * sizeof(double));
    fill_points(out, &keys, triples);
    return warn(out, &keys, warnings, err);
}

void kl_crossing_points_free(kl_crossing_points *points)
{
    free(points->value);
    free(points->momentum);
    *points = (kl_crossing_points){0};
}
