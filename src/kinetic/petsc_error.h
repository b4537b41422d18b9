/* PETSc's error codes as kl_status, one line; its options. Private to this room. */
#ifndef KL_KINETIC_PETSC_ERROR_H
#define KL_KINETIC_PETSC_ERROR_H

#include "kinlim/status.h"

#include <petscts.h>

/* KL_ENVIRONMENT with PETSc's own text for `code`. Local. */
kl_status kl_petsc_fail(PetscErrorCode code, const char *call, kl_error *err);

/* Takes the options of kl_petsc_begin() for a solver that is set up, if there were any. Collective.
 */
kl_status kl_petsc_options(TS ts, kl_error *err);

/* Returns from the enclosing function, which has a kl_error *err, if `call` fails. */
#define KL_PETSC(call)                                                                             \
    do {                                                                                           \
        PetscErrorCode kl_petsc_code_ = (call);                                                    \
        if (kl_petsc_code_)                                                                        \
            return kl_petsc_fail(kl_petsc_code_, #call, err);                                      \
    } while (0)

#endif
