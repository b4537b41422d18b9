#include "continuum/filtered_kernel.h"

#include "base/complex.h"
#include "base/memory.h"
#include "continuum/box_tails.h"
#include "continuum/wave_start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double highest = 1.26; /* f(1.26 E) = 3e-18 */
enum { MOST_DEGREE = 32768 };

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

/* The side in d = 1, and the least V that makes momenta large. */
static double choose_side(kl_filter *f, double x, double t, double e)
{
    const double y = f->from[0];
    double least = value_at(f->potential, y);
    for (int i = -4000; i <= 4000; i++) /* V somewhere near */
        least = fmin(least, value_at(f->potential, y + i * 0.005 * (1 + t)));
    const double p = sqrt(2 * fmax(e - least, e)),
                 farthest = p * t + 300 * f->hbar / sqrt(2 * f->E);
    const double right = end_of(f->potential, e, f->hbar, fmax(x, y), 1, farthest),
                 left = end_of(f->potential, e, f->hbar, fmin(x, y), -1, farthest);
    if (f->side == 0)
        f->side = 2.05 * fmax(fabs(left), fabs(right));
    return least;
}

/* The least V on a lattice of the box. */
static double least_in_box(const kl_filter *f)
{
    static const int nodes[] = {0, 4001, 201, 41};
    const int d = f->potential->dimension, n = nodes[d];
    double least = INFINITY;
    long all = 1;
    for (int j = 0; j < d; j++)
        all *= n;
    for (long i = 0; i < all; i++) {
        double x[3] = {0};
        long rest = i;
        for (int j = 0; j < d; j++, rest /= n)
            x[j] = f->side * ((double)(rest % n) / (n - 1) - 0.5);
        least = fmin(least, kl_smooth_value(f->potential, x));
    }
    return least;
}

void kl_filter_size(kl_filter *f, const double x[3], double t)
{
    const double e = highest * f->E,
                 least =
                     f->potential->dimension == 1 ? choose_side(f, x[0], t, e) : least_in_box(f),
                 p = sqrt(2 * fmax(e - least, e));
    /* Beyond p psi falls like Airy's function of p/hbar^(2/3). */
    f->sites =
        kl_box_good_length(f->side * (1.5 * p + 6 * pow(f->hbar, 2. / 3)) / (M_PI * f->hbar));
}

double kl_filter_bytes(int dimension, int64_t sites, int ranks)
{
    return 7 * kl_box_bytes(dimension, sites, ranks) +
           kl_split_bytes(KL_SPLIT_STRANG, dimension, sites, ranks);
}

/* ---- H and functions of it ---- */

static int64_t points_here(const kl_filtered *k)
{
    return k->grid.position.n[0] * k->grid.position.n[1] * k->grid.position.n[2];
}

static void apply(const kl_filtered *k, const complex double *psi, complex double *out)
{
    const kl_layout *l = &k->grid.momentum;
    memcpy(out, psi, k->grid.local * sizeof *out);
    kl_box_forward(&k->grid, out);
    for (int64_t i = 0; i < l->n[0] * l->n[1] * l->n[2]; i++)
        out[i] *= k->kinetic[i];
    kl_box_backward(&k->grid, out);
    for (int64_t i = 0; i < points_here(k); i++)
        out[i] += k->v[i] * psi[i];
}

/* before = 2 (2 H - high - low)/(high - low) psi - before; the first time half of it alone. */
static void recur(const kl_filtered *k, const complex double *psi, complex double *before,
                  bool first)
{
    const double width = k->high - k->low, middle = (k->high + k->low) / 2;
    complex double *h = k->sum + k->grid.local;
    apply(k, psi, h);
    for (int64_t i = 0; i < points_here(k); i++) {
        const complex double scaled = (h[i] - middle * psi[i]) * (2 / width);
        before[i] = first ? scaled : 2 * scaled - before[i];
    }
}

static complex double function(const kl_filtered *k, double t, double e)
{
    const double f = exp(-pow(e / k->filter.E, 16)), phase = fmod(t * e / k->filter.hbar, 2 * M_PI);
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
    /* The phases t e/hbar are known to 1e-16 of themselves. */
    const double small = 1e-14 + 1e-17 * fabs(t) * (k->high - k->low) / k->filter.hbar;
    *n = 128;
    for (;; *n *= 2) {
        KL_TRY(kl_alloc(4 * (size_t)*n, sizeof **c, "Chebyshev series", c, err));
        coefficients(k, t, *n, (double *)(*c + 2 * *n), *c + *n, *c);
        double tail = 0;
        for (int m = *n * 3 / 4; m < *n; m++)
            tail = fmax(tail, cabs((*c)[m]));
        if (tail < small)
            break;
        free(*c);
        if (*n >= MOST_DEGREE)
            return kl_fail(err, KL_INPUT,
                           "energies up to %.3g of the grid at hbar %g and T = %g ask for more "
                           "than %d polynomials: a smaller box, time or potential is needed",
                           k->high, k->filter.hbar, t, MOST_DEGREE);
    }
    while (*n > 2 && cabs((*c)[*n - 1]) < small / 10)
        --*n;
    return KL_OK;
}

/* k->sum = f(H) exp(-i t H/hbar) from. */
static kl_status evolve(kl_filtered *k, double t, const complex double *from, kl_error *err)
{
    const int64_t size = points_here(k);
    complex double *c = NULL, *now = k->u, *before = k->w;
    int n;
    KL_TRY(kl_agree(k->grid.comm, series(k, t, &c, &n, err), err));
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
    const size_t n = k->grid.local;
    KL_TRY(kl_alloc(n, sizeof *k->v, "kernel", &k->v, err));
    KL_TRY(kl_alloc(n, sizeof *k->kinetic, "kernel", &k->kinetic, err));
    KL_TRY(kl_box_array(&k->grid, &k->start, err));
    KL_TRY(kl_box_array(&k->grid, &k->psi, err));
    KL_TRY(kl_box_array(&k->grid, &k->u, err));
    KL_TRY(kl_box_array(&k->grid, &k->w, err));
    return kl_alloc(2 * n, sizeof *k->sum, "kernel", &k->sum, err);
}

static void fill_kinetic(void *context, int64_t i, const double p[3])
{
    const kl_filtered *k = context;
    k->kinetic[i] = (p[0] * p[0] + p[1] * p[1] + p[2] * p[2]) / 2 / kl_box_points(&k->grid);
}

/* f = exp(-i p.(x + side/2)/hbar) in momentum space. KL_ENVIRONMENT: no memory. */
static kl_status fill_wave(const kl_box_grid *g, const double x[3], complex double *f,
                           kl_error *err)
{
    const int64_t n = g->sites;
    const complex double *of[3] = {NULL, NULL, NULL};
    complex double *table;
    KL_TRY(kl_agree(g->comm, kl_alloc(3 * (size_t)n, sizeof *table, "kernel", &table, err), err));
    for (int j = 0; j < g->dimension; j++) {
        of[j] = table + j * n;
        for (int64_t i = 0; i < n; i++) {
            const double angle = -kl_box_momentum(g, i) * (x[j] + g->side / 2) / g->eps;
            table[j * n + i] = CMPLX(cos(angle), sin(angle));
        }
    }
    for (size_t i = 0; i < g->local; i++)
        f[i] = 1;
    kl_box_multiply(&g->momentum, of, f);
    free(table);
    return KL_OK;
}

static void drop_ends(void *context, int64_t i, const double p[3])
{
    const kl_filtered *k = context;
    const double end = kl_box_most_momentum(&k->grid) * (1 - 1e-9);
    for (int j = 0; j < k->grid.dimension; j++)
        if (fabs(p[j]) >= end)
            k->psi[i] = 0;
}

/* psi = delta_y of the momenta of the grid: sum |psi|^2 over points is not normalised, K is its
 * value. */
static kl_status fill_delta(kl_filtered *k, kl_error *err)
{
    const double volume = pow(k->grid.side, k->grid.dimension);
    KL_TRY(fill_wave(&k->grid, k->filter.from, k->psi, err));
    kl_box_visit_momenta(&k->grid, drop_ends, k);
    kl_box_backward(&k->grid, k->psi);
    for (int64_t i = 0; i < points_here(k); i++)
        k->psi[i] /= volume;
    return KL_OK;
}

/* The interval that the spectrum of H lies in. */
static void bound_spectrum(kl_filtered *k)
{
    const double p = kl_box_most_momentum(&k->grid);
    double ends[2] = {INFINITY, INFINITY}; /* of V: the least, minus the largest */
    for (int64_t i = 0; i < points_here(k); i++) {
        ends[0] = fmin(ends[0], k->v[i]);
        ends[1] = fmin(ends[1], -k->v[i]);
    }
    MPI_Allreduce(MPI_IN_PLACE, ends, 2, MPI_DOUBLE, MPI_MIN, k->grid.comm);
    k->low = ends[0];
    k->high = k->grid.dimension * p * p / 2 - ends[1];
}

kl_status kl_filtered_create(const kl_filter *filter, MPI_Comm comm, kl_filtered *out,
                             kl_error *err)
{
    *out = (kl_filtered){.filter = *filter};
    KL_TRY(kl_box_grid_create(comm, filter->potential->dimension, filter->sites, filter->side,
                              filter->hbar, &out->grid, err));
    KL_TRY(kl_agree(comm, allocate(out, err), err));
    kl_wave_potential(&out->grid, filter->potential, out->v, NULL);
    kl_box_visit_momenta(&out->grid, fill_kinetic, out);
    bound_spectrum(out);
    out->slice =
        (kl_split_steps){.grid = &out->grid, .method = KL_SPLIT_STRANG, .potential = out->v};
    return kl_split_create(&out->slice, err);
}

void kl_filtered_destroy(kl_filtered *k)
{
    kl_split_destroy(&k->slice);
    kl_box_grid_destroy(&k->grid);
    free(k->v);
    free(k->kinetic);
    free(k->start);
    free(k->psi);
    free(k->u);
    free(k->w);
    free(k->sum);
    k->v = k->kinetic = NULL;
    k->start = k->psi = k->u = k->w = k->sum = NULL;
}

/* ---- values ---- */

/* psi(x) by its trigonometric polynomial, and an error from the ends of momenta and places. */
static kl_status value_of(const kl_filtered *k, const complex double *psi, const double x[3],
                          complex double *value, double *error, kl_error *err)
{
    const kl_box_grid *g = &k->grid;
    kl_box_tails tails = {0};
    KL_TRY(kl_box_tails_raise(g, psi, k->w, &tails, err));
    const double all = creal(kl_box_sum(g, &g->position, psi, psi, NULL));
    memcpy(k->w, psi, g->local * sizeof *psi);
    kl_box_forward(g, k->w);
    KL_TRY(fill_wave(g, x, k->u, err));
    *value = kl_box_sum(g, &g->momentum, k->u, k->w, NULL) / kl_box_points(g);
    *error = kl_box_tails_error(&tails) + 1e-12 * sqrt(all);
    return KL_OK;
}

kl_status kl_filtered_exact(kl_filtered *kernel, double t, const double x[3], complex double *value,
                            double *error, kl_error *err)
{
    KL_TRY(fill_delta(kernel, err));
    KL_TRY(evolve(kernel, t, kernel->psi, err));
    return value_of(kernel, kernel->sum, x, value, error, err);
}

static kl_status begin_slices(kl_filtered *k, bool strang, kl_error *err)
{
    if (!k->started) {
        KL_TRY(fill_delta(k, err));
        KL_TRY(evolve(k, 0, k->psi, err));
        memcpy(k->start, k->sum, k->grid.local * sizeof *k->start);
        k->started = true;
    }
    memcpy(k->psi, k->start, k->grid.local * sizeof *k->psi);
    if (!strang)
        kl_split_kick(&k->slice, false, k->psi);
    return KL_OK;
}

kl_status kl_filtered_slices(kl_filtered *k, double t, int64_t n, bool strang, int64_t count,
                             int64_t *done, kl_error *err)
{
    kl_split_set(&k->slice, t / (double)n);
    if (*done == 0)
        KL_TRY(begin_slices(k, strang, err));
    kl_split_stretch(&k->slice, count, *done == 0, *done + count == n, k->psi);
    *done += count;
    if (*done == n && !strang)
        kl_split_kick(&k->slice, true, k->psi);
    return KL_OK;
}

kl_status kl_filtered_value(kl_filtered *kernel, const double x[3], complex double *value,
                            double *error, kl_error *err)
{
    return value_of(kernel, kernel->psi, x, value, error, err);
}
