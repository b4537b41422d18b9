/* What kl_graphs_amplitudes() is asked for, and what it costs. */
#ifndef KL_GRAPHS_REQUEST_H
#define KL_GRAPHS_REQUEST_H

#include "graphs/graph.h"

typedef struct kl_graphs_problem {
    int dimension, sites; /* d = 1..3, L >= 2 */
    int left, right;      /* vertices n, m; at most 12 in all */
    kl_law law;
    double eta;
    int ntimes;
    const double *times; /* t, microscopic, >= 0 */
    const double *start; /* |psi_0^(k)|^2 at k L = 0..L-1 per axis, axis 0 slowest, its mean 1 for a
                            normalised psi_0; or NULL: the plane wave of momentum wave/L */
    int wave[3];
    int nmodes;
    const int (*mode)[3]; /* b(V) = sum_m coefficient_m exp(2 pi i mode_m.V) */
    const double (*coefficient)[2];
    double tolerance;
} kl_graphs_problem;

typedef struct kl_graphs_cost {
    int nodes;         /* M */
    double pairs;      /* of nodes at which the sums are taken */
    double transforms; /* for each pair, tetrahedra apart */
    double passes;     /* over the points of the torus, likewise */
    double tetrahedra; /* different sums that do not reduce, for each pair */
    double operations; /* floating point, in all */
    double bytes;      /* of each rank */
} kl_graphs_cost;

#endif
