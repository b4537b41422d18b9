/* Row kernels of one step of the Chebyshev recurrence:
 *
 *   b <- hop * (sum of a over the 2d neighbours) + (potential * omega + shift) * v  [- b]
 *   (shift only where b is not subtracted, accumulation only where it is)
 *   acc <- acc + c0 * b_old + c1 * b_new                                  [if asked]
 *
 * v is a itself, or another array: the order before a in the expansion in the disorder.
 * The arithmetic of each site is the same for every instruction set and every
 * cut into slabs, pencils, tiles and vectors: neighbours are added as
 * ((x- + x+) + (y- + y+)) + (z- + z+), without contraction. Local.
 */
#ifndef KL_DYNAMICS_STENCIL_H
#define KL_DYNAMICS_STENCIL_H

#include "lattice/lattice.h"

#include <stdbool.h>

/* Of a part of a lattice in pencils, whose planes follow each other along axis 1 and, for d = 3,
 * its rows along axis 0: how large its planes are, and what is around this one, of the kernel's
 * precision. The site before row y is left[y left_row], the one after it right[y right_row]. */
typedef struct kl_stencil_around {
    int64_t rows, sites;
    const void *low, *high; /* the rows before the first and after the last */
    const void *left, *right;
    int64_t left_row, right_row;
} kl_stencil_around;

/* Rows from..to-1 of one plane of `rows` periodic rows of n sites; c, b, acc, omega point to the
 * plane, z0 and z1 to the planes below and above. For d = 2 a plane is one row; for d = 1 the slab
 * is one row whose ends c[-1] and c[n] are ghosts. Sites around the plane may be read: arrays have
 * ghost planes or, like seams, a margin. */
typedef struct kl_rows_single {
    int64_t n, rows, from, to;
    const float *c, *z0, *z1, *omega;
    const kl_stencil_around *around; /* NULL: the plane is all of the lattice's */
    const float *v;                  /* NULL or what the potential acts on, in place of c */
    float *b, *acc;                  /* acc: NULL or accumulated */
    float hop, potential, shift, c0, c1;
    bool subtract;
    const void *ahead; /* ahead_row bytes for each row, brought near meanwhile */
    int64_t ahead_row;
} kl_rows_single;

typedef struct kl_rows_double {
    int64_t n, rows, from, to;
    const double *c, *z0, *z1, *v;
    const float *omega;
    const kl_stencil_around *around;
    double *b, *acc;
    double hop, potential, shift, c0, c1;
    bool subtract;
    const void *ahead;
    int64_t ahead_row;
} kl_rows_double;

/* Kernels by dimension - 1. */
typedef struct kl_stencil_set {
    const char *name;
    void (*single[3])(const kl_rows_single *rows);
    void (*twofold[3])(const kl_rows_double *rows); /* double precision */
} kl_stencil_set;

extern const kl_stencil_set kl_stencil_generic, kl_stencil_avx2, kl_stencil_avx512;

/* The widest set this processor runs. */
const kl_stencil_set *kl_stencil_choose(void);

enum { KL_MOST_ACCUMULATORS = 4 };

/* One step of a recurrence on some arrays: 0 and 1 hold the last two vectors. */
typedef struct kl_stencil_step {
    double hop, potential, shift;
    bool subtract;
    int outputs;           /* accumulators, at most KL_MOST_ACCUMULATORS; 0: none */
    int acc;               /* the first of them among the arrays; the others follow */
    const double *c0, *c1; /* [outputs] */
} kl_stencil_step;

/* step_of(context, k, &step) tells what to do in step k; what it points to must stay valid. */
typedef void (*kl_step_of)(const void *context, int k, kl_stencil_step *step);

typedef struct kl_stencil {
    const kl_lattice *lattice;
    kl_precision precision;
    const kl_stencil_set *set;
} kl_stencil;

/* What a step meets on one plane: the planes of its arrays. */
typedef struct kl_stencil_planes {
    const void *c, *z0, *z1; /* a there, on the planes below and above */
    const void *v;           /* what the potential acts on; NULL: a */
    const float *omega;
    void *b;
    void *acc[KL_MOST_ACCUMULATORS];
    const kl_stencil_around *around; /* as in kl_rows_single */
} kl_stencil_planes;

/* Memory that a later step needs; NULL: none. */
typedef struct kl_ahead {
    const void *memory;
    int64_t bytes;
} kl_ahead;

/* Rows from..to-1 of one plane (for d < 3 the plane is one row: 0..1; for d = 1 it is the whole
 * slab). Local. */
void kl_stencil_rows(const kl_stencil *stencil, const kl_stencil_step *step,
                     const kl_stencil_planes *at, int64_t from, int64_t to, kl_ahead ahead);

#endif
