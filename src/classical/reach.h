/* How far the flow takes a start. Local. */
#ifndef KL_CLASSICAL_REACH_H
#define KL_CLASSICAL_REACH_H

#include "classical/liouville.h"

/* The largest |x_j| and |p_j| from time 0 to the last one, of points at most `deviations` standard
 * deviations from the packets, in x and in p - grad S, whose deviation is eps/(2 s). Points that
 * come to |x_j| > most are followed no further. *x is INFINITY where one runs away.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_classical_reach(const kl_liouville *l, double eps, double deviations, double most,
                             double *x, double *p, kl_error *err);

/* Deviation s of a packet at eps. */
double kl_wkb_width(const kl_wkb *packet, double eps);

#endif
