/* The Boltzmann densities beside the fields of a study (marginals.h), smoothed as the fields
 * are: by `width` in X and mu/(4 pi width) in V. */
#ifndef KL_PARTS_BOLTZMANN_FIELDS_H
#define KL_PARTS_BOLTZMANN_FIELDS_H

#include "parts/kinetic_start.h"
#include "parts/marginals.h"

/* out->field; `problem` without a start. Collective over comm. Failures as of
 * kl_boltzmann_phase_space(). */
kl_status kl_boltzmann_fields(const kl_packets *packets, const kl_marginals *marginals,
                              const kl_lattice_point *point, const kl_kinetic_problem *problem,
                              MPI_Comm comm, kl_limit_values *out, kl_error *err);

/* Seconds of all fields on one rank, of a problem with a start; those that cannot be told left out.
 * Local. */
double kl_boltzmann_fields_seconds(const kl_marginals *marginals, const kl_lattice_point *point,
                                   const kl_kinetic_problem *problem);

#endif
