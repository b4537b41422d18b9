#include "systems/hartree_fock/hartree_fock.h"

#include "base/memory.h"
#include "systems/hartree_fock/hartree_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- keys ---- */

typedef struct own_keys {
    kl_node *step, *fixed_point, *phi;
    int clock, correction, type;
    double size, beta, mu;
    int64_t order, starts;
} own_keys;

static const char *const clocks[] = {"eta2", "lambda", NULL};
static const char *const corrections[] = {"none", "halves", NULL};
static const char *const phis[] = {"fermi_dirac", NULL};

static const kl_key step_table[] = {
    {.name = "size",
     KL_REAL_AT(own_keys, size),
     KL_RANGE_ABOVE(0, 10),
     .fallback = "0.1",
     .doc = "in microscopic t, shortened to divide the times"},
    {.name = "order", KL_INT_AT(own_keys, order), KL_RANGE(2, 4), .fallback = "2", .doc = "2 or 4"},
    {0}};
static const kl_key phi_table[] = {{.name = "type",
                                    KL_CHOICE_AT(own_keys, type, phis),
                                    .flags = KL_REQUIRED,
                                    .doc = "phi = 1/(1 + exp(beta (E - mu)))"},
                                   {.name = "beta",
                                    KL_REAL_AT(own_keys, beta),
                                    .flags = KL_REQUIRED,
                                    KL_RANGE_ABOVE(0, 1e3),
                                    .doc = "of phi"},
                                   {.name = "mu",
                                    KL_REAL_AT(own_keys, mu),
                                    .flags = KL_REQUIRED,
                                    KL_RANGE(-1e3, 1e3),
                                    .doc = "of phi"},
                                   {0}};
static const kl_key fixed_point_table[] = {{.name = "phi",
                                            KL_MAP_AT(own_keys, phi),
                                            .flags = KL_REQUIRED,
                                            .doc = "F = phi(E~_F)",
                                            KL_BELOW(phi_table)},
                                           {.name = "starts",
                                            KL_INT_AT(own_keys, starts),
                                            KL_RANGE(1, 1000),
                                            .fallback = "20",
                                            .doc = "of Newton's method"},
                                           {0}};
static const kl_key own_table[] = {{.name = "clock",
                                    KL_CHOICE_AT(own_keys, clock, clocks),
                                    .fallback = "eta2",
                                    .doc = "T = eta^2 t, or T = |lambda| t"},
                                   {.name = "step",
                                    KL_MAP_AT(own_keys, step),
                                    .fallback = "{}",
                                    .doc = "of time",
                                    KL_BELOW(step_table)},
                                   {.name = "correction",
                                    KL_CHOICE_AT(own_keys, correction, corrections),
                                    .fallback = "none",
                                    .doc = "halves: samples are 2 X_M less those of two halves"},
                                   {.name = "fixed_point",
                                    KL_MAP_AT(own_keys, fixed_point),
                                    .flags = KL_FREE,
                                    .doc = "fixed points of the renormalised energy",
                                    KL_BELOW(fixed_point_table)},
                                   {0}};

static const kl_key *const keys[] = {
    kl_points_table,          kl_disorder_map,        kl_gas_start_map,
    kl_gas_vectors_table,     kl_gas_interaction_map, own_table,
    kl_gas_observables_table, kl_bins_table,          NULL};

double hartree_time(const hartree *h, int point, int station)
{
    const double *column = h->column + 3 * point;
    const double unit = h->clock == HARTREE_LAMBDA ? fabs(column[1]) : column[0] * column[0];
    return h->times.value[station] / unit;
}

/* ---- reading ---- */

static kl_status read_own(hartree *h, kl_node *root, kl_error *err)
{
    own_keys own = {0};
    KL_TRY(kl_config_read(root, own_table, &own, err));
    KL_TRY(kl_config_read(own.step, step_table, &own, err));
    if (own.order == 3)
        return kl_config_fail(own.step, "order", err, "3 is not allowed: must be 2 or 4");
    h->clock = own.clock;
    h->step = own.size;
    h->order = (int)own.order;
    h->halves = own.correction == 1;
    if (!own.fixed_point)
        return KL_OK;
    KL_TRY(kl_config_read(own.fixed_point, fixed_point_table, &own, err));
    KL_TRY(kl_config_read(own.phi, phi_table, &own, err));
    h->search = true;
    h->beta = own.beta;
    h->mu = own.mu;
    h->starts = own.starts;
    return KL_OK;
}

/* One lattice at each eta; eta, lambda, sites. */
static kl_status make_columns(hartree *h, kl_node *root, kl_error *err)
{
    const size_t n = (size_t)h->points.n;
    KL_TRY(kl_alloc(3 * n, sizeof *h->column, "points", &h->column, err));
    for (int i = 0; i < h->points.n; i++) {
        double *column = h->column + 3 * i;
        column[0] = h->points.point[i].eta;
        column[1] = kl_gas_interaction_strength(&h->interaction, &h->points, i);
        column[2] = (double)h->points.point[i].sites;
        if (i > 0 && column[0] == column[-3])
            return kl_config_fail(root, "box", err, "must be one number: one lattice at each eta");
        if (h->clock == HARTREE_LAMBDA && column[1] == 0)
            return kl_config_fail(root, "clock", err,
                                  "lambda is not allowed at lambda 0: must be eta2");
    }
    return KL_OK;
}

/* What does not go together. */
static kl_status check(hartree *h, kl_node *root, kl_error *err)
{
    struct {
        int64_t members;
    } count = {0};
    const kl_key members[] = {{.name = "realizations",
                               .type = KL_KEY_INT,
                               .offset = 0,
                               KL_RANGE(1, 1e8),
                               .doc = "members"},
                              {0}};
    if (h->start.envelope)
        return kl_config_fail(root, "start.envelope", err,
                              "is not allowed: the mean field is the same everywhere");
    for (int k = 0; k < h->observables.n; k++)
        if (h->observables.observable[k].position != KL_POSITION_UNIFORM)
            return kl_config_fail(root, "observables", err,
                                  "position must be uniform: the gas is the same everywhere");
    KL_TRY(kl_config_read(root, members, &count, err));
    if (h->halves && count.members % 2 != 0)
        return kl_config_fail(root, "realizations", err,
                              "%lld is not allowed with correction: halves: must be even",
                              (long long)count.members);
    return KL_OK;
}

static kl_status read_keys(hartree *h, kl_node *root, kl_error *err)
{
    KL_TRY(kl_keys_disorder(root, &h->disorder, err));
    const kl_ints one = {1, (int64_t[]){h->disorder.distribution}};
    KL_TRY(kl_keys_points(root, 2, &one, &h->points, err));
    KL_TRY(kl_gas_start_read(root, &h->points, &h->start, err));
    KL_TRY(kl_gas_vectors_read(root, &h->points, &h->vectors, err));
    KL_TRY(kl_gas_interaction_read(root, &h->points, &h->interaction, err));
    KL_TRY(kl_gas_observables_read(root, &h->points, 0.5, &h->observables, err));
    KL_TRY(kl_bins_read(root, h->points.dimension, &h->bins, err));
    KL_TRY(read_own(h, root, err));
    KL_TRY(make_columns(h, root, err));
    return check(h, root, err);
}

/* ---- the description ---- */

static const kl_column columns[] = {
    {.name = "eta", .units = "1", .long_name = "strength of disorder", .role = KL_SMALL},
    {.name = "lambda", .units = "1", .long_name = "strength of interaction", .role = KL_FOLLOWS},
    {.name = "sites",
     .units = "1",
     .long_name = "lattice sites per side",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = ""}};

static const kl_limit reference = {.name = "reference",
                                   .long_name = "nonlinear Boltzmann equation",
                                   .solve = hartree_solve,
                                   .seconds = hartree_seconds};
static const kl_limit frozen = {.name = "frozen",
                                .long_name = "Boltzmann equation on the shells of the start",
                                .solve = hartree_solve_frozen,
                                .seconds = hartree_seconds};
static const kl_limit linear = {
    .name = "linear", .long_name = "linear Boltzmann equation", .solve = hartree_solve_linear};
static const kl_limit stationary = {.name = "stationary",
                                    .long_name = "stationary start and its first correction",
                                    .solve = hartree_solve_linear};

static kl_status make_constants(hartree *h, kl_error *err)
{
    static const char *const axis[3] = {"a_1", "a_2", "a_3"};
    const int d = (int)h->points.dimension;
    const int n = 1 + (h->search ? KL_MOST_BRANCHES * (d + 1) : 0);
    KL_TRY(kl_alloc((size_t)n, sizeof *h->constant, "constants", &h->constant, err));
    h->constant[0] = (kl_constant){.name = "residual"};
    for (int i = 1; i < n; i++) {
        const int j = (i - 1) % (d + 1);
        h->constant[i] = (kl_constant){.name = "fixed_point",
                                       .observable = j < d ? axis[j] : "energy",
                                       .part = "re",
                                       .order = 1 + (i - 1) / (d + 1)};
    }
    h->description.nconstants = n;
    h->description.constant = h->constant;
    return KL_OK;
}

static kl_status make_description(hartree *h, kl_error *err)
{
    static const char *const checks[CHECKS] = {"number_drift", "energy_drift", "occupation_excess"};
    kl_description *d = &h->description;
    *d = (kl_description){
        .points = {.n = h->points.n, .ncolumns = 3, .column = columns, .value = h->column},
        .nquantities = h->observables.nquantities,
        .quantity = h->observables.quantity,
        .nchecks = CHECKS,
        .check = checks,
        .nfields = h->bins.n,
        .field = h->bins.kind,
        .limit = h->limit,
        .nwarnings = h->warnings.n,
        .warning = h->warnings.text,
        .random = true,
        .seed = h->disorder.seed};
    h->limit[d->nlimits++] = reference;
    h->limit[d->nlimits++] = linear;
    if (h->clock == HARTREE_ETA2)
        h->limit[d->nlimits++] = frozen;
    if (h->clock == HARTREE_LAMBDA)
        h->limit[d->nlimits++] = stationary;
    return make_constants(h, err);
}

static void close_study(void *self)
{
    hartree *h = self;
    kl_lattice_points_free(&h->points);
    kl_gas_start_free(&h->start);
    kl_observables_free(&h->observables);
    kl_bins_free(&h->bins);
    kl_warnings_free(&h->warnings);
    free(h->column);
    free(h->constant);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    hartree *h = self;
    h->times = *stations;
    KL_TRY(read_keys(h, root, err));
    return make_description(h, err);
}

static int axis_of(const void *self, int point, int f, int axis_number, double *coordinate)
{
    const hartree *h = self;
    (void)axis_number;
    return kl_bins_axis(&h->bins, &h->points.point[point], f, coordinate);
}

const kl_system kl_system_hartree_fock = {
    .name = "hartree_fock",
    .summary = "Hartree-Fock Fermi gas in a weak random potential against a nonlinear Boltzmann "
               "equation",
    .model = "A gas of fermions moves on the lattice Z^d in a random potential and in the exchange "
             "field of its own occupation averaged over the potential: i d/dt psi = (E(p) - lambda "
             "kappa_t(p)) psi + eta V psi, E(p) = sum_j cos 2 pi p_j, kappa_t = v^ * mu_t. The "
             "realizations of an ensemble share mu_t and advance together. As eta goes to 0 at T = "
             "eta^2 t the occupation is compared with a Boltzmann equation on the shells of the "
             "renormalised energy E - lambda kappa, and with the linear one.",
    .source = "T. Chen, I. Rodnianski, arXiv 0910.2786; T. Chen, RIMS Kokyuroku Bessatsu B21 "
              "(2010) 63, section 6",
    .ensemble = KL_LOCKSTEP,
    .stations = {"times", "time", "T", "1", "macroscopic time"},
    .columns = columns,
    .keys = keys,
    KL_STUDY(hartree),
    .open = open_study,
    .close = close_study,
    .axis = axis_of,
    .cost = hartree_cost,
    .begin = hartree_begin,
    .start = hartree_start,
    .advance = hartree_advance,
    .measure = hartree_measure,
    .end = hartree_end,
    .packing = hartree_packing,
    .shape = hartree_shape,
    .pack = hartree_pack,
    .unpack = hartree_unpack,
    .restored = hartree_restored,
    .constants = hartree_constants,
};
