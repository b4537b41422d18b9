/* Do two packets of a superposition interfere? Local. */
#ifndef KL_CLASSICAL_OVERLAP_H
#define KL_CLASSICAL_OVERLAP_H

#include "classical/liouville.h"

/* int dx h_1 h_2 exp(-(w |p_1 - p_2|/eps)^2/2) of packets of norm 1, p = grad S and
 * w^-2 = (w_1^-2 + w_2^-2)/2: |<psi_1, psi_2>| for linear S, an estimate otherwise (the phase turns
 * once along w where momenta differ by eps/w). As eps goes to 0: int h_1 h_2 where p_1 = p_2, what
 * the limit, a sum over packets, leaves out. */
double kl_wkb_overlap(const kl_wkb *one, const kl_wkb *two, double eps);

#endif
