#include "base/broadcast.h"

void kl_broadcast(MPI_Comm comm, void *data, size_t size)
{
    const size_t part = (size_t)1 << 30;
    for (size_t at = 0; at < size; at += part)
        MPI_Bcast((char *)data + at, (int)(size - at < part ? size - at : part), MPI_BYTE, 0, comm);
}
