/* Kernels of products of time slices below an energy, d = 1, 2, 3:
 *
 *   K(x, y) = <x| A f(H) |y>,   H = -hbar^2/2 Laplacian + V,   f(e) = exp(-(e/E)^16),
 *
 * A = exp(-i t H/hbar) by Chebyshev polynomials, or a product of n slices. psi = f(H) delta_y lies
 * in a box that it does not leave, on a grid that holds its momenta. Functions are collective over
 * the communicator unless they say local; in d = 1 it is one rank.
 *
 * T. Chen, lecture notes on semiclassical scaling limits (2011), (3.5)-(3.20). */
#ifndef KL_CONTINUUM_FILTERED_KERNEL_H
#define KL_CONTINUUM_FILTERED_KERNEL_H

#include "classical/smooth.h"
#include "continuum/split_step.h"

typedef struct kl_filter {      /* a kernel, and its grid */
    const kl_smooth *potential; /* not owned */
    double E, hbar, from[3];
    double side;
    int64_t sites;
} kl_filter;

/* Fills in the grid of a kernel from `from` to x up to time t: its side too where that is 0, in
 * d = 1. Local. */
void kl_filter_size(kl_filter *filter, const double x[3], double t);
/* Bytes of the largest of the ranks. Local. */
double kl_filter_bytes(int dimension, int64_t sites, int ranks);

typedef struct kl_filtered {
    kl_filter filter;
    kl_box_grid grid;
    double *v, *kinetic;                       /* V; |p|^2/2 over the points */
    double low, high;                          /* of H on the grid */
    complex double *start, *psi, *u, *w, *sum; /* start = f(H) delta_y */
    bool started;                              /* it is known */
    kl_split_steps slice;
} kl_filtered;

/* KL_ENVIRONMENT: no memory. KL_INPUT: H is too wide. Free with destroy, which is local, on
 * failure too. */
kl_status kl_filtered_create(const kl_filter *filter, MPI_Comm comm, kl_filtered *out,
                             kl_error *err);
void kl_filtered_destroy(kl_filtered *kernel);

/* K(t, x, y), and what it may be off by: an estimate from what psi has at the ends of the box and
 * of the momenta. KL_ENVIRONMENT: no memory. KL_INPUT: t is too long for a series. */
kl_status kl_filtered_exact(kl_filtered *kernel, double t, const double x[3], complex double *value,
                            double *error, kl_error *err);
/* psi of (exp(-i dt H0/hbar) exp(-i dt V/hbar))^n, or with V halved at both ends of each slice:
 * `count` of them behind the first *done, to the same bits in any stretches; with *done = 0 it
 * begins. psi and *done are all there is to go on from. And its value at x. */
kl_status kl_filtered_slices(kl_filtered *kernel, double t, int64_t n, bool strang, int64_t count,
                             int64_t *done, kl_error *err);
kl_status kl_filtered_value(kl_filtered *kernel, const double x[3], complex double *value,
                            double *error, kl_error *err);

#endif
