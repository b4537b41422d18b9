/* The time of a solve before it is made: the sizes that its first two rungs will have, times
 * what each unit of work took on a core of 2.6 GHz. */
#include "kinetic/boltzmann.h"

#include "kinetic/directed.h"
#include "kinetic/evolution.h"
#include "kinetic/infinite.h"
#include "kinetic/ladder.h"
#include "kinetic/source.h"
#include "kinetic/spread.h"

#include <math.h>

/* Nanoseconds. */
static const double KRYLOV = 0.3, SHELL = 400, ADD = 0.15, IMAGE = 25;

enum { STAGES = 13, SAMPLE = 5 /* every so many shells are looked at */ };

/* Steps of the Runge-Kutta rule: as long as its error and its stability let them be. */
static double steps(double frequency, double last, int ntimes, double tolerance)
{
    double radius = 2 * M_PI * frequency * last;
    return ntimes + radius / (3.5 * pow(fmax(tolerance, 1e-15), 1.0 / 9));
}

static double one_shell(const kl_tables_work *work, const kl_kinetic_problem *problem, double last,
                        double step)
{
    double rounds = STAGES * steps(work->frequency, last, problem->ntimes, step);
    return KRYLOV * work->krylov + SHELL * work->shell +
           kl_evolution_pace() * rounds * 2 * work->modes;
}

/* The responses of all shells at ntimes. */
static kl_status responses(const kl_plan *plan, const kl_rung *g, const kl_energies *energies,
                           int ntimes, double *cost, kl_error *err)
{
    double unknowns = 0, frequency = 0;
    for (int n = energies->count > SAMPLE ? SAMPLE / 2 : 0; n < energies->count; n += SAMPLE) {
        kl_tables_work work;
        kl_resolution r = {.energy = energies->energy[n],
                           .rate = 2 * M_PI * energies->density[n],
                           .krylov = g->fineness.krylov / energies->share[n],
                           .shell = {g->fineness.shell[0], g->fineness.shell[1]}};
        double share = energies->count > SAMPLE ? SAMPLE : energies->count;
        KL_TRY(kl_tables_estimate(plan, &r, &work, err));
        *cost += share * (KRYLOV * work.krylov + SHELL * work.shell);
        unknowns += share * work.orbits;
        frequency = fmax(frequency, work.frequency);
    }
    *cost += kl_evolution_pace() * STAGES * steps(frequency, g->last, ntimes, g->fineness.step) *
             unknowns;
    return KL_OK;
}

/* Every point of the start, spread over the axes that it leaves out, at every time. */
static double uncollided(const kl_plan *plan, const kl_start *start)
{
    const kl_kinetic_problem *problem = plan->problem;
    double points = (double)start->count, images = 0;
    for (int i = start->active; i < problem->dimension; i++)
        points *= 1 + 2 * ceil(start->reach / start->spacing[i]);
    for (int io = 0; io < problem->nobservables; io++) {
        const kl_kinetic_observable *o = &problem->observables[io];
        images += o->position == KL_KINETIC_POSITION_GAUSSIAN
                      ? problem->dimension * (1 + 2 * ceil(9 * o->width / problem->ell))
                      : 1;
    }
    return IMAGE * points * images * problem->ntimes;
}

static kl_status bent(const kl_plan *plan, const kl_rung *g, double *cost, kl_error *err)
{
    kl_start start = {0};
    kl_energies energies = {0};
    int ntimes = kl_source_times(plan, g->source, g->last);
    kl_status status;
    KL_GOTO(kl_spread_prepare(plan, g, &start, &energies, err));
    *cost += uncollided(plan, &start);
    if (g->last > 0) {
        *cost += ADD * kl_source_work(plan, &start, energies.count, g->source, g->last);
        KL_GOTO(responses(plan, g, &energies, ntimes, cost, err));
    }
done:
    kl_energies_destroy(&energies);
    kl_start_destroy(&start);
    return status;
}

static kl_status site(const kl_plan *plan, const kl_rung *g, double *cost, kl_error *err)
{
    kl_energies energies = {0};
    kl_status status;
    KL_GOTO(kl_spread_energies(plan, g, &energies, err));
    KL_GOTO(responses(plan, g, &energies, plan->problem->ntimes, cost, err));
done:
    kl_energies_destroy(&energies);
    return status;
}

/* Adds rung s, in nanoseconds. */
static kl_status rung(const kl_plan *plan, int s, double *cost, kl_error *err)
{
    const kl_kinetic_problem *problem = plan->problem;
    kl_rung g = kl_ladder_spread(problem, s);
    if (problem->envelope == KL_KINETIC_DELTA)
        return site(plan, &g, cost, err);
    if (!kl_plan_one_shell(problem))
        return bent(plan, &g, cost, err);
    kl_resolution r = kl_ladder_shell(plan, s);
    kl_tables_work work;
    KL_TRY(kl_tables_estimate(plan, &r, &work, err));
    *cost += problem->correlation
                 ? kl_directed_cost(plan, &r,
                                    STAGES * steps(work.frequency, g.last, problem->ntimes, r.step))
                 : one_shell(&work, problem, g.last, r.step);
    return KL_OK;
}

kl_status kl_boltzmann_cost(const kl_kinetic_problem *problem, double *seconds, kl_error *err)
{
    kl_kinetic_problem torus = *problem;
    kl_plan plan = {0};
    kl_watch never = {0};
    double cost = 0, bound;
    kl_status status;
    if (problem->infinite)
        KL_TRY(kl_infinite_side(problem, &torus.ell, &bound, err));
    KL_TRY(kl_plan_create(&torus, &never, &plan, err));
    KL_GOTO(rung(&plan, 0, &cost, err));
    KL_GOTO(rung(&plan, 1, &cost, err));
    *seconds = 1e-9 * cost;
done:
    kl_plan_destroy(&plan);
    return status;
}
