/* What the parts of a lattice in pencils need of each other: the rows and sites at the edges of
 * their planes, once a front.
 *
 * Step j goes through the planes q = j..j+L-1 (mod L), in fronts of `thick` planes: in front w it
 * works on the planes of [c thick, (c+1) thick), c = w - 2j - pause floor((j-1)/K). So it comes two
 * fronts after step j - 1, whose edges the neighbours have meanwhile, and step j + K begins when
 * step j is done: K steps are at work in each front, from the first ones of a sweep to its last.
 * Edges lie in the arrays of neighbours of the same node (lattice/team.h), who tell how many fronts
 * they have done. Others send, after each front, what the next but one needs: for each of its steps
 * and planes one row or one column. In all a rank sends `steps x L` rows to each of these sides.
 */
#ifndef KL_LATTICE_EDGES_H
#define KL_LATTICE_EDGES_H

#include "lattice/pencil_parts.h"

typedef enum kl_side { KL_LOW, KL_HIGH, KL_LEFT, KL_RIGHT, KL_SIDES } kl_side; /* rows, sites */

typedef struct kl_wave {
    int depth;     /* K: steps at work in a front, at most */
    int steps;     /* 1..steps: step j reads array (j - 1) % 2 */
    int64_t thick; /* planes of a front */
    int64_t planes;
    int64_t pause; /* fronts by which every K-th step waits for the one K before it */
} kl_wave;

/* The last front of step j must come before the first one of step j + K: the planes between are in
 * up to ceil((L - 1 - K)/thick) fronts more. */
static inline kl_wave kl_wave_of(int depth, int64_t thick, int64_t planes, int steps)
{
    const int64_t between = planes - 1 - depth;
    const int64_t pause = (between + thick - 1) / thick + 1 - 2 * depth;
    return (kl_wave){depth, steps, thick, planes, between > 0 && pause > 0 ? pause : 0};
}

/* The first front of step j, less that of its planes. */
static inline int64_t kl_wave_delay(const kl_wave *wave, int j)
{
    return 2 * j + (j - 1) / wave->depth * wave->pause;
}

/* Planes *from..*to-1 of step j in front w; false: none. */
static inline bool kl_wave_range(const kl_wave *wave, int j, int64_t w, int64_t *from, int64_t *to)
{
    const int64_t c = w - kl_wave_delay(wave, j), end = j + wave->planes;
    *from = c * wave->thick > j ? c * wave->thick : j;
    *to = (c + 1) * wave->thick < end ? (c + 1) * wave->thick : end;
    return c >= 0 && *from < *to;
}

/* The newest step that has begun in front w, `before` in an earlier one. */
static inline int kl_wave_newest(const kl_wave *wave, int64_t w, int before)
{
    while (before < wave->steps &&
           (before + 1) / wave->thick + kl_wave_delay(wave, before + 1) <= w)
        before++;
    return before;
}

/* The oldest step that may be at work with it. */
static inline int kl_wave_oldest(const kl_wave *wave, int newest)
{
    return newest > wave->depth ? newest - wave->depth + 1 : 1;
}

static inline int64_t kl_wave_fronts(const kl_wave *wave)
{
    return (wave->steps + wave->planes - 1) / wave->thick + kl_wave_delay(wave, wave->steps) + 1;
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
    int64_t begin; /* fronts that the team had done before this sweep */
    int newest;    /* step of what was sent last */
    kl_edge side[KL_SIDES];
    int64_t bytes; /* sent so far */
} kl_edges;

/* For fronts of at most depth x thick = `most` planes in all their steps; *out, which pencils point
 * to then, must stay where it is. Collective; destroy is local and takes zeros. */
kl_status kl_edges_create(kl_pencils *pencils, kl_team *team, size_t element, int64_t most,
                          kl_edges *out, kl_error *err);
void kl_edges_destroy(kl_edges *edges);

/* Around the fronts 0, 1, ... of a sweep: need() before front w, done() after it, end() when all
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
