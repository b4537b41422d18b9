/* The `propagator` key: by which method a state is evolved, and how precisely. Local. */
#ifndef KL_PARTS_PROPAGATOR_H
#define KL_PARTS_PROPAGATOR_H

#include "kinlim/config.h"
#include "dynamics/state.h"

/* What kl_keys_propagator() reads from the top of a study. */
extern const kl_key kl_propagator_map[], kl_machine_table[];

typedef enum kl_method { KL_CHEBYSHEV_METHOD, KL_STRANG_METHOD, KL_FOURTH_ORDER_METHOD } kl_method;

typedef struct kl_propagator {
    kl_method method;
    kl_precision precision;
    double tolerance; /* relative l2 error of psi_t, rounding included */
    size_t cache;     /* the `cache` key in bytes: changes no result; 0: tiles are tried */
} kl_propagator;

kl_status kl_keys_propagator(kl_node *root, kl_propagator *out, kl_error *err);
/* KL_INPUT if the tolerance is below twice `rounding`, the worst of the points. */
kl_status kl_keys_tolerance(kl_node *root, const kl_propagator *propagator, double rounding,
                            kl_error *err);

#endif
