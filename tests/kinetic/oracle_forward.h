/* Oracle: a start |h(X)|^2 delta(V - p - A X), A diagonal, in energy-resolved forward
 * form, d = 3, modes along the first axis. Needs oracle_volterra.c; includes nothing
 * of the program.
 *
 *   m_E(T) = exp(-2 pi N T) rho_E(0, T) + 2 pi int_0^T K_E(T-s) m_E(s) ds
 *   rho_E(m, tau) = (1/2 pi) int ds exp(-isE) prod_j M_j(s),
 *   M_j = sum_n i^n J_n(A_j) exp(2 pi i (n + m_j) p_j - i n phi_j) g^(xi_j - A_jj (n + m_j))
 *
 * with A_j, phi_j of oracle_volterra.h at q_j = xi_j tau, g^ the transform of |h|^2, and
 * K_E an integral over one angle of the density of states of d = 2. The integral over E
 * is cut at the van Hove energies and graded towards them.
 */
#ifndef ORACLE_FORWARD_H
#define ORACLE_FORWARD_H

#include <complex.h>

/* int dX dU exp(2 pi i mode U_1) exp(-2 pi i xi X_1) F(X,U,T); |h|^2 normal around 0. */
double complex oracle_forward(const double p[3], const double hessian[3], double width, double xi,
                              double time, int mode);

/* The same for F_0 = delta(X) and V uniform. */
double complex oracle_site(double xi, double time, int mode);

#endif
