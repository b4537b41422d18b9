/* Between collisions the motion is free, so without the factor exp(-2 pi N T) the mass M_k of
 * a mode xi after its k-th collision obeys
 *
 *   M_0(t) = exp(-2 pi i xi.v(p) t),   M_k(t) = 2 pi N int_0^t psi_0(t-s) M_{k-1}(s) ds,
 *   e^{2 pi N T} int dU exp(2 pi i m.U) f_k(U, T) = 2 pi N int_0^T psi_m(T-s) M_{k-1}(s) ds,
 *
 * psi_m(t) = <exp(2 pi i m.U) exp(-2 pi i xi.v t)> free motion from a start spread evenly over
 * the shell: the response of isotropic.h without collisions. Everything is kept at Chebyshev points
 * in time, where the integral operator is a matrix, one for each orbit. Rungs as in boltzmann.c.
 * Collective. A rung of a ladder diagram is a collision: T. Chen, RIMS Kokyuroku Bessatsu B21
 * (2010) 63, section 2.3; see order_limits.h.
 */
#include "kinetic/collisions.h"

#include "base/memory.h"
#include "kinetic/infinite.h"
#include "kinetic/ladder.h"
#include "kinetic/quadrature.h"
#include "kinetic/shell.h"
#include "kinetic/source.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct collisions {
    const kl_plan *plan;
    int most, n; /* points in time, and of the Gauss rule */
    double rate, last;
    kl_isotropic free;
    double *node, *weight;       /* [n] the Gauss rule on [0, 1] */
    double *basis;               /* [n + ntimes][n][n] polynomials at the Gauss points below the
                                    points in time, then below the times wanted */
    double *operator;            /* [n][n] from M_{k-1} to M_k */
    double *read;                /* [ntimes][rows][n] from M_{k-1} to int cos, sin f_k */
    double complex *mass, *next; /* [n] */
    double complex *even, *odd, *out;
} collisions;

static double instant(const collisions *s, int i)
{
    if (i < s->n)
        return kl_chebyshev_node(s->n, 0, s->last, i);
    return s->plan->problem->times[i - s->n];
}

static size_t most_rows(const kl_isotropic *iso)
{
    size_t rows = 0;
    for (int o = 0; o < iso->norbits; o++)
        if (iso->offset[o + 1] - iso->offset[o] > rows)
            rows = iso->offset[o + 1] - iso->offset[o];
    return rows;
}

static void destroy(collisions *s)
{
    kl_isotropic_destroy(&s->free);
    free(s->node);
    free(s->weight);
    free(s->basis);
    free(s->operator);
    free(s->read);
    free(s->mass);
    free(s->next);
    free(s->even);
    free(s->odd);
    free(s->out);
}

static kl_status allocate(collisions *s, kl_error *err)
{
    const char *what = "collisions";
    size_t n = (size_t)s->n, times = (size_t)s->plan->problem->ntimes;
    size_t momenta = (size_t)s->plan->nmomenta;
    KL_TRY(kl_alloc(n, sizeof *s->node, what, &s->node, err));
    KL_TRY(kl_alloc(n, sizeof *s->weight, what, &s->weight, err));
    KL_TRY(kl_alloc((n + times) * n * n, sizeof *s->basis, what, &s->basis, err));
    KL_TRY(kl_alloc(n * n, sizeof *s->operator, what, &s->operator, err));
    KL_TRY(kl_alloc(times * most_rows(&s->free) * n, sizeof *s->read, what, &s->read, err));
    KL_TRY(kl_alloc(n, sizeof *s->mass, what, &s->mass, err));
    KL_TRY(kl_alloc(n, sizeof *s->next, what, &s->next, err));
    KL_TRY(kl_alloc(momenta, sizeof *s->even, what, &s->even, err));
    KL_TRY(kl_alloc(momenta, sizeof *s->odd, what, &s->odd, err));
    return kl_alloc((size_t)s->plan->problem->nobservables, sizeof *s->out, what, &s->out, err);
}

static kl_status fill_basis(collisions *s, kl_error *err)
{
    kl_gauss_legendre(s->n, s->node, s->weight);
    for (int i = 0; i < s->n + s->plan->problem->ntimes; i++) {
        KL_TRY(kl_watch_look(s->plan->watch, err));
        for (int g = 0; g < s->n; g++)
            kl_chebyshev_row(s->n, 0, s->last, instant(s, i) * s->node[g],
                             s->basis + ((size_t)i * (size_t)s->n + (size_t)g) * (size_t)s->n);
    }
    return KL_OK;
}

static double dot(int n, const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

/* out[n]: the functional M -> 2 pi N int_0^t psi(t-s) M(s) ds, t the i-th instant, psi a row of
 * the response. Gauss points lie symmetrically: t - s is one if s is. */
static void convolution(const collisions *s, int i, const double *psi, double *out)
{
    int n = s->n;
    const double *basis = s->basis + (size_t)i * (size_t)n * (size_t)n;
    memset(out, 0, (size_t)n * sizeof *out);
    for (int g = 0; g < n; g++) {
        double c = s->rate * instant(s, i) * s->weight[g] * dot(n, basis + (n - 1 - g) * n, psi);
        for (int j = 0; j < n; j++)
            out[j] += c * basis[g * n + j];
    }
}

static kl_status begin_orbit(collisions *s, int orbit, kl_error *err)
{
    int rows = (int)(s->free.offset[orbit + 1] - s->free.offset[orbit]);
    const double *mass = kl_isotropic_row(&s->free, 0, orbit, 0);
    for (int i = 0; i < s->n; i++)
        convolution(s, i, mass, s->operator+ i * s->n);
    for (int it = 0; it < s->plan->problem->ntimes; it++)
        for (int q = 0; q < rows; q++) {
            KL_TRY(kl_watch_look(s->plan->watch, err));
            convolution(s, s->n + it, kl_isotropic_row(&s->free, 0, orbit, q),
                        s->read + ((size_t)it * (size_t)rows + (size_t)q) * (size_t)s->n);
        }
    return KL_OK;
}

static double complex apply(int n, const double *row, const double complex *mass)
{
    double complex sum = 0;
    for (int j = 0; j < n; j++)
        sum += row[j] * mass[j];
    return sum;
}

/* Adds what mode i gives at one time after collision k, from M_{k-1}. */
static void add_mode(collisions *s, int i, int it, double *value)
{
    const kl_mode *mode = &s->plan->modes.mode[i];
    size_t rows = s->free.offset[mode->orbit + 1] - s->free.offset[mode->orbit];
    const double *read = s->read + (size_t)it * rows * (size_t)s->n;
    for (int m = 0; m < s->plan->nmomenta; m++) {
        int sign, row = kl_isotropic_row_of(s->plan, &s->free, i, m, &sign);
        s->even[m] = row < 0 ? 0 : apply(s->n, read + row * s->n, s->mass);
        s->odd[m] = row <= 0 ? 0 : -I * sign * apply(s->n, read + (row + 1) * s->n, s->mass);
    }
    kl_plan_contribute(s->plan, mode->k, s->even, s->odd, s->out);
    for (int io = 0; io < s->plan->problem->nobservables; io++) {
        value[2 * io] += creal(s->out[io]);
        value[2 * io + 1] += cimag(s->out[io]);
    }
}

/* All collisions and times of mode i. */
static void run_mode(collisions *s, int i, double *value)
{
    const kl_kinetic_problem *problem = s->plan->problem;
    double frequency = 0;
    for (int j = 0; j < problem->dimension; j++)
        frequency += s->plan->modes.mode[i].k[j] / problem->ell * s->plan->velocity[j];
    for (int j = 0; j < s->n; j++)
        s->mass[j] = cexp(-2 * M_PI * I * frequency * instant(s, j));
    for (int k = 1; k <= s->most; k++) {
        for (int it = 0; it < problem->ntimes; it++)
            add_mode(s, i, it, value + 2 * (it * (s->most + 1) + k) * problem->nobservables);
        for (int j = 0; j < s->n; j++)
            s->next[j] = apply(s->n, s->operator+ j * s->n, s->mass);
        memcpy(s->mass, s->next, (size_t)s->n * sizeof *s->mass);
    }
}

/* Adds the modes of this rank. */
static kl_status run_modes(collisions *s, double *value, kl_error *err)
{
    int first, count, orbit = -1;
    KL_TRY(allocate(s, err));
    KL_TRY(fill_basis(s, err));
    kl_plan_share(s->plan->watch->comm, s->plan, &first, &count);
    for (int i = first; i < first + count; i++) {
        KL_TRY(kl_watch_look(s->plan->watch, err));
        if (s->plan->modes.mode[i].orbit != orbit) {
            orbit = s->plan->modes.mode[i].orbit;
            KL_TRY(begin_orbit(s, orbit, err));
        }
        run_mode(s, i, value);
    }
    return KL_OK;
}

/* Collective. k >= 1 at one resolution; adds to value. */
static kl_status solve(const kl_plan *plan, const kl_resolution *r, int most, double *value,
                       kl_error *err)
{
    double energy = r->energy, none = 0, share = 1, *times = NULL;
    const kl_energies shell = {.dimension = plan->problem->dimension,
                               .count = 1,
                               .energy = &energy,
                               .density = &none, /* no collisions */
                               .share = &share};
    const kl_fineness fineness = {
        .krylov = r->krylov, .step = r->step, .shell = {r->shell[0], r->shell[1]}};
    collisions s = {.plan = plan,
                    .most = most,
                    .rate = r->rate,
                    .last = plan->problem->times[plan->problem->ntimes - 1]};
    MPI_Comm comm = plan->watch->comm;
    s.n = kl_source_times(plan, r->krylov, s.last) + most;
    kl_status status = kl_alloc((size_t)s.n, sizeof *times, "collisions", &times, err);
    KL_GOTO(kl_agree(comm, status, err));
    for (int i = 0; i < s.n; i++)
        times[i] = instant(&s, i);
    KL_GOTO(kl_isotropic_create(comm, plan, &shell, &fineness, s.n, times, &s.free, err));

    status = kl_watch_agree(plan->watch, run_modes(&s, value, err), err);
done:
    free(times);
    destroy(&s);
    return status;
}

/* (2 pi N T)^k/k!, the size of Lambda_k. */
static double size_of(double rate, double time, int k)
{
    double size = 1;
    for (int i = 1; i <= k; i++)
        size *= rate * time / i;
    return size;
}

/* As kl_plan_error(). */
static double errors(const kl_plan *plan, double rate, int most, const double *value,
                     const double *before, double *error)
{
    int nio = plan->problem->nobservables;
    double worst = 0;
    for (int i = 0; i < plan->problem->ntimes * (most + 1); i++) {
        double change = 0,
               size = size_of(rate, plan->problem->times[i / (most + 1)], i % (most + 1));
        for (int io = 0; io < nio; io++) {
            const double *new = value + 2 * (i * nio + io), *old = before + 2 * (i * nio + io);
            error[i * nio + io] = hypot(new[0] - old[0], new[1] - old[1]);
            change = fmax(change, error[i * nio + io]);
        }
        for (int io = 0; io < nio; io++) {
            error[i * nio + io] += 0.1 * change + 4e-15 * size * kl_pairing_sum(&plan->pairing, io);
            if (i % (most + 1) > 0)
                error[i * nio + io] += size * plan->modes.dropped[io];
            worst = fmax(worst, error[i * nio + io]);
        }
    }
    return worst;
}

/* Collective. One rung: all k. */
static kl_status rung(const kl_plan *plan, const kl_resolution *r, int most, double *value,
                      kl_error *err)
{
    const kl_kinetic_problem *problem = plan->problem;
    int nio = problem->nobservables, n = 2 * problem->ntimes * (most + 1) * nio;
    memset(value, 0, (size_t)n * sizeof *value);
    if (most > 0 && problem->ntimes > 0 && problem->times[problem->ntimes - 1] > 0) {
        KL_TRY(solve(plan, r, most, value, err));
        MPI_Allreduce(MPI_IN_PLACE, value, n, MPI_DOUBLE, MPI_SUM, plan->watch->comm);
    }
    for (int it = 0; it < problem->ntimes; it++)
        for (int io = 0; io < nio; io++) {
            double complex v = kl_plan_uncollided(plan, io, 0, problem->times[it]);
            double *out = value + 2 * (it * (most + 1) * nio + io);
            out[0] = creal(v);
            out[1] = cimag(v);
        }
    return KL_OK;
}

/* Collective. Climbs the ladder until the tolerance is met or nothing improves. */
static kl_status climb(const kl_plan *plan, double tolerance, int most, double *value,
                       double *error, char *note, kl_error *err)
{
    size_t n = 2 * (size_t)plan->problem->ntimes * (size_t)(most + 1) *
               (size_t)plan->problem->nobservables;
    double last = INFINITY, *before;

    kl_status status = kl_alloc(n, sizeof *before, "collisions", &before, err);
    KL_GOTO(kl_agree(plan->watch->comm, status, err));
    note[0] = 0;
    for (int s = 0; s < KL_SHELL_RUNGS; s++) {
        kl_resolution r = kl_ladder_shell(plan, s);

        memcpy(before, value, n * sizeof *value);
        KL_GOTO(rung(plan, &r, most, value, err));
        if (s == 0)
            continue;
        double worst = errors(plan, r.rate, most, value, before, error);
        if (worst > tolerance)
            snprintf(note, 256, "collisions: reached an error of %.1e instead of %.1e", worst,
                     tolerance);
        else
            note[0] = 0;
        if (worst <= tolerance || worst > 0.5 * last)
            break;
        last = worst;
    }
done:
    free(before);
    return status;
}

/* What the sizes of all Lambda_k add to an error of the modes. */
static double amplification(const kl_kinetic_problem *problem, double rate, int most)
{
    double last = problem->ntimes ? problem->times[problem->ntimes - 1] : 0, largest = 1;
    for (int k = 1; k <= most; k++)
        largest = fmax(largest, size_of(rate, last, k));
    return largest;
}

kl_status kl_boltzmann_collisions(MPI_Comm comm, const kl_kinetic_problem *problem, int most,
                                  double *value, double *error, char *note, kl_error *err)
{
    kl_kinetic_problem torus = *problem;
    kl_plan plan = {0};
    kl_watch watch = kl_watch_begin(comm, problem);
    double bound = 0, energy = 0, rate;
    kl_status status;
    if (!kl_plan_one_shell(problem))
        return kl_fail(
            err, KL_INPUT,
            "collisions: the start must be on one energy shell: S = p.X, no single site");
    for (int j = 0; j < problem->dimension; j++)
        energy += 2 * cos(2 * M_PI * problem->momentum[j]);
    rate = 2 * M_PI * kl_shell_density_of_states(problem->dimension, energy);
    if (isfinite(rate)) /* else kl_plan_create() says what is wrong */
        torus.tolerance /= amplification(problem, rate, most);
    if (problem->infinite)
        KL_TRY(kl_infinite_side(&torus, &torus.ell, &bound, err));
    KL_GOTO(kl_agree(comm, kl_plan_create(&torus, &watch, &plan, err), err));
    KL_GOTO(climb(&plan, problem->tolerance, most, value, error, note, err));
    for (int i = 0; i < problem->ntimes * (most + 1) * problem->nobservables; i++) {
        int io = i % problem->nobservables, k = i / problem->nobservables % (most + 1);
        if (problem->observables[io].position == KL_KINETIC_POSITION_GAUSSIAN)
            error[i] +=
                bound * size_of(rate, problem->times[i / problem->nobservables / (most + 1)], k);
    }
done:
    kl_plan_destroy(&plan);
    return status;
}
