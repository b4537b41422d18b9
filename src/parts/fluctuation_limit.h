/* The limit of the fluctuations of <J,W_T> in leading order, standard deviation = sqrt(C) eta^(d-1)
 * (kinetic/fluctuations.h): its keys below `boltzmann`, the reasons where there is none, the
 * values.
 */
#ifndef KL_PARTS_FLUCTUATION_LIMIT_H
#define KL_PARTS_FLUCTUATION_LIMIT_H

#include "parts/boltzmann_limit.h"

/* In the place of kl_boltzmann_map, with the keys of both. */
extern const kl_key kl_fluctuating_boltzmann_map[];

typedef struct kl_fluctuation_keys {
    enum { KL_FLUCTUATIONS_SOLVE, KL_FLUCTUATIONS_NONE, KL_FLUCTUATIONS_DEFAULT } choice;
    double tolerance; /* relative, of C */
} kl_fluctuation_keys;

/* Local. */
kl_status kl_keys_fluctuations(kl_node *root, kl_fluctuation_keys *out, kl_error *err);

/* What the limit is of; nothing is owned. */
typedef struct kl_fluctuation_limit {
    kl_fluctuation_keys keys;
    kl_stations times;
    const kl_lattice_points *points;
    const kl_packets *packets;
    const kl_observables *observables;
} kl_fluctuation_limit;

/* Is it asked for? By default it is but for packets in d = 3, which cost minutes. Local. */
bool kl_fluctuation_limit_wanted(const kl_fluctuation_limit *limit);

/* As of kl_limit, of a limit of moments of order 2 of a normal distribution, with correlations.
 * out->note says why there is none. By default no limit is solved that would take more than
 * a minute on one core. */
kl_status kl_fluctuation_limit_solve(const kl_fluctuation_limit *limit, int point,
                                     bool infinite_space, MPI_Comm comm, kl_limit_values *out,
                                     kl_error *err);
double kl_fluctuation_limit_seconds(const kl_fluctuation_limit *limit, int point,
                                    bool infinite_space);
int kl_fluctuation_limit_same(const kl_fluctuation_limit *limit, int point, bool infinite_space);
/* eta^(d-1) */
double kl_fluctuation_limit_scale(const kl_fluctuation_limit *limit, int point);

#endif
