/* Gauss-Legendre rules (gauss_legendre.h) and interpolation at Chebyshev points. Local. */
#ifndef KL_KINETIC_QUADRATURE_H
#define KL_KINETIC_QUADRATURE_H

#include "base/gauss_legendre.h"

/* Node i of n Chebyshev points of the first kind on [low, high], increasing. */
double kl_chebyshev_node(int n, double low, double high, int i);

/* row[i]: the polynomial that is 1 at node i and 0 at the others, at x. */
void kl_chebyshev_row(int n, double low, double high, double x, double *row);

#endif
