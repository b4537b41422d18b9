/* Status codes, error messages, and the agreement of ranks on failure.
 *
 * Every function that can fail returns kl_status and takes a kl_error as its last argument. The
 * message is one line without a trailing newline; only the program prints it. Detection and
 * reporting are separate: a rank that fails fills its kl_error, and kl_agree() makes all ranks of a
 * communicator return the same failure.
 */
#ifndef KINLIM_STATUS_H
#define KINLIM_STATUS_H

#include <mpi.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The values are the program's exit codes. */
typedef enum kl_status {
    KL_OK = 0,
    KL_INPUT = 2,       /* the user's input: a wrong key, a missing file */
    KL_ENVIRONMENT = 3, /* disk full, no permission, no memory, a library */
    KL_BUG = 4,         /* an invariant of the program or of the physics broke */
    KL_STOPPED = 75     /* stopped early on purpose: run again with --resume */
} kl_status;

/* One line, without a trailing newline. */
typedef struct kl_error {
    kl_status status;
    char message[1024];
} kl_error;

/* Fills *err (which may be NULL) and returns `status`. Local. */
kl_status kl_fail(kl_error *err, kl_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Puts "format: " before the message of *err; returns its status. Local. */
kl_status kl_fail_prefix(kl_error *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Collective over comm. If any rank holds a failure (status != KL_OK), all
 * ranks return the failure of the lowest failing rank, message included. */
kl_status kl_agree(MPI_Comm comm, kl_status status, kl_error *err);

/* Returns from the enclosing function if `call` fails. For local calls, or for
 * collective calls that fail on all ranks alike. */
#define KL_TRY(call)                                                                               \
    do {                                                                                           \
        kl_status kl_try_status_ = (call);                                                         \
        if (kl_try_status_ != KL_OK)                                                               \
            return kl_try_status_;                                                                 \
    } while (0)

/* Jumps to the label `done` with the local `status` set if `call` fails. */
#define KL_GOTO(call)                                                                              \
    do {                                                                                           \
        status = (call);                                                                           \
        if (status != KL_OK)                                                                       \
            goto done;                                                                             \
    } while (0)

#ifdef __cplusplus
}
#endif

#endif
