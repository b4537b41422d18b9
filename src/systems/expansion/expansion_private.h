/* Shared by the files of the `expansion` system only. */
#ifndef KL_SYSTEMS_EXPANSION_PRIVATE_H
#define KL_SYSTEMS_EXPANSION_PRIVATE_H

#include "dynamics/recurrence.h"
#include "parts/boltzmann_limit.h"
#include "parts/potential.h"
#include "parts/propagation.h"

/* What a quantity is: observable k paired for conj(psi^(n)) and psi^(m), or a norm. */
enum { NORM = -1, REMAINDER = -2 };
typedef struct expansion_quantity {
    int k; /* an observable, NORM or REMAINDER */
    int n, m, part;
} expansion_quantity;

typedef struct expansion {
    kl_stations times;
    kl_disorder_keys disorder;
    kl_lattice_points points; /* unit = mu = eta^2 */
    kl_propagator propagator; /* Chebyshev */
    kl_packets packets;
    kl_observables observables;
    kl_boltzmann_keys boltzmann;
    int orders; /* N + 1 */
    int nquantities;
    kl_quantity *quantity;
    expansion_quantity *meaning;            /* [nquantities] */
    char distance[KL_MOST_ORDERS][KL_NAME]; /* the observables of the distances */
    kl_derived derived[KL_MOST_ORDERS + 1];
    kl_limit limit[2]; /* [description.nlimits]: those of boltzmann */
    kl_warnings warnings;
    kl_description description;
} expansion;

enum { NORM_DRIFT, ENERGY_DRIFT, ORDER_SUM, CHECKS };

kl_propagation_setup expansion_setup(const expansion *x, int point);

/* The pair n <= m among all pairs in the order (0,0), (0,1), ..., (0,N), (1,1), ... */
static inline int expansion_pair(const expansion *x, int n, int m)
{
    return n * x->orders - n * (n - 1) / 2 + m - n;
}

/* As kl_limit.solve. */
kl_status expansion_solve(const expansion *x, int point, bool infinite, MPI_Comm comm,
                          kl_limit_values *out, kl_error *err);

/* ---- the run, as in kl_system ---- */

kl_cost expansion_cost(const void *self, int point, int group_ranks);
kl_status expansion_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status expansion_start(void *run, int64_t batch, kl_error *err);
kl_status expansion_advance(void *run, int station, bool *reached, kl_error *err);
kl_status expansion_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void expansion_end(void **run);
void expansion_chosen(const void *run, char text[KL_NAME]);
kl_packing expansion_packing(const void *run, int station);
kl_packing expansion_shape(const void *run);
void expansion_pack(const void *run, int64_t piece, void *bytes);
void expansion_unpack(void *run, int64_t piece, const void *bytes);
void expansion_restored(void *run, int station);

#endif
