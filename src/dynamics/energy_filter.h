/* Polynomials of H on a vector, as Chebyshev series p(H) = sum_k c_k T_k(H/R), k <= K; among them
 * those that are large near an energy and small everywhere else: with H = R cos(theta)
 *
 *   p = D(theta - theta_0) + D(theta + theta_0),
 *   D(phi) = T_2K(cos(phi/2)/cos(phi_s/2)) / T_2K(1/cos(phi_s/2)),
 *
 * the window of C. Dolph (Proc. IRE 34 (1946) 335): of all trigonometric polynomials of degree K
 * that are 1 at phi = 0, the one that is least for |phi| >= phi_s, about 2 exp(-K phi_s) there.
 *
 * Double precision, on one rank, the same bits for every instruction set. All functions are local.
 */
#ifndef KL_DYNAMICS_ENERGY_FILTER_H
#define KL_DYNAMICS_ENERGY_FILTER_H

#include "dynamics/hamiltonian.h"

typedef struct kl_energy_filter {
    double radius;       /* R, kl_hamiltonian_radius() */
    int degree;          /* K, 3 mod 4 */
    double *coefficient; /* [K + 1] */
} kl_energy_filter;

/* to = p(H) from, kl_lattice_local() sites each, which may be the same; `array`: three of the
 * lattice (kl_lattice_array), for work. */
void kl_energy_filter_apply(const kl_energy_filter *p, const kl_hamiltonian *h,
                            double *const array[3], const double *from, double *to);

/* The same in parts: begin, steps until `done` is the degree, end. steps() does at most `most`
 * more, a multiple of 4, and gives how many are done; 0 are at the beginning. */
void kl_energy_filter_begin(const kl_hamiltonian *h, double *const array[3], const double *from);
int kl_energy_filter_steps(const kl_energy_filter *p, const kl_hamiltonian *h,
                           double *const array[3], int done, int most);
void kl_energy_filter_end(const kl_hamiltonian *h, double *const array[3], double *to);

enum { KL_MOST_DEGREE = 1000000000 };

/* K of the window that is `gain` times larger at energies up to `inner` from E than at those beyond
 * `outer` (up to a factor of two, where both terms count). E is inside (-R, R), inner < outer. At
 * most KL_MOST_DEGREE, roughly, which nobody can wait for. */
int kl_energy_filter_degree(double radius, double energy, double inner, double outer, double gain);
/* Its coefficients into p, which has R, K and room for them; work[4 (K + 1)]. Takes about
 * 6 K^2 operations. */
void kl_energy_filter_window(kl_energy_filter *p, double energy, double inner, double outer,
                             double *work);

#endif
