/* The first equation of the hierarchy of N particles in d = 1, paired with an observable J, term by
 * term (T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, (6.10)-(6.12) for n = 1,
 * with a potential):
 *
 *   d/dt <J> = <p d_x J> + (i/hbar) <[U, J]> + (N - 1)/N (i/hbar) <[V(x_1 - x_2), J_1]>_2.
 *
 * The first term is that of the Vlasov equation, whose other one is -<W' d_p J>, W = U + V * rho.
 * With gamma, gamma_2 the density matrices of one and two particles, of trace 1, P the exchange of
 * two, what the two equations differ by is
 *
 *   moyal       (i/hbar) <[W, J]> + <W' d_p J>: sin(hbar q eta/2)/(hbar/2) in the place of q eta
 *   exchange    -(i/hbar) tr [V, J_1] (gamma x gamma) P
 *   correlation (i/hbar) tr [V, J_1] ((N - 1)/N gamma_2 - gamma x gamma (1 - P)).
 *
 * J = a(x) b(p) is the operator exp(ikx/2) b(p) exp(ikx/2) of each wave k of a: a kernel
 * a((x + x')/2) b^(x - x') on the points of the grid, exact where the grid resolves the orbitals.
 * Nothing goes around the box: b^ is that of a box of twice the side. */
#ifndef KL_CONTINUUM_HIERARCHY_H
#define KL_CONTINUUM_HIERARCHY_H

#include "classical/window.h"
#include "continuum/box_grid.h"

typedef struct kl_hierarchy {
    const kl_box_grid *grid; /* not owned, as phi; of d = 1 */
    int64_t first, count;
    const complex double *phi; /* [all][local] */
    double *rho, *w, *slope;   /* [n], [n]; W' at the 2 n middles of two points; owned */
    double *line;              /* [2 n - 1]: V(x - x'); owned */
    complex double *exchange;  /* [count][n]: sum_x' V(x - x') gamma(x, x') phi_j(x'); owned */
    /* of the J that was set: */
    double *a, *force;              /* [2 n]: a and a W' at the middles; owned */
    kl_box_grid twice;              /* owned */
    complex double *b, *steep;      /* [2 n]: b^ and that of b', of x - x' modulo 2 n; owned */
    double steepest;                /* sup |b'| */
    complex double *image, *turned; /* [n]: scratch; owned */
} kl_hierarchy;

/* gamma = all^-1 sum_j |phi_j><phi_j| in the box; first..first+count-1 are those that are asked
 * for. KL_ENVIRONMENT: no memory. Free with destroy, on failure too. Local. */
kl_status kl_hierarchy_create(const kl_box_grid *grid, const kl_smooth *potential,
                              const kl_smooth *interaction, int64_t all, const complex double *phi,
                              int64_t first, int64_t count, kl_hierarchy *out, kl_error *err);
void kl_hierarchy_destroy(kl_hierarchy *h);

/* J, smooth and not the energy, for the calls below. Local. */
void kl_hierarchy_set(kl_hierarchy *h, const kl_phase_observable *o);

/* The terms' means over the orbitals are their values: those of orbital first + j. Local. */
void kl_hierarchy_terms(const kl_hierarchy *h, int64_t j, double *moyal, double *exchange);

/* What any of the terms may come to with orbitals in |x| <= reach: 2 sup |a| (|W'| + |V'|) sup
 * |b'|. Local. */
double kl_hierarchy_bound(const kl_hierarchy *h, double reach);

/* out[n] = J psi; (W' d_p J) psi. Local. */
void kl_hierarchy_apply(const kl_hierarchy *h, const complex double *psi, complex double *out);
void kl_hierarchy_push(const kl_hierarchy *h, const complex double *psi, complex double *out);

#endif
