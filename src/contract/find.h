/* Looking into a table of systems, which ends with NULL; a study of one. Local. */
#ifndef KL_CONTRACT_FIND_H
#define KL_CONTRACT_FIND_H

#include "kinlim/system.h"

/* The system of that name; NULL: there is none. */
const kl_system *kl_system_find(const kl_system *const *systems, const char *name);

/* "anderson, lyapunov": all names, cut where they do not fit. */
void kl_system_names(const kl_system *const *systems, char *text, size_t size);

/* Opens a study of the system into *self, which is to be closed on failure too. */
kl_status kl_system_open(const kl_system *system, kl_node *root, const kl_stations *stations,
                         void **self, kl_error *err);
void kl_system_close(const kl_system *system, void **self); /* NULL-safe in *self */
const kl_description *kl_system_describe(const kl_system *system, const void *self);

#endif
