/* The weakly disordered Anderson model and its Boltzmann limit:
 *
 *   i d/dt psi = (Delta + eta V) psi,   (T, X) = eta^2 (t, x)
 *
 * T. Chen, J. Stat. Phys. 120 (2005) 279, Theorem 2.1; RIMS Kokyuroku
 * Bessatsu B21 (2010) 63, (2.8)-(2.10), Theorem 3.1 with (3.9)-(3.11); lecture notes (2011),
 * (5.11)-(5.13).
 */
#ifndef KL_SYSTEMS_ANDERSON_H
#define KL_SYSTEMS_ANDERSON_H

#include "kinlim/system.h"

extern const kl_system kl_system_anderson;

#endif
