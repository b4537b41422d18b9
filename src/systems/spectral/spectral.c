/* Keys and description; the work is in spectral_run.c, the limit in spectral_limit.c. */
#include "systems/spectral/spectral.h"

#include "base/memory.h"
#include "systems/spectral/spectral_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct own_keys {
    double width;
    int64_t vectors;
    kl_reals momenta;
} own_keys;

static const kl_key own_table[] = {
    {.name = "width",
     KL_REAL_AT(own_keys, width),
     .flags = KL_REQUIRED,
     KL_RANGE(1e-3, 10),
     .doc = "gamma, the half width of the Lorentzian that smooths: the resolution in energy"},
    {.name = "vectors",
     KL_INT_AT(own_keys, vectors),
     KL_RANGE(1, 1000),
     .fallback = "4",
     .doc = "random vectors of a realization, for the density of states"},
    {.name = "momenta",
     KL_MATRIX_AT(own_keys, momenta),
     KL_RANGE(-1, 1),
     KL_COUNT(0, 64),
     .doc = "k of the spectral function, each to the nearest momentum of the lattice; default: "
            "none"},
    {0}};

static const kl_key *const keys_of_a_study[] = {kl_points_table, kl_disorders_map, own_table, NULL};

static kl_status name_quantities(spectral *s, kl_error *err)
{
    static const char *const names[] = {"density_of_states", "vector_variance", "square"};
    s->first = s->vectors > 1 ? 3 : 1;
    s->nquantities = s->first + s->nmomenta;
    KL_TRY(kl_alloc((size_t)s->nquantities, sizeof *s->quantity, "quantities", &s->quantity, err));
    for (int q = 0; q < s->nquantities; q++) {
        if (q < s->first)
            snprintf(s->quantity[q].observable, KL_NAME, "%s", names[q]);
        else
            snprintf(s->quantity[q].observable, KL_NAME, "spectral_%d", q - s->first + 1);
        snprintf(s->quantity[q].part, sizeof s->quantity[q].part, "re");
    }
    return KL_OK;
}

static kl_status read_momenta(spectral *s, kl_node *root, const kl_reals *list, kl_error *err)
{
    const int d = (int)s->points.dimension;
    s->nmomenta = list->n / d;
    if (list->n % d != 0)
        return kl_config_fail(root, "momenta", err, "must have %d numbers each", d);
    KL_TRY(kl_alloc((size_t)s->nmomenta + 1, sizeof *s->momentum, "momenta", &s->momentum, err));
    for (int i = 0; i < list->n; i++)
        s->momentum[i / d][i % d] = list->v[i];
    return KL_OK;
}

static kl_status read_keys(spectral *s, kl_node *root, kl_error *err)
{
    own_keys keys = {0};
    kl_ints distributions;
    KL_TRY(kl_config_read(root, own_table, &keys, err));
    KL_TRY(kl_keys_disorders(root, &s->disorder, &distributions, err));
    KL_TRY(kl_keys_points(root, 2, &distributions, &s->points, err));
    s->width = keys.width;
    s->vectors = (int)keys.vectors;
    KL_TRY(read_momenta(s, root, &keys.momenta, err));
    return name_quantities(s, err);
}

static void close_study(void *self)
{
    spectral *s = self;
    kl_lattice_points_free(&s->points);
    free(s->momentum);
    free(s->quantity);
}

/* The part of the variance between realizations that is the random vectors'. */
static double vector_share(const void *self, const kl_derived *which, int point, int station,
                           const double *mean)
{
    const spectral *s = self;
    const double *here = mean + station * s->nquantities;
    const double density = here[SPECTRAL_DENSITY];
    const double all = here[SPECTRAL_SQUARE] - density * density;
    (void)which, (void)point;
    return all > 0 ? here[SPECTRAL_VECTORS] / all : NAN;
}

static const kl_derived derived = {.name = "vector_share",
                                   .observable = "density_of_states",
                                   .value = vector_share,
                                   .per_station = true,
                                   .signed_value = true};

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    spectral *s = self;
    s->energies = *stations;
    KL_TRY(read_keys(s, root, err));
    s->description = (kl_description){.points = kl_lattice_points_describe(&s->points),
                                      .nquantities = s->nquantities,
                                      .quantity = s->quantity,
                                      .nlimits = 1,
                                      .limit = &spectral_limit,
                                      .nderived = s->vectors > 1,
                                      .derived = &derived,
                                      .random = true,
                                      .seed = s->disorder.seed};
    return KL_OK;
}

const kl_system kl_system_spectral = {
    .name = "spectral",
    .summary = "density of states and spectral function in a random potential",
    .model =
        "The Anderson model H = Delta + eta V. Density of states and spectral function A(k, E), "
        "both smoothed with a Lorentzian of half width gamma, by Chebyshev moments; the trace by "
        "random vectors. They are compared with weak disorder in second order, whose self-energy "
        "is eta^2 G(z): on the shell a Lorentzian of half width eta^2 pi N(E) + gamma.",
    .source = "T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, section 4; A. Weisse et al., Rev. "
              "Mod. Phys. 78 (2006) 275",
    .ensemble = KL_INDEPENDENT,
    .stations = {"energies", "energy", "E", "1", "energy"},
    .negative_stations = true,
    .keys = keys_of_a_study,
    .columns = kl_lattice_columns,
    KL_STUDY(spectral),
    .open = open_study,
    .close = close_study,
    .cost = spectral_cost,
    .begin = spectral_begin,
    .start = spectral_start,
    .advance = spectral_advance,
    .measure = spectral_measure,
    .end = spectral_end,
};
