/* Oracle: one mode of the linear Boltzmann equation with a cross-section as one dense system on its
 * own points of the energy shell. Independent of the program: includes nothing of it.
 *
 *   f'(V) = -(Gamma(V) + 2 pi i xi.v) f(V) + 2 pi int dU delta(e(U) - E) S(V - U) f(U)
 *   S(q) = prod_j [1 + 2 sum_{n > 0} c_n cos(2 pi n q_j)]
 *
 * The shell in polar coordinates about U = 0, which a convex one allows: E > 2 d - 4. A trapezoid
 * rule in the angle and, in d = 3, Gauss in the cosine of the other; the beam is a point more. */
#ifndef ORACLE_DENSE_H
#define ORACLE_DENSE_H

#include <complex.h>

/* int dU exp(2 pi i m.U) F(xi, U, T) of a start of unit mass at p, c[reach + 1], c[0] = 1. */
double complex oracle_directed(int d, const double p[3], const double xi[3], double time,
                               const int m[3], int reach, const double *c);

#endif
