/* The keys `potential` and `interaction`: a sum of monomials, waves and Gaussians, or the values of
 * a file. Local. */
#ifndef KL_PARTS_SMOOTH_KEYS_H
#define KL_PARTS_SMOOTH_KEYS_H

#include "classical/smooth.h"
#include "kinlim/config.h"

/* What kl_keys_potential() reads from the top of a study. */
extern const kl_key kl_potential_map[];
/* What kl_keys_interaction() reads from there. */
extern const kl_key kl_interaction_map[];
/* An entry of a list `gaussians`. */
extern const kl_key kl_gaussian_table[];

/* Arrays owned by *out. KL_INPUT: also where the values of a file, on the periodic box of that
 * side, are no smooth periodic function to the relative accuracy. Free on failure too. */
kl_status kl_keys_potential(kl_node *root, int64_t dimension, double side, double accuracy,
                            kl_smooth *out, kl_error *err);
/* The key `interaction`: as potential, but for the file; V(-x) = V(x) or KL_INPUT. */
kl_status kl_keys_interaction(kl_node *root, int64_t dimension, kl_smooth *out, kl_error *err);
kl_status kl_keys_gaussians(const kl_nodes *gaussians, int64_t dimension, kl_smooth *out,
                            kl_error *err);
void kl_keys_smooth_free(kl_smooth *f);

#endif
