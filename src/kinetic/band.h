/* Sums over the band of e(k): nodes in the energy, each with the resolvent G(E+i0) (departure.h)
 * and the mean square velocity of its shell; and nodes in the momentum, each with G(e(k)) and its
 * speed.
 *
 *   int dk f(e(k))              = sum weight f(E)
 *   int dk f(e(k), |w(k)|)      = sum weight f(E, speed),   w_j = -2 sin 2 pi k_j
 *
 * for functions that are the same at E and -E; the nodes are at E >= 0. Double exponential rules
 * between the van Hove energies. Local. */
#ifndef KL_KINETIC_BAND_H
#define KL_KINETIC_BAND_H

#include "kinlim/status.h"

#include <stdbool.h>

typedef struct kl_band {
    int dimension, n;
    double *weight, *energy, *re, *im; /* [n] */
    double *square;                    /* [n]: <|w|^2> of the shell; NULL: not asked for */
} kl_band;

/* `half`: half the nodes between two van Hove energies. KL_ENVIRONMENT: no memory. Free on failure
 * too. */
kl_status kl_band_create(int dimension, int half, bool squares, kl_band *band, kl_error *err);
/* The one node of a start of one momentum, with `square`; *first: its own |w|^2. KL_INPUT: e(p) is
 * a van Hove energy where G is singular. Free on failure too. */
kl_status kl_band_at(int dimension, const double momentum[3], kl_band *band, double *first,
                     kl_error *err);
void kl_band_destroy(kl_band *band);

typedef struct kl_momentum {
    double weight, re, im, speed;
} kl_momentum;

typedef void (*kl_momentum_visit)(const kl_momentum *at, void *context);

/* Calls visit at each node, (2 half + 1)^2 in d = 2. */
kl_status kl_momenta_visit(int dimension, int half, kl_momentum_visit visit, void *context,
                           kl_error *err);

#endif
