/* The Hamiltonian flow of p^2/2 + V(x) in d = 1, 2, 3: x' = p, p' = -grad V. Points are
 * z = (x_1..x_d, p_1..p_d). Local.
 *
 * T. Chen, lecture notes on semiclassical scaling limits (2011), (3.1)-(3.4), (4.8)-(4.13). */
#ifndef KL_CLASSICAL_FLOW_H
#define KL_CLASSICAL_FLOW_H

#include "classical/ode.h"
#include "classical/smooth.h"

typedef enum kl_flow_kind {                   /* what the state is */
                            KL_FLOW_POINTS,   /* z */
                            KL_FLOW_TANGENTS, /* z, and behind it DPhi, row major [2d][2d] */
                            KL_FLOW_ACTION    /* z, DPhi, and int (p^2/2 - V) dt */
} kl_flow_kind;
enum { KL_FLOW_STATE = 6 + 36 + 1 }; /* the longest */

typedef struct kl_flow {
    const kl_smooth *potential; /* not owned; both must stay where they are */
    kl_monomials of_x;          /* of its Taylor polynomials; not of points */
    double taylor[64];
    kl_ode ode;
} kl_flow;

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_flow_create(const kl_smooth *potential, kl_flow_kind kind, double tolerance,
                         kl_flow *out, kl_error *err);
void kl_flow_destroy(kl_flow *flow);

/* DPhi = 1 behind z, and no action yet. Of a flow with tangents. */
void kl_flow_identity(const kl_flow *flow, double *state);

/* False: it runs away. */
bool kl_flow_advance(kl_flow *flow, double t, double *state);

/* The largest entry of DPhi^T J DPhi - J along the flow of z by t, which is 0; NAN: it runs
 * away. Of a flow with tangents. */
double kl_flow_symplectic_defect(kl_flow *flow, const double *z, double t);

#endif
