/* The mean field V * rho of weighted points: gaussians of V by products of modes (bells.h),
 * monomials by moments of rho, waves by its Fourier coefficients; the last two are exact. */
#ifndef KL_CLASSICAL_MEAN_FIELD_H
#define KL_CLASSICAL_MEAN_FIELD_H

#include "classical/bells.h"

#include <stdint.h>

typedef struct kl_mean_field {
    const kl_smooth *interaction; /* not owned */
    kl_phase_symmetry symmetry;   /* of the points: each stands for its images */
    kl_bells bells;
    kl_monomials moments;
    int n;               /* sums: of bells, moments, waves (cosine, sine) */
    double *sums;        /* [KL_MEAN_FIELD_BLOCKS + 1][n]: of blocks of points, in all; owned */
    double *modes;       /* [bells.n]: of V * rho; owned */
    kl_phase_term *term; /* of it, as the sum below has them; owned */
    kl_phase_wave *wave;
    kl_phase_sum sum;
} kl_mean_field;

/* Points are summed in blocks, and the blocks in their order: the same bits however blocks lie on
 * the ranks. */
enum { KL_MEAN_FIELD_BLOCKS = 64 };

/* Is V even, V(-y) = V(y), term by term? Terms of even degree, waves without sine, gaussians around
 * 0. Local. */
bool kl_interaction_even(const kl_smooth *interaction);

/* For points with |x_j| <= reach. KL_ENVIRONMENT: no memory. Free with destroy, on failure too.
 * Local. */
kl_status kl_mean_field_create(const kl_smooth *interaction, const kl_phase_symmetry *symmetry,
                               double reach, double accuracy, kl_mean_field *out, kl_error *err);
void kl_mean_field_destroy(kl_mean_field *field);

/* V * rho of n points, of which first..first+count-1 are given: x[count][stride], d coordinates
 * each, weight[count]. Collective over comm. */
void kl_mean_field_set(kl_mean_field *field, MPI_Comm comm, int64_t n, int64_t first, int64_t count,
                       const double *x, int stride, const double *weight);

/* V * of what formal deviations from the points make of rho, to third order: points as above,
 * moment[count][m->n - 1] = <y^alpha>, m of d variables and degree 3. Collective over comm. */
void kl_mean_field_set_moved(kl_mean_field *field, MPI_Comm comm, int64_t n, int64_t first,
                             int64_t count, const double *x, int stride, const double *weight,
                             const kl_monomials *m, const double *moment);

/* What such a point adds to the sums of a block (moved_field.c). Local. */
void kl_mean_field_add_moved(const kl_mean_field *field, const kl_monomials *m, const double x[3],
                             const double *moment, double weight, double *sum);

/* The Taylor coefficients of V * rho at x, as of kl_smooth_taylor(). Local. */
void kl_mean_field_taylor(const kl_mean_field *field, const kl_monomials *m, const double x[3],
                          double *c);

/* Of n points the first of a block. */
int64_t kl_mean_field_first(int64_t n, int block);

/* (V * rho)(x), and adds its gradient to g (NULL: not asked for). Local. */
double kl_mean_field_value(const kl_mean_field *field, const double x[3], double *g);

#endif
