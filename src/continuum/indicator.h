/* The part of |psi|^2 in a box of positions, or of its transform in a box of momenta. */
#ifndef KL_CONTINUUM_INDICATOR_H
#define KL_CONTINUUM_INDICATOR_H

#include "classical/window.h"
#include "continuum/box_grid.h"

/* psi stays; u is a scratch array. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_indicator_mean(const kl_box_grid *grid, bool momenta, const kl_window *box,
                            const complex double *psi, complex double *u, double *value,
                            kl_error *err);

#endif
