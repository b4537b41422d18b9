/* Collisions on one energy shell in a potential with a correlation length:
 *
 *   (K f)(V) = 2 pi int dU delta(e(U) - E) S(V - U) f(U),    Gamma(V) = (K 1)(V),
 *   S(q) = prod_j [c_0 + 2 sum_{n > 0} c_n cos(2 pi n q_j)],   E V(x) V(y) = prod_j c_|x_j - y_j|,
 *
 * S the power spectrum: what the golden rule makes of such a potential. Mass is conserved to
 * rounding, since Gamma is that of the same discrete K. Private to this room; local.
 *
 * A function on the shell is kept as its 2^d parts of definite parity in each axis (bit j of the
 * part's number: odd in axis j) at the points of the first octant, times the root of their
 * weights. S is even, so that K leaves the parts alone, and on each it is L L^T of low rank, by
 * Cholesky's decomposition with pivots (H. Harbrecht, M. Peters, R. Schneider, Appl. Numer. Math.
 * 62 (2012) 428): what is left out is bounded by its trace. */
#ifndef KL_KINETIC_SCATTERING_H
#define KL_KINETIC_SCATTERING_H

#include "kinetic/problem.h"
#include "kinetic/shell.h"
#include "kinetic/watch.h"

enum { KL_MOST_PARITIES = 8 };

typedef struct kl_scattering {
    int dimension, parities; /* 2^d */
    size_t stride;           /* points, padded with weight 0 to a multiple of KL_LANES */
    double *root;            /* [stride] of the weights */
    double *velocity[3];     /* [stride] */
    double *rate;            /* [stride] Gamma */
    int rank[KL_MOST_PARITIES];
    double *factor[KL_MOST_PARITIES]; /* [rank][stride] L */
    double *feed;                     /* [parities][stride] K(V, p), of what is at p alone */
    double beam, mean;                /* Gamma at p; its average over the shell */
} kl_scattering;

/* Gamma at p from a shell's rule. */
double kl_scattering_rate(const kl_kinetic_problem *problem, const kl_shell *shell);

/* `tolerance`: the share of K's trace that may be left out. KL_ENVIRONMENT: no memory. KL_STOPPED:
 * the watch, which is looked at rank by rank. */
kl_status kl_scattering_create(const kl_kinetic_problem *problem, const kl_shell *shell,
                               double tolerance, kl_watch *watch, kl_scattering *scattering,
                               kl_error *err);
void kl_scattering_destroy(kl_scattering *scattering);

/* Doubles of a function: all Re, then all Im, each [parities][stride]. */
size_t kl_scattering_size(const kl_scattering *scattering);

/* out = (Gamma - K + 2 pi i xi.v) f. */
void kl_scattering_apply(const kl_scattering *scattering, const double xi[3], const double *f,
                         double *out);

#endif
