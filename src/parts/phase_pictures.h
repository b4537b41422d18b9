/* The key `fields` of systems in the continuum: distributions in position and momentum along one
 * axis, at native points of the grid. */
#ifndef KL_PARTS_PHASE_PICTURES_H
#define KL_PARTS_PHASE_PICTURES_H

#include "classical/liouville.h"
#include "continuum/wigner_box.h"
#include "parts/box_points.h"
#include "kinlim/system.h"

typedef enum kl_picture_type {
    KL_PICTURE_WIGNER,
    KL_PICTURE_HUSIMI,
    KL_PICTURE_DENSITY,
    KL_PICTURE_MOMENTUM
} kl_picture_type;

typedef struct kl_phase_picture { /* an entry of `fields` */
    int type;                     /* kl_picture_type */
    const char *name;
    int64_t axis; /* from 1 */
    int64_t positions, momenta;
    char long_name[128];
} kl_phase_picture;

typedef struct kl_phase_pictures { /* arrays owned by it */
    int dimension, n;
    double side;
    kl_phase_picture *picture; /* [n] */
    kl_field_kind *kind;       /* [n] */
    bool whole_wigner;         /* one of them is the Wigner function */
} kl_phase_pictures;

/* What kl_keys_phase_pictures() reads from the top of a study. */
extern const kl_key kl_phase_pictures_table[];
/* Local. KL_INPUT. Free on failure too. */
kl_status kl_keys_phase_pictures(kl_node *root, int64_t dimension, double side,
                                 kl_phase_pictures *out, kl_error *err);
void kl_phase_pictures_free(kl_phase_pictures *pictures);

/* As kl_system has it. Local. */
int kl_phase_pictures_axis(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                           int axis, double *coordinate);
/* The native points of picture f: positions, momenta (n = 1: none). Local. */
void kl_phase_pictures_strides(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                               kl_stride *x, kl_stride *p);
/* Of all of them, for one psi; the largest number of values. Local. */
double kl_phase_pictures_seconds(const kl_phase_pictures *pictures, const kl_box_point *at);
double kl_phase_pictures_cells(const kl_phase_pictures *pictures);

/* Picture f of psi, all but the Wigner function; u is a scratch array. Collective over grid->comm.
 */
kl_status kl_phase_picture_measure(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                                   const kl_box_grid *grid, const complex double *psi,
                                   complex double *u, double *out, kl_error *err);
/* The Wigner function; likewise. */
kl_status kl_phase_picture_wigner(const kl_phase_pictures *pictures, const kl_box_point *at, int f,
                                  const kl_box_grid *grid, const complex double *psi,
                                  complex double *u, double *out, kl_wigner_totals *totals,
                                  kl_error *err);

/* The transported density beside picture f, which has x: solve(problem) gives it at all times.
 * Beside a Husimi function smeared as that is of itself, else by a cell of the picture.
 * field[ntimes][cells]. Collective over comm. KL_ENVIRONMENT: no memory. */
typedef kl_status (*kl_phase_solve)(MPI_Comm comm, const void *problem,
                                    const kl_liouville_grid *grid, double **field, kl_error *err);
kl_status kl_phase_picture_transported(const kl_phase_pictures *pictures, const kl_box_point *at,
                                       int f, MPI_Comm comm, kl_phase_solve solve,
                                       const void *problem, int ntimes, double *field,
                                       kl_error *err);

#endif
