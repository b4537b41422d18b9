/* Oracle: the linear Boltzmann equation mode by mode as a scalar Volterra
 * equation with a closed-form kernel (Bessel functions). Independent of the
 * program: includes nothing of it.
 *
 *   m(T) = exp(-(2 pi N + 2 pi i xi.v(p)) T) + 2 pi int_0^T K(T-s) m(s) ds
 *   K(tau) = exp(-2 pi N tau) S(0, xi tau)
 *   S(m, q) = int dU delta(e(U)-E) exp(2 pi i m.U) exp(-2 pi i q.v(U))
 *           = (1/2 pi) int ds exp(-isE) prod_j i^m_j J_mj(A_j) exp(i m_j phi_j),
 *   A_j = 2 sqrt(s^2 + (2 pi q_j)^2),  phi_j = atan2(2 pi q_j, s)
 *
 * with a flat-top window in s. Good to about 1e-12 where the energy is at least
 * 0.01 from the van Hove energies; the cost grows like one over that distance.
 */
#ifndef ORACLE_VOLTERRA_H
#define ORACLE_VOLTERRA_H

#include <complex.h>

/* S(m, q), which is real. d = 2 or 3, q in units of length. */
double oracle_shell(int d, double energy, const int m[3], const double q[3]);

/* N(E) = S(0, 0). */
double oracle_density(int d, double energy);

/* N(E) in d = 3 at |E| = 2 too: one angle over K(k)/(2 pi^2), by Gauss. */
double oracle_density_convolution(double energy);

/* int dU exp(2 pi i m.U) F(xi, U, T) of a start of unit mass at p. */
double complex oracle_mode(int d, const double p[3], const double xi[3], double time,
                           const int m[3]);

/* Gauss-Legendre nodes and weights on [a, b]. */
void oracle_gauss(int n, double a, double b, double *x, double *w);

#endif
