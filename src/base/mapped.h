/* Memory that lies in a file: as much of it as the disk has. What is not in use need not be in
 * memory, and other processes, also of other nodes, can read it. Local. */
#ifndef KL_BASE_MAPPED_H
#define KL_BASE_MAPPED_H

#include "kinlim/status.h"

#include <stddef.h>

typedef struct kl_mapped {
    char *memory; /* NULL: none */
    size_t bytes;
    size_t window; /* the owner's: bytes that may be in memory at a time */
} kl_mapped;

/* A new file of zeros in the place of one that had the name; room for all of it is taken on the
 * disk. KL_ENVIRONMENT: there is none, and no file. */
kl_status kl_mapped_create(const char *path, size_t bytes, kl_mapped *out, kl_error *err);
/* The file of another process, to be read. KL_ENVIRONMENT. */
kl_status kl_mapped_open(const char *path, size_t bytes, kl_mapped *out, kl_error *err);
/* Puts it where other nodes can read it. KL_ENVIRONMENT. */
kl_status kl_mapped_sync(const kl_mapped *mapped, kl_error *err);
/* None of it need be in memory any more: it is read again when it is used. */
void kl_mapped_release(const kl_mapped *mapped);
/* The file stays. Safe on what is zeroed. */
void kl_mapped_destroy(kl_mapped *mapped);

#endif
