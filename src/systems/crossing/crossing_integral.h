/* Crossing integrals of three resolvents (graphs/crossing.h) as eps falls,
 *
 *   I(u) = int dp dq 1/(|e(p) - E_1 - i eps| |e(q) - E_2 - i eps| |e(u - p - q) - E_3 - i eps|),
 *
 * one point for each eps and triple of energies. Deterministic, without stations.
 *
 * Errors. Each value v of the torus of L sites is compared with v' of L', about L/2 and L/4. Along
 * one axis 1/|e(p) - E - i eps| is analytic for |Im 2 pi p_j| < kappa = asinh(eps/2), so r(x) and
 * the weight of periodic images fall like exp(-kappa L), and the relative error of all values is
 * put at
 *
 *   2 max |v - v'|/|v| exp(-kappa (L - L')), at least 1e-14,
 *
 * the max over both L' and the values of the point, of which one alone may be near its v' by
 * chance: images oscillate. The sup is over the grid (1/L) Z^d, and its error that of I at argmax.
 */
#ifndef KL_SYSTEMS_CROSSING_H
#define KL_SYSTEMS_CROSSING_H

#include "kinlim/system.h"

extern const kl_system kl_system_crossing;

#endif
