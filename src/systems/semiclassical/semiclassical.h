/* i eps d/dt psi = (-eps^2/2 Laplacian + V) psi as eps goes to zero: the Wigner function of psi
 * against the Liouville equation.
 *
 * T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, sections 2 and 4.
 */
#ifndef KL_SYSTEMS_SEMICLASSICAL_H
#define KL_SYSTEMS_SEMICLASSICAL_H

#include "kinlim/system.h"

extern const kl_system kl_system_semiclassical;

#endif
