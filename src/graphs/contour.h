/* The trapezoidal rule on an ellipse around the spectrum [-2d, 2d]:
 *
 *   oint dz/(2 pi i) f(z) exp(-itz) = sum_j weight_j f(z_j) exp(-it z_j) + error,
 *   z = a cosh(rho + i theta),  weight = a sinh(rho + i theta)/M,  rho = asinh(beta/(at)).
 *
 * f is analytic off the spectrum, so the error is about exp(-M rho) from within, where poles of
 * higher order add powers of M/(2dt), and exp(min over s > 0 of 2dt sinh(rho + s) - M s) from
 * without; M is chosen to make the latter the lesser. |exp(-itz)| reaches exp(beta), and so do the
 * roundings of one such rule. With f exp(-itz) dz = sum_k c_k exp(ik theta) the error from within
 * is c_-M, the sum over nodes times i^j is c_(-M/4), and the two are some exp(-3 M rho/4) apart.
 * All is local.
 */
#ifndef KL_GRAPHS_CONTOUR_H
#define KL_GRAPHS_CONTOUR_H

#include "kinlim/status.h"

#include <complex.h>

typedef struct kl_contour {
    int nodes;                  /* M, a multiple of 4; node M - j is the conjugate of node j */
    double gain;                /* |c_-M| next to |c_(-M/4)|, with the powers of M */
    double outside;             /* the error from without next to the value */
    double complex *z, *weight; /* theta_j = 2 pi j/M */
    double complex *shifted, *shifted_weight; /* theta_j = 2 pi (j + 1/2)/M; conjugate M - 1 - j */
} kl_contour;

/* What a contour is made for. */
typedef struct kl_contour_request {
    int dimension;
    double time;      /* the latest, > 0 */
    double tolerance; /* of the error next to values of order 1 */
    int rules;        /* 1, or 2 for a double integral */
    int order;        /* collisions on one line, at most */
} kl_contour_request;

/* KL_ENVIRONMENT: no memory. */
kl_status kl_contour_create(kl_contour_request request, kl_contour *out, kl_error *err);
void kl_contour_destroy(kl_contour *contour);

/* M alone. */
int kl_contour_nodes(kl_contour_request request);

#endif
