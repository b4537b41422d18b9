/* The number of points of a grid in the continuum: given by the study, or what the momenta that psi
 * comes to and the windows of observables need. Local. */
#ifndef KL_PARTS_PHASE_SITES_H
#define KL_PARTS_PHASE_SITES_H

#include "classical/window.h"
#include "kinlim/config.h"

typedef struct kl_phase_sites {
    const char *small; /* the key whose values make grids large, and the value here */
    double eps;        /* of momenta, p = 2 pi eps k/side */
    int dimension;
    double side;
    double arrays; /* complex ones that the run holds, for messages */
} kl_phase_sites;

/* *sites = 0: 1.2 times the momenta up to `most`, of all of psi, are resolved, and the windows.
 * Else the study's number: it must be a multiple of 4 and resolve those up to `certain`. KL_INPUT,
 * in the keys `sites` and `small`. */
kl_status kl_keys_phase_sites(const kl_node *root, const kl_phase_sites *grid, int nobservables,
                              const kl_phase_observable *observable, double certain, double most,
                              int64_t *sites, kl_error *err);

#endif
