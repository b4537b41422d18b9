#include "continuum/weyl.h"

#include "base/memory.h"
#include "continuum/indicator.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables of factors along the axes ---- */

typedef struct tables {
    double *memory; /* [3][n] */
    const double *of[3];
} tables;

static kl_status make_tables(const kl_box_grid *grid, tables *t, kl_error *err)
{
    *t = (tables){0};
    KL_TRY(kl_agree(
        grid->comm,
        kl_alloc(3 * (size_t)grid->sites, sizeof *t->memory, "observable", &t->memory, err), err));
    for (int j = 0; j < grid->dimension; j++)
        t->of[j] = t->memory + j * grid->sites;
    return KL_OK;
}

static double raise(double x, int n)
{
    double product = 1;
    for (int i = 0; i < n; i++)
        product *= x;
    return product;
}

/* table_j = q_j^(power_j), q the coordinates of positions or momenta. */
static void fill_powers(const kl_box_grid *grid, bool momenta, const int power[3], tables *t)
{
    for (int j = 0; j < grid->dimension; j++)
        for (int64_t i = 0; i < grid->sites; i++)
            t->memory[j * grid->sites + i] =
                raise(momenta ? kl_box_momentum(grid, i) : kl_box_position(grid, i), power[j]);
}

/* table_j = exp(-(q_j - c_j)^2/(2 width^2)) */
static void fill_bells(const kl_box_grid *grid, bool momenta, const double center[3], double width,
                       tables *t)
{
    for (int j = 0; j < grid->dimension; j++)
        for (int64_t i = 0; i < grid->sites; i++) {
            const double q = (momenta ? kl_box_momentum(grid, i) : kl_box_position(grid, i));
            t->memory[j * grid->sites + i] =
                exp(-(q - center[j]) * (q - center[j]) / (2 * width * width));
        }
}

static void fill_window(const kl_box_grid *grid, bool momenta, const kl_window *w, tables *t)
{
    static const int none[3] = {0};
    if (w->shape == KL_WINDOW_GAUSSIAN)
        fill_bells(grid, momenta, w->center, w->width, t);
    else
        fill_powers(grid, momenta, w->shape == KL_WINDOW_POWER ? w->power : none, t);
}

/* ---- powers of one of x and p, any function of the other ---- */

/* out = P^k psi in position space, or x^k psi in momentum space. */
static void apply_power(const kl_box_grid *grid, bool momenta, const int power[3], tables *t,
                        const complex double *psi, complex double *out)
{
    memcpy(out, psi, grid->local * sizeof *out);
    fill_powers(grid, momenta, power, t);
    if (!momenta) {
        kl_box_weigh(&grid->position, t->of, out);
        kl_box_forward(grid, out);
        return;
    }
    if (power[0] + power[1] + power[2] == 0)
        return;
    for (int64_t i = 0; i < grid->sites; i++)
        t->memory[i] /= kl_box_points(grid);
    kl_box_forward(grid, out);
    kl_box_weigh(&grid->momentum, t->of, out);
    kl_box_backward(grid, out);
}

static double binomial(int n, int k)
{
    double product = 1;
    for (int i = 0; i < k; i++)
        product = product * (n - i) / (i + 1);
    return product;
}

/* The next k <= power; false after the last one. */
static bool next(const int power[3], int k[3])
{
    for (int j = 0; j < 3; j++) {
        if (k[j]++ < power[j])
            return true;
        k[j] = 0;
    }
    return false;
}

/* `momenta`: P^power and a function of x, else x^power and a function of p. */
static kl_status mean_of_powers(const kl_box_grid *grid, bool momenta, const kl_window *other,
                                const int power[3], const complex double *psi, complex double *u,
                                complex double *v, double *value, kl_error *err)
{
    const kl_layout *layout = momenta ? &grid->position : &grid->momentum;
    const double norm = momenta ? 1 : kl_box_points(grid);
    tables t, weights;
    int k[3] = {0};
    KL_TRY(make_tables(grid, &t, err));
    kl_status status = make_tables(grid, &weights, err);
    *value = 0;
    if (status == KL_OK)
        fill_window(grid, !momenta, other, &weights);
    do {
        const int rest[3] = {power[0] - k[0], power[1] - k[1], power[2] - k[2]};
        double factor = 1 / norm;
        if (status != KL_OK)
            break;
        for (int j = 0; j < 3; j++)
            factor *= binomial(power[j], k[j]) / raise(2, power[j]);
        apply_power(grid, momenta, k, &t, psi, u);
        apply_power(grid, momenta, rest, &t, psi, v);
        *value += factor * creal(kl_box_sum(grid, layout, u, v, weights.of));
    } while (next(power, k));
    free(t.memory);
    free(weights.memory);
    return status;
}

/* ---- Gaussian in both ---- */

static double narrow_width(const kl_phase_observable *o, double eps)
{
    const double wx = o->x.width, wp = o->p.width;
    return sqrt(wp * wp - eps * eps / (4 * wx * wx));
}

static kl_status spectrogram(const kl_box_grid *grid, const kl_phase_observable *o,
                             const complex double *psi, complex double *u, double *value,
                             kl_error *err)
{
    const double width = narrow_width(o, grid->eps);
    tables t;
    KL_TRY(make_tables(grid, &t, err));
    memcpy(u, psi, grid->local * sizeof *u);
    fill_bells(grid, false, o->x.center, sqrt(2) * o->x.width, &t);
    kl_box_weigh(&grid->position, t.of, u);
    kl_box_forward(grid, u);
    fill_bells(grid, true, o->p.center, width, &t);
    *value = raise(o->p.width / width, grid->dimension) / kl_box_points(grid) *
             creal(kl_box_sum(grid, &grid->momentum, u, u, t.of));
    free(t.memory);
    return KL_OK;
}

/* ---- the energy ---- */

static kl_status energy(const kl_box_grid *grid, const double *potential, const complex double *psi,
                        complex double *u, double *value, kl_error *err)
{
    tables t;
    KL_TRY(make_tables(grid, &t, err));
    memcpy(u, psi, grid->local * sizeof *u);
    kl_box_forward(grid, u);
    *value = kl_box_mean(grid, psi, potential);
    for (int j = 0; j < grid->dimension; j++) {
        int power[3] = {0};
        power[j] = 2;
        fill_powers(grid, true, power, &t);
        *value += creal(kl_box_sum(grid, &grid->momentum, u, u, t.of)) / (2 * kl_box_points(grid));
    }
    free(t.memory);
    return KL_OK;
}

/* ---- all ---- */

bool kl_weyl_has(const kl_phase_observable *o)
{
    const bool boxes = o->x.shape == KL_WINDOW_BOX || o->p.shape == KL_WINDOW_BOX;
    return o->energy || !boxes || o->x.shape == KL_WINDOW_UNIFORM ||
           o->p.shape == KL_WINDOW_UNIFORM;
}

/* A bound on the operator's norm beside that of the classical observable: of spectrograms. */
static double weyl_norm(const kl_phase_observable *o, int dimension, double eps)
{
    if (o->energy || o->x.shape != KL_WINDOW_GAUSSIAN || o->p.shape != KL_WINDOW_GAUSSIAN)
        return 1;
    return raise(o->p.width / narrow_width(o, eps), dimension);
}

double kl_weyl_error(const kl_phase_observable *o, const kl_smooth *potential, double eps, double x,
                     double p, double off)
{
    return off * (2 + off) * weyl_norm(o, potential->dimension, eps) *
           kl_phase_observable_bound(o, potential, x, p);
}

double kl_weyl_least_width(double wx, double eps, double side)
{
    return hypot(eps / (2 * wx), 8 * eps / side);
}

kl_status kl_weyl_mean(const kl_box_grid *grid, const kl_phase_observable *o,
                       const double *potential, const complex double *psi, complex double *u,
                       complex double *v, double *value, kl_error *err)
{
    static const int none[3] = {0};
    if (o->energy)
        return energy(grid, potential, psi, u, value, err);
    if (o->x.shape == KL_WINDOW_BOX)
        return kl_indicator_mean(grid, false, &o->x, psi, u, value, err);
    if (o->p.shape == KL_WINDOW_BOX)
        return kl_indicator_mean(grid, true, &o->p, psi, u, value, err);
    if (o->p.shape == KL_WINDOW_POWER)
        return mean_of_powers(grid, true, &o->x, o->p.power, psi, u, v, value, err);
    if (o->x.shape == KL_WINDOW_POWER)
        return mean_of_powers(grid, false, &o->p, o->x.power, psi, u, v, value, err);
    if (o->x.shape == KL_WINDOW_UNIFORM)
        return mean_of_powers(grid, false, &o->p, none, psi, u, v, value, err);
    if (o->p.shape == KL_WINDOW_UNIFORM)
        return mean_of_powers(grid, true, &o->x, none, psi, u, v, value, err);
    return spectrogram(grid, o, psi, u, value, err);
}
