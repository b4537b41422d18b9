/* Density of states and spectral function of the Anderson model H = Delta + eta V, both smoothed
 * with a Lorentzian of half width gamma:
 *
 *   rho(E)  = -Im tr (E + i gamma - H)^-1 / (pi L^d),
 *   A(k, E) = -Im <k|(E + i gamma - H)^-1|k>/pi,
 *
 * by Chebyshev moments (dynamics/chebyshev_moments.h); the trace by random vectors of entries +-1
 * (M. Hutchinson, Commun. Stat. Simul. 18 (1989) 1059). In weak disorder, z = E + i gamma,
 *
 *   A -> -Im 1/(z - e(k) - eta^2 G(z))/pi,   rho -> -Im G(z - eta^2 G(z))/pi,
 *
 * G the free resolvent: on the shell a Lorentzian of half width eta^2 pi N(E) + gamma.
 */
#ifndef KL_SYSTEMS_SPECTRAL_H
#define KL_SYSTEMS_SPECTRAL_H

#include "kinlim/system.h"

extern const kl_system kl_system_spectral;

#endif
