/* The Boltzmann limit of a study: the key `boltzmann`, and <J,F_T> of each observable and each
 * field, on the torus or in infinite space. */
#ifndef KL_PARTS_BOLTZMANN_LIMIT_H
#define KL_PARTS_BOLTZMANN_LIMIT_H

#include "lattice/correlated.h"
#include "parts/marginals.h"
#include "parts/observables.h"
#include "parts/packets.h"

/* What kl_keys_boltzmann() reads from the top of a study. */
extern const kl_key kl_boltzmann_map[];
/* The keys of that map. */
extern const kl_key kl_boltzmann_table[];

typedef struct kl_boltzmann_keys {
    double tolerance;           /* absolute, of each <J,F_T> */
    bool solve;                 /* at all, */
    bool torus, infinite_space; /* in these spaces */
} kl_boltzmann_keys;

/* Local. */
kl_status kl_keys_boltzmann(kl_node *root, kl_boltzmann_keys *out, kl_error *err);

/* What the limit is of; nothing is owned. */
typedef struct kl_boltzmann_limit {
    double tolerance;
    kl_stations times;
    const kl_lattice_points *points;
    const kl_packets *packets;
    const kl_observables *observables;
    const kl_marginals *marginals;
    const kl_correlation *correlation; /* of the potential; NULL: none. With it: a start for which
                                          kl_boltzmann_one_shell(), and no fields */
} kl_boltzmann_limit;

/* Is the start on energy shells one by one, S = p.X and no single site? Local. */
bool kl_boltzmann_one_shell(const kl_packets *packets);

/* Why. */
#define KL_NO_LIMIT_IN_ONE_DIMENSION                                                               \
    "d = 1 has no Boltzmann limit: the localization length is of the order of the mean free "      \
    "path, eta^-2"

/* Does observable k mean the same in infinite space? Local. */
bool kl_boltzmann_has_infinite(const kl_packets *packets, const kl_observables *observables, int k);

/* As kl_limit.solve; in infinite space no fields. In d = 1, or where the equation has no solution
 * from a start, out->note says why there is none. */
kl_status kl_boltzmann_limit_solve(const kl_boltzmann_limit *limit, int point, bool infinite_space,
                                   MPI_Comm comm, kl_limit_values *out, kl_error *err);

/* As kl_limit.seconds; 0 where it cannot be told. Local. */
double kl_boltzmann_limit_seconds(const kl_boltzmann_limit *limit, int point, bool infinite_space);

/* As kl_limit.same_as. Local. */
int kl_boltzmann_limit_same(const kl_boltzmann_limit *limit, int point, bool infinite_space);

#endif
