/* What the pipeline relies on of every system (kinlim/system.h), as checks that know no system. */
#ifndef KL_TESTS_SYSTEMS_CONTRACT_H
#define KL_TESTS_SYSTEMS_CONTRACT_H

#include "lattice/check.h"
#include "study/study.h"

typedef struct contract_case {
    const kl_system *system;
    const char *study;     /* small, with stations that are far apart */
    const char *last_only; /* --set that leaves the last station alone; NULL: it has no others */
    double tolerance;      /* of a sample when other stations are asked for */
} contract_case;

void contract_describes_itself(const contract_case *c);
void contract_is_the_same_on_any_ranks(const contract_case *c);
void contract_starts_again(const contract_case *c);
void contract_takes_a_subset_of_stations(const contract_case *c);
void contract_comes_back_from_checkpoints(const contract_case *c);
void contract_knows_its_cost(const contract_case *c);
void contract_solves_its_limits(const contract_case *c);

#endif
