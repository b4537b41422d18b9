/* Checks of a problem, and what its solves share. */
#include "kinetic/plan.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Closer to the band edge, or to E = 0 in d = 2, the shell is lost to rounding. */
static const double CRITICAL = 1e-12;

double kl_van_hove_distance(int dimension, double energy, double *van_hove)
{
    double best = INFINITY;
    for (int e = -2 * dimension; e <= 2 * dimension; e += 4)
        if (fabs(energy - e) < best) {
            best = fabs(energy - e);
            *van_hove = e;
        }
    return best;
}

static kl_status check_shell(const kl_kinetic_problem *problem, double energy, kl_error *err)
{
    int d = problem->dimension;
    if (2 * d - fabs(energy) < CRITICAL)
        return kl_fail(err, KL_INPUT,
                       "momentum: e(p) = %.15g is the edge of the band, where there is no energy "
                       "shell to scatter on",
                       energy);
    if (d == 2 && fabs(energy) < CRITICAL)
        return kl_fail(err, KL_INPUT,
                       "momentum: e(p) = %.15g: in dimension 2 the density of states is infinite "
                       "at energy 0",
                       energy);
    return KL_OK;
}

static kl_status check_problem(const kl_kinetic_problem *problem, kl_error *err)
{
    if (problem->dimension != 2 && problem->dimension != 3)
        return kl_fail(err, KL_INPUT,
                       "dimension: %d: the Boltzmann equation is the limit in dimension 2 and 3",
                       problem->dimension);
    if (!(problem->ell > 0) || !isfinite(problem->ell))
        return kl_fail(err, KL_INPUT, "box: %g is not allowed: must be positive", problem->ell);
    if (!(problem->tolerance > 0))
        return kl_fail(err, KL_INPUT, "boltzmann.tolerance: %g is not allowed: must be positive",
                       problem->tolerance);
    if (problem->envelope != KL_KINETIC_UNIFORM && !(problem->width > 0))
        return kl_fail(err, KL_INPUT, "envelope width: %g is not allowed: must be positive",
                       problem->width);
    for (int i = 0; i < problem->ntimes; i++)
        if (!(problem->times[i] >= (i ? problem->times[i - 1] : 0)) || !isfinite(problem->times[i]))
            return kl_fail(err, KL_INPUT, "times: %g is not allowed: must be >= 0 and increasing",
                           problem->times[i]);
    for (int io = 0; io < problem->nobservables; io++)
        if (problem->observables[io].position == KL_KINETIC_POSITION_GAUSSIAN &&
            !(problem->observables[io].width > 0))
            return kl_fail(err, KL_INPUT, "position width: %g is not allowed: must be positive",
                           problem->observables[io].width);
    return KL_OK;
}

static int find_momentum(kl_plan *plan, const int m[3])
{
    for (int i = 0; i < plan->nmomenta; i++)
        if (memcmp(plan->momentum[i], m, sizeof plan->momentum[i]) == 0)
            return i;
    memcpy(plan->momentum[plan->nmomenta], m, sizeof plan->momentum[0]);
    return plan->nmomenta++;
}

static kl_status create_terms(kl_plan *plan, kl_error *err)
{
    const kl_kinetic_problem *problem = plan->problem;
    size_t count = 0;
    for (int io = 0; io < problem->nobservables; io++)
        count += (size_t)problem->observables[io].nmodes;
    KL_TRY(kl_alloc(count, sizeof *plan->momentum, "observables", &plan->momentum, err));
    KL_TRY(kl_alloc((size_t)problem->nobservables, sizeof *plan->term, "observables", &plan->term,
                    err));
    for (int io = 0; io < problem->nobservables; io++) {
        const kl_kinetic_observable *o = &problem->observables[io];
        KL_TRY(
            kl_alloc((size_t)o->nmodes, sizeof **plan->term, "observables", &plan->term[io], err));
        for (int n = 0; n < o->nmodes; n++) {
            int m[3] = {0};
            for (int j = 0; j < problem->dimension; j++)
                m[j] = o->mode[n][j];
            int sign = kl_mode_canonical(m);
            plan->term[io][n] =
                (kl_term){.momentum = find_momentum(plan, m),
                          .sign = sign,
                          .coefficient = o->coefficient[n][0] + I * o->coefficient[n][1]};
        }
    }
    return KL_OK;
}

kl_status kl_plan_create(const kl_kinetic_problem *problem, kl_plan *plan, kl_error *err)
{
    kl_status status;
    *plan = (kl_plan){.problem = problem};
    KL_GOTO(check_problem(problem, err));
    for (int j = 0; j < problem->dimension; j++) {
        plan->energy += 2 * cos(2 * M_PI * problem->momentum[j]);
        plan->velocity[j] = -2 * sin(2 * M_PI * problem->momentum[j]);
    }
    KL_GOTO(check_shell(problem, plan->energy, err));
    KL_GOTO(create_terms(plan, err));
    KL_GOTO(kl_pairing_create(problem, &plan->pairing, err));
    KL_GOTO(kl_modes_create(problem, &plan->pairing, 0.1 * problem->tolerance, &plan->modes, err));
    return KL_OK;
done:
    kl_plan_destroy(plan);
    return status;
}

void kl_plan_destroy(kl_plan *plan)
{
    for (int io = 0; plan->term && io < plan->problem->nobservables; io++)
        free(plan->term[io]);
    free(plan->term);
    free(plan->momentum);
    kl_modes_destroy(&plan->modes);
    kl_pairing_destroy(&plan->pairing);
    *plan = (kl_plan){0};
}

bool kl_plan_uses(const kl_plan *plan, int mode, int momentum)
{
    const int *k = plan->modes.mode[mode].k, minus[3] = {-k[0], -k[1], -k[2]};
    for (int io = 0; io < plan->problem->nobservables; io++)
        for (int n = 0; n < plan->problem->observables[io].nmodes; n++)
            if (plan->term[io][n].momentum == momentum)
                if (kl_pairing_at(&plan->pairing, io, k) != 0 ||
                    kl_pairing_at(&plan->pairing, io, minus) != 0)
                    return true;
    return false;
}
