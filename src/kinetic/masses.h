/* What all velocities of a shell share, mode by mode: with g = 2 pi N, xi = k/ell and averages over
 * the points of a quadrature of the shell,
 *
 *   m(s) = exp(-(g + 2 pi i xi.v_p) s) + 2 pi int_0^s K(s - s') m(s') ds'     forward, a start of
 *                                                                  unit mass at velocity v_p
 *   q(s) = B(s) + 2 pi int_0^s K(s - s') q(s') ds'                            adjoint, of b(V)
 *   K(s) = exp(-g s) int dU delta(e - E) exp(-2 pi i xi.v s)
 *   B(s) = exp(-g s) int dU delta(e - E) b(U) exp(2 pi i xi.v s)
 *
 * at the Gauss points of panels in time, by collocation there. K is kept at Chebyshev points in
 * time. N is that of the quadrature, so that b = 1 stays 1 to rounding. */
#ifndef KL_KINETIC_MASSES_H
#define KL_KINETIC_MASSES_H

#include "kinetic/mode_grid.h"
#include "kinetic/panels.h"
#include "kinetic/problem.h"
#include "kinetic/shell.h"

#include <mpi.h>

/* A real function on the shell: Re or Im of an observable's sum of exp(2 pi i mode.V). */
typedef struct kl_real_symbol {
    const kl_kinetic_observable *of;
    bool imaginary;
} kl_real_symbol;

double kl_real_symbol_at(const kl_real_symbol *b, int dimension, const double angle[3]);

typedef struct kl_masses {
    int nsymbols;
    double *forward[2];  /* Re, Im: [npoints][modes] */
    double *at_end[2];   /* m at the panels' ends: [n + 1][modes] */
    double **adjoint[2]; /* Re, Im: [nsymbols][npoints][modes] */
} kl_masses;

/* Collective over comm, whose ranks share the modes; the same on every rank afterwards.
 * `points`: Chebyshev points for K. KL_ENVIRONMENT: no memory. */
kl_status kl_masses_create(MPI_Comm comm, const kl_shell *shell, const kl_mode_grid *grid,
                           const kl_panels *panels, const double velocity[3], int nsymbols,
                           const kl_real_symbol *symbol, int points, kl_masses *masses,
                           kl_error *err);
void kl_masses_destroy(kl_masses *masses);

/* 2 pi sum of the weights. */
double kl_masses_rate(const kl_shell *shell);

#endif
