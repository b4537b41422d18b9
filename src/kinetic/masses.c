#include "kinetic/masses.h"

#include "base/clones.h"
#include "base/memory.h"
#include "kinetic/quadrature.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct solving {
    const kl_shell *shell;
    const kl_mode_grid *grid;
    const kl_panels *panels;
    kl_masses *masses;
    const kl_real_symbol *symbol;
    const double *velocity;
    double rate, last;
    int first, count; /* rows of this rank */
    size_t at, n;     /* its modes: at..at+n-1 */
    int points;
    double *kernel;  /* [points][n]: 2 pi K at Chebyshev points of [0, last] */
    double *now;     /* [n]: 2 pi K at one time */
    double *row;     /* [points] */
    double *matrix;  /* [order][order][n] */
    double *axis[3]; /* [grid->n] */
    double *wave[2]; /* [n]: scratch */
} solving;

double kl_real_symbol_at(const kl_real_symbol *b, int dimension, const double angle[3])
{
    double sum = 0;
    for (int i = 0; i < b->of->nmodes; i++) {
        const double *c = b->of->coefficient[i];
        double phase = 0;
        for (int j = 0; j < dimension; j++)
            phase += b->of->mode[i][j] * angle[j];
        sum += b->imaginary ? c[0] * sin(phase) + c[1] * cos(phase)
                            : c[0] * cos(phase) - c[1] * sin(phase);
    }
    return sum;
}

double kl_masses_rate(const kl_shell *shell)
{
    double sum = 0;
    for (int i = 0; i < shell->npoints; i++)
        sum += shell->weight[i];
    return 2 * M_PI * sum;
}

KL_CLONES static void add_multiple(size_t n, double factor, const double *restrict a,
                                   double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] += factor * a[i];
}

KL_CLONES static void add_product(size_t n, double factor, const double *restrict a,
                                  const double *restrict b, double *restrict out)
{
    for (size_t i = 0; i < n; i++)
        out[i] += factor * a[i] * b[i];
}

/* out[n] = exp(-g t) int dU delta(e - E) exp(2 pi i (mode.U + xi.v t)), which is real: the images
 * of a point under theta_j -> -theta_j give prod_j cos(mode_j theta_j - 2 pi xi_j 2 sin theta_j t).
 */
static void shell_wave(const solving *s, const int mode[3], int sign, double t, double *out)
{
    const kl_mode_grid *grid = s->grid;
    const int d = grid->dimension, columns = grid->columns;
    memset(out, 0, s->n * sizeof *out);
    for (int p = 0; p < s->shell->npoints; p++) {
        for (int j = 0; j < d; j++) {
            const double sine = s->shell->sine[j][p];
            const double theta = sign * mode[j] * atan2(sine, s->shell->cosine[j][p]);
            for (int i = 0; i < grid->n; i++)
                s->axis[j][i] =
                    cos(theta - 4 * M_PI * kl_mode_grid_wave(grid, i) * sine * t / grid->ell);
        }
        const double weight = s->shell->weight[p] * exp(-s->rate * t);
        for (int r = 0; r < s->count; r++) {
            int index[2];
            kl_mode_grid_row(grid, s->first + r, index);
            const double factor =
                weight * s->axis[0][index[0]] * (d == 3 ? s->axis[1][index[1]] : 1);
            add_multiple((size_t)columns, factor, s->axis[d - 1],
                         out + (size_t)r * (size_t)columns);
        }
    }
}

/* s->now = 2 pi K(t) */
static void kernel_at(const solving *s, double t)
{
    kl_chebyshev_row(s->points, 0, s->last, t, s->row);
    memset(s->now, 0, s->n * sizeof *s->now);
    for (int c = 0; c < s->points; c++)
        add_multiple(s->n, s->row[c], s->kernel + (size_t)c * s->n, s->now);
}

static void tabulate_kernel(const solving *s)
{
    static const int none[3] = {0};
    for (int c = 0; c < s->points; c++) {
        double *out = s->kernel + (size_t)c * s->n;
        shell_wave(s, none, 1, kl_chebyshev_node(s->points, 0, s->last, c), out);
        for (size_t k = 0; k < s->n; k++)
            out[k] *= 2 * M_PI;
    }
}

/* ---- what starts it ---- */

static void uncollided(const solving *s, double t, double *re, double *im)
{
    const kl_mode_grid *grid = s->grid;
    const int d = grid->dimension;
    for (size_t m = 0; m < s->n; m++) {
        int index[2];
        kl_mode_grid_row(grid, s->first + (int)m / grid->columns, index);
        double xi = (double)(m % (size_t)grid->columns) * s->velocity[d - 1];
        for (int j = 0; j < d - 1; j++)
            xi += kl_mode_grid_wave(grid, index[j]) * s->velocity[j];
        const double phase = 2 * M_PI * xi * t / grid->ell;
        re[m] = exp(-s->rate * t) * cos(phase);
        im[m] = -exp(-s->rate * t) * sin(phase);
    }
}

/* B: of c exp(i m.theta) and its conjugate, which are beta(m) and beta(-m). */
static void start_of_symbol(const solving *s, const kl_real_symbol *b, double t, double *re,
                            double *im)
{
    memset(re, 0, s->n * sizeof *re);
    memset(im, 0, s->n * sizeof *im);
    for (int i = 0; i < b->of->nmodes; i++) {
        const double *c = b->of->coefficient[i];
        shell_wave(s, b->of->mode[i], 1, t, s->wave[0]);
        shell_wave(s, b->of->mode[i], -1, t, s->wave[1]);
        const double even = 0.5 * (b->imaginary ? c[1] : c[0]);
        const double odd = 0.5 * (b->imaginary ? -c[0] : c[1]);
        add_multiple(s->n, even, s->wave[0], re);
        add_multiple(s->n, even, s->wave[1], re);
        add_multiple(s->n, odd, s->wave[0], im);
        add_multiple(s->n, -odd, s->wave[1], im);
    }
}

/* ---- collocation ---- */

/* Of function i, this rank's modes at a point: 0 is the forward mass, then the adjoint ones. */
static double *at_point(const solving *s, int i, int part, int point)
{
    double *all = i == 0 ? s->masses->forward[part] : s->masses->adjoint[part][i - 1];
    return all + (size_t)point * s->grid->modes + s->at;
}

static void start_of(const solving *s, int i, double t, double *re, double *im)
{
    if (i == 0)
        uncollided(s, t, re, im);
    else
        start_of_symbol(s, &s->symbol[i - 1], t, re, im);
}

/* Adds to functions 0..count-1 at time t, to[2 i + part][n], what the first `panels` feed in. */
static void add_history(const solving *s, int count, double t, int panels, double *const *to)
{
    const kl_panels *p = s->panels;
    for (int b = 0; b < panels * p->order; b++) {
        kernel_at(s, t - p->point[b]);
        for (int i = 0; i < 2 * count; i++)
            add_product(s->n, p->weight[b], s->now, at_point(s, i / 2, i % 2, b), to[i]);
    }
}

/* (1 - matrix) x = right side, mode by mode; the right sides are where the solutions go. */
static void solve_panel(const solving *s, int panel)
{
    const int q = s->panels->order, functions = 1 + s->masses->nsymbols;
    for (size_t m = 0; m < s->n; m++)
        for (int a = 0; a < q; a++) { /* elimination; no pivots are needed, it is near the unit */
            const double pivot = s->matrix[((size_t)a * (size_t)q + (size_t)a) * s->n + m];
            for (int b = 0; b < q; b++) {
                if (b == a)
                    continue;
                const double f = s->matrix[((size_t)b * (size_t)q + (size_t)a) * s->n + m] / pivot;
                for (int c = a; c < q; c++)
                    s->matrix[((size_t)b * (size_t)q + (size_t)c) * s->n + m] -=
                        f * s->matrix[((size_t)a * (size_t)q + (size_t)c) * s->n + m];
                for (int i = 0; i < functions; i++)
                    for (int part = 0; part < 2; part++)
                        at_point(s, i, part, panel * q + b)[m] -=
                            f * at_point(s, i, part, panel * q + a)[m];
            }
        }
    for (int a = 0; a < q; a++)
        for (int i = 0; i < functions; i++)
            for (int part = 0; part < 2; part++)
                for (size_t m = 0; m < s->n; m++)
                    at_point(s, i, part, panel * q + a)[m] /=
                        s->matrix[((size_t)a * (size_t)q + (size_t)a) * s->n + m];
}

/* int_low^t K(t - s') l_b(s') ds' at each Gauss point t of the panel, l_b the polynomial of point
 * b. */
static void fill_matrix(const solving *s, int panel, const double *node, double *scratch)
{
    const int q = s->panels->order;
    const double low = s->panels->end[panel], *point = s->panels->point + panel * q;
    memset(s->matrix, 0, (size_t)(q * q) * s->n * sizeof *s->matrix);
    for (int a = 0; a < q; a++)
        for (int c = 0; c < q; c++) {
            const double length = point[a] - low, at = low + length * node[c];
            kl_lagrange_row(q, point, at, scratch);
            kernel_at(s, point[a] - at);
            for (int b = 0; b < q; b++)
                add_multiple(s->n, -length * node[q + c] * scratch[b], s->now,
                             s->matrix + (size_t)(a * q + b) * s->n);
        }
    for (int a = 0; a < q; a++)
        for (size_t m = 0; m < s->n; m++)
            s->matrix[(size_t)(a * q + a) * s->n + m] += 1;
}

static void march(const solving *s, const double *node, double *scratch, double **to)
{
    const int q = s->panels->order, functions = 1 + s->masses->nsymbols;
    for (int panel = 0; panel < s->panels->n; panel++) {
        for (int a = 0; a < q; a++) {
            const int point = panel * q + a;
            for (int i = 0; i < 2 * functions; i++)
                to[i] = at_point(s, i / 2, i % 2, point);
            for (int i = 0; i < functions; i++)
                start_of(s, i, s->panels->point[point], to[2 * i], to[2 * i + 1]);
            add_history(s, functions, s->panels->point[point], panel, to);
        }
        fill_matrix(s, panel, node, scratch);
        solve_panel(s, panel);
    }
    for (int r = 0; r <= s->panels->n; r++) {
        for (int part = 0; part < 2; part++)
            to[part] = s->masses->at_end[part] + (size_t)r * s->grid->modes + s->at;
        uncollided(s, s->panels->end[r], to[0], to[1]);
        add_history(s, 1, s->panels->end[r], r, to);
    }
}

static kl_status work(solving *s, kl_error *err)
{
    const size_t q = (size_t)s->panels->order, functions = 1 + (size_t)s->masses->nsymbols;
    double *data = NULL, **to = NULL;
    const size_t n = (size_t)s->grid->n, points = (size_t)s->points;
    kl_status status = kl_alloc((points + 3 + q * q) * s->n + 3 * n + points + 3 * q, sizeof *data,
                                "the shell", &data, err);
    if (status == KL_OK)
        status = kl_alloc(2 * functions, sizeof *to, "the shell", &to, err);
    if (status == KL_OK) {
        double *node;
        s->kernel = data;
        s->now = s->kernel + points * s->n;
        s->wave[0] = s->now + s->n;
        s->wave[1] = s->wave[0] + s->n;
        s->matrix = s->wave[1] + s->n;
        for (int j = 0; j < 3; j++)
            s->axis[j] = s->matrix + q * q * s->n + (size_t)j * n;
        s->row = s->axis[2] + n;
        node = s->row + points;
        kl_gauss_legendre((int)q, node, node + q);
        tabulate_kernel(s);
        march(s, node, node + 2 * q, to);
    }
    free(data);
    free(to);
    return status;
}

/* ---- all ranks ---- */

static kl_status allocate(const solving *s, kl_masses *m, kl_error *err)
{
    const size_t modes = s->grid->modes, points = (size_t)s->panels->npoints;
    for (int part = 0; part < 2; part++) {
        KL_TRY(kl_alloc(points * modes, sizeof(double), "the shell", &m->forward[part], err));
        KL_TRY(kl_alloc(((size_t)s->panels->n + 1) * modes, sizeof(double), "the shell",
                        &m->at_end[part], err));
        KL_TRY(
            kl_alloc((size_t)m->nsymbols, sizeof(double *), "the shell", &m->adjoint[part], err));
        for (int i = 0; i < m->nsymbols; i++)
            KL_TRY(
                kl_alloc(points * modes, sizeof(double), "the shell", &m->adjoint[part][i], err));
    }
    return KL_OK;
}

/* Each rank has zeros where the others have their modes. */
static void share(MPI_Comm comm, const solving *s)
{
    const kl_masses *m = s->masses;
    const int modes = (int)s->grid->modes;
    for (int part = 0; part < 2; part++) {
        for (int i = 0; i < 1 + m->nsymbols; i++)
            for (int p = 0; p < s->panels->npoints; p++)
                MPI_Allreduce(MPI_IN_PLACE, at_point(s, i, part, p) - s->at, modes, MPI_DOUBLE,
                              MPI_SUM, comm);
        for (int r = 0; r <= s->panels->n; r++)
            MPI_Allreduce(MPI_IN_PLACE, m->at_end[part] + (size_t)r * s->grid->modes, modes,
                          MPI_DOUBLE, MPI_SUM, comm);
    }
}

kl_status kl_masses_create(MPI_Comm comm, const kl_shell *shell, const kl_mode_grid *grid,
                           const kl_panels *panels, const double velocity[3], int nsymbols,
                           const kl_real_symbol *symbol, int points, kl_masses *masses,
                           kl_error *err)
{
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    *masses = (kl_masses){.nsymbols = nsymbols};
    solving s = {.shell = shell,
                 .grid = grid,
                 .panels = panels,
                 .masses = masses,
                 .symbol = symbol,
                 .velocity = velocity,
                 .rate = kl_masses_rate(shell),
                 .last = panels->end[panels->n],
                 .points = points};
    s.first = (int)((int64_t)grid->rows * rank / size);
    s.count = (int)((int64_t)grid->rows * (rank + 1) / size) - s.first;
    s.at = (size_t)s.first * (size_t)grid->columns;
    s.n = (size_t)s.count * (size_t)grid->columns;
    kl_status status = allocate(&s, masses, err);
    if (status == KL_OK && s.n > 0)
        status = work(&s, err);
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        share(comm, &s);
    return status;
}

void kl_masses_destroy(kl_masses *masses)
{
    for (int part = 0; part < 2; part++) {
        free(masses->forward[part]);
        free(masses->at_end[part]);
        for (int i = 0; masses->adjoint[part] && i < masses->nsymbols; i++)
            free(masses->adjoint[part][i]);
        free(masses->adjoint[part]);
    }
    *masses = (kl_masses){0};
}
