#include "kinetic/directed.h"

#include "base/lanes.h"
#include "base/memory.h"
#include "kinetic/evolution.h"
#include "kinetic/scattering.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GRAIN = 8 /* shells of modes are rounded up to multiples of it */ };

/* What is known of one own mode. */
typedef struct space {
    int mode, size;
    double complex *matrix; /* [size][size] of y' = -matrix y */
    double complex *moment; /* [nmomenta][2][size] int cos(2 pi m.U), sin(2 pi m.U) of each vector;
                               0 of the first, which is the beam */
} space;

/* The shell that a class of modes shares, and room for the Krylov space of one. */
typedef struct bench {
    kl_shell shell;
    kl_scattering scattering;
    size_t half;          /* doubles of Re or Im */
    double *trig;         /* [nmomenta][half] parts of cos and sin(2 pi m.U), weighted */
    int most;             /* vectors */
    double **vector;      /* [most]; NULL: not yet needed, and the first, the beam */
    double complex *hess; /* [most + 1][most] */
} bench;

typedef struct directed {
    const kl_plan *plan;
    const kl_resolution *r;
    int count;
    int *fine; /* [nmodes] resolution of each mode's shell */
    space *space;
    kl_chain *chain;
    double *re, *im;
    double complex *even, *odd, *out;
} directed;

/* ---- the functions on the shell ---- */

/* Parts of exp(2 pi i m.U), i^(odd axes) times a product of cosines and sines. */
static void fill_trig(const bench *b, const int m[3], double *out)
{
    const kl_scattering *s = &b->scattering;
    for (int part = 0; part < s->parities; part++)
        for (int i = 0; i < b->shell.npoints; i++) {
            double value = s->root[i];
            for (int j = 0; j < s->dimension; j++) {
                double angle = m[j] * atan2(b->shell.sine[j][i], b->shell.cosine[j][i]);
                value *= part >> j & 1 ? sin(angle) : cos(angle);
            }
            out[(size_t)part * s->stride + (size_t)i] = value;
        }
}

static double complex unit_power(int part)
{
    static const double complex power[4] = {1, I, -1, -I};
    return power[(part & 1) + (part >> 1 & 1) + (part >> 2 & 1)];
}

/* int cos(2 pi m.U) f and int sin(2 pi m.U) f. */
static void moments_of(const bench *b, const double *trig, const double *f, double complex *even,
                       double complex *odd)
{
    const kl_scattering *s = &b->scattering;
    *even = *odd = 0;
    for (int part = 0; part < s->parities; part++) {
        const size_t at = (size_t)part * s->stride;
        const double re = kl_row_dot((int64_t)s->stride, trig + at, f + at);
        const double im = kl_row_dot((int64_t)s->stride, trig + at, f + b->half + at);
        *even += creal(unit_power(part)) * (re + I * im);
        *odd += cimag(unit_power(part)) * (re + I * im);
    }
}

static double complex inner(size_t half, const double *a, const double *b)
{
    const int64_t n = (int64_t)half;
    return kl_row_dot(n, a, b) + kl_row_dot(n, a + half, b + half) +
           I * (kl_row_dot(n, a, b + half) - kl_row_dot(n, a + half, b));
}

static void subtract(size_t half, double complex c, const double *a, double *from)
{
    const double re = creal(c), im = cimag(c);
    for (size_t i = 0; i < half; i++) {
        from[i] -= re * a[i] - im * a[half + i];
        from[half + i] -= re * a[half + i] + im * a[i];
    }
}

/* ---- the bench ---- */

static void bench_destroy(bench *b)
{
    for (int k = 0; b->vector && k < b->most; k++)
        free(b->vector[k]);
    free(b->vector);
    free(b->hess);
    free(b->trig);
    kl_scattering_destroy(&b->scattering);
    kl_shell_destroy(&b->shell);
}

static kl_status bench_create(const directed *s, int fine, int most, bench *b, kl_error *err)
{
    const kl_plan *plan = s->plan;
    const char *what = "collisions";
    *b = (bench){.most = most};
    KL_TRY(kl_shell_create(plan->problem->dimension, s->r->energy, fine, &b->shell, err));
    KL_TRY(kl_scattering_create(plan->problem, &b->shell, s->r->krylov, plan->watch, &b->scattering,
                                err));
    b->half = kl_scattering_size(&b->scattering) / 2;
    KL_TRY(kl_alloc((size_t)most, sizeof *b->vector, what, &b->vector, err));
    KL_TRY(kl_alloc((size_t)(most + 1) * (size_t)most, sizeof *b->hess, what, &b->hess, err));
    KL_TRY(kl_alloc((size_t)plan->nmomenta * b->half, sizeof(double), what, &b->trig, err));
    for (int m = 0; m < plan->nmomenta; m++)
        fill_trig(b, plan->momentum[m], b->trig + (size_t)m * b->half);
    return KL_OK;
}

/* ---- Arnoldi ---- */

static double last_time(const kl_plan *plan)
{
    return plan->problem->ntimes ? plan->problem->times[plan->problem->ntimes - 1] : 0;
}

/* A bound on T^k/k! times the damping since the last collision, its logarithm. */
static double growth(const kl_plan *plan, const kl_scattering *s, int k)
{
    const double damping = 0.5 * s->mean, t = fmin(last_time(plan), k / damping);
    return k * log(t) - damping * t - lgamma(k + 1);
}

/* Column k of the Hessenberg matrix from w = A v_k, which becomes orthogonal to the vectors so far:
 * again where little of it is left, for rounding. Returns its norm. */
static double orthogonalise(bench *b, int k, double *w)
{
    double norm = sqrt(creal(inner(b->half, w, w))), before;
    do {
        before = norm;
        for (int i = 1; i <= k; i++) {
            const double complex c = inner(b->half, b->vector[i], w);
            b->hess[i * b->most + k] += c;
            subtract(b->half, c, b->vector[i], w);
        }
        norm = sqrt(creal(inner(b->half, w, w)));
    } while (norm < 0.1 * before && norm > 1e-15 * b->scattering.mean);
    return norm;
}

/* A of the beam. */
static void feed(const bench *b, double *out)
{
    memset(out, 0, 2 * b->half * sizeof *out);
    for (size_t i = 0; i < b->half; i++)
        out[i] = -b->scattering.feed[i];
}

/* The Krylov space of a mode on the bench; returns its size in *size. */
static kl_status arnoldi(const directed *s, int mode, bench *b, int *size, kl_error *err)
{
    const kl_plan *plan = s->plan;
    const kl_scattering *scattering = &b->scattering;
    const double least = log(s->r->krylov / plan->modes.mode[mode].weight);
    double xi[3] = {0}, product = 0, frequency = 0;
    memset(b->hess, 0, (size_t)(b->most + 1) * (size_t)b->most * sizeof *b->hess);
    for (int j = 0; j < plan->problem->dimension; j++) {
        xi[j] = plan->modes.mode[mode].k[j] / plan->problem->ell;
        frequency += xi[j] * plan->velocity[j];
    }
    b->hess[0] = scattering->beam + 2 * M_PI * I * frequency;
    for (int k = 0; *size = k + 1, k + 1 < b->most; k++) {
        KL_TRY(kl_watch_look(plan->watch, err));
        if (!b->vector[k + 1])
            KL_TRY(kl_alloc(2 * b->half, sizeof(double), "collisions", &b->vector[k + 1], err));
        double *w = b->vector[k + 1];
        if (k > 0)
            kl_scattering_apply(scattering, xi, b->vector[k], w);
        else
            feed(b, w);
        const double norm = orthogonalise(b, k, w);
        b->hess[(k + 1) * b->most + k] = norm;
        product += log(norm);
        if (!(norm > 1e-13 * scattering->mean) || product + growth(plan, scattering, k + 1) < least)
            break;
        for (size_t i = 0; i < 2 * b->half; i++)
            w[i] /= norm;
    }
    return KL_OK;
}

/* What is kept of the mode on the bench. */
static kl_status keep(const directed *s, int mode, const bench *b, int size, space *out,
                      kl_error *err)
{
    const size_t n = (size_t)size, momenta = (size_t)s->plan->nmomenta;
    *out = (space){.mode = mode, .size = size};
    KL_TRY(kl_alloc(n * n, sizeof *out->matrix, "collisions", &out->matrix, err));
    KL_TRY(kl_alloc(2 * momenta * n, sizeof *out->moment, "collisions", &out->moment, err));
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            out->matrix[i * n + k] = b->hess[i * (size_t)b->most + k];
    for (size_t m = 0; m < momenta; m++)
        for (size_t k = 1; k < n; k++)
            moments_of(b, b->trig + m * b->half, b->vector[k], &out->moment[2 * m * n + k],
                       &out->moment[(2 * m + 1) * n + k]);
    return KL_OK;
}

/* ---- the modes of a rank ---- */

static void destroy(directed *s)
{
    for (int i = 0; s->space && i < s->count; i++) {
        free(s->space[i].matrix);
        free(s->space[i].moment);
    }
    free(s->fine);
    free(s->space);
    free(s->chain);
    free(s->re);
    free(s->im);
    free(s->even);
    free(s->odd);
    free(s->out);
}

/* Where the correlation is below `least`: the degree of K in either momentum. */
static int degree_of(const kl_kinetic_problem *problem, double least)
{
    int n = problem->reach;
    while (n > 0 && fabs(problem->correlation[n]) < least)
        n--;
    return n;
}

static int largest_momentum(const kl_plan *plan)
{
    int most = 0;
    for (int m = 0; m < plan->nmomenta; m++)
        for (int j = 0; j < 3; j++)
            most = abs(plan->momentum[m][j]) > most ? abs(plan->momentum[m][j]) : most;
    return most;
}

/* The resolution of a mode's shell, on which free flight, K and the observables are polynomials. */
static int fineness(const kl_plan *plan, const kl_resolution *r, int mode)
{
    const int flight = kl_tables_size(plan, r, mode);
    const int degree = flight + degree_of(plan->problem, r->krylov) + largest_momentum(plan);
    return GRAIN * (int)ceil((r->shell[0] + r->shell[1] * degree) / GRAIN);
}

/* The own modes whose shell is of one resolution. */
static kl_status run_bench(directed *s, int rank, int ranks, int fine, kl_error *err)
{
    bench b = {0};
    kl_status status = KL_OK;
    for (int i = 0; i < s->count; i++) {
        const int mode = rank + i * ranks;
        int size = 0;
        if (s->fine[mode] != fine)
            continue;
        if (!b.vector)
            KL_GOTO(bench_create(s, fine, 2 * fine + 32, &b, err));
        KL_GOTO(arnoldi(s, mode, &b, &size, err));
        KL_GOTO(keep(s, mode, &b, size, &s->space[i], err));
    }
done:
    bench_destroy(&b);
    return status;
}

static kl_status allocate(directed *s, kl_error *err)
{
    const size_t momenta = (size_t)s->plan->nmomenta, own = (size_t)s->count;
    const char *what = "collisions";
    KL_TRY(kl_alloc((size_t)s->plan->modes.nmodes, sizeof *s->fine, what, &s->fine, err));
    KL_TRY(kl_alloc(own, sizeof *s->space, what, &s->space, err));
    KL_TRY(kl_alloc(own, sizeof *s->chain, what, &s->chain, err));
    KL_TRY(kl_alloc(momenta, sizeof *s->even, what, &s->even, err));
    KL_TRY(kl_alloc(momenta, sizeof *s->odd, what, &s->odd, err));
    return kl_alloc((size_t)s->plan->problem->nobservables, sizeof *s->out, what, &s->out, err);
}

static kl_status make_chains(directed *s, kl_error *err)
{
    int widest = 0;
    for (int i = 0; i < s->count; i++) {
        const space *own = &s->space[i];
        s->chain[i] = (kl_chain){.size = own->size,
                                 .matrix = own->matrix,
                                 .scale = s->plan->modes.mode[own->mode].weight};
        widest = own->size > widest ? own->size : widest;
    }
    KL_TRY(kl_alloc((size_t)widest, sizeof(double), "collisions", &s->re, err));
    return kl_alloc((size_t)widest, sizeof(double), "collisions", &s->im, err);
}

/* The Krylov spaces of the own modes, every ranks-th one, and Gamma(p) on the finest shell. */
static kl_status build(directed *s, kl_resolution *r, kl_error *err)
{
    const kl_plan *plan = s->plan;
    int rank, ranks, finest = 0;
    kl_shell shell;
    MPI_Comm_rank(plan->watch->comm, &rank);
    MPI_Comm_size(plan->watch->comm, &ranks);
    s->count = (plan->modes.nmodes - rank + ranks - 1) / ranks;
    KL_TRY(allocate(s, err));
    for (int i = 0; i < plan->modes.nmodes; i++) {
        s->fine[i] = fineness(plan, r, i);
        finest = s->fine[i] > finest ? s->fine[i] : finest;
    }
    KL_TRY(kl_shell_create(plan->problem->dimension, r->energy, finest, &shell, err));
    r->rate = kl_scattering_rate(plan->problem, &shell);
    kl_shell_destroy(&shell);
    for (int fine = GRAIN; fine <= finest; fine += GRAIN)
        KL_TRY(run_bench(s, rank, ranks, fine, err));
    return make_chains(s, err);
}

/* ---- the solve ---- */

/* Adds what own mode i gives. */
static void add_mode(directed *s, int i, double *value)
{
    const space *own = &s->space[i];
    for (int m = 0; m < s->plan->nmomenta; m++) {
        s->even[m] = s->odd[m] = 0;
        for (int k = 1; k < own->size; k++) {
            const double complex y = s->re[k] + I * s->im[k];
            s->even[m] += own->moment[2 * m * own->size + k] * y;
            s->odd[m] += own->moment[(2 * m + 1) * own->size + k] * y;
        }
    }
    kl_plan_contribute(s->plan, s->plan->modes.mode[own->mode].k, s->even, s->odd, s->out);
    for (int io = 0; io < s->plan->problem->nobservables; io++) {
        value[2 * io] += creal(s->out[io]);
        value[2 * io + 1] += cimag(s->out[io]);
    }
}

/* Collective. Values of all observables at one time. */
static kl_status measure(directed *s, const kl_evolution *evolution, double time, double *value,
                         kl_error *err)
{
    const int nio = s->plan->problem->nobservables;
    kl_status status = KL_OK;
    memset(value, 0, 2 * (size_t)nio * sizeof *value);
    for (int i = 0; i < s->count && status == KL_OK; i++) {
        status = kl_watch_look(s->plan->watch, err);
        if (status == KL_OK)
            status = kl_evolution_get(evolution, i, s->re, s->im, err);
        if (status == KL_OK)
            add_mode(s, i, value);
    }
    KL_TRY(kl_watch_agree(s->plan->watch, status, err));
    MPI_Allreduce(MPI_IN_PLACE, value, 2 * nio, MPI_DOUBLE, MPI_SUM, s->plan->watch->comm);
    for (int io = 0; io < nio; io++) {
        const double complex u = kl_plan_uncollided(s->plan, io, s->r->rate, time);
        value[2 * io] += creal(u);
        value[2 * io + 1] += cimag(u);
    }
    return KL_OK;
}

kl_status kl_directed_solve(const kl_plan *plan, kl_resolution *r, double *value, int *steps,
                            kl_error *err)
{
    directed s = {.plan = plan, .r = r};
    kl_evolution *evolution = NULL;
    kl_status status;
    KL_GOTO(kl_watch_agree(plan->watch, build(&s, r, err), err));
    KL_GOTO(kl_evolution_create(plan->watch, s.count, s.chain, r->step, &evolution, err));
    for (int it = 0; it < plan->problem->ntimes; it++) {
        const double time = plan->problem->times[it];
        KL_GOTO(kl_agree(plan->watch->comm, kl_evolution_advance(evolution, time, err), err));
        KL_GOTO(kl_evolution_steps(evolution, &steps[it], err));
        KL_GOTO(measure(&s, evolution, time,
                        value + 2 * (size_t)it * (size_t)plan->problem->nobservables, err));
    }
done:
    kl_evolution_destroy(&evolution);
    destroy(&s);
    return status;
}

/* ---- the cost ---- */

/* Points on a shell, and ranks of all parts of K together: as found for lengths of 0.7 to 4. */
static double points_of(int d, int fine)
{
    return d == 3 ? 1.4 * fine * fine : 0.8 * fine;
}

static double ranks_of(int d, int degree, double points)
{
    const double ranks = d == 3 ? 1 + 6. * degree * degree : 2 + 5. * degree;
    return fmin(ranks, points * (1 << d));
}

double kl_directed_cost(const kl_plan *plan, const kl_resolution *r, double rounds)
{
    const double PRODUCT = 0.12, ENTRY = 0.5; /* nanoseconds: of a sum of products; of a matrix */
    const int d = plan->problem->dimension, degree = degree_of(plan->problem, r->krylov);
    double cost = 0, built[2] = {0, 0}; /* the coarsest and the finest shell so far */
    for (int i = 0; i < plan->modes.nmodes; i++) {
        const int fine = fineness(plan, r, i);
        const double points = points_of(d, fine), ranks = ranks_of(d, degree, points);
        const double size = kl_tables_size(plan, r, i) + 8 + 0.5 * degree;
        const double vector = points * (1 << d);
        if (fine < built[0] || fine > built[1]) {
            cost += PRODUCT * points * ranks * (10 * degree + ranks / (1 << d));
            built[0] = built[0] > 0 ? fmin(built[0], fine) : fine;
            built[1] = fmax(built[1], fine);
        }
        cost += PRODUCT * size * (4 * points * ranks + vector * (20 + 4 * size));
        cost += ENTRY * rounds * size * (size + 3) * 2;
    }
    return cost;
}
