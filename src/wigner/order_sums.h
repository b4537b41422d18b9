/* Sums over the orders of an expansion psi = psi[0] + psi[1] + ... of a vector. */
#ifndef KL_WIGNER_ORDER_SUMS_H
#define KL_WIGNER_ORDER_SUMS_H

#include "dynamics/state.h"

/* overlap[n][n]: Re <psi[i], psi[j]>; remainder[n]: |whole - psi[0] - ... - psi[i]|^2. All of one
 * lattice and precision. Sums run in a fixed order: the same bits for any layout. Collective over
 * the group. KL_ENVIRONMENT: no memory. */
kl_status kl_order_sums(int n, const kl_state *psi, const kl_state *whole, double *overlap,
                        double *remainder, kl_error *err);

#endif
