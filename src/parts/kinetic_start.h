/* A packet, and an observable, in the kinetic room's own words, which knows nothing of lattice
 * states. Local. */
#ifndef KL_PARTS_KINETIC_START_H
#define KL_PARTS_KINETIC_START_H

#include "kinetic/boltzmann.h"
#include "kinlim/system.h"
#include "parts/packets.h"
#include "wigner/pairing.h"

/* Fills the start of packet i into a problem whose `infinite` is set, and its share of the weight.
 * Free on failure too. KL_ENVIRONMENT: no memory. */
kl_status kl_kinetic_start(const kl_packets *packets, const kl_lattice_point *point, int i,
                           kl_kinetic_problem *problem, double *share, kl_error *err);
void kl_kinetic_start_free(kl_kinetic_problem *problem);

/* A limit that a start does not have is no reason to lose the run: KL_INPUT becomes a note. */
kl_status kl_kinetic_or_note(kl_status status, const kl_error *err, kl_limit_values *out);

/* *coefficient, which *to refers to, is to be freed. KL_ENVIRONMENT: no memory. */
kl_status kl_kinetic_translate(const kl_observable *from, kl_kinetic_observable *to,
                               double (**coefficient)[2], kl_error *err);

#endif
