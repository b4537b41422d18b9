#include "continuum/filtered_kernel.h"

#include "base/complex.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double highest = 1.26; /* f(1.26 E) = 3e-18 */

/* ---- the box ---- */

static double value_at(const kl_smooth *f, double x)
{
    return kl_smooth_value(f, (double[3]){x, 0, 0});
}

/* Where psi of energies up to e has died away on one side: the action of tunnelling is 40 hbar, or
 * the place where it comes to in time t. */
static double end_of(const kl_smooth *potential, double e, double hbar, double from, double sign,
                     double farthest)
{
    const double step = fmax(farthest, 1) / 20000;
    double action = 0, x = 0;
    for (; x < farthest && action < 40 * hbar; x += step) {
        const double above = value_at(potential, from + sign * x) - e;
        action = above > 0 ? action + step * sqrt(2 * above) : 0;
    }
    return from + sign * x;
}

void kl_filtered_size(const kl_smooth *potential, double E, double hbar, double y, double x,
                      double t, double *side, int64_t *sites)
{
    const double e = highest * E;
    double least = value_at(potential, y), p;
    for (int i = -4000; i <= 4000; i++) /* V somewhere near is what makes momenta large */
        least = fmin(least, value_at(potential, y + i * 0.005 * (1 + t)));
    p = sqrt(2 * fmax(e - least, e));
    const double farthest = p * t + 300 * hbar / sqrt(2 * E);
    const double right = end_of(potential, e, hbar, fmax(x, y), 1, farthest),
                 left = end_of(potential, e, hbar, fmin(x, y), -1, farthest);
    *side = 2.05 * fmax(fabs(left), fabs(right));
    *sites = kl_box_good_length(1.5 * *side * p / (M_PI * hbar));
}

/* ---- H and functions of it ---- */

static void apply(const kl_filtered *k, const complex double *psi, complex double *out)
{
    const int64_t n = k->grid.sites;
    memcpy(out, psi, (size_t)n * sizeof *out);
    kl_box_forward(&k->grid, out);
    for (int64_t i = 0; i < n; i++) {
        const double p = kl_box_momentum(&k->grid, i);
        out[i] *= p * p / 2 / (double)n;
    }
    kl_box_backward(&k->grid, out);
    for (int64_t i = 0; i < n; i++)
        out[i] += k->v[i] * psi[i];
}

/* before = 2 (2 H - high - low)/(high - low) psi - before; the first time half of it alone. */
static void recur(const kl_filtered *k, const complex double *psi, complex double *before,
                  bool first)
{
    const double width = k->high - k->low, middle = (k->high + k->low) / 2;
    complex double *h = k->sum + k->grid.sites;
    apply(k, psi, h);
    for (int64_t i = 0; i < k->grid.sites; i++) {
        const complex double scaled = (h[i] - middle * psi[i]) * (2 / width);
        before[i] = first ? scaled : 2 * scaled - before[i];
    }
}

static complex double function(const kl_filtered *k, double t, double e)
{
    const double f = exp(-pow(e / k->E, 16)), phase = fmod(t * e / k->hbar, 2 * M_PI);
    return f * CMPLX(cos(phase), -sin(phase));
}

/* Chebyshev coefficients of f(e) exp(-i t e/hbar) by its values at n points. */
static void coefficients(const kl_filtered *k, double t, int n, double *cosine,
                         complex double *value, complex double *c)
{
    for (int j = 0; j < 4 * n; j++)
        cosine[j] = cos(M_PI / 2 * j / n);
    for (int j = 0; j < n; j++)
        value[j] = function(
            k, t, (k->high + k->low) / 2 + (k->high - k->low) / 2 * cos(M_PI * (j + 0.5) / n));
    for (int64_t m = 0; m < n; m++) {
        complex double sum = 0;
        for (int64_t j = 0; j < n; j++)
            sum += value[j] * cosine[m * (2 * j + 1) % (4 * n)];
        c[m] = sum * (m ? 2. : 1.) / n;
    }
}

/* The degree that is enough: twice as many until the last coefficients are nothing. */
static kl_status series(const kl_filtered *k, double t, complex double **c, int *n, kl_error *err)
{
    *n = 128;
    for (;; *n *= 2) {
        KL_TRY(kl_alloc(4 * (size_t)*n, sizeof **c, "Chebyshev series", c, err));
        coefficients(k, t, *n, (double *)(*c + 2 * *n), *c + *n, *c);
        double tail = 0;
        for (int m = *n * 3 / 4; m < *n; m++)
            tail = fmax(tail, cabs((*c)[m]));
        if (tail < 1e-14 || *n >= 16384)
            break;
        free(*c);
    }
    while (*n > 2 && cabs((*c)[*n - 1]) < 1e-15)
        --*n;
    return KL_OK;
}

/* k->sum = f(H) exp(-i t H/hbar) from. */
static kl_status evolve(kl_filtered *k, double t, const complex double *from, kl_error *err)
{
    const int64_t size = k->grid.sites;
    complex double *c, *now = k->u, *before = k->w;
    int n;
    KL_TRY(series(k, t, &c, &n, err));
    memcpy(before, from, (size_t)size * sizeof *before);
    recur(k, before, now, true);
    for (int64_t i = 0; i < size; i++)
        k->sum[i] = c[0] * before[i] + c[1] * now[i];
    for (int m = 2; m < n; m++) {
        recur(k, now, before, false);
        complex double *swap = now;
        now = before;
        before = swap;
        for (int64_t i = 0; i < size; i++)
            k->sum[i] += c[m] * now[i];
    }
    free(c);
    return KL_OK;
}

/* ---- create ---- */

static kl_status allocate(kl_filtered *k, kl_error *err)
{
    const size_t n = (size_t)k->grid.sites;
    KL_TRY(kl_alloc(n, sizeof *k->v, "kernel", &k->v, err));
    KL_TRY(kl_box_array(&k->grid, &k->start, err));
    KL_TRY(kl_box_array(&k->grid, &k->psi, err));
    KL_TRY(kl_box_array(&k->grid, &k->u, err));
    KL_TRY(kl_box_array(&k->grid, &k->w, err));
    return kl_alloc(2 * n, sizeof *k->sum, "kernel", &k->sum, err);
}

/* delta_y of the momenta of the grid: sum |psi|^2 over points is not normalised, K is its value. */
static void fill_delta(const kl_filtered *k, complex double *out)
{
    const kl_box_grid *g = &k->grid;
    for (int64_t i = 0; i < g->sites; i++) {
        const double angle = -kl_box_momentum(g, i) * (k->y + g->side / 2) / g->eps;
        out[i] = i == g->sites / 2 ? 0 : CMPLX(cos(angle), sin(angle)) / g->side;
    }
    kl_box_backward(g, out);
}

kl_status kl_filtered_create(const kl_smooth *potential, double E, double hbar, double y, double x,
                             double t, kl_filtered *out, kl_error *err)
{
    double side, p;
    int64_t sites;
    *out = (kl_filtered){.potential = potential, .E = E, .hbar = hbar, .y = y};
    kl_filtered_size(potential, E, hbar, y, x, t, &side, &sites);
    KL_TRY(kl_box_grid_create(MPI_COMM_SELF, 1, sites, side, hbar, &out->grid, err));
    KL_TRY(allocate(out, err));
    out->low = INFINITY;
    out->high = -INFINITY;
    for (int64_t i = 0; i < sites; i++) {
        out->v[i] = value_at(potential, kl_box_position(&out->grid, i));
        out->low = fmin(out->low, out->v[i]);
        out->high = fmax(out->high, out->v[i]);
    }
    p = kl_box_most_momentum(&out->grid);
    out->high += p * p / 2;
    fill_delta(out, out->psi);
    KL_TRY(evolve(out, 0, out->psi, err));
    memcpy(out->start, out->sum, (size_t)sites * sizeof *out->start);
    return KL_OK;
}

void kl_filtered_destroy(kl_filtered *k)
{
    kl_box_grid_destroy(&k->grid);
    free(k->v);
    free(k->start);
    free(k->psi);
    free(k->u);
    free(k->w);
    free(k->sum);
    k->v = NULL;
    k->start = k->psi = k->u = k->w = k->sum = NULL;
}

/* ---- values ---- */

/* psi(x) by its trigonometric polynomial, and an error from the outer tenth of momenta and places.
 */
static void value_of(const kl_filtered *k, const complex double *psi, double x,
                     complex double *value, double *error)
{
    const kl_box_grid *g = &k->grid;
    const int64_t n = g->sites;
    double tail = 0, all = 0;
    complex double sum = 0;
    memcpy(k->w, psi, (size_t)n * sizeof *psi);
    for (int64_t i = 0; i < n; i++) {
        const double square = creal(psi[i] * conj(psi[i]));
        all += square;
        tail += i < n / 64 || i >= n - n / 64 ? square : 0;
    }
    kl_box_forward(g, k->w);
    for (int64_t i = 0; i < n; i++) {
        const double p = kl_box_momentum(g, i), angle = p * (x + g->side / 2) / g->eps;
        sum += k->w[i] / (double)n * CMPLX(cos(angle), sin(angle));
        if (fabs(p) > 0.95 * kl_box_most_momentum(g))
            tail += creal(k->w[i] * conj(k->w[i])) / (double)n;
    }
    *value = sum;
    *error = 4 * sqrt(tail) + 1e-12 * sqrt(all);
}

kl_status kl_filtered_exact(kl_filtered *kernel, double t, double x, complex double *value,
                            double *error, kl_error *err)
{
    fill_delta(kernel, kernel->psi);
    KL_TRY(evolve(kernel, t, kernel->psi, err));
    value_of(kernel, kernel->sum, x, value, error);
    return KL_OK;
}

/* kick = exp(-i time V/hbar) */
static void fill_kick(const kl_filtered *k, double time, complex double *kick)
{
    for (int64_t i = 0; i < k->grid.sites; i++) {
        const double angle = fmod(time * k->v[i] / k->hbar, 2 * M_PI);
        kick[i] = CMPLX(cos(angle), -sin(angle));
    }
}

void kl_filtered_slices(kl_filtered *k, double t, int64_t n, bool strang, double x,
                        complex double *value, double *error)
{
    const int64_t size = k->grid.sites;
    const double dt = t / (double)n;
    complex double *kick = k->u, *drift = k->w;
    memcpy(k->psi, k->start, (size_t)size * sizeof *k->psi);
    for (int64_t i = 0; i < size; i++) {
        const double p = kl_box_momentum(&k->grid, i),
                     angle = fmod(dt * p * p / (2 * k->hbar), 2 * M_PI);
        drift[i] = CMPLX(cos(angle), -sin(angle)) / (double)size;
    }
    fill_kick(k, strang ? dt / 2 : dt, kick);
    for (int64_t slice = 0; slice < n; slice++) {
        kl_box_product(size, kick, k->psi);
        kl_box_forward(&k->grid, k->psi);
        kl_box_product(size, drift, k->psi);
        kl_box_backward(&k->grid, k->psi);
        if (strang)
            kl_box_product(size, kick, k->psi);
    }
    value_of(k, k->psi, x, value, error);
}
