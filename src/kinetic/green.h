/* The free lattice resolvent off the real axis,
 *
 *   G(z) = int dU / (z - e(U)),   Im z > 0,   e(U) = 2 sum_j cos(2 pi U_j),
 *
 * and with it the average resolvent of weak disorder to second order, whose self-energy is
 * eta^2 G(z) (docs/localization.md): G_k(z) = 1/(z - e(k) - eta^2 G(z)), and its integral over k,
 * G(z - eta^2 G(z)).
 *
 * d = 1: (z^2 - 4)^(-1/2). d = 2: 1/(z M), M the arithmetic-geometric mean of 1 and
 * (1 - 16/z^2)^(1/2) (T. Morita, J. Math. Phys. 12 (1971) 1744). d = 3: the trapezoidal rule over
 * the third axis, which converges geometrically, the integrand being analytic for |Im| < Im z.
 * Local.
 */
#ifndef KL_KINETIC_GREEN_H
#define KL_KINETIC_GREEN_H

#include "base/complex.h"

/* Dimension 1, 2 or 3; to about 1e-13 for Im z >= 1e-4. */
double complex kl_green(int dimension, double complex z);

#endif
