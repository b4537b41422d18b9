/* The key `observables` of systems in the continuum: J(x,p) = a(x) b(p), and the energy. Local. */
#ifndef KL_PARTS_PHASE_OBSERVABLES_H
#define KL_PARTS_PHASE_OBSERVABLES_H

#include "classical/window.h"
#include "kinlim/system.h"

/* What kl_keys_phase_observables() reads from the top of a study. */
extern const kl_key kl_phase_observables_table[];
/* What kl_keys_phase_observable() reads from an entry of a list. */
extern const kl_key kl_phase_observable_table[];

enum { KL_MOST_DEGREE = 4 }; /* of polynomials */

typedef struct kl_phase_observables { /* arrays owned by it */
    int n;
    kl_phase_observable *observable; /* [n] */
    const char **name;               /* [n] */
} kl_phase_observables;

/* One of them. KL_INPUT, as below. */
kl_status kl_keys_phase_observable(kl_node *node, int64_t dimension, const kl_reals *eps,
                                   double side, kl_phase_observable *out, kl_error *err);

/* KL_INPUT, also where a Gaussian in x and p is narrower than the largest eps allows in a box of
 * that side. Free on failure too. */
kl_status kl_keys_phase_observables(kl_node *root, int64_t dimension, const kl_reals *eps,
                                    double side, kl_phase_observables *out, kl_error *err);
void kl_phase_observables_free(kl_phase_observables *observables);

#endif
