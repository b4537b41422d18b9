/* The table of the systems that kinlim has itself, one row each. */
#ifndef KL_SYSTEMS_SYSTEMS_H
#define KL_SYSTEMS_SYSTEMS_H

#include "kinlim/system.h"

extern const kl_system *const kl_systems[]; /* ends with NULL */

/* The libraries that systems need; MPI is running. petsc: options for PETSc, or NULL. Collective
 * over MPI_COMM_WORLD. */
kl_status kl_systems_begin(const char *petsc, kl_error *err);
void kl_systems_end(void);

/* Versions of the libraries in use, one "name=version" a call, until NULL. Local. */
const char *kl_systems_library(int i, char *text, size_t size);

#endif
