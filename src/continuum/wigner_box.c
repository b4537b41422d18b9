#include "continuum/wigner_box.h"

#include "base/memory.h"
#include "continuum/box_transform.h"

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
    complex double *fine;      /* [count][2 n]: psi on twice as many points */
    complex double *line;      /* [2 n]: of one x */
    double *momenta;           /* [2 n]: int W dx */
    double *density;           /* [n]: |psi|^2 at the points, later of momenta */
    kl_box_transform *twice;   /* of 2 n points */
    double negative[3], worst; /* over all points, over every second x, every second p */
    double most;               /* of |psi|^2 */
} wigner;

static void release(wigner *w)
{
    free(w->fine);
    free(w->line);
    free(w->momenta);
    free(w->density);
    kl_box_transform_destroy(&w->twice);
}

static kl_status prepare(const kl_box_grid *grid, int64_t count, wigner *w, kl_error *err)
{
    const size_t two = 2 * (size_t)grid->sites;
    *w = (wigner){.grid = grid, .n = grid->sites, .count = count};
    KL_TRY(kl_alloc((size_t)count * two, sizeof *w->fine, "Wigner function", &w->fine, err));
    KL_TRY(kl_alloc(two, sizeof *w->line, "Wigner function", &w->line, err));
    KL_TRY(kl_alloc(two, sizeof *w->momenta, "Wigner function", &w->momenta, err));
    KL_TRY(kl_alloc(two, sizeof *w->density, "Wigner function", &w->density, err));
    return kl_box_transform_create(MPI_COMM_SELF, 1, 2 * grid->sites, &w->twice, err);
}

/* psi between the points too: its transform, with zeros beyond. */
static void refine(const wigner *w, const complex double *psi)
{
    const int64_t n = w->n;
    for (int64_t j = 0; j < w->count; j++) {
        complex double *fine = w->fine + 2 * j * n;
        memcpy(w->line, psi + (size_t)j * w->grid->local, (size_t)n * sizeof *psi);
        kl_box_forward(w->grid, w->line);
        memset(fine, 0, 2 * (size_t)n * sizeof *fine);
        for (int64_t k = 0; k < n; k++)
            fine[k < n / 2 ? k : k + n] = w->line[k] / (double)n;
        kl_box_transform_backward(w->twice, fine);
    }
}

/* sum over psi of conj(psi(x - u)) psi(x + u) */
static complex double pair(const wigner *w, int64_t from, int64_t to)
{
    complex double sum = 0;
    for (int64_t j = 0; j < w->count; j++)
        sum += kl_times(conj(w->fine[2 * j * w->n + from]), w->fine[2 * j * w->n + to]);
    return sum;
}

/* W(x_i, .) into the real parts of line, by k from 0 as stored: p = pi eps k/l. */
static void transform_line(const wigner *w, int64_t i)
{
    const int64_t two = 2 * w->n, at = 2 * i;
    memset(w->line, 0, (size_t)two * sizeof *w->line);
    for (int64_t m = 0; m < w->n && at - m >= 0 && at + m < two; m++) {
        const complex double value = pair(w, at - m, at + m);
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

/* The largest defect of int W dx from |psi^(p)|^2 over its largest value. */
static double momentum_defect(const wigner *w, const complex double *psi)
{
    const double scale = w->grid->side / (2 * M_PI * w->grid->eps * (double)w->n);
    double worst = 0, most = 0;
    for (int64_t k = 0; k < w->n; k++)
        w->density[k] = 0;
    for (int64_t j = 0; j < w->count; j++) {
        memcpy(w->line, psi + (size_t)j * w->grid->local, (size_t)w->n * sizeof *psi);
        kl_box_forward(w->grid, w->line);
        for (int64_t k = 0; k < w->n; k++)
            w->density[k] += scale * creal(conj(w->line[k]) * w->line[k]);
    }
    for (int64_t k = 0; k < w->n; k++) {
        worst = fmax(worst, fabs(w->momenta[2 * k] - w->density[k]));
        most = fmax(most, w->density[k]);
    }
    return worst / most;
}

/* |psi|^2 at the points, as a density */
static void find_density(const wigner *w, const complex double *psi)
{
    for (int64_t j = 0; j < w->count; j++)
        for (int64_t i = 0; i < w->n; i++) {
            const complex double z = psi[(size_t)j * w->grid->local + (size_t)i];
            w->density[i] += creal(conj(z) * z) / w->grid->spacing;
        }
}

kl_status kl_wigner_box(const kl_box_grid *grid, int64_t count, const complex double *psi,
                        kl_stride x, kl_stride p, double *out, kl_wigner_totals *totals,
                        kl_error *err)
{
    wigner w;
    const double dp = M_PI * grid->eps / grid->side,
                 scale = grid->spacing / 2 / (M_PI * grid->eps) / grid->spacing;
    kl_status status = prepare(grid, count, &w, err);
    if (status == KL_OK) {
        refine(&w, psi);
        find_density(&w, psi);
    }
    for (int64_t i = 0; status == KL_OK && i < w.n; i++) {
        const int64_t column = i - x.first;
        transform_line(&w, i);
        add_line(&w, i, w.density[i], scale, dp);
        if (column < 0 || column % x.step != 0 || column / x.step >= x.n)
            continue;
        for (int k = 0; k < p.n; k++) {
            const int64_t centred = p.first + k * p.step; /* n is p = 0 */
            out[column / x.step * p.n + k] = scale * creal(w.line[(centred + w.n) % (2 * w.n)]);
        }
    }
    if (status == KL_OK)
        *totals = (kl_wigner_totals){w.negative[0],
                                     fabs(w.negative[0] - w.negative[1]) +
                                         fabs(w.negative[0] - w.negative[2]),
                                     fmax(w.worst / w.most, momentum_defect(&w, psi))};
    release(&w);
    return status;
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
