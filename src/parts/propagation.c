#include "parts/propagation.h"

#include "base/memory.h"
#include "base/stop.h"
#include "dynamics/chebyshev.h"
#include "dynamics/probe.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

kl_propagation_setup kl_propagation_at(const kl_lattice_points *points, int point,
                                       const kl_stations *times, const kl_propagator *propagator)
{
    const kl_lattice_point *p = &points->point[point];
    return (kl_propagation_setup){.dimension = (int)points->dimension,
                                  .sites = p->sites,
                                  .eta = p->eta,
                                  .times = *times,
                                  .unit = p->unit,
                                  .propagator = *propagator};
}

static double microscopic(const kl_propagation_setup *s, int time)
{
    return s->times.value[time] / s->unit;
}

/* The spectral radius that decides how times are grouped: of the study alone. */
static double nominal_radius(const kl_propagation_setup *s)
{
    return 2 * s->dimension;
}

static int sweep_size(const kl_propagation_setup *s, int time, double now)
{
    double t[KL_MOST_OUTPUTS];
    int n = 0;
    for (; n < KL_MOST_OUTPUTS && time + n < s->times.n; n++)
        t[n] = microscopic(s, time + n) - now;
    return kl_chebyshev_sweep(nominal_radius(s), t, n);
}

static int most_outputs(const kl_propagation_setup *s)
{
    int most = 1;
    double now = 0;
    if (s->propagator.method != KL_CHEBYSHEV_METHOD)
        return 0;
    for (int time = s->times.value[0] == 0; time < s->times.n;) { /* T = 0 needs no sweep */
        int n = sweep_size(s, time, now);
        most = n > most ? n : most;
        time += n;
        now = microscopic(s, time - 1);
    }
    return most;
}

/* Of the seams. */
static int most_arrays(const kl_propagation_setup *s)
{
    const int psi = 2 + 2 * most_outputs(s);
    return psi > 4 * s->orders ? psi : 4 * s->orders;
}

double kl_propagation_rounding(const kl_propagation_setup *s)
{
    /* FFTW in single precision loses 1e-7 to 6e-7 a step (docs/numerics.md). */
    const double fft = s->propagator.precision == KL_SINGLE ? 5e-5 : 0;
    const double chebyshev = kl_chebyshev_rounding(
        s->propagator.precision, 2 * s->dimension + 2 * s->eta, microscopic(s, s->times.n - 1));
    return s->propagator.method == KL_CHEBYSHEV_METHOD ? chebyshev : fmax(chebyshev, fft);
}

double kl_propagation_worst_rounding(const kl_lattice_points *points, const kl_stations *times,
                                     const kl_propagator *propagator)
{
    double worst = 0;
    for (int i = 0; i < points->n; i++) {
        const kl_propagation_setup setup = kl_propagation_at(points, i, times, propagator);
        worst = fmax(worst, kl_propagation_rounding(&setup));
    }
    return worst;
}

static bool may_have_pencils(const kl_propagation_setup *s)
{
    return s->propagator.method == KL_CHEBYSHEV_METHOD && s->orders == 0 && s->dimension > 1;
}

int64_t kl_propagation_most_ranks(const kl_propagation_setup *s)
{
    return may_have_pencils(s) ? kl_pencil_grid_most(s->dimension, s->sites) : s->sites;
}

/* Of the largest rank, of a group that surely has pencils; 0: it may have slabs. */
static double bytes_of_pencils(const kl_propagation_setup *s, int ranks, double arrays)
{
    kl_grid grid = {{0, 0}, {0, 0}};
    kl_error ignored;
    const kl_precision precision = s->propagator.precision;
    const double size = (double)kl_precision_size(precision), L = (double)s->sites;
    if (!may_have_pencils(s) || kl_pencil_grid_asked(ranks, &grid, &ignored) != KL_OK)
        return 0;
    if (grid.parts[0] == 0 && ranks > s->sites)
        grid = kl_pencil_grid_best(s->dimension, s->sites, precision, ranks, 1,
                                   (double)s->propagator.cache);
    if (grid.parts[0] == 0)
        return 0;
    const double range = ceil(L / grid.parts[0]), side = ranks > L ? fmax(grid.box[1], 1) : ranks;
    const double slab = ceil((ranks > L ? range : L) / side) * pow(L, s->dimension - 1);
    const double rows = s->dimension == 3 ? range : 1;
    const double row = s->dimension == 3 ? ceil(L / grid.parts[1]) : range;
    const kl_blocking b = kl_pencil_grid_blocking((int64_t)rows, (int64_t)row, precision,
                                                  (double)s->propagator.cache);
    /* psi, its copy to be measured, scratch, and planes of others while these are measured. */
    return L * rows * row * (size * arrays + 4) + fmax(slab - L * rows * row, 0) * 4 * size +
           8 * (rows + row) * size * b.depth * (double)b.tile;
}

/* Where memory can be shared; groups on several nodes may have pencils, which hold as much. */
static bool has_team(const kl_propagation_setup *s, int group_ranks)
{
    return group_ranks > 1 && s->orders == 0 && s->dimension == 3 &&
           kl_team_asked(kl_blocking_together(s->dimension, s->sites, s->propagator.precision));
}

kl_cost kl_propagation_cost(const kl_propagation_setup *s, int group_ranks)
{
    const double plane = pow((double)s->sites, s->dimension - 1);
    const double planes = ceil((double)s->sites / group_ranks);
    const double size = (double)kl_precision_size(s->propagator.precision);
    const double t = microscopic(s, s->times.n - 1), sites = plane * (double)s->sites;
    double arrays = 3 + 2 * most_outputs(s); /* psi, scratch, outputs */
    double seams = 0, ghosts = 2, node = 0; /* seams: between slabs, node: between those of nodes */
    double terms = nominal_radius(s) * 1.1 * t + 20 * s->times.n, term = 0.25e-9 * size;
    if (s->propagator.method != KL_CHEBYSHEV_METHOD) {
        arrays += 8.5;                                /* FFT, two copies, transfer, potential */
        terms = 3 * (1 + t);                          /* two step sizes and more */
        if (s->propagator.method == KL_STRANG_METHOD) /* error ~ eta t dt^2, as measured */
            terms = fmax(terms, 0.45 * t * sqrt(s->eta * t / s->propagator.tolerance));
        term = 200e-9;
    } else if (has_team(s, group_ranks)) {
        ghosts = 0;
        node = plane * (double)kl_seams_column(kl_precision_size(s->propagator.precision),
                                               kl_blocking_depth(s->sites, 1), most_arrays(s));
    } else if (group_ranks > 1 && s->dimension > 1) {
        seams = (double)kl_seams_column(kl_precision_size(s->propagator.precision),
                                        kl_blocking_depth(s->sites, group_ranks), most_arrays(s));
    }
    const double pencils = bytes_of_pencils(s, group_ranks, arrays);
    const double slabs = plane * ((planes + ghosts) * size * arrays + planes * 4 + seams);
    return (kl_cost){.bytes = pencils > 0 ? pencils : slabs,
                     .node_bytes = pencils > 0 ? 0 : node,
                     .seconds = sites * terms * term,
                     .most_ranks = s->sites};
}

/* In the team, where all of the group share it; as long as an array without ghosts. */
static kl_status allocate_potential(kl_propagation *e, kl_error *err)
{
    const kl_lattice *lattice = &e->lattice;
    const int64_t planes = (lattice->sites + lattice->ranks - 1) / lattice->ranks; /* at most */
    const int64_t own = kl_lattice_local(lattice), room = lattice->room;
    if (lattice->team && !lattice->pencils)
        e->omega =
            kl_team_take(lattice->team, (size_t)(planes * lattice->plane) * sizeof *e->omega);
    if (e->omega)
        return KL_OK;
    KL_TRY(kl_alloc((size_t)(own > room ? own : room), sizeof *e->omega, "potential", &e->own_omega,
                    err));
    e->omega = e->own_omega;
    return KL_OK;
}

/* On one node or several, in slabs or in pencils. */
static kl_status cut_lattice(kl_propagation *e, MPI_Comm group, kl_error *err)
{
    const kl_propagation_setup *s = &e->setup;
    kl_grid grid = {{0, 0}, {0, 0}};
    e->ordered = MPI_COMM_NULL;
    if (may_have_pencils(s))
        KL_TRY(kl_pencil_grid_choose(group, s->dimension, s->sites, s->propagator.precision,
                                     s->propagator.cache, &grid, err));
    e->node = grid.box[0] > 0 ? grid.box[0] : 1;
    if (grid.parts[0] == 0)
        return kl_lattice_create(group, s->dimension, s->sites, &e->lattice, err);
    e->ordered = kl_grid_order(group, &grid);
    int ranks;
    MPI_Comm_size(group, &ranks);
    KL_TRY(kl_lattice_create_sparse(e->ordered, s->dimension, s->sites,
                                    ranks - grid.parts[0] * grid.parts[1], &e->lattice, err));
    return kl_pencils_create(&e->lattice, &grid, &e->pencils, err);
}

/* Slabs of nodes need a team on each of them. */
static void keep_team(kl_propagation *e)
{
    int all = e->team.ranks;
    if (!e->lattice.pencils)
        MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_MIN, e->lattice.comm);
    if (all == 0)
        kl_team_destroy(&e->team);
    e->lattice.team = e->team.ranks > 0 ? &e->team : NULL;
    e->lattice.bare = e->lattice.pencils || e->lattice.team;
}

/* A block of orders has arrays of its own, which the ranks of a node do not share as a team. */
static kl_status create_team(kl_propagation *e, kl_error *err)
{
    const kl_propagation_setup *s = &e->setup;
    const size_t element = kl_precision_size(s->propagator.precision);
    const kl_lattice *l = &e->lattice;
    const bool pencils = l->pencils != NULL;
    if (s->propagator.method != KL_CHEBYSHEV_METHOD || s->orders > 0)
        return KL_OK;
    MPI_Comm node;
    if (pencils)
        node = kl_pencils_node(&e->pencils);
    else
        MPI_Comm_split(l->comm, l->rank / e->node, l->rank, &node);
    e->lattice.bare = true; /* as long as there is a team: fronts need no ghosts */
    const bool enough =
        pencils || l->ranks == e->node || l->sites / (l->ranks / e->node) >= KL_NODE_PLANES;
    const size_t bytes =
        kl_lattice_team_bytes(l, element, 3 + 2 * most_outputs(s) + kl_pencils_few_planes(l),
                              pencils ? 0 : sizeof *e->omega);
    const bool wanted =
        pencils || kl_blocking_together(l->dimension, l->sites, s->propagator.precision);
    kl_status status = kl_team_create(node, enough ? bytes : 0, wanted, &e->team, err);
    MPI_Comm_free(&node);
    status = kl_agree(l->comm, status, err);
    keep_team(e);
    return status;
}

/* Between slabs or pencils; and how deep steps are blocked. */
static kl_status join(kl_propagation *e, kl_blocking *blocking, kl_error *err)
{
    const kl_propagator *p = &e->setup.propagator;
    const size_t element = kl_precision_size(p->precision);
    *blocking = kl_blocking_choose(&e->lattice, p->precision, p->cache);
    if (p->method == KL_CHEBYSHEV_METHOD && !e->lattice.pencils)
        return kl_seams_create(&e->lattice, element, blocking->depth, most_arrays(&e->setup), true,
                               &e->seams, err);
    if (!e->lattice.pencils)
        return KL_OK;
    kl_pencils_join(&e->pencils, &e->team, (void *const[2]){e->scratch, e->space});
    const int64_t L = e->lattice.sites;
    *blocking =
        kl_pencil_grid_blocking(e->pencils.rows, e->pencils.sites, p->precision, (double)p->cache);
    int64_t shape[2] = {blocking->depth, blocking->tile < L ? blocking->tile : L};
    MPI_Bcast(shape, 2, MPI_INT64_T, 0, e->lattice.comm); /* alike on all */
    *blocking = (kl_blocking){(int)shape[0], shape[1], false};
    return kl_edges_create(&e->pencils, e->lattice.team, element, shape[0] * shape[1], &e->edges,
                           err);
}

static kl_status allocate(kl_propagation *e, kl_error *err)
{
    const kl_lattice *lattice = &e->lattice;
    const kl_precision precision = e->setup.propagator.precision;
    KL_TRY(allocate_potential(e, err));
    KL_TRY(kl_lattice_array(lattice, kl_precision_size(precision), 2, &e->scratch, err));
    KL_TRY(kl_state_create(lattice, precision, &e->psi, err));
    for (; e->outputs < most_outputs(&e->setup); e->outputs++)
        KL_TRY(
            kl_state_create_at(lattice, precision, 3 + 2 * e->outputs, &e->out[e->outputs], err));
    if (!kl_pencils_few_planes(lattice) || !lattice->team)
        return KL_OK;
    KL_TRY(kl_lattice_array(lattice, kl_precision_size(precision), 5, &e->space, err));
    return KL_OK;
}

kl_status kl_propagation_create(const kl_propagation_setup *setup, MPI_Comm group,
                                kl_propagation *e, kl_error *err)
{
    const kl_propagator *p = &setup->propagator;
    *e = (kl_propagation){.setup = *setup};
    kl_blocking blocking;
    KL_TRY(cut_lattice(e, group, err));
    KL_TRY(create_team(e, err));
    KL_TRY(kl_agree(group, allocate(e, err), err));
    KL_TRY(join(e, &blocking, err));
    e->h = (kl_hamiltonian){.lattice = &e->lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = setup->eta,
                            .omega = e->omega,
                            .blocking = blocking,
                            .seams = &e->seams};
    KL_TRY(kl_wigner_create(&e->lattice, 1, 0, NULL, &e->pairing, err));
    if (p->method == KL_CHEBYSHEV_METHOD)
        return KL_OK;
    return kl_splitting_create(&e->h, p->precision,
                               p->method == KL_STRANG_METHOD ? KL_STRANG : KL_FOURTH_ORDER,
                               &e->splitting, err);
}

void kl_propagation_destroy(kl_propagation *e)
{
    kl_wigner_destroy(&e->pairing);
    kl_splitting_destroy(&e->splitting);
    kl_seams_destroy(&e->seams);
    kl_state_destroy(&e->psi);
    for (int j = 0; j < KL_MOST_OUTPUTS; j++)
        kl_state_destroy(&e->out[j]);
    free(e->own_omega);
    kl_lattice_array_free(e->scratch);
    kl_lattice_array_free(e->space);
    kl_edges_destroy(&e->edges);
    kl_team_destroy(&e->team); /* its memory was the arrays' */
    kl_pencils_destroy(&e->pencils);
    if (e->lattice.comm && e->ordered != MPI_COMM_NULL)
        MPI_Comm_free(&e->ordered);
    *e = (kl_propagation){0};
}

/* Depth and tile for the machine as it is now, unless the study gives `cache`. */
static void choose_blocking(kl_propagation *e)
{
    const kl_propagator *p = &e->setup.propagator;
    const kl_stencil stencil = {&e->lattice, p->precision, e->h.set};
    void *array[4] = {e->psi.re, e->scratch, e->out[0].re, e->out[0].im};
    int due = e->probed == 0 || kl_clock() > e->probed + KL_PROBE_AGAIN;
    if (p->cache > 0 || e->lattice.pencils)
        return;
    MPI_Bcast(&due, 1, MPI_INT, 0, e->lattice.comm);
    if (!due)
        return;
    e->h.blocking = kl_blocking_choose(&e->lattice, p->precision, 0);
    kl_probe_blocking(&stencil, e->omega, array, &e->h.blocking);
    e->probed = kl_clock();
}

void kl_propagation_chosen(const kl_propagation *e, char text[KL_NAME])
{
    const kl_grid *grid = &e->pencils.grid;
    text[0] = 0;
    if (e->lattice.pencils)
        snprintf(text, KL_NAME, "L = %lld: %dx%d pencils, depth %d, %lld planes",
                 (long long)e->lattice.sites, grid->parts[0], grid->parts[1], e->h.blocking.depth,
                 (long long)e->h.blocking.tile);
    else if (e->seams.together && e->seams.depth > 0)
        snprintf(text, KL_NAME, "L = %lld: slabs of %d nodes, depth %d, %lld rows",
                 (long long)e->lattice.sites, e->lattice.ranks / e->team.ranks, e->h.blocking.depth,
                 (long long)e->h.blocking.tile);
    else if (e->probed > 0)
        snprintf(text, KL_NAME, "L = %lld: depth %d, %lld rows", (long long)e->lattice.sites,
                 e->h.blocking.depth, (long long)e->h.blocking.tile);
}

/* Where ranks of a node pack and unpack planes of each other, until all have done so. */
static void wait_for_node(const kl_propagation *e)
{
    if (e->pencils.team)
        MPI_Barrier(e->lattice.comm);
}

/* In place, by way of scratch. */
static void to_pencils(kl_propagation *e, void *slab, size_t element)
{
    kl_pencils_enter(&e->pencils, slab, element, e->scratch);
}

void kl_propagation_potential(kl_propagation *e)
{
    if (e->lattice.pencils)
        to_pencils(e, e->omega, sizeof *e->omega);
}

void kl_propagation_draw(kl_propagation *e, const kl_disorder_keys *keys, int distribution,
                         double eta, const double *more, int64_t realization)
{
    if (e->lattice.pencils && e->lattice.dimension == 3) {
        kl_potential_draw_pencil(keys, distribution, eta, more, realization, &e->lattice, e->omega);
        return;
    }
    kl_potential_draw(keys, distribution, eta, more, realization, &e->lattice, e->omega);
    kl_propagation_potential(e);
}

void kl_propagation_bound(kl_propagation *e)
{
    e->radius = nominal_radius(&e->setup) + 6 * e->setup.eta;
    if (e->setup.propagator.method != KL_CHEBYSHEV_METHOD)
        return;
    wait_for_node(e);
    choose_blocking(e);
    e->radius = kl_hamiltonian_radius(&e->h, e->setup.propagator.precision, e->psi.re, e->scratch);
}

static kl_status total_energy(const kl_propagation *e, const kl_state *psi, double hop,
                              double *energy, kl_error *err)
{
    double potential;
    KL_TRY(kl_potential_energy(psi, e->omega, &potential, err));
    *energy = e->h.hopping * hop + e->h.eta * potential;
    return KL_OK;
}

/* psi, which may be filled in or have come from a checkpoint as a slab, to where it is worked on.
 */
static void settle(kl_propagation *e)
{
    const size_t element = kl_precision_size(e->psi.precision);
    if (!e->lattice.pencils || e->psi.pencil)
        return;
    wait_for_node(e);
    to_pencils(e, e->psi.re, element);
    to_pencils(e, e->psi.im, element);
    e->psi.pencil = true;
}

/* packets: what psi is filled with; NULL: it is filled in. */
static kl_status start(kl_propagation *e, const kl_packets *packets, kl_error *err)
{
    double norm, hop;
    e->t = 0;
    e->served_from = e->served = 0;
    e->seen = NULL;
    e->psi.pencil = false;
    if (packets)
        KL_TRY(kl_packets_fill(packets, e->setup.unit, &e->psi, err));
    KL_TRY(kl_wigner_evaluate(e->pairing, &e->psi, NULL, &norm, &hop, NULL, err));
    if (packets && e->lattice.pencils && e->lattice.dimension == 3 &&
        kl_packets_pointwise(packets)) {
        e->psi.pencil = true;
        KL_TRY(kl_packets_fill(packets, e->setup.unit, &e->psi, err));
    }
    settle(e);
    return total_energy(e, &e->psi, hop, &e->energy, err);
}

kl_status kl_propagation_start(kl_propagation *e, kl_error *err)
{
    return start(e, NULL, err);
}

kl_status kl_propagation_start_packets(kl_propagation *e, const kl_packets *packets, kl_error *err)
{
    return start(e, packets, err);
}

static kl_status sweep(kl_propagation *e, int time, kl_error *err)
{
    const kl_propagation_setup *s = &e->setup;
    double t[KL_MOST_OUTPUTS];
    wait_for_node(e);
    settle(e);
    e->seen = NULL;
    if (e->served > 0) { /* go on from the last output */
        kl_state old = e->psi;
        e->psi = e->out[e->served - 1];
        e->out[e->served - 1] = old;
    }
    e->served_from = time;
    e->served = sweep_size(s, time, e->t);
    for (int j = 0; j < e->served; j++)
        t[j] = microscopic(s, time + j) - e->t;
    /* Rounding takes its part of the tolerance; each sweep an equal share of the rest. */
    kl_chebyshev chebyshev = {&e->h, e->radius,
                              (s->propagator.tolerance - kl_propagation_rounding(s)) / s->times.n};
    KL_TRY(kl_chebyshev_evolve(&chebyshev, &e->psi, e->scratch, t, e->served, e->out, NULL, err));
    e->t = microscopic(s, time + e->served - 1);
    return KL_OK;
}

/* What is measured of a state: itself, or its copy as a slab, for which the arrays of the start are
 * free after a sweep, and of the outputs before. */
static const kl_state *as_slab(kl_propagation *e, const kl_state *state)
{
    const kl_state *place = state == &e->psi ? &e->out[0] : &e->psi;
    const size_t element = kl_precision_size(state->precision);
    if (!state->pencil)
        return state;
    if (e->seen != state) {
        e->slab = *place;
        e->slab.real = state->real;
        e->slab.pencil = false;
        kl_pencils_leave(&e->pencils, state->re, element, e->slab.re, e->scratch);
        kl_pencils_leave(&e->pencils, state->im, element, e->slab.im, e->scratch);
        e->seen = state;
    }
    return &e->slab;
}

kl_status kl_propagation_advance(kl_propagation *e, int time, const kl_state **psi, kl_error *err)
{
    const kl_propagation_setup *s = &e->setup;
    const double t = microscopic(s, time);
    *psi = &e->psi;
    if (t == 0) {
        settle(e);
        *psi = as_slab(e, &e->psi);
        return KL_OK;
    }
    if (s->propagator.method != KL_CHEBYSHEV_METHOD) {
        KL_TRY(kl_splitting_evolve(e->splitting, &e->psi, t - e->t,
                                   s->propagator.tolerance / s->times.n, err));
        e->t = t;
        return KL_OK;
    }
    if (time >= e->served_from + e->served)
        KL_TRY(sweep(e, time, err));
    *psi = as_slab(e, &e->out[time - e->served_from]);
    return KL_OK;
}

void kl_propagation_spare(kl_propagation *e, void *array[3])
{
    array[0] = e->psi.re; /* the state is among the outputs */
    array[1] = e->psi.im;
    array[2] = e->scratch;
}

kl_status kl_propagation_check(kl_propagation *e, int time, const kl_state *psi, double norm,
                               double hop, double drift[2], kl_error *err)
{
    static const char *const name[2] = {"norm", "energy"};
    const double tolerance = e->setup.propagator.tolerance;
    const double allowed[2] = {2 * tolerance, 2 * e->radius * tolerance};
    double energy;
    KL_TRY(total_energy(e, e->seen ? e->seen : psi, hop, &energy, err));
    drift[0] = fabs(norm - 1);
    drift[1] = fabs(energy - e->energy);
    for (int i = 0; i < 2; i++)
        if (!(drift[i] <= allowed[i]))
            return kl_fail(err, KL_BUG,
                           "eta %g, %lld sites, T = %g: the %s drifted by %.3g, more than %.3g",
                           e->setup.eta, (long long)e->setup.sites, e->setup.times.value[time],
                           name[i], drift[i], allowed[i]);
    return KL_OK;
}

kl_status kl_propagation_drift(kl_propagation *e, int time, const kl_state *psi, double drift[2],
                               kl_error *err)
{
    double norm, hop;
    KL_TRY(kl_wigner_evaluate(e->pairing, psi, NULL, &norm, &hop, NULL, err));
    return kl_propagation_check(e, time, psi, norm, hop, drift, err);
}
