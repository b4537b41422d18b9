/* Limits that some of the ranks solve while the others work on realizations: ranks that would be
 * idle, or a share of them. Each solved one is a record of the journal, from where rank 0 has it in
 * the end. */
#ifndef KL_RUN_BESIDE_H
#define KL_RUN_BESIDE_H

#include "run/limits.h"

typedef struct kl_beside {
    MPI_Comm comm;   /* of the ranks that solve; MPI_COMM_NULL on the others */
    uint8_t *solved; /* by limits and points: those that are known (kl_limits_known()) */
} kl_beside;

/* mine: this rank is one of those that solve. results: rank 0's. Collective over comm.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_beside_create(const kl_study *study, MPI_Comm comm, bool mine,
                           const kl_results *results, kl_beside *out, kl_error *err);
void kl_beside_destroy(kl_beside *beside);

/* Solves what is not known, as `run` says (its communicator and journal aside), into the journal,
 * which is open on rank 0 of beside->comm. Collective over that. KL_STOPPED: what is solved is
 * kept.
 */
kl_status kl_beside_solve(const kl_study *study, const kl_beside *beside, kl_limits_run run,
                          kl_journal *journal, kl_error *err);

#endif
