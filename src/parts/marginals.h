/* Fields of a study: distributions of psi in position and momentum along one axis, the others
 * summed over (wigner/husimi.h); the key `fields`. Local unless said otherwise. */
#ifndef KL_PARTS_MARGINALS_H
#define KL_PARTS_MARGINALS_H

#include "dynamics/state.h"
#include "parts/lattice_points.h"

/* What kl_marginals_read() reads from the top of a study. */
extern const kl_key kl_fields_table[];

typedef enum kl_marginal_type {
    KL_MARGINAL_HUSIMI,   /* in X and V */
    KL_MARGINAL_MOMENTUM, /* in V */
    KL_MARGINAL_DENSITY   /* in X */
} kl_marginal_type;

typedef struct kl_marginal { /* an entry of `fields` */
    int type;                /* kl_marginal_type */
    const char *name;
    int64_t axis; /* from 1 */
    double width; /* macroscopic; 0: its default at each point */
    int64_t positions, momenta;
    char long_name[128];
} kl_marginal;

typedef struct kl_marginals { /* arrays owned by it */
    int64_t dimension;
    int n;
    kl_marginal *field;  /* [n] */
    kl_field_kind *kind; /* [n]: for the description */
} kl_marginals;

/* KL_INPUT. Free on failure too. */
kl_status kl_marginals_read(kl_node *root, const kl_lattice_points *points, kl_marginals *out,
                            kl_error *err);
void kl_marginals_free(kl_marginals *marginals);

/* Width of the packets of field f at a point, macroscopic. */
double kl_marginals_width(const kl_marginals *marginals, const kl_lattice_point *point, int f);

/* As kl_system.axis. */
int kl_marginals_axis(const kl_marginals *marginals, const kl_lattice_point *point, int f, int axis,
                      double *coordinate);

/* Seconds of one measurement on one rank, and bytes of it in a group. */
kl_cost kl_marginals_cost(const kl_marginals *marginals, const kl_lattice_point *point,
                          int group_ranks);

/* field[n] -> [cells]. Collective over the group. KL_ENVIRONMENT: no memory. */
kl_status kl_marginals_measure(const kl_marginals *marginals, const kl_lattice_point *point,
                               const kl_state *psi, double **field, kl_error *err);

#endif
