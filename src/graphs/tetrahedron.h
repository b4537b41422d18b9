/* The sum over the complete graph of four sites, 0 and a, c, e:
 *
 *   sum_a outer(a) T(a),   T(a) = sum_{c,e} ca(c-a) c0(c) inner(c-e) e0(e) ea(e-a):
 *
 * two transforms and L^d products for each a. T is as symmetric as its edges, so a runs over one
 * site of each orbit of their common symmetry (reflections and exchanges of axes), 48 times fewer
 * in d = 3 at best. The torus has no even axes. All functions are local.
 */
#ifndef KL_GRAPHS_TETRAHEDRON_H
#define KL_GRAPHS_TETRAHEDRON_H

#include "graphs/torus.h"

/* Order of the edges of KL_SCALAR_TETRAHEDRON; of inner the transform is taken. */
enum {
    KL_TETRAHEDRON_OUTER,
    KL_TETRAHEDRON_INNER,
    KL_TETRAHEDRON_C0,
    KL_TETRAHEDRON_CA,
    KL_TETRAHEDRON_E0,
    KL_TETRAHEDRON_EA
};

typedef struct kl_tetrahedron {
    const kl_torus *torus; /* not owned */
    size_t orbits;
    size_t *site;         /* [orbits], its first site */
    size_t *orbit;        /* [points], the orbit of each site */
    double complex *work; /* [2 points + orbits] */
} kl_tetrahedron;

/* `symbol` [points]: the symmetries are those reflections and exchanges that leave it as it is.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_tetrahedron_create(const kl_torus *torus, const double complex *symbol,
                                kl_tetrahedron *out, kl_error *err);
void kl_tetrahedron_destroy(kl_tetrahedron *tetrahedron);

/* edge[i]: [points] in position, the inner one in momentum. */
double complex kl_tetrahedron_sum(kl_tetrahedron *tetrahedron, const double complex *const edge[6]);

#endif
