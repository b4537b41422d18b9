/* Lower bounds on localization lengths from the departure from free motion:
 *
 *   i d/dt psi = (Delta + eta V) psi,  psi_0 = delta,  V(x) = omega_x <x>^-sigma,
 *   <x> = sqrt(1 + |x|^2),
 *   departure = ||exp(-itH) delta - exp(-it Delta) delta||^2
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (4.2)-(4.6). While E departure is
 * small at time t, localization lengths are at least of order t.
 */
#ifndef KL_SYSTEMS_LOCALIZATION_H
#define KL_SYSTEMS_LOCALIZATION_H

#include "kinlim/system.h"

extern const kl_system kl_system_localization;

#endif
