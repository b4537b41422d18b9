#include "continuum/split_step.h"

#include "base/complex.h"
#include "base/memory.h"
#include "continuum/box_transform.h"

#include <math.h>
#include <stdlib.h>

static kl_status allocate(kl_split_steps *s, kl_error *err)
{
    const size_t n = (size_t)s->grid->sites;
    for (int k = 0; k < 2; k++) {
        KL_TRY(kl_box_array(s->grid, &s->kick[k], err));
        if (s->method == KL_SPLIT_CHIN4)
            KL_TRY(kl_box_array(s->grid, &s->middle[k], err));
        for (int j = 0; j < s->grid->dimension; j++)
            KL_TRY(kl_alloc(n, sizeof **s->drift[k], "momenta", &s->drift[k][j], err));
    }
    return KL_OK;
}

kl_status kl_split_create(kl_split_steps *steps, kl_error *err)
{
    steps->dt = 0;
    for (int k = 0; k < 2; k++) {
        steps->kick[k] = steps->middle[k] = NULL;
        for (int j = 0; j < 3; j++)
            steps->drift[k][j] = NULL;
    }
    return kl_agree(steps->grid->comm, allocate(steps, err), err);
}

void kl_split_destroy(kl_split_steps *steps)
{
    for (int k = 0; k < 2; k++) {
        free(steps->kick[k]);
        free(steps->middle[k]);
        steps->kick[k] = steps->middle[k] = NULL;
        for (int j = 0; j < 3; j++) {
            free(steps->drift[k][j]);
            steps->drift[k][j] = NULL;
        }
    }
}

double kl_split_bytes(kl_split_method method, int dimension, int64_t sites, int ranks)
{
    return (method == KL_SPLIT_CHIN4 ? 4 : 2) * kl_box_bytes(dimension, sites, ranks) +
           96.0 * (double)sites;
}

int kl_split_transforms(kl_split_method method)
{
    return method == KL_SPLIT_CHIN4 ? 4 : 2;
}

/* ---- phases ---- */

static complex double turn(double angle)
{
    return CMPLX(cos(angle), sin(angle));
}

/* exp(-i dt (a V - b |grad V|^2)/eps) */
static void fill_kick(const kl_split_steps *s, double dt, double a, double b, complex double *out)
{
    const int64_t n = s->grid->position.n[0] * s->grid->position.n[1] * s->grid->position.n[2];
    for (int64_t i = 0; i < n; i++) {
        const double v = a * s->potential[i] - (b != 0 ? b * s->steepness[i] : 0);
        out[i] = turn(-dt * v / s->grid->eps);
    }
}

/* The kick of the oscillator, `times` of them in one. Uses a drift table as scratch. */
static void fill_parabola(const kl_split_steps *s, double dt, int times, complex double *out)
{
    const kl_box_grid *g = s->grid;
    const kl_layout *l = &g->position;
    const complex double *table[3] = {NULL, NULL, NULL};
    for (int64_t i = 0; i < l->n[0] * l->n[1] * l->n[2]; i++)
        out[i] = 1;
    for (int j = 0; j < g->dimension; j++) {
        const double strength = times * s->omega[j] * tan(s->omega[j] * dt / 2) / (2 * g->eps);
        for (int64_t i = 0; i < g->sites; i++) {
            const double x = kl_box_position(g, i) - s->center[j];
            s->drift[1][j][i] = turn(-strength * x * x);
        }
        table[j] = s->drift[1][j];
    }
    kl_box_multiply(l, table, out);
}

/* exp(-i t p^2/(2 eps)) for each axis, and 1/n^d. */
static void fill_drift(const kl_split_steps *s, const double t[3], complex double *const out[3])
{
    const kl_box_grid *g = s->grid;
    for (int j = 0; j < g->dimension; j++)
        for (int64_t k = 0; k < g->sites; k++) {
            const double p = kl_box_momentum(g, k);
            out[j][k] = turn(-t[j] * p * p / (2 * g->eps)) / (double)g->sites;
        }
}

static void set_harmonic(kl_split_steps *s, double dt)
{
    double t[3];
    for (int j = 0; j < 3; j++)
        t[j] = s->omega[j] > 0 ? sin(s->omega[j] * dt) / s->omega[j] : dt;
    fill_parabola(s, dt, 1, s->kick[0]);
    fill_parabola(s, dt, 2, s->kick[1]);
    fill_drift(s, t, s->drift[0]);
}

void kl_split_set(kl_split_steps *s, double dt)
{
    const double a = s->method == KL_SPLIT_STRANG ? 1. / 2 : 1. / 6,
                 drift = s->method == KL_SPLIT_STRANG ? 1 : 0.5;
    if (s->dt == dt)
        return;
    s->dt = dt;
    if (s->method == KL_SPLIT_HARMONIC) {
        set_harmonic(s, dt);
        return;
    }
    for (int k = 0; k < 2; k++) {
        const double step = dt * (k + 1), t[3] = {drift * step, drift * step, drift * step};
        fill_kick(s, step, a, 0, s->kick[k]);
        fill_drift(s, t, s->drift[k]);
        if (s->method == KL_SPLIT_CHIN4)
            fill_kick(s, step, 2. / 3, 2. / 3 * step * step / 48, s->middle[k]);
    }
}

static void kick(const kl_split_steps *s, const complex double *phase, complex double *psi)
{
    kl_box_product(s->grid->position.n[0] * s->grid->position.n[1] * s->grid->position.n[2], phase,
                   psi);
}

/* ---- steps: transforms, with the phases of each plane while it is at hand ---- */

typedef struct kicks { /* none, one or two of them */
    const complex double *first, *second;
    int64_t plane;
} kicks;

static void kick_plane(const void *context, int64_t a, complex double *plane)
{
    const kicks *k = context;
    if (k->first)
        kl_box_product(k->plane, k->first + a * k->plane, plane);
    if (k->second)
        kl_box_product(k->plane, k->second + a * k->plane, plane);
}

typedef struct drifts {
    const kl_layout *layout;
    const complex double *table[3];
} drifts;

static void drift_plane(const void *context, int64_t a, complex double *plane)
{
    const drifts *d = context;
    kl_box_multiply_plane(d->layout, d->table, a, plane);
}

static void drift(const kl_split_steps *s, int which, complex double *psi)
{
    const drifts d = {&s->grid->momentum,
                      {s->drift[which][0], s->drift[which][1], s->drift[which][2]}};
    kl_box_transform_momenta(s->grid->plans, drift_plane, &d, psi);
}

/* Between drifts: transformed before, and again behind. */
static void kick_between(const kl_split_steps *s, bool before, bool behind,
                         const complex double *first, const complex double *second,
                         complex double *psi)
{
    const kicks k = {first, second, s->grid->position.n[1] * s->grid->position.n[2]};
    kl_box_transform_positions(s->grid->plans, before, behind, kick_plane, &k, psi);
}

/* A kick that ends a step and one that begins the next are one of twice the length. */
static void run_steps(const kl_split_steps *s, int which, int64_t count, bool first, bool last,
                      complex double *psi)
{
    const complex double *one = s->kick[which], *twice = which == 0 ? s->kick[1] : one,
                         *more = which == 0 ? NULL : one;
    if (count > 0)
        kick_between(s, false, true, first ? one : NULL, NULL, psi);
    for (int64_t i = 0; i < count; i++) {
        drift(s, which, psi);
        if (s->method == KL_SPLIT_CHIN4) {
            kick_between(s, true, true, s->middle[which], NULL, psi);
            drift(s, which, psi);
        }
        if (i < count - 1)
            kick_between(s, true, true, twice, more, psi);
        else
            kick_between(s, true, false, last ? one : twice, last ? NULL : more, psi);
    }
}

void kl_split_run(const kl_split_steps *steps, int which, int64_t count, complex double *psi)
{
    run_steps(steps, which, count, true, true, psi);
}

void kl_split_stretch(const kl_split_steps *steps, int64_t count, bool first, bool last,
                      complex double *psi)
{
    run_steps(steps, 0, count, first, last, psi);
}

static void conjugate(const kl_split_steps *s, complex double *psi)
{
    const int64_t n = s->grid->position.n[0] * s->grid->position.n[1] * s->grid->position.n[2];
    for (int64_t i = 0; i < n; i++)
        psi[i] = conj(psi[i]);
}

void kl_split_undo(const kl_split_steps *steps, int which, int64_t count, complex double *psi)
{
    conjugate(steps, psi);
    kl_split_run(steps, which, count, psi);
    conjugate(steps, psi);
}

void kl_split_kick(const kl_split_steps *steps, bool back, complex double *psi)
{
    if (back)
        conjugate(steps, psi);
    kick(steps, steps->kick[0], psi);
    if (back)
        conjugate(steps, psi);
}
