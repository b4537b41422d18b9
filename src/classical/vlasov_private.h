/* The moving nodes of the Vlasov equation (vlasov.h). */
#ifndef KL_CLASSICAL_VLASOV_PRIVATE_H
#define KL_CLASSICAL_VLASOV_PRIVATE_H

#include "classical/jets.h"
#include "classical/mean_field.h"
#include "classical/ode.h"
#include "classical/thomas_fermi.h"
#include "classical/vlasov.h"

typedef struct kl_cloud_accuracy {
    int degree;   /* of the rule */
    double reach; /* most |x_j| that V's modes are good for */
    double modes; /* relative to V */
    double steps; /* of a step */
    bool order;   /* with hbar^2: see vlasov_order.c */
} kl_cloud_accuracy;

/* Formal deviations (y, q) from a node, by their moments up to the third. */
enum { KL_ORDER_DEGREE = KL_JET_DEGREE, KL_ORDER_MOST = 84 /* with the one of degree 0, d = 3 */ };

typedef struct kl_order {
    kl_jet_steps steps;
    kl_monomials of_y;   /* up to the third degree */
    int *x_of, *p_of;    /* [of_z.n]: its factors, by of_y; owned */
    kl_mean_field field; /* V * what the deviations make of rho */
    double *moment;      /* [count][of_y.n - 1]: those of y alone; owned */
} kl_order;

typedef struct kl_cloud {
    const kl_vlasov *v;
    MPI_Comm comm;
    kl_phase_symmetry symmetry;
    kl_thomas_fermi rule;
    kl_mean_field field;
    int64_t first, count; /* nodes of this rank */
    int stride;           /* of z: 2 d, and the moments */
    double *z, *weight;   /* [count][stride], [count]; owned */
    bool with_order;
    kl_order order;
    kl_ode ode;
    double now, reach; /* largest |x_j| so far, of this rank's nodes */
    double trial;      /* likewise, in the step that is tried */
    long calls;
    bool stopped; /* on all ranks alike */
} kl_cloud;

/* At time 0. Collective. KL_ENVIRONMENT: no memory. Free with destroy, which is local, on failure
 * too. */
kl_status kl_cloud_create(MPI_Comm comm, const kl_vlasov *v, const kl_cloud_accuracy *accuracy,
                          kl_cloud *out, kl_error *err);
void kl_cloud_destroy(kl_cloud *cloud);

/* To time t. False: it runs away, or was stopped. Collective. */
bool kl_cloud_advance(kl_cloud *cloud, double t);

/* ---- the order hbar^2; z[2 d + kl_order_moments(d)] ---- */

/* How many there are. Local. */
int kl_order_moments(int dimension);

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. Local. */
kl_status kl_order_create(kl_cloud *cloud, const kl_cloud_accuracy *accuracy, kl_error *err);
void kl_order_destroy(kl_order *order);
/* A node's moments at time 0. Local. */
void kl_order_start(const kl_cloud *cloud, double *z);
/* The slopes of all moments, those of the points being there. Collective. */
void kl_order_slope(kl_cloud *cloud, const double *y, double *dy);
/* What a node gives to the coefficient of hbar^2 of <J>; its images by `turns` as of
 * kl_phase_symmetry_mean(), 0: J is the same on all of them. Local. */
double kl_order_value(const kl_cloud *cloud, const kl_phase_observable *o, int turns,
                      const double *z);

/* The largest |x_j| so far, of all nodes. Collective. */
double kl_cloud_reach(const kl_cloud *cloud);

/* Creates a cloud whose reach turns out to be enough until the last time, and takes it to each
 * time: visit() is called there. *fine: it did not run away. accuracy->reach is set: 0 for a guess.
 * Collective. KL_STOPPED. */
kl_status kl_cloud_follow(MPI_Comm comm, const kl_vlasov *v, kl_cloud_accuracy *accuracy,
                          void (*visit)(void *context, kl_cloud *cloud, int t), void *context,
                          bool *fine, kl_error *err);

#endif
