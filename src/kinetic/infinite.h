/* Infinite space as a torus so large that nothing meets its own images. Private. */
#ifndef KL_KINETIC_INFINITE_H
#define KL_KINETIC_INFINITE_H

#include "kinetic/problem.h"
#include "kinlim/status.h"

/* The side ell of the torus, ell/2 >= |X0 - c|_inf + 2 T + z sqrt(s^2 + w^2) for every
 * observable (|v_j| <= 2), and a bound on what images then add to each <J,F_T>.
 * KL_INPUT: a wave, or a plane wave under a position that is not uniform. Local. */
kl_status kl_infinite_side(const kl_kinetic_problem *problem, double *ell, double *bound,
                           kl_error *err);

#endif
