/* N = 2..6 fermions in d = 1, exactly:
 *
 *   i hbar d psi/dt = [sum_j (-hbar^2 Lap_j/2 + U(x_j)) + N^-1 sum_(i<j) V(x_i - x_j)] psi, hbar =
 * 1/N
 *
 * (T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, (6.5), with a potential), from
 * the determinant of the N lowest orbitals of (p^2 + x^2)/2, moved.
 *
 * psi is a sum over all determinants of K orbitals (configuration interaction) that move with
 * Hartree's mean field, from the K lowest of the trap on; what the mean field lacks acts on the
 * coefficients (many_basis.h). Drifts and kicks of all are composed to order 4 (S. Blanes, P. C.
 * Moan, J. Comput. Appl. Math. 142 (2002) 313, S6), in steps whose error is measured
 * (step_control.h). What is left is the error of the basis: the same is done with KL_MANY_FEWER
 * orbitals less beside it, and the two one-particle density matrices are compared. Cores
 * (determinants.h) are shared by the ranks, psi is on all of them. */
#ifndef KL_CONTINUUM_MANY_H
#define KL_CONTINUUM_MANY_H

#include "classical/window.h"
#include "continuum/box_grid.h"
#include "continuum/hierarchy.h"
#include "continuum/step_control.h"

enum { KL_LEAST_FERMIONS = 2, KL_MANY_FEWER = 4 };

typedef struct kl_many_problem { /* nothing is owned */
    int particles;               /* 2..6 */
    int orbitals;                /* K, particles + KL_MANY_FEWER..48; 0: kl_many_orbitals_for() */
    const kl_smooth *potential, *interaction; /* V as kl_interaction_even() asks */
    double displacement;
    double side; /* of the box, which must hold all orbitals, and points on it */
    int64_t sites;
    double tolerance, last; /* of psi at the last time, by steps */
} kl_many_problem;

typedef struct kl_many kl_many;

typedef struct kl_many_progress { /* plain data: with the state, all that is needed to go on */
    double now;                   /* time that was reached */
    double products;              /* by the coefficients' matrix, so far */
    kl_step_progress step;        /* beyond now */
} kl_many_progress;

/* K for N particles whose error of the basis is some 1e-6. Local. */
int kl_many_orbitals_for(int particles);
/* The most quanta (determinants.h) of N particles in K orbitals. One alone may have K - N; those of
 * the centre of mass are shared by all. Local. */
int kl_many_quanta_for(int particles, int orbitals);

/* At time 0; what the problem points to must stay. Collective over comm. KL_ENVIRONMENT: no memory.
 * Free with destroy, which is local. */
kl_status kl_many_create(MPI_Comm comm, const kl_many_problem *problem, kl_many **out,
                         kl_error *err);
void kl_many_destroy(kl_many **many);
/* On from progress.now towards `to`, a piece of some seconds at most; *reached: it is there.
 * Collective. KL_INPUT: the tolerance
 * cannot be reached. KL_BUG: the norm is not kept. */
kl_status kl_many_advance(kl_many *many, double to, bool *reached, kl_error *err);

/* What a checkpoint keeps: *n numbers, the same on all ranks, and plain data; both may be written
 * to. Local. */
complex double *kl_many_state(kl_many *many, size_t *n);
kl_many_progress *kl_many_progress_of(kl_many *many);

/* Bytes of a rank; seconds until time t on one rank, roughly. Local. */
double kl_many_bytes(const kl_many_problem *problem);
double kl_many_seconds(const kl_many_problem *problem, double t);

/* In these, `which` is 0 for K orbitals and 1 for the KL_MANY_FEWER less that go beside them: what
 * both differ by is the error of the basis. */

/* gamma, <a_i^+ a_k>, of trace N: sum_m occupation_m |orbital_m><orbital_m| on the points of a grid
 * in d = 1 (sum |orbital|^2 = 1). sum_m occupation_m <orbital_m| O |orbital_m>/N is <O>, of a
 * particle. The box must hold the orbitals. Collective. KL_ENVIRONMENT: no memory. */
typedef struct kl_many_natural {
    int n;                   /* from the largest occupation on */
    double *occupation;      /* [n] in [0, 1]; owned */
    complex double *orbital; /* [n][sites]; owned */
} kl_many_natural;
kl_status kl_many_natural_create(kl_many *many, int which, const kl_box_grid *grid,
                                 kl_many_natural *out, kl_error *err);
void kl_many_natural_destroy(kl_many_natural *natural);

/* gamma_1 = gamma/N, gamma_2 of two particles with trace 1; norms are those of Hilbert and Schmidt.
 */
typedef struct kl_many_checks {
    double number, purity;          /* tr gamma; tr gamma (1 - gamma), 0 of determinants */
    double energy, energy_of_fewer; /* <H>/N */
    double
        basis; /* tr |gamma_1 - that of fewer orbitals|: a mean of |J| <= 1 is off by less, or so */
    double tail; /* tr gamma in the two last orbitals */
    double
        antisymmetrised; /* |gamma_2 - N/(N-1) gamma_1 x gamma_1 (1 - P)|/|gamma_2|: correlation */
    double
        plain; /* |gamma_2 - gamma_1 x gamma_1|/|gamma_1 x gamma_1|: of order 1 by exchange alone */
} kl_many_checks;
/* Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_many_check(kl_many *many, kl_many_checks *out, kl_error *err);

/* <J x J>_2 - <J>^2, <J x J>_2 = (N (N - 1))^-1 sum_(i != j) <J_i J_j>: of J that is a function of
 * x alone or of p alone; else NAN. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_many_pair(kl_many *many, int which, const kl_phase_observable *o, double *defect,
                       kl_error *err);

/* The third term of the hierarchy (hierarchy.h), for the J that is set in h, whose grid has the
 * points of the problem's. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_many_correlation(kl_many *many, int which, const kl_hierarchy *h, double *value,
                              kl_error *err);

/* The equation of two particles, (6.10)-(6.12) of Chen for n = 2, with J x J of the J that is set
 * in h (many_pairs.c):
 *
 *   d/dt <J x J> = 2 <(p d_x J) x J> + flow + moyal + force + exchange + correlation. */
typedef struct kl_many_pair_terms {
    double flow;  /* -2 <(W' d_p J) x J>, with the first term all that is in Vlasov's equation */
    double moyal; /* 2 <((i/hbar) [W, J] + W' d_p J) x J> */
    double force; /* (6.11): (i/hbar) N^-1 <[V(x_1 - x_2), J x J]> */
    double exchange, correlation; /* (6.12) beyond W: of a determinant with that gamma, the rest */
} kl_many_pair_terms;
/* As kl_many_correlation(). */
kl_status kl_many_pair_equation(kl_many *many, int which, const kl_hierarchy *h,
                                kl_many_pair_terms *out, kl_error *err);

#endif
