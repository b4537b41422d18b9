/* Real fields on a torus as half spectra, and their values on a grid, by FFTW:
 *
 *   f(X) = sum_k f_k exp(2 pi i k.X/ell),   f_{-k} = conj f_k,   X = ell i/n
 *
 * Spectra are stored as two arrays, Re and Im, [n]^(d-1) rows of n/2 + 1 columns, k of the last
 * axis >= 0. Local. */
#ifndef KL_KINETIC_MODE_GRID_H
#define KL_KINETIC_MODE_GRID_H

#include "kinlim/status.h"

#include <stddef.h>

typedef struct kl_mode_grid {
    int dimension, n;
    int reach; /* modes with |k_j| > reach are to be zero */
    int rows, columns;
    size_t modes, cells; /* rows columns, n^d */
    double ell;
    void *plan; /* FFTW's */
} kl_mode_grid;

/* At least 2 reach + 1 points on each axis, a product of small primes. KL_ENVIRONMENT: memory. */
kl_status kl_mode_grid_create(int dimension, double ell, int reach, kl_mode_grid *grid,
                              kl_error *err);
void kl_mode_grid_destroy(kl_mode_grid *grid);

/* How many points that will be. */
int kl_mode_grid_points(int reach);

/* k of an index 0..n-1 along an axis. */
int kl_mode_grid_wave(const kl_mode_grid *grid, int index);
/* The indices along the axes of a row. index[dimension - 1] */
void kl_mode_grid_row(const kl_mode_grid *grid, int row, int index[2]);
/* out[modes] = prod_j axis[j][index_j], Re and Im; 0 beyond the reach. axis[j][n] */
void kl_mode_grid_product(const kl_mode_grid *grid, double (*const axis[3])[2], double *re,
                          double *im);

/* The field's values field[cells] from its half spectrum[2][modes], all Re before all Im, which is
 * lost. */
void kl_mode_grid_field(const kl_mode_grid *grid, double *spectrum, double *field);

#endif
