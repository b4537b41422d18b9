/* Keys that systems on the lattice share: the points, `disorder`, `propagator`. Local. */
#ifndef KL_PARTS_KEYS_H
#define KL_PARTS_KEYS_H

#include "lattice/disorder.h"
#include "parts/propagation.h"

/* The tables that the functions below read from the top of a study, for the `keys` of a system:
 * kl_keys_disorder(), kl_keys_disorders(), kl_keys_propagator() (two) and kl_keys_points(). */
extern const kl_key kl_disorder_map[], kl_disorders_map[], kl_propagator_map[], kl_machine_table[],
    kl_points_table[];

typedef struct kl_disorder_keys {
    int distribution; /* kl_distribution */
    uint64_t seed;
} kl_disorder_keys;
kl_status kl_keys_disorder(kl_node *root, kl_disorder_keys *out, kl_error *err);
/* The same for systems that take several: *list, owned by the config; the first in *out. */
kl_status kl_keys_disorders(kl_node *root, kl_disorder_keys *out, kl_ints *list, kl_error *err);

kl_status kl_keys_propagator(kl_node *root, kl_propagator *out, kl_error *err);
/* KL_INPUT if the tolerance is below twice `rounding`, the worst of the points. */
kl_status kl_keys_tolerance(kl_node *root, const kl_propagator *propagator, double rounding,
                            kl_error *err);

typedef struct kl_lattice_point {
    double eta, unit, ell; /* unit: macroscopic distance of two sites; ell = unit sites */
    int64_t sites;
    int distribution; /* kl_distribution */
} kl_lattice_point;

typedef struct kl_lattice_points { /* arrays owned by the caller */
    int64_t dimension;
    int n;
    kl_lattice_point *point;
    int ncolumns;  /* 4 with several distributions of the disorder, else 3 */
    double *value; /* [n][ncolumns]: eta, sites, ell, distribution */
    double *level; /* [n][ncolumns]: the same, of the box the side asked for (0 with `sites`) */
} kl_lattice_points;

/* `dimension`, `eta`, and `box` or `sites`, each with every distribution of the list,
 * which has at least one; unit = eta^exponent. */
kl_status kl_keys_points(kl_node *root, double exponent, const kl_ints *distributions,
                         kl_lattice_points *out, kl_error *err);
/* As the contract wants them; its arrays are those of `points`. */
kl_points kl_lattice_points_describe(const kl_lattice_points *points);
void kl_lattice_points_free(kl_lattice_points *points);

/* KL_INPUT unless `name`, the key `name` of the map, has 1 to `longest` letters, digits, _ or -. */
kl_status kl_keys_name(const kl_node *node, const char *name, int longest, kl_error *err);

#endif
