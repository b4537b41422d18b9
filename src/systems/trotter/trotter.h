/* The path integral: products of N time slices against the exact kernel, and van Vleck's sum over
 * classical paths.
 *
 * T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, section 3.
 */
#ifndef KL_SYSTEMS_TROTTER_H
#define KL_SYSTEMS_TROTTER_H

#include "kinlim/system.h"

extern const kl_system kl_system_trotter;

#endif
