#include "continuum/hierarchy.h"

#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- the mean field ---- */

/* The point between x_j and x_k, i = j + k. */
static double middle(const kl_box_grid *g, int64_t i)
{
    return kl_box_position(g, 0) + (double)i * g->spacing / 2;
}

static double slope_of(const kl_smooth *f, double x)
{
    double g[3] = {0};
    kl_smooth_gradient(f, (double[3]){x}, g);
    return g[0];
}

static void find_density(kl_hierarchy *h, int64_t all)
{
    const int64_t n = h->grid->sites;
    for (int64_t j = 0; j < all; j++)
        for (int64_t x = 0; x < n; x++) {
            const complex double at = h->phi[(size_t)j * h->grid->local + (size_t)x];
            h->rho[x] += (creal(at) * creal(at) + cimag(at) * cimag(at)) / (double)all;
        }
}

static void find_field(kl_hierarchy *h, const kl_smooth *potential, const kl_smooth *interaction)
{
    const kl_box_grid *g = h->grid;
    const int64_t n = g->sites;
    for (int64_t i = 0; i < 2 * n - 1; i++)
        h->line[i] = kl_smooth_value(interaction, (double[3]){(double)(i - n + 1) * g->spacing});
    for (int64_t x = 0; x < n; x++) {
        h->w[x] = kl_smooth_value(potential, (double[3]){kl_box_position(g, x)});
        for (int64_t y = 0; y < n; y++)
            h->w[x] += h->line[x - y + n - 1] * h->rho[y];
    }
    for (int64_t i = 0; i < 2 * n; i++) {
        h->slope[i] = slope_of(potential, middle(g, i));
        for (int64_t y = 0; y < n; y++)
            if (h->rho[y] > 1e-20)
                h->slope[i] +=
                    h->rho[y] * slope_of(interaction, middle(g, i) - kl_box_position(g, y));
    }
}

/* A row of gamma after another, for it is large. */
static void find_exchange(kl_hierarchy *h, int64_t all)
{
    const int64_t n = h->grid->sites;
    const size_t local = h->grid->local;
    complex double *row = h->image;
    for (int64_t x = 0; x < n; x++) {
        memset(row, 0, (size_t)n * sizeof *row);
        for (int64_t k = 0; k < all; k++) {
            const complex double *phi = h->phi + (size_t)k * local, at = phi[x] / (double)all;
            for (int64_t y = 0; y < n; y++)
                row[y] += kl_times(at, conj(phi[y]));
        }
        for (int64_t y = 0; y < n; y++)
            row[y] *= h->line[x - y + n - 1];
        for (int64_t j = 0; j < h->count; j++) {
            const complex double *phi = h->phi + (size_t)(h->first + j) * local;
            complex double sum = 0;
            for (int64_t y = 0; y < n; y++)
                sum += kl_times(row[y], phi[y]);
            h->exchange[j * n + x] = sum;
        }
    }
}

static kl_status allocate(kl_hierarchy *h, kl_error *err)
{
    const size_t n = (size_t)h->grid->sites;
    KL_TRY(kl_alloc(n, sizeof *h->rho, "hierarchy", &h->rho, err));
    KL_TRY(kl_alloc(n, sizeof *h->w, "hierarchy", &h->w, err));
    KL_TRY(kl_alloc(2 * n, sizeof *h->slope, "hierarchy", &h->slope, err));
    KL_TRY(kl_alloc(2 * n, sizeof *h->line, "hierarchy", &h->line, err));
    KL_TRY(kl_alloc(2 * n, sizeof *h->a, "hierarchy", &h->a, err));
    KL_TRY(kl_alloc(2 * n, sizeof *h->force, "hierarchy", &h->force, err));
    KL_TRY(kl_box_grid_create(MPI_COMM_SELF, 1, 2 * h->grid->sites, 2 * h->grid->side, h->grid->eps,
                              &h->twice, err));
    KL_TRY(kl_box_array(&h->twice, &h->b, err));
    KL_TRY(kl_box_array(&h->twice, &h->steep, err));
    KL_TRY(kl_box_array(h->grid, &h->image, err));
    KL_TRY(kl_box_array(h->grid, &h->turned, err));
    return kl_alloc(n * (size_t)h->count, sizeof *h->exchange, "hierarchy", &h->exchange, err);
}

kl_status kl_hierarchy_create(const kl_box_grid *grid, const kl_smooth *potential,
                              const kl_smooth *interaction, int64_t all, const complex double *phi,
                              int64_t first, int64_t count, kl_hierarchy *out, kl_error *err)
{
    *out = (kl_hierarchy){.grid = grid, .first = first, .count = count, .phi = phi};
    KL_TRY(allocate(out, err));
    find_density(out, all);
    find_field(out, potential, interaction);
    find_exchange(out, all);
    return KL_OK;
}

void kl_hierarchy_destroy(kl_hierarchy *h)
{
    double *real[] = {h->rho, h->w, h->slope, h->line, h->a, h->force};
    complex double *other[] = {h->exchange, h->b, h->steep, h->image, h->turned};
    for (size_t i = 0; i < sizeof real / sizeof *real; i++)
        free(real[i]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        free(other[i]);
    kl_box_grid_destroy(&h->twice);
    *h = (kl_hierarchy){0};
}

/* ---- J ---- */

/* b'(p) */
static double derivative(const kl_window *w, double p)
{
    double product = w->power[0];
    if (w->shape == KL_WINDOW_GAUSSIAN)
        return -(p - w->center[0]) / (w->width * w->width) * kl_window_value(w, 1, (double[3]){p});
    if (w->shape != KL_WINDOW_POWER)
        return 0;
    for (int i = 1; i < w->power[0]; i++)
        product *= p;
    return product;
}

void kl_hierarchy_set(kl_hierarchy *h, const kl_phase_observable *o)
{
    const kl_box_grid *g = h->grid;
    const int64_t n = g->sites;
    h->steepest = 0;
    for (int64_t i = 0; i < 2 * n; i++) {
        const double p = kl_box_momentum(&h->twice, i), steep = derivative(&o->p, p);
        h->a[i] = kl_window_value(&o->x, 1, (double[3]){middle(g, i)});
        h->force[i] = h->a[i] * h->slope[i];
        h->b[i] = kl_window_value(&o->p, 1, (double[3]){p}) / (2 * (double)n);
        h->steep[i] = steep / (2 * (double)n);
        h->steepest = fmax(h->steepest, fabs(steep));
    }
    kl_box_backward(&h->twice, h->b);
    kl_box_backward(&h->twice, h->steep);
}

/* out(x) = sum_x' f((x + x')/2) b(x - x') psi(x') */
static void apply(const kl_hierarchy *h, const double *f, const complex double *b,
                  const complex double *psi, complex double *out)
{
    const int64_t n = h->grid->sites;
    for (int64_t x = 0; x < n; x++) {
        complex double sum = 0;
        for (int64_t y = 0; y < n; y++)
            sum += f[x + y] * kl_times(b[x >= y ? x - y : x - y + 2 * n], psi[y]);
        out[x] = sum;
    }
}

void kl_hierarchy_apply(const kl_hierarchy *h, const complex double *psi, complex double *out)
{
    apply(h, h->a, h->b, psi, out);
}

void kl_hierarchy_push(const kl_hierarchy *h, const complex double *psi, complex double *out)
{
    apply(h, h->force, h->steep, psi, out);
}

/* ---- terms ---- */

/* (i/hbar) <phi, [W, J] phi> = -(2/hbar) Im <W phi, J phi> */
void kl_hierarchy_terms(const kl_hierarchy *h, int64_t j, double *moyal, double *exchange)
{
    const int64_t n = h->grid->sites;
    const complex double *phi = h->phi + (size_t)(h->first + j) * h->grid->local;
    double field = 0, fock = 0, flow = 0;
    kl_hierarchy_apply(h, phi, h->image);
    for (int64_t x = 0; x < n; x++) {
        field += cimag(kl_times(conj(h->w[x] * phi[x]), h->image[x]));
        fock += cimag(kl_times(conj(h->exchange[j * n + x]), h->image[x]));
    }
    kl_hierarchy_push(h, phi, h->turned);
    for (int64_t x = 0; x < n; x++)
        flow += creal(kl_times(conj(phi[x]), h->turned[x]));
    *moyal = -2 / h->grid->eps * field + flow;
    *exchange = 2 / h->grid->eps * fock;
}

double kl_hierarchy_bound(const kl_hierarchy *h, double reach)
{
    const kl_box_grid *g = h->grid;
    double pair = 0, most = 0;
    for (int64_t i = 1; i < 2 * g->sites - 1; i++)
        pair = fmax(pair, fabs(h->line[i] - h->line[i - 1]) / g->spacing);
    for (int64_t i = 0; i < 2 * g->sites; i++)
        if (fabs(middle(g, i)) <= reach)
            most = fmax(most, fabs(h->a[i]) * (fabs(h->slope[i]) + pair));
    return 2 * most * h->steepest;
}
