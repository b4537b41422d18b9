/* The Husimi function of the start, carried by the flow:
 *
 *   H_0(x,p) = |<g_xp, psi_0>|^2/(2 pi eps)^d,
 *   g_xp(y) = (pi eps)^(-d/4) exp(-(y - x)^2/(2 eps) + i p.y/eps),   psi_0 = h exp(i S/eps),
 *
 * which is W_0 smeared by eps/2 in x and in p. It is non-negative, and its flow differs from
 * <J,W_t> by O(eps). The work is that of an integral over 2 d dimensions. */
#ifndef KL_CLASSICAL_HUSIMI_FLOW_H
#define KL_CLASSICAL_HUSIMI_FLOW_H

#include "classical/liouville.h"

/* int H_0 J o Phi_t, as kl_liouville_reference(). Collective over comm. */
kl_status kl_liouville_husimi(MPI_Comm comm, const kl_liouville *l, double eps, double *value,
                              double *error, bool *reached, kl_error *err);

#endif
