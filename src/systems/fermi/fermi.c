#include "systems/fermi/fermi.h"

#include "base/complex.h"
#include "base/memory.h"
#include "parts/plain_keys.h"
#include "systems/fermi/fermi_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- determinants ---- */

typedef struct site_keys {
    kl_node *determinants;
    kl_reals sites;
    kl_ints orders;
    bool antithetic;
} site_keys;

static const kl_key sites_table[] = {
    {.name = "sites",
     KL_MATRIX_AT(site_keys, sites),
     .flags = KL_REQUIRED,
     KL_COUNT(1, KL_MOST_SITES),
     KL_RANGE(-1e6, 1e6),
     .doc = "x_1, x_2, ...: whole numbers, modulo the sites per side"},
    {.name = "orders",
     KL_INTS_AT(site_keys, orders),
     .flags = KL_INCREASING,
     KL_RANGE(1, KL_MOST_SITES),
     .doc = "r of det.r, of the first r sites; default: from 2 to all"},
    {.name = "antithetic",
     KL_BOOL_AT(site_keys, antithetic),
     .fallback = "false",
     .doc = "realization 2k+1 is that of 2k with omega turned to -omega"},
    {0}};
static const kl_key determinants_map[] = {{.name = "determinants",
                                           KL_MAP_AT(site_keys, determinants),
                                           .doc = "expectations of products of a+ and a",
                                           KL_BELOW(sites_table)},
                                          {0}};

/* No two sites are one on the lattice of a point. */
static kl_status check_sites(const fermi *f, const kl_node *node, kl_error *err)
{
    for (int p = 0; p < f->points.n; p++) {
        const int64_t L = f->points.point[p].sites;
        if (pow((double)L, (double)f->points.dimension) < f->sites.n)
            return kl_config_fail(node, "sites", err,
                                  "%d sites are not allowed: must be at most %lld, those of the "
                                  "lattice",
                                  f->sites.n, (long long)L);
        for (int i = 0; i < f->sites.n; i++)
            for (int j = 0; j < i; j++) {
                bool same = true;
                for (int c = 0; c < 3; c++)
                    same = same && (f->sites.site[i][c] - f->sites.site[j][c]) % L == 0;
                if (same)
                    return kl_config_fail(node, "sites", err,
                                          "%d and %d are one site modulo %lld: must differ", j + 1,
                                          i + 1, (long long)L);
            }
    }
    return KL_OK;
}

static kl_status read_orders(fermi_sites *s, const kl_node *node, const kl_ints *orders,
                             kl_error *err)
{
    s->norders = orders->n;
    for (int i = 0; i < orders->n; i++) {
        s->order[i] = (int)orders->v[i];
        if (s->order[i] > s->n)
            return kl_config_fail(node, "orders", err,
                                  "%d is not allowed: must be at most %d, the number of sites",
                                  s->order[i], s->n);
    }
    for (int r = 2; r <= s->n && orders->n == 0; r++)
        s->order[s->norders++] = r;
    return KL_OK;
}

/* How many lists `sites` has; 0: more than there may be, or none that could be read. */
static int count_rows(kl_node *node)
{
    kl_error ignored;
    site_keys keys;
    for (int rows = 1; rows <= KL_MOST_SITES; rows++) {
        kl_key one[] = {sites_table[0], {0}};
        one->min_count = one->max_count = rows;
        if (kl_config_read(node, one, &keys, &ignored) == KL_OK)
            return rows;
    }
    return 0;
}

static kl_status read_sites(fermi *f, kl_node *root, kl_error *err)
{
    site_keys keys = {0};
    fermi_sites *s = &f->sites;
    KL_TRY(kl_config_read(root, determinants_map, &keys, err));
    if (!keys.determinants)
        return KL_OK;
    kl_node *node = keys.determinants;
    const int d = (int)f->points.dimension;
    KL_TRY(kl_config_read(node, sites_table, &keys, err));
    s->n = count_rows(node);
    if (keys.sites.n != s->n * d)
        return kl_config_fail(node, "sites", err, "each site must have %d numbers, the dimension",
                              d);
    s->antithetic = keys.antithetic;
    for (int i = 0; i < keys.sites.n; i++) {
        if (keys.sites.v[i] != floor(keys.sites.v[i]))
            return kl_config_fail(node, "sites", err, "%g is not allowed: must be a whole number",
                                  keys.sites.v[i]);
        s->site[i / d][i % d] = (int)keys.sites.v[i];
    }
    KL_TRY(check_sites(f, node, err));
    return read_orders(s, node, &keys.orders, err);
}

/* ---- quantities ---- */

static kl_quantity *add(fermi *f, const char *part)
{
    kl_quantity *q = &f->quantity[f->nquantities++];
    snprintf(q->part, sizeof q->part, "%s", part);
    return q;
}

static kl_status name_quantities(fermi *f, kl_error *err)
{
    const kl_observables *o = &f->observables;
    const int most = o->nquantities * FERMI_MOST_POWER + KL_MOST_SITES * (KL_MOST_SITES + 1);
    KL_TRY(kl_alloc((size_t)most, sizeof *f->quantity, "quantities", &f->quantity, err));
    for (int q = 0; q < o->nquantities; q++)
        *add(f, "") = o->quantity[q];
    f->first_det = f->nquantities;
    for (int i = 0; i < f->sites.norders; i++)
        snprintf(add(f, "re")->observable, KL_NAME, "det.%d", f->sites.order[i]);
    f->first_matrix = f->nquantities;
    for (int i = 0; i < f->sites.n; i++)
        for (int j = i; j < f->sites.n; j++)
            for (int part = 0; part <= (j > i); part++)
                snprintf(add(f, part ? "im" : "re")->observable, KL_NAME, "correlation.%d.%d",
                         i + 1, j + 1);
    f->first_power = f->nquantities;
    for (int q = 0; q < o->nquantities; q++)
        for (int k = 2; k <= f->powers; k++)
            snprintf(add(f, o->quantity[q].part)->observable, KL_NAME, "%.50s.u%d",
                     o->quantity[q].observable, k);
    return KL_OK;
}

int fermi_matrix(const fermi *f, int i, int j, int part)
{
    const int n = f->sites.n; /* rows before i have 1 + 2 (n - 1 - row) numbers */
    const int row = i * (2 * n - i);
    return f->first_matrix + row + (j > i ? 2 * (j - i) - 1 + part : 0);
}

double fermi_determinant(const fermi *f, int r, const double *quantity)
{
    double complex a[KL_MOST_SITES][KL_MOST_SITES];
    double det = 1;
    for (int i = 0; i < r; i++)
        for (int j = i; j < r; j++) {
            const double im = j > i ? quantity[fermi_matrix(f, i, j, 1)] : 0;
            a[i][j] = CMPLX(quantity[fermi_matrix(f, i, j, 0)], im);
            a[j][i] = conj(a[i][j]);
        }
    for (int k = 0; k < r; k++) { /* positive: pivots stay on the diagonal */
        const double pivot = creal(a[k][k]);
        det *= pivot;
        for (int i = k + 1; i < r && pivot != 0; i++)
            for (int j = k + 1; j < r; j++)
                a[i][j] -= a[i][k] * a[k][j] / pivot;
    }
    return det;
}

/* ---- the study ---- */

static const kl_key *const keys[] = {kl_points_table,
                                     kl_disorders_map,
                                     kl_gas_start_map,
                                     kl_gas_vectors_table,
                                     kl_gas_observables_table,
                                     determinants_map,
                                     kl_bins_table,
                                     kl_propagator_map,
                                     kl_machine_table,
                                     NULL};

kl_propagation_setup fermi_setup(const fermi *f, int point)
{
    kl_propagation_setup setup = kl_propagation_at(&f->points, point, &f->times, &f->propagator);
    setup.eta *= 2;
    setup.unit *= 2;
    return setup;
}

static double worst_rounding(const fermi *f, kl_precision precision)
{
    double worst = 0;
    for (int i = 0; i < f->points.n; i++) {
        kl_propagation_setup setup = fermi_setup(f, i);
        setup.propagator.precision = precision;
        worst = fmax(worst, kl_propagation_rounding(&setup));
    }
    return worst;
}

static kl_status read_keys(fermi *f, kl_node *root, kl_error *err)
{
    kl_ints distributions;
    KL_TRY(kl_keys_disorders(root, &f->disorder, &distributions, err));
    KL_TRY(kl_keys_points(root, 2, &distributions, &f->points, err));
    KL_TRY(kl_gas_start_read(root, &f->points, &f->start, err));
    KL_TRY(kl_gas_vectors_read(root, &f->points, &f->vectors, err));
    KL_TRY(kl_gas_observables_read(root, &f->points, 0.5, &f->observables, err));
    KL_TRY(read_sites(f, root, err));
    KL_TRY(kl_bins_read(root, f->points.dimension, &f->bins, err));
    KL_TRY(kl_keys_propagator(root, &f->propagator, err));
    KL_TRY(
        kl_keys_tolerance(root, &f->propagator, worst_rounding(f, f->propagator.precision), err));
    if (!f->vectors.all && f->vectors.count > 1)
        f->powers = f->vectors.count < FERMI_MOST_POWER ? (int)f->vectors.count : FERMI_MOST_POWER;
    if (f->start.envelope && f->sites.n > 0)
        return kl_config_fail(root, "determinants", err,
                              "goes with a start that is the same everywhere");
    return name_quantities(f, err);
}

static const kl_limit reference = {.name = "reference",
                                   .long_name = "kinetic limit",
                                   .fields = true,
                                   .solve = fermi_solve,
                                   .same_as = fermi_same,
                                   .seconds = fermi_seconds};
static const kl_limit response = {.name = "response",
                                  .long_name = "response of determinants",
                                  .silent = true,
                                  .solve = fermi_solve_response,
                                  .same_as = fermi_same_response,
                                  .seconds = fermi_response_seconds};

static kl_status make_constants(fermi *f, kl_error *err)
{
    const kl_observables *o = &f->observables;
    if (f->start.type != KL_FERMI_DIRAC || f->points.dimension == 1 || f->start.envelope)
        return KL_OK;
    KL_TRY(kl_alloc((size_t)o->n, sizeof *f->constant, "constants", &f->constant, err));
    for (int k = 0; k < o->n; k++)
        f->constant[k] = (kl_constant){
            .name = "fermi_dirac_shift", .observable = kl_observables_name(o, k), .part = "re"};
    f->description.nconstants = o->n;
    f->description.constant = f->constant;
    return KL_OK;
}

static kl_status make_description(fermi *f, kl_error *err)
{
    static const char *const checks[CHECKS] = {"norm_drift", "energy_drift"};
    kl_description *d = &f->description;
    *d = (kl_description){.points = kl_lattice_points_describe(&f->points),
                          .nquantities = f->nquantities,
                          .quantity = f->quantity,
                          .nchecks = CHECKS,
                          .check = checks,
                          .nfields = f->bins.n,
                          .field = f->bins.kind,
                          .limit = f->limit,
                          .block = f->sites.antithetic ? 2 : 1,
                          .nwarnings = f->warnings.n,
                          .warning = f->warnings.text,
                          .random = true,
                          .seed = f->disorder.seed};
    f->limit[d->nlimits++] = reference;
    if (f->sites.n > 0 && f->points.dimension == 3)
        f->limit[d->nlimits++] = response;
    KL_TRY(make_constants(f, err));
    return fermi_make_derived(f, err);
}

static void close_study(void *self)
{
    fermi *f = self;
    kl_lattice_points_free(&f->points);
    kl_gas_start_free(&f->start);
    kl_observables_free(&f->observables);
    kl_bins_free(&f->bins);
    kl_warnings_free(&f->warnings);
    free(f->quantity);
    free(f->derived);
    free(f->meaning);
    free(f->constant);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    fermi *f = self;
    f->times = *stations;
    KL_TRY(read_keys(f, root, err));
    return make_description(f, err);
}

static int axis(const void *self, int point, int f, int axis_number, double *coordinate)
{
    const fermi *study = self;
    (void)axis_number;
    return kl_bins_axis(&study->bins, &study->points.point[point], f, coordinate);
}

/* Of vectors that are off by the tolerance, the density being at most 1; of r of them. */
static double accuracy(const void *self, int point, int station, int quantity)
{
    const fermi *f = self;
    const double tolerance = (2 + f->propagator.tolerance) * f->propagator.tolerance;
    (void)point, (void)station;
    if (quantity < f->observables.nquantities)
        return tolerance *
               kl_observables_bound(&f->observables, kl_observables_of(&f->observables, quantity));
    return KL_MOST_SITES * tolerance;
}

const kl_system kl_system_fermi = {
    .name = "fermi",
    .summary = "ideal Fermi gas in a weak random potential against the linear Boltzmann equation",
    .model = "A gas of fermions that do not interact moves on the lattice Z^d in a random "
             "potential: H = T + eta V, where T has the dispersion E(p) = sum_j cos 2 pi p_j and "
             "the V(x) are independent with mean 0 and variance 1. It starts quasifree with an "
             "occupation J(p) of momenta. Times are measured on the kinetic scale, T = eta^2 t. As "
             "eta goes to 0 the occupation averaged over the potential converges to the solution "
             "of the linear Boltzmann equation, and averaged expectations of products to "
             "determinants of it. An observable is the density int dp b(p) mu_T(p).",
    .source = "T. Chen, I. Sasaki, arXiv 0711.0959; T. Chen, RIMS Kokyuroku Bessatsu B21 "
              "(2010) 63, section 5",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "time", "T", "1", "macroscopic time"},
    .columns = kl_lattice_columns,
    .keys = keys,
    KL_STUDY(fermi),
    .open = open_study,
    .close = close_study,
    .axis = axis,
    .cost = fermi_cost,
    .begin = fermi_begin,
    .start = fermi_start,
    .advance = fermi_advance,
    .measure = fermi_measure,
    .end = fermi_end,
    .chosen = fermi_chosen,
    .packing = fermi_packing,
    .shape = fermi_shape,
    .pack = fermi_pack,
    .unpack = fermi_unpack,
    .restored = fermi_restored,
    .constants = fermi_constants,
    .accuracy = accuracy,
};
