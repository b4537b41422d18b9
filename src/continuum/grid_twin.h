/* The error of a grid, measured by refinement: psi is evolved by the same steps on a twin, a grid
 * of the same box with 5/6 as many points per axis, or 6/5 where those do not hold psi, and
 * compared.
 *
 * The twin begins anew from psi, as far as its momenta go, each time that psi goes on. The
 * evolution is unitary, so that the distances that are made on the way add up; with the part of psi
 * beyond the twin's momenta they are an error, in l2, of the coarser of the two grids. Errors fall
 * faster than any power of the points: that of the finer one is smaller. */
#ifndef KL_CONTINUUM_GRID_TWIN_H
#define KL_CONTINUUM_GRID_TWIN_H

#include "classical/smooth.h"
#include "continuum/split_step.h"

typedef struct kl_twin_error { /* in l2; plain data */
    double made, beyond;       /* their sum; the part of psi that a coarser twin does not hold */
} kl_twin_error;

typedef struct kl_grid_twin {
    const kl_box_grid *of; /* not owned */
    kl_box_grid grid;
    kl_split_steps steps; /* of psi */
    double *potential, *steepness;
    complex double *psi, *u, *v; /* u, v: scratch arrays between two calls */
    complex double *plane;       /* of one of its momenta */
    int *owner;                  /* ranks that hold the planes of momenta: of both grids */
} kl_grid_twin;

/* The points per axis of the twin of a grid, `least` hold psi. Local. */
int64_t kl_twin_sites(int64_t sites, double least);
/* Bytes of a twin of so many points on the largest of the ranks. Local. */
double kl_twin_bytes(kl_split_method method, int dimension, int64_t sites, int ranks);

/* `steps` of the grid say by which method; potential is V, sites those of the twin. Collective.
 * KL_ENVIRONMENT: no memory. Free with destroy, which is local, on failure too. */
kl_status kl_twin_create(const kl_split_steps *steps, const kl_smooth *potential, int64_t sites,
                         kl_grid_twin *out, kl_error *err);
void kl_twin_destroy(kl_grid_twin *twin);

/* The twin's psi is psi, as far as its momenta go; work is a scratch array as psi. Collective. */
void kl_twin_begin(kl_grid_twin *twin, const complex double *psi, complex double *work);
/* How far they are from each other, into the error so far. Collective. */
void kl_twin_compare(kl_grid_twin *twin, const complex double *psi, complex double *work,
                     kl_twin_error *error);

#endif
