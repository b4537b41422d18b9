/* What the parts of a lattice in pencils need of each other: the rows and sites at the edges of
 * their planes, once a front.
 *
 * Steps 1..K go through the planes q = j..j+L-1 (mod L) of step j, in fronts of `thick` planes: in
 * front w step j works on the planes of [c thick, (c+1) thick), c = w - 2j. So it comes two fronts
 * after step j - 1, whose edges the neighbours have meanwhile. These lie in the arrays of
 * neighbours of the same node (lattice/team.h), who tell how many fronts they have done. Others
 * send, after each front, what the next but one needs: for each of its steps and planes one row or
 * one column. In all a rank sends `steps x L` rows to each of these sides.
 */
#ifndef KL_LATTICE_EDGES_H
#define KL_LATTICE_EDGES_H

#include "lattice/pencil_parts.h"

typedef enum kl_side { KL_LOW, KL_HIGH, KL_LEFT, KL_RIGHT, KL_SIDES } kl_side; /* rows, sites */

typedef struct kl_wave {
    int depth;     /* K */
    int64_t thick; /* planes of a front */
    int64_t planes;
    int first; /* steps before this block: step j reads array (first + j - 1) % 2 */
} kl_wave;

/* Planes *from..*to-1 of step j in front w; false: none. */
static inline bool kl_wave_range(const kl_wave *wave, int j, int64_t w, int64_t *from, int64_t *to)
{
    const int64_t c = w - 2 * j, end = j + wave->planes;
    *from = c * wave->thick > j ? c * wave->thick : j;
    *to = (c + 1) * wave->thick < end ? (c + 1) * wave->thick : end;
    return c >= 0 && *from < *to;
}

static inline int64_t kl_wave_fronts(const kl_wave *wave)
{
    return (wave->depth + wave->planes - 1) / wave->thick + 2 * wave->depth + 1;
}

typedef struct kl_edge {
    int rank;      /* who is there; -1: this rank itself, around the lattice */
    int near;      /* its number in the team; -1: on another node */
    int64_t sites; /* of its rows */
    int64_t rows;
    int64_t length; /* numbers of an edge of one plane */
    char *out[2], *in[2];
    MPI_Request sent[2], taken[2];
} kl_edge;

typedef struct kl_edges {
    const kl_pencils *pencils; /* not owned */
    kl_team *team;             /* of the node, or NULL; not owned */
    size_t element;
    int64_t most;  /* planes times steps of a message */
    bool shared;   /* the arrays at work are the team's */
    int64_t begin; /* fronts that the team had done before this block */
    kl_edge side[KL_SIDES];
    int64_t bytes; /* sent so far */
} kl_edges;

/* For fronts of at most depth x thick = `most` planes in all their steps; *out, which pencils point
 * to then, must stay where it is. Collective; destroy is local and takes zeros. */
kl_status kl_edges_create(kl_pencils *pencils, kl_team *team, size_t element, int64_t most,
                          kl_edges *out, kl_error *err);
void kl_edges_destroy(kl_edges *edges);

/* Around the fronts 0, 1, ... of a block: need() before front w, done() after it, end() when all
 * are done, after which neighbours read nothing any more. array: the two vectors. */
void kl_edges_begin(kl_edges *edges, void *const array[2]);
void kl_edges_need(kl_edges *edges, int64_t w);
void kl_edges_done(kl_edges *edges, const kl_wave *wave, int64_t w, void *const array[2]);
void kl_edges_end(kl_edges *edges, const kl_wave *wave);

/* Between need(w) and done(w): the first number of the edge of plane p (0..L-1) on a side, as step
 * j reads it from `array`; the next ones follow at distances of *stride. `n`: how many planes of
 * earlier steps, and of this one, are worked on in front w before it. Local. */
const void *kl_edges_at(const kl_edges *edges, kl_side side, const void *array, int64_t p,
                        int64_t w, int64_t n, int64_t *stride);

#endif
