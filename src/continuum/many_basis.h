/* Orbitals in d = 1 that move, and H of N fermions in them.
 *
 *   H = sum_j [T_j + U(x_j)] + N^-1 sum_(i<j) V(x_i - x_j) = sum_j [T_j + U(x_j) + W(x_j)] + R,
 *
 * W = V * rho, rho that of the N first orbitals, each 1/N. The orbitals phi_k(t), k < K, begin as
 * the lowest ones of the trap x^2/2, moved, and go by T + U + W, which is Hartree's equation for
 * the N first; R acts on the coefficients of the determinants (determinants.h) alone:
 *
 *   R = sum_(p,q) A_pq b_p^+ b_q,
 *   A_(ij,kl) = (h_ik d_jl + d_ik h_jl - h_il d_jk - d_il h_jk)/(N - 1) + (v_ijkl - v_ijlk)/N, h =
 * -W.
 *
 * U, W and R are functions of the positions and commute, and densities do not change by them: a
 * kick by U + V is exact but for the projection on K orbitals. Everything lies on a box
 * (box_grid.h, one rank), V at the unwrapped difference. Local. */
#ifndef KL_CONTINUUM_MANY_BASIS_H
#define KL_CONTINUUM_MANY_BASIS_H

#include "classical/window.h"
#include "continuum/box_grid.h"

typedef struct kl_many_basis {
    int particles, orbitals;
    double displacement;
    kl_box_grid grid;
    double *potential, *mean, *line; /* [sites] U, W; [2 sites - 1] V; owned */
    complex double *scratch;         /* [3][sites]; owned */
    double *parts;         /* [K (K + 1) + 4][sites]: scratch, real and imaginary; owned */
    complex double *h, *v; /* [K][K], [K^2][K^2]; owned */
    complex double *a;     /* [pairs][pairs], the A of the last call; owned */
} kl_many_basis;

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_many_basis_create(int particles, int orbitals, double displacement, double side,
                               int64_t sites, const kl_smooth *potential,
                               const kl_smooth *interaction, kl_many_basis *out, kl_error *err);
void kl_many_basis_destroy(kl_many_basis *basis);

/* phi[K][sites] at time 0, sums of squares 1. */
void kl_many_basis_start(const kl_many_basis *basis, complex double *phi);

/* exp(-i dt T/hbar); W of phi; exp(-i dt (U + W)/hbar). */
void kl_many_basis_drift(const kl_many_basis *basis, double dt, complex double *phi);
void kl_many_basis_field(kl_many_basis *basis, const complex double *phi);
void kl_many_basis_kick(const kl_many_basis *basis, double dt, complex double *phi);

/* f[sites] = V * g. */
void kl_many_basis_convolve(const kl_many_basis *basis, const complex double *g, complex double *f);

/* V * (conj(phi_j) phi_l) of the first K orbitals for j <= l, by l and then j: real and imaginary
 * parts, [K (K + 1)/2][2][sites]. They last until the next call here. */
const double *kl_many_basis_fields(kl_many_basis *basis, int K, const complex double *phi);
/* sums of f_re g_re, f_im g_im, f_re g_im, f_im g_re; n is a multiple of 4. */
void kl_many_products(int64_t n, const double *f_re, const double *f_im, const double *g_re,
                      const double *g_im, double out[4]);

/* basis->a: of R; of H itself. */
void kl_many_basis_residual(kl_many_basis *basis, const complex double *phi);
void kl_many_basis_whole(kl_many_basis *basis, const complex double *phi);

/* out[K][K] = <phi_i| f |phi_k> of the first K orbitals, f of position or of momentum. */
void kl_many_window(const kl_many_basis *basis, int K, const complex double *phi,
                    const kl_window *f, bool momentum, complex double *out);

#endif
