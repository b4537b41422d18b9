#include "continuum/wigner_box.h"

#include "base/complex.h"
#include "base/memory.h"
#include "continuum/box_transform.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

kl_stride kl_stride_choose(int64_t all, double spacing, double reach, int most)
{
    const int64_t half = (int64_t)fmin((double)(all / 2 - 1), ceil(reach / spacing));
    const int64_t step = (2 * half + most) / most;
    const int64_t each = half / step;
    return (kl_stride){all / 2 - each * step, step, (int)(2 * each + 1)};
}

/* ---- the Wigner function ---- */

typedef struct wigner {
    const kl_box_grid *grid;
    int64_t n, count;
    complex double *fine;           /* [count][2 n]: psi on twice as many points */
    complex double *line;           /* [2 n]: of one x */
    double *momenta;                /* [2 n]: int W dx */
    kl_box_transform *once, *twice; /* of n and 2 n points */
    double negative[3], worst;      /* over all points, over every second x, every second p */
    double most;                    /* of |psi|^2 */
} wigner;

static void release(wigner *w)
{
    free(w->fine);
    free(w->line);
    free(w->momenta);
    kl_box_transform_destroy(&w->once);
    kl_box_transform_destroy(&w->twice);
}

static kl_status prepare(const kl_box_grid *grid, int64_t count, wigner *w, kl_error *err)
{
    const size_t two = 2 * (size_t)grid->sites;
    *w = (wigner){.grid = grid, .n = grid->sites, .count = count};
    KL_TRY(kl_alloc((size_t)count * two, sizeof *w->fine, "Wigner function", &w->fine, err));
    KL_TRY(kl_alloc(two, sizeof *w->line, "Wigner function", &w->line, err));
    KL_TRY(kl_alloc(two, sizeof *w->momenta, "Wigner function", &w->momenta, err));
    KL_TRY(kl_box_transform_create(MPI_COMM_SELF, 1, grid->sites, &w->once, err));
    return kl_box_transform_create(MPI_COMM_SELF, 1, 2 * grid->sites, &w->twice, err);
}

/* psi between the points too, from its transform in line[n]: with zeros beyond. */
static void refine_transform(const wigner *w, int64_t j)
{
    const int64_t n = w->n;
    complex double *fine = w->fine + 2 * j * n;
    memset(fine, 0, 2 * (size_t)n * sizeof *fine);
    for (int64_t k = 0; k < n; k++)
        fine[k < n / 2 ? k : k + n] = w->line[k] / (double)n;
    kl_box_transform_backward(w->twice, fine);
}

static void refine(const wigner *w, const complex double *psi)
{
    for (int64_t j = 0; j < w->count; j++) {
        memcpy(w->line, psi + (size_t)j * w->grid->local, (size_t)w->n * sizeof *psi);
        kl_box_transform_forward(w->once, w->line);
        refine_transform(w, j);
    }
}

/* sum over psi of conj(psi(x - u)) psi(x + u) */
static complex double pair_of(const wigner *w, int64_t from, int64_t to)
{
    complex double sum = conj(w->fine[from]) * w->fine[to];
    for (int64_t j = 1; j < w->count; j++)
        sum += kl_times(conj(w->fine[2 * j * w->n + from]), w->fine[2 * j * w->n + to]);
    return sum;
}

/* W(x_i, .) into the real parts of line, by k from 0 as stored: p = pi eps k/l. */
static void transform_line(const wigner *w, int64_t i)
{
    const int64_t two = 2 * w->n, at = 2 * i;
    memset(w->line, 0, (size_t)two * sizeof *w->line);
    for (int64_t m = 0; m < w->n && at - m >= 0 && at + m < two; m++) {
        const complex double value = pair_of(w, at - m, at + m);
        w->line[m] = value;
        if (m > 0)
            w->line[two - m] = conj(value);
    }
    kl_box_transform_forward(w->twice, w->line);
}

/* int |W| dp and the marginal at x_i; density: |psi(x_i)|^2. */
static void add_line(wigner *w, int64_t i, double density, double scale, double dp)
{
    const double spacing = w->grid->spacing;
    double sum = 0, negative[2] = {0}; /* of even and odd k */
    for (int64_t k = 0; k < 2 * w->n; k++) {
        const double value = scale * creal(w->line[k]);
        sum += value * dp;
        negative[k % 2] += value < 0 ? -value * dp : 0;
        w->momenta[k] += value * spacing;
    }
    w->negative[0] += (negative[0] + negative[1]) * spacing;
    w->negative[1] += i % 2 == 0 ? 2 * (negative[0] + negative[1]) * spacing : 0;
    w->negative[2] += 2 * negative[0] * spacing;
    w->worst = fmax(w->worst, fabs(sum - density));
    w->most = fmax(w->most, density);
}

/* The largest defect of int W dx from the density of momenta over its largest value; momenta[n]
 * sums to n. */
static double momentum_defect(const wigner *w, const double *momenta)
{
    const double scale = w->grid->side / (2 * M_PI * w->grid->eps * (double)w->n);
    double worst = 0, most = 0;
    for (int64_t k = 0; k < w->n; k++) {
        const double density = scale * momenta[k];
        worst = fmax(worst, fabs(w->momenta[2 * k] - density));
        most = fmax(most, density);
    }
    return worst / most;
}

/* What W(x_i, .), in the real parts of line, gives to the picture. */
static void take_line(const wigner *w, int64_t i, double scale, kl_stride x, kl_stride p,
                      double *out)
{
    const int64_t column = i - x.first;
    if (column < 0 || column % x.step != 0 || column / x.step >= x.n)
        return;
    for (int k = 0; k < p.n; k++) {
        const int64_t centred = p.first + k * p.step; /* n is p = 0 */
        out[column / x.step * p.n + k] = scale * creal(w->line[(centred + w->n) % (2 * w->n)]);
    }
}

/* Sums over all x_i, whose rows of W/scale are in rows[n][2 n], or NULL: of the line in `fine`.
 * positions[n] and momenta[n] are the densities, which sum to 1 and n. */
static void finish(wigner *w, const double *rows, const double *positions, const double *momenta,
                   kl_stride x, kl_stride p, double *out, kl_wigner_totals *totals)
{
    const kl_box_grid *grid = w->grid;
    const double dp = M_PI * grid->eps / grid->side,
                 scale = grid->spacing / 2 / (M_PI * grid->eps) / grid->spacing;
    for (int64_t i = 0; i < w->n; i++) {
        if (!rows)
            transform_line(w, i);
        for (int64_t k = 0; rows && k < 2 * w->n; k++)
            w->line[k] = rows[2 * w->n * i + k];
        add_line(w, i, positions[i] / grid->spacing, scale, dp);
        take_line(w, i, scale, x, p, out);
    }
    *totals = (kl_wigner_totals){w->negative[0],
                                 fabs(w->negative[0] - w->negative[1]) +
                                     fabs(w->negative[0] - w->negative[2]),
                                 fmax(w->worst / w->most, momentum_defect(w, momenta))};
}

/* ---- in d > 1: of the density matrix of an axis ----
 *
 * It is a sum over the lines along the axis, at places or at momenta of the others. In one of the
 * two layouts they lie within the planes. Planes go to all ranks one after the other, and each rank
 * adds up some of the x_i: one order of additions on any number of ranks. */

typedef struct lines {
    wigner *w;
    const kl_layout *layout;
    bool momenta;            /* lines are transforms */
    int64_t first, count;    /* the x_i of this rank */
    complex double *plane;   /* [n^(d-1)] */
    complex double *product; /* [count][n]: sum of conj(psi(x_i - u_m)) psi(x_i + u_m) */
} lines;

static void add_products(const lines *l)
{
    const wigner *w = l->w;
    for (int64_t i = 0; i < l->count; i++) {
        const int64_t at = 2 * (l->first + i);
        complex double *sum = l->product + i * w->n;
        for (int64_t m = 0; m < w->n && at - m >= 0 && at + m < 2 * w->n; m++)
            sum[m] += kl_times(conj(w->fine[at - m]), w->fine[at + m]);
    }
}

/* The lines of a plane along its middle or inner axis. */
static void add_plane(const lines *l, int place)
{
    const wigner *w = l->w;
    const int64_t other = l->layout->n[place == 1 ? 2 : 1], inner = l->layout->n[2];
    for (int64_t b = 0; b < other; b++) {
        for (int64_t i = 0; i < w->n; i++)
            w->line[i] = l->plane[place == 1 ? i * inner + b : b * inner + i];
        if (!l->momenta)
            kl_box_transform_forward(w->once, w->line);
        refine_transform(w, 0);
        add_products(l);
    }
}

static void add_planes(const lines *l, int axis, const complex double *f)
{
    const kl_box_grid *grid = l->w->grid;
    const int place = l->layout->axis[1] == axis ? 1 : 2;
    const int64_t size = l->layout->n[1] * l->layout->n[2];
    for (int64_t a = 0; a < l->layout->planes; a++) {
        const int64_t here = a - l->layout->first;
        const bool mine = here >= 0 && here < l->layout->n[0];
        int rank, owner;
        MPI_Comm_rank(grid->comm, &rank);
        owner = mine ? rank : 0;
        MPI_Allreduce(MPI_IN_PLACE, &owner, 1, MPI_INT, MPI_MAX, grid->comm);
        if (mine)
            memcpy(l->plane, f + here * size, (size_t)size * sizeof *f);
        MPI_Bcast(l->plane, (int)size, MPI_C_DOUBLE_COMPLEX, owner, grid->comm);
        add_plane(l, place);
    }
}

/* rows[n][2 n] = W/scale, on all ranks. */
static void fill_rows(const lines *l, double weight, double *rows)
{
    const wigner *w = l->w;
    const int64_t two = 2 * w->n;
    for (int64_t i = 0; i < l->count; i++) {
        const complex double *sum = l->product + i * w->n;
        memset(w->line, 0, (size_t)two * sizeof *w->line);
        for (int64_t m = 0; m < w->n; m++) {
            w->line[m] = weight * sum[m];
            if (m > 0)
                w->line[two - m] = conj(w->line[m]);
        }
        kl_box_transform_forward(w->twice, w->line);
        for (int64_t k = 0; k < two; k++)
            rows[(l->first + i) * two + k] = creal(w->line[k]);
    }
    for (int64_t i = 0; i < w->n; i++)
        MPI_Allreduce(MPI_IN_PLACE, rows + i * two, (int)two, MPI_DOUBLE, MPI_SUM, w->grid->comm);
}

static kl_status prepare_lines(const kl_box_grid *grid, int axis, wigner *w, lines *l,
                               double **rows, double **densities, kl_error *err)
{
    int rank, size;
    MPI_Comm_rank(grid->comm, &rank);
    MPI_Comm_size(grid->comm, &size);
    const size_t n = (size_t)grid->sites;
    *l = (lines){.w = w, .layout = axis == 0 ? &grid->momentum : &grid->position};
    l->momenta = axis == 0;
    l->first = grid->sites * rank / size;
    l->count = grid->sites * (rank + 1) / size - l->first;
    KL_TRY(prepare(grid, 1, w, err));
    KL_TRY(kl_alloc(grid->dimension == 2 ? n : n * n, sizeof *l->plane, "Wigner function",
                    &l->plane, err));
    KL_TRY(kl_alloc((size_t)l->count * n + 1, sizeof *l->product, "Wigner function", &l->product,
                    err));
    KL_TRY(kl_alloc(2 * n, sizeof **densities, "Wigner function", densities, err));
    return kl_alloc(2 * n * n, sizeof **rows, "Wigner function", rows, err);
}

static kl_status by_lines(const kl_box_grid *grid, int axis, const complex double *psi,
                          complex double *u, kl_stride x, kl_stride p, double *out,
                          kl_wigner_totals *totals, kl_error *err)
{
    const int64_t n = grid->sites;
    const double others = kl_box_points(grid) / (double)n;
    wigner w = {0};
    lines l = {0};
    double *rows = NULL, *densities = NULL;
    kl_status status =
        kl_agree(grid->comm, prepare_lines(grid, axis, &w, &l, &rows, &densities, err), err);
    if (status == KL_OK)
        status = kl_box_marginal(grid, &grid->position, axis, psi, densities, err);
    if (status == KL_OK) {
        memcpy(u, psi, grid->local * sizeof *u);
        kl_box_forward(grid, u);
        status = kl_box_marginal(grid, &grid->momentum, axis, u, densities + n, err);
    }
    if (status == KL_OK) {
        add_planes(&l, axis, l.momenta ? u : psi);
        fill_rows(&l, l.momenta ? 1 / others : 1, rows);
        for (int64_t k = 0; k < n; k++)
            densities[n + k] /= others;
        finish(&w, rows, densities, densities + n, x, p, out, totals);
    }
    release(&w);
    free(l.plane);
    free(l.product);
    free(rows);
    free(densities);
    return status;
}

double kl_wigner_bytes(int dimension, int64_t sites, int ranks)
{
    const double n = (double)sites;
    return 128 * n +
           (dimension > 1 ? 16 * (pow(n, dimension - 1) + n * ceil(n / ranks) + n * n) : 0);
}

/* Adds the densities of psi[n] in position and momentum to those of others. */
static kl_status add_densities(const kl_box_grid *grid, const complex double *psi,
                               complex double *u, double *one, double *densities, kl_error *err)
{
    const int64_t n = grid->sites;
    KL_TRY(kl_box_marginal(grid, &grid->position, 0, psi, one, err));
    memcpy(u, psi, grid->local * sizeof *u);
    kl_box_forward(grid, u);
    KL_TRY(kl_box_marginal(grid, &grid->momentum, 0, u, one + n, err));
    for (int64_t i = 0; i < 2 * n; i++)
        densities[i] += one[i];
    return KL_OK;
}

kl_status kl_wigner_sum(const kl_box_grid *grid, int64_t count, const complex double *psi,
                        complex double *u, kl_stride x, kl_stride p, double *out,
                        kl_wigner_totals *totals, kl_error *err)
{
    wigner w;
    const int64_t n = grid->sites;
    double *densities = NULL;
    kl_status status = prepare(grid, count, &w, err);
    if (status == KL_OK)
        status = kl_alloc(4 * (size_t)n, sizeof *densities, "Wigner function", &densities, err);
    if (status == KL_OK)
        refine(&w, psi);
    for (int64_t j = 0; j < count && status == KL_OK; j++)
        status = add_densities(grid, psi + (size_t)j * grid->local, u, densities + 2 * n, densities,
                               err);
    if (status == KL_OK)
        finish(&w, NULL, densities, densities + n, x, p, out, totals);
    release(&w);
    free(densities);
    return status;
}

kl_status kl_wigner_box(const kl_box_grid *grid, int axis, const complex double *psi,
                        complex double *u, kl_stride x, kl_stride p, double *out,
                        kl_wigner_totals *totals, kl_error *err)
{
    if (grid->dimension > 1)
        return by_lines(grid, axis, psi, u, x, p, out, totals, err);
    return kl_wigner_sum(grid, 1, psi, u, x, p, out, totals, err);
}

/* ---- the Husimi function ---- */

/* u = psi times the window at x along the axis. */
static void apply_window(const kl_box_grid *grid, int axis, double x, const complex double *psi,
                         complex double *u, double *table)
{
    const double *of[3] = {NULL, NULL, NULL};
    for (int64_t i = 0; i < grid->sites; i++) {
        const double from = kl_box_position(grid, i) - x;
        table[i] = exp(-from * from / (2 * grid->eps)) / pow(M_PI * grid->eps, 0.25);
    }
    of[axis] = table;
    memcpy(u, psi, grid->local * sizeof *u);
    kl_box_weigh(&grid->position, of, u);
}

kl_status kl_husimi_box(const kl_box_grid *grid, int axis, const complex double *psi,
                        complex double *u, kl_stride x, kl_stride p, double *out, kl_error *err)
{
    const int64_t n = grid->sites;
    /* The sum over points along the axis is an integral over the spacing; that of the others is a
     * sum over momenta. */
    const double scale = grid->spacing / (2 * M_PI * grid->eps) / (kl_box_points(grid) / (double)n);
    double *table;
    KL_TRY(kl_agree(grid->comm, kl_alloc(2 * (size_t)n, sizeof *table, "field", &table, err), err));
    kl_status status = KL_OK;
    for (int i = 0; i < x.n && status == KL_OK; i++) {
        apply_window(grid, axis, kl_box_position(grid, x.first + i * x.step), psi, u, table);
        kl_box_forward(grid, u);
        status = kl_box_marginal(grid, &grid->momentum, axis, u, table + n, err);
        for (int k = 0; k < p.n && status == KL_OK; k++) {
            const int64_t centred = p.first + k * p.step; /* n/2 is p = 0 */
            out[i * p.n + k] = scale * table[n + (centred + n / 2) % n];
        }
    }
    free(table);
    return status;
}
