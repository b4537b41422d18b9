#include "lattice/seam.h"

#include "base/memory.h"
#include "lattice/team.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { STEP = 640 }; /* bytes between arrays, as in kl_lattice_array() */

static size_t plane_bytes(const kl_seams *seams)
{
    return (size_t)seams->lattice->plane * seams->element;
}

/* Where array i lies in a seam; the potential is the one after the last. */
static size_t place_of(const kl_seams *seams, int i)
{
    const size_t bytes = (size_t)(seams->depth + 2) * plane_bytes(seams);
    return (size_t)i * (bytes + STEP) + STEP;
}

static size_t seam_bytes(const kl_seams *seams)
{
    const size_t padding = (size_t)(seams->arrays + 2) * STEP;
    return (size_t)seams->lattice->plane *
               kl_seams_column(seams->element, seams->depth, seams->arrays) +
           padding;
}

/* The rank with which this one exchanges on a side. */
static int neighbour_of(const kl_seams *seams, int side)
{
    const kl_lattice *lattice = seams->lattice;
    const int ranks = lattice->ranks;
    return (lattice->rank + (side ? seams->away : ranks - seams->away)) % ranks;
}

/* Sends to one side what the other one receives. */
static void exchange(const kl_seams *seams, int side, const void *mine, void *theirs, int bytes)
{
    const kl_lattice *lattice = seams->lattice;
    MPI_Sendrecv(mine, bytes, MPI_BYTE, neighbour_of(seams, side), side, theirs, bytes, MPI_BYTE,
                 neighbour_of(seams, 1 - side), side, lattice->comm, MPI_STATUS_IGNORE);
}

static bool on_this_node(const kl_lattice *lattice, int rank)
{
    MPI_Comm node;
    MPI_Group all, near;
    int there;
    MPI_Comm_split_type(lattice->comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_group(lattice->comm, &all);
    MPI_Comm_group(node, &near);
    MPI_Group_translate_ranks(all, 1, &rank, near, &there);
    MPI_Group_free(&all);
    MPI_Group_free(&near);
    MPI_Comm_free(&node);
    return there != MPI_UNDEFINED;
}

/* Every rank offers its seam below to the neighbour below, and hears whether it takes part. */
static void create_shared(kl_seams *seams)
{
    const kl_lattice *lattice = seams->lattice;
    const bool near = on_this_node(lattice, neighbour_of(seams, 1));
    kl_shared_name mine, theirs;
    kl_shared_create(seam_bytes(seams), &seams->memory[0], &mine);
    exchange(seams, 0, &mine, &theirs, sizeof mine);
    if (near)
        kl_shared_open(&theirs, &seams->memory[1]);
    seams->shared[1] = seams->memory[1].memory != NULL;
    exchange(seams, 1, &seams->shared[1], &seams->shared[0], sizeof seams->shared[0]);
    kl_shared_close(&mine);
    if (seams->shared[1])
        seams->above = seams->memory[1].memory;
    if (seams->shared[0])
        seams->below = seams->memory[0].memory;
    else
        kl_shared_destroy(&seams->memory[0]);
}

/* Every rank of a team sees what is below it and above. */
static void create_together(kl_seams *seams)
{
    const kl_lattice *lattice = seams->lattice;
    MPI_Comm team;
    MPI_Comm_split(lattice->comm, lattice->rank / seams->away, lattice->rank, &team);
    kl_shared_among(team, seam_bytes(seams), &seams->memory[0]);
    MPI_Comm_free(&team);
    seams->below = seams->memory[0].memory;
}

kl_status kl_seams_create(const kl_lattice *lattice, size_t element, int depth, int arrays,
                          bool share, kl_seams *out, kl_error *err)
{
    const int away = lattice->team ? lattice->team->ranks : 1, slabs = lattice->ranks / away;
    const int64_t least = lattice->sites / slabs; /* planes of a slab */
    const int64_t most = least / 2 < least - 2 ? least / 2 : least - 2;
    int64_t first;
    *out = (kl_seams){.lattice = lattice,
                      .element = element,
                      .depth = depth < most ? depth : (int)most,
                      .arrays = arrays,
                      .together = lattice->team != NULL,
                      .planes = kl_lattice_together(lattice, &first),
                      .away = away};
    if (slabs == 1 || lattice->dimension == 1 || out->depth < 1) {
        out->depth = 0;
        return KL_OK;
    }
    if (out->together)
        create_together(out);
    else if (share)
        create_shared(out);
    kl_status status = KL_OK;
    if (out->together && !out->below)
        status = kl_fail(err, KL_ENVIRONMENT,
                         "planes between slabs: no memory for %.3f GB that ranks share",
                         1e-9 * (double)seam_bytes(out));
    else if (!out->below) {
        status = kl_alloc(seam_bytes(out), 1, "planes between slabs", &out->own, err);
        out->below = out->own;
    }
    return kl_agree(lattice->comm, status, err);
}

void kl_seams_destroy(kl_seams *seams)
{
    for (int side = 0; side < 2; side++)
        kl_shared_destroy(&seams->memory[side]);
    free(seams->own);
    *seams = (kl_seams){.depth = 0};
}

/* In the seam of a team the plane above the slab has the place of plane 0, which is in the slab. */
static void *plane_together(const kl_seams *seams, void *array, int i, int64_t p)
{
    const kl_lattice *lattice = seams->lattice;
    const int64_t at = (p < 0 ? p : 0) + seams->depth + 1;
    if (p < 0 || p == seams->planes)
        return seams->below + place_of(seams, i) + (size_t)at * plane_bytes(seams);
    return kl_lattice_plane_together(lattice, kl_lattice_plane(lattice, array, seams->element, 0),
                                     seams->element, p);
}

void *kl_seams_plane(const kl_seams *seams, void *array, int i, int64_t p)
{
    const size_t bytes = plane_bytes(seams);
    const int64_t top = seams->planes - seams->depth - 1; /* first plane of the seam above */
    if (seams->together)
        return plane_together(seams, array, i, p);
    if (p <= 0)
        return seams->below + place_of(seams, i) + (size_t)(p + seams->depth + 1) * bytes;
    if (p >= top && seams->above)
        return seams->above + place_of(seams, i) + (size_t)(p - top) * bytes;
    return kl_lattice_plane(seams->lattice, array, seams->element, p);
}

/* Planes -depth..-1 of the potential, in the seam below of the upper rank. */
static float *omega_of(const kl_seams *seams, char *seam)
{
    return (float *)(void *)(seam + place_of(seams, seams->arrays));
}

const float *kl_seams_omega(const kl_seams *seams, const float *omega, int64_t p)
{
    if (p < 0)
        return omega_of(seams, seams->below) + (p + seams->depth) * seams->lattice->plane;
    if (seams->together)
        return kl_lattice_plane_together(seams->lattice, omega, sizeof *omega, p);
    return omega + p * seams->lattice->plane;
}

/* Plane p of array i goes into its seam, or comes back. */
static void move(const kl_seams *seams, void *array, int i, int64_t p, bool in)
{
    void *const home = kl_lattice_plane(seams->lattice, array, seams->element, p);
    void *const seam = kl_seams_plane(seams, array, i, p);
    memcpy(in ? seam : home, in ? home : seam, plane_bytes(seams));
}

static void move_all(const kl_seams *seams, void *const *array, int from, int to, bool in)
{
    const int64_t n = seams->planes;
    for (int i = from; !seams->together && i < to; i++) {
        move(seams, array[i], i, 0, in);
        for (int64_t p = n - seams->depth - 1; seams->above && p < n; p++)
            move(seams, array[i], i, p, in);
    }
}

void kl_seams_enter(const kl_seams *seams, void *const *array, int from, int to)
{
    move_all(seams, array, from, to, true);
}

void kl_seams_leave(const kl_seams *seams, void *const *array, int from, int to)
{
    move_all(seams, array, from, to, false);
}

/* The rows of the pieces wherever they lie, as one message. */
static MPI_Datatype type_of(size_t row, const kl_piece *piece, int n)
{
    int length[KL_MOST_PIECES];
    MPI_Aint at[KL_MOST_PIECES];
    MPI_Datatype one, type;
    for (int i = 0; i < n; i++) {
        length[i] = (int)piece[i].rows;
        MPI_Get_address(piece[i].memory, &at[i]);
    }
    MPI_Type_contiguous((int)row, MPI_BYTE, &one);
    MPI_Type_create_hindexed(n, length, at, one, &type);
    MPI_Type_commit(&type);
    MPI_Type_free(&one);
    return type;
}

/* Tag: the direction in which the message goes. */
static void message(const kl_seams *seams, int side, bool send, size_t row, const kl_piece *piece,
                    int n, MPI_Request *request)
{
    const int rank = neighbour_of(seams, side);
    const int count = seams->shared[side] || n == 0 ? 0 : 1;
    atomic_thread_fence(memory_order_seq_cst); /* what is in shared memory, before the message */
    MPI_Datatype type = count ? type_of(row, piece, n) : MPI_BYTE;
    if (send)
        MPI_Isend(MPI_BOTTOM, count, type, rank, side, seams->lattice->comm, request);
    else
        MPI_Irecv(MPI_BOTTOM, count, type, rank, 1 - side, seams->lattice->comm, request);
    if (count)
        MPI_Type_free(&type);
}

kl_piece kl_seams_share(const kl_seams *seams, const void *plane, size_t row)
{
    const int64_t rows = kl_lattice_rows(seams->lattice);
    const int place = seams->lattice->rank % seams->away;
    const int64_t a = rows * place / seams->away, b = rows * (place + 1) / seams->away;
    return (kl_piece){(char *)(uintptr_t)plane + (size_t)a * row, b - a};
}

void kl_seams_potential(const kl_seams *seams, const float *omega)
{
    const kl_lattice *lattice = seams->lattice;
    const size_t row = (size_t)kl_lattice_row(lattice) * sizeof(float);
    const size_t bytes = (size_t)lattice->plane * sizeof(float);
    kl_piece mine[KL_MOST_PIECES], theirs[KL_MOST_PIECES];
    MPI_Request request[2];
    for (int i = 0; i < seams->depth; i++) {
        const float *top = kl_seams_omega(seams, omega, seams->planes - seams->depth + i);
        mine[i] = kl_seams_share(seams, top, row);
        theirs[i] = kl_seams_share(seams, kl_seams_omega(seams, omega, i - seams->depth), row);
        if (seams->above)
            memcpy(omega_of(seams, seams->above) + i * lattice->plane, top, bytes);
    }
    message(seams, 0, false, row, theirs, seams->depth, &request[0]);
    message(seams, 1, true, row, mine, seams->depth, &request[1]);
    for (int i = 0; i < 2; i++)
        kl_seams_finish(&request[i]);
}

void kl_seams_give(const kl_seams *seams, int side, const kl_piece *piece, int n,
                   MPI_Request *request)
{
    const size_t row = (size_t)kl_lattice_row(seams->lattice) * seams->element;
    message(seams, side, true, row, piece, n, request);
}

void kl_seams_take(const kl_seams *seams, int side, const kl_piece *piece, int n,
                   MPI_Request *request)
{
    const size_t row = (size_t)kl_lattice_row(seams->lattice) * seams->element;
    message(seams, side, false, row, piece, n, request);
}

void kl_seams_test(MPI_Request *request)
{
    int flag;
    MPI_Test(request, &flag, MPI_STATUS_IGNORE);
}

void kl_seams_progress(const kl_seams *seams)
{
    enum { OF_NO_MESSAGE = 7 };
    int flag;
    MPI_Iprobe(MPI_ANY_SOURCE, OF_NO_MESSAGE, seams->lattice->comm, &flag, MPI_STATUS_IGNORE);
}

void kl_seams_finish(MPI_Request *request)
{
    MPI_Wait(request, MPI_STATUS_IGNORE);
    atomic_thread_fence(memory_order_seq_cst);
}
