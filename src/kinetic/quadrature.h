/* Gauss-Legendre (base/gauss_legendre.h) and double exponential rules, interpolation at Chebyshev
 * points. Local. */
#ifndef KL_KINETIC_QUADRATURE_H
#define KL_KINETIC_QUADRATURE_H

#include "base/gauss_legendre.h"

/* Node i of n Chebyshev points of the first kind on [low, high], increasing. */
double kl_chebyshev_node(int n, double low, double high, int i);

/* row[i]: the polynomial that is 1 at node i and 0 at the others, at x. */
void kl_chebyshev_row(int n, double low, double high, double x, double *row);

/* Node i = -n..n of the double exponential rule on an interval of that length (H. Takahasi, M.
 * Mori, Publ. RIMS 9 (1974) 721), for integrands that are analytic inside: `near` from the left end
 * where i < 0, else from the right one. Its weight is scale * *weight. */
void kl_double_exponential(int n, int i, double length, double *near, double *weight);
double kl_double_exponential_scale(int n, double length);

#endif
