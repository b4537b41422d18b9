#include "lattice/team.h"

#include "base/memory.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE = 4096 };

/* Opens the segments of all ranks; false if one is not to be had. */
static bool open_all(MPI_Comm comm, kl_team *team, kl_shared_name *names)
{
    kl_shared_name mine;
    bool all = true;
    kl_shared_create(team->bytes, &team->memory[team->rank], &mine);
    MPI_Allgather(&mine, sizeof mine, MPI_BYTE, names, sizeof mine, MPI_BYTE, comm);
    for (int r = 0; r < team->ranks; r++) {
        if (r != team->rank)
            kl_shared_open(&names[r], &team->memory[r]);
        all = all && team->memory[r].memory;
    }
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_C_BOOL, MPI_LAND, comm);
    kl_shared_close(&mine);
    return all;
}

bool kl_team_asked(bool by_default)
{
    const char *asked = getenv("KINLIM_TEAM");
    return asked && asked[0] ? strcmp(asked, "0") != 0 : by_default;
}

static bool is_wanted(MPI_Comm comm, int all, bool by_default)
{
    MPI_Comm node;
    int ranks, wanted;
    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &ranks);
    MPI_Comm_free(&node);
    wanted = ranks == all && kl_team_asked(by_default);
    MPI_Allreduce(MPI_IN_PLACE, &wanted, 1, MPI_INT, MPI_MIN, comm);
    return wanted;
}

kl_status kl_team_create(MPI_Comm comm, size_t bytes, bool wanted, kl_team *out, kl_error *err)
{
    int rank, ranks;
    kl_shared_name *names = NULL;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    *out = (kl_team){.ranks = 0};
    if (ranks == 1 || bytes == 0 || !is_wanted(comm, ranks, wanted))
        return KL_OK;
    *out = (kl_team){.rank = rank, .ranks = ranks, .bytes = bytes + PAGE, .used = PAGE};
    kl_status status = kl_alloc((size_t)ranks, sizeof *out->memory, "a team", &out->memory, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)ranks, sizeof *names, "a team", &names, err);
    status = kl_agree(comm, status, err);
    const bool all = status == KL_OK && open_all(comm, out, names);
    free(names);
    if (!all)
        kl_team_destroy(out);
    return status;
}

void kl_team_destroy(kl_team *team)
{
    for (int r = 0; team->memory && r < team->ranks; r++)
        kl_shared_destroy(&team->memory[r]);
    free(team->memory);
    *team = (kl_team){.ranks = 0};
}

void *kl_team_take(kl_team *team, size_t bytes)
{
    const size_t all = (bytes + PAGE - 1) / PAGE * PAGE;
    if (all > team->bytes - team->used)
        return NULL;
    void *memory = (char *)team->memory[team->rank].memory + team->used;
    team->used += all;
    return memory;
}

bool kl_team_has(const kl_team *team, const void *memory)
{
    const uintptr_t base = (uintptr_t)team->memory[team->rank].memory, at = (uintptr_t)memory;
    return at >= base && at < base + team->bytes;
}

void *kl_team_at(const kl_team *team, int rank, const void *memory)
{
    const char *base = team->memory[team->rank].memory;
    return (char *)team->memory[rank].memory + ((const char *)memory - base);
}

static _Atomic int64_t *done_of(const kl_team *team, int rank)
{
    return (_Atomic int64_t *)team->memory[rank].memory;
}

void kl_team_done(kl_team *team, int64_t fronts)
{
    team->fronts = fronts;
    atomic_store_explicit(done_of(team, team->rank), fronts, memory_order_release);
}

bool kl_team_reached(kl_team *team, int rank, int64_t fronts, int *looks)
{
    enum { PATIENCE = 200 }; /* looks: a microsecond */
    if (atomic_load_explicit(done_of(team, rank), memory_order_acquire) >= fronts)
        return true;
    if (*looks < PATIENCE) {
        ++*looks;
    } else {
        sched_yield();
        team->yields++;
    }
    return false;
}
