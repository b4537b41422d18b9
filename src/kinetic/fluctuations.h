/* The fluctuations of <J,W_T> over the disorder, in leading order: for a start h(X) exp(2 pi i p.X
 * /mu) on one energy shell, d = 2 or 3, and real J, K
 *
 *   Cov(<J,W_T>, <K,W_T'>) -> C eta^(2(d-1)),
 *
 *   C = int_0^T dS_1 int_0^T' dS_2 exp(-g |S_1 - S_2|) int dX int int Re[F_tau(X,dV;S) conj
 *       F_tau(X,dU;S)] [J(X,V) - J(X,U)]_(T - S_1 to go) [K(X,V) - K(X,U)]_(T' - S_2 to go),
 *
 * S = min(S_1, S_2), tau = |S_1 - S_2|, g = 2 pi N(E), F_tau(.;S) the solution of the Boltzmann
 * equation at time S from h(X - v(p) tau) conj h(X) delta(V - p), J with t to go the adjoint
 * solution. Whatever the distribution of the disorder. docs/results/fluctuations.md derives it. */
#ifndef KL_KINETIC_FLUCTUATIONS_H
#define KL_KINETIC_FLUCTUATIONS_H

#include "kinetic/fluctuation_problem.h"
#include "kinlim/status.h"

#include <mpi.h>

/* value[n][n] and error[n][n], n = ntimes nquantities, on every rank: C and its estimated absolute
 * error from refinement of everything that was discretised (0 where C is not asked for). The
 * tolerance is relative to C, of a covariance to the root of the two variances' product; where it
 * is not reached, note (256 bytes) says so. Plane waves with observables uniform in space: closed
 * form. Collective over comm. KL_INPUT: there is no such limit, the message says why. KL_STOPPED.
 * KL_ENVIRONMENT. */
kl_status kl_fluctuations_solve(MPI_Comm comm, const kl_fluctuation_problem *problem, double *value,
                                double *error, char *note, kl_error *err);

/* Seconds of that on one core of 2.6 GHz, within a factor of 3 or so. Local. */
double kl_fluctuations_seconds(const kl_fluctuation_problem *problem);

#endif
