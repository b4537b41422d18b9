/* The discrete Fourier transform of one vector on the slabs of a group, with the same bits for any
 * layout:
 *
 *   forward   f^(k) = sum_x exp(-2 pi i k.x) f(x)
 *   backward  the inverse, 1/L^d included
 *
 * Every line of sites is transformed by itself by one plan of FFTW, which therefore does not see
 * the layout (FFTW-MPI, in fft.h, does). Lines of axis 0 are shared out over the ranks.
 */
#ifndef KL_LATTICE_TRANSFORM_H
#define KL_LATTICE_TRANSFORM_H

#include "lattice/lattice.h"

#include <complex.h>

typedef struct kl_transform {
    const kl_lattice *lattice;        /* not owned */
    struct kl_transform_plans *plans; /* owned */
    double complex *line, *packed;    /* owned: lines of axis 0; what is sent */
    int64_t first, count;             /* lines of axis 0 of this rank, of lattice->plane */
    int *counts;                      /* [4 ranks]: of an exchange */
} kl_transform;

/* Collective over the group; destroy is local and takes zeros. KL_ENVIRONMENT: no memory, FFTW. */
kl_status kl_transform_create(const kl_lattice *lattice, kl_transform *out, kl_error *err);
void kl_transform_destroy(kl_transform *transform);

/* In place: data[kl_lattice_local()], without ghosts, in position and in momentum space in the same
 * slabs. Collective. */
void kl_transform_forward(kl_transform *transform, double complex *data);
void kl_transform_backward(kl_transform *transform, double complex *data);

/* Bytes of one on the largest rank. Local. */
double kl_transform_bytes(int dimension, double sites, int ranks);

#endif
