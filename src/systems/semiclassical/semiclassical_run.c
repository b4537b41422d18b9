#include "systems/semiclassical/semiclassical_private.h"

#include "base/memory.h"
#include "classical/flow.h"
#include "continuum/box_tails.h"
#include "continuum/grid_twin.h"
#include "continuum/split_control.h"
#include "continuum/wave_start.h"
#include "continuum/weyl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct progress { /* plain data, in checkpoints beside psi */
    kl_step_progress split;
    double energy;      /* at time 0 */
    kl_box_tails tails; /* the most so far */
    kl_twin_error grid;
} progress;

typedef struct semiclassical_run {
    const semiclassical *s;
    const kl_box_point *point;
    MPI_Comm group;
    kl_box_grid grid;
    kl_split_control control;
    kl_grid_twin twin;
    double *potential, *steepness;
    complex double *psi, *scratch, *more; /* more: the control's spare array or its own */
    kl_flow flow;
    progress now;
    bool restored; /* a rank without planes does not know it yet */
} semiclassical_run;

static int64_t local_points(const kl_box_grid *grid)
{
    return grid->position.n[0] * grid->position.n[1] * grid->position.n[2];
}

/* ---- begin and end ---- */

kl_cost semiclassical_cost(const void *self, int point, int group_ranks)
{
    const semiclassical *s = self;
    const kl_box_point *at = &s->point[point];
    const int d = (int)s->dimension;
    const double array = kl_box_bytes(d, at->sites, group_ranks),
                 last = s->times.value[s->times.n - 1], fine = s->propagator.tolerance * at->eps,
                 step = s->propagator.method == KL_SPLIT_STRANG ? sqrt(fine) : pow(fine, 0.25) / 2;
    const double transforms = last / step * 1.4 * kl_split_transforms(s->propagator.method) +
                              s->times.n * 4.0 * s->observables.n;
    return (kl_cost){
        .bytes = kl_split_bytes(s->propagator.method, d, at->sites, group_ranks) + 4 * array +
                 kl_twin_bytes(s->propagator.method, d, at->twin, group_ranks) +
                 (s->pictures.whole_wigner ? kl_wigner_bytes(d, at->sites, group_ranks) : 0) +
                 8 * kl_phase_pictures_cells(&s->pictures) + 65536,
        .seconds = transforms * (kl_box_seconds(d, at->sites) + 0.7 * kl_box_seconds(d, at->twin)) +
                   s->times.n * kl_phase_pictures_seconds(&s->pictures, at) + 1e-4,
        .most_ranks = d == 1 ? 0 : at->sites / 4};
}

static kl_status allocate(semiclassical_run *r, kl_error *err)
{
    const size_t points = (size_t)local_points(&r->grid) + 1;
    const bool steep = r->s->propagator.method == KL_SPLIT_CHIN4;
    KL_TRY(kl_alloc(points, sizeof *r->potential, "potential", &r->potential, err));
    if (steep)
        KL_TRY(kl_alloc(points, sizeof *r->steepness, "potential", &r->steepness, err));
    KL_TRY(kl_box_array(&r->grid, &r->psi, err));
    KL_TRY(kl_box_array(&r->grid, &r->scratch, err));
    if (r->s->propagator.method == KL_SPLIT_HARMONIC)
        KL_TRY(kl_box_array(&r->grid, &r->more, err));
    return kl_flow_create(&r->s->potential, KL_FLOW_TANGENTS, 1e-13, &r->flow, err);
}

/* In d = 1 each rank of a group does all of the work. */
static kl_status create(semiclassical_run *r, MPI_Comm group, kl_error *err)
{
    const semiclassical *s = r->s;
    KL_TRY(kl_box_grid_create(s->dimension == 1 ? MPI_COMM_SELF : group, (int)s->dimension,
                              r->point->sites, s->side, r->point->eps, &r->grid, err));
    KL_TRY(kl_agree(group, allocate(r, err), err));
    kl_wave_potential(&r->grid, &s->potential, r->potential, r->steepness);
    r->control.steps = (kl_split_steps){.grid = &r->grid,
                                        .method = s->propagator.method,
                                        .potential = r->potential,
                                        .steepness = r->steepness};
    memcpy(r->control.steps.omega, s->propagator.omega, sizeof s->propagator.omega);
    memcpy(r->control.steps.center, s->propagator.center, sizeof s->propagator.center);
    KL_TRY(kl_twin_create(&r->control.steps, &s->potential, r->point->twin, &r->twin, err));
    r->control.follower = &r->twin.steps;
    r->control.followed = r->twin.psi;
    return kl_split_control_create(&r->control, s->propagator.tolerance,
                                   s->times.value[s->times.n - 1], err);
}

kl_status semiclassical_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const semiclassical *s = self;
    semiclassical_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->s = s;
    r->group = place->group;
    r->point = &s->point[place->point];
    status = create(r, place->group, err);
    if (status != KL_OK)
        semiclassical_end(run);
    return status;
}

void semiclassical_end(void **run)
{
    semiclassical_run *r = *run;
    if (!r)
        return;
    kl_split_control_destroy(&r->control);
    kl_twin_destroy(&r->twin);
    kl_box_grid_destroy(&r->grid);
    kl_flow_destroy(&r->flow);
    free(r->potential);
    free(r->steepness);
    free(r->psi);
    free(r->scratch);
    free(r->more);
    free(r);
    *run = NULL;
}

/* ---- evolution ---- */

static complex double *second_scratch(const semiclassical_run *r)
{
    return r->more ? r->more : r->control.spare;
}

static kl_status mean_energy(semiclassical_run *r, double *energy, kl_error *err)
{
    static const kl_phase_observable observable = {.energy = true};
    return kl_weyl_mean(&r->grid, &observable, r->potential, r->psi, r->scratch, second_scratch(r),
                        energy, err);
}

kl_status semiclassical_start(void *run, int64_t batch, kl_error *err)
{
    semiclassical_run *r = run;
    (void)batch;
    kl_split_control_start(&r->control);
    r->now = (progress){0};
    r->restored = false;
    KL_TRY(kl_wave_start(&r->grid, r->s->start.n, r->s->start.packet, r->psi, err));
    KL_TRY(kl_wave_start(&r->twin.grid, r->s->start.n, r->s->start.packet, r->twin.psi, err));
    kl_twin_compare(&r->twin, r->psi, r->scratch, &r->now.grid);
    return mean_energy(r, &r->now.energy, err);
}

kl_status semiclassical_advance(void *run, int station, bool *reached, kl_error *err)
{
    semiclassical_run *r = run;
    const double *times = r->s->times.value;
    if (r->restored) {
        MPI_Bcast(&r->now, sizeof r->now, MPI_BYTE, 0, r->group);
        if (r->grid.dimension == 1)
            MPI_Bcast(r->psi, (int)r->grid.local, MPI_C_DOUBLE_COMPLEX, 0, r->group);
        r->control.progress = r->now.split;
        r->restored = false;
    }
    kl_twin_begin(&r->twin, r->psi, r->scratch);
    KL_TRY(kl_split_control_advance(&r->control, station > 0 ? times[station - 1] : 0,
                                    times[station], r->psi, reached, err));
    kl_twin_compare(&r->twin, r->psi, r->scratch, &r->now.grid);
    return KL_OK;
}

/* ---- measurement ---- */

static double grid_error(const semiclassical_run *r)
{
    return r->now.grid.made + r->now.grid.beyond;
}

/* What psi may be off by, in l2. */
static double uncertainty(const semiclassical_run *r)
{
    return r->control.progress.error + kl_split_control_rounding(&r->control) + grid_error(r) +
           kl_box_edge_error(&r->now.tails);
}

static kl_status measure_observables(semiclassical_run *r, kl_sample *out, kl_error *err)
{
    const semiclassical *s = r->s;
    const double off = uncertainty(r);
    for (int k = 0; k < s->observables.n; k++) {
        const kl_phase_observable *o = &s->observables.observable[k];
        double on_twin;
        KL_TRY(kl_weyl_mean(&r->grid, o, r->potential, r->psi, r->scratch, second_scratch(r),
                            &out->quantity[k], err));
        KL_TRY(kl_weyl_mean(&r->twin.grid, o, r->twin.potential, r->twin.psi, r->twin.u, r->twin.v,
                            &on_twin, err));
        out->error[k] =
            kl_weyl_error(o, &s->potential, r->grid.eps, r->point->x, r->point->p, off) +
            fabs(out->quantity[k] - on_twin);
    }
    return KL_OK;
}

static kl_status measure_pictures(semiclassical_run *r, kl_sample *out, kl_wigner_totals *totals,
                                  kl_error *err)
{
    const kl_phase_pictures *all = &r->s->pictures;
    for (int f = 0; f < all->n; f++)
        if (all->picture[f].type == KL_PICTURE_WIGNER)
            KL_TRY(kl_phase_picture_wigner(all, r->point, f, &r->grid, r->psi, r->scratch,
                                           out->field[f], totals, err));
        else
            KL_TRY(kl_phase_picture_measure(all, r->point, f, &r->grid, r->psi, r->scratch,
                                            out->field[f], err));
    return KL_OK;
}

/* The largest defect of points of the packets, one standard deviation apart. */
static double symplectic(semiclassical_run *r, double time)
{
    const semiclassical *s = r->s;
    const int d = (int)s->dimension;
    double worst = 0;
    for (int i = 0; i < s->start.n; i++)
        for (int side = -1; side <= 1; side++) {
            const kl_wkb *packet = &s->start.packet[i];
            double x[3] = {0}, p[3], z[6];
            for (int j = 0; j < d; j++)
                x[j] = packet->center[j] + (packet->coherent ? 0 : side * packet->width);
            kl_wkb_momentum(packet, x, p);
            memcpy(z, x, (size_t)d * sizeof *z);
            memcpy(z + d, p, (size_t)d * sizeof *z);
            worst = fmax(worst, kl_flow_symplectic_defect(&r->flow, z, time));
        }
    return worst;
}

kl_status semiclassical_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    semiclassical_run *r = run;
    const semiclassical *s = r->s;
    kl_wigner_totals totals = {0};
    double energy;
    (void)member;
    KL_TRY(kl_box_tails_raise(&r->grid, r->psi, r->scratch, &r->now.tails, err));
    KL_TRY(measure_observables(r, out, err));
    KL_TRY(mean_energy(r, &energy, err));
    KL_TRY(measure_pictures(r, out, &totals, err));
    out->check[NORM_DRIFT] =
        fabs(creal(kl_box_sum(&r->grid, &r->grid.position, r->psi, r->psi, NULL)) - 1);
    out->check[ENERGY_DRIFT] = fabs(energy - r->now.energy) / fmax(1, fabs(r->now.energy));
    out->check[SPLITTING] = r->control.progress.error;
    out->check[GRID] = grid_error(r);
    out->check[EDGE] = r->now.tails.edge;
    out->check[BAND] = r->now.tails.band;
    out->check[SYMPLECTIC] = symplectic(r, s->times.value[station]);
    if (s->pictures.whole_wigner) {
        out->quantity[s->observables.n] = totals.negativity;
        out->error[s->observables.n] = totals.negativity_error + 4 * uncertainty(r);
        out->check[MARGINALS] = totals.marginals;
    }
    return KL_OK;
}

/* ---- checkpoints: a piece is a plane of psi, and how far the work is ---- */

static size_t plane_bytes(const semiclassical_run *r)
{
    return (size_t)(r->grid.position.n[1] * r->grid.position.n[2]) * sizeof *r->psi;
}

kl_packing semiclassical_shape(const void *run)
{
    const semiclassical_run *r = run;
    int rank;
    MPI_Comm_rank(r->group, &rank);
    return (kl_packing){.pieces = r->grid.position.planes,
                        .first = r->grid.position.first,
                        .count = r->grid.dimension == 1 && rank > 0 ? 0 : r->grid.position.n[0],
                        .piece_bytes = plane_bytes(r) + sizeof(progress)};
}

kl_packing semiclassical_packing(const void *run, int station)
{
    (void)station;
    return semiclassical_shape(run);
}

void semiclassical_pack(const void *run, int64_t piece, void *bytes)
{
    const semiclassical_run *r = run;
    progress now = r->now;
    now.split = r->control.progress;
    memcpy(bytes, (const char *)r->psi + (size_t)piece * plane_bytes(r), plane_bytes(r));
    memcpy((char *)bytes + plane_bytes(r), &now, sizeof now);
}

void semiclassical_unpack(void *run, int64_t piece, const void *bytes)
{
    semiclassical_run *r = run;
    memcpy((char *)r->psi + (size_t)piece * plane_bytes(r), bytes, plane_bytes(r));
    memcpy(&r->now, (const char *)bytes + plane_bytes(r), sizeof r->now);
}

void semiclassical_restored(void *run, int station)
{
    semiclassical_run *r = run;
    (void)station;
    r->restored = true;
}
