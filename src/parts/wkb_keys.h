/* The key `initial` of systems in the continuum: psi = h exp(i S/eps), a coherent state, or a
 * superposition of several. Local. */
#ifndef KL_PARTS_WKB_KEYS_H
#define KL_PARTS_WKB_KEYS_H

#include "classical/liouville.h"
#include "kinlim/config.h"

/* What kl_keys_wkb() reads from the top of a study. */
extern const kl_key kl_wkb_map[];
/* The same for the tree of keys of a system that may do without it. */
extern const kl_key kl_wkb_optional_map[];

typedef struct kl_wkb_packets { /* arrays owned by it */
    int n;
    kl_wkb *packet; /* [n]; all coherent or none */
} kl_wkb_packets;

/* KL_INPUT. Free on failure too. */
kl_status kl_keys_wkb(kl_node *root, int64_t dimension, kl_wkb_packets *out, kl_error *err);
void kl_keys_wkb_free(kl_wkb_packets *packets);

#endif
