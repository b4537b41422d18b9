/* psi_t against S_N psi_0: its distance, and observables in phase space of either.
 *
 * The exact psi is evolved to the tolerance (continuum/split_control.h). */
#include "systems/trotter/trotter_private.h"

#include "base/memory.h"
#include "continuum/wave_start.h"
#include "continuum/weyl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LOOKS = 64 }; /* how often the slices of a station are watched for their tails */

/* ---- create and destroy ---- */

static kl_status allocate(trotter_states *r, kl_error *err)
{
    KL_TRY(kl_alloc(r->grid.local, sizeof *r->potential, "potential", &r->potential, err));
    KL_TRY(kl_alloc(r->grid.local, sizeof *r->steepness, "potential", &r->steepness, err));
    KL_TRY(kl_box_array(&r->grid, &r->psi, err));
    KL_TRY(kl_box_array(&r->grid, &r->sliced, err));
    return kl_box_array(&r->grid, &r->u, err);
}

kl_status trotter_states_create(const trotter *s, int hbar, MPI_Comm comm, trotter_states *out,
                                kl_error *err)
{
    *out = (trotter_states){.s = s, .point = &s->box[hbar]};
    comm = s->dimension == 1 ? MPI_COMM_SELF : comm;
    KL_TRY(kl_box_grid_create(comm, s->dimension, out->point->sites, s->side, out->point->eps,
                              &out->grid, err));
    KL_TRY(kl_agree(comm, allocate(out, err), err));
    kl_wave_potential(&out->grid, &s->potential, out->potential, out->steepness);
    out->exact.steps = (kl_split_steps){.grid = &out->grid,
                                        .method = KL_SPLIT_CHIN4,
                                        .potential = out->potential,
                                        .steepness = out->steepness};
    out->slice = (kl_split_steps){
        .grid = &out->grid, .method = KL_SPLIT_STRANG, .potential = out->potential};
    KL_TRY(kl_split_create(&out->slice, err));
    return kl_split_control_create(&out->exact, s->tolerance, s->times.value[s->times.n - 1], err);
}

void trotter_states_destroy(trotter_states *r)
{
    kl_split_control_destroy(&r->exact);
    kl_split_destroy(&r->slice);
    kl_box_grid_destroy(&r->grid);
    free(r->potential);
    free(r->steepness);
    free(r->psi);
    free(r->sliced);
    free(r->u);
    r->potential = r->steepness = NULL;
    r->psi = r->sliced = r->u = NULL;
}

kl_cost trotter_states_cost(const trotter *s, int hbar, int64_t slices, int ranks)
{
    const kl_box_point *at = &s->box[hbar];
    const double array = kl_box_bytes(s->dimension, at->sites, ranks),
                 last = s->times.value[s->times.n - 1],
                 step = pow(s->tolerance * at->eps, 0.25) / 2,
                 transforms = 5.6 * last / step + (double)s->times.n * (2.0 * (double)slices + 300);
    return (kl_cost){.bytes = kl_split_bytes(KL_SPLIT_CHIN4, s->dimension, at->sites, ranks) +
                              kl_split_bytes(KL_SPLIT_STRANG, s->dimension, at->sites, ranks) +
                              5 * array,
                     .seconds = transforms * kl_box_seconds(s->dimension, at->sites),
                     .most_ranks = s->dimension == 1 ? 0 : at->sites / 4};
}

/* ---- evolution ---- */

kl_status trotter_states_start(trotter_states *r, kl_error *err)
{
    kl_split_control_start(&r->exact);
    r->now = (trotter_states_progress){0};
    return kl_wave_start(&r->grid, r->s->start.n, r->s->start.packet, r->psi, err);
}

kl_status trotter_states_go_on(trotter_states *r, int station, bool *reached, kl_error *err)
{
    const double *times = r->s->times.value;
    KL_TRY(kl_split_control_advance(&r->exact, station > 0 ? times[station - 1] : 0, times[station],
                                    r->psi, reached, err));
    return *reached ? kl_box_tails_raise(&r->grid, r->psi, r->u, &r->now.tails, err) : KL_OK;
}

static kl_status begin_slices(trotter_states *r, kl_error *err)
{
    r->now.transforms = 0;
    KL_TRY(kl_wave_start(&r->grid, r->s->start.n, r->s->start.packet, r->sliced, err));
    if (!r->s->strang)
        kl_split_kick(&r->slice, false, r->sliced);
    return KL_OK;
}

kl_status trotter_states_slice(trotter_states *r, int station, int64_t n, bool *reached,
                               kl_error *err)
{
    const int64_t most = (n + LOOKS - 1) / LOOKS;
    double work = 1e8 / kl_box_points(&r->grid);
    kl_split_set(&r->slice, r->s->times.value[station] / (double)n);
    if (r->now.done == 0)
        KL_TRY(begin_slices(r, err));
    for (int look = 0; r->now.done < n && work > 0 && look < LOOKS / 8; look++) {
        const int64_t count = most < n - r->now.done ? most : n - r->now.done;
        kl_split_run(&r->slice, 0, count, r->sliced);
        KL_TRY(kl_box_tails_raise(&r->grid, r->sliced, r->u, &r->now.sliced_tails, err));
        r->now.done += count;
        r->now.transforms += 2 * (double)count;
        work -= 2 * (double)count;
    }
    *reached = r->now.done == n;
    if (!*reached)
        return KL_OK;
    if (!r->s->strang)
        kl_split_kick(&r->slice, true, r->sliced);
    r->now.done = 0;
    return KL_OK;
}

/* ---- measurement ---- */

static double exact_error(const trotter_states *r)
{
    return r->exact.progress.error + kl_split_control_rounding(&r->exact) +
           kl_box_tails_error(&r->now.tails);
}

static double sliced_error(const trotter_states *r)
{
    return kl_split_rounding(&r->grid, r->now.transforms) +
           kl_box_tails_error(&r->now.sliced_tails);
}

static kl_status mean(trotter_states *r, int window, const complex double *psi, double off,
                      double *value, double *error, kl_error *err)
{
    const kl_phase_observable *o = &r->s->window[window];
    *error = kl_weyl_error(o, &r->s->potential, r->grid.eps, r->point->x, r->point->p, off);
    return kl_weyl_mean(&r->grid, o, r->potential, psi, r->u, r->exact.spare, value, err);
}

kl_status trotter_states_measure(trotter_states *r, int k, int window, double *value, double *error,
                                 kl_error *err)
{
    if (r->s->observable[k].kind == TROTTER_PHASE_SPACE)
        return mean(r, window, r->sliced, sliced_error(r), value, error, err);
    *value = sqrt(kl_box_distance(&r->grid, r->sliced, r->psi));
    *error = exact_error(r) + sliced_error(r);
    return KL_OK;
}

/* ---- the limit ---- */

static kl_status to_station(trotter_states *r, int t, kl_limit_values *out, kl_error *err)
{
    bool reached = false;
    while (!reached) {
        if (out->stop && out->stop(out->stop_context))
            return kl_fail(err, KL_STOPPED, "stopped");
        KL_TRY(trotter_states_go_on(r, t, &reached, err));
    }
    return KL_OK;
}

static kl_status fill(trotter_states *r, kl_limit_values *out, kl_error *err)
{
    const trotter *s = r->s;
    KL_TRY(trotter_states_start(r, err));
    for (int t = 0; t < s->times.n; t++) {
        KL_TRY(to_station(r, t, out, err));
        for (int q = 0, window = 0; q < s->nquantities; q++) {
            const int at = t * s->nquantities + q, kind = s->observable[s->of[q]].kind;
            if (kind == TROTTER_STATE)
                out->value[at] = out->error[at] = 0;
            else if (kind == TROTTER_PHASE_SPACE)
                KL_TRY(mean(r, window++, r->psi, exact_error(r), &out->value[at], &out->error[at],
                            err));
        }
    }
    return KL_OK;
}

kl_status trotter_states_solve(const trotter *s, int hbar, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err)
{
    trotter_states r;
    kl_status status = trotter_states_create(s, hbar, comm, &r, err);
    if (status == KL_OK)
        status = fill(&r, out, err);
    trotter_states_destroy(&r);
    return status;
}
