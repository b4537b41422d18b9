/* Do packets of a superposition interfere? Local. */
#ifndef KL_DYNAMICS_INTERFERENCE_H
#define KL_DYNAMICS_INTERFERENCE_H

#include "dynamics/initial.h"

/* How much two packets, gaussian or bump, interfere,
 *
 *   int dX |h_1 h_2| exp(-2 (pi w |V_1 - V_2|/mu)^2),   w^-2 = (w_1^-2 + w_2^-2)/2,
 *
 * V = grad S mod 1: |<psi_1, psi_2>| for Gaussians and linear S, an estimate otherwise. At
 * mu = 0 what is left in the limit: int |h_1 h_2| where V_1 = V_2. Images are not seen. */
double kl_interference(const kl_initial *one, const kl_initial *two, int dimension, double mu);

#endif
