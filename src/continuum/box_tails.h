/* How near to the ends of its grid a wave function comes. */
#ifndef KL_CONTINUUM_BOX_TAILS_H
#define KL_CONTINUUM_BOX_TAILS_H

#include "continuum/box_grid.h"

/* The parts of |psi|^2 in the outer 1/32 of the box and in the outer 1/16 of its momenta, summed
 * over the axes. u[local] and line[n] are scratch. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_box_tails(const kl_box_grid *grid, const complex double *psi, complex double *u,
                       double *line, double *edge, double *band, kl_error *err);

#endif
