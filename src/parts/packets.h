/* The start of a study: one packet or several, from the key `initial`; what the points must be for
 * it, and how singular it is. Local unless said otherwise. */
#ifndef KL_PARTS_PACKETS_H
#define KL_PARTS_PACKETS_H

#include "dynamics/initial.h"
#include "parts/lattice_file_keys.h"
#include "parts/warnings.h"

/* What the functions below read from the top of a study: kl_packets_read(), ..._any(),
 * ..._optional(). */
extern const kl_key kl_initial_map[], kl_any_initial_map[], kl_optional_initial_map[];

typedef struct kl_packets {
    int64_t dimension;
    int n;
    kl_initial *packet; /* [n], owned: more than one are a superposition, of gaussians and bumps; mu
                         * differs by point: kl_packets_at() */
    bool linear;        /* S = p.X in all of them */
    kl_lattice_file file; /* path NULL: none; else n is 0 */
} kl_packets;

/* KL_INPUT. Free on failure too. */
kl_status kl_packets_read(kl_node *root, int64_t dimension, kl_packets *out, kl_error *err);
/* The same, or the wave function of a file. */
kl_status kl_packets_read_any(kl_node *root, const kl_lattice_points *points, kl_packets *out,
                              kl_error *err);
/* As kl_packets_read(); one site, the origin, where the study says nothing. */
kl_status kl_packets_read_optional(kl_node *root, int64_t dimension, kl_packets *out,
                                   kl_error *err);
void kl_packets_free(kl_packets *packets);

/* Whether the points can show the packets: sites fine enough, boxes large enough (KL_INPUT), and
 * no interference in the limit; warns of what is nearly so. */
kl_status kl_packets_check(const kl_packets *packets, kl_node *root,
                           const kl_lattice_points *points, kl_warnings *warnings, kl_error *err);

/* Packet i on a lattice with this macroscopic distance of two sites. Its arrays are shared. */
kl_initial kl_packets_at(const kl_packets *packets, int i, double mu);

/* The start, normalised to 1, on psi's lattice. Collective. KL_INPUT: of a file. */
kl_status kl_packets_fill(const kl_packets *packets, double mu, kl_state *psi, kl_error *err);

/* Whether that may be psi's pencil, as kl_initial_pointwise(). Local. */
bool kl_packets_pointwise(const kl_packets *packets);

/* The concentration of singularity at a point, in closed form where there is one, else from the
 * lattice state; above[bounds->n]: N_c of these bounds (dynamics/concentration.h), from the lattice
 * state always. NAN on lattices too large for that. KL_ENVIRONMENT. */
kl_status kl_packets_concentration(const kl_packets *packets, const kl_lattice_point *point,
                                   const kl_reals *bounds, double *norm, double *peak,
                                   double *above, kl_error *err);
/* Bytes that this takes, on one rank; 0 in closed form. Local. */
double kl_packets_concentration_bytes(const kl_packets *packets, const kl_lattice_point *point,
                                      const kl_reals *bounds);
/* Warns of packets whose concentration falls too slowly for what is proven, and of folds of S. */
kl_status kl_packets_warn_of_concentration(const kl_packets *packets, kl_warnings *warnings,
                                           kl_error *err);

#endif
