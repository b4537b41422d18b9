/* The random potential V(x) = omega_x of a study: the `disorder` key, and its realizations. */
#ifndef KL_PARTS_POTENTIAL_H
#define KL_PARTS_POTENTIAL_H

#include "kinlim/config.h"
#include "lattice/disorder.h"

/* What the two functions below read from the top of a study. */
extern const kl_key kl_disorder_map[], kl_disorders_map[];

typedef struct kl_disorder_keys {
    int distribution; /* kl_distribution */
    uint64_t seed;
} kl_disorder_keys;

kl_status kl_keys_disorder(kl_node *root, kl_disorder_keys *out, kl_error *err);
/* The same for systems that take several: *list, owned by the config; the first in *out. */
kl_status kl_keys_disorders(kl_node *root, kl_disorder_keys *out, kl_ints *list, kl_error *err);

/* A realization on this rank's sites; omega[kl_lattice_local()]. A point's random numbers are
 * named by eta, its sites and dimension, and `more` (0: none), whatever it is to the system:
 * what has the same has the same potential. Local. */
void kl_potential_draw(const kl_disorder_keys *keys, int distribution, double eta,
                       const double *more, int64_t realization, const kl_lattice *lattice,
                       float *omega);

#endif
