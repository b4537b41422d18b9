/* Convolutions with an even function V on a grid that is whole on this rank:
 *
 *   (V * g)(x) = sum_y V(x - y) g(y),   (d_j V * g)(x) likewise
 *
 * Gaussians by FFT, as the periodic sum over their images; monomials by moments of g and waves by
 * its transform, both at the unwrapped difference x - y. Local. */
#ifndef KL_CONTINUUM_BOX_INTERACTION_H
#define KL_CONTINUUM_BOX_INTERACTION_H

#include "classical/smooth.h"
#include "continuum/box_grid.h"

typedef struct kl_box_interaction {
    const kl_box_grid *grid; /* of one rank; not owned, as the next */
    const kl_smooth *v;
    double *kernel;         /* [points], of momentum space: the transform of the Gaussians */
    double *power;          /* [KL_PHASE_DEGREE + 1][sites]: x^n */
    double *wave;           /* [waves][points][2]: cos, sin of 2 pi q.x */
    complex double *result; /* [local]: scratch */
} kl_box_interaction;

/* Centres of Gaussians and sines of waves are not looked at. KL_ENVIRONMENT: no memory. Free with
 * destroy, on failure too. */
kl_status kl_box_interaction_create(const kl_box_grid *grid, const kl_smooth *v,
                                    kl_box_interaction *out, kl_error *err);
void kl_box_interaction_destroy(kl_box_interaction *field);

/* Bytes of it; transforms of the grid that kl_box_interaction_apply() does. */
double kl_box_interaction_bytes(int dimension, int64_t sites, int waves);

/* g[local] becomes V * g (axis -1) or d_axis V * g. */
void kl_box_interaction_apply(const kl_box_interaction *field, int axis, complex double *g);

/* What images of Gaussians change of V between points within |x_j| <= reach. */
double kl_box_interaction_images(const kl_smooth *v, double side, double reach);

#endif
