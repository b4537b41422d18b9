/* The limit of Schroedinger's equation i eps d/dt psi = (-eps^2/2 Laplacian + V) psi as eps goes to
 * zero, and its first correction.
 *
 * A start h exp(i S/eps), |h|^2 normal of standard deviation s, has the limit
 * W_0 = |h|^2 delta(p - grad S), which the flow Phi_t of p^2/2 + V carries:
 *
 *   <J, W_t> = int |h(x)|^2 A_t(x, grad S(x)) dx,   A_t = J o Phi_t
 *
 * (T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, (4.7), (4.14)-(4.18)). For real
 * h the error is c eps^2 + O(eps^4), caustics or not, with
 *
 *   c = int |h|^2 [Lap_p A_T/(8 s^2) - S_ijk d_pi d_pj d_pk A_T/24] dx
 *       + (1/24) int_0^T int |h|^2 (V_ijk d_pi d_pj d_pk A_(T-t))(Phi_t(x, grad S)) dx dt:
 *
 * the two first from W_0 itself, the last from the Moyal equation (jets.h). A coherent state
 * has s = sqrt(eps/2), S = p.x; its limit is a point z, its error c eps + O(eps^2),
 * c = (Lap_x + Lap_p) A_T(z)/4.
 *
 * All are collective over comm; value[ntimes][nobservables], error likewise. Packets add up, each
 * by its share: they must not overlap in phase space. KL_ENVIRONMENT: no memory. KL_STOPPED.
 */
#ifndef KL_CLASSICAL_LIOUVILLE_H
#define KL_CLASSICAL_LIOUVILLE_H

#include "classical/window.h"

typedef struct kl_wkb { /* a packet */
    double center[3], width;
    bool coherent; /* width follows from eps */
    kl_smooth phase;
    double weight, angle; /* its amplitude, the angle in turns: of no effect on the limit */
    double share;         /* weight^2 over the sum of them */
} kl_wkb;

typedef struct kl_liouville { /* nothing is owned */
    const kl_smooth *potential;
    int npackets;
    const kl_wkb *packet;
    int ntimes;
    const double *times;
    int nobservables;
    const kl_phase_observable *observable;
    double tolerance;            /* of each value, relative to the larger of 1 and it */
    bool (*stop)(void *context); /* as of kl_limit_values; NULL: never */
    void *stop_context;
} kl_liouville;

/* *reached: the tolerance was. Indicators in d > 1 may miss it: their error says by how much. */
kl_status kl_liouville_reference(MPI_Comm comm, const kl_liouville *l, double *value, double *error,
                                 bool *reached, kl_error *err);

/* c; NAN for observables that are not smooth. Packets are all coherent or none. */
kl_status kl_liouville_next_order(MPI_Comm comm, const kl_liouville *l, double *value,
                                  double *error, bool *reached, kl_error *err);

/* A transported density: the means of a Gaussian of standard deviation `width` in x and `narrow` in
 * p (in d = 1: at each of nx positions and np momenta; narrow = 0: in x alone, np = 1) under the
 * flow to each time: field[ntimes][nx][np]. */
typedef struct kl_liouville_grid {
    int axis; /* of x and p */
    double width, narrow;
    int nx, np;
    const double *x, *p;
} kl_liouville_grid;
kl_status kl_liouville_field(MPI_Comm comm, const kl_liouville *l, const kl_liouville_grid *grid,
                             double **field, kl_error *err);

/* grad S at x. Local. */
void kl_wkb_momentum(const kl_wkb *packet, const double x[3], double p[3]);

#endif
