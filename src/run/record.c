#include "run/record.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct head {
    int32_t point, ntimes, nquantities, nchecks;
    int64_t batch, doubles; /* doubles: of all members */
    uint64_t checksum;
} head;

size_t kl_record_cells(const kl_study *study, int point, int f)
{
    size_t cells = 1;
    for (int a = 0; a < study->description->field[f].naxes; a++)
        cells *= (size_t)study->system->axis(study->self, point, f, a, NULL);
    return cells;
}

static bool has_errors(const kl_study *study)
{
    return study->system->ensemble == KL_DETERMINISTIC;
}

int64_t kl_record_doubles(const kl_study *study, int point)
{
    const kl_description *about = study->description;
    int64_t n = (1 + has_errors(study)) * about->nquantities + about->nchecks;
    for (int f = 0; f < about->nfields; f++)
        n += (int64_t)kl_record_cells(study, point, f);
    return n * study->stations.n;
}

static head head_of(const kl_study *study, int point, int64_t batch)
{
    return (head){.point = point,
                  .ntimes = study->stations.n,
                  .nquantities = study->description->nquantities,
                  .nchecks = study->description->nchecks,
                  .batch = batch,
                  .doubles = study->members * kl_record_doubles(study, point)};
}

size_t kl_record_bytes(const kl_study *study, int point)
{
    return sizeof(head) + (size_t)head_of(study, point, 0).doubles * sizeof(double);
}

kl_status kl_record_create(const kl_study *study, int point, kl_record *out, kl_error *err)
{
    const head h = head_of(study, point, 0);
    *out = (kl_record){.study = study, .point = point};
    out->size = kl_record_bytes(study, point);
    KL_TRY(kl_alloc(out->size, 1, "samples", &out->payload, err));
    const kl_status status = kl_alloc((size_t)study->description->nfields, sizeof *out->field,
                                      "samples", &out->field, err);
    if (status != KL_OK)
        kl_record_destroy(out);
    else
        memcpy(out->payload, &h, sizeof h);
    return status;
}

void kl_record_destroy(kl_record *record)
{
    free(record->payload);
    free(record->field);
    *record = (kl_record){0};
}

void kl_record_number(kl_record *record, int64_t batch)
{
    record->batch = batch;
    memcpy(record->payload + offsetof(head, batch), &batch, sizeof batch);
}

void kl_record_checksum(kl_record *record, uint64_t checksum)
{
    memcpy(record->payload + offsetof(head, checksum), &checksum, sizeof checksum);
}

static double *member_at(const kl_record *record, int member)
{
    double *all = (double *)(void *)(record->payload + sizeof(head));
    return all + member * kl_record_doubles(record->study, record->point);
}

kl_sample kl_record_sample(kl_record *record, int member, int station)
{
    const kl_study *study = record->study;
    const kl_description *about = study->description;
    const int nt = study->stations.n, nq = about->nquantities;
    double *at = member_at(record, member);
    kl_sample sample = {.quantity = at + station * nq, .field = record->field};
    at += nt * nq;
    if (has_errors(study)) {
        sample.error = at + station * nq;
        memset(sample.error, 0, (size_t)nq * sizeof *sample.error);
        at += nt * nq;
    }
    sample.check = at + station * about->nchecks;
    at += nt * about->nchecks;
    for (int f = 0; f < about->nfields; f++) {
        const size_t cells = kl_record_cells(study, record->point, f);
        record->field[f] = at + (size_t)station * cells;
        at += (size_t)nt * cells;
    }
    return sample;
}

kl_status kl_record_gather(kl_record *record, const kl_place *place, kl_error *err)
{
    int ranks, rank, group_rank, same, *count = NULL;
    MPI_Datatype member; /* counts of MPI are ints */
    MPI_Comm_compare(place->group, place->ensemble, &same);
    if (same == MPI_IDENT || same == MPI_CONGRUENT)
        return KL_OK;
    MPI_Comm_size(place->ensemble, &ranks);
    MPI_Comm_rank(place->ensemble, &rank);
    MPI_Comm_rank(place->group, &group_rank);
    const kl_status status = kl_alloc(2 * (size_t)ranks, sizeof *count, "samples", &count, err);
    KL_TRY(kl_agree(place->ensemble, status, err));
    int *at = count + ranks;
    const int mine[2] = {group_rank == 0 ? place->count : 0, place->first};
    MPI_Type_contiguous((int)kl_record_doubles(record->study, record->point), MPI_DOUBLE, &member);
    MPI_Type_commit(&member);
    MPI_Gather(&mine[0], 1, MPI_INT, count, 1, MPI_INT, 0, place->ensemble);
    MPI_Gather(&mine[1], 1, MPI_INT, at, 1, MPI_INT, 0, place->ensemble);
    const void *own = rank == 0 ? MPI_IN_PLACE : member_at(record, place->first);
    MPI_Gatherv(own, mine[0], member, member_at(record, 0), count, at, member, 0, place->ensemble);
    MPI_Type_free(&member);
    free(count);
    return KL_OK;
}

bool kl_record_read(const kl_study *study, const void *payload, size_t size, kl_record_head *out)
{
    head h;
    if (size < sizeof h)
        return false;
    memcpy(&h, payload, sizeof h);
    *out = (kl_record_head){h.point, h.batch, h.checksum};
    if (h.point < 0 || h.point >= study->description->points.n || h.batch < 0)
        return false;
    head want = head_of(study, h.point, h.batch);
    want.checksum = h.checksum;
    return memcmp(&h, &want, sizeof h) == 0 &&
           size == sizeof h + (size_t)h.doubles * sizeof(double);
}

kl_member kl_record_member(const kl_study *study, const void *payload, int member)
{
    head h;
    memcpy(&h, payload, sizeof h);
    const double *at = (const double *)(const void *)((const char *)payload + sizeof h);
    const size_t quantities = (size_t)h.ntimes * (size_t)h.nquantities;
    at += (h.doubles / study->members) * member;
    kl_member out = {.quantity = at};
    at += quantities;
    if (has_errors(study)) {
        out.error = at;
        at += quantities;
    }
    out.check = at;
    out.field = at + (size_t)h.ntimes * (size_t)h.nchecks;
    return out;
}
