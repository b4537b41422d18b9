#include "lattice/pencil_parts.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

MPI_Comm kl_grid_order(MPI_Comm comm, const kl_grid *grid)
{
    const int *box = grid->box, inside = box[0] * box[1], nodes = grid->parts[1] / box[1];
    MPI_Comm ordered;
    int rank;
    MPI_Comm_rank(comm, &rank);
    if (rank >= grid->parts[0] * grid->parts[1]) { /* idle */
        MPI_Comm_split(comm, 0, rank, &ordered);
        return ordered;
    }
    const int node = rank / inside, k = rank % inside;
    const int i = node / nodes * box[0] + k / box[1], j = node % nodes * box[1] + k % box[1];
    MPI_Comm_split(comm, 0, i * grid->parts[1] + j, &ordered);
    return ordered;
}

int64_t kl_pencils_first(const kl_pencils *p, int axis, int k)
{
    return axis == 0 ? kl_lattice_part(p->lattice, k, p->grid.parts[0])
                     : kl_lattice_part(p->lattice, k, p->grid.parts[1]);
}

static kl_status check(const kl_lattice *lattice, const kl_grid *grid, kl_error *err)
{
    const int *parts = grid->parts;
    if (lattice->dimension == 1 || (lattice->dimension == 2 && parts[1] > 1))
        return kl_fail(err, KL_INPUT, "a grid of %d x %d ranks: in d = %d axis %s is not cut",
                       parts[0], parts[1], lattice->dimension, lattice->dimension == 1 ? "0" : "1");
    if (parts[0] > lattice->sites || parts[1] > lattice->sites)
        return kl_fail(err, KL_INPUT, "a grid of %d x %d ranks: an axis has %lld sites", parts[0],
                       parts[1], (long long)lattice->sites);
    return KL_OK;
}

static int64_t count_of(const kl_pencils *p, int axis, int k)
{
    return kl_pencils_first(p, axis, k + 1) - kl_pencils_first(p, axis, k);
}

/* Sites of the largest pencil. */
static int64_t most_sites(const kl_pencils *p)
{
    int64_t most[2] = {1, 1};
    for (int axis = 0; axis < 2; axis++)
        for (int k = 0; k < p->grid.parts[axis]; k++)
            most[axis] = count_of(p, axis, k) > most[axis] ? count_of(p, axis, k) : most[axis];
    return p->lattice->sites * most[0] * (p->lattice->dimension == 3 ? most[1] : 1);
}

kl_status kl_pencils_create(kl_lattice *lattice, const kl_grid *grid, kl_pencils *out,
                            kl_error *err)
{
    *out = (kl_pencils){.lattice = lattice, .grid = *grid, .across = MPI_COMM_NULL};
    KL_TRY(check(lattice, grid, err));
    const bool idle = lattice->rank >= grid->parts[0] * grid->parts[1];
    lattice->bare = true;
    lattice->pencils = out;
    lattice->across = grid->parts[1];
    memcpy(lattice->box, grid->box, sizeof lattice->box);
    lattice->first = kl_lattice_first(lattice, lattice->rank);
    lattice->count = kl_lattice_first(lattice, lattice->rank + 1) - lattice->first;
    MPI_Comm_split(lattice->comm, idle ? MPI_UNDEFINED : lattice->rank / grid->parts[1],
                   lattice->rank, &out->across);
    if (idle)
        return KL_OK;
    out->at[0] = lattice->rank / grid->parts[1];
    out->at[1] = lattice->rank % grid->parts[1];
    const int64_t range = count_of(out, 0, out->at[0]);
    out->rows = lattice->dimension == 3 ? range : 1;
    out->sites = lattice->dimension == 3 ? count_of(out, 1, out->at[1]) : range;
    lattice->room = most_sites(out);
    return KL_OK;
}

void kl_pencils_destroy(kl_pencils *pencils)
{
    if (pencils->lattice && pencils->across != MPI_COMM_NULL)
        MPI_Comm_free(&pencils->across);
    *pencils = (kl_pencils){.lattice = NULL};
}

bool kl_pencils_few_planes(const kl_lattice *lattice)
{
    return lattice->pencils && lattice->ranks - lattice->idle > lattice->sites;
}

void kl_pencils_join(kl_pencils *p, const kl_team *team, void *const space[2])
{
    int all = p->rows == 0 || (kl_pencils_few_planes(p->lattice) && team->ranks > 0 &&
                               kl_team_has(team, space[0]) && kl_team_has(team, space[1]));
    MPI_Allreduce(MPI_IN_PLACE, &all, 1, MPI_INT, MPI_LAND, p->lattice->comm);
    p->team = all ? team : NULL;
    for (int i = 0; i < 2; i++)
        p->space[i] = all ? space[i] : NULL;
}

int kl_pencils_mate(const kl_pencils *p, int place)
{
    const int *box = p->grid.box;
    const int i = p->at[0] / box[0] * box[0] + place / box[1];
    return i * p->grid.parts[1] + p->at[1] / box[1] * box[1] + place % box[1];
}

int kl_pencils_place(const kl_pencils *p, int rank)
{
    const int *box = p->grid.box;
    const int at[2] = {rank / p->grid.parts[1], rank % p->grid.parts[1]};
    for (int axis = 0; axis < 2; axis++)
        if (at[axis] / box[axis] != p->at[axis] / box[axis])
            return -1;
    return at[0] % box[0] * box[1] + at[1] % box[1];
}

int64_t kl_pencils_row(const kl_pencils *p, int place)
{
    return kl_lattice_part(p->lattice, place, p->grid.box[0] * p->grid.box[1]);
}

MPI_Comm kl_pencils_node(const kl_pencils *p)
{
    const int *box = p->grid.box, across = p->grid.parts[1] / box[1];
    const int node = p->at[0] / box[0] * across + p->at[1] / box[1];
    const int place = p->at[0] % box[0] * box[1] + p->at[1] % box[1];
    const int ranks = p->grid.parts[0] * p->grid.parts[1], rank = p->lattice->rank;
    MPI_Comm comm; /* of an idle rank: its own */
    MPI_Comm_split(p->lattice->comm, p->rows > 0 ? node : ranks + rank, place, &comm);
    return comm;
}

/* ---- from slabs to pencils ---- */

/* Sites of one piece and of another one that follow each other, copied this or that way. */
static void copy(char *here, char *there, size_t bytes, bool back)
{
    memcpy(back ? here : there, back ? there : here, bytes);
}

/* Between slab and packed, cut by the ranks across, and for each [planes of axis 0][axis 1][its
 * range of axis 2]. */
static void pack(const kl_pencils *p, char *slab, char *packed, size_t element, bool back)
{
    const int64_t L = p->lattice->sites;
    for (int j = 0; j < p->grid.parts[1]; j++) {
        const size_t from = (size_t)kl_pencils_first(p, 1, j) * element;
        const size_t bytes = (size_t)count_of(p, 1, j) * element;
        for (int64_t row = 0; row < p->lattice->count * L; row++, packed += bytes)
            copy(slab + (size_t)(row * L) * element + from, packed, bytes, back);
    }
}

/* Between packed, [range of axis 0][axis 1][range of axis 2], and pencil: what the ranks across
 * have follows in the order of the planes of axis 0. */
static void turn(const kl_pencils *p, char *packed, char *pencil, size_t element, bool back)
{
    const int64_t L = p->lattice->sites;
    const size_t bytes = (size_t)p->sites * element;
    for (int64_t z = 0; z < p->rows; z++)
        for (int64_t y = 0; y < L; y++, packed += bytes)
            copy(packed, pencil + (size_t)(y * p->rows + z) * bytes, bytes, back);
}

/* For d = 2: slab[z][x] and pencil[x][z]. */
static void transpose(const kl_pencils *p, char *slab, char *pencil, size_t element, bool back)
{
    enum { TILE = 32 };
    const int64_t L = p->lattice->sites, n = p->sites;
    for (int64_t z0 = 0; z0 < n; z0 += TILE)
        for (int64_t x = 0; x < L; x++)
            for (int64_t z = z0; z < z0 + TILE && z < n; z++)
                copy(slab + (size_t)(z * L + x) * element, pencil + (size_t)(x * n + z) * element,
                     element, back);
}

/* Packed sites go to the ranks that have their range of axis 2, or come back; in lines of L. */
static void exchange(kl_pencils *p, const char *from, char *to, size_t element, bool back)
{
    const int ranks = p->grid.parts[1];
    int *count = malloc(4 * (size_t)ranks * sizeof *count); /* small: as MPI itself needs */
    int *slab = count, *slab_at = count + ranks, *pencil = count + 2 * ranks,
        *pencil_at = count + 3 * ranks;
    MPI_Datatype line;
    for (int j = 0; j < ranks; j++) {
        const int rank = p->at[0] * ranks + j;
        const int64_t planes =
            kl_lattice_first(p->lattice, rank + 1) - kl_lattice_first(p->lattice, rank);
        slab[j] = (int)(p->lattice->count * count_of(p, 1, j));
        pencil[j] = (int)(planes * p->sites);
        slab_at[j] = j ? slab_at[j - 1] + slab[j - 1] : 0;
        pencil_at[j] = j ? pencil_at[j - 1] + pencil[j - 1] : 0;
        if (j != p->at[1])
            p->bytes += (back ? pencil[j] : slab[j]) * p->lattice->sites * (int64_t)element;
    }
    MPI_Type_contiguous((int)((size_t)p->lattice->sites * element), MPI_BYTE, &line);
    MPI_Type_commit(&line);
    MPI_Alltoallv(from, back ? pencil : slab, back ? pencil_at : slab_at, line, to,
                  back ? slab : pencil, back ? slab_at : pencil_at, line, p->across);
    MPI_Type_free(&line);
    free(count);
}

void kl_pencils_enter(kl_pencils *p, void *slab, size_t element, void *spare)
{
    if (p->rows == 0)
        return;
    if (p->grid.parts[1] > 1) {
        pack(p, slab, spare, element, false);
        exchange(p, spare, slab, element, false);
    }
    if (p->lattice->dimension == 2)
        transpose(p, slab, spare, element, false);
    else
        turn(p, slab, spare, element, false);
    memcpy(slab, spare, (size_t)kl_pencils_local(p) * element);
}

/* ---- to the ranks of a node together ---- */

/* Whether the planes of a range of axis 0 are on this node. */
static bool is_here(const kl_pencils *p, int range)
{
    const int *box = p->grid.box;
    return range / box[0] == p->at[0] / box[0] &&
           kl_lattice_column(p->lattice, range) == p->at[1] / box[1];
}

/* A piece [rows of axis 1][range of axis 0][range of axis 2] to the planes of the node. */
static void place_rows(const kl_pencils *p, int range, int j, const char *piece, size_t element,
                       const void *slab)
{
    const kl_lattice *lattice = p->lattice;
    const int64_t L = lattice->sites, x = kl_pencils_first(p, 1, j);
    const size_t bytes = (size_t)count_of(p, 1, j) * element;
    const int across = p->grid.parts[1], place = p->team->rank;
    for (int mate = 0; mate < p->team->ranks; mate++) {
        const int rank = kl_pencils_mate(p, mate);
        const int64_t first = kl_lattice_first(lattice, rank), z = kl_pencils_first(p, 0, range);
        char *planes = kl_team_at(p->team, mate, slab);
        for (int64_t k = first; rank / across == range && k < kl_lattice_first(lattice, rank + 1);
             k++)
            for (int64_t y = kl_pencils_row(p, place); y < kl_pencils_row(p, place + 1); y++) {
                const int64_t row = (y - kl_pencils_row(p, place)) * count_of(p, 0, range) + k - z;
                memcpy(planes + (size_t)((k - first) * lattice->plane + y * L + x) * element,
                       piece + (size_t)row * bytes, bytes);
            }
    }
}

/* Each rank of the node that has the planes of this range is sent its rows, which follow each other
 * in the pencil. What the ranks across have, and those of the other ranges that are here, comes to
 * `spare`. */
static void leave_to_node(kl_pencils *p, const char *pencil, size_t element, void *slab,
                          char *spare)
{
    const kl_lattice *lattice = p->lattice;
    const int *box = p->grid.box, inside = box[0] * box[1], across = p->grid.parts[1];
    const int place = p->team->rank, low = p->at[0] / box[0] * box[0];
    const int64_t mine = kl_pencils_row(p, place + 1) - kl_pencils_row(p, place);
    const int column = kl_lattice_column(lattice, p->at[0]);
    MPI_Request *request = malloc((size_t)(inside + box[0] * across) * sizeof *request); /* small */
    int n = 0;
    char *at = spare;
    for (int i = low; i < low + box[0]; i++)
        for (int j = 0; is_here(p, i) && j < across; j++) {
            const int64_t bytes = mine * count_of(p, 0, i) * count_of(p, 1, j) * (int64_t)element;
            MPI_Irecv(at, (int)bytes, MPI_BYTE, i * across + j, 0, lattice->comm, &request[n++]);
            at += bytes;
        }
    for (int k = 0; k < inside; k++) {
        const int rank = (low + k / box[1]) * across + column * box[1] + k % box[1];
        const int64_t plane = p->rows * p->sites * (int64_t)element, y = kl_pencils_row(p, k);
        const int64_t bytes = (kl_pencils_row(p, k + 1) - y) * plane;
        MPI_Isend(pencil + y * plane, (int)bytes, MPI_BYTE, rank, 0, lattice->comm, &request[n++]);
        p->bytes += rank == lattice->rank ? 0 : bytes;
    }
    MPI_Waitall(n, request, MPI_STATUSES_IGNORE);
    at = spare;
    for (int i = low; i < low + box[0]; i++)
        for (int j = 0; is_here(p, i) && j < across; j++) {
            place_rows(p, i, j, at, element, slab);
            at += mine * count_of(p, 0, i) * count_of(p, 1, j) * (int64_t)element;
        }
    free(request);
}

void kl_pencils_leave(kl_pencils *p, const void *pencil, size_t element, void *slab, void *spare)
{
    void *from = (void *)(uintptr_t)pencil; /* which is only read */
    if (p->team) {
        MPI_Barrier(p->lattice->comm); /* nobody works on it any more */
        if (p->rows > 0)
            leave_to_node(p, pencil, element, slab, spare);
        MPI_Barrier(p->lattice->comm);
        return;
    }
    if (p->rows == 0)
        return;
    if (p->lattice->dimension == 2)
        transpose(p, slab, from, element, true);
    else
        turn(p, slab, from, element, true);
    if (p->grid.parts[1] == 1)
        return;
    exchange(p, slab, spare, element, true);
    pack(p, slab, spare, element, true);
}

kl_status kl_pencils_sum(const kl_pencils *p, const double *mine, double *sum, kl_error *err)
{
    const kl_lattice *lattice = p->lattice;
    const int64_t L = lattice->sites;
    const int across = p->grid.parts[1];
    double *all = NULL;
    int *count = NULL;
    kl_status status = kl_alloc((size_t)L, sizeof *all, "plane sums", &all, err);
    if (status == KL_OK)
        status = kl_alloc(2 * (size_t)lattice->ranks, sizeof *count, "plane counts", &count, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    int *place = count + lattice->ranks;
    for (int r = 0; r < lattice->ranks; r++) {
        const bool has = r / across < p->grid.parts[0] && r % across == across - 1;
        count[r] = has ? (int)count_of(p, 0, r / across) : 0;
        place[r] = r > 0 ? place[r - 1] + count[r - 1] : 0;
    }
    MPI_Allgatherv(mine, count[lattice->rank], MPI_DOUBLE, all, count, place, MPI_DOUBLE,
                   lattice->comm);
    *sum = 0;
    for (int64_t i = 0; i < L; i++)
        *sum += all[i];
done:
    free(all);
    free(count);
    return status;
}
