#include "run/pieces.h"

#include "base/memory.h"
#include "base/xxh64.h"

#include <stdlib.h>

kl_status kl_planes_gather(MPI_Comm group, const kl_packing *p, MPI_Datatype type, const void *mine,
                           void *table, kl_error *err)
{
    int ranks, *count = NULL, pair[2] = {(int)p->count, (int)p->first};
    MPI_Comm_size(group, &ranks);
    kl_status status = kl_alloc(4 * (size_t)ranks, sizeof *count, "planes", &count, err);
    KL_TRY(kl_agree(group, status, err));
    int *place = count + ranks, *pairs = count + 2 * ranks;
    MPI_Allgather(pair, 2, MPI_INT, pairs, 2, MPI_INT, group);
    for (int r = 0; r < ranks; r++) {
        count[r] = pairs[2 * r];
        place[r] = pairs[2 * r + 1];
    }
    MPI_Gatherv(mine, pair[0], type, table, count, place, type, 0, group);
    free(count);
    return KL_OK;
}

kl_status kl_planes_checksum(MPI_Comm group, const kl_system *system, const void *state, int time,
                             uint64_t *out, kl_error *err)
{
    kl_packing p = {0};
    char *plane = NULL;
    uint64_t *table = NULL;
    *out = 0;
    if (system->packing)
        p = system->packing(state, time);
    if (p.planes == 0)
        return KL_OK;
    kl_status status = kl_alloc(p.plane_bytes, 1, "a checksum", &plane, err);
    if (status == KL_OK) /* this rank's, then all */
        status = kl_alloc((size_t)(p.count + p.planes), sizeof *table, "a checksum", &table, err);
    KL_GOTO(kl_agree(group, status, err));
    for (int64_t i = 0; i < p.count; i++) {
        system->pack(state, i, plane);
        table[i] = kl_xxh64(plane, p.plane_bytes);
    }
    KL_GOTO(kl_planes_gather(group, &p, MPI_UINT64_T, table, table + p.count, err));
    *out = kl_xxh64(table + p.count, (size_t)p.planes * sizeof *table);
done:
    free(plane);
    free(table);
    return status;
}
