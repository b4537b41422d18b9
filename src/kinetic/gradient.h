/* V = grad S(X) of a problem, X unwrapped, and how V changes. Private; local. */
#ifndef KL_KINETIC_GRADIENT_H
#define KL_KINETIC_GRADIENT_H

#include "kinetic/problem.h"
#include "kinlim/status.h"

/* V = p + A X + the gradients of terms and waves; 0 beyond the dimension. */
void kl_gradient_at(const kl_kinetic_problem *problem, const double x[3], double v[3]);

/* dV/dz at X + z direction, z = 0: the Hessian of S times `direction`. */
void kl_gradient_slope(const kl_kinetic_problem *problem, const double x[3],
                       const double direction[3], double out[3]);

/* A symmetric matrix whose null space are directions along which V is the same everywhere. */
void kl_gradient_span(const kl_kinetic_problem *problem, double span[3][3]);

#endif
