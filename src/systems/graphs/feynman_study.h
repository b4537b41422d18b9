/* A study of graphs: its keys; by contours the problem of each point, sampled the colours. Local.
 */
#ifndef KL_SYSTEMS_FEYNMAN_STUDY_H
#define KL_SYSTEMS_FEYNMAN_STUDY_H

#include "graphs/amplitude.h"
#include "graphs/colours.h"
#include "kinlim/system.h"
#include "parts/observables.h"
#include "parts/packets.h"
#include "parts/potential.h"

extern const kl_key *const kl_feynman_keys[];

typedef struct kl_feynman_point {
    double *start; /* [L^d] |psi_0^|^2; NULL: a plane wave */
    int wave[3];   /* L times its momentum */
    double *times; /* [ntimes], microscopic */
    kl_graphs_cost cost;
} kl_feynman_point;

typedef struct kl_feynman { /* arrays owned by it */
    kl_stations times;
    bool sampled;
    int left, right, lines;
    double tolerance;
    kl_disorder_keys disorder;
    kl_lattice_points points;
    kl_packets packets;
    kl_observable observable;
    kl_symbol symbol;
    kl_warnings warnings;
    size_t n;
    kl_graph *graph;         /* [n] */
    kl_colours colours;      /* sampled, one line */
    kl_feynman_point *point; /* [points.n] */
} kl_feynman;

/* As kl_system.alternate: whether `method` is sampled. */
kl_status kl_feynman_is_sampled(kl_node *root, bool *sampled, kl_error *err);

/* KL_INPUT. Free on failure too. */
kl_status kl_feynman_read(kl_node *root, const kl_stations *times, kl_feynman *out, kl_error *err);
void kl_feynman_free(kl_feynman *feynman);

kl_law kl_feynman_law(const kl_feynman *feynman);
/* By contours. Its arrays are those of `feynman`. */
kl_graphs_problem kl_feynman_problem(const kl_feynman *feynman, int point);

#endif
