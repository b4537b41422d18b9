/* One lattice vector psi, real and imaginary parts apart: since H is real, its
 * polynomials act on each as an independent real chain.
 */
#ifndef KL_DYNAMICS_STATE_H
#define KL_DYNAMICS_STATE_H

#include "lattice/lattice.h"

#include <stdbool.h>

typedef struct kl_state {
    const kl_lattice *lattice; /* not owned */
    kl_precision precision;
    void *re, *im; /* lattice arrays, ghosts included (not kept valid) */
    bool real;     /* im is zero everywhere: a real start costs half */
    bool pencil;   /* it lies as a pencil (lattice/pencil_parts.h), not as a slab */
} kl_state;

/* Zeroed; takes the array places (kl_lattice_array) place and place + 1. Local. */
kl_status kl_state_create_at(const kl_lattice *lattice, kl_precision precision, int place,
                             kl_state *out, kl_error *err);
/* The same at place 0. */
kl_status kl_state_create(const kl_lattice *lattice, kl_precision precision, kl_state *out,
                          kl_error *err);
void kl_state_destroy(kl_state *state);

/* Copies n elements from element `from` of a part (re or im, ghosts counted) to
 * doubles, or the other way. Local. */
void kl_state_load(kl_precision precision, const void *part, int64_t from, int64_t n, double *to);
void kl_state_store(kl_precision precision, void *part, int64_t from, int64_t n,
                    const double *values);

/* Copies the vector, a slab; both of one lattice and precision. Local. */
void kl_state_copy(const kl_state *from, kl_state *to);

#endif
