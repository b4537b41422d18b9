/* N fermions with a mean-field interaction, hbar = N^(-1/d), against the Vlasov equation.
 *
 * T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, section 6.
 */
#ifndef KL_SYSTEMS_VLASOV_SYSTEM_H
#define KL_SYSTEMS_VLASOV_SYSTEM_H

#include "kinlim/system.h"

extern const kl_system kl_system_vlasov;

#endif
