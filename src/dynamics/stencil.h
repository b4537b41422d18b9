/* One step of the Chebyshev recurrence on a slab:
 *
 *   b <- hop * (sum of a over the 2d neighbours) + potential * omega * a  [- b]
 *   acc <- acc + c0 * b_old + c1 * b_new                                  [if asked]
 *
 * a's ghost planes must be valid; afterwards those of b are. The arithmetic of
 * each site is the same for every instruction set, rank count and position in
 * the slab: neighbours are added as ((x- + x+) + (y- + y+)) + (z- + z+), no
 * contraction. Collective over the group; the halo of b travels while the
 * interior is computed.
 */
#ifndef KL_DYNAMICS_STENCIL_H
#define KL_DYNAMICS_STENCIL_H

#include "lattice/lattice.h"

#include <stdbool.h>

/* A run of n sites of the last axis. For d = 1 the run is the whole slab and
 * c[-1], c[n] are its ghosts; otherwise the run is a whole periodic row. */
typedef struct kl_row_single {
    int64_t n;
    const float *c, *y0, *y1, *z0, *z1, *omega;
    float *b, *acc;
    float hop, potential, c0, c1;
} kl_row_single;

typedef struct kl_row_double {
    int64_t n;
    const double *c, *y0, *y1, *z0, *z1;
    const float *omega;
    double *b, *acc;
    double hop, potential, c0, c1;
} kl_row_double;

/* Row kernels by [dimension-1][subtract old b][accumulate]. */
typedef struct kl_stencil_set {
    const char *name;
    void (*single[3][2][2])(const kl_row_single *row);
    void (*real_double[3][2][2])(const kl_row_double *row);
} kl_stencil_set;

extern const kl_stencil_set kl_stencil_generic, kl_stencil_avx2, kl_stencil_avx512;

/* The widest set this processor runs. */
const kl_stencil_set *kl_stencil_choose(void);

typedef struct kl_stencil_step {
    const kl_lattice *lattice;
    kl_precision precision;
    const kl_stencil_set *set;
    const float *omega;        /* kl_lattice_local() sites, no ghosts */
    double hop, potential;
    bool subtract;
    int outputs;               /* accumulators; 0: none */
    void *const *acc;          /* [outputs], arrays with ghosts (which stay untouched) */
    const double *c0, *c1;     /* [outputs] */
} kl_stencil_step;

void kl_stencil_apply(const kl_stencil_step *step, const void *a, void *b);

#endif
