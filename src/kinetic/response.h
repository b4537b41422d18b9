/* How far a gas of fermions in a random potential is from quasifree, to leading order. With site
 * vectors f_i at x_i, M_ij = <f_j, gamma_t f_i> of a realization and G_ij its limit,
 *
 *   M = G + eta sum_x omega_x A_x + ...,
 *   A_x,ij = i int_0^inf ds {conj(a_j) b_i - conj(b_j) a_i}(s,x),                        (1)
 *   a_i(s,x) = int dp exp(2 pi i p.(x-x_i) - i s E(p)),  b_i: the same with F_T(p):
 *
 * only the last collisions matter, between which the motion is free. Hence
 *
 *   E det M / det E M - 1 = eta^2 q + ...,   q = 1/2 sum_x [(tr B_x)^2 - tr B_x^2],
 *   B_x = G^-1 A_x                                                                       (2)
 *
 * in d = 3, where the integrals converge. (1) is done on a lattice that the vectors do not leave,
 * with smooth ends of s from which q is extrapolated; the change to the next one is the error.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (5.44)-(5.49). */
#ifndef KL_KINETIC_RESPONSE_H
#define KL_KINETIC_RESPONSE_H

#include "kinetic/gas.h"

enum { KL_MOST_SITES = 6 };

/* value[n - 1], error: q of the first r sites, r = 1..n <= KL_MOST_SITES (0 for r = 1), at a time
 * T; distinct sites within a few of each other. Collective over comm, whose ranks share the
 * integration. KL_ENVIRONMENT: no memory, FFTW. */
kl_status kl_gas_response(MPI_Comm comm, const kl_gas *gas, double time, int n,
                          const int (*site)[3], double *value, double *error, kl_error *err);

/* Seconds on one core, roughly. */
double kl_gas_response_seconds(void);

#endif
