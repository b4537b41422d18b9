/* Eigenstates of H nearest to an energy E, by filtered subspace iteration (A. Pieper et al., J.
 * Comput. Phys. 325 (2016) 226): random vectors, twice as many as states are wanted and a few more,
 * are multiplied with a polynomial of H that is a window about E (dynamics/energy_filter.h), twice
 * as wide as the energies that hold the states; made orthonormal, and turned into the eigenvectors
 * of H in their span (Rayleigh and Ritz); again until the residuals |H x - theta x| of all wanted
 * states are small. A round takes the states 1e7 times further away from what is outside, so that
 * two are the rule. On a lattice of fewer sites than vectors the span is everything, and the states
 * are exact at once. What is off in a state is its part outside of the span: the residual over the
 * half width of the window, at most, not over the distance of levels.
 *
 * Vectors are filtered in any order, and ranks may share them out; all have the whole span when a
 * round ends. Double precision; the same bits for every instruction set. All
 * functions are local, the lattice is on one rank.
 */
#ifndef KL_DYNAMICS_INTERIOR_H
#define KL_DYNAMICS_INTERIOR_H

#include "dynamics/energy_filter.h"

typedef struct kl_interior {
    int wanted, vectors;     /* states; vectors of the span, at most the sites */
    int64_t columns, length; /* padded with zeros: of KL_PANEL columns, of KL_LANES numbers */
    double *vector;          /* [columns][length]: the caller's start, then the states */
    double *image, *mixed;   /* likewise: H on them, work */
    double *energy;          /* [vectors]: of the states, the nearest to E first */
    double *residual;        /* [vectors] */
    double *small, *turn;    /* [vectors + 3][vectors] */
    double *array[3];        /* of the lattice */
    kl_energy_filter filter;
    double *work;            /* of the filter */
    double centre, width;    /* E; half the energies that hold the wanted states */
    double first_width;      /* as was thought */
    double tolerance, worst; /* of the residuals of the wanted states */
    bool *done;              /* [vectors]: filtered in this round */
    int steps, round;        /* of a vector's filter, that are done; rounds */
    bool converged;          /* the residuals of all wanted states are small */
} kl_interior;

/* The lattice is on one rank. KL_ENVIRONMENT: no memory; destroy on failure too. */
kl_status kl_interior_create(const kl_lattice *lattice, int wanted, kl_interior *out,
                             kl_error *err);
void kl_interior_destroy(kl_interior *interior);
/* How many vectors that takes. */
int64_t kl_interior_vectors(int64_t sites, int wanted);

/* Begins with the columns `vector` that are there, linearly independent. `density`: states per
 * energy near E, roughly; `radius`: kl_hamiltonian_radius(). Residuals shall be at most
 * `tolerance` times the half width wanted/(2 density), or rounding. KL_ENVIRONMENT: no memory. */
kl_status kl_interior_begin(kl_interior *interior, double radius, double energy, double density,
                            double tolerance, kl_error *err);
/* Goes on, for half a second or so, with the first of the vectors first..last-1 that is not
 * filtered yet. False: there are none, or no more. */
bool kl_interior_filter(kl_interior *interior, const kl_hamiltonian *h, int first, int last);
/* When all vectors are filtered and here: finds the states of the span. True when that was all:
 * look at `converged`. Else another round has begun. */
bool kl_interior_end_round(kl_interior *interior, const kl_hamiltonian *h);

/* The state, a piece for each vector: bytes, the last ones of which say how far the work is. It may
 * be taken between any two calls; what has been done of a vector that is not filtered to its end is
 * left out. unpack() of the vectors that are wanted after begin(), then restored(). */
size_t kl_interior_piece(const kl_interior *interior);
size_t kl_interior_progress(void);
void kl_interior_pack(const kl_interior *interior, int vector, void *bytes);
void kl_interior_unpack(kl_interior *interior, int vector, const void *bytes);
void kl_interior_restored(kl_interior *interior);

/* Seconds of all steps, roughly; bytes. */
double kl_interior_seconds(int64_t sites, int wanted, double radius, double energy, double density);
double kl_interior_bytes(int64_t sites, int wanted, double radius, double energy, double density);

#endif
