/* The random potential V(x) = omega_x of a study: the `disorder` key, and its realizations. */
#ifndef KL_PARTS_POTENTIAL_H
#define KL_PARTS_POTENTIAL_H

#include "lattice/correlated.h"
#include "parts/lattice_file_keys.h"

/* What the two functions below read from the top of a study. */
extern const kl_key kl_disorder_map[], kl_disorders_map[], kl_any_disorders_map[];

typedef struct kl_disorder_keys {
    int distribution; /* kl_distribution */
    uint64_t seed;
} kl_disorder_keys;

kl_status kl_keys_disorder(kl_node *root, kl_disorder_keys *out, kl_error *err);
/* The same for systems that take several: *list, owned by the config; the first in *out. */
kl_status kl_keys_disorders(kl_node *root, kl_disorder_keys *out, kl_ints *list, kl_error *err);
/* And for those that take a correlation length; length 0: none. KL_INPUT where a lattice is too
 * small for it. */
kl_status kl_keys_correlation(kl_node *root, const kl_ints *distributions,
                              const kl_lattice_points *points, kl_correlation *out, kl_error *err);

/* And for those that take the values of a file besides; path NULL: none. */
kl_status kl_keys_potential_file(kl_node *root, const kl_ints *distributions,
                                 const kl_lattice_points *points, kl_lattice_file *out,
                                 kl_error *err);

/* A realization on this rank's sites; omega[kl_lattice_local()]. A point's random numbers are
 * named by eta, its sites and dimension, and `more` (0: none), whatever it is to the system:
 * what has the same has the same potential. Local. */
void kl_potential_draw(const kl_disorder_keys *keys, int distribution, double eta,
                       const double *more, int64_t realization, const kl_lattice *lattice,
                       float *omega);

/* The same in this rank's pencil of a lattice in pencils, d = 3; omega[kl_pencils_held()]. Local. */
void kl_potential_draw_pencil(const kl_disorder_keys *keys, int distribution, double eta,
                              const double *more, int64_t realization, const kl_lattice *lattice,
                              float *omega);

/* Signs +-1 that are independent of that potential and, for each number from 1 on, of each other.
 * Local. */
void kl_potential_sign(const kl_disorder_keys *keys, double eta, uint64_t number,
                       int64_t realization, const kl_lattice *lattice, float *sign);

/* The same of a potential with a correlation length. KL_ENVIRONMENT: no memory. */
kl_status kl_potential_draw_correlated(const kl_disorder_keys *keys,
                                       const kl_correlation *correlation, double eta,
                                       int64_t realization, const kl_lattice *lattice, float *omega,
                                       kl_error *err);

/* Entry `realization` of a file, read anew. KL_INPUT: the file. */
kl_status kl_potential_load(const kl_lattice_file *file, int64_t realization,
                            const kl_lattice *lattice, float *omega, kl_error *err);

#endif
