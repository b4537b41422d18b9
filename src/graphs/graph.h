/* Feynman graphs of E<J, W^(n,m)>: contractions of n + m interaction vertices.
 *
 * The vertices run along conj(psi_0) .. J .. psi_0: 1..n on the left line from the earliest to the
 * latest, n+1 the latest on the right line, n+m the earliest there. The expectation of a product of
 * independent potentials is the sum over the partitions of the vertices into blocks, all vertices
 * of a block at one site, of the product of the cumulants kappa_|B|; odd cumulants of the four laws
 * vanish, so blocks are even, and for a Gaussian law they are pairs.
 *
 * All functions are local.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.13)-(2.15); lecture notes (2011),
 * (5.17)-(5.19). */
#ifndef KL_GRAPHS_GRAPH_H
#define KL_GRAPHS_GRAPH_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    KL_GRAPH_VERTICES = 16, /* at most */
    KL_GRAPH_NAME = 48      /* bytes of a name, its end included */
};

typedef struct kl_graph {
    int left, right;              /* n, m */
    int nblocks;                  /* numbered by their smallest vertex, from 0 */
    int block[KL_GRAPH_VERTICES]; /* of vertex v at [v - 1] */
} kl_graph;

/* The laws of the potential: variance 1, mean 0, symmetric. */
typedef enum kl_law { KL_LAW_GAUSSIAN, KL_LAW_UNIFORM, KL_LAW_BERNOULLI, KL_LAW_LAPLACE } kl_law;

/* kappa_order, order 1..10: uniform B_n (2 sqrt 3)^n/n (B_n Bernoulli's numbers), +-1: of log cosh,
 * Laplace 2 (n-1)! 2^(-n/2). 0 for odd orders. */
double kl_law_cumulant(kl_law law, int order);
/* The product of kappa_|B| over the blocks; no block above 10 vertices. */
double kl_graph_factor(const kl_graph *graph, kl_law law);

/* Calls visit for every partition of left + right <= 16 vertices into pairs (`pairs`) or even
 * blocks, in lexicographic order of block[]; stops at the first failure and returns it. An odd
 * number of vertices has none, no vertices have one. */
typedef kl_status (*kl_graph_visitor)(const kl_graph *graph, void *context, kl_error *err);
kl_status kl_graphs_visit(int left, int right, bool pairs, kl_graph_visitor visit, void *context,
                          kl_error *err);
/* The same as an array of *n, freed with free(). KL_INPUT: more than 12 vertices. */
kl_status kl_graphs_list(int left, int right, bool pairs, kl_graph **list, size_t *n,
                         kl_error *err);

/* Blocks by their smallest vertex joined by ".", their vertices ascending joined by "-":
 * "1-3.2-4"; empty for no vertices. */
void kl_graph_name(const kl_graph *graph, char name[KL_GRAPH_NAME]);
/* The graph of a name, which must be as kl_graph_name() writes it. KL_INPUT: it is not. */
kl_status kl_graph_parse(const char *name, int left, int right, kl_graph *graph, kl_error *err);

/* Left and right exchanged: vertex v becomes n + m + 1 - v. Its amplitude for J is the conjugate
 * of this graph's amplitude for conj J. */
kl_graph kl_graph_mirror(const kl_graph *graph);

typedef enum kl_graph_class {
    KL_GRAPH_BASIC,     /* n = m, l ~ 2n+1-l: the ladder */
    KL_GRAPH_DECORATED, /* immediate recollisions l ~ l+1 on one line, and nested rungs */
    KL_GRAPH_NESTING,   /* no crossing, yet none of these */
    KL_GRAPH_CROSSING,  /* l < j < l' < j' with l ~ l', j ~ j' */
    KL_GRAPH_BLOCKS,    /* a block of more than two vertices */
    KL_GRAPH_CLASSES
} kl_graph_class;

extern const char *const kl_graph_class_names[]; /* NULL-terminated */
kl_graph_class kl_graph_classify(const kl_graph *graph);

#endif
