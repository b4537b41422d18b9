#include "run/teams.h"

void kl_teams_create(MPI_Comm world, int ngroups, int nteams, int members, kl_teams *out)
{
    int rank, world_rank;
    *out = (kl_teams){.nteams = nteams, .members = members};
    kl_groups_create(world, ngroups, &out->groups);
    MPI_Comm_rank(world, &world_rank);
    while ((int64_t)(out->index + 1) * ngroups / nteams <= out->groups.index)
        out->index++;
    MPI_Comm_split(world, out->index, world_rank, &out->team);
    MPI_Comm_rank(out->team, &rank);
    out->leader = rank == 0;
    const int first_group = (int)((int64_t)out->index * ngroups / nteams);
    const int last_group = (int)((int64_t)(out->index + 1) * ngroups / nteams);
    const int own = out->groups.index - first_group, groups = last_group - first_group;
    out->first = (int)((int64_t)own * members / groups);
    out->count = (int)((int64_t)(own + 1) * members / groups) - out->first;
}

void kl_teams_destroy(kl_teams *teams)
{
    kl_groups_destroy(&teams->groups);
    if (teams->team != MPI_COMM_NULL)
        MPI_Comm_free(&teams->team);
    teams->team = MPI_COMM_NULL;
}

kl_place kl_teams_place(const kl_teams *teams, int point)
{
    return (kl_place){.point = point,
                      .group = teams->groups.group,
                      .ensemble = teams->members > 1 ? teams->team : teams->groups.group,
                      .members = teams->members,
                      .first = teams->first,
                      .count = teams->count};
}
