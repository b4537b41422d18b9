/* The plans of a grid's transforms (box_grid.h). */
#ifndef KL_CONTINUUM_BOX_TRANSFORM_H
#define KL_CONTINUUM_BOX_TRANSFORM_H

#include "base/complex.h"
#include "kinlim/status.h"

#include <fftw3-mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct kl_box_transform {
    int dimension;
    int64_t sites;
    int64_t first[2], count[2]; /* planes of this rank in position and in momentum space */
    size_t local;
    fftw_plan plane[2], across[2]; /* forward and backward: the axes of a plane, the outer axis */
    fftw_plan over, back;          /* transpositions */
} kl_box_transform;

/* As of kl_box_grid_create(). */
kl_status kl_box_transform_create(MPI_Comm comm, int dimension, int64_t sites,
                                  kl_box_transform **out, kl_error *err);
void kl_box_transform_destroy(kl_box_transform **transform);
void kl_box_transform_forward(const kl_box_transform *transform, complex double *f);
void kl_box_transform_backward(const kl_box_transform *transform, complex double *f);

/* Transforms with work on each plane while it is at hand. visit(plane a of this rank). */
typedef void (*kl_box_visit_plane)(const void *context, int64_t a, complex double *plane);
/* f has been transformed within its planes, or is in position space; each plane is visited in
 * position space, and left there or transformed within itself. Local. */
void kl_box_transform_positions(const kl_box_transform *transform, bool transformed, bool again,
                                kl_box_visit_plane visit, const void *context, complex double *f);
/* f has been transformed within its planes, and is again; each plane is visited in momentum space.
 * n times the outer axis' inverse, in d > 1. Collective. */
void kl_box_transform_momenta(const kl_box_transform *transform, kl_box_visit_plane visit,
                              const void *context, complex double *f);

#endif
