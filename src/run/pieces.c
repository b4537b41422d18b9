#include "run/pieces.h"

#include "base/memory.h"
#include "base/xxh64.h"

#include <stdlib.h>

static int64_t blocks(const kl_packing *p)
{
    return p->blocks > 0 ? p->blocks : 1;
}

int64_t kl_pieces_held(const kl_packing *p)
{
    return blocks(p) * p->count + p->more_count;
}

int64_t kl_pieces_number(const kl_packing *p, int64_t i)
{
    const int64_t more = i - blocks(p) * p->count;
    if (more >= 0)
        return p->more_first + more;
    return p->first + i / p->count * p->stride + i % p->count;
}

/* One pair of number and value a piece, to the leader. */
kl_status kl_pieces_gather(MPI_Comm comm, const kl_packing *p, const uint64_t *mine,
                           uint64_t *table, kl_error *err)
{
    const int held = (int)kl_pieces_held(p), numbers = 2 * held;
    int ranks, *count = NULL;
    uint64_t *pairs = NULL;
    MPI_Comm_size(comm, &ranks);
    kl_status status = kl_alloc(2 * (size_t)ranks, sizeof *count, "pieces", &count, err);
    if (status == KL_OK) /* this rank's, then all */
        status = kl_alloc(2 * (size_t)(held + p->pieces), sizeof *pairs, "pieces", &pairs, err);
    KL_GOTO(kl_agree(comm, status, err));
    int *place = count + ranks;
    for (int i = 0; i < held; i++) {
        pairs[2 * i] = (uint64_t)kl_pieces_number(p, i);
        pairs[2 * i + 1] = mine[i];
    }
    MPI_Gather(&numbers, 1, MPI_INT, count, 1, MPI_INT, 0, comm);
    for (int r = 1; r < ranks; r++)
        place[r] = place[r - 1] + count[r - 1];
    uint64_t *all = pairs + numbers;
    MPI_Gatherv(pairs, numbers, MPI_UINT64_T, all, count, place, MPI_UINT64_T, 0, comm);
    int rank;
    MPI_Comm_rank(comm, &rank);
    for (int64_t i = 0; rank == 0 && i < p->pieces; i++)
        table[all[2 * i]] = all[2 * i + 1];
done:
    free(count);
    free(pairs);
    return status;
}

kl_status kl_pieces_checksum(MPI_Comm comm, const kl_system *system, const void *state, int station,
                             uint64_t *out, kl_error *err)
{
    kl_packing p = {0};
    char *piece = NULL;
    uint64_t *table = NULL;
    *out = 0;
    if (system->packing)
        p = system->packing(state, station);
    if (p.pieces == 0)
        return KL_OK;
    const int64_t held = kl_pieces_held(&p);
    kl_status status = kl_alloc(p.piece_bytes, 1, "a checksum", &piece, err);
    if (status == KL_OK) /* this rank's, then all */
        status = kl_alloc((size_t)(held + p.pieces), sizeof *table, "a checksum", &table, err);
    KL_GOTO(kl_agree(comm, status, err));
    for (int64_t i = 0; i < held; i++) {
        system->pack(state, i, piece);
        table[i] = kl_xxh64(piece, p.piece_bytes - p.progress_bytes);
    }
    KL_GOTO(kl_pieces_gather(comm, &p, table, table + held, err));
    *out = kl_xxh64(table + held, (size_t)p.pieces * sizeof *table);
done:
    free(piece);
    free(table);
    return status;
}
