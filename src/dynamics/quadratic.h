/* Rows of a WKB start with quadratic S, image by image:
 *
 *   sum_n h(X_n) exp(2 pi i (p.x_n + mu x_n.A.x_n/2)),   x_n = x + n L.
 *
 * For one image of the other axes the row is a factor times a table of the last axis
 * times a plane wave exp(2 pi i theta x), theta = mu (A x)_last of the other axes: few
 * sines and cosines per row, products per site. Errors of a few 1e-16 per factor.
 */
#ifndef KL_DYNAMICS_QUADRATIC_H
#define KL_DYNAMICS_QUADRATIC_H

#include "dynamics/packet.h"
#include "lattice/lattice.h"

#include <complex.h>

/* One term per image and axis: envelope and phase without the hessian. */
typedef struct kl_axis_images {
    int range;            /* images -range..range */
    double *h;            /* [L][2 range + 1] */
    complex double *wave; /* h exp(2 pi i p x), likewise */
    complex double *sum;  /* [L]: summed over images */
} kl_axis_images;

typedef struct kl_quadratic {
    const kl_initial *initial;
    const kl_lattice *lattice;
    const kl_axis_images *axis;  /* [dimension], of one range */
    double *bent_re, *bent_im;   /* [2 range + 1][L]: wave exp(pi i mu A x^2) of the last axis */
    double *line_re, *line_im;   /* [L] exp(2 pi i theta x) */
    double *inner_re, *inner_im; /* [L] */
    double *peak;                /* [2 range + 1][2] largest h of an image, x >= 0 and x < 0 */
} kl_quadratic;

/* For d of 2 or 3. initial, lattice and axis are referenced. Local. */
kl_status kl_quadratic_create(const kl_initial *initial, const kl_lattice *lattice,
                              const kl_axis_images *axis, kl_quadratic *out, kl_error *err);
void kl_quadratic_destroy(kl_quadratic *q);

/* row[L] at the indices outer[d-1] of the other axes. Local. */
void kl_quadratic_row(kl_quadratic *q, const int64_t outer[2], complex double *row);

#endif
