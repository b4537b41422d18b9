/* The constants of kinetic/fluctuations.h for a plane wave and observables b(V) uniform in space.
 * Private to this room. */
#ifndef KL_KINETIC_PLANE_FLUCTUATIONS_H
#define KL_KINETIC_PLANE_FLUCTUATIONS_H

#include "kinetic/fluctuation_problem.h"
#include "kinlim/status.h"

/* As of kl_fluctuations_solve(), without covariances between different quantities and times unless
 * they are asked for. Local. */
kl_status kl_plane_fluctuations(const kl_fluctuation_problem *problem, double *value, double *error,
                                kl_error *err);

/* Is Re J or Im J a function of the energy alone, and uniform in space? Its fluctuations vanish in
 * this order, whatever the start. *constant is not set on failure. Local. */
kl_status kl_is_function_of_energy(const kl_fluctuation_problem *problem, int quantity,
                                   bool *constant, kl_error *err);

#endif
