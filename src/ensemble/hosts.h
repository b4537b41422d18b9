/* The ranks of a node. */
#ifndef KL_ENSEMBLE_HOSTS_H
#define KL_ENSEMBLE_HOSTS_H

#include <mpi.h>

typedef struct kl_hosts {
    MPI_Comm comm;    /* of this rank's node; owned */
    int index, count; /* of it, among so many */
} kl_hosts;

/* By what ranks can share memory; with KINLIM_NODE in the environment so many ranks of a machine,
 * or fewer, are a node (for tests). Collective. */
void kl_hosts_create(MPI_Comm world, kl_hosts *out);
void kl_hosts_destroy(kl_hosts *nodes);

#endif
