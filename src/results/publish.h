/* A file that is never half written, and the seal that tells damage. Local. */
#ifndef KL_RESULTS_PUBLISH_H
#define KL_RESULTS_PUBLISH_H

#include "kinlim/status.h"

#include <stdbool.h>

/* Writes bytes[size] and a seal to PATH.part, syncs, renames it to PATH and
 * syncs the folder. On failure PATH is as it was and PATH.part is gone. A file that was at PATH
 * passes on its mode, and its owner and group where the system allows it; a link at PATH stays,
 * and what it leads to is written; a link at PATH.part is replaced, not followed.
 * KL_INPUT: no such folder. KL_ENVIRONMENT: no permission, disk full. */
kl_status kl_publish(const char *path, const void *bytes, size_t size, kl_error *err);

/* The same in steps, for a file that all ranks write: the names of the file and of PATH.part, which
 * can be made; PATH.part, which is there, gets these bytes and room for `more` on the disk; it is
 * sealed, synced and renamed. Errors as above; PATH.part is gone after one. */
typedef struct kl_publication {
    const char *path;
    char target[4096], part[4104];
} kl_publication;
kl_status kl_publish_begin(const char *path, kl_publication *out, kl_error *err);
kl_status kl_publish_bytes(const kl_publication *publication, const void *bytes, size_t size,
                           size_t more, kl_error *err);
kl_status kl_publish_end(const kl_publication *publication, kl_error *err);

/* Compares a file with its seal. A file without one passes, *sealed false: another program
 * that changed it has cut the seal off. KL_INPUT: missing, unreadable, damaged,
 * or no regular file (a FIFO is not waited for). */
kl_status kl_publish_check(const char *path, bool *sealed, kl_error *err);

#endif
