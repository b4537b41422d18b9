/* Feynman graphs of E<J, W^(n,m)>, one by one (graphs/amplitude.h): every contraction of n vertices
 * on the line of conj(psi_0) and m on that of psi_0, its class, and its amplitude by contour
 * integrals, on the torus, for observables of momentum alone. Deterministic.
 *
 * On r lines of n + m vertices each, for the r-th moment of <J, W^(n,m)>: how many graphs there are
 * of each class (graphs/lines.h), and the sum of the disconnected ones, (E<J, W^(n,m)>)^r.
 */
#ifndef KL_SYSTEMS_FEYNMAN_H
#define KL_SYSTEMS_FEYNMAN_H

#include "kinlim/system.h"

extern const kl_system kl_system_graphs;

#endif
