/* Inside of the recurrence: a block of steps, its fronts and its tiles. */
#ifndef KL_DYNAMICS_RECURRENCE_PRIVATE_H
#define KL_DYNAMICS_RECURRENCE_PRIVATE_H

#include "dynamics/recurrence.h"
#include "lattice/team.h"

enum { KL_BLOCK_DEPTH = 16 }; /* at most */

/* A block of steps. Its q-th plane is plane origin + sign q of the slab. */
typedef struct kl_block {
    const kl_recurrence *r;
    const kl_lattice *lattice;
    const kl_seams *seams; /* NULL: all planes are in the arrays */
    kl_team *team;         /* NULL: this rank alone works on them */
    bool shared;           /* with seams or a team */
    int64_t planes;        /* of the slab: of this rank, or of all that work together */
    int64_t least, most;   /* rows from..to-1 of the tile at work are this rank's */
    bool around;           /* they are all of the lattice: go on around it */
    int first, depth;      /* steps first+1..first+depth */
    int64_t fronts;        /* before this one: all of them, or some to be timed */
    int sign;
    int64_t origin;
    int width;                                /* vectors that are worked on together */
    kl_stencil_step step[KL_BLOCK_DEPTH + 1]; /* [1..depth] */
    kl_stencil_step free[KL_BLOCK_DEPTH + 1]; /* the same without V: of the first order */
} kl_block;

/* The rows of a tile: of step j from + low j .. to + high j - 1, wrapping at the plane's end. */
typedef struct kl_band {
    int64_t from;
    int low;
    int64_t to;
    int high;
} kl_band;

/* Those of step j that are this rank's. */
static inline int64_t kl_band_from(const kl_block *blk, kl_band rows, int j)
{
    const int64_t a = rows.from + rows.low * j;
    return a > blk->least ? a : blk->least;
}

static inline int64_t kl_band_to(const kl_block *blk, kl_band rows, int j)
{
    const int64_t b = rows.to + rows.high * j;
    return b < blk->most ? b : blk->most;
}

/* ---- fronts (recurrence_front.c), local ---- */

/* The q-th plane of array i. */
void *kl_block_plane(const kl_block *block, int i, int64_t q);
void kl_block_step(kl_block *block, int j, kl_step_of step_of, const void *context);
/* Step j of vector n on this rank's rows in the q-th plane. */
void kl_block_update(const kl_block *block, int j, int n, int64_t q, kl_band rows, kl_ahead ahead);
void kl_block_front(const kl_block *block, kl_band rows, int64_t w);

/* ---- tiles (recurrence_tile.c) ---- */

/* All fronts of a block in a tile. Collective over the team and, with seams, the group. */
void kl_block_tile(kl_block *block, kl_band rows);
/* The last `drift` planes, done, go back to the slab below. Collective likewise. */
void kl_block_home(kl_block *block, int64_t drift);

#endif
