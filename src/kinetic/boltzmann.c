/* The linear Boltzmann equation for a start on one energy shell, mode by mode
 * in X, Krylov space by Krylov space on the shell.
 *
 * The uncollided part is exact: |h|^2 moved by v(p) T, times exp(-2 pi N T). The
 * scattered part of mode xi = k/ell lives in the Krylov space of xi.v started
 * from the constant (krylov.h) and is evolved by PETSc (evolution.h). The
 * problem is solved on a ladder of resolutions, everything finer on each rung;
 * the change from rung to rung is the error. Source: Chen, RIMS Kokyuroku
 * Bessatsu B21 (2010) 63, Theorem 2.1, with the transport coefficient
 * grad e/(2 pi). See docs/boltzmann.md.
 *
 * Collective over the communicator; the same numbers on every rank.
 */
#include "kinetic/boltzmann.h"

#include "base/memory.h"
#include "kinetic/directed.h"
#include "kinetic/evolution.h"
#include "kinetic/infinite.h"
#include "kinetic/ladder.h"
#include "kinetic/spread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE = 256 };

/* The own modes of a rank during one solve. */
typedef struct worker {
    const kl_plan *plan;
    const kl_tables *tables;
    double rate;
    int first, count, widest; /* own modes; the largest of their Krylov spaces */
    kl_chain *chain;          /* [count] */
    double *re, *im;          /* [widest] */
    double complex *even;     /* [nmomenta] int cos(2 pi m.U) f */
    double complex *odd;      /* [nmomenta] int sin(2 pi m.U) f */
    double complex *own;      /* [count][nobservables] contributions */
    double complex *all;      /* [nmodes][nobservables] */
    int *counts, *starts;     /* [ranks] of doubles in `all` */
} worker;

/* Cuts the modes into contiguous ranges of about equal work. */
static void divide(MPI_Comm comm, worker *w)
{
    int rank, size, nmodes = w->plan->modes.nmodes, at = 0;
    double total = 0, sum = 0;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    for (int i = 0; i < nmodes; i++)
        total += w->tables->size[i];
    for (int r = 0; r < size; r++) {
        int begin = at;
        while (at < nmodes && (r + 1 == size || sum < total * (r + 1) / size))
            sum += w->tables->size[at++];
        w->starts[r] = 2 * begin * w->plan->problem->nobservables;
        w->counts[r] = 2 * (at - begin) * w->plan->problem->nobservables;
        if (r == rank) {
            w->first = begin;
            w->count = at - begin;
        }
    }
}

static void fill_chains(worker *w)
{
    const kl_plan *plan = w->plan;
    for (int i = 0; i < w->count; i++) {
        const kl_mode *mode = &plan->modes.mode[w->first + i];
        double frequency = 0;
        for (int j = 0; j < plan->problem->dimension; j++)
            frequency += mode->k[j] / plan->problem->ell * plan->velocity[j];
        w->chain[i] = (kl_chain){.size = w->tables->size[w->first + i],
                                 .beta = w->tables->data + w->tables->start[mode->orbit],
                                 .rate = w->rate,
                                 .frequency = frequency,
                                 .scale = mode->weight};
        if (w->chain[i].size > w->widest)
            w->widest = w->chain[i].size;
    }
}

static void worker_destroy(worker *w)
{
    free(w->chain);
    free(w->re);
    free(w->im);
    free(w->even);
    free(w->odd);
    free(w->own);
    free(w->all);
    free(w->counts);
    free(w->starts);
}

static kl_status worker_create(MPI_Comm comm, const kl_plan *plan, const kl_tables *tables,
                               double rate, worker *w, kl_error *err)
{
    int ranks;
    size_t nio = (size_t)plan->problem->nobservables, momenta = (size_t)plan->nmomenta;
    MPI_Comm_size(comm, &ranks);
    *w = (worker){.plan = plan, .tables = tables, .rate = rate};
    KL_TRY(kl_alloc((size_t)ranks, sizeof(int), "Boltzmann modes", &w->counts, err));
    KL_TRY(kl_alloc((size_t)ranks, sizeof(int), "Boltzmann modes", &w->starts, err));
    divide(comm, w);
    KL_TRY(kl_alloc((size_t)w->count, sizeof *w->chain, "Boltzmann modes", &w->chain, err));
    fill_chains(w);
    KL_TRY(kl_alloc((size_t)w->widest, sizeof(double), "Boltzmann modes", &w->re, err));
    KL_TRY(kl_alloc((size_t)w->widest, sizeof(double), "Boltzmann modes", &w->im, err));
    KL_TRY(kl_alloc(momenta, sizeof *w->even, "Boltzmann modes", &w->even, err));
    KL_TRY(kl_alloc(momenta, sizeof *w->odd, "Boltzmann modes", &w->odd, err));
    KL_TRY(kl_alloc((size_t)w->count * nio, sizeof *w->own, "Boltzmann modes", &w->own, err));
    return kl_alloc((size_t)plan->modes.nmodes * nio, sizeof *w->all, "Boltzmann modes", &w->all,
                    err);
}

/* int cos(2 pi m.U) f and int sin(2 pi m.U) f over the scattered part of own
 * mode i, for every momentum m: f = sum_k (-i)^k r_k q_k. */
static void momentum_parts(worker *w, int i)
{
    const kl_plan *plan = w->plan;
    const kl_mode *mode = &plan->modes.mode[w->first + i];
    for (int m = 0; m < plan->nmomenta; m++) {
        int image[3], sign = kl_mode_image(mode, plan->momentum[m], image);
        bool zero = !(image[0] || image[1] || image[2]);
        const double *moment = zero ? NULL : kl_tables_moment(w->tables, mode->orbit, image);
        double complex even = zero ? w->re[0] + I * w->im[0] : 0, odd = 0;
        for (int k = 0; moment && k < w->chain[i].size; k++) {
            double complex r = (k / 2 % 2 ? -moment[k] : moment[k]) * (w->re[k] + I * w->im[k]);
            if (k % 2)
                odd += r;
            else
                even += r;
        }
        w->even[m] = even;
        w->odd[m] = -I * sign * odd;
    }
}

/* Collective. Values of all observables at one time, summed in mode order. */
static kl_status measure(MPI_Comm comm, worker *w, const kl_evolution *evolution, double time,
                         double *value, kl_error *err)
{
    int nio = w->plan->problem->nobservables, rank;
    kl_status status = KL_OK;
    for (int i = 0; i < w->count && status == KL_OK; i++) {
        double angle = 2 * M_PI * w->chain[i].frequency * time, size = exp(-w->rate * time);
        status = kl_watch_look(w->plan->watch, err);
        if (status == KL_OK)
            status = kl_evolution_get(evolution, i, w->re, w->im, err);
        if (status != KL_OK)
            break;
        w->re[0] -= size * cos(angle); /* the scattered part alone */
        w->im[0] += size * sin(angle);
        momentum_parts(w, i);
        kl_plan_contribute(w->plan, w->plan->modes.mode[w->first + i].k, w->even, w->odd,
                           w->own + (size_t)i * (size_t)nio);
    }
    KL_TRY(kl_watch_agree(w->plan->watch, status, err));
    MPI_Comm_rank(comm, &rank);
    MPI_Allgatherv(w->own, w->counts[rank], MPI_DOUBLE, w->all, w->counts, w->starts, MPI_DOUBLE,
                   comm);
    for (int io = 0; io < nio; io++) {
        double complex sum = 0;
        for (int i = 0; i < w->plan->modes.nmodes; i++)
            sum += w->all[(size_t)i * (size_t)nio + (size_t)io];
        if (time > 0)
            sum += kl_plan_uncollided(w->plan, io, w->rate, time);
        else
            sum = kl_plan_uncollided(w->plan, io, w->rate, 0);
        value[2 * io] = creal(sum);
        value[2 * io + 1] = cimag(sum);
    }
    return KL_OK;
}

/* Collective. One solve at one resolution. */
static kl_status solve(MPI_Comm comm, const kl_plan *plan, kl_resolution *resolution, double *value,
                       int *steps, kl_error *err)
{
    if (plan->problem->correlation)
        return kl_directed_solve(plan, resolution, value, steps, err);
    kl_tables tables = {0};
    kl_evolution *evolution = NULL;
    worker w = {0};
    kl_status status;
    KL_GOTO(kl_tables_create(comm, plan, resolution, &tables, err));
    KL_GOTO(kl_agree(comm, worker_create(comm, plan, &tables, resolution->rate, &w, err), err));
    KL_GOTO(kl_evolution_create(plan->watch, w.count, w.chain, resolution->step, &evolution, err));
    for (int it = 0; it < plan->problem->ntimes; it++) {
        double time = plan->problem->times[it];
        KL_GOTO(kl_agree(comm, kl_evolution_advance(evolution, time, err), err));
        KL_GOTO(kl_evolution_steps(evolution, &steps[it], err));
        KL_GOTO(measure(comm, &w, evolution, time,
                        value + 2 * (size_t)it * (size_t)plan->problem->nobservables, err));
    }
done:
    kl_evolution_destroy(&evolution);
    worker_destroy(&w);
    kl_tables_destroy(&tables);
    return status;
}

static void describe(const kl_plan *plan, double worst, char *note)
{
    double van_hove, distance;
    note[0] = 0;
    if (worst <= plan->problem->tolerance)
        return;
    distance = kl_van_hove_distance(plan->problem->dimension, plan->energy, &van_hove);
    snprintf(note, NOTE,
             "the Boltzmann reference reached an error of %.1e instead of %.1e (energy %.12g, %.1e "
             "from the van Hove energy %g)",
             worst, plan->problem->tolerance, plan->energy, distance, van_hove);
}

/* Collective. Climbs the ladder until the tolerance is met or nothing improves. */
static kl_status climb(MPI_Comm comm, const kl_plan *plan, kl_pace *pace, double *value,
                       double *before, double *error, char *note, kl_error *err)
{
    size_t n = 2 * (size_t)plan->problem->ntimes * (size_t)plan->problem->nobservables;
    double last = INFINITY;

    for (int s = 0; s < KL_SHELL_RUNGS; s++) {
        kl_resolution resolution = kl_ladder_shell(plan, s);
        memcpy(before, value, n * sizeof *value);
        kl_pace_next(pace, resolution.step);
        KL_TRY(solve(comm, plan, &resolution, value, pace->now, err));
        if (s == 0)
            continue;
        double worst = kl_plan_error(plan, resolution.rate, pace, value, before, error);
        describe(plan, worst, note);
        if (worst <= plan->problem->tolerance || worst > 0.5 * last) {
            if (worst > plan->problem->tolerance && s % 2 == 0)
                memcpy(value, before, n * sizeof *value); /* p itself, not p rounded */
            break;
        }
        last = worst;
    }
    return KL_OK;
}

/* Collective. On the torus. */
static kl_status solve_torus(MPI_Comm comm, const kl_kinetic_problem *problem, double *value,
                             double *error, char *note, kl_error *err)
{
    kl_plan plan = {0};
    kl_pace pace = {0};
    double *before = NULL;
    kl_watch watch = kl_watch_begin(comm, problem);
    kl_status status = kl_plan_create(problem, &watch, &plan, err);
    if (status == KL_OK)
        status = kl_alloc(2 * (size_t)problem->ntimes * (size_t)problem->nobservables,
                          sizeof *before, "Boltzmann reference", &before, err);
    if (status == KL_OK)
        status = kl_pace_create(problem->ntimes, &pace, err);
    KL_GOTO(kl_agree(comm, status, err));
    if (kl_plan_one_shell(problem))
        KL_GOTO(climb(comm, &plan, &pace, value, before, error, note, err));
    else
        KL_GOTO(kl_spread_solve(comm, &plan, &pace, value, before, error, note, err));
done:
    free(before);
    kl_pace_destroy(&pace);
    kl_plan_destroy(&plan);
    return status;
}

kl_status kl_boltzmann_solve(MPI_Comm comm, const kl_kinetic_problem *problem, double *value,
                             double *error, char *note, kl_error *err)
{
    kl_kinetic_problem torus = *problem;
    double bound = 0;
    if (problem->infinite)
        KL_TRY(kl_infinite_side(problem, &torus.ell, &bound, err));
    KL_TRY(solve_torus(comm, &torus, value, error, note, err));
    for (int i = 0; i < problem->ntimes * problem->nobservables; i++)
        if (problem->observables[i % problem->nobservables].position ==
            KL_KINETIC_POSITION_GAUSSIAN)
            error[i] += bound;
    return KL_OK;
}
