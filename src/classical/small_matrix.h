/* Matrices of d x d, d = 1, 2, 3, row major. Local. */
#ifndef KL_CLASSICAL_SMALL_MATRIX_H
#define KL_CLASSICAL_SMALL_MATRIX_H

double kl_small_determinant(int d, const double *m);
/* out = m^-1; not finite where there is none. out is not m. */
void kl_small_inverse(int d, const double *m, double *out);
/* out = a b, or a v of a vector. out is neither of them. */
void kl_small_product(int d, const double *a, const double *b, double *out);
void kl_small_apply(int d, const double *a, const double *v, double *out);
/* Negative eigenvalues of the symmetric part of m, by the signs of its leading minors (Jacobi):
 * none of which may be 0. */
int kl_small_negative(int d, const double *m);

#endif
