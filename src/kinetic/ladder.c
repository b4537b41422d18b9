/* See ladder.h. */
#include "kinetic/ladder.h"

#include "kinetic/shell.h"

#include <float.h>
#include <math.h>

/* Dear, so none of its parts is asked for far more than is needed: the rules on the shell are exact
 * for about twice the degree that they are made for. */
static void direct(const kl_plan *plan, int s, kl_resolution *r)
{
    double accuracy = fmin(5 * plan->problem->tolerance, 0.1) * pow(10, -1.5 * s);
    r->krylov = fmax(0.05 * accuracy, 1e-17);
    r->step = fmax(0.3 * accuracy, 1e-15);
    r->shell[0] = 4 - 2.5 * log10(accuracy) + 5 * s; /* finer on every rung, rounded too */
    r->shell[1] = 0.4 + 0.1 * s;
}

kl_resolution kl_ladder_shell(const kl_plan *plan, int s)
{
    int d = plan->problem->dimension;
    double accuracy = plan->problem->tolerance * pow(30, -s);
    double shift = s % 2 ? 0 : copysign(4 * d * DBL_EPSILON, plan->energy);
    kl_resolution r = {.energy = plan->energy + shift,
                       .krylov = fmax(0.1 * accuracy, 1e-17),
                       .shell = {16 + 8 * s, 1.05 + 0.15 * s},
                       .step = fmax(0.3 * accuracy, 1e-15)};
    r.rate = 2 * M_PI * kl_shell_density_of_states(d, r.energy);
    if (plan->problem->correlation)
        direct(plan, s, &r);
    return r;
}

/* The first two rungs, which nearly always suffice, ask for 20 times the tolerance and two
 * thirds of it. The parts are weighed so that none is far better than the rest, whatever it
 * costs: points of the start are cheap, and are asked for much more, as their error grows by
 * the number of modes; shells are dear and converge fastest. */
kl_rung kl_ladder_spread(const kl_kinetic_problem *problem, int s)
{
    double accuracy = fmin(20 * problem->tolerance, 0.1) * pow(10, -1.5 * s);
    return (kl_rung){.fineness = {.krylov = 0.05 * accuracy,
                                  .step = fmax(0.3 * accuracy, 1e-15),
                                  .shell = {6 - 2.5 * log10(accuracy), 0.8 + 0.1 * s}},
                     .start = 0.003 * accuracy,
                     .energies = accuracy,
                     .source = 3 * accuracy,
                     .last = problem->ntimes ? problem->times[problem->ntimes - 1] : 0,
                     .number = s};
}
