/* Eigenvalues and eigenvectors of small dense symmetric matrices, by Jacobi's rotations in cyclic
 * order: slower than LAPACK, but the bits are its own arithmetic's alone. Local. */
#ifndef KL_DYNAMICS_SYMMETRIC_H
#define KL_DYNAMICS_SYMMETRIC_H

/* a[n][n], symmetric: its diagonal becomes the eigenvalues, in no order; row k of v[n][n] the
 * eigenvector of the k-th. */
void kl_symmetric_eigen(int n, double *a, double *v);

#endif
