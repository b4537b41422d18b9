/* Kernels of products of time slices below an energy, in d = 1:
 *
 *   K(x, y) = <x| A f(H) |y>,   H = -hbar^2/2 d^2/dx^2 + V,   f(e) = exp(-(e/E)^16),
 *
 * A = exp(-i t H/hbar) by Chebyshev polynomials, or a product of n slices. psi = f(H) delta_y lies
 * in a box that it does not leave, on a grid that holds its momenta: the grid is chosen here.
 * Local. */
#ifndef KL_CONTINUUM_FILTERED_KERNEL_H
#define KL_CONTINUUM_FILTERED_KERNEL_H

#include "classical/smooth.h"
#include "continuum/box_grid.h"

#include <stdbool.h>

typedef struct kl_filtered {
    const kl_smooth *potential; /* not owned */
    double E, hbar, y;
    kl_box_grid grid;
    double *v;
    double low, high;                          /* of H on the grid */
    complex double *start, *psi, *u, *w, *sum; /* start = f(H) delta_y */
} kl_filtered;

/* The side of the box that a kernel between y and x up to time t needs, and its points. */
void kl_filtered_size(const kl_smooth *potential, double E, double hbar, double y, double x,
                      double t, double *side, int64_t *sites);

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_filtered_create(const kl_smooth *potential, double E, double hbar, double y, double x,
                             double t, kl_filtered *out, kl_error *err);
void kl_filtered_destroy(kl_filtered *kernel);

/* K(t, x, y), and what it may be off by: an estimate from what psi has at the ends of the box and
 * of the momenta. KL_ENVIRONMENT: no memory. */
kl_status kl_filtered_exact(kl_filtered *kernel, double t, double x, complex double *value,
                            double *error, kl_error *err);
/* Of (exp(-i dt H0/hbar) exp(-i dt V/hbar))^n, or with V halved at both ends of each slice. */
void kl_filtered_slices(kl_filtered *kernel, double t, int64_t n, bool strang, double x,
                        complex double *value, double *error);

#endif
