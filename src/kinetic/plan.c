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
        return kl_fail(
            err, KL_INPUT,
            "momentum: e(p) = 0, where in dimension 2 the density of states is infinite");
    return KL_OK;
}

/* S = p.X */
static bool linear_phase(const kl_kinetic_problem *problem)
{
    bool linear = problem->nterms + problem->nwaves == 0;
    for (int i = 0; i < problem->dimension; i++)
        for (int j = 0; j < problem->dimension; j++)
            linear = linear && problem->hessian[i][j] == 0;
    return linear;
}

static kl_status check_phase(const kl_kinetic_problem *problem, kl_error *err)
{
    for (int i = 0; i < problem->dimension; i++)
        for (int j = 0; j < problem->dimension; j++) {
            double a = problem->hessian[i][j];
            if (!isfinite(a) || a != problem->hessian[j][i])
                return kl_fail(err, KL_INPUT, "hessian: %g: must be finite and symmetric", a);
        }
    if (!linear_phase(problem) && problem->envelope > KL_KINETIC_BUMP)
        return kl_fail(err, KL_INPUT,
                       "phase: other than p.X goes with the envelopes gaussian and bump only");
    return KL_OK;
}

bool kl_plan_one_shell(const kl_kinetic_problem *problem)
{
    return linear_phase(problem) && problem->envelope != KL_KINETIC_DELTA;
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
    if (problem->envelope <= KL_KINETIC_BUMP && !(problem->width > 0))
        return kl_fail(err, KL_INPUT, "envelope width: %g is not allowed: must be positive",
                       problem->width);
    KL_TRY(check_phase(problem, err));
    if (problem->correlation && !kl_plan_one_shell(problem))
        return kl_fail(err, KL_INPUT,
                       "correlated disorder: the equation is solved for S = p.X alone, not for one "
                       "site either");
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

/* Where V depends on X no transform of |h|^2 can be taken out of the modes. */
static void with_position_only(kl_kinetic_problem *problem)
{
    problem->envelope = KL_KINETIC_DELTA;
    memset(problem->center, 0, sizeof problem->center);
}

kl_status kl_plan_create(const kl_kinetic_problem *problem, kl_watch *watch, kl_plan *plan,
                         kl_error *err)
{
    kl_kinetic_problem pairing = *problem;
    kl_status status;
    *plan = (kl_plan){.problem = problem, .watch = watch};
    KL_GOTO(check_problem(problem, err));
    for (int j = 0; j < problem->dimension; j++) {
        plan->energy += 2 * cos(2 * M_PI * problem->momentum[j]);
        plan->velocity[j] = -2 * sin(2 * M_PI * problem->momentum[j]);
    }
    if (kl_plan_one_shell(problem))
        KL_GOTO(check_shell(problem, plan->energy, err));
    else if (problem->envelope != KL_KINETIC_DELTA)
        with_position_only(&pairing);
    KL_GOTO(create_terms(plan, err));
    KL_GOTO(kl_pairing_create(&pairing, &plan->pairing, err));
    KL_GOTO(kl_modes_create(&pairing, &plan->pairing,
                            (kl_plan_one_shell(problem) ? 0.1 : 0.4) * problem->tolerance,
                            &plan->modes, err));
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

void kl_plan_contribute(const kl_plan *plan, const int k[3], const double complex *even,
                        const double complex *odd, double complex *out)
{
    const int minus[3] = {-k[0], -k[1], -k[2]};
    bool pair = k[0] || k[1] || k[2];
    for (int io = 0; io < plan->problem->nobservables; io++) {
        double complex here = 0, there = 0;
        for (int n = 0; n < plan->problem->observables[io].nmodes; n++) {
            const kl_term *t = &plan->term[io][n];
            double complex c = even[t->momentum], s = I * t->sign * odd[t->momentum];
            double complex conjugate = conj(c) + I * t->sign * conj(odd[t->momentum]);
            here += t->coefficient * (c + s);
            there += t->coefficient * conjugate;
        }
        out[io] = kl_pairing_at(&plan->pairing, io, k) * here;
        if (pair)
            out[io] += kl_pairing_at(&plan->pairing, io, minus) * there;
    }
}

double complex kl_plan_uncollided(const kl_plan *plan, int io, double rate, double time)
{
    const kl_kinetic_problem *problem = plan->problem;
    double shift[3] = {0};
    double complex b = 0;
    for (int j = 0; j < problem->dimension; j++)
        shift[j] = plan->velocity[j] * time;
    for (int n = 0; n < problem->observables[io].nmodes; n++) {
        const kl_term *t = &plan->term[io][n];
        double phase = 0;
        for (int j = 0; j < problem->dimension; j++)
            phase += t->sign * plan->momentum[t->momentum][j] * problem->momentum[j];
        b += t->coefficient * cexp(2 * M_PI * I * phase);
    }
    return exp(-rate * time) * b * kl_pairing_moved(&plan->pairing, io, problem->ell, shift);
}

void kl_plan_share(MPI_Comm comm, const kl_plan *plan, int *first, int *count)
{
    int rank, size, n = plan->modes.nmodes;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    *first = (int)((int64_t)n * rank / size);
    *count = (int)((int64_t)n * (rank + 1) / size) - *first;
}

double kl_plan_error(const kl_plan *plan, double rate, const kl_pace *pace, const double *value,
                     const double *before, double *error)
{
    int nio = plan->problem->nobservables;
    double worst = 0;
    for (int it = 0; it < plan->problem->ntimes; it++) {
        double most = 0, scattered = -expm1(-rate * plan->problem->times[it]);
        for (int io = 0; io < nio; io++) {
            int i = it * nio + io;
            error[i] = hypot(value[2 * i] - before[2 * i], value[2 * i + 1] - before[2 * i + 1]);
            most = fmax(most, error[i]);
        }
        for (int io = 0; io < nio; io++) {
            error[it * nio + io] += 0.1 * most + kl_pace_unseen(pace, it) +
                                    scattered * plan->modes.dropped[io] +
                                    1e-15 * kl_pairing_sum(&plan->pairing, io);
            worst = fmax(worst, error[it * nio + io]);
        }
    }
    return worst;
}
