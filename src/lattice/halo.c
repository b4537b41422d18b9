#include "lattice/halo.h"

#include <string.h>

enum { LINE = 64 }; /* bytes of a cache line */

/* Rank `rank` of the group in the communicator of the node; MPI_UNDEFINED if it is elsewhere. */
static int rank_on_node(MPI_Comm group, MPI_Comm node, int rank)
{
    MPI_Group all, near;
    int there;
    MPI_Comm_group(group, &all);
    MPI_Comm_group(node, &near);
    MPI_Group_translate_ranks(all, 1, &rank, near, &there);
    MPI_Group_free(&all);
    MPI_Group_free(&near);
    return there;
}

/* Rank's neighbour below (side 0) or above. */
static int neighbour(const kl_lattice *lattice, int side)
{
    return (lattice->rank + (side ? 1 : lattice->ranks - 1)) % lattice->ranks;
}

/* Start of a rank's part of the window, at a cache line. The parts lie at the same distance from
 * a page's start for all who see them. */
static char *begin_of(char *part)
{
    return part + (LINE - (uintptr_t)part % LINE) % LINE;
}

/* A rank's part of the window holds, for each side, a plane of each of the two arrays. */
static void find_sides(const kl_lattice *lattice, char *mine, kl_ghosts *out)
{
    for (int side = 0; side < 2; side++) {
        const int there = rank_on_node(lattice->comm, out->node, neighbour(lattice, side));
        MPI_Aint bytes;
        int unit;
        char *theirs;
        if (there == MPI_UNDEFINED)
            continue;
        MPI_Win_shared_query(out->window, there, &bytes, &unit, &theirs);
        out->mine[side] = begin_of(mine) + (size_t)side * 2 * out->plane;
        out->theirs[side] = begin_of(theirs) + (size_t)(1 - side) * 2 * out->plane;
    }
}

void kl_ghosts_create(const kl_lattice *lattice, size_t element, kl_ghosts *out)
{
    char *mine = NULL;
    *out = (kl_ghosts){
        .plane = (size_t)lattice->plane * element, .node = MPI_COMM_NULL, .window = MPI_WIN_NULL};
    if (lattice->ranks == 1 || lattice->dimension == 1)
        return;
    MPI_Comm_split_type(lattice->comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &out->node);
    MPI_Comm_set_errhandler(out->node, MPI_ERRORS_RETURN);
    int shared = MPI_Win_allocate_shared((MPI_Aint)(4 * out->plane + LINE), 1, MPI_INFO_NULL,
                                         out->node, &mine, &out->window) == MPI_SUCCESS;
    if (!shared)
        out->window = MPI_WIN_NULL;
    MPI_Allreduce(MPI_IN_PLACE, &shared, 1, MPI_INT, MPI_LAND, lattice->comm);
    if (out->window == MPI_WIN_NULL)
        return;
    MPI_Win_lock_all(MPI_MODE_NOCHECK, out->window);
    if (shared)
        find_sides(lattice, mine, out);
}

void kl_ghosts_destroy(kl_ghosts *ghosts)
{
    if (ghosts->plane && ghosts->window != MPI_WIN_NULL) {
        MPI_Win_unlock_all(ghosts->window);
        MPI_Win_free(&ghosts->window);
    }
    if (ghosts->plane && ghosts->node != MPI_COMM_NULL)
        MPI_Comm_free(&ghosts->node);
    *ghosts = (kl_ghosts){.plane = 0};
}

kl_haloed kl_haloed_make(const kl_lattice *lattice, void *array, size_t element,
                         const kl_ghosts *ghosts, int which)
{
    const size_t plane = (size_t)lattice->plane * element;
    kl_haloed haloed = {.lattice = lattice,
                        .element = element,
                        .array = array,
                        .ghost = {array, (char *)array + (size_t)(lattice->count + 1) * plane},
                        .window = ghosts ? ghosts->window : MPI_WIN_NULL};
    for (int side = 0; ghosts && side < 2; side++) {
        const size_t at = (size_t)which * ghosts->plane;
        if (!ghosts->mine[side])
            continue;
        haloed.ghost[side] = ghosts->mine[side] + at;
        haloed.theirs[side] = ghosts->theirs[side] + at;
    }
    return haloed;
}

void kl_halo_start_rows(const kl_haloed *haloed, int64_t from, int64_t to, kl_halo *halo)
{
    const kl_lattice *lattice = haloed->lattice;
    const size_t row = (size_t)kl_lattice_row(lattice) * haloed->element;
    const size_t plane = (size_t)lattice->plane * haloed->element, begin = (size_t)from * row;
    char *const outer[2] = {haloed->array + plane, haloed->array + (size_t)lattice->count * plane};
    for (int i = 0; i < 4; i++)
        halo->request[i] = MPI_REQUEST_NULL;
    halo->window = haloed->window;
    if (from >= to)
        return;
    const size_t bytes = (size_t)(to - from) * row;
    if (lattice->ranks == 1) {
        memcpy(haloed->ghost[0] + begin, outer[1] + begin, bytes);
        memcpy(haloed->ghost[1] + begin, outer[0] + begin, bytes);
        return;
    }
    for (int side = 0; side < 2; side++)
        if (haloed->theirs[side])
            memcpy(haloed->theirs[side] + begin, outer[side] + begin, bytes);
    if (halo->window != MPI_WIN_NULL)
        MPI_Win_sync(halo->window);
    MPI_Datatype type = kl_lattice_rows_type(lattice, haloed->element, to - from);
    for (int side = 0; side < 2; side++) { /* tag: the direction in which the message goes */
        const int rank = neighbour(lattice, side), count = haloed->theirs[side] ? 0 : 1;
        MPI_Irecv(haloed->ghost[side] + begin, count, type, rank, 1 - side, lattice->comm,
                  &halo->request[side]);
        MPI_Isend(outer[side] + begin, count, type, rank, side, lattice->comm,
                  &halo->request[2 + side]);
    }
    MPI_Type_free(&type);
}

void kl_halo_start(const kl_haloed *haloed, kl_halo *halo)
{
    kl_halo_start_rows(haloed, 0, kl_lattice_rows(haloed->lattice), halo);
}

void kl_halo_test(kl_halo *halo)
{
    int flag;
    MPI_Testall(4, halo->request, &flag, MPI_STATUSES_IGNORE);
}

void kl_halo_finish(kl_halo *halo)
{
    MPI_Waitall(4, halo->request, MPI_STATUSES_IGNORE);
    if (halo->window != MPI_WIN_NULL)
        MPI_Win_sync(halo->window);
}
