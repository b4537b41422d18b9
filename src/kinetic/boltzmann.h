/* The linear Boltzmann equation on the macroscopic torus, by PETSc.
 *
 *   dF/dT + v(V).grad_X F = 2 pi int dU delta(e(U)-e(V)) [F(X,U) - F(X,V)]
 *   e(V) = 2 sum_j cos(2 pi V_j),   v_j(V) = -2 sin(2 pi V_j)
 *   F_0 = |h(X)|^2 delta(V - grad S(X)),   S = p.X + X.A.X/2 + terms + waves
 *
 * This room is the check of the quantum evolution: it includes nothing of
 * `lattice`, `dynamics` or `wigner`. PETSc with real or complex scalars.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.11)-(2.12); lecture notes (2011),
 * (5.14)-(5.15). */
#ifndef KL_KINETIC_BOLTZMANN_H
#define KL_KINETIC_BOLTZMANN_H

#include "kinetic/problem.h"
#include "kinlim/status.h"

/* Collective over comm. Fills, on every rank, value[it][io][2] = Re, Im of
 * <J_io, F_T> (no conjugate on J) and error[it][io] = its estimated absolute
 * error from refinement of everything that was discretised. Near a van Hove
 * energy the tolerance may not be reached: that is no failure, and `error`
 * tells. `note` (256 bytes, may be empty) says so in words.
 * Where S is not p.X, X is not periodic: |h|^2 and S are those of the unwrapped X.
 * KL_INPUT: dimension 1; S = p.X and p at a point where v and the shell degenerate
 * so that no solution exists (e.g. the band edge); a wave in infinite space.
 * KL_ENVIRONMENT: PETSc failed. KL_STOPPED, on all ranks: the problem's `stop` said so. */
kl_status kl_boltzmann_solve(MPI_Comm comm, const kl_kinetic_problem *problem, double *value,
                             double *error, char *note, kl_error *err);

/* Local. *seconds: what kl_boltzmann_solve() will take on one core, within a factor 3 or so as a
 * rule where two rungs of its ladder will do, for a core of 2.6 GHz; a start may be hard
 * and take more rungs. Takes milliseconds, up to a second for starts of a million points. Fails
 * as the solve does. */
kl_status kl_boltzmann_cost(const kl_kinetic_problem *problem, double *seconds, kl_error *err);

/* Start and end of PETSc; collective over MPI_COMM_WORLD, once, after
 * MPI_Init. PETSc's own error text, signal handlers and options are off. */
kl_status kl_petsc_begin(const char *options, kl_error *err); /* of PETSc, e.g. "-log_view"; NULL */
void kl_petsc_end(void);
const char *kl_petsc_version(void); /* e.g. "3.18.5 (complex)" */

#endif
