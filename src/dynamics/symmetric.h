/* Eigenvalues and eigenvectors of dense symmetric matrices of up to some thousand rows: Householder
 * reflections to a tridiagonal matrix and implicit QL steps on that (B. Parlett, The symmetric
 * eigenvalue problem, chapters 7 and 8). Own arithmetic rather than LAPACK's, as in
 * dynamics/orthonormal.h: the bits are the same for every instruction set, library and number of
 * threads. Local. */
#ifndef KL_DYNAMICS_SYMMETRIC_H
#define KL_DYNAMICS_SYMMETRIC_H

/* a[n][n], symmetric, is lost; value[n]: the eigenvalues, in no order, row k of v[n][n] the
 * eigenvector of the k-th. work[2 n]. */
void kl_symmetric_eigen(int n, double *a, double *value, double *v, double *work);

#endif
