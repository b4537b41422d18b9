/* Starts over a range of energies.
 *
 * S not linear: after its first collision, at time tau, a particle is spread evenly
 * over the shell of its energy, so
 *
 *   <J,F_T> = int dX |h|^2 exp(-2 pi N T) a(X + v T) b(V)
 *           + sum_xi P(xi) sum_m b_m int_0^T dtau sum_n R_n(xi, tau) psi_n,xi(m, T - tau)
 *
 * with V = grad S(X), v, N those of V, psi_n,xi the response of shell n (isotropic.h)
 * and R_n the first collisions of mode xi (source.h). One site: every shell starts
 * even, <J,F_T> = int dE N(E) sum_xi P(xi) sum_m b_m psi_E,xi(m, T).
 * By duality this is the adjoint equation with V = grad S(X) put in at the end.
 *
 * Rungs as in boltzmann.c: the change from rung to rung is the error.
 */
#include "kinetic/spread.h"

#include "base/memory.h"
#include "kinetic/quadrature.h"
#include "kinetic/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTE = 256 };

/* ---- the uncollided part, in X ---- */

static double complex position(const kl_kinetic_problem *problem, const kl_kinetic_observable *o,
                               const double x[3])
{
    double complex product = 1;
    double phase = 0;
    for (int j = 0; j < problem->dimension; j++) {
        if (o->position == KL_KINETIC_POSITION_WAVE)
            phase += 2 * M_PI * o->wave[j] * x[j] / problem->ell;
        if (o->position != KL_KINETIC_POSITION_GAUSSIAN)
            continue;
        double off = remainder(x[j] - o->center[j], problem->ell), sum = 0;
        int images = (int)ceil(9 * o->width / problem->ell);
        for (int i = -images; i <= images; i++)
            sum += exp(-0.5 * pow((off + i * problem->ell) / o->width, 2));
        product *= sum;
    }
    return phase == 0 ? product : product * cexp(I * phase);
}

/* Adds one point at one time; b[nobservables] is its momentum factor. */
static void add_uncollided(const kl_plan *plan, const kl_point *p, const double x[3],
                           const double complex *b, double weight, double time, double *value)
{
    double moved[3] = {0};
    for (int j = 0; j < plan->problem->dimension; j++)
        moved[j] = x[j] + p->velocity[j] * time;
    for (int io = 0; io < plan->problem->nobservables; io++) {
        double complex a =
            weight * b[io] * position(plan->problem, &plan->problem->observables[io], moved);
        value[2 * io] += creal(a);
        value[2 * io + 1] += cimag(a);
    }
}

/* sum_m b_m exp(2 pi i m.V) of every observable. */
static void momentum_factors(const kl_plan *plan, const double v[3], double complex *b)
{
    for (int io = 0; io < plan->problem->nobservables; io++) {
        b[io] = 0;
        for (int n = 0; n < plan->problem->observables[io].nmodes; n++) {
            const kl_term *t = &plan->term[io][n];
            double phase = 0;
            for (int j = 0; j < plan->problem->dimension; j++)
                phase += t->sign * plan->momentum[t->momentum][j] * v[j];
            b[io] += t->coefficient * cexp(2 * M_PI * I * phase);
        }
    }
}

/* All times of one point, spread over the axes along which V does not change. */
static kl_status uncollided_point(const kl_plan *plan, const kl_start *start, const kl_point *p,
                                  double rate, const double complex *b, double *value,
                                  kl_error *err)
{
    const kl_kinetic_problem *problem = plan->problem;
    int half[3] = {0};
    for (int i = start->active; i < problem->dimension; i++)
        half[i] = (int)ceil(start->reach / start->spacing[i]);
    for (int c0 = -half[0]; c0 <= half[0]; c0++)
        for (int c1 = -half[1]; c1 <= half[1]; c1++)
            for (int c2 = -half[2]; c2 <= half[2]; c2++) {
                const int c[3] = {c0, c1, c2};
                double weight = p->weight, x[3] = {p->x[0], p->x[1], p->x[2]};
                for (int i = start->active; i < problem->dimension; i++) {
                    double y = c[i] * start->spacing[i];
                    weight *= start->spacing[i] * kl_start_density(start, y);
                    for (int j = 0; j < problem->dimension; j++)
                        x[j] += y * start->axis[i][j];
                }
                KL_TRY(kl_watch_look(plan->watch, err));
                for (int it = 0; weight > 0 && it < problem->ntimes; it++)
                    add_uncollided(plan, p, x, b, weight * exp(-rate * problem->times[it]),
                                   problem->times[it],
                                   value + 2 * (size_t)it * (size_t)problem->nobservables);
            }
    return KL_OK;
}

/* Adds the points of this rank. */
static kl_status uncollided(MPI_Comm comm, const kl_plan *plan, const kl_start *start,
                            const kl_energies *energies, double *value, kl_error *err)
{
    int rank, size;
    double complex *b;
    double row[KL_PIECE_POINTS];
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    KL_TRY(kl_alloc((size_t)plan->problem->nobservables, sizeof *b, "uncollided part", &b, err));
    kl_status status = KL_OK;
    for (size_t i = (size_t)rank; i < start->count && status == KL_OK; i += (size_t)size) {
        const kl_point *p = &start->point[i];
        const kl_energy_piece *piece =
            &energies->piece[kl_energies_row(energies, p->part, p->energy, row)];
        double rate = 0;
        for (int k = 0; k < piece->count; k++)
            rate += 2 * M_PI * row[k] * energies->density[piece->first + k];
        momentum_factors(plan, p->momentum, b);
        status = uncollided_point(plan, start, p, rate, b, value, err);
    }
    free(b);
    return status;
}

/* ---- one rung ---- */

static void ranges_of(const kl_start *start, kl_range range[KL_BAND_PARTS])
{
    for (size_t i = 0; i < start->count; i++) {
        const kl_point *p = &start->point[i];
        kl_range *r = &range[p->part];
        double y = kl_energy_variable(start->problem->dimension, p->part, p->energy);
        r->low = r->share > 0 ? fmin(r->low, y) : y;
        r->high = r->share > 0 ? fmax(r->high, y) : y;
        r->share += p->weight;
    }
}

kl_status kl_spread_prepare(const kl_plan *plan, const kl_rung *g, kl_start *start,
                            kl_energies *energies, kl_error *err)
{
    kl_range range[KL_BAND_PARTS] = {{0}};
    KL_TRY(kl_start_create(plan, g->start, g->last, g->number, start, err));
    ranges_of(start, range);
    return kl_energies_create(plan->problem->dimension, range, g->energies, g->last, energies, err);
}

kl_status kl_spread_energies(const kl_plan *plan, const kl_rung *g, kl_energies *energies,
                             kl_error *err)
{
    int d = plan->problem->dimension;
    double accuracy = 0.03 * g->energies; /* the whole band converges more slowly */
    kl_range range[KL_BAND_PARTS] = {{0}};
    for (int part = 0; part < kl_energy_parts(d); part++)
        range[part] = (kl_range){0, d == 3 ? M_PI : 4 - log(accuracy), 1};
    return kl_energies_create(d, range, accuracy, g->last, energies, err);
}

/* Collective. S not linear; adds this rank's part. The responses are at more times on every
 * rung, so that steps need not be counted. */

static kl_status bent(MPI_Comm comm, const kl_plan *plan, const kl_rung *g, double *value,
                      kl_error *err)
{
    kl_start start = {0};
    kl_energies energies = {0};
    kl_isotropic isotropic = {0};
    double *times = NULL;
    int first, count, n = kl_source_times(plan, g->source, g->last);
    kl_status status = kl_spread_prepare(plan, g, &start, &energies, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)n, sizeof *times, "Boltzmann reference", &times, err);
    KL_GOTO(kl_watch_agree(plan->watch, status, err));
    for (int i = 0; i < n; i++)
        times[i] = kl_chebyshev_node(n, 0, g->last, i);
    if (g->last > 0) {
        KL_GOTO(
            kl_isotropic_create(comm, plan, &energies, &g->fineness, n, times, &isotropic, err));
        kl_plan_share(comm, plan, &first, &count);
        status = kl_source_add(plan, &start, &energies, &isotropic, g->source, g->last, first,
                               count, value, err);
    }
    if (status == KL_OK)
        status = uncollided(comm, plan, &start, &energies, value, err);
    status = kl_watch_agree(plan->watch, status, err);
done:
    free(times);
    kl_isotropic_destroy(&isotropic);
    kl_energies_destroy(&energies);
    kl_start_destroy(&start);
    return status;
}

/* int dU exp(2 pi i m.U) f of one mode at one time, all energies. */
static void site_mode(const kl_plan *plan, const kl_isotropic *s, const double *share, int i,
                      int time, double complex *even, double complex *odd)
{
    const kl_mode *mode = &plan->modes.mode[i];
    for (int m = 0; m < plan->nmomenta; m++) {
        int sign, row = kl_isotropic_row_of(plan, s, i, m, &sign);
        even[m] = odd[m] = 0;
        for (int n = 0; row >= 0 && n < s->nenergies; n++) {
            even[m] += share[n] * kl_isotropic_row(s, n, mode->orbit, row)[time];
            if (row > 0)
                odd[m] -= I * sign * share[n] * kl_isotropic_row(s, n, mode->orbit, row + 1)[time];
        }
    }
}

static kl_status add_site(MPI_Comm comm, const kl_plan *plan, const kl_energies *energies,
                          const kl_isotropic *isotropic, double *value, kl_error *err)
{
    int first, count, nio = plan->problem->nobservables;
    size_t momenta = (size_t)plan->nmomenta;
    double *share = NULL;
    double complex *even = NULL;
    kl_status status =
        kl_alloc((size_t)energies->count, sizeof *share, "Boltzmann reference", &share, err);
    if (status == KL_OK)
        status =
            kl_alloc(2 * momenta + (size_t)nio, sizeof *even, "Boltzmann reference", &even, err);
    if (status == KL_OK) {
        double complex *odd = even + momenta, *out = odd + momenta;
        kl_energies_uniform(energies, share);
        kl_plan_share(comm, plan, &first, &count);
        for (int it = 0; it < plan->problem->ntimes; it++)
            for (int i = first; i < first + count && status == KL_OK; i++) {
                status = kl_watch_look(plan->watch, err);
                site_mode(plan, isotropic, share, i, it, even, odd);
                kl_plan_contribute(plan, plan->modes.mode[i].k, even, odd, out);
                for (int io = 0; io < nio; io++) {
                    value[2 * (it * nio + io)] += creal(out[io]);
                    value[2 * (it * nio + io) + 1] += cimag(out[io]);
                }
            }
    }
    free(share);
    free(even);
    return status;
}

/* Collective. One site; adds this rank's part. steps[ntimes]: of the responses. */

static kl_status site(MPI_Comm comm, const kl_plan *plan, const kl_rung *g, double *value,
                      int *steps, kl_error *err)
{
    kl_energies energies = {0};
    kl_isotropic isotropic = {0};
    kl_status status;
    KL_GOTO(kl_agree(comm, kl_spread_energies(plan, g, &energies, err), err));
    KL_GOTO(kl_isotropic_create(comm, plan, &energies, &g->fineness, plan->problem->ntimes,
                                plan->problem->times, &isotropic, err));
    memcpy(steps, isotropic.steps, (size_t)isotropic.ntimes * sizeof *steps);
    status =
        kl_watch_agree(plan->watch, add_site(comm, plan, &energies, &isotropic, value, err), err);
done:
    kl_isotropic_destroy(&isotropic);
    kl_energies_destroy(&energies);
    return status;
}

/* ---- the ladder ---- */

static void describe(const kl_plan *plan, double worst, char *note)
{
    note[0] = 0;
    if (worst > plan->problem->tolerance)
        snprintf(note, NOTE,
                 "the Boltzmann reference reached an error of %.1e instead of %.1e for this start, "
                 "which is spread over the energy shells",
                 worst, plan->problem->tolerance);
}

kl_status kl_spread_solve(MPI_Comm comm, const kl_plan *plan, kl_pace *pace, double *value,
                          double *before, double *error, char *note, kl_error *err)
{
    size_t n = 2 * (size_t)plan->problem->ntimes * (size_t)plan->problem->nobservables;
    double last = INFINITY;

    for (int s = 0; s < KL_SPREAD_RUNGS; s++) {
        kl_rung g = kl_ladder_spread(plan->problem, s);
        kl_pace_next(pace, g.fineness.step);
        memcpy(before, value, n * sizeof *value);
        memset(value, 0, n * sizeof *value);
        if (plan->problem->envelope == KL_KINETIC_DELTA)
            KL_TRY(site(comm, plan, &g, value, pace->now, err));
        else
            KL_TRY(bent(comm, plan, &g, value, err));
        MPI_Allreduce(MPI_IN_PLACE, value, (int)n, MPI_DOUBLE, MPI_SUM, comm);
        if (s == 0)
            continue;
        double worst = kl_plan_error(plan, 1e300, pace, value, before, error);
        describe(plan, worst, note);
        if (worst <= plan->problem->tolerance || worst > 0.5 * last)
            break;
        last = worst;
    }
    return KL_OK;
}
