/* Eigenvalues and eigenvectors of a small Hermitian matrix, by Jacobi's rotations. Local. */
#ifndef KL_CONTINUUM_HERMITIAN_H
#define KL_CONTINUUM_HERMITIAN_H

#include "base/complex.h"

/* a[n][n] = sum_m value_m u_m u_m^+, u_m[i] = vector[i n + m]; a becomes diagonal. */
void kl_hermitian_solve(int n, complex double *a, double *value, complex double *vector);

#endif
