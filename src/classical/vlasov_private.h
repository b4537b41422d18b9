/* The moving nodes of the Vlasov equation (vlasov.h). */
#ifndef KL_CLASSICAL_VLASOV_PRIVATE_H
#define KL_CLASSICAL_VLASOV_PRIVATE_H

#include "classical/mean_field.h"
#include "classical/ode.h"
#include "classical/thomas_fermi.h"
#include "classical/vlasov.h"

typedef struct kl_cloud_accuracy {
    int degree;   /* of the rule */
    double reach; /* most |x_j| that V's modes are good for */
    double modes; /* relative to V */
    double steps; /* of a step */
} kl_cloud_accuracy;

typedef struct kl_cloud {
    const kl_vlasov *v;
    MPI_Comm comm;
    kl_phase_symmetry symmetry;
    kl_thomas_fermi rule;
    kl_mean_field field;
    int64_t first, count; /* nodes of this rank */
    double *z, *weight;   /* [count][2 d], [count]; owned */
    kl_ode ode;
    double now, reach; /* largest |x_j| so far, of this rank's nodes */
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

/* The largest |x_j| so far, of all nodes. Collective. */
double kl_cloud_reach(const kl_cloud *cloud);

/* Creates a cloud whose reach turns out to be enough until the last time, and takes it to each
 * time: visit() is called there. *fine: it did not run away. accuracy->reach is set: 0 for a guess.
 * Collective. KL_STOPPED. */
kl_status kl_cloud_follow(MPI_Comm comm, const kl_vlasov *v, kl_cloud_accuracy *accuracy,
                          void (*visit)(void *context, kl_cloud *cloud, int t), void *context,
                          bool *fine, kl_error *err);

#endif
