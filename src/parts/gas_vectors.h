/* Vectors whose evolution gives the momentum distribution of a gas (gas_start.h):
 *
 *   psi^(q) = sqrt(J(q)) exp(i theta_q),   exp(i theta) independent roots of unity of order 1024,
 *   E_theta of L^-d sum_p b(p) |psi^_t(p)|^2 = <b>_t:
 *
 * a vector stands for all momenta, without noise at t = 0; or one momentum after the other. With an
 * envelope psi is multiplied by g. The key `vectors`.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (5.25)-(5.32). */
#ifndef KL_PARTS_GAS_VECTORS_H
#define KL_PARTS_GAS_VECTORS_H

#include "dynamics/state.h"
#include "lattice/transform.h"
#include "parts/gas_start.h"

/* What kl_gas_vectors_read() reads from the top of a study. */
extern const kl_key kl_gas_vectors_table[];

enum { KL_MOST_MOMENTA = 4096 }; /* that can be evolved one by one */

typedef struct kl_gas_vectors {
    bool all;      /* every momentum by itself */
    int64_t count; /* else: random phases */
} kl_gas_vectors;

/* KL_INPUT. Local. */
kl_status kl_gas_vectors_read(kl_node *root, const kl_lattice_points *points, kl_gas_vectors *out,
                              kl_error *err);

/* How many at a point. Local. */
int64_t kl_gas_vectors_count(const kl_gas_vectors *vectors, const kl_lattice_point *point,
                             int dimension);

typedef struct kl_gas_filling { /* nothing is owned */
    const kl_gas_start *start;
    const kl_gas_vectors *vectors;
    const kl_lattice_point *point;
    uint64_t seed;
    int64_t realization;
    const double *amplitude; /* [local]: of kl_gas_vectors_amplitude() */
    kl_transform *transform;
} kl_gas_filling;

/* sqrt J at each of this rank's momenta: amplitude[kl_lattice_local()]. Local. */
void kl_gas_vectors_amplitude(const kl_gas_start *start, const kl_lattice *lattice,
                              double *amplitude);

/* Vector number `v` of a realization in position space: out[local]; *weight: what its <b>, divided
 * by its norm squared, counts in the mean over vectors; 0: nothing at all. *norm: its norm squared,
 * in a fixed order. Collective over the group; the same bits for any layout. KL_ENVIRONMENT. */
kl_status kl_gas_vectors_fill(const kl_gas_filling *filling, int64_t v, double complex *out,
                              double *norm, double *weight, kl_error *err);

/* Between a state and complex numbers, kl_lattice_local(): times a factor; and back. Local. */
void kl_gas_store(const double complex *from, double factor, kl_state *to);
void kl_gas_load(const kl_state *from, double complex *to);

#endif
