#include "ensemble/groups.h"

void kl_groups_create(MPI_Comm world, int ngroups, kl_groups *out)
{
    int rank, size, group_rank;
    MPI_Comm_rank(world, &rank);
    MPI_Comm_size(world, &size);
    int index = 0;
    while ((int64_t)(index + 1) * size / ngroups <= rank)
        index++;
    *out = (kl_groups){.world = world, .ngroups = ngroups, .index = index};
    MPI_Comm_split(world, index, rank, &out->group);
    MPI_Comm_rank(out->group, &group_rank);
    out->leader = group_rank == 0;
}

void kl_groups_destroy(kl_groups *groups)
{
    if (groups->group != MPI_COMM_NULL)
        MPI_Comm_free(&groups->group);
    groups->group = MPI_COMM_NULL;
}

int kl_groups_largest(int ranks, int ngroups)
{
    return (ranks + ngroups - 1) / ngroups;
}
