/* What kl_boltzmann_solve() and its kin are asked for: the start, the observables, the times. */
#ifndef KL_KINETIC_PROBLEM_H
#define KL_KINETIC_PROBLEM_H

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
    /* E V(x) V(y) = prod_j correlation[|x_j - y_j|] of the potential, 0 beyond `reach`; 1 at 0.
     * NULL: independent from site to site. With it: starts on one energy shell only */
    int reach;
    const double *correlation; /* [reach + 1] */
    double tolerance;          /* absolute error wanted of each <J,F_T> */
    /* Is the solve to end here? Asked on every rank of its communicator, in step, so that it
     * may communicate there; one yes is enough. NULL: never. */
    bool (*stop)(void *context);
    void *stop_context;
    double stop_interval; /* seconds of work between two asks; 0: 0.2 */
} kl_kinetic_problem;

#endif
