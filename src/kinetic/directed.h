/* The Boltzmann equation with a cross-section that depends on the momentum transfer, for a start on
 * one energy shell: a collision does not forget the direction (scattering.h).
 *
 * A mode's uncollided part u and its scattered part f obey
 *
 *   u' = -(Gamma(p) + 2 pi i xi.v(p)) u,    f' = -(Gamma + 2 pi i xi.v - K) f + K(V, p) u,
 *
 * one linear system whose Krylov space from u alone (Arnoldi) holds the solution up to a time, with
 * an error that falls faster than exponentially in its size: the product of the subdiagonal times
 * T^k/k!. Private to this room. */
#ifndef KL_KINETIC_DIRECTED_H
#define KL_KINETIC_DIRECTED_H

#include "kinetic/tables.h"

/* Collective over the communicator of the plan's watch, with the problem's `correlation`. One solve
 * at one resolution: value[it][io][2] and the steps[it] taken up to each time. r->rate becomes
 * Gamma(p). KL_ENVIRONMENT: memory, PETSc. KL_STOPPED on all ranks. */
kl_status kl_directed_solve(const kl_plan *plan, kl_resolution *r, double *value, int *steps,
                            kl_error *err);

/* Local. Nanoseconds of a solve on one core of 2.6 GHz, roughly; `rounds`: of the steps in time. */
double kl_directed_cost(const kl_plan *plan, const kl_resolution *r, double rounds);

#endif
