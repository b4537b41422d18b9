/* Exact fermions (many.h): one basis, and the two that are compared. */
#ifndef KL_CONTINUUM_MANY_PRIVATE_H
#define KL_CONTINUUM_MANY_PRIVATE_H

#include "continuum/determinants.h"
#include "continuum/many.h"
#include "continuum/many_basis.h"

typedef struct kl_many_part {
    kl_many_basis basis;
    kl_determinants determinants;
    double *a;               /* [pairs][pairs]; owned */
    double low, high;        /* H lies between */
    complex double *c;       /* [determinants]: of kl_many.state */
    complex double *pairs;   /* [pairs][pairs]: <b_p^+ b_q>; owned */
    complex double *density; /* [K][K]: <a_i^+ a_k>; owned */
} kl_many_part;

struct kl_many {
    MPI_Comm comm;
    kl_many_problem problem;
    double hbar;
    kl_many_part part[2]; /* K orbitals, and fewer */
    size_t n;
    complex double *state;   /* [n]: of both; owned */
    complex double *work[4]; /* [n] each; owned */
    complex double *core;    /* [pairs]; owned */
    kl_many_progress progress;
};

/* out = H c. Collective. */
void kl_many_apply(const kl_many *many, const kl_many_part *part, const complex double *c,
                   complex double *out);
/* Sets pairs and density. Collective. */
void kl_many_measure(kl_many *many, kl_many_part *part);

#endif
