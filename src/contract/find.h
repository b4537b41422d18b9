/* Looking into a table of systems, which ends with NULL. Local. */
#ifndef KL_CONTRACT_FIND_H
#define KL_CONTRACT_FIND_H

#include "kinlim/system.h"

/* The system of that name; NULL: there is none. */
const kl_system *kl_system_find(const kl_system *const *systems, const char *name);

/* "anderson, lyapunov": all names, cut where they do not fit. */
void kl_system_names(const kl_system *const *systems, char *text, size_t size);

#endif
