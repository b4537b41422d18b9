/* What kl_graphs_amplitudes() computes, and on which torus. Private to the room. All is local. */
#ifndef KL_GRAPHS_SHARING_H
#define KL_GRAPHS_SHARING_H

#include "graphs/contour.h"
#include "graphs/evaluate.h"
#include "graphs/request.h"

/* Graphs that share a torus: those that reduce, on the smallest; the others on the whole one. */
typedef struct kl_graphs_part {
    size_t n;
    size_t *which; /* [n] of the plan's graphs */
    kl_graph *graph;
    kl_torus torus;
    kl_formula formula;
    double complex *symbol, *start; /* [points] of the torus */
    int block;                      /* nodes at a time */
    kl_evaluation_cost cost;
    double orbits; /* transforms of a tetrahedron are twice as many */
} kl_graphs_part;

typedef struct kl_graphs_plan {
    bool swapped;   /* right = 0: left and right are exchanged, all is conjugated in the end */
    bool one_line;  /* left = 0 now; the symbol is part of the start */
    bool shell;     /* the start lies on the shell of `energy` */
    bool plane;     /* and is one plane wave */
    bool conjugate; /* S(conj w, conj z) = conj S(w, z) */
    double energy;
    double complex scale;           /* of the one plane wave, whose start has modulus 1; or 1 */
    kl_contour_request contour;     /* for the latest time */
    double complex *symbol, *start; /* [L^d] */
    size_t n;                       /* graphs to compute */
    kl_graph *graph;
    size_t *of;   /* [graphs asked for]: the one that serves it */
    bool *mirror; /* [graphs asked for]: by its conjugate */
    kl_graphs_part part[2];
} kl_graphs_plan;

kl_status kl_graphs_plan_create(const kl_graphs_problem *problem, const kl_graph *graphs, size_t n,
                                kl_graphs_plan *out, kl_error *err);
void kl_graphs_plan_destroy(kl_graphs_plan *plan);

#endif
