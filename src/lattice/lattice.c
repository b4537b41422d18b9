#include "lattice/lattice.h"

#include "base/memory.h"
#include "lattice/team.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

kl_status kl_lattice_create_sparse(MPI_Comm comm, int dimension, int64_t sites, int idle,
                                   kl_lattice *out, kl_error *err)
{
    *out = (kl_lattice){
        .dimension = dimension, .sites = sites, .comm = comm, .plane = 1, .idle = idle};
    MPI_Comm_rank(comm, &out->rank);
    MPI_Comm_size(comm, &out->ranks);
    int64_t volume = sites;
    for (int j = 1; j < dimension; j++) {
        out->plane *= sites;
        if (__builtin_mul_overflow(volume, sites, &volume))
            return kl_fail(err, KL_INPUT, "sites: %lld^%d sites are more than 2^63",
                           (long long)sites, dimension);
    }
    out->first = kl_lattice_first(out, out->rank);
    out->count = kl_lattice_first(out, out->rank + 1) - out->first;
    return KL_OK;
}

kl_status kl_lattice_create(MPI_Comm comm, int dimension, int64_t sites, kl_lattice *out,
                            kl_error *err)
{
    KL_TRY(kl_lattice_create_sparse(comm, dimension, sites, 0, out, err));
    if (sites < out->ranks)
        return kl_fail(
            err, KL_INPUT,
            "sites: a lattice of %lld planes cannot be cut over the %d ranks of a group: "
            "use more groups (--groups) or fewer ranks",
            (long long)sites, out->ranks);
    return KL_OK;
}

int kl_lattice_owner(const kl_lattice *lattice, int64_t plane)
{
    int rank = (int)(plane * (lattice->ranks - lattice->idle) / lattice->sites);
    while (kl_lattice_first(lattice, rank) > plane)
        rank--;
    while (kl_lattice_first(lattice, rank + 1) <= plane)
        rank++;
    return rank;
}

enum { PAGE = 4096 };

/* Sites of an array, of the rank that has the most. */
static size_t most_sites(const kl_lattice *lattice)
{
    const int64_t planes = kl_lattice_most_planes(lattice);
    const int64_t sites = (planes + (lattice->bare ? 0 : 2)) * lattice->plane;
    return (size_t)(sites > lattice->room ? sites : lattice->room);
}

size_t kl_lattice_team_bytes(const kl_lattice *lattice, size_t element, int arrays, size_t more)
{
    if (lattice->dimension < 3 && !lattice->pencils)
        return 0;
    return (size_t)arrays * (most_sites(lattice) * element + 3 * PAGE) +
           most_sites(lattice) * more + 2 * PAGE;
}

kl_status kl_lattice_array(const kl_lattice *lattice, size_t element, int place, void *out,
                           kl_error *err)
{
    enum { STEP = 640, PLACES = 6 }; /* STEP: more than a core holds in flight */
    const int64_t extent = kl_lattice_extent(lattice), room = lattice->room;
    const size_t own = (size_t)(extent > room ? extent : room);
    const size_t sites = lattice->team ? most_sites(lattice) : own;
    const size_t bytes = sites * element + 2 * PAGE;
    char *block = NULL, *alone = NULL;
    *(void **)out = NULL;
    if (lattice->team)
        block = kl_team_take(lattice->team, bytes);
    if (!block)
        KL_TRY(kl_alloc(bytes + PAGE, 1, "a lattice array", &alone, err));
    block = block ? block : alone;
    uintptr_t start = ((uintptr_t)block + 2 * sizeof(void *) + PAGE - 1) / PAGE * PAGE;
    char *array = block + (start - (uintptr_t)block) + place % PLACES * STEP;
    memcpy(array - sizeof alone, &alone, sizeof alone); /* for kl_lattice_array_free() */
    *(void **)out = array;
    return KL_OK;
}

void kl_lattice_array_free(void *array)
{
    void *block = NULL;
    if (array)
        memcpy(&block, (char *)array - sizeof block, sizeof block);
    free(block);
}

int64_t kl_lattice_together(const kl_lattice *lattice, int64_t *first)
{
    const kl_team *team = lattice->team;
    const int rank = lattice->rank - (team ? team->rank : 0);
    *first = kl_lattice_first(lattice, rank);
    return kl_lattice_first(lattice, rank + (team ? team->ranks : 1)) - *first;
}

void *kl_lattice_plane_together(const kl_lattice *lattice, const void *owned, size_t element,
                                int64_t p)
{
    const kl_team *team = lattice->team;
    const int first = lattice->rank - team->rank;
    const int64_t plane = kl_lattice_first(lattice, first) + p;
    const int rank = kl_lattice_owner(lattice, plane);
    const int64_t at = (plane - kl_lattice_first(lattice, rank)) * lattice->plane;
    return (char *)kl_team_at(team, rank - first, owned) + (size_t)at * element;
}

MPI_Datatype kl_lattice_rows_type(const kl_lattice *lattice, size_t element, int64_t rows)
{
    MPI_Datatype row, type;
    MPI_Type_contiguous((int)((size_t)kl_lattice_row(lattice) * element), MPI_BYTE, &row);
    MPI_Type_contiguous((int)rows, row, &type);
    MPI_Type_commit(&type);
    MPI_Type_free(&row);
    return type;
}

kl_status kl_planes_shifted(const kl_lattice *lattice, const void *array, size_t element,
                            int64_t shift, const void **at, void **buffer, kl_error *err)
{
    const int64_t L = lattice->sites;
    const size_t bytes = (size_t)lattice->plane * element;
    const char *owned = kl_lattice_plane(lattice, (void *)(uintptr_t)array, element, 0);
    int64_t missing = 0, away = 0;
    shift = (shift % L + L) % L;
    for (int64_t i = 0; i < lattice->count; i++) {
        int64_t want = (lattice->first + i + shift) % L,
                from = (lattice->first + i - shift + L) % L;
        missing += kl_lattice_owner(lattice, want) != lattice->rank;
        away += kl_lattice_owner(lattice, from) != lattice->rank;
    }
    MPI_Request *request = NULL;
    *buffer = NULL;
    kl_status status = kl_alloc((size_t)missing, bytes, "shifted planes", buffer, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)(missing + away), sizeof *request, "requests", &request, err);
    status = kl_agree(lattice->comm, status, err);
    if (status != KL_OK) {
        free(request);
        free(*buffer);
        *buffer = NULL;
        return status;
    }
    /* Both sides walk in the order of the receiver's planes (cyclically from
     * its first), and messages between two ranks do not overtake. */
    int pending = 0;
    MPI_Datatype type = kl_lattice_rows_type(lattice, element, kl_lattice_rows(lattice));
    char *place = *buffer;
    for (int64_t i = 0; i < lattice->count; i++) {
        int64_t want = (lattice->first + i + shift) % L;
        int owner = kl_lattice_owner(lattice, want);
        if (owner == lattice->rank) {
            at[i] = owned + (size_t)(want - lattice->first) * bytes;
            continue;
        }
        MPI_Irecv(place, 1, type, owner, 3, lattice->comm, &request[pending++]);
        at[i] = place;
        place += bytes;
    }
    for (int64_t target = 0; target < L; target++) {
        int64_t plane = (target + shift) % L;
        if (plane < lattice->first || plane >= lattice->first + lattice->count)
            continue;
        int owner = kl_lattice_owner(lattice, target);
        if (owner != lattice->rank)
            MPI_Isend(owned + (size_t)(plane - lattice->first) * bytes, 1, type, owner, 3,
                      lattice->comm, &request[pending++]);
    }
    MPI_Waitall(pending, request, MPI_STATUSES_IGNORE);
    MPI_Type_free(&type);
    free(request);
    return KL_OK;
}

kl_status kl_planes_sum(const kl_lattice *lattice, const double *local, int n, double *sum,
                        double *planes, kl_error *err)
{
    const int64_t L = lattice->sites;
    double *all = NULL;
    int *count = NULL, *place = NULL;
    kl_status status = kl_alloc((size_t)(L * n), sizeof *all, "plane sums", &all, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)lattice->ranks, sizeof *count, "plane counts", &count, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)lattice->ranks, sizeof *place, "plane offsets", &place, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    for (int r = 0; r < lattice->ranks; r++) {
        place[r] = (int)kl_lattice_first(lattice, r);
        count[r] = (int)kl_lattice_first(lattice, r + 1) - place[r];
    }
    MPI_Datatype plane; /* counts of MPI are ints */
    MPI_Type_contiguous(n, MPI_DOUBLE, &plane);
    MPI_Type_commit(&plane);
    MPI_Allgatherv(local, count[lattice->rank], plane, all, count, place, plane, lattice->comm);
    MPI_Type_free(&plane);
    for (int k = 0; k < n; k++)
        sum[k] = 0;
    for (int64_t i = 0; i < L; i++)
        for (int k = 0; k < n; k++)
            sum[k] += all[i * n + k];
    if (planes)
        memcpy(planes, all, (size_t)(L * n) * sizeof *all);
done:
    free(all);
    free(count);
    free(place);
    return status;
}
