#include "ensemble/groups.h"

int kl_groups_first(int ranks, int ngroups, int group)
{
    return (int)((int64_t)group * ranks / ngroups);
}

int kl_groups_largest(int ranks, int ngroups)
{
    return (ranks + ngroups - 1) / ngroups;
}

void kl_groups_create(MPI_Comm world, int ngroups, int most, kl_groups *out)
{
    int rank, size;
    MPI_Comm_rank(world, &rank);
    MPI_Comm_size(world, &size);
    int index = (int)((int64_t)rank * ngroups / size);
    while (kl_groups_first(size, ngroups, index + 1) <= rank)
        index++;
    const int place = rank - kl_groups_first(size, ngroups, index);
    *out = (kl_groups){.world = world, .ngroups = ngroups, .index = index, .leader = place == 0};
    MPI_Comm_split(world, place < most ? index : MPI_UNDEFINED, rank, &out->group);
}

void kl_groups_destroy(kl_groups *groups)
{
    if (groups->group != MPI_COMM_NULL)
        MPI_Comm_free(&groups->group);
    groups->group = MPI_COMM_NULL;
}
