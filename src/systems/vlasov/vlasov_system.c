#include "systems/vlasov/vlasov_system.h"

#include "base/memory.h"
#include "systems/vlasov/vlasov_study.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const kl_key *const keys_of_a_study[] = {
    vlasov_points_table,     kl_potential_map, kl_interaction_map,  kl_phase_observables_table,
    kl_phase_pictures_table, kl_split_map,     vlasov_limits_table, NULL};

/* ---- quantities ---- */

/* A function of x alone or of p alone, without jumps. */
static bool has_defect(const kl_phase_observable *o)
{
    const bool x = o->x.shape != KL_WINDOW_UNIFORM, p = o->p.shape != KL_WINDOW_UNIFORM;
    return !o->energy && x != p && kl_phase_observable_smooth(o);
}

/* A smooth function that the force changes. */
static bool has_terms(const kl_phase_observable *o)
{
    return !o->energy && o->p.shape != KL_WINDOW_UNIFORM && kl_phase_observable_smooth(o);
}

static kl_status name_one(vlasov *v, int at, const char *name, const char *ending, kl_error *err)
{
    snprintf(v->quantity[at].observable, KL_NAME, "%s%s", name, ending);
    snprintf(v->quantity[at].part, sizeof v->quantity[at].part, "re");
    for (int i = 0; i < at; i++)
        if (strcmp(v->quantity[i].observable, v->quantity[at].observable) == 0)
            return kl_fail(err, KL_INPUT, "observables.%d.name: %s is the name of another number",
                           i < v->observables.n ? i : 0, v->quantity[at].observable);
    return KL_OK;
}

static kl_status name_terms(vlasov *v, kl_error *err)
{
    static const char *const ending[] = {"_moyal", "_exchange", "_correlation"},
                             *const of_pairs[] = {"_pair_moyal", "_pair_force", "_pair_exchange",
                                                  "_pair_correlation"};
    int at = vlasov_terms(v);
    for (int i = 0; i < v->observables.n; i++)
        if (has_terms(&v->observables.observable[i]))
            v->hierarchy_of[v->nhierarchy++] = i;
    for (int k = 0; k < v->nhierarchy; k++)
        for (int i = 0; i < v->nterms; i++)
            KL_TRY(name_one(v, at++, v->observables.name[v->hierarchy_of[k]], ending[i], err));
    for (int k = 0; k < v->nhierarchy; k++)
        for (int i = 0; i < v->npairterms; i++)
            KL_TRY(name_one(v, at++, v->observables.name[v->hierarchy_of[k]], of_pairs[i], err));
    return KL_OK;
}

static kl_status name_quantities(vlasov *v, kl_error *err)
{
    const int n = v->observables.n;
    v->nterms = v->method == EXACT ? 3 : 2;
    v->npairterms = v->method == EXACT && v->pairs ? 4 : 0;
    KL_TRY(kl_alloc((size_t)(9 * n + 1), sizeof *v->quantity, "quantities", &v->quantity, err));
    KL_TRY(kl_alloc((size_t)n, sizeof *v->defect_of, "quantities", &v->defect_of, err));
    KL_TRY(kl_alloc((size_t)n, sizeof *v->hierarchy_of, "quantities", &v->hierarchy_of, err));
    for (int i = 0; i < n; i++)
        KL_TRY(name_one(v, i, v->observables.name[i], "", err));
    for (int i = 0; i < n && v->pairs; i++)
        if (has_defect(&v->observables.observable[i])) {
            KL_TRY(name_one(v, n + v->ndefects, v->observables.name[i], "_defect", err));
            v->defect_of[v->ndefects++] = i;
        }
    if (v->hierarchy)
        KL_TRY(name_terms(v, err));
    v->nquantities = vlasov_negativity(v) + v->pictures.whole_wigner;
    return v->pictures.whole_wigner ? name_one(v, vlasov_negativity(v), "negativity", "", err)
                                    : KL_OK;
}

/* ---- the study ---- */

static const kl_column columns[COLUMNS + 1] = {
    {.name = "particles",
     .units = "1",
     .long_name = "number of particles",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = "hbar", .units = "1", .long_name = "Planck's constant, N^(-1/d)", .role = KL_SMALL},
    {.name = "sites",
     .units = "1",
     .long_name = "points of the grid per axis",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = ""}};

static void name_checks(vlasov *v)
{
    static const char *const always[] = {[ORTHONORMALITY] = "orthonormality",
                                         [NUMBER] = "number",
                                         [ENERGY_DRIFT] = "energy_drift",
                                         [SPLITTING] = "splitting",
                                         [EDGE] = "edge",
                                         [BAND] = "band",
                                         [IMAGES] = "images"};
    for (v->nchecks = 0; v->nchecks < ALWAYS; v->nchecks++)
        v->check[v->nchecks] = always[v->nchecks];
    if (v->method == EXACT) {
        v->check[CORRELATION] = "correlation";
        v->check[BASIS] = "basis";
        v->check[PAIRS] = "pair_correlation";
    }
    if (v->kohn)
        v->check[v->nchecks++] = "kohn";
    if (v->pictures.whole_wigner)
        v->check[v->nchecks++] = "marginals";
}

static void make_description(vlasov *v)
{
    kl_description *d = &v->description;
    name_checks(v);
    d->points = (kl_points){v->npoints, COLUMNS, columns, v->columns, NULL};
    d->nquantities = v->nquantities;
    d->quantity = v->quantity;
    d->nchecks = v->nchecks;
    d->check = v->check;
    d->nfields = v->pictures.n;
    d->field = v->pictures.kind;
    d->nlimits = v->nlimits;
    d->limit = v->limit;
    d->nwarnings = v->warnings.n;
    d->warning = v->warnings.text;
}

static void close_study(void *self)
{
    vlasov *v = self;
    kl_keys_smooth_free(&v->potential);
    kl_keys_smooth_free(&v->interaction);
    kl_phase_observables_free(&v->observables);
    kl_phase_pictures_free(&v->pictures);
    kl_warnings_free(&v->warnings);
    free(v->point);
    free(v->particles);
    free(v->columns);
    free(v->quantity);
    free(v->defect_of);
    free(v->hierarchy_of);
    for (int i = 0; i < 2; i++) {
        free(v->solved[i].value);
        free(v->solved[i].error);
    }
}

static kl_status read_keys(vlasov *v, kl_node *root, kl_error *err)
{
    KL_TRY(vlasov_read_points(v, root, err));
    KL_TRY(kl_keys_phase_pictures(root, v->dimension, v->side, &v->pictures, err));
    if (v->pictures.whole_wigner && v->dimension > 1)
        return kl_config_fail(root, "fields", err, "wigner is not allowed: goes with dimension 1");
    KL_TRY(vlasov_read_limits(v, root, err));
    KL_TRY(name_quantities(v, err));
    if (v->hierarchy && v->nhierarchy == 0)
        return kl_config_fail(root, "hierarchy", err,
                              "true is not allowed: no observable is a smooth function of p");
    return KL_OK;
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    vlasov *v = self;
    v->times = *stations;
    KL_TRY(read_keys(v, root, err));
    make_description(v);
    return KL_OK;
}

static int axis_of(const void *self, int point, int f, int axis, double *coordinate)
{
    const vlasov *v = self;
    return kl_phase_pictures_axis(&v->pictures, &v->point[point], f, axis, coordinate);
}

const kl_system kl_system_vlasov = {
    .name = "vlasov",
    .summary = "Interacting fermions against the Vlasov equation",
    .model = "i hbar d/dt psi = [sum_j (-hbar^2/2 Laplacian_j + U(x_j)) + N^-1 sum_{i<j} V(x_i - "
             "x_j)] psi of N fermions, hbar = N^(-1/d), from the determinant of the lowest "
             "orbitals of |x|^2/2: by Hartree's equation, Hartree and Fock's, or exactly. The "
             "Wigner function of one particle goes to the solution of the Vlasov equation d/dt f + "
             "p.grad_x f - grad(U + V * rho).grad_p f = 0 from the Thomas-Fermi droplet: Hartree's "
             "with an error of order hbar^2, exchange and correlation with hbar^(d+1).",
    .source = "T. Chen, lecture notes on semiclassical scaling limits, University of Texas (2011), "
              "section 6; H. Narnhofer, G. Sewell, Comm. Math. Phys. 79 (1981) 9",
    .ensemble = KL_DETERMINISTIC,
    .stations = {"times", "time", "T", "1", "time"},
    .keys = keys_of_a_study,
    .columns = columns,
    KL_STUDY(vlasov),
    .open = open_study,
    .close = close_study,
    .axis = axis_of,
    .cost = vlasov_cost,
    .begin = vlasov_begin,
    .start = vlasov_start,
    .advance = vlasov_advance,
    .measure = vlasov_measure,
    .end = vlasov_end,
    .packing = vlasov_packing,
    .shape = vlasov_shape,
    .pack = vlasov_pack,
    .unpack = vlasov_unpack,
    .restored = vlasov_restored,
};
