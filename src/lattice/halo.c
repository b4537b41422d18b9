#include "lattice/halo.h"

#include <string.h>

void kl_halo_start(const kl_lattice *lattice, void *array, size_t element, kl_halo *halo)
{
    const size_t plane = (size_t)lattice->plane * element;
    char *const ghost[2] = {array, kl_lattice_plane(lattice, array, element, lattice->count)};
    char *const outer[2] = {ghost[0] + plane, ghost[1] - plane};
    for (int i = 0; i < 4; i++)
        halo->request[i] = MPI_REQUEST_NULL;
    if (lattice->ranks == 1) {
        memcpy(ghost[0], outer[1], plane);
        memcpy(ghost[1], outer[0], plane);
        return;
    }
    MPI_Datatype type = kl_lattice_rows_type(lattice, element, kl_lattice_rows(lattice));
    for (int side = 0; side < 2; side++) { /* tag: the direction in which the message goes */
        const int rank = kl_lattice_neighbour(lattice, side);
        MPI_Irecv(ghost[side], 1, type, rank, 1 - side, lattice->comm, &halo->request[side]);
        MPI_Isend(outer[side], 1, type, rank, side, lattice->comm, &halo->request[2 + side]);
    }
    MPI_Type_free(&type);
}

void kl_halo_finish(kl_halo *halo)
{
    MPI_Waitall(4, halo->request, MPI_STATUSES_IGNORE);
}
