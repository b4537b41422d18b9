#include "continuum/box_grid.h"

#include "base/complex.h"
#include "base/clones.h"
#include "base/memory.h"
#include "continuum/box_transform.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static kl_layout make_layout(const kl_box_grid *grid, const int axis[3], int64_t first,
                             int64_t count)
{
    kl_layout layout = {.planes = axis[0] < 0 ? 1 : grid->sites, .first = first};
    for (int j = 0; j < 3; j++) {
        layout.axis[j] = axis[j];
        layout.n[j] = axis[j] < 0 ? 1 : grid->sites;
    }
    layout.n[0] = count;
    return layout;
}

static void make_layouts(kl_box_grid *grid)
{
    static const int position[4][3] = {{0}, {-1, -1, 0}, {0, -1, 1}, {0, 1, 2}};
    static const int momentum[4][3] = {{0}, {-1, -1, 0}, {1, -1, 0}, {1, 0, 2}};
    const struct kl_box_transform *t = grid->plans;
    grid->position = make_layout(grid, position[grid->dimension], t->first[0], t->count[0]);
    grid->momentum = make_layout(grid, momentum[grid->dimension], t->first[1], t->count[1]);
    grid->local = t->local;
}

kl_status kl_box_grid_create(MPI_Comm comm, int dimension, int64_t sites, double side, double eps,
                             kl_box_grid *out, kl_error *err)
{
    *out = (kl_box_grid){.dimension = dimension,
                         .sites = sites,
                         .side = side,
                         .spacing = side / (double)sites,
                         .eps = eps,
                         .comm = comm};
    kl_status status = kl_box_transform_create(comm, dimension, sites, &out->plans, err);
    if (status != KL_OK)
        return status;
    make_layouts(out);
    return kl_agree(comm, kl_alloc(2 * (size_t)sites + 2, sizeof *out->sum, "grid", &out->sum, err),
                    err);
}

void kl_box_grid_destroy(kl_box_grid *grid)
{
    kl_box_transform_destroy(&grid->plans);
    free(grid->sum);
    grid->sum = NULL;
}

kl_status kl_box_array(const kl_box_grid *grid, complex double **out, kl_error *err)
{
    return kl_alloc(grid->local, sizeof **out, "wave function", out, err);
}

void kl_box_forward(const kl_box_grid *grid, complex double *f)
{
    kl_box_transform_forward(grid->plans, f);
}

void kl_box_backward(const kl_box_grid *grid, complex double *f)
{
    kl_box_transform_backward(grid->plans, f);
}

double kl_box_position(const kl_box_grid *grid, int64_t i)
{
    return (double)(i - grid->sites / 2) * grid->spacing;
}

double kl_box_momentum(const kl_box_grid *grid, int64_t k)
{
    const int64_t signed_k = k < grid->sites / 2 ? k : k - grid->sites;
    return 2 * M_PI * grid->eps * (double)signed_k / grid->side;
}

double kl_box_bytes(int dimension, int64_t sites, int ranks)
{
    const double n = (double)sites, plane = pow(n, dimension - 1);
    return 16 * (dimension == 1 ? n : plane * ceil(n / ranks));
}

double kl_box_seconds(int dimension, int64_t sites)
{
    const double points = pow((double)sites, dimension);
    return points * (2e-9 * log2(points) + (points > 1e5 ? 15e-9 : 0));
}

int64_t kl_box_good_length(double least)
{
    for (int64_t n = 4 * (int64_t)ceil(fmax(least, 8) / 4);; n += 4) {
        int64_t rest = n;
        for (int factor = 2; factor <= 7; factor++)
            while (rest % factor == 0)
                rest /= factor;
        if (rest == 1)
            return n;
    }
}

/* ---- products ---- */

/* Entry of a table for index i along place 0, 1, 2 of the layout. */
static complex double factor_of(const kl_layout *layout, const complex double *const table[3],
                                int place, int64_t i)
{
    const int axis = layout->axis[place];
    return axis < 0 || !table[axis] ? 1 : table[axis][i];
}

static double weight_of(const kl_layout *layout, const double *const table[3], int place, int64_t i)
{
    const int axis = layout->axis[place];
    return axis < 0 || !table || !table[axis] ? 1 : table[axis][i];
}

/* z_i *= c t_i; written out, because a complex product looks for infinities. */
KL_CLONES static void multiply_line(int64_t n, complex double c, const complex double *t,
                                    complex double *f)
{
    double *restrict z = (double *)f;
    const double *restrict u = (const double *)t;
    const double cr = creal(c), ci = cimag(c);
    for (int64_t i = 0; i < n; i++) {
        const double tr = cr * u[2 * i] - ci * u[2 * i + 1], ti = cr * u[2 * i + 1] + ci * u[2 * i];
        const double re = z[2 * i] * tr - z[2 * i + 1] * ti;
        z[2 * i + 1] = z[2 * i] * ti + z[2 * i + 1] * tr;
        z[2 * i] = re;
    }
}

KL_CLONES void kl_box_product(int64_t n, const complex double *phase, complex double *psi)
{
    const double *restrict u = (const double *)phase;
    double *restrict z = (double *)psi;
    for (int64_t i = 0; i < n; i++) {
        const double re = z[2 * i] * u[2 * i] - z[2 * i + 1] * u[2 * i + 1];
        z[2 * i + 1] = z[2 * i] * u[2 * i + 1] + z[2 * i + 1] * u[2 * i];
        z[2 * i] = re;
    }
}

static void scale_line(int64_t n, complex double c, complex double *f)
{
    for (int64_t i = 0; i < n; i++)
        f[i] = kl_times(f[i], c);
}

void kl_box_multiply_plane(const kl_layout *l, const complex double *const table[3], int64_t a,
                           complex double *plane)
{
    const int inner = l->axis[2];
    const complex double outer = factor_of(l, table, 0, l->first + a);
    for (int64_t b = 0; b < l->n[1]; b++) {
        const complex double c = kl_times(outer, factor_of(l, table, 1, b));
        complex double *line = plane + b * l->n[2];
        if (table[inner] && c == 1)
            kl_box_product(l->n[2], table[inner], line);
        else if (table[inner])
            multiply_line(l->n[2], c, table[inner], line);
        else
            scale_line(l->n[2], c, line);
    }
}

void kl_box_multiply(const kl_layout *l, const complex double *const table[3], complex double *f)
{
    for (int64_t a = 0; a < l->n[0]; a++)
        kl_box_multiply_plane(l, table, a, f + a * l->n[1] * l->n[2]);
}

void kl_box_weigh(const kl_layout *l, const double *const table[3], complex double *f)
{
    for (int64_t a = 0; a < l->n[0]; a++)
        for (int64_t b = 0; b < l->n[1]; b++) {
            const double c = weight_of(l, table, 0, l->first + a) * weight_of(l, table, 1, b);
            complex double *line = f + (a * l->n[1] + b) * l->n[2];
            for (int64_t i = 0; i < l->n[2]; i++) {
                const double w = c * weight_of(l, table, 2, i);
                line[i] = CMPLX(w * creal(line[i]), w * cimag(line[i]));
            }
        }
}

/* ---- sums ---- */

/* The sum over all planes, in their order; grid->sum[2 planes] has those of this rank, else 0. */
static complex double join_planes(const kl_box_grid *grid, const kl_layout *layout)
{
    double re = 0, im = 0;
    MPI_Allreduce(MPI_IN_PLACE, grid->sum, (int)(2 * layout->planes), MPI_DOUBLE, MPI_SUM,
                  grid->comm);
    for (int64_t a = 0; a < layout->planes; a++) {
        re += grid->sum[2 * a];
        im += grid->sum[2 * a + 1];
    }
    return CMPLX(re, im);
}

/* sum conj(f) g w of a line, w NULL: 1. */
static complex double line_sum(int64_t n, const complex double *f, const complex double *g,
                               const double *w)
{
    double re = 0, im = 0;
    for (int64_t i = 0; i < n; i++) {
        const double weight = w ? w[i] : 1;
        re += weight * (creal(f[i]) * creal(g[i]) + cimag(f[i]) * cimag(g[i]));
        im += weight * (creal(f[i]) * cimag(g[i]) - cimag(f[i]) * creal(g[i]));
    }
    return CMPLX(re, im);
}

complex double kl_box_sum(const kl_box_grid *grid, const kl_layout *l, const complex double *f,
                          const complex double *g, const double *const table[3])
{
    const double *inner = table ? table[l->axis[2]] : NULL;
    memset(grid->sum, 0, 2 * (size_t)l->planes * sizeof *grid->sum);
    for (int64_t a = 0; a < l->n[0]; a++) {
        double *sum = grid->sum + 2 * (l->first + a);
        for (int64_t b = 0; b < l->n[1]; b++) {
            const double c = weight_of(l, table, 0, l->first + a) * weight_of(l, table, 1, b);
            const int64_t at = (a * l->n[1] + b) * l->n[2];
            const complex double line = line_sum(l->n[2], f + at, g + at, inner);
            sum[0] += c * creal(line);
            sum[1] += c * cimag(line);
        }
    }
    return join_planes(grid, l);
}

/* Of this rank's points in position space, by planes. */
static double sum_planes(const kl_box_grid *grid,
                         double (*value)(const complex double *f, const void *other, int64_t i),
                         const complex double *f, const void *other)
{
    const kl_layout *l = &grid->position;
    const int64_t plane = l->n[1] * l->n[2];
    memset(grid->sum, 0, 2 * (size_t)l->planes * sizeof *grid->sum);
    for (int64_t a = 0; a < l->n[0]; a++) {
        double sum = 0;
        for (int64_t i = a * plane; i < (a + 1) * plane; i++)
            sum += value(f, other, i);
        grid->sum[2 * (l->first + a)] = sum;
    }
    return creal(join_planes(grid, l));
}

static double square(complex double z)
{
    return creal(z) * creal(z) + cimag(z) * cimag(z);
}

static double weighted(const complex double *f, const void *v, int64_t i)
{
    return square(f[i]) * ((const double *)v)[i];
}

static double difference(const complex double *f, const void *g, int64_t i)
{
    return square(f[i] - ((const complex double *)g)[i]);
}

double kl_box_mean(const kl_box_grid *grid, const complex double *f, const double *v)
{
    return sum_planes(grid, weighted, f, v);
}

double kl_box_distance(const kl_box_grid *grid, const complex double *f, const complex double *g)
{
    return sum_planes(grid, difference, f, g);
}

/* Adds |f|^2 of plane a to row[n], by the index along place 1 or 2, or all to row[0]. */
static void add_plane(const kl_layout *l, int place, int64_t a, const complex double *f,
                      double *row)
{
    const complex double *at = f + a * l->n[1] * l->n[2];
    for (int64_t b = 0; b < l->n[1]; b++)
        for (int64_t c = 0; c < l->n[2]; c++)
            row[place == 0 ? 0 : place == 1 ? b : c] += square(at[b * l->n[2] + c]);
}

kl_status kl_box_marginal(const kl_box_grid *grid, const kl_layout *l, int axis,
                          const complex double *f, double *out, kl_error *err)
{
    const int place = l->axis[0] == axis ? 0 : l->axis[1] == axis ? 1 : 2;
    const int64_t width = place == 0 ? 1 : grid->sites, all = l->planes * width;
    double *rows;
    KL_TRY(kl_agree(grid->comm, kl_alloc((size_t)all, sizeof *rows, "marginal", &rows, err), err));
    for (int64_t a = 0; a < l->n[0]; a++)
        add_plane(l, place, a, f, rows + (l->first + a) * width);
    MPI_Allreduce(MPI_IN_PLACE, rows, (int)all, MPI_DOUBLE, MPI_SUM, grid->comm);
    memset(out, 0, (size_t)grid->sites * sizeof *out);
    for (int64_t a = 0; a < l->planes; a++)
        for (int64_t i = 0; i < width; i++)
            out[place == 0 ? a : i] += rows[a * width + i];
    free(rows);
    return KL_OK;
}

static void visit_layout(const kl_box_grid *grid, const kl_layout *l,
                         double (*coordinate)(const kl_box_grid *grid, int64_t i),
                         void (*visit)(void *context, int64_t i, const double x[3]), void *context)
{
    int64_t at = 0;
    for (int64_t a = 0; a < l->n[0]; a++)
        for (int64_t b = 0; b < l->n[1]; b++)
            for (int64_t c = 0; c < l->n[2]; c++) {
                const int64_t index[3] = {l->first + a, b, c};
                double x[3] = {0};
                for (int place = 0; place < 3; place++)
                    if (l->axis[place] >= 0)
                        x[l->axis[place]] = coordinate(grid, index[place]);
                visit(context, at++, x);
            }
}

void kl_box_visit(const kl_box_grid *grid,
                  void (*visit)(void *context, int64_t i, const double x[3]), void *context)
{
    visit_layout(grid, &grid->position, kl_box_position, visit, context);
}

void kl_box_visit_momenta(const kl_box_grid *grid,
                          void (*visit)(void *context, int64_t i, const double p[3]), void *context)
{
    visit_layout(grid, &grid->momentum, kl_box_momentum, visit, context);
}
