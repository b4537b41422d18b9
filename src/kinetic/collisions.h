/* The solution of the Boltzmann equation collision by collision: the part of F_T that has
 * collided exactly k times, for a start on one energy shell. */
#ifndef KL_KINETIC_COLLISIONS_H
#define KL_KINETIC_COLLISIONS_H

#include "kinetic/boltzmann.h"

/* Collective over comm. Fills, on every rank, value[it][k][io][2] = Re, Im of
 *
 *   Lambda_k = exp(2 pi N(E) T) <J_io, k-collision part of F_T>,   k = 0..most,  E = e(p),
 *
 * and error[it][k][io], its estimated absolute error; `tolerance` is wanted of each. Lambda_k
 * is of size (2 pi N T)^k/k!; sum_k exp(-2 pi N T) Lambda_k = <J,F_T>. `note` and failures as of
 * kl_boltzmann_solve(); KL_INPUT besides: S other than p.X, a start on one site. */
kl_status kl_boltzmann_collisions(MPI_Comm comm, const kl_kinetic_problem *problem, int most,
                                  double *value, double *error, char *note, kl_error *err);

#endif
