/* N fermions in d = 1 in the orbitals of the trap x^2/2, moved:
 *
 *   H = sum_j [p_j^2/2 + U(x_j)] + N^-1 sum_(i<j) V(x_i - x_j)
 *     = sum_(p,q) A_pq b_p^+ b_q   (determinants.h),
 *   A_(ij,kl) = (h_ik d_jl + d_ik h_jl - h_il d_jk - d_il h_jk)/(N - 1) + (v_ijkl - v_ijlk)/N,
 *
 * phi_k the functions of Hermite of width sqrt(hbar) around the displacement, whose momenta are
 * distributed as they are around 0. Integrals are sums over points, which converge faster than any
 * power of their distance. Local. */
#ifndef KL_CONTINUUM_MANY_BASIS_H
#define KL_CONTINUUM_MANY_BASIS_H

#include "base/complex.h"
#include "classical/smooth.h"
#include "classical/window.h"

#include <stdint.h>

typedef struct kl_many_basis {
    int orbitals;
    int64_t points;
    double hbar, displacement;
    double low, spacing; /* x_i - displacement = low + i spacing, centred */
    double *function;    /* [orbitals][points], sum of squares 1; owned */
} kl_many_basis;

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_many_basis_create(int orbitals, double hbar, double displacement, kl_many_basis *out,
                               kl_error *err);
void kl_many_basis_destroy(kl_many_basis *basis);

/* phi_0..phi_(K-1) at x, each [1]: not times the root of a spacing. */
void kl_many_basis_at(const kl_many_basis *basis, double x, double *value);

/* A[pairs][pairs]; free with free(). KL_ENVIRONMENT: no memory. */
kl_status kl_many_matrix(const kl_many_basis *basis, int particles, const kl_smooth *potential,
                         const kl_smooth *interaction, double **out, kl_error *err);

/* out[K][K] = <phi_i| f |phi_k>, f of position or of momentum. */
void kl_many_window(const kl_many_basis *basis, const kl_window *f, bool momentum,
                    complex double *out);

#endif
