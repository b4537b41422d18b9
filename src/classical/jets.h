/* Observables along the flow with their derivatives: A_t = J o Phi_t, and the second order in eps
 * of the Moyal equation.
 *
 * Along a trajectory z_t the Taylor polynomial a_t of A_(T-t) at z_t, y = (xi, pi),
 *
 *   d/dt a_t = - pi.grad_xi a_t + (grad V(x_t + xi) - grad V(x_t)).grad_pi a_t,
 *
 * is carried from J at T back to 0 up to third order, which is closed: the equation never takes
 * from a higher degree. Beside it goes
 *
 *   I = (1/24) int_0^T sum_ijk V_ijk d_pi d_pj d_pk A_(T-t) dt
 *
 * at z_t: the term of order eps^2 of d/dt W = {H, W} - (eps^2/24) V_ijk d_p^3 W + ...
 * No finite differences. Local.
 *
 * T. Chen, lecture notes on semiclassical scaling limits (2011), (4.4)-(4.6). */
#ifndef KL_CLASSICAL_JETS_H
#define KL_CLASSICAL_JETS_H

#include "classical/ode.h"
#include "classical/window.h"

/* The equation term by term: da[to] += factor c a[from], c a Taylor coefficient of V (by of_x), or
 * 1 where gradient < 0. The moments M of formal deviations (y, q) from z_t, whose sum with a stays,
 * go by dM[from] -= factor c M[to]. */
typedef struct kl_jet_step {
    int to, from, gradient;
    double factor;
} kl_jet_step;

typedef struct kl_jet_steps {
    kl_monomials of_x, of_z; /* of d and of 2 d variables, up to KL_SMOOTH_DEGREE, KL_JET_DEGREE */
    int n;
    kl_jet_step *step; /* owned */
} kl_jet_steps;

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_jet_steps_create(int dimension, kl_jet_steps *out, kl_error *err);
void kl_jet_steps_destroy(kl_jet_steps *steps);

typedef struct kl_jets {
    const kl_smooth *potential; /* not owned; all must stay where they are */
    int nobservables;
    const kl_phase_observable *observable; /* smooth ones */
    kl_jet_steps steps;
    double *state; /* owned */
    kl_ode ode;
} kl_jets;

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_jets_create(const kl_smooth *potential, int nobservables,
                         const kl_phase_observable *observable, double tolerance, kl_jets *out,
                         kl_error *err);
void kl_jets_destroy(kl_jets *jets);

/* From z_T back by T. False: it runs away. */
bool kl_jets_pull_back(kl_jets *jets, const double *z, double t);

/* After that: Taylor coefficients of J_k o Phi_T at the start, by of_z; I of it. */
const double *kl_jets_coefficients(const kl_jets *jets, int k);
double kl_jets_integral(const kl_jets *jets, int k);

/* sum_ijk f_ijk d_pi d_pj d_pk A, where f_ijk are the third derivatives of the function whose
 * Taylor coefficients are `taylor` (by of_x), and a those of A. */
double kl_jets_third(const kl_jets *jets, const double *taylor, const double *a);
/* d_i^2 A of variable i of z. */
double kl_jets_second(const kl_jets *jets, int i, const double *a);

#endif
