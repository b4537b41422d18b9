/* The trapezoidal rule on an ellipse around the spectrum [-2d, 2d]:
 *
 *   oint dz/(2 pi i) f(z) exp(-itz) = sum_j weight_j f(z_j) exp(-it z_j) + error,
 *   z = 2d cosh(rho + i theta),  weight = 2d sinh(rho + i theta)/M,  rho = asinh(beta/(2dt)).
 *
 * f is analytic off the spectrum, so the error is exp(-M rho) from within and, at best over s > 0,
 * exp(2dt sinh(rho + s) - M s) from without; |exp(-itz)| reaches exp(beta). All is local.
 */
#ifndef KL_GRAPHS_CONTOUR_H
#define KL_GRAPHS_CONTOUR_H

#include "base/error.h"

#include <complex.h>

typedef struct kl_contour {
    int nodes;    /* M, even; node M - j is the conjugate of node j */
    double decay; /* M rho */
    double complex *z, *weight;               /* theta_j = 2 pi j/M */
    double complex *shifted, *shifted_weight; /* theta_j = 2 pi (j + 1/2)/M; conjugate M - 1 - j */
} kl_contour;

/* For times up to `time` > 0 and an error of about `tolerance` next to f = 1, rounding included for
 * a product of two such rules. KL_ENVIRONMENT: no memory. */
kl_status kl_contour_create(int dimension, double time, double tolerance, kl_contour *out,
                            kl_error *err);
void kl_contour_destroy(kl_contour *contour);

/* M alone. */
int kl_contour_nodes(int dimension, double time, double tolerance);

#endif
