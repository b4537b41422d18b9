/* The inverse localization length gamma of the Anderson model on a chain, by
 * products of transfer matrices:
 *
 *   psi(n+1) + psi(n-1) + V(n) psi(n) = E psi(n),
 *   gamma = lim (1/N) log |(psi(N+1), psi(N))|,  V of variance W^2/12
 *
 * (W is the width of box disorder). To lowest order in W, whatever the
 * distribution: gamma = W^2/(96 (1 - E^2/4)) inside the band (D. J. Thouless,
 * in Ill-condensed matter, Les Houches 1978), but at its centre 1/gamma =
 * 12 (Gamma(1/4)/Gamma(3/4))^2/W^2 = 105.045/W^2 (M. Kappus, F. Wegner, Z. Phys. B
 * 45 (1981) 15; B. Derrida, E. Gardner, J. Physique 45 (1984) 1283).
 */
#ifndef KL_SYSTEMS_LYAPUNOV_H
#define KL_SYSTEMS_LYAPUNOV_H

#include "kinlim/system.h"

extern const kl_system kl_system_lyapunov;

#endif
