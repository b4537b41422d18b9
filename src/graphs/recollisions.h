/* What remains of a graph in the kinetic limit: rungs from line to line, nested, and immediate
 * recollisions between them (the classes basic and decorated). The rungs are at times 0 < s_1 < ..
 * < s_k < T; the recollisions of a line in the gap of length D_j after rung j come in order, D^c/c!
 * for c of them. So for an observable of momentum alone, with a factor per recollision and one per
 * rung, the graph is those factors times
 *
 *   T^(k+a+b) prod_j (c_j + d_j)!/(c_j! d_j!)/(k + a + b)!,
 *
 * c_j and d_j the recollisions of the left and right line in gap j = 0..k, a and b their sums
 * (Dirichlet's integral). Over all graphs of the same k, a, b these add up to T^(k+a+b)/(a! b! k!).
 * Local.
 */
#ifndef KL_GRAPHS_RECOLLISIONS_H
#define KL_GRAPHS_RECOLLISIONS_H

#include "graphs/graph.h"

typedef struct kl_recollisions {
    int rungs, left, right; /* k, a, b */
    double share;           /* the factor after T^(k+a+b) */
} kl_recollisions;

/* False: the graph is neither basic nor decorated, and vanishes. */
bool kl_graph_recollisions(const kl_graph *graph, kl_recollisions *out);

#endif
