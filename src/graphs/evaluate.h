/* The numbers of a formula at nodes w and z of the contours.
 *
 * What depends on w alone or on z alone is computed for a block of nodes at once and kept; then the
 * pairs of the two blocks share it. All functions are local.
 */
#ifndef KL_GRAPHS_EVALUATE_H
#define KL_GRAPHS_EVALUATE_H

#include "graphs/formula.h"
#include "graphs/tetrahedron.h"

typedef struct kl_evaluation {
    const kl_torus *torus;                 /* not owned */
    const kl_formula *formula;             /* not owned */
    int block;                             /* nodes of a block, at most */
    double complex *symbol[2];             /* b(p), b(-p); [points] */
    double complex *start[2];              /* |psi_0^(p)|^2, at -p */
    double complex *ends[2];               /* |psi_0^|^2 exp(it e), of kl_evaluation_time() */
    double complex **position, **momentum; /* [nterms]: [copies][points], NULL: not needed */
    double complex **scalar;               /* [nscalars]: [copies] */
    double complex *node[2];               /* w, z of the blocks */
    kl_tetrahedron tetrahedron;            /* without orbits unless the formula has one */
} kl_evaluation;

/* symbol, start: [points] of the torus, copied. KL_ENVIRONMENT: no memory. */
kl_status kl_evaluation_create(const kl_torus *torus, const kl_formula *formula, int block,
                               const double complex *symbol, const double complex *start,
                               kl_evaluation *out, kl_error *err);
void kl_evaluation_destroy(kl_evaluation *evaluation);

/* Sets the time of the start edge of graphs on one line. */
void kl_evaluation_time(kl_evaluation *evaluation, double time);
/* Computes what depends on one line's nodes alone. line: KL_LINE_LEFT or KL_LINE_RIGHT. */
void kl_evaluation_load(kl_evaluation *evaluation, unsigned line, const double complex *nodes,
                        int count);
/* Computes what depends on nodes number i of the left and j of the right block together. */
void kl_evaluation_pair(kl_evaluation *evaluation, int i, int j);
/* The number of graph g there; i is ignored if all is on one line. */
double complex kl_evaluation_graph(const kl_evaluation *evaluation, int g, int i, int j);

/* What a formula costs: bytes kept, and for each pair of nodes the transforms and the passes over
 * the points (products, sums), those of tetrahedra apart (`tetrahedra` sums per pair). */
typedef struct kl_evaluation_cost {
    double bytes;
    int transforms, passes, tetrahedra;
    int node_transforms, node_passes; /* for each node that is loaded, of one line alone */
} kl_evaluation_cost;
kl_evaluation_cost kl_evaluation_estimate(const kl_formula *formula, size_t points, int block);

#endif
