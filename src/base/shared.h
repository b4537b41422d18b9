/* Memory that another process of the same node sees too.
 *
 * Not an MPI shared-memory window: where there is no room for one, Open MPI 4.1 refuses on one rank
 * and lets the others wait for ever. Here a refusal is the caller's to handle, room is neither
 * limited by /dev/shm nor left behind by a process that is killed. Linux; elsewhere, as between
 * containers, there is none.
 */
#ifndef KL_BASE_SHARED_H
#define KL_BASE_SHARED_H

#include <mpi.h>
#include <stddef.h>
#include <stdint.h>

typedef struct kl_shared {
    void *memory; /* NULL: none */
    size_t bytes;
} kl_shared;

/* How another process finds it: plain data, to be sent to it. */
typedef struct kl_shared_name {
    int64_t process, file;
    uint64_t bytes, token; /* bytes 0: none */
} kl_shared_name;

/* Zeroed memory of at least `bytes`, all of it there at once. The name is good until closed.
 * Local. */
void kl_shared_create(size_t bytes, kl_shared *out, kl_shared_name *name);
void kl_shared_close(kl_shared_name *name);
/* The memory of another process of this node; none if it is not to be had. */
void kl_shared_open(const kl_shared_name *name, kl_shared *out);
void kl_shared_destroy(kl_shared *shared);

/* Zeroed memory that all ranks of comm see, of the first one; none if one of them does not.
 * Collective over comm. */
void kl_shared_among(MPI_Comm comm, size_t bytes, kl_shared *out);

#endif
