#include "kinetic/flight.h"

#include "base/clones.h"

#include <math.h>
#include <string.h>

typedef struct phases { /* exp(-2 pi i xi.v u) factor exp(-g u), row by row and column by column */
    double *row[2], *column[2], *axis[2];
} phases;

size_t kl_flight_room(const kl_mode_grid *grid)
{
    return 2 * ((size_t)grid->rows + (size_t)grid->columns + 2 * (size_t)grid->n);
}

static phases lay_out(const kl_mode_grid *grid, double *scratch)
{
    phases p;
    for (int part = 0; part < 2; part++) {
        p.row[part] = scratch;
        p.column[part] = p.row[part] + grid->rows;
        p.axis[part] = p.column[part] + grid->columns;
        scratch = p.axis[part] + 2 * grid->n;
    }
    return p;
}

static void fill_phases(const kl_mode_grid *grid, const double velocity[3], double time,
                        double factor, const phases *p)
{
    const int d = grid->dimension, n = grid->n;
    for (int j = 0; j < d - 1; j++)
        for (int i = 0; i < n; i++) {
            const double angle =
                2 * M_PI * kl_mode_grid_wave(grid, i) * velocity[j] * time / grid->ell;
            p->axis[0][j * n + i] = cos(angle);
            p->axis[1][j * n + i] = -sin(angle);
        }
    for (int i = 0; i < grid->columns; i++) {
        const double angle = 2 * M_PI * i * velocity[d - 1] * time / grid->ell;
        p->column[0][i] = cos(angle);
        p->column[1][i] = -sin(angle);
    }
    for (int r = 0; r < grid->rows; r++) {
        int index[2];
        kl_mode_grid_row(grid, r, index);
        double a = factor * p->axis[0][index[0]], b = factor * p->axis[1][index[0]];
        if (d == 3) {
            const double e = p->axis[0][n + index[1]], f = p->axis[1][n + index[1]], c = a;
            a = c * e - b * f;
            b = c * f + b * e;
        }
        p->row[0][r] = a;
        p->row[1][r] = b;
    }
}

/* out += row column a, along one row. */
KL_CLONES static void add_row(int n, double row_re, double row_im, const double *restrict c_re,
                              const double *restrict c_im, const double *restrict a_re,
                              const double *restrict a_im, double *restrict out_re,
                              double *restrict out_im)
{
    for (int i = 0; i < n; i++) {
        const double re = row_re * c_re[i] - row_im * c_im[i];
        const double im = row_re * c_im[i] + row_im * c_re[i];
        out_re[i] += re * a_re[i] - im * a_im[i];
        out_im[i] += re * a_im[i] + im * a_re[i];
    }
}

static void add(const kl_mode_grid *grid, const phases *p, const double *a_re, const double *a_im,
                double *re, double *im)
{
    const int n = grid->columns;
    for (int r = 0; r < grid->rows; r++)
        add_row(n, p->row[0][r], p->row[1][r], p->column[0], p->column[1], a_re + r * n,
                a_im + r * n, re + r * n, im + r * n);
}

void kl_flight(const kl_mode_grid *grid, const kl_panels *panels, const double velocity[3],
               double rate, double start, const double *mass_re, const double *mass_im, double *re,
               double *im, double *scratch)
{
    const phases p = lay_out(grid, scratch);
    const size_t modes = grid->modes;
    memset(re, 0, ((size_t)panels->n + 1) * modes * sizeof *re);
    memset(im, 0, ((size_t)panels->n + 1) * modes * sizeof *im);
    for (size_t k = 0; k < modes; k++)
        re[k] = start;
    for (int r = 0; r < panels->n; r++) {
        const double end = panels->end[r + 1], length = end - panels->end[r];
        double *to_re = re + (size_t)(r + 1) * modes, *to_im = im + (size_t)(r + 1) * modes;
        fill_phases(grid, velocity, length, exp(-rate * length), &p);
        add(grid, &p, to_re - modes, to_im - modes, to_re, to_im);
        for (int c = r * panels->order; mass_re && c < (r + 1) * panels->order; c++) {
            const double flown = end - panels->point[c];
            fill_phases(grid, velocity, flown, 2 * M_PI * panels->weight[c] * exp(-rate * flown),
                        &p);
            add(grid, &p, mass_re + (size_t)c * modes, mass_im + (size_t)c * modes, to_re, to_im);
        }
    }
}
