/* The Boltzmann equation from starts spread over the energy shells: S not linear,
 * and one site. Private; boltzmann.c calls it. */
#ifndef KL_KINETIC_SPREAD_H
#define KL_KINETIC_SPREAD_H

#include "kinetic/ladder.h"
#include "kinetic/start.h"

/* Local. What bent starts need first: the points of a rung, and the energies that they reach;
 * to be destroyed in any case. */
kl_status kl_spread_prepare(const kl_plan *plan, const kl_rung *rung, kl_start *start,
                            kl_energies *energies, kl_error *err);
kl_status kl_spread_energies(const kl_plan *plan, const kl_rung *rung, kl_energies *energies,
                             kl_error *err); /* the same for one site */

/* Collective over comm; as kl_boltzmann_solve, with room for the values of the rung below. */
kl_status kl_spread_solve(MPI_Comm comm, const kl_plan *plan, kl_pace *pace, double *value,
                          double *before, double *error, char *note, kl_error *err);

#endif
