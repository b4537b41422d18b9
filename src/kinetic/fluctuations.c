/* A ladder of ever finer sums over the shell (interference_sum.h). What is meant to be right to
 * 10^-digits is discretised by rules of thumb, and the error is seen from rung to rung: the change
 * to the last rung times the ratio of the last two changes, which fall like a geometric series or
 * faster. */
#include "kinetic/fluctuations.h"

#include "base/memory.h"
#include "kinetic/interference_sum.h"
#include "kinetic/plane_fluctuations.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNGS = 7 };
static const double DIGITS = 0.7; /* from rung to rung */

/* ---- how finely ---- */

/* The smallest widths of the start and of the observables; INFINITY: none. */
static double start_width(const kl_fluctuation_problem *p)
{
    double least = INFINITY;
    for (int i = 0; i < p->nlobes; i++)
        if (p->lobe[i].envelope != KL_KINETIC_UNIFORM)
            least = fmin(least, p->lobe[i].envelope == KL_KINETIC_BUMP ? p->lobe[i].width / 3
                                                                       : p->lobe[i].width);
    return least;
}

static double position_width(const kl_fluctuation_problem *p, double ell)
{
    double least = INFINITY;
    for (int q = 0; q < p->nquantities; q++) {
        const kl_kinetic_observable *o = &p->kinetic->observables[p->quantity[q].observable];
        if (o->position == KL_KINETIC_POSITION_GAUSSIAN)
            least = fmin(least, o->width);
        for (int j = 0; o->position == KL_KINETIC_POSITION_WAVE && j < 3; j++)
            if (o->wave[j])
                least = fmin(least, ell / (2 * M_PI * abs(o->wave[j])));
    }
    return least;
}

/* A torus on which F meets no image of an observable, nor, under a uniform one, of itself. */
static double side(const kl_fluctuation_problem *p, double last, double digits)
{
    const double z = sqrt(2 * M_LN10 * digits);
    double ell = 1;
    for (int q = 0; q < p->nquantities; q++)
        for (int i = 0; i < p->nlobes; i++) {
            const kl_kinetic_observable *o = &p->kinetic->observables[p->quantity[q].observable];
            const bool uniform = o->position == KL_KINETIC_POSITION_UNIFORM;
            const double own = p->lobe[i].width, width = uniform ? own : o->width;
            double off = 0;
            for (int j = 0; !uniform && j < p->kinetic->dimension; j++)
                off = fmax(off, fabs(o->center[j] - p->lobe[i].center[j]));
            for (int l = 0; uniform && l < p->nlobes; l++)
                for (int j = 0; j < p->kinetic->dimension; j++)
                    off = fmax(off, fabs(p->lobe[l].center[j] - p->lobe[i].center[j]));
            ell = fmax(ell, off + (uniform ? 4 : 2) * last + z * hypot(own, width));
        }
    return ell;
}

static int largest_mode(const kl_fluctuation_problem *p)
{
    int most = 0;
    for (int q = 0; q < p->nquantities; q++) {
        const kl_kinetic_observable *o = &p->kinetic->observables[p->quantity[q].observable];
        for (int n = 0; n < o->nmodes; n++)
            for (int j = 0; j < p->kinetic->dimension; j++)
                most = abs(o->mode[n][j]) > most ? abs(o->mode[n][j]) : most;
    }
    return most;
}

static int reach_of(const kl_fluctuation_problem *p, double ell, double digits)
{
    const double share = pow(10, -digits / 2);
    const int start = kl_lag_reach(ell, p->nlobes, p->lobe, share);
    int reach = start > 1 ? start : 1;
    for (int q = 0; q < p->nquantities; q++) {
        const kl_kinetic_observable *o = &p->kinetic->observables[p->quantity[q].observable];
        int own = 0;
        if (o->position == KL_KINETIC_POSITION_GAUSSIAN)
            own = (int)ceil(ell * sqrt(-0.5 * log(share)) / (M_PI * o->width));
        for (int j = 0; o->position == KL_KINETIC_POSITION_WAVE && j < 3; j++)
            own = (int)fmax(own, abs(o->wave[j]) + ceil(0.75 * start));
        reach = own > reach ? own : reach;
    }
    return reach;
}

/* Right to about 10^-digits at times up to `last`: the number of widths that two beams fly
 * through, `flown`, says how fast the integrand changes with time and direction. */
static kl_fineness fineness(const kl_fluctuation_problem *p, double last, double digits)
{
    const kl_kinetic_problem *k = p->kinetic;
    const double ell = k->infinite ? side(p, last, digits) : k->ell;
    const double width = fmin(start_width(p), position_width(p, ell) / M_SQRT2);
    const double flown = 2 * last / width;
    kl_fineness f = {.ell = ell, .reach = reach_of(p, ell, digits)};
    double energy = 0;
    for (int j = 0; j < k->dimension; j++)
        energy += 2 * cos(2 * M_PI * k->momentum[j]);
    const double rate = 2 * M_PI * kl_shell_density_of_states(k->dimension, energy);
    const double shell =
        k->dimension == 3 ? 4 * digits - 6.4 + 1.6 * flown : 4 + 2 * digits + flown;
    const double turns = 2 * f.reach / ell * sqrt(k->dimension) * last; /* of xi.v */
    f.shell = (int)ceil(fmax(8, shell + 2 * largest_mode(p) - 2));
    f.times = (int)ceil(0.4 + 0.72 * flown + 0.3 * rate * last + (0.55 + 0.06 * flown) * digits);
    f.panel = 2 + (int)ceil(digits / 2);
    f.kernel = (int)ceil(M_PI * turns + 6 + 3 * digits + 0.5 * rate * last);
    return f;
}

/* Of a rung of the ladder: everything is finer than on the rung below, so that no error is the same
 * on both. */
static kl_fineness fineness_of(const kl_fluctuation_problem *p, double last, double digits,
                               int rung)
{
    kl_fineness f = fineness(p, last, digits);
    for (int r = 1; r <= rung; r++) {
        const kl_fineness below = f;
        const int least = kl_mode_grid_points(below.reach) * 3 / 5;
        f = fineness(p, last, digits + r * DIGITS);
        f.shell = (int)fmax(f.shell, below.shell + 1);
        f.times = (int)fmax(f.times, below.times + 1);
        f.reach = (int)fmax(f.reach, least);
    }
    return f;
}

/* ---- one rung ---- */

typedef struct ladder {
    const kl_fluctuation_problem *problem;
    kl_watch *watch;
    double *half;                     /* [nq][nq] */
    double *value, *before, *earlier; /* [n][n]: of the last three rungs */
} ladder;

static kl_status add_block(const ladder *l, int t, int u, double digits, int rung, double *value,
                           kl_error *err)
{
    const kl_fluctuation_problem *p = l->problem;
    const double *times = p->kinetic->times;
    const kl_fineness fine = fineness_of(p, fmax(times[t], times[u]), digits, rung);
    if (times[t] == 0 || times[u] == 0)
        return KL_OK;
    KL_TRY(
        kl_interference_sum(p, l->watch, &fine, times[t], times[u], p->covariance, l->half, err));
    for (int i = 0; i < p->nquantities; i++) /* i is met early, j late */
        for (int j = 0; j < p->nquantities; j++) {
            value[kl_fluctuation_at(p, t, i, u, j)] += l->half[i * p->nquantities + j];
            value[kl_fluctuation_at(p, u, j, t, i)] += l->half[i * p->nquantities + j];
        }
    return KL_OK;
}

static kl_status climb(ladder *l, int rung, double digits, kl_error *err)
{
    const kl_fluctuation_problem *p = l->problem;
    const size_t n = (size_t)p->kinetic->ntimes * (size_t)p->nquantities;
    double *value = l->earlier;
    l->earlier = l->before;
    l->before = l->value;
    l->value = value;
    memset(value, 0, n * n * sizeof *value);
    for (int t = 0; t < p->kinetic->ntimes; t++)
        for (int u = 0; u < p->kinetic->ntimes; u++)
            if (p->covariance || t == u)
                KL_TRY(add_block(l, t, u, digits, rung, value, err));
    return KL_OK;
}

/* The size that the tolerance is relative to. */
static double scale_of(const kl_fluctuation_problem *p, const double *value, int t, int i, int u,
                       int j)
{
    return sqrt(
        fabs(value[kl_fluctuation_at(p, t, i, t, i)] * value[kl_fluctuation_at(p, u, j, u, j)]));
}

/* Changes from a to b over the scales; the largest. */
static double largest_change(const kl_fluctuation_problem *p, const double *a, const double *b)
{
    double most = 0;
    for (int t = 0; t < p->kinetic->ntimes; t++)
        for (int i = 0; i < p->nquantities; i++)
            for (int u = 0; u < p->kinetic->ntimes; u++)
                for (int j = 0; j < p->nquantities; j++) {
                    const size_t at = kl_fluctuation_at(p, t, i, u, j);
                    const double scale = scale_of(p, b, t, i, u, j);
                    if (scale > 0)
                        most = fmax(most, fabs(b[at] - a[at]) / scale);
                }
    return most;
}

/* error[n][n] of the last rung, if there are three; returns the largest over its scale. */
static double estimate(const ladder *l, double *error)
{
    const kl_fluctuation_problem *p = l->problem;
    const double last = largest_change(p, l->before, l->value);
    const double first = largest_change(p, l->earlier, l->before);
    const double ratio = fmin(fmax(last / fmax(first, 1e-300), 0.2), 1);
    for (int t = 0; t < p->kinetic->ntimes; t++)
        for (int i = 0; i < p->nquantities; i++)
            for (int u = 0; u < p->kinetic->ntimes; u++)
                for (int j = 0; j < p->nquantities; j++) {
                    const size_t at = kl_fluctuation_at(p, t, i, u, j);
                    const double change = fabs(l->value[at] - l->before[at]);
                    const double share = last * scale_of(p, l->value, t, i, u, j);
                    error[at] = ratio * fmax(change, 0.3 * share) + 1e-13 * fabs(l->value[at]);
                }
    return ratio * last;
}

static kl_status ladder_of(const kl_fluctuation_problem *p, kl_watch *watch, double *value,
                           double *error, char *note, kl_error *err)
{
    const size_t n = (size_t)p->kinetic->ntimes * (size_t)p->nquantities;
    const double wanted = p->kinetic->tolerance;
    ladder l = {.problem = p, .watch = watch};
    double *scratch, reached = INFINITY;
    KL_TRY(kl_alloc(3 * n * n + n * n, sizeof *scratch, "fluctuations", &scratch, err));
    l.value = scratch;
    l.before = l.value + n * n;
    l.earlier = l.before + n * n;
    l.half = l.earlier + n * n;
    kl_status status = KL_OK;
    const double digits = fmax(-log10(wanted) - 1.4, 1);
    for (int rung = 0; status == KL_OK && rung < RUNGS && reached > wanted; rung++) {
        status = climb(&l, rung, digits, err);
        if (status == KL_OK && rung >= 2)
            reached = estimate(&l, error);
    }
    memcpy(value, l.value, n * n * sizeof *value);
    if (status == KL_OK && reached > wanted)
        snprintf(note, 256, "fluctuations: relative error %.1e instead of %.1e", reached, wanted);
    free(scratch);
    return status;
}

/* ---- which way ---- */

static bool is_uniform(const kl_fluctuation_problem *p, int q)
{
    return p->kinetic->observables[p->quantity[q].observable].position ==
           KL_KINETIC_POSITION_UNIFORM;
}

/* What one way gives to a selection of the quantities: value[n][n] and error of all of them. */
static kl_status solve_some(const kl_fluctuation_problem *p, const bool *chosen, bool closed,
                            kl_watch *watch, double *value, double *error, char *note,
                            kl_error *err)
{
    const size_t n = (size_t)p->kinetic->ntimes * (size_t)p->nquantities;
    kl_fluctuation_problem some = *p;
    kl_real_part *quantity = NULL;
    int *which = NULL;
    double *own = NULL;
    kl_status status;
    some.nquantities = 0;
    KL_GOTO(kl_alloc((size_t)p->nquantities, sizeof *quantity, "fluctuations", &quantity, err));
    KL_GOTO(kl_alloc((size_t)p->nquantities, sizeof *which, "fluctuations", &which, err));
    KL_GOTO(kl_alloc(2 * n * n, sizeof *own, "fluctuations", &own, err));
    some.quantity = quantity;
    for (int q = 0; q < p->nquantities; q++)
        if (chosen[q]) {
            which[some.nquantities] = q;
            quantity[some.nquantities++] = p->quantity[q];
        }
    if (some.nquantities > 0)
        KL_GOTO(closed ? kl_plane_fluctuations(&some, own, own + n * n, err)
                       : ladder_of(&some, watch, own, own + n * n, note, err));
    for (int t = 0; t < p->kinetic->ntimes; t++)
        for (int i = 0; i < some.nquantities; i++)
            for (int u = 0; u < p->kinetic->ntimes; u++)
                for (int j = 0; j < some.nquantities; j++) {
                    const size_t from = kl_fluctuation_at(&some, t, i, u, j);
                    const size_t to = kl_fluctuation_at(p, t, which[i], u, which[j]);
                    value[to] = own[from];
                    error[to] = own[n * n + from];
                }
done:
    free(quantity);
    free(which);
    free(own);
    return status;
}

static kl_status solve(const kl_fluctuation_problem *p, kl_watch *watch, double *value,
                       double *error, char *note, kl_error *err)
{
    const bool plane = p->lobe[0].envelope == KL_KINETIC_UNIFORM;
    bool *chosen, all_uniform = true;
    KL_TRY(kl_alloc(2 * (size_t)p->nquantities, sizeof *chosen, "fluctuations", &chosen, err));
    bool *other = chosen + p->nquantities;
    kl_status status = KL_OK;
    for (int q = 0; status == KL_OK && q < p->nquantities; q++) {
        bool constant = false;
        status = kl_is_function_of_energy(p, q, &constant, err);
        chosen[q] = !constant;
        all_uniform = all_uniform && (constant || is_uniform(p, q));
    }
    for (int q = 0; q < p->nquantities; q++) { /* the closed form for what it can do */
        other[q] = chosen[q] && plane && is_uniform(p, q) && (all_uniform || !p->covariance);
        chosen[q] = chosen[q] && !other[q];
    }
    if (status == KL_OK)
        status = solve_some(p, other, true, watch, value, error, note, err);
    if (status == KL_OK)
        status = solve_some(p, chosen, false, watch, value, error, note, err);
    free(chosen);
    return status;
}

static kl_status check(const kl_fluctuation_problem *p, kl_error *err)
{
    const kl_kinetic_problem *k = p->kinetic;
    if (k->dimension != 2 && k->dimension != 3)
        return kl_fail(err, KL_INPUT, "d = %d has no Boltzmann limit", k->dimension);
    for (int q = 0; k->infinite && q < p->nquantities; q++)
        if (k->observables[p->quantity[q].observable].position == KL_KINETIC_POSITION_WAVE ||
            p->lobe[0].envelope == KL_KINETIC_UNIFORM)
            return kl_fail(err, KL_INPUT, "waves fill infinite space, where nothing fluctuates");
    return KL_OK;
}

kl_status kl_fluctuations_solve(MPI_Comm comm, const kl_fluctuation_problem *problem, double *value,
                                double *error, char *note, kl_error *err)
{
    const size_t n = (size_t)problem->kinetic->ntimes * (size_t)problem->nquantities;
    kl_watch watch = kl_watch_begin(comm, problem->kinetic);
    memset(value, 0, n * n * sizeof *value);
    memset(error, 0, n * n * sizeof *error);
    note[0] = 0;
    KL_TRY(check(problem, err));
    return solve(problem, &watch, value, error, note, err);
}

/* ---- what it costs ---- */

/* Nanoseconds: of a transform for each cell, of a cell for each quantity at a meeting, of a mode
 * for each step of a flight. */
static const double TRANSFORM = 12, MEETING = 2.5, FLIGHT = 2.5;
static const double LAST_SHARE = 0.4; /* how often a fourth rung is needed */

static double seconds_of(const kl_fluctuation_problem *p, const kl_fineness *f, int stretches)
{
    const int d = p->kinetic->dimension;
    double energy = 0;
    kl_shell shell;
    for (int j = 0; j < d; j++)
        energy += 2 * cos(2 * M_PI * p->kinetic->momentum[j]);
    if (kl_shell_create(d, energy, f->shell, &shell, NULL) != KL_OK)
        return 0;
    const double points = ldexp(shell.npoints, d), cells = pow(kl_mode_grid_points(f->reach), d);
    kl_shell_destroy(&shell);
    const double meetings = (double)f->times * f->times, nq = p->nquantities;
    const double pairs = p->covariance ? nq * nq : nq;
    const double parts = kl_lag_is_real(p->nlobes, p->lobe) ? 1 : 2;
    const double each = parts * meetings * (TRANSFORM + MEETING * pairs) +
                        TRANSFORM * f->times * nq + FLIGHT * f->times * (f->panel + 1) * nq;
    return 1e-9 * points * cells * each * stretches * (p->covariance ? 1.5 : 1);
}

double kl_fluctuations_seconds(const kl_fluctuation_problem *p)
{
    const kl_kinetic_problem *k = p->kinetic;
    const double digits = fmax(-log10(k->tolerance) - 1.4, 1);
    bool general = p->lobe[0].envelope != KL_KINETIC_UNIFORM;
    double sum = 0;
    for (int q = 0; q < p->nquantities; q++)
        general = general || !is_uniform(p, q);
    if (!general || check(p, NULL) != KL_OK)
        return 0;
    for (int t = 0; t < k->ntimes; t++)
        for (int rung = 0; rung <= 3 && k->times[t] > 0; rung++) {
            const kl_fineness f = fineness_of(p, k->times[t], digits, rung);
            sum += (rung < 3 ? 1 : LAST_SHARE) * seconds_of(p, &f, p->covariance ? 1 + 2 * t : 1);
        }
    return sum;
}
