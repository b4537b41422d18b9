/* The members of a batch that a group holds, and their steps in the common field. Private to the
 * system. Functions are collective over the ensemble unless said otherwise. */
#ifndef KL_SYSTEMS_HARTREE_ENSEMBLE_H
#define KL_SYSTEMS_HARTREE_ENSEMBLE_H

#include "systems/hartree_fock/hartree_private.h"

enum { HARTREE_SUBSTEPS = 5, HARTREE_FIELDS = 3, HARTREE_MOST_TRACKED = KL_MOST_RANGE + 3 };

/* Copy 0 of a member moves in the field of all members; with `halves` copy 1 in that of its half.
 * Fields: of all, of the first and of the second half. */
typedef struct hartree_ensemble {
    const hartree *h;
    const kl_lattice_point *point;
    const kl_place *place;
    double lambda;
    kl_lattice lattice;
    kl_transform transform;
    int copies, nfields, kicks;
    int64_t vectors, local;
    double share; /* of a vector in the occupation: 1 over their number, or 1 */
    int ntracked, tracked[HARTREE_MOST_TRACKED][3]; /* 0, e_1, .., e_d, the rest of v's x */
    double v[HARTREE_MOST_TRACKED];                 /* v(x) of these */
    double *amplitude, *energy;                     /* [local]: sqrt J, E(p) */
    float *omega;                                   /* [count][local] */
    double complex *psi;    /* [count][copies][vectors][local]: positions between steps */
    double complex *kick;   /* [count][kicks][local] */
    double complex *factor; /* [nfields][local] */
    double complex *work;   /* [local] */
    double complex *wave;   /* [sites]: exp(2 pi i p_j) by index */
    double *row[2];         /* [ntracked][row]: cos and sin of 2 pi p_last x_last along a row */
    double *density;        /* [row] */
    double *member, *sum;   /* [count][n], [n], n = 2 nfields ntracked + 1: what members add up */
    double h_now;           /* the step that the kicks are of */
} hartree_ensemble;

/* Local, but for the agreement of ranks; free with destroy on failure too. */
kl_status hartree_ensemble_create(const hartree *h, const kl_place *place, hartree_ensemble *out,
                                  kl_error *err);
void hartree_ensemble_destroy(hartree_ensemble *e);

/* Potentials and vectors of a batch. Collective over the group. */
kl_status hartree_ensemble_start(hartree_ensemble *e, int64_t batch, kl_error *err);

/* One step of length h. */
kl_status hartree_ensemble_step(hartree_ensemble *e, double h, kl_error *err);

/* Number and energy per site of the ensemble in its field (copy 0):
 * int E mu - (lambda/2) int mu kappa + eta L^-d E sum omega_x n_x. */
kl_status hartree_ensemble_sums(hartree_ensemble *e, double *number, double *energy, kl_error *err);

/* A vector of a member. Local. */
static inline double complex *hartree_psi(const hartree_ensemble *e, int member, int copy,
                                          int64_t vector)
{
    return e->psi + ((member * e->copies + copy) * e->vectors + vector) * e->local;
}

#endif
