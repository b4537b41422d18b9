/* The path of N time slices from y to x, dt = t/N, d = 1, 2, 3:
 *
 *   x_(k+1) = 2 x_k - x_(k-1) - dt^2 grad V(x_k),   x_0 = y, x_N = x,
 *
 * where the sliced action is stationary. Its second variation is, times dt, the block tridiagonal
 * matrix M of 2 - dt^2 D^2 V(x_k), k = 1..N-1, and -1 (T. Chen, Semiclassical scaling limits of
 * quantum dynamics, 2011, (3.21)-(3.30), (3.24) with its sign). With J_k = dx_k/dx_1, det M = det
 * J_N, and M has as many negative eigenvalues as its pivots J_(k+1) J_k^-1. Local.
 */
#ifndef KL_CLASSICAL_SLICED_PATH_H
#define KL_CLASSICAL_SLICED_PATH_H

#include "classical/paths.h"

typedef struct kl_sliced_path {
    double determinant; /* of M */
    int negative;       /* its negative eigenvalues */
    double lie, strang; /* actions: potential at the start of each slice; half at both ends */
} kl_sliced_path;

/* The one that is found by Newton's steps from a path with that momentum. False: none is. */
bool kl_sliced_path_find(const kl_smooth *potential, const kl_path_ends *ends, int n,
                         const double momentum[3], kl_sliced_path *out);

#endif
