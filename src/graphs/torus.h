/* The torus (Z/L)^d and its dual on a grid that leaves out mirror images, with the transform
 *
 *   F(p) = sum_x exp(-2 pi i p.x) f(x),   f(x) = L^-d sum_p exp(2 pi i p.x) F(p)
 *
 * by FFTW. On an even axis f(-x_j) = f(x_j), and the grid holds x_j, L p_j in 0..L/2 alone (type I
 * cosine transform); on the others it holds 0..L-1. Index order: axis 0 slowest. All is local.
 */
#ifndef KL_GRAPHS_TORUS_H
#define KL_GRAPHS_TORUS_H

#include "base/complex.h"
#include "kinlim/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct kl_torus {
    int dimension, sites;
    bool even[3], all_even;
    int n[3];             /* points of each axis; 1 beyond the dimension */
    size_t points;        /* their product */
    double volume;        /* L^d */
    double *multiplicity; /* [points], of images that a point stands for */
    double *energy;       /* [points], e(p) = 2 sum_j cos(2 pi p_j) */
    struct kl_torus_plans *plans;
} kl_torus;

/* Even axes need an even L. KL_ENVIRONMENT: no memory, FFTW failed. */
kl_status kl_torus_create(int dimension, int sites, const bool even[3], kl_torus *out,
                          kl_error *err);
void kl_torus_destroy(kl_torus *torus);

/* In place, on [points] from kl_alloc(). Backward includes 1/L^d. */
void kl_torus_forward(const kl_torus *torus, double complex *f);
void kl_torus_backward(const kl_torus *torus, double complex *f);

/* sum_x f(x) g(x) over the whole torus, in a fixed order. */
double complex kl_torus_dot(const kl_torus *torus, const double complex *f,
                            const double complex *g);

/* reversed(x) = f(-x). */
void kl_torus_reverse(const kl_torus *torus, const double complex *f, double complex *reversed);
/* The mean of `whole` ([L^d]) over the mirror images of each point: [points]. */
void kl_torus_fold(const kl_torus *torus, const double complex *whole, double complex *folded);

#endif
