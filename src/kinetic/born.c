/* With P(s) = int_0^s exp(i s' e) F_s'(k) ds' the double integral is a single one,
 *
 *   c_k(t) = -exp(i t e) int_0^t ds r(t-s) exp(-i s e) P(s),
 *
 * so that one sweep over s on an even grid serves all momenta and times. All integrands are entire
 * in s, and P(-s) = -conj P(s): integrals over a step of the grid use the polynomial through the
 * EIGHT grid points about it, at its ends too.
 *
 * Momenta: for sigma = 0 nodes in the energy (band.h); else the grid k = m/M, M odd (it keeps off
 * the van Hove lines), of each axis up to 1/2, in falling order of the axes; finer for longer
 * times, which see finer structure. */
#include "kinetic/born.h"

#include "base/memory.h"
#include "kinetic/band.h"
#include "kinetic/decay_sum.h"
#include "kinetic/departure.h"
#include "kinetic/quadrature.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EIGHT = 8, LEFT = 3 };                   /* a step from 0 to 1 uses the points -LEFT..4 */
enum { HALF_BAND = 120, MOST_HALF_BAND = 600 }; /* nodes in the energy */
static const double spacing[] = {0.1, 0.14};    /* in s: the largest frequency is 4 d */

typedef struct sweep {
    const kl_born *of;
    double h;
    int n;                         /* momenta */
    double *weight, *energy;       /* [n] */
    int (*index)[3];               /* [n]; sigma > 0 */
    kl_decay_sum decay;            /* likewise */
    double complex *window[EIGHT]; /* [n]: exp(i s e) F_s; point i of the grid at i mod EIGHT */
    double complex *p;             /* [n]: P */
    double complex *c;             /* [ntimes][n]: the integral */
    int nsteps;                    /* of the grid */
    double *coefficient;           /* [ntimes][LEFT + nsteps + 1]: of the points -LEFT.. */
} sweep;

/* ---- momenta ---- */

static int half_of(double t)
{
    return (int)fmin(HALF_BAND + t / 4, MOST_HALF_BAND);
}

static kl_status take_band(sweep *s, int coarser, kl_error *err)
{
    kl_band band;
    kl_status status =
        kl_band_create(s->of->dimension, half_of(s->h * s->nsteps) >> coarser, false, &band, err);
    const size_t n = (size_t)band.n;
    if (status == KL_OK)
        status = kl_alloc(2 * n, sizeof *s->weight, "momenta", &s->weight, err);
    if (status == KL_OK) {
        s->n = band.n;
        s->energy = s->weight + n;
        memcpy(s->weight, band.weight, n * sizeof *s->weight);
        memcpy(s->energy, band.energy, n * sizeof *s->energy);
    }
    kl_band_destroy(&band);
    return status;
}

static kl_status take_one(sweep *s, kl_error *err)
{
    KL_TRY(kl_alloc(2, sizeof *s->weight, "momenta", &s->weight, err));
    s->n = 1;
    s->energy = s->weight + 1;
    s->weight[0] = 1;
    for (int j = 0; j < s->of->dimension; j++)
        s->energy[0] += 2 * cos(2 * M_PI * s->of->momentum[j]);
    return KL_OK;
}

/* M for times up to t. */
static int grid_of(int d, double t, int coarser)
{
    static const double least[] = {0, 64, 24, 8}, slope[] = {0, 2, 1. / 3, 1. / 3};
    static const double most[] = {0, 512, 64, 20};
    return 1 + (4 * (int)fmin(most[d], ceil(least[d] + slope[d] * t)) >> coarser);
}

/* How many grid points are images of this one under reflections and exchanges of axes. */
static int images(int d, const int index[3])
{
    static const int factorial[] = {1, 1, 2, 6};
    int n = factorial[d], run = 1;
    for (int j = 0; j < d; j++) {
        n *= index[j] > 0 ? 2 : 1;
        run = j > 0 && index[j] == index[j - 1] ? run + 1 : 1;
        n /= run;
    }
    return n;
}

static void add_point(sweep *s, int grid, const int index[3])
{
    const int d = s->of->dimension;
    s->weight[s->n] = images(d, index) / pow(grid, d);
    s->energy[s->n] = 0;
    for (int j = 0; j < d; j++)
        s->energy[s->n] += 2 * cos(2 * M_PI * index[j] / grid);
    memcpy(s->index[s->n++], index, sizeof *s->index);
}

static kl_status take_grid(sweep *s, int coarser, kl_error *err)
{
    const int d = s->of->dimension;
    const double last = s->h * (s->nsteps + EIGHT);
    const int grid = grid_of(d, last, coarser);
    const int most = grid / 2, most1 = d > 1 ? most : 0, most2 = d > 2 ? most : 0;
    size_t n = (size_t)most + 1;
    for (int j = 1; j < d; j++)
        n = n * ((size_t)most + 1 + (size_t)j) / ((size_t)j + 1);
    KL_TRY(kl_alloc(2 * n, sizeof *s->weight, "momenta", &s->weight, err));
    KL_TRY(kl_alloc(n, sizeof *s->index, "momenta", &s->index, err));
    s->energy = s->weight + n;
    for (int a = 0; a <= most; a++)
        for (int b = 0; b <= most1 && b <= a; b++)
            for (int c = 0; c <= most2 && c <= b; c++)
                add_point(s, grid, (const int[3]){a, b, c});
    return kl_decay_sum_create(d, s->of->sigma, last, grid, most + 1, &s->decay, err);
}

/* ---- integrals over the grid ---- */

/* weight[i]: of point i - LEFT in the integral from 0 to x <= 1, in steps. */
static void step_weights(double x, double weight[EIGHT])
{
    enum { GAUSS = 4 };
    double node[GAUSS], gauss[GAUSS];
    kl_gauss_legendre(GAUSS, node, gauss);
    for (int i = 0; i < EIGHT; i++) {
        weight[i] = 0;
        for (int g = 0; g < GAUSS; g++) {
            double value = x * gauss[g];
            for (int k = 0; k < EIGHT; k++)
                if (k != i)
                    value *= (x * node[g] + LEFT - k) / (i - k);
            weight[i] += value;
        }
    }
}

/* Of int_0^t ds r(t-s) ...: the rule times r. */
static void fill_coefficients(const sweep *s, double t, double *coefficient)
{
    double weight[EIGHT];
    const int whole = (int)(t / s->h);
    step_weights(1, weight);
    for (int n = 0; n <= whole; n++) {
        if (n == whole)
            step_weights(t / s->h - whole, weight);
        for (int i = 0; i < EIGHT; i++)
            coefficient[n + i] += s->h * weight[i];
    }
    for (int n = 0; n < whole + EIGHT; n++)
        coefficient[n] *= pow(j0(2 * (t - (n - LEFT) * s->h)), s->of->dimension);
}

static double complex turn(double phase)
{
    return cos(phase) + I * sin(phase);
}

/* exp(i s e) F_s at grid point n >= 0. */
static kl_status fill_window(sweep *s, int n, kl_error *err)
{
    double complex *to = s->window[n % EIGHT];
    if (!s->index) {
        for (int k = 0; k < s->n; k++)
            to[k] = 1;
        return KL_OK;
    }
    KL_TRY(kl_decay_sum_at(&s->decay, n * s->h, err));
    for (int k = 0; k < s->n; k++)
        to[k] = turn(n * s->h * s->energy[k]) * kl_decay_sum_value(&s->decay, s->index[k]);
    return KL_OK;
}

/* P from point n to the next, and what the integrals take of it there. */
static void take_step(sweep *s, int n, const double weight[EIGHT])
{
    const size_t row = (size_t)(LEFT + s->nsteps + 1);
    for (int k = 0; k < s->n; k++) {
        double complex sum = 0;
        for (int i = 0; i < EIGHT; i++)
            sum += weight[i] * s->window[(n - LEFT + i + EIGHT) % EIGHT][k];
        s->p[k] += s->h * sum;
        const double complex z = turn(-(n + 1) * s->h * s->energy[k]) * s->p[k];
        for (int j = 0; j < s->of->ntimes; j++) {
            const double *at = s->coefficient + (size_t)j * row + LEFT;
            double complex *c = s->c + (size_t)j * (size_t)s->n + k;
            *c += at[n + 1] * z;
            if (n + 1 <= LEFT) /* the point before 0 */
                *c -= at[-(n + 1)] * conj(z);
        }
    }
}

static kl_status allocate(sweep *s, kl_error *err)
{
    const size_t n = (size_t)s->n, times = (size_t)s->of->ntimes;
    const size_t row = (size_t)(LEFT + s->nsteps + 1);
    for (int i = 0; i < EIGHT; i++)
        KL_TRY(kl_alloc(n, sizeof *s->window[i], "momenta", &s->window[i], err));
    KL_TRY(kl_alloc(n, sizeof *s->p, "momenta", &s->p, err));
    KL_TRY(kl_alloc(n * times, sizeof *s->c, "momenta", &s->c, err));
    KL_TRY(kl_alloc(row * times, sizeof *s->coefficient, "momenta", &s->coefficient, err));
    for (size_t j = 0; j < times; j++)
        fill_coefficients(s, s->of->time[j], s->coefficient + j * row);
    return KL_OK;
}

static void destroy(sweep *s)
{
    free(s->weight);
    free(s->index);
    kl_decay_sum_destroy(&s->decay);
    for (int i = 0; i < EIGHT; i++)
        free(s->window[i]);
    free(s->p);
    free(s->c);
    free(s->coefficient);
}

static kl_status run(sweep *s, kl_error *err)
{
    enum { PATIENCE = 64 }; /* steps between two questions whether to stop */
    double weight[EIGHT];
    step_weights(1, weight);
    for (int n = 0; n < EIGHT - LEFT; n++)
        KL_TRY(fill_window(s, n, err));
    for (int n = 1; n <= LEFT; n++) /* F is conjugate at -s */
        for (int k = 0; k < s->n; k++)
            s->window[EIGHT - n][k] = conj(s->window[n][k]);
    for (int n = 0; n < s->nsteps; n++) {
        if (n % PATIENCE == 0 && s->of->stop && s->of->stop(s->of->stop_context))
            return KL_STOPPED;
        take_step(s, n, weight);
        KL_TRY(fill_window(s, n + EIGHT - LEFT, err));
    }
    return KL_OK;
}

/* coarser: 0 or 1. */
static kl_status solve(const kl_born *problem, int coarser, double *value, kl_error *err)
{
    const double eta2 = problem->eta * problem->eta, last = problem->time[problem->ntimes - 1];
    sweep s = {.of = problem, .h = spacing[coarser]};
    kl_status status;
    s.nsteps = (int)(last / s.h) + EIGHT - LEFT;
    if (problem->momentum)
        status = take_one(&s, err);
    else if (problem->sigma > 0)
        status = take_grid(&s, coarser, err);
    else
        status = take_band(&s, coarser, err);
    if (status == KL_OK)
        status = allocate(&s, err);
    if (status == KL_OK)
        status = run(&s, err);
    for (int j = 0; status == KL_OK && j < problem->ntimes; j++) {
        value[j] = 0;
        for (int k = 0; k < s.n; k++) { /* c_k = -i z: exp(eta^2 c_k) = exp(-i eta^2 z) */
            const double complex z = -I * turn(problem->time[j] * s.energy[k]) *
                                     s.c[(size_t)j * (size_t)s.n + (size_t)k];
            value[j] += 2 * s.weight[k] * kl_overlap_loss(creal(z), cimag(z), eta2);
        }
    }
    destroy(&s);
    return status;
}

kl_status kl_born_departure(const kl_born *problem, double *value, double *error, kl_error *err)
{
    KL_TRY(solve(problem, 1, error, err));
    KL_TRY(solve(problem, 0, value, err));
    for (int i = 0; i < problem->ntimes; i++)
        error[i] = fabs(error[i] - value[i]) + 1e-14;
    return KL_OK;
}

double kl_born_seconds(int dimension, double sigma, double last_time)
{
    const int most = grid_of(dimension, last_time, 0) / 2;
    double momenta = sigma > 0 ? 1 : 2 * half_of(last_time);
    for (int j = 0; j < dimension && sigma > 0; j++)
        momenta *= (most + 1. + j) / (j + 1);
    return (sigma > 0 ? 0.5e-6 : 0.05e-6) * momenta * last_time / spacing[0];
}
