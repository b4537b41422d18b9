/* Krylov coefficients and momentum moments of every orbit of modes, computed
 * once per level of refinement, orbits shared among the ranks. Private.
 */
#ifndef KL_KINETIC_TABLES_H
#define KL_KINETIC_TABLES_H

#include "kinetic/plan.h"

/* How finely everything is discretised. */
typedef struct kl_resolution {
    double energy;   /* of the shell: e(p), or off by its rounding error */
    double rate;     /* 2 pi N(energy) */
    double krylov;   /* size of the first Krylov coefficient left out, weighted by the mode */
    double shell[2]; /* shell resolution shell[0] + shell[1] * degree: of the Krylov space and
                        the largest momentum mode together */
    double step;     /* tolerance of the time step */
} kl_resolution;

typedef struct kl_tables {
    int norbits;
    int *size;        /* [nmodes] dimension of each mode's Krylov space */
    int *orbit_size;  /* [norbits] the largest of an orbit's modes */
    int *nimages;     /* [norbits] */
    int (**image)[3]; /* [norbits][nimages] momentum modes seen from the representative */
    size_t *start;    /* [norbits + 1] where the orbit's numbers begin in `data` */
    double *data;     /* per orbit: beta[size], then moment[nimages][size] */
} kl_tables;

/* Collective over comm. KL_ENVIRONMENT: no memory. */
kl_status kl_tables_create(MPI_Comm comm, const kl_plan *plan, const kl_resolution *resolution,
                           kl_tables *tables, kl_error *err);
void kl_tables_destroy(kl_tables *tables);

/* What tables would take, in units of one point of one vector, and what follows from them. */
typedef struct kl_tables_work {
    double krylov, shell; /* Krylov steps; points of the shells */
    double modes, orbits; /* unknowns in time: of all modes, or one for each orbit */
    double frequency;     /* bound on |xi.v| */
} kl_tables_work;

/* Local. Without the tables themselves. KL_ENVIRONMENT: no memory. */
kl_status kl_tables_estimate(const kl_plan *plan, const kl_resolution *resolution,
                             kl_tables_work *work, kl_error *err);

/* Local. The dimension of mode i's Krylov space. */
int kl_tables_size(const kl_plan *plan, const kl_resolution *resolution, int i);

/* Local. The moments [orbit_size] of an image; NULL if the orbit does not have it. */
const double *kl_tables_moment(const kl_tables *tables, int orbit, const int image[3]);

#endif
