/* The colouring of a graph, by which its amplitude is a mean over signs, for any start and
 * observable:
 *
 *   Amp(pi) = prod_B kappa_|B| E <J, W[conj(psi_L), psi_R]>,
 *   i d/dt psi^(j) = Delta psi^(j) + eta s_j psi^(j-1),   psi^(0)(0) = psi_0,
 *
 * psi_L and psi_R the last ones of two such chains, along the n vertices of the left line and the
 * m of the right one from the earliest to the latest. Vertex j has the field s_j of signs +-1. In a
 * block of k vertices the fields of all but its last one are independent, site by site, and that of
 * the last one is their product. Then E prod_{v in B} s_v(x_v) = 1 where all x_v are one site and 0
 * elsewhere: the first field meets at its own site only itself in the last one, and so do all.
 * Pairs share one field. The blocks are independent.
 *
 * A field has a number that depends on what its block is (within the left line, within the right
 * one, or between them), on the block's size, its rank among such blocks and the vertex's rank
 * within it: graphs have as many chains in common as can be.
 *
 * All functions are local.
 */
#ifndef KL_GRAPHS_COLOURS_H
#define KL_GRAPHS_COLOURS_H

#include "graphs/graph.h"

typedef struct kl_chain {
    int n;
    int field[KL_GRAPH_VERTICES]; /* numbers, from the earliest vertex to the latest */
} kl_chain;

/* The fields of all graphs of n + m vertices, and the chains that they make. */
typedef struct kl_colours { /* arrays owned by it */
    size_t nfields;
    int *field; /* [nfields]: numbers, above 0, ascending; chains name their places here */
    size_t nchains[2];
    kl_chain *chain[2]; /* left, right */
    size_t *of[2];      /* [graphs]: its chain */
} kl_colours;

/* KL_ENVIRONMENT: no memory. Free with destroy on failure too. */
kl_status kl_colours_create(const kl_graph *graphs, size_t n, kl_colours *out, kl_error *err);
void kl_colours_destroy(kl_colours *colours);

/* The independent fields by numbers whose product is the field of that number, into factor[16]; how
 * many. One: itself. */
int kl_colours_factors(int number, int *factor);

#endif
