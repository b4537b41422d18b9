/* Keys that systems on the lattice share: the points, `disorder`, `propagator`. Local. */
#ifndef KL_SYSTEMS_KEYS_COMMON_H
#define KL_SYSTEMS_KEYS_COMMON_H

#include "lattice/disorder.h"
#include "systems/propagation.h"

typedef struct kl_disorder_keys {
    int distribution; /* kl_distribution */
    uint64_t seed;
} kl_disorder_keys;
kl_status kl_keys_disorder(kl_node *root, kl_disorder_keys *out, kl_error *err);

kl_status kl_keys_propagator(kl_node *root, kl_propagator *out, kl_error *err);
/* KL_INPUT if the tolerance is below twice `rounding`, the worst of the points. */
kl_status kl_keys_tolerance(kl_node *root, const kl_propagator *propagator, double rounding,
                            kl_error *err);

typedef struct kl_lattice_point {
    double eta, unit, ell; /* unit: macroscopic distance of two sites; ell = unit sites */
    int64_t sites;
} kl_lattice_point;

typedef struct kl_lattice_points { /* arrays owned by the caller */
    int64_t dimension;
    int n;
    kl_lattice_point *point;
    double *columns; /* [n][3]: eta, sites, ell */
    int *series;     /* [n] */
} kl_lattice_points;
extern const kl_column kl_lattice_columns[3];

/* `dimension`, `eta`, and `box` or `sites`; unit = eta^exponent. */
kl_status kl_keys_points(kl_node *root, double exponent, kl_lattice_points *out, kl_error *err);
void kl_lattice_points_free(kl_lattice_points *points);

#endif
