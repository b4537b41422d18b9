/* The Boltzmann equation from starts spread over the energy shells: S not linear,
 * and one site. Private; boltzmann.c calls it. */
#ifndef KL_KINETIC_SPREAD_H
#define KL_KINETIC_SPREAD_H

#include "kinetic/plan.h"

/* Collective over comm; as kl_boltzmann_solve, with room for the values of the rung below. */
kl_status kl_spread_solve(MPI_Comm comm, const kl_plan *plan, kl_pace *pace, double *value,
                          double *before, double *error, char *note, kl_error *err);

#endif
