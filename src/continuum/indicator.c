/* |psi|^2 has twice the band of psi: it is a trigonometric polynomial that 2 n points determine,
 * the points of the grid and those half a spacing on. Its integral from a to b is sum_m w_m
 * |psi_m|^2,
 *
 *   w_m = (G(b - x_m) - G(a - x_m))/(2 n),   G(x) = x + 2 sum_(k<n) sin(2 pi k x/l) l/(2 pi k).
 *
 * Momenta likewise: psi has its support in the box, so its transform is band limited. */
#include "continuum/indicator.h"

#include "base/complex.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct indicator {
    const kl_box_grid *grid;
    bool momenta;
    double period;         /* of the coordinate */
    double *weight;        /* [3][2][n]: of the points and those half a spacing on */
    complex double *shift; /* [n] */
} indicator;

/* G by Clenshaw's sum. */
static double integral(int64_t n, double period, double x)
{
    const double angle = 2 * M_PI * x / period, twice = 2 * cos(angle);
    double b = 0, next = 0;
    for (int64_t k = n - 1; k >= 1; k--) {
        const double now = 1 / (double)k + twice * b - next;
        next = b;
        b = now;
    }
    return x + period / M_PI * b * sin(angle);
}

/* The place where index i of an axis is stored. */
static int64_t stored(const indicator *d, int64_t i)
{
    const int64_t n = d->grid->sites;
    return d->momenta ? (i + n / 2) % n : i;
}

static void fill_axis(const indicator *d, int j, double low, double high)
{
    const int64_t n = d->grid->sites;
    const double half = d->period / 2, a = fmax(low, -half), b = fmin(high, half);
    for (int s = 0; s < 2; s++)
        for (int64_t i = 0; i < n; i++) {
            const double x = ((double)i + 0.5 * s) * d->period / (double)n - half;
            d->weight[(2 * j + s) * n + stored(d, i)] =
                a < b ? (integral(n, d->period, b - x) - integral(n, d->period, a - x)) /
                            (2 * (double)n)
                      : 0;
        }
}

/* u is to be psi half a spacing on along axis j, in the space of the box: for positions a factor of
 * momenta, and the reverse. */
static void shift_axis(const indicator *d, int j, complex double *u)
{
    const kl_box_grid *g = d->grid;
    const complex double *table[3] = {NULL, NULL, NULL};
    const double step = d->period / (2 * (double)g->sites);
    for (int64_t i = 0; i < g->sites; i++) {
        const double q = d->momenta ? -kl_box_position(g, i) : kl_box_momentum(g, i);
        d->shift[i] = CMPLX(cos(q * step / g->eps), sin(q * step / g->eps));
    }
    table[j] = d->shift;
    kl_box_multiply(d->momenta ? &g->position : &g->momentum, table, u);
}

/* The part of the sum over points that are shifted along the axes of `shifts`. */
static double part(const indicator *d, int shifts, const complex double *psi, complex double *u)
{
    const kl_box_grid *g = d->grid;
    const double *table[3] = {NULL, NULL, NULL};
    double scale = d->momenta ? 1 / kl_box_points(g) : 1;
    memcpy(u, psi, g->local * sizeof *u);
    if (!d->momenta)
        kl_box_forward(g, u);
    for (int j = 0; j < g->dimension; j++) {
        if (shifts >> j & 1)
            shift_axis(d, j, u);
        table[j] = d->weight + (2 * j + (shifts >> j & 1)) * g->sites;
        scale *= (double)g->sites / d->period; /* |psi|^2 from its sum over points */
    }
    if (d->momenta)
        kl_box_forward(g, u);
    else
        kl_box_backward(g, u);
    if (!d->momenta)
        scale /= kl_box_points(g) * kl_box_points(g);
    return scale * creal(kl_box_sum(g, d->momenta ? &g->momentum : &g->position, u, u, table));
}

kl_status kl_indicator_mean(const kl_box_grid *grid, bool momenta, const kl_window *box,
                            const complex double *psi, complex double *u, double *value,
                            kl_error *err)
{
    const size_t n = (size_t)grid->sites;
    indicator d = {.grid = grid,
                   .momenta = momenta,
                   .period = momenta ? 2 * kl_box_most_momentum(grid) : grid->side};
    kl_status status = kl_alloc(6 * n, sizeof *d.weight, "observable", &d.weight, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *d.shift, "observable", &d.shift, err);
    KL_GOTO(kl_agree(grid->comm, status, err));
    for (int j = 0; j < grid->dimension; j++)
        fill_axis(&d, j, box->low[j], box->high[j]);
    *value = 0;
    for (int shifts = 0; shifts < 1 << grid->dimension; shifts++)
        *value += part(&d, shifts, psi, u);
done:
    free(d.weight);
    free(d.shift);
    return status;
}
