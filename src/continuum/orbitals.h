/* N orthonormal orbitals on a periodic box, in blocks over the ranks of a group.
 *
 * Each orbital is whole on one rank; a block of them, whose limits do not depend on the number of
 * ranks, lies on one rank too. Sums over orbitals go in order within a block and then over blocks:
 * the same bits on any number of ranks. sum |phi_j|^2 = 1 over the points of the grid. */
#ifndef KL_CONTINUUM_ORBITALS_H
#define KL_CONTINUUM_ORBITALS_H

#include "continuum/box_grid.h"

typedef struct kl_orbitals {
    kl_box_grid grid;          /* of this rank alone; owned */
    MPI_Comm comm;             /* not owned */
    int64_t all, first, count; /* N; those of this rank */
    int blocks, first_block, block_count;
    double *sums; /* [block_count][points]; owned: scratch */
    double *sum;  /* [points]; owned: scratch */
} kl_orbitals;

/* eps is hbar. Collective. KL_ENVIRONMENT: no memory, FFTW failed. Free with destroy, which is
 * local, on failure too. */
kl_status kl_orbitals_create(MPI_Comm comm, int dimension, int64_t sites, double side, double eps,
                             int64_t all, kl_orbitals *out, kl_error *err);
void kl_orbitals_destroy(kl_orbitals *o);

/* More ranks have nothing to do. */
int64_t kl_orbitals_most_ranks(int64_t all);
/* The largest number of orbitals on a rank. */
int64_t kl_orbitals_of_rank(int64_t all, int ranks);
int64_t kl_orbitals_points(const kl_orbitals *o); /* n^d */

/* Zeroed phi[count][grid.local]; free with free(). Local. */
kl_status kl_orbitals_array(const kl_orbitals *o, complex double **phi, kl_error *err);
static inline complex double *kl_orbital(const kl_orbitals *o, complex double *phi, int64_t j)
{
    return phi + (size_t)j * o->grid.local; /* j counts from this rank's first one */
}

/* The lowest orbitals of -eps^2 Laplacian/2 + |x - center|^2/2: d = 1: N of them; d = 2, 3: those
 * of the lowest shells, N = K (K + 1)/2, K (K + 1) (K + 2)/6. Local. KL_ENVIRONMENT: no memory. */
kl_status kl_orbitals_start(const kl_orbitals *o, const double center[3], complex double *phi,
                            kl_error *err);
/* K where N orbitals are whole shells; else 0, and in *below, *above the nearest numbers that are.
 * Local. */
int64_t kl_orbitals_shells(int dimension, int64_t all, int64_t *below, int64_t *above);

/* sum[n] of value[block_count][n] of each rank; spare[n] is scratch. Collective. */
void kl_orbitals_sum(const kl_orbitals *o, int64_t n, double *value, double *spare, double *sum);
/* Which of those blocks orbital j of this rank is in. Local. */
int kl_orbitals_block(const kl_orbitals *o, int64_t j);
/* mean[n] of value[count][n], one row for each orbital. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_orbitals_mean(const kl_orbitals *o, int64_t n, const double *value, double *mean,
                           kl_error *err);
/* rho = sum_j |phi_j|^2/N, [points], the same on every rank. Collective. */
void kl_orbitals_density(const kl_orbitals *o, const complex double *phi, double *rho);
/* sqrt(sum_j ||phi_j - other_j||^2/N). Collective. */
double kl_orbitals_distance(const kl_orbitals *o, const complex double *phi,
                            const complex double *other);

/* out[all][grid.local]: those of every rank. Collective. */
void kl_orbitals_gather(const kl_orbitals *o, const complex double *phi, complex double *out);
/* The largest |<phi_i, phi_j> - delta_ij|. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_orbitals_defect(const kl_orbitals *o, const complex double *phi, double *defect,
                             kl_error *err);

#endif
