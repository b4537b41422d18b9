/* The linear Boltzmann equation on the macroscopic torus, by PETSc.
 *
 *   dF/dT + v(V).grad_X F = 2 pi int dU delta(e(U)-e(V)) [F(X,U) - F(X,V)]
 *   e(V) = 2 sum_j cos(2 pi V_j),   v_j(V) = -2 sin(2 pi V_j)
 *   F_0 = |h(X)|^2 delta(V - grad S(X)),   S = p.X + X.A.X/2 + terms + waves
 *
 * This room is the check of the quantum evolution: it includes nothing of
 * `lattice`, `dynamics` or `wigner`. PETSc with real or complex scalars.
 */
#ifndef KL_KINETIC_BOLTZMANN_H
#define KL_KINETIC_BOLTZMANN_H

#include "kinlim/status.h"

#include <stdbool.h>

typedef enum kl_kinetic_envelope {
    KL_KINETIC_GAUSSIAN, /* |h|^2 = normal density, standard deviation `width` per axis, periodised
                          */
    KL_KINETIC_BUMP, /* h = C prod_j exp(-1/(1-((X_j-c_j)/width)^2)) inside |X_j-c_j| < width, int
                        |h|^2 = 1 */
    KL_KINETIC_UNIFORM, /* |h|^2 = ell^-d: a plane wave */
    KL_KINETIC_DELTA    /* F_0 = delta(X - center), every V alike: one site; no S */
} kl_kinetic_envelope;

typedef enum kl_kinetic_position {
    KL_KINETIC_POSITION_GAUSSIAN, /* a = exp(-|X-center|^2/(2 width^2)), periodised over the torus
                                   */
    KL_KINETIC_POSITION_UNIFORM,  /* a = 1 */
    KL_KINETIC_POSITION_WAVE      /* a = exp(2 pi i wave.X/ell) */
} kl_kinetic_position;

/* J(X,V) = a(X) sum_n (re_n + i im_n) exp(2 pi i mode_n.V) */
typedef struct kl_kinetic_observable {
    kl_kinetic_position position;
    double center[3], width;
    int wave[3];
    int nmodes;
    const int (*mode)[3];
    const double (*coefficient)[2];
} kl_kinetic_observable;

/* coefficient * prod_j X_j^power_j of S, powers >= 0 */
typedef struct kl_kinetic_term {
    int power[3];
    double coefficient;
} kl_kinetic_term;

/* sine * sin(2 pi wave.X) + cosine * cos(2 pi wave.X) of S */
typedef struct kl_kinetic_wave {
    double wave[3]; /* waves per unit of length, on the torus too */
    double sine, cosine;
} kl_kinetic_wave;

typedef struct kl_kinetic_problem {
    int dimension;        /* 2 or 3; entries of 3-vectors beyond it are ignored */
    double ell;           /* side of the torus */
    bool infinite;        /* R^d instead: ell is not used, no position may be a wave */
    double momentum[3];   /* p */
    double hessian[3][3]; /* A, symmetric; A, terms and waves: gaussian and bump only */
    int nterms, nwaves;
    const kl_kinetic_term *term; /* [nterms]; degree 1 too, at the cost of a bent S */
    const kl_kinetic_wave *wave; /* [nwaves] */
    kl_kinetic_envelope envelope;
    double center[3], width;
    int ntimes;
    const double *times; /* T >= 0, increasing */
    int nobservables;
    const kl_kinetic_observable *observables;
    double tolerance; /* absolute error wanted of each <J,F_T> */
    /* Is the solve to end here? Asked on every rank of its communicator, in step, so that it
     * may communicate there; one yes is enough. NULL: never. */
    bool (*stop)(void *context);
    void *stop_context;
    double stop_interval; /* seconds of work between two asks; 0: 0.2 */
} kl_kinetic_problem;

/* Collective over comm. Fills, on every rank, value[it][io][2] = Re, Im of
 * <J_io, F_T> (no conjugate on J) and error[it][io] = its estimated absolute
 * error from refinement of everything that was discretised. Near a van Hove
 * energy the tolerance may not be reached: that is no failure, and `error`
 * tells. `note` (256 bytes, may be empty) says so in words.
 * Where S is not p.X, X is not periodic: |h|^2 and S are those of the unwrapped X.
 * KL_INPUT: dimension 1; S = p.X and p at a point where v and the shell degenerate
 * so that no solution exists (e.g. the band edge); a wave in infinite space.
 * KL_ENVIRONMENT: PETSc failed. KL_STOPPED, on all ranks: the problem's `stop` said so. */
kl_status kl_boltzmann_solve(MPI_Comm comm, const kl_kinetic_problem *problem, double *value,
                             double *error, char *note, kl_error *err);

/* Local. *seconds: what kl_boltzmann_solve() will take on one core, within a factor 3 or so as a
 * rule where two rungs of its ladder will do, for a core of 2.6 GHz; a start may be hard
 * and take more rungs. Takes milliseconds, up to a second for starts of a million points. Fails
 * as the solve does. */
kl_status kl_boltzmann_cost(const kl_kinetic_problem *problem, double *seconds, kl_error *err);

/* Start and end of PETSc; collective over MPI_COMM_WORLD, once, after
 * MPI_Init. PETSc's own error text, signal handlers and options are off. */
kl_status kl_petsc_begin(kl_error *err);
void kl_petsc_end(void);
const char *kl_petsc_version(void); /* e.g. "3.18.5 (complex)" */

#endif
