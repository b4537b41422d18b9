/* The expansion of the Anderson model in its disorder, and the kinetic limits of its orders:
 *
 *   psi = sum_{n<=N} psi^(n) + R_N,   i d/dt psi^(n) = Delta psi^(n) + eta V psi^(n-1),
 *   (T, X) = eta^2 (t, x)
 *
 * T. Chen, J. Stat. Phys. 120 (2005) 279; RIMS Kokyuroku Bessatsu B21 (2010) 63, sections 2.3
 * and 3.2.
 */
#ifndef KL_SYSTEMS_EXPANSION_H
#define KL_SYSTEMS_EXPANSION_H

#include "kinlim/system.h"

extern const kl_system kl_system_expansion;

#endif
