/* A periodic box of side l in d = 1, 2, 3 with n^d points, its wave functions and their Fourier
 * transform on the ranks of a group.
 *
 * Points x_i = (i - n/2) l/n, momenta p_k = 2 pi eps k/l, k = 0..n/2-1, -n/2..-1 as they are
 * stored. Arrays are complex and lie in planes of an outer axis, each plane with a middle and an
 * inner axis:
 *
 *   position   d = 1: [x_0]    d = 2: [x_0][x_1]    d = 3: [x_0][x_1][x_2]
 *   momentum   d = 1: [p_0]    d = 2: [p_1][p_0]    d = 3: [p_1][p_0][p_2]
 *
 * Planes are cut into slabs over the ranks; transforms leave the axes transposed, which saves half
 * of the communication, and do each line alone, so that values are the same to the bit on any
 * number of ranks. In d = 1 there is one rank. FFTW; its MPI transposition moves the planes.
 */
#ifndef KL_CONTINUUM_BOX_GRID_H
#define KL_CONTINUUM_BOX_GRID_H

#include "base/complex.h"
#include "kinlim/status.h"

#include <math.h>
#include <stdint.h>

typedef struct kl_layout {
    int axis[3];    /* outer, middle, inner; -1: there is none, of length 1 */
    int64_t n[3];   /* lengths on this rank; whole but for the outer one */
    int64_t planes; /* of all ranks; first..first+n[0]-1 are on this one */
    int64_t first;
} kl_layout;

typedef struct kl_box_grid {
    int dimension;
    int64_t sites; /* n, per axis */
    double side, spacing, eps;
    MPI_Comm comm; /* not owned */
    kl_layout position, momentum;
    size_t local;                   /* complex elements of an array, with room to transform */
    struct kl_box_transform *plans; /* owned */
    double *sum;                    /* owned: scratch of sums over planes */
} kl_box_grid;

/* n must be a multiple of 4, and in d = 1 comm one rank. Collective. KL_ENVIRONMENT: no memory,
 * FFTW failed. Free with destroy, on failure too. */
kl_status kl_box_grid_create(MPI_Comm comm, int dimension, int64_t sites, double side, double eps,
                             kl_box_grid *out, kl_error *err);
void kl_box_grid_destroy(kl_box_grid *grid);

/* A zeroed array; free with free(). Local. */
kl_status kl_box_array(const kl_box_grid *grid, complex double **out, kl_error *err);

/* In place, sum_x exp(-i p.x/eps) f(x) up to a sign in each p, and n^d times its inverse.
 * Collective. */
void kl_box_forward(const kl_box_grid *grid, complex double *f);
void kl_box_backward(const kl_box_grid *grid, complex double *f);

/* Coordinates of an axis. Local. */
double kl_box_position(const kl_box_grid *grid, int64_t i);
double kl_box_momentum(const kl_box_grid *grid, int64_t k);
static inline double kl_box_points(const kl_box_grid *grid) /* n^d */
{
    double all = 1;
    for (int j = 0; j < grid->dimension; j++)
        all *= (double)grid->sites;
    return all;
}
/* Largest |p_j| of the grid. */
static inline double kl_box_most_momentum(const kl_box_grid *grid)
{
    return M_PI * grid->eps / grid->spacing;
}

/* Bytes of an array on the largest of the ranks. Local. */
double kl_box_bytes(int dimension, int64_t sites, int ranks);
/* Seconds of a transform on one rank, roughly. Local. */
double kl_box_seconds(int dimension, int64_t sites);
/* The next multiple of 4 with factors 2, 3, 5 and 7 alone. Local. */
int64_t kl_box_good_length(double least);

/* ---- products and sums; tables are by axis, table[axis][n], NULL: 1 ---- */

/* psi_i *= phase_i. Local. */
void kl_box_product(int64_t n, const complex double *phase, complex double *psi);
/* f *= prod_j table_j: all of it, or plane a of this rank. Local. */
void kl_box_multiply(const kl_layout *layout, const complex double *const table[3],
                     complex double *f);
void kl_box_multiply_plane(const kl_layout *layout, const complex double *const table[3], int64_t a,
                           complex double *plane);
void kl_box_weigh(const kl_layout *layout, const double *const table[3], complex double *f);

/* sum conj(f) g prod_j table_j, the same bits on any number of ranks. Collective. */
complex double kl_box_sum(const kl_box_grid *grid, const kl_layout *layout, const complex double *f,
                          const complex double *g, const double *const table[3]);
/* sum |f|^2 v, v[local] real. Collective. */
double kl_box_mean(const kl_box_grid *grid, const complex double *f, const double *v);
/* sum |f - g|^2. Collective. */
double kl_box_distance(const kl_box_grid *grid, const complex double *f, const complex double *g);

/* out[n] = sum of |f|^2 over all axes but one. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_box_marginal(const kl_box_grid *grid, const kl_layout *layout, int axis,
                          const complex double *f, double *out, kl_error *err);

/* Calls visit for each point of this rank in position or momentum space, x or p of length 3.
 * Local. */
void kl_box_visit(const kl_box_grid *grid,
                  void (*visit)(void *context, int64_t i, const double x[3]), void *context);
void kl_box_visit_momenta(const kl_box_grid *grid,
                          void (*visit)(void *context, int64_t i, const double p[3]),
                          void *context);

#endif
