#include "systems/vlasov/vlasov_study.h"

#include "base/memory.h"
#include "continuum/many.h"
#include "continuum/weyl.h"

#include <stdlib.h>
#include <string.h>

typedef struct progress { /* plain data, in checkpoints beside the orbitals */
    kl_step_progress steps;
    kl_many_progress many;     /* of exact runs */
    double energy;             /* at time 0 */
    double edge, band, images; /* the most so far */
} progress;

typedef struct vlasov_run {
    const vlasov *v;
    int point;
    MPI_Comm group;
    kl_orbitals orbitals; /* exact: as many as the basis has, natural ones, on each rank */
    kl_orbital_steps steps;
    complex double *phi; /* exact: in proportion to their occupation */
    kl_many_problem problem;
    kl_many *many; /* NULL unless exact */
    kl_many_checks checks;
    progress now;
    bool restored; /* a rank without orbitals does not know it yet */
} vlasov_run;

static kl_orbital_method method_of(const vlasov *v)
{
    if (v->propagator.method == KL_SPLIT_STRANG)
        return KL_ORBITAL_STRANG;
    return v->method == HARTREE ? KL_ORBITAL_CHIN4 : KL_ORBITAL_BM4;
}

/* ---- begin and end ---- */

/* Steps to the last time, roughly: the error of one is measured to be so many times dt^(order + 1)
 * over hbar. */
static double steps_of(const vlasov *v, const kl_box_point *at)
{
    static const double constant[] = {
        [KL_ORBITAL_STRANG] = 0.1, [KL_ORBITAL_CHIN4] = 2e-3, [KL_ORBITAL_BM4] = 0.2};
    const kl_orbital_method method = method_of(v);
    const double last = v->times.value[v->times.n - 1], order = kl_orbital_steps_order(method),
                 allowed = v->propagator.tolerance / fmax(last, 1e-9) * at->eps / constant[method];
    return 1 + 1.6 * last / pow(allowed, 1 / order);
}

static kl_many_problem problem_of(const vlasov *v, int point)
{
    const int n = (int)v->particles[point];
    return (kl_many_problem){.particles = n,
                             .orbitals = kl_many_orbitals_for(n),
                             .potential = &v->potential,
                             .interaction = &v->interaction,
                             .displacement = v->displacement[0],
                             .side = v->side,
                             .sites = v->point[point].sites,
                             .tolerance = v->propagator.tolerance,
                             .last = v->times.value[v->times.n - 1]};
}

/* Terms of the hierarchy at all times: rows of gamma, and J and its slope on each of n orbitals. */
static double seconds_of_terms(const vlasov *v, int point, double n)
{
    const double sites = (double)v->point[point].sites;
    return v->nhierarchy > 0 ? 2e-9 * v->times.n * sites * sites * n * (2 + 2. * v->nhierarchy) : 0;
}

static kl_cost cost_of_exact(const vlasov *v, int point)
{
    const kl_many_problem p = problem_of(v, point);
    const double array = kl_box_bytes(1, v->point[point].sites, 1);
    return (kl_cost){.bytes = kl_many_bytes(&p) + 5 * p.orbitals * array +
                              8 * (2. + p.orbitals) * kl_phase_pictures_cells(&v->pictures) + 65536,
                     .seconds = kl_many_seconds(&p, v->times.value[v->times.n - 1]) + 0.01 +
                                2 * seconds_of_terms(v, point, p.orbitals)};
}

kl_cost vlasov_cost(const void *self, int point, int group_ranks)
{
    const vlasov *v = self;
    if (v->method == EXACT)
        return cost_of_exact(v, point);
    const kl_box_point *at = &v->point[point];
    const int d = (int)v->dimension, waves = v->interaction.sum.nwaves;
    const kl_orbital_method method = method_of(v);
    const bool exchange = v->method == HARTREE_FOCK;
    const double n = (double)v->particles[point], array = kl_box_bytes(d, at->sites, 1),
                 stages = kl_orbital_steps_transforms(method) / 2.,
                 kicks = stages * (6 + (exchange ? 8 * n * n : 0)),
                 transforms = steps_of(v, at) * (2 * stages * n + kicks) +
                              v->times.n * n * (2.0 * v->observables.n + 4),
                 pairs = v->times.n * (double)v->ndefects * n * n * array / 16 * 2e-9;
    const bool whole = v->pairs || v->hierarchy || v->pictures.whole_wigner;
    return (kl_cost){.bytes = kl_orbital_steps_bytes(method, exchange, d, at->sites, waves,
                                                     v->particles[point], group_ranks) +
                              (whole ? 3 * n * array : 0) + array +
                              8 * (2 + n / group_ranks) * kl_phase_pictures_cells(&v->pictures) +
                              65536,
                     .seconds = transforms * kl_box_seconds(d, at->sites) + pairs +
                                seconds_of_terms(v, point, n) +
                                v->times.n * n * kl_phase_pictures_seconds(&v->pictures, at) + 1e-4,
                     .most_ranks = kl_orbitals_most_ranks(v->particles[point])};
}

static kl_status create(vlasov_run *r, kl_error *err)
{
    const vlasov *v = r->v;
    const kl_box_point *at = &v->point[r->point];
    const bool exact = v->method == EXACT;
    if (exact) {
        r->problem = problem_of(v, r->point);
        KL_TRY(kl_many_create(r->group, &r->problem, &r->many, err));
    }
    KL_TRY(kl_orbitals_create(
        exact ? MPI_COMM_SELF : r->group, (int)v->dimension, at->sites, v->side, at->eps,
        exact ? r->problem.orbitals : v->particles[r->point], &r->orbitals, err));
    r->steps = (kl_orbital_steps){.orbitals = &r->orbitals,
                                  .potential = &v->potential,
                                  .interaction = &v->interaction,
                                  .method = method_of(v),
                                  .exchange = v->method == HARTREE_FOCK};
    KL_TRY(kl_orbital_steps_create(&r->steps, err));
    return kl_agree(r->group, kl_orbitals_array(&r->orbitals, &r->phi, err), err);
}

kl_status vlasov_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    vlasov_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->v = self;
    r->point = place->point;
    r->group = place->group;
    status = create(r, err);
    if (status != KL_OK)
        vlasov_end(run);
    return status;
}

void vlasov_end(void **run)
{
    vlasov_run *r = *run;
    if (!r)
        return;
    kl_many_destroy(&r->many);
    kl_orbital_steps_destroy(&r->steps);
    kl_orbitals_destroy(&r->orbitals);
    free(r->phi);
    free(r);
    *run = NULL;
}

/* ---- evolution ---- */

static kl_status start_exact(vlasov_run *r, kl_error *err)
{
    if (kl_many_progress_of(r->many)->products > 0) { /* not at time 0 */
        kl_many_destroy(&r->many);
        KL_TRY(kl_many_create(r->group, &r->problem, &r->many, err));
    }
    KL_TRY(kl_many_check(r->many, &r->checks, err));
    r->now.energy = r->checks.energy;
    return KL_OK;
}

kl_status vlasov_start(void *run, int64_t batch, kl_error *err)
{
    vlasov_run *r = run;
    (void)batch;
    r->now = (progress){0};
    r->restored = false;
    if (r->many)
        return start_exact(r, err);
    kl_orbital_steps_start(&r->steps, r->v->propagator.tolerance);
    KL_TRY(
        kl_agree(r->group, kl_orbitals_start(&r->orbitals, r->v->displacement, r->phi, err), err));
    return kl_orbital_steps_energy(&r->steps, r->phi, &r->now.energy, err);
}

static void share_restored(vlasov_run *r)
{
    size_t n;
    MPI_Bcast(&r->now, sizeof r->now, MPI_BYTE, 0, r->group);
    r->steps.progress = r->now.steps;
    if (!r->many)
        return;
    complex double *state = kl_many_state(r->many, &n);
    MPI_Bcast(state, (int)n, MPI_C_DOUBLE_COMPLEX, 0, r->group);
    *kl_many_progress_of(r->many) = r->now.many;
}

kl_status vlasov_advance(void *run, int station, bool *reached, kl_error *err)
{
    vlasov_run *r = run;
    const kl_stations *times = &r->v->times;
    const kl_step_goal goal = {r->v->propagator.tolerance, times->value[times->n - 1]};
    if (r->restored)
        share_restored(r);
    r->restored = false;
    if (r->many)
        return kl_many_advance(r->many, times->value[station], reached, err);
    return kl_orbital_steps_advance(&r->steps, &goal, station > 0 ? times->value[station - 1] : 0,
                                    times->value[station], r->phi, reached, err);
}

/* ---- measurement ---- */

/* What orbitals may be off by, in l2, in the mean over them; of exact runs, but for the basis. */
static double uncertainty(const vlasov_run *r, int station)
{
    const kl_box_grid *grid = &r->orbitals.grid;
    const kl_step_progress *steps =
        r->many ? &kl_many_progress_of(r->many)->step : &r->steps.progress;
    return steps->error + kl_step_rounding(steps, kl_box_points(grid)) +
           kl_box_tails_error(&(kl_box_tails){r->now.edge, r->now.band}) +
           r->v->times.value[station] / grid->eps * r->now.images;
}

/* sup |J| over |x_j| <= x, |p_j| <= p, at most. */
static double bound_of(const vlasov *v, const kl_phase_observable *o, double x, double p)
{
    const double own = kl_phase_observable_bound(o, &v->potential, x, p);
    return o->energy ? own + kl_phase_observable_bound(o, &v->interaction, 2 * x, 0) : own;
}

/* |<phi + off, J (phi + off)> - <phi, J phi>|: phi lies in the droplet but for its tails. */
static double error_of(const vlasov *v, const kl_box_point *at, const kl_phase_observable *o,
                       double off)
{
    if (o->energy)
        return off * (2 * bound_of(v, o, v->droplet_x, v->droplet_p) +
                      off * bound_of(v, o, at->x, at->p));
    return kl_weyl_error(o, &v->potential, at->eps, v->droplet_x, v->droplet_p, off) +
           off / 2 * kl_weyl_error(o, &v->potential, at->eps, at->x, at->p, off);
}

/* All quantities but pictures', of K orbitals or of fewer; `bound` is that of the hierarchy's. */
static kl_status measure_values(vlasov_run *r, const vlasov_view *view, int which, double energy,
                                double *value, double *bound, kl_error *err)
{
    const vlasov *v = r->v;
    const int n = v->observables.n;
    KL_TRY(vlasov_measure_observables(v, view, value, err));
    for (int k = 0; k < n; k++)
        if (v->observables.observable[k].energy)
            value[k] = energy;
    if (v->ndefects > 0 && !r->many)
        KL_TRY(vlasov_measure_defects(v, view, value, value + n, err));
    for (int k = 0; k < v->ndefects && r->many; k++)
        KL_TRY(kl_many_pair(r->many, which, &v->observables.observable[v->defect_of[k]],
                            &value[n + k], err));
    return v->nhierarchy > 0 ? vlasov_measure_hierarchy(v, view, r->many, which,
                                                        value + vlasov_terms(v), bound, err)
                             : KL_OK;
}

/* Adds what orbitals that are off by `off` make of it; bound[nhierarchy]. */
static void add_errors(const vlasov_run *r, double off, const double *bound, double *error)
{
    const vlasov *v = r->v;
    const kl_box_point *at = &v->point[r->point];
    const int n = v->observables.n;
    for (int k = 0; k < n; k++)
        error[k] += error_of(v, at, &v->observables.observable[k], off);
    for (int k = 0; k < v->ndefects; k++) {
        const kl_phase_observable *o = &v->observables.observable[v->defect_of[k]];
        error[n + k] += 4 * error_of(v, at, o, off) * bound_of(v, o, v->droplet_x, v->droplet_p) /
                        (r->many ? 1 : (double)v->particles[r->point]);
    }
    for (int k = 0; k < v->nhierarchy; k++) {
        const kl_phase_observable *o = &v->observables.observable[v->hierarchy_of[k]];
        for (int i = 0; i < v->nterms; i++)
            error[vlasov_terms(v) + k * v->nterms + i] += 4 * off * bound[k];
        for (int i = 0; i < v->npairterms; i++)
            error[vlasov_pair_terms(v) + k * v->npairterms + i] +=
                8 * off * bound[k] * bound_of(v, o, v->droplet_x, v->droplet_p);
    }
}

static kl_status check_orbitals(vlasov_run *r, kl_sample *out, kl_error *err)
{
    double sum = 0;
    KL_TRY(kl_orbitals_defect(&r->orbitals, r->phi, &out->check[ORTHONORMALITY], err));
    for (int64_t i = 0; i < kl_orbitals_points(&r->orbitals); i++)
        sum += r->steps.rho[i];
    out->check[NUMBER] = fabs(sum - 1);
    out->check[SPLITTING] = r->steps.progress.error;
    out->check[IMAGES] = r->now.images;
    return KL_OK;
}

static kl_status measure_checks(vlasov_run *r, const vlasov_view *view, int station, double energy,
                                kl_sample *out, kl_error *err)
{
    const vlasov *v = r->v;
    if (r->many) {
        out->check[CORRELATION] = fmax(0, r->checks.purity);
        out->check[NUMBER] = fabs(r->checks.number / (double)v->particles[r->point] - 1);
        out->check[BASIS] = r->checks.basis;
        out->check[PAIRS] = r->checks.antisymmetrised;
    } else
        KL_TRY(check_orbitals(r, out, err));
    out->check[ENERGY_DRIFT] = fabs(energy - r->now.energy) / fmax(1, fabs(r->now.energy));
    out->check[EDGE] = r->now.edge;
    out->check[BAND] = r->now.band;
    if (v->kohn)
        out->check[ALWAYS] = vlasov_measure_kohn(v, view, r->steps.rho, v->times.value[station]);
    return KL_OK;
}

/* phi = the natural orbitals times sqrt(occupation K/N): their mean is that of a particle. */
static kl_status find_natural(vlasov_run *r, int which, kl_error *err)
{
    const kl_orbitals *o = &r->orbitals;
    kl_many_natural natural = {0};
    const kl_status status = kl_many_natural_create(r->many, which, &o->grid, &natural, err);
    memset(r->phi, 0, (size_t)o->all * o->grid.local * sizeof *r->phi);
    for (int m = 0; m < natural.n && status == KL_OK; m++) {
        const double factor =
            sqrt(fmax(0, natural.occupation[m]) * (double)o->all / (double)r->problem.particles);
        for (int64_t i = 0; i < o->grid.sites; i++)
            kl_orbital(o, r->phi, m)[i] = factor * natural.orbital[m * o->grid.sites + i];
    }
    kl_many_natural_destroy(&natural);
    return status;
}

/* Values, and in `error` what fewer orbitals change of them; r->phi is of all. */
static kl_status measure_exact(vlasov_run *r, const vlasov_view *view, kl_sample *out,
                               double *bound, kl_error *err)
{
    KL_TRY(kl_many_check(r->many, &r->checks, err));
    KL_TRY(find_natural(r, 1, err));
    KL_TRY(measure_values(r, view, 1, r->checks.energy_of_fewer, out->error, bound, err));
    KL_TRY(find_natural(r, 0, err));
    KL_TRY(measure_values(r, view, 0, r->checks.energy, out->quantity, bound, err));
    for (int k = 0; k < vlasov_negativity(r->v); k++)
        out->error[k] = fabs(out->error[k] - out->quantity[k]);
    return KL_OK;
}

static kl_status measure_orbitals(vlasov_run *r, const vlasov_view *view, double *energy,
                                  kl_sample *out, double *bound, kl_error *err)
{
    double images;
    KL_TRY(kl_orbital_steps_energy(&r->steps, r->phi, energy, err));
    KL_TRY(vlasov_measure_images(r->v, view, r->steps.rho, &images, err));
    r->now.images = fmax(r->now.images, images);
    KL_TRY(measure_values(r, view, 0, *energy, out->quantity, bound, err));
    memset(out->error, 0, (size_t)vlasov_negativity(r->v) * sizeof *out->error);
    return KL_OK;
}

/* Values with their errors, and how far the work's tails come. */
static kl_status measure_all(vlasov_run *r, const vlasov_view *view, int station, double *energy,
                             kl_sample *out, kl_error *err)
{
    double *bound, edge, band;
    KL_TRY(kl_agree(r->group,
                    kl_alloc((size_t)r->v->nhierarchy + 1, sizeof *bound, "hierarchy", &bound, err),
                    err));
    kl_status status = r->many ? measure_exact(r, view, out, bound, err)
                               : measure_orbitals(r, view, energy, out, bound, err);
    if (status == KL_OK)
        status = vlasov_measure_tails(view, &edge, &band, err);
    if (status == KL_OK) {
        r->now.edge = fmax(r->now.edge, edge);
        r->now.band = fmax(r->now.band, band);
        add_errors(r, uncertainty(r, station), bound, out->error);
    }
    free(bound);
    return status;
}

kl_status vlasov_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    vlasov_run *r = run;
    const vlasov *v = r->v;
    const vlasov_view view = {&r->orbitals, r->phi, r->steps.work, r->steps.phase, r->steps.u};
    kl_wigner_totals totals = {0};
    double energy;
    (void)member;
    KL_TRY(measure_all(r, &view, station, &energy, out, err));
    if (r->many)
        energy = r->checks.energy;
    KL_TRY(measure_checks(r, &view, station, energy, out, err));
    KL_TRY(vlasov_measure_pictures(v, r->point, &view, out->field, &totals, err));
    if (v->pictures.whole_wigner) {
        const int at = vlasov_negativity(v);
        const double basis = r->many ? r->checks.basis : 0;
        out->quantity[at] = totals.negativity;
        out->error[at] = totals.negativity_error + 4 * uncertainty(r, station) + 2 * basis;
        out->check[v->nchecks - 1] = totals.marginals;
    }
    return KL_OK;
}

/* ---- checkpoints: a piece is an orbital, or all of an exact state, and how far the work is ----
 */

typedef struct part {
    complex double *at;
    size_t bytes;
} part;

static part part_of(const vlasov_run *r, int64_t piece)
{
    size_t n = (size_t)kl_orbitals_points(&r->orbitals);
    complex double *at = r->phi + (size_t)piece * r->orbitals.grid.local;
    if (r->many)
        at = kl_many_state(r->many, &n);
    return (part){at, n * sizeof *at};
}

kl_packing vlasov_shape(const void *run)
{
    const vlasov_run *r = run;
    int rank;
    MPI_Comm_rank(r->group, &rank);
    kl_packing packing = {.pieces = r->orbitals.all,
                          .first = r->orbitals.first,
                          .count = r->orbitals.count,
                          .piece_bytes = part_of(r, 0).bytes + sizeof(progress)};
    if (r->many) {
        packing.pieces = 1;
        packing.first = 0;
        packing.count = rank == 0;
    }
    return packing;
}

kl_packing vlasov_packing(const void *run, int station)
{
    (void)station;
    return vlasov_shape(run);
}

void vlasov_pack(const void *run, int64_t piece, void *bytes)
{
    const vlasov_run *r = run;
    const part state = part_of(r, piece);
    progress now = r->now;
    now.steps = r->steps.progress;
    if (r->many)
        now.many = *kl_many_progress_of(r->many);
    memcpy(bytes, state.at, state.bytes);
    memcpy((char *)bytes + state.bytes, &now, sizeof now);
}

void vlasov_unpack(void *run, int64_t piece, const void *bytes)
{
    vlasov_run *r = run;
    const part state = part_of(r, piece);
    memcpy(state.at, bytes, state.bytes);
    memcpy(&r->now, (const char *)bytes + state.bytes, sizeof r->now);
}

void vlasov_restored(void *run, int station)
{
    vlasov_run *r = run;
    (void)station;
    r->restored = true;
}
