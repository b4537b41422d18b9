/* What the sum over the shell of meetings.h needs beforehand: times, modes, masses, the start seen
 * with each lag. Private to this room. */
#ifndef KL_KINETIC_INTERFERENCE_PLAN_H
#define KL_KINETIC_INTERFERENCE_PLAN_H

#include "kinetic/fluctuation_problem.h"
#include "kinetic/masses.h"
#include "kinetic/meetings.h"
#include "kinetic/watch.h"

/* How finely all is discretised. */
typedef struct kl_fineness {
    int shell;  /* resolution (shell.h) */
    int times;  /* Gauss points in each of the two times */
    int panel;  /* and between two of these, for the masses */
    int kernel; /* Chebyshev points */
    int reach;  /* modes */
    double ell; /* side of the torus */
} kl_fineness;

typedef struct kl_product { /* factor (a part of a(X)) (a real symbol): a term of a quantity */
    int position, symbol;
    double factor;
} kl_product;

typedef struct kl_interference {
    const kl_fluctuation_problem *problem;
    int nq, nparts;               /* nparts of F: real, or real and imaginary */
    double velocity[3], angle[3]; /* of the beam: v(p), 2 pi p */
    double rate;                  /* g of the quadrature */
    kl_shell shell;
    kl_mode_grid grid;
    kl_meetings meetings;
    kl_panels panels;
    kl_masses masses;
    int nsymbols, npositions;
    kl_real_symbol *symbol;
    kl_product (*term)[2]; /* [nq] */
    int *nterms;           /* [nq] */
    bool *uniform;         /* [nq]: in space */
    double *position[2];   /* Re, Im of the modes of a: [npositions][modes] */
    double *lag[2];        /* of F without the flight: [nmeetings][nparts][modes] */
    double *mass;          /* [nmeetings][nparts][cells]: M(1) */
} kl_interference;

/* Collective over the communicator of the watch. KL_ENVIRONMENT; KL_INPUT: no such shell;
 * KL_STOPPED. */
kl_status kl_interference_create(const kl_fluctuation_problem *problem, kl_watch *watch,
                                 const kl_fineness *fineness, double early, double late,
                                 kl_interference *plan, kl_error *err);
void kl_interference_destroy(kl_interference *plan);

#endif
