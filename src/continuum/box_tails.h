/* How much of a wave function lies near the ends of its box and of its grid's momenta: what says
 * that both hold it. */
#ifndef KL_CONTINUUM_BOX_TAILS_H
#define KL_CONTINUUM_BOX_TAILS_H

#include "continuum/box_grid.h"

typedef struct kl_box_tails { /* parts of |psi|^2; plain data */
    double edge;              /* in the outer 1/32 of the box */
    double band;              /* in the outer 1/16 of its momenta */
} kl_box_tails;

/* Raises *most to what psi has, where that is more. psi stays; u is a scratch array. Collective.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_box_tails_raise(const kl_box_grid *grid, const complex double *psi, complex double *u,
                             kl_box_tails *most, kl_error *err);

/* What that may have done to psi, in l2: all, and what is near the ends of the box alone. Local. */
double kl_box_tails_error(const kl_box_tails *tails);
double kl_box_edge_error(const kl_box_tails *tails);

#endif
