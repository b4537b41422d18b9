#include "run/teams.h"

void kl_teams_create(MPI_Comm world, kl_cut cut, int members, kl_teams *out)
{
    int rank = 1, world_rank;
    *out = (kl_teams){.nteams = cut.nteams, .members = members};
    kl_groups_create(world, cut.ngroups, cut.most, &out->groups);
    MPI_Comm_rank(world, &world_rank);
    while (kl_groups_first(cut.ngroups, cut.nteams, out->index + 1) <= out->groups.index)
        out->index++;
    const bool works = out->groups.group != MPI_COMM_NULL;
    MPI_Comm_split(world, works ? out->index : MPI_UNDEFINED, world_rank, &out->team);
    if (works)
        MPI_Comm_rank(out->team, &rank);
    out->leader = rank == 0;
    const int first_group = kl_groups_first(cut.ngroups, cut.nteams, out->index);
    const int last_group = kl_groups_first(cut.ngroups, cut.nteams, out->index + 1);
    const int own = out->groups.index - first_group, groups = last_group - first_group;
    out->first = kl_groups_first(members, groups, own);
    out->count = kl_groups_first(members, groups, own + 1) - out->first;
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
