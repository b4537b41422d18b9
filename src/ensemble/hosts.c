#include "ensemble/hosts.h"

#include <stdlib.h>

/* Ranks of a machine that are a node; 0: all. */
static int ranks_of_a_node(void)
{
    const char *text = getenv("KINLIM_NODE");
    const int n = text ? atoi(text) : 0;
    return n > 0 ? n : 0;
}

void kl_hosts_create(MPI_Comm world, kl_hosts *out)
{
    MPI_Comm machine;
    int rank, world_rank;
    const int most = ranks_of_a_node();
    *out = (kl_hosts){0};
    MPI_Comm_rank(world, &world_rank);
    MPI_Comm_split_type(world, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &machine);
    MPI_Comm_rank(machine, &rank);
    MPI_Comm_split(machine, most > 0 ? rank / most : 0, rank, &out->comm);
    MPI_Comm_free(&machine);
    MPI_Comm_rank(out->comm, &rank);
    int first = rank == 0, before = 0; /* nodes are numbered by their first ranks */
    MPI_Exscan(&first, &before, 1, MPI_INT, MPI_SUM, world);
    out->index = world_rank == 0 ? 0 : before;
    MPI_Allreduce(&first, &out->count, 1, MPI_INT, MPI_SUM, world);
    MPI_Bcast(&out->index, 1, MPI_INT, 0, out->comm);
}

void kl_hosts_destroy(kl_hosts *nodes)
{
    if (nodes->count > 0)
        MPI_Comm_free(&nodes->comm);
    *nodes = (kl_hosts){0};
}
