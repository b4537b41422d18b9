/* Bytes of rank 0 onto all ranks, however many: a count of MPI is an int. */
#ifndef KL_BASE_BROADCAST_H
#define KL_BASE_BROADCAST_H

#include <mpi.h>
#include <stddef.h>

/* Collective over comm. */
void kl_broadcast(MPI_Comm comm, void *data, size_t size);

#endif
