#include "kinetic/mode_grid.h"

#include "base/memory.h"

#include <fftw3.h>
#include <stdlib.h>

int kl_mode_grid_points(int reach)
{
    for (int n = 2 * reach + 1;; n++) {
        int rest = n;
        for (int p = 2; p <= 7; p++)
            while (rest % p == 0)
                rest /= p;
        if (rest == 1)
            return n;
    }
}

static kl_status make_plan(kl_mode_grid *grid, kl_error *err)
{
    const int n = grid->n, d = grid->dimension;
    double *spectrum = NULL, *field = NULL;
    fftw_iodim dims[3];
    int in = grid->columns, out = n;
    dims[d - 1] = (fftw_iodim){n, 1, 1};
    for (int j = d - 2; j >= 0; j--, in *= n, out *= n)
        dims[j] = (fftw_iodim){n, in, out};
    kl_status status = kl_alloc(2 * grid->modes, sizeof *spectrum, "modes", &spectrum, err);
    if (status == KL_OK)
        status = kl_alloc(grid->cells, sizeof *field, "modes", &field, err);
    if (status == KL_OK)
        grid->plan =
            fftw_plan_guru_split_dft_c2r(d, dims, 0, NULL, spectrum, spectrum + grid->modes, field,
                                         FFTW_ESTIMATE | FFTW_UNALIGNED);
    if (status == KL_OK && !grid->plan)
        status = kl_fail(err, KL_ENVIRONMENT, "FFTW made no plan for %d^%d points", n, d);
    free(spectrum);
    free(field);
    return status;
}

kl_status kl_mode_grid_create(int dimension, double ell, int reach, kl_mode_grid *grid,
                              kl_error *err)
{
    *grid = (kl_mode_grid){.dimension = dimension, .n = kl_mode_grid_points(reach), .ell = ell};
    grid->reach = (grid->n - 1) / 2;
    grid->columns = grid->n / 2 + 1;
    grid->rows = dimension == 3 ? grid->n * grid->n : grid->n;
    grid->modes = (size_t)grid->rows * (size_t)grid->columns;
    grid->cells = (size_t)grid->rows * (size_t)grid->n;
    return make_plan(grid, err);
}

void kl_mode_grid_destroy(kl_mode_grid *grid)
{
    if (grid->plan)
        fftw_destroy_plan(grid->plan);
    *grid = (kl_mode_grid){0};
}

int kl_mode_grid_wave(const kl_mode_grid *grid, int index)
{
    return index <= grid->n / 2 ? index : index - grid->n;
}

void kl_mode_grid_row(const kl_mode_grid *grid, int row, int index[2])
{
    index[0] = grid->dimension == 3 ? row / grid->n : row;
    index[1] = row % grid->n;
}

void kl_mode_grid_product(const kl_mode_grid *grid, double (*const axis[3])[2], double *re,
                          double *im)
{
    const int last = grid->dimension - 1;
    for (int row = 0; row < grid->rows; row++) {
        int index[2];
        kl_mode_grid_row(grid, row, index);
        double a = axis[0][index[0]][0], b = axis[0][index[0]][1];
        if (last == 2) {
            const double *other = axis[1][index[1]], c = a;
            a = c * other[0] - b * other[1];
            b = c * other[1] + b * other[0];
        }
        for (int j = 0; j < grid->columns; j++) {
            const double *inner = axis[last][j];
            re[row * grid->columns + j] = a * inner[0] - b * inner[1];
            im[row * grid->columns + j] = a * inner[1] + b * inner[0];
        }
    }
}

/* A plan is good for arrays as far from each other as those that it was made with. */
void kl_mode_grid_field(const kl_mode_grid *grid, double *spectrum, double *field)
{
    fftw_execute_split_dft_c2r(grid->plan, spectrum, spectrum + grid->modes, field);
}
