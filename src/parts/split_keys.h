/* The key `propagator` of systems in the continuum: by which splitting psi is evolved. Local. */
#ifndef KL_PARTS_SPLIT_KEYS_H
#define KL_PARTS_SPLIT_KEYS_H

#include "classical/smooth.h"
#include "continuum/split_step.h"
#include "kinlim/config.h"

/* What kl_keys_split() reads from the top of a study. */
extern const kl_key kl_split_map[];

typedef struct kl_split_keys {
    kl_split_method method;
    double tolerance;           /* l2 error of psi at the last time */
    double omega[3], center[3]; /* of harmonic */
} kl_split_keys;

/* The method and its tolerance. KL_INPUT. */
kl_status kl_keys_split(kl_node *root, kl_split_keys *out, kl_error *err);
/* Where the method is harmonic: what V is. KL_INPUT unless it is a sum of parabolas, one for each
 * axis. */
kl_status kl_keys_harmonic(kl_node *root, const kl_smooth *potential, kl_split_keys *out,
                           kl_error *err);

#endif
