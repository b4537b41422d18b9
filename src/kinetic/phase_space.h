/* Densities on one axis of phase space from the Boltzmann equation, smoothed as a
 * Husimi function is:
 *
 *   f(X,V) = ell^-1 sum_k sum_m S_k s_m exp(2 pi i (k X/ell + m V)) conj <J_km, F_T>,
 *   J_km = exp(2 pi i (k X_j/ell + m V_j)),
 *   S_k = exp(-2 (pi k width/ell)^2),  s_m = exp(-2 (pi m spread)^2),
 *
 * the marginal of F_T in (X_j, V_j) smoothed by normal densities of standard deviation
 * `width` in X and `spread` in V; or its marginal in X_j or in V_j alone.
 */
#ifndef KL_KINETIC_PHASE_SPACE_H
#define KL_KINETIC_PHASE_SPACE_H

#include "kinetic/problem.h"
#include "kinlim/status.h"

typedef struct kl_phase_space {
    int axis;             /* j: 0, 1, ... */
    double width, spread; /* of the smoothing; 0: none */
    int npositions;       /* 0: the marginal in V */
    const double *position;
    int nmomenta; /* 0: the marginal in X; else spread > 0 */
    const double *momentum;
} kl_phase_space;

/* value[ntimes][npositions or 1][nmomenta or 1] on every rank, and error[ntimes]: its estimated
 * largest absolute error. Of the problem, observables are ignored, and its tolerance is
 * that of each <J,F_T>. Without smoothing in X the envelope must be one whose transform falls
 * off. `note` and failures as of kl_boltzmann_solve(). Collective over comm. */
kl_status kl_boltzmann_phase_space(MPI_Comm comm, const kl_kinetic_problem *problem,
                                   const kl_phase_space *wanted, double *value, double *error,
                                   char *note, kl_error *err);

/* Local. As kl_boltzmann_cost(). */
kl_status kl_boltzmann_phase_space_cost(const kl_kinetic_problem *problem,
                                        const kl_phase_space *wanted, double *seconds,
                                        kl_error *err);

#endif
