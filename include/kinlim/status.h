/* Status codes and error messages of libkinlim. */
#ifndef KINLIM_STATUS_H
#define KINLIM_STATUS_H

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

#endif
