/* Keys that several parts read: a name, a width, a centre, vectors of as many numbers as the
 * lattice has axes. Local; failures are KL_INPUT and name the key of `node`. */
#ifndef KL_PARTS_PLAIN_KEYS_H
#define KL_PARTS_PLAIN_KEYS_H

#include "kinlim/config.h"

extern const kl_key kl_width_table[];  /* read by kl_keys_width() */
extern const kl_key kl_center_table[]; /* read by kl_keys_center() */

/* `width`, macroscopic. */
kl_status kl_keys_width(kl_node *node, double *width, kl_error *err);
/* `center`, macroscopic; the origin where it is not given. Entries beyond the dimension are 0. */
kl_status kl_keys_center(kl_node *node, int64_t dimension, double center[3], kl_error *err);

/* A list must have one number an axis. */
kl_status kl_keys_count(const kl_node *node, const char *key, int n, int64_t dimension,
                        kl_error *err);
/* Copies such a list; an absent one leaves zeros. */
kl_status kl_keys_vector(const kl_node *node, const char *key, const kl_reals *list,
                         int64_t dimension, double out[3], kl_error *err);
/* Copies such a list, which must be there; entries beyond the dimension stay. */
kl_status kl_keys_integers(const kl_node *node, const char *key, const kl_ints *list,
                           int64_t dimension, int out[3], kl_error *err);

/* KL_INPUT unless `name`, the key `name` of the map, has 1 to `longest` letters, digits, _ or -. */
kl_status kl_keys_name(const kl_node *node, const char *name, int longest, kl_error *err);

#endif
