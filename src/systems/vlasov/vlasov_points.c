/* The points of a study and their grids.
 *
 * The droplet of the Thomas-Fermi start, |x|^2 + |p|^2 < 2 E_F, moves with a few hundred classical
 * particles; spheres around it, as far out as the orbitals have tails, say how far these come. */
#include "systems/vlasov/vlasov_study.h"

#include "base/memory.h"
#include "classical/droplet_reach.h"
#include "continuum/determinants.h"
#include "continuum/many.h"
#include "parts/phase_sites.h"
#include "parts/plain_keys.h"

#include <math.h>
#include <stdlib.h>

typedef struct points_keys {
    int64_t dimension;
    kl_ints particles, sites;
    int method, trap;
    double box;
    kl_reals displacement;
    bool pairs, hierarchy;
} points_keys;
static const char *const methods[] = {
    [HARTREE] = "hartree", [HARTREE_FOCK] = "hartree_fock", [EXACT] = "exact", NULL};
static const char *const traps[] = {"harmonic", NULL};

const kl_key vlasov_points_table[] = {
    {.name = "dimension",
     KL_INT_AT(points_keys, dimension),
     .flags = KL_REQUIRED,
     KL_RANGE(1, 3),
     .doc = "of space: 1, 2 or 3"},
    {.name = "particles",
     KL_INTS_AT(points_keys, particles),
     .flags = KL_REQUIRED | KL_DISTINCT,
     KL_RANGE(1, 1000000),
     .doc = "N, one point each; hbar = N^(-1/d). In d = 2, 3 whole shells of the trap"},
    {.name = "method",
     KL_CHOICE_AT(points_keys, method, methods),
     .fallback = "hartree",
     .doc = "hartree_fock: with exchange, d = 1; exact: of 2 to 6 particles, d = 1"},
    {.name = "box",
     KL_REAL_AT(points_keys, box),
     .flags = KL_REQUIRED,
     KL_RANGE_ABOVE(0, 1e6),
     .doc = "side of the periodic box [-box/2, box/2)^d"},
    {.name = "sites",
     KL_INTS_AT(points_keys, sites),
     KL_RANGE(8, 1e7),
     .doc = "points of the grid per axis, a multiple of 4, one entry per number of particles; "
            "default: what the cloud needs"},
    {.name = "trap",
     KL_CHOICE_AT(points_keys, trap, traps),
     .fallback = "harmonic",
     .doc = "until T = 0: the start is the lowest orbitals of |x|^2/2"},
    {.name = "displacement",
     KL_REALS_AT(points_keys, displacement),
     KL_RANGE(-1e6, 1e6),
     .doc = "of the trap, and so of the start; default: none"},
    {.name = "pairs",
     KL_BOOL_AT(points_keys, pairs),
     .fallback = "false",
     .doc = "true: NAME_defect, how far pairs of particles are from independent, of each "
            "observable of x alone or of p alone"},
    {.name = "hierarchy",
     KL_BOOL_AT(points_keys, hierarchy),
     .fallback = "false",
     .doc = "true: NAME_moyal, NAME_exchange, of exact runs NAME_correlation, what the equation of "
            "one particle has beyond Vlasov's, for each smooth observable with a function of p; of "
            "exact runs with pairs NAME_pair_moyal, NAME_pair_force, NAME_pair_exchange and "
            "NAME_pair_correlation, that of two particles; d = 1"},
    {0}};

double vlasov_fermi_energy(int64_t dimension)
{
    return pow(tgamma((double)dimension + 1), 1 / (double)dimension);
}

/* ---- particles ---- */

static kl_status check_particles(const vlasov *v, kl_node *root, int i, int64_t n, kl_error *err)
{
    char path[32];
    int64_t below, above;
    snprintf(path, sizeof path, "particles.%d", i);
    if (v->method == EXACT && (n < KL_LEAST_FERMIONS || n > KL_MOST_FERMIONS))
        return kl_config_fail(root, path, err, "%lld is not allowed: exact goes with %d to %d",
                              (long long)n, KL_LEAST_FERMIONS, KL_MOST_FERMIONS);
    if (kl_orbitals_shells((int)v->dimension, n, &below, &above) == 0)
        return kl_config_fail(root, path, err,
                              "%lld closes no shell of the trap in dimension %d: %lld or %lld do",
                              (long long)n, (int)v->dimension, (long long)below, (long long)above);
    return KL_OK;
}

static kl_status check_method(const vlasov *v, kl_node *root, kl_error *err)
{
    if (v->method != HARTREE && v->dimension > 1)
        return kl_config_fail(root, "method", err, "%s is not allowed in dimension %d: must be 1",
                              methods[v->method], (int)v->dimension);
    if (v->hierarchy && v->dimension > 1)
        return kl_config_fail(root, "hierarchy", err,
                              "true is not allowed in dimension %d: must be 1", (int)v->dimension);
    if (v->propagator.method == KL_SPLIT_HARMONIC)
        return kl_config_fail(root, "propagator.method", err,
                              "harmonic is not allowed: a mean field is no fixed parabola; must be "
                              "strang or chin4");
    return KL_OK;
}

/* ---- grids ---- */

typedef struct reach { /* of each point: of all but 6e-7 of |psi|^2, and at the tolerance */
    double *memory, *certain_x, *certain_p, *x, *p;
} reach;

static const double certain = 14.3; /* exp(-certain) = 6e-7 */

static kl_status find_reach(vlasov *v, reach *r, kl_error *err)
{
    const double radius = sqrt(2 * vlasov_fermi_energy(v->dimension)),
                 decay = 2 * log(100 / v->propagator.tolerance);
    const size_t n = (size_t)v->npoints;
    kl_droplet cloud = {.potential = &v->potential,
                        .interaction = &v->interaction,
                        .radius = radius,
                        .last = v->times.value[v->times.n - 1]};
    const size_t all = 2 * n + 1;
    KL_TRY(kl_alloc(3 * all, sizeof *r->memory, "points", &r->memory, err));
    double *spheres = r->memory, *x = spheres + all, *p = x + all;
    *r = (reach){spheres, x, p, x + n, p + n};
    for (int j = 0; j < 3; j++)
        cloud.center[j] = v->displacement[j];
    for (size_t i = 0; i < n; i++) {
        spheres[i] = kl_droplet_tail(radius, v->point[i].eps, certain);
        spheres[n + i] = kl_droplet_tail(radius, v->point[i].eps, decay);
    }
    spheres[2 * n] = radius;
    KL_TRY(kl_droplet_reach(&cloud, (int)all, spheres, x, p, err));
    v->droplet_x = x[2 * n];
    v->droplet_p = p[2 * n];
    return KL_OK;
}

static kl_status check_box(const vlasov *v, kl_node *root, int i, double x, kl_error *err)
{
    const double images = v->times.value[v->times.n - 1] / v->point[i].eps *
                          kl_box_interaction_images(&v->interaction, v->side, v->droplet_x);
    if (isinf(x))
        return kl_config_fail(root, "potential", err,
                              "particles run away to infinity before T = %g: no box holds them",
                              v->times.value[v->times.n - 1]);
    if (x > v->side / 2)
        return kl_config_fail(root, "box", err,
                              "%g is not allowed: %lld particles come to |x_j| = %.4g: must be at "
                              "least %.4g",
                              v->side, (long long)v->particles[i], x, 2.1 * x);
    if (images > 1e-3)
        return kl_config_fail(root, "box", err,
                              "%g is not allowed: the cloud comes to |x_j| = %.4g, from where its "
                              "images in the periodic box are in reach of the interaction",
                              v->side, v->droplet_x);
    return KL_OK;
}

static kl_status make_grid(vlasov *v, kl_node *root, const reach *r, int i, kl_error *err)
{
    kl_box_point *at = &v->point[i];
    const kl_phase_sites grid = {.small = "particles",
                                 .eps = at->eps,
                                 .dimension = (int)v->dimension,
                                 .side = v->side,
                                 .arrays = 2 * (double)v->particles[i] + 8};
    KL_TRY(check_box(v, root, i, r->certain_x[i], err));
    if (r->x[i] > v->side / 2)
        KL_TRY(kl_warnings_add(&v->warnings, err,
                               "tails of %lld particles come to the edge of the box %g: the errors "
                               "of the samples say how much",
                               (long long)v->particles[i], v->side));
    at->x = fmin(r->x[i], v->side / 2);
    at->p = fmax(r->p[i], r->certain_p[i]);
    return kl_keys_phase_sites(root, &grid, v->observables.n, v->observables.observable,
                               r->certain_p[i], at->p, &at->sites, err);
}

static kl_status make_grids(vlasov *v, kl_node *root, kl_error *err)
{
    reach r = {0};
    kl_status status = find_reach(v, &r, err);
    for (int i = 0; i < v->npoints && status == KL_OK; i++) {
        status = make_grid(v, root, &r, i, err);
        v->columns[COLUMNS * i] = (double)v->particles[i];
        v->columns[COLUMNS * i + 1] = v->point[i].eps;
        v->columns[COLUMNS * i + 2] = (double)v->point[i].sites;
    }
    free(r.memory);
    return status;
}

/* ---- the centre of mass ---- */

/* Is U a sum of parabolas, one for each axis? */
static void find_parabolas(vlasov *v)
{
    const kl_smooth *u = &v->potential;
    v->kohn = u->sum.nwaves == 0 && u->ngaussians == 0;
    for (int t = 0; t < u->sum.nterms; t++) {
        const int *n = u->sum.term[t].power;
        const int degree = n[0] + n[1] + n[2], axis = n[0] ? 0 : n[1] ? 1 : 2;
        v->kohn = v->kohn && degree <= 2 && n[axis] == degree;
        (degree == 2 ? v->square : v->slope)[axis] += u->sum.term[t].coefficient;
    }
}

/* ---- all ---- */

static kl_status allocate(vlasov *v, int n, kl_error *err)
{
    v->npoints = n;
    KL_TRY(kl_alloc((size_t)n, sizeof *v->point, "points", &v->point, err));
    KL_TRY(kl_alloc((size_t)n, sizeof *v->particles, "points", &v->particles, err));
    return kl_alloc((size_t)n * COLUMNS, sizeof *v->columns, "points", &v->columns, err);
}

static kl_status read_parts(vlasov *v, kl_node *root, kl_error *err)
{
    kl_reals hbar = {0};
    KL_TRY(kl_keys_split(root, &v->propagator, err));
    KL_TRY(check_method(v, root, err));
    KL_TRY(kl_keys_potential(root, v->dimension, v->side, v->propagator.tolerance, &v->potential,
                             err));
    KL_TRY(kl_keys_interaction(root, v->dimension, &v->interaction, err));
    KL_TRY(kl_alloc((size_t)v->npoints, sizeof *hbar.v, "points", &hbar.v, err));
    for (hbar.n = 0; hbar.n < v->npoints; hbar.n++)
        hbar.v[hbar.n] = v->point[hbar.n].eps;
    const kl_status status =
        kl_keys_phase_observables(root, v->dimension, &hbar, v->side, &v->observables, err);
    free(hbar.v);
    return status;
}

kl_status vlasov_read_points(vlasov *v, kl_node *root, kl_error *err)
{
    points_keys keys = {0};
    KL_TRY(kl_config_read(root, vlasov_points_table, &keys, err));
    v->dimension = keys.dimension;
    v->side = keys.box;
    v->method = (vlasov_method)keys.method;
    v->pairs = keys.pairs;
    v->hierarchy = keys.hierarchy;
    KL_TRY(kl_keys_vector(root, "displacement", &keys.displacement, v->dimension, v->displacement,
                          err));
    if (keys.sites.n > 0 && keys.sites.n != keys.particles.n)
        return kl_config_fail(root, "sites", err,
                              "%d of them are not allowed: must be %d, as particles", keys.sites.n,
                              keys.particles.n);
    KL_TRY(allocate(v, keys.particles.n, err));
    for (int i = 0; i < v->npoints; i++) {
        v->particles[i] = keys.particles.v[i];
        v->point[i].eps = pow((double)v->particles[i], -1 / (double)v->dimension);
        v->point[i].sites = keys.sites.n ? keys.sites.v[i] : 0;
        KL_TRY(check_particles(v, root, i, v->particles[i], err));
    }
    KL_TRY(read_parts(v, root, err));
    find_parabolas(v);
    return make_grids(v, root, err);
}
