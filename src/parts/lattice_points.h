/* The points of a study on the lattice: strengths of disorder, each in every box and with every
 * distribution of the disorder. Local. */
#ifndef KL_PARTS_LATTICE_POINTS_H
#define KL_PARTS_LATTICE_POINTS_H

#include "kinlim/system.h"

/* What kl_keys_points() reads from the top of a study. */
extern const kl_key kl_points_table[];

/* eta, sites, box and, with several distributions, disorder; ends with an empty name. */
extern const kl_column kl_lattice_columns[];

typedef struct kl_lattice_point {
    double eta, unit, ell; /* unit: macroscopic distance of two sites; ell = unit sites */
    int64_t sites;
    int distribution; /* kl_distribution */
} kl_lattice_point;

typedef struct kl_lattice_points { /* arrays owned by it */
    int64_t dimension;
    int n;
    kl_lattice_point *point; /* [n] */
    int ncolumns;            /* 4 with several distributions of the disorder, else 3 */
    double *value;           /* [n][ncolumns]: eta, sites, ell, distribution */
    double *level; /* [n][ncolumns]: the same, of the box the side asked for (0: `sites`) */
} kl_lattice_points;

/* `dimension`, `eta`, and `box` or `sites`, each with every distribution of the list,
 * which has at least one; unit = eta^exponent. Free on failure too. */
kl_status kl_keys_points(kl_node *root, double exponent, const kl_ints *distributions,
                         kl_lattice_points *out, kl_error *err);
/* As the contract wants them; its arrays are those of `points`. */
kl_points kl_lattice_points_describe(const kl_lattice_points *points);
void kl_lattice_points_free(kl_lattice_points *points);

#endif
