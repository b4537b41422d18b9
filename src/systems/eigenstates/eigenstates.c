/* Keys and description; the work is in eigenstates_run.c. */
#include "systems/eigenstates/eigenstates.h"

#include "base/memory.h"
#include "kinetic/curvature.h"
#include "systems/eigenstates/eigenstates_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_keys {
    kl_reals energy, shells;
    int64_t states;
} own_keys;

static const kl_key own_table[] = {
    {.name = "energy",
     KL_REALS_AT(own_keys, energy),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE_OPEN(-6, 6),
     .doc = "E inside the band (-2 d, 2 d), one point each at every eta"},
    {.name = "shells",
     KL_REALS_AT(own_keys, shells),
     .flags = KL_REQUIRED | KL_INCREASING,
     KL_RANGE_ABOVE(0, 1e6),
     KL_COUNT(1, 64),
     .doc = "C, half thicknesses of momentum shells in units of eta^2 |Im G|"},
    {.name = "states",
     KL_INT_AT(own_keys, states),
     KL_RANGE(3, 1000),
     .fallback = "32",
     .doc = "how many of a realization: those nearest to E"},
    {0}};

static const kl_key *const keys_of_a_study[] = {kl_points_table, kl_disorder_map, own_table, NULL};

/* ---- points ---- */

const kl_lattice_point *eigenstates_lattice(const eigenstates *s, int point)
{
    return &s->points.point[point / s->energy.n];
}

double eigenstates_energy(const eigenstates *s, int point)
{
    return s->energy.v[point % s->energy.n];
}

static kl_status make_points(eigenstates *s, kl_error *err)
{
    const int n = s->points.n * s->energy.n;
    const size_t all = (size_t)n * EIGENSTATES_COLUMNS;
    KL_TRY(kl_alloc(all, sizeof *s->value, "points", &s->value, err));
    KL_TRY(kl_alloc(all, sizeof *s->level, "points", &s->level, err));
    for (int i = 0; i < n; i++) {
        const int lattice = i / s->energy.n;
        double *value = s->value + i * EIGENSTATES_COLUMNS;
        double *level = s->level + i * EIGENSTATES_COLUMNS;
        memcpy(value, s->points.value + lattice * s->points.ncolumns, 3 * sizeof *value);
        memcpy(level, s->points.level + lattice * s->points.ncolumns, 3 * sizeof *level);
        value[3] = level[3] = eigenstates_energy(s, i);
    }
    return KL_OK;
}

static kl_status name_quantities(eigenstates *s, kl_error *err)
{
    const int n = s->shells.n;
    s->nquantities = n + 2;
    KL_TRY(kl_alloc((size_t)s->nquantities, sizeof *s->quantity, "quantities", &s->quantity, err));
    for (int q = 0; q < s->nquantities; q++) {
        if (q < n)
            snprintf(s->quantity[q].observable, KL_NAME, "shell_%d", q + 1);
        else
            snprintf(s->quantity[q].observable, KL_NAME, "%s",
                     q == n ? "inverse_participation" : "spacing_ratio");
        snprintf(s->quantity[q].part, sizeof s->quantity[q].part, "re");
    }
    return KL_OK;
}

static kl_status check_energies(const eigenstates *s, kl_node *root, kl_error *err)
{
    const double edge = 2 * (double)s->points.dimension;
    for (int i = 0; i < s->energy.n; i++)
        if (!(fabs(s->energy.v[i]) < edge))
            return kl_config_fail(root, "energy", err,
                                  "%g is not allowed: must be inside the band (%g, %g)",
                                  s->energy.v[i], -edge, edge);
    for (int i = 0; i < s->points.n; i++)
        if (pow((double)s->points.point[i].sites, (double)s->points.dimension) < s->states)
            return kl_config_fail(root, "states", err,
                                  "%d is not allowed: %lld sites per side have fewer", s->states,
                                  (long long)s->points.point[i].sites);
    return KL_OK;
}

static kl_status read_keys(eigenstates *s, kl_node *root, kl_error *err)
{
    own_keys keys = {0};
    KL_TRY(kl_config_read(root, own_table, &keys, err));
    KL_TRY(kl_keys_disorder(root, &s->disorder, err));
    KL_TRY(kl_keys_points(root, 2, &(kl_ints){1, &(int64_t){s->disorder.distribution}}, &s->points,
                          err));
    s->energy = keys.energy;
    s->shells = keys.shells;
    s->states = (int)keys.states;
    KL_TRY(check_energies(s, root, err));
    KL_TRY(make_points(s, err));
    return name_quantities(s, err);
}

/* ---- constants ---- */

static const kl_constant constant[] = {{.name = "euler_characteristic"},
                                       {.name = "negative_curvature"}};

/* In d = 3, where the level set is a smooth surface. */
static kl_status constants(const void *self, int point, double *value, kl_error *err)
{
    const double energy = fabs(eigenstates_energy(self, point));
    return energy == 2 ? KL_OK : kl_curvature(energy, &value[0], &value[1], err);
}

/* ---- the study ---- */

static const kl_column columns[] = {
    {.name = "eta", .units = "1", .long_name = "strength of disorder", .role = KL_SMALL},
    {.name = "sites",
     .units = "1",
     .long_name = "lattice sites per side",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = "box", .units = "1", .long_name = "macroscopic side of the torus", .role = KL_SIZE},
    {.name = "energy", .units = "1", .long_name = "energy", .role = KL_PARAMETER},
    {.name = ""}};
static const char *const checks[] = {"residual"};

static void close_study(void *self)
{
    eigenstates *s = self;
    kl_lattice_points_free(&s->points);
    free(s->value);
    free(s->level);
    free(s->quantity);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    eigenstates *s = self;
    (void)stations;
    KL_TRY(read_keys(s, root, err));
    s->description = (kl_description){.points = {.n = s->points.n * s->energy.n,
                                                 .ncolumns = EIGENSTATES_COLUMNS,
                                                 .column = columns,
                                                 .value = s->value,
                                                 .level = s->level},
                                      .nquantities = s->nquantities,
                                      .quantity = s->quantity,
                                      .nchecks = 1,
                                      .check = checks,
                                      .nlimits = EIGENSTATES_LIMITS,
                                      .limit = eigenstates_limits,
                                      .nconstants = s->points.dimension == 3 ? 2 : 0,
                                      .constant = constant,
                                      .random = true,
                                      .seed = s->disorder.seed};
    return KL_OK;
}

const kl_system kl_system_eigenstates = {
    .name = "eigenstates",
    .summary = "eigenstates in a weak random potential: their momentum shells and levels",
    .model =
        "Eigenstates of the Anderson model H = Delta + eta V nearest to an energy. In momentum "
        "space a state of energy E_n lies on a shell about the level set e(k) = E_n whose "
        "thickness is eta^2; its weight within C eta^2 |Im G| goes to (2/pi) arctan C. Also "
        "the inverse participation of states and the ratio of neighbouring level spacings.",
    .source = "T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, section 4",
    .ensemble = KL_INDEPENDENT,
    .keys = keys_of_a_study,
    .columns = columns,
    KL_STUDY(eigenstates),
    .open = open_study,
    .close = close_study,
    .cost = eigenstates_cost,
    .begin = eigenstates_begin,
    .start = eigenstates_start,
    .advance = eigenstates_advance,
    .measure = eigenstates_measure,
    .end = eigenstates_end,
    .packing = eigenstates_packing,
    .shape = eigenstates_shape,
    .pack = eigenstates_pack,
    .unpack = eigenstates_unpack,
    .restored = eigenstates_restored,
    .constants = constants,
};
