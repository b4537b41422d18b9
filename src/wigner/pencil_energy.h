/* The energy of the potential of a state in pencils (lattice/pencil_parts.h), where it lies. */
#ifndef KL_WIGNER_PENCIL_ENERGY_H
#define KL_WIGNER_PENCIL_ENERGY_H

#include "dynamics/state.h"

/* sum_x omega_x |psi(x)|^2 with the bits of kl_potential_energy(): each row of a plane has its
 * eight partial sums, which the ranks that share it complete one after the other. omega is a pencil
 * too. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_pencil_energy(const kl_state *psi, const float *omega, double *value, kl_error *err);

#endif
