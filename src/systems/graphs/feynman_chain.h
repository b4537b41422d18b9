/* A chain of orders psi^(0), psi^(1), ... of which each has met one more potential, every one its
 * own, on a lattice of one rank. Private to the system. */
#ifndef KL_SYSTEMS_FEYNMAN_CHAIN_H
#define KL_SYSTEMS_FEYNMAN_CHAIN_H

#include "dynamics/duhamel.h"
#include "systems/graphs/feynman_study.h"

typedef struct feynman_chain {
    const kl_feynman *study;
    double unit; /* t = T/unit */
    kl_lattice lattice;
    kl_hamiltonian h;
    float *nothing; /* the potential of psi^(0) */
    int most;       /* orders */
    double t;       /* microscopic time of psi */
    kl_state start; /* psi_0 */
    kl_state psi[KL_MOST_ORDERS], out[KL_MOST_ORDERS];
    void *scratch[KL_MOST_ORDERS];
} feynman_chain;

/* Of at most `most` orders, at a point; must stay where it is. Free with destroy on failure too. */
kl_status feynman_chain_create(const kl_feynman *study, int point, MPI_Comm self, int most,
                               feynman_chain *chain, kl_error *err);
void feynman_chain_destroy(feynman_chain *chain);
kl_cost feynman_chain_cost(const kl_feynman *study, int point, int most); /* of one evolution */

/* (psi_0, 0, ...). */
void feynman_chain_start(feynman_chain *chain, int orders);
/* To a time of the study: psi^(n), n < orders, then is psi[n]. field[n]: of the step to order n;
 * [0] is not looked at. strength: the largest |eta field|. KL_ENVIRONMENT: no memory. */
kl_status feynman_chain_advance(feynman_chain *chain, int orders, const float *const *field,
                                double strength, int time, kl_error *err);

#endif
