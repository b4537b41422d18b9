#include "run/checkpoint.h"

#include "base/checksum.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/stop.h"
#include "run/pieces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char magic[8] = "klchk02", magic_0_1[8] = "klchk01";
static const double least_interval = 60, cost_share = 0.01; /* of checkpoints on the way */
static const double worth_keeping = 5;                      /* seconds of work, at a stop */

typedef struct head {
    char magic[8];
    int64_t batch, pieces, piece_bytes, record_bytes;
    int64_t sequence; /* newer is larger */
    int32_t point, station;
    uint32_t record_sum, table_sum, reserved,
        head_sum; /* checksums; head_sum: of the bytes before */
} head;

void kl_checkpoint_prepare(const char *journal, bool finer, int point, int64_t batch,
                           double interval, MPI_Comm comm, kl_checkpoint *out)
{
    *out = (kl_checkpoint){.comm = comm, .interval = interval, .last = kl_clock(), .sequence = -1};
    MPI_Comm_rank(comm, &out->rank);
    snprintf(out->base, sizeof out->base, "%s/checkpoint-%s%d-%lld", journal, finer ? "finer-" : "",
             point, (long long)batch);
}

/* The leader's clock decides for all. */
static bool since_last(const kl_checkpoint *c, double seconds)
{
    int yes = kl_clock() - c->last >= seconds;
    MPI_Bcast(&yes, 1, MPI_INT, 0, c->comm);
    return yes != 0;
}

bool kl_checkpoint_due(const kl_checkpoint *c)
{
    const double by_cost = c->cost / cost_share;
    const double chosen = by_cost > least_interval ? by_cost : least_interval;
    return since_last(c, c->interval > 0 ? c->interval : chosen);
}

bool kl_checkpoint_worth(const kl_checkpoint *c)
{
    const bool short_interval = c->interval > 0 && c->interval < worth_keeping;
    return since_last(c, short_interval ? c->interval : worth_keeping);
}

static void file_name(const kl_checkpoint *c, int generation, const char *suffix, char path[4300])
{
    snprintf(path, 4300, "%s-%d%s", c->base, generation, suffix);
}

static size_t pieces_start(const head *h)
{
    return sizeof *h + (size_t)h->pieces * sizeof(uint32_t) + (size_t)h->record_bytes;
}

/* Of piece i of this rank. */
static size_t piece_start(const head *h, const kl_packing *p, int64_t i)
{
    return pieces_start(h) + (size_t)kl_pieces_number(p, i) * p->piece_bytes;
}

static kl_status transfer(int file, const char *path, void *data, size_t size, size_t at, bool out,
                          kl_error *err)
{
    char *p = data;
    while (size > 0) {
        ssize_t done = out ? pwrite(file, p, size, (off_t)at) : pread(file, p, size, (off_t)at);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return kl_fail(err, KL_ENVIRONMENT, "%s: %s", path,
                           done < 0 ? strerror(errno) : "too short");
        p += done;
        at += (size_t)done;
        size -= (size_t)done;
    }
    return KL_OK;
}

/* ---- writing ---- */

/* This rank's pieces; sum[] receives their checksums. */
static kl_status write_pieces(const head *h, const char *path, const kl_system *system,
                              const void *state, const kl_packing *p, uint64_t *sum, kl_error *err)
{
    char *piece;
    KL_TRY(kl_alloc(p->piece_bytes, 1, "a checkpoint's piece", &piece, err));
    int file = open(path, O_WRONLY | O_NOFOLLOW);
    kl_status status =
        file < 0 ? kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(errno)) : KL_OK;
    for (int64_t i = 0; status == KL_OK && i < kl_pieces_held(p); i++) {
        system->pack(state, i, piece);
        sum[i] = kl_checksum(piece, p->piece_bytes);
        status = transfer(file, path, piece, p->piece_bytes, piece_start(h, p, i), true, err);
    }
    if (status == KL_OK && fsync(file) != 0)
        status = kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(errno));
    if (file >= 0)
        close(file);
    free(piece);
    return status;
}

/* Leader: the head, the table and the samples; then the file takes its name. */
static kl_status finish_file(head *h, const char *part, const char *path, uint32_t *table,
                             const kl_record *record, kl_error *err)
{
    const size_t table_bytes = (size_t)h->pieces * sizeof *table;
    h->table_sum = kl_checksum(table, table_bytes);
    h->record_sum = kl_checksum(record->payload, record->size);
    h->head_sum = kl_checksum(h, offsetof(head, head_sum));
    int file = open(part, O_WRONLY | O_NOFOLLOW);
    if (file < 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: %s", part, strerror(errno));
    kl_status status = transfer(file, part, h, sizeof *h, 0, true, err);
    if (status == KL_OK)
        status = transfer(file, part, table, table_bytes, sizeof *h, true, err);
    if (status == KL_OK)
        status =
            transfer(file, part, record->payload, record->size, sizeof *h + table_bytes, true, err);
    if (status == KL_OK && (fsync(file) != 0 || rename(part, path) != 0))
        status = kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(errno));
    close(file);
    return status;
}

static kl_status create_file(const char *part, kl_error *err)
{
    int file = kl_file_create(part);
    if (file < 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: %s", part, strerror(errno));
    close(file);
    return KL_OK;
}

kl_status kl_checkpoint_write(kl_checkpoint *c, const kl_system *system, const void *state,
                              const kl_record *record, int station, int64_t sequence, kl_error *err)
{
    char part[4300], path[4300];
    kl_packing p = {0};
    uint64_t *sum = NULL;
    uint32_t *table = NULL;
    const double start = kl_clock();
    if (system->packing)
        p = system->packing(state, station);
    if (p.pieces == 0 || sequence <= c->sequence)
        return KL_OK;
    head h = {.point = record->point,
              .batch = record->batch,
              .station = station,
              .sequence = sequence,
              .pieces = p.pieces,
              .piece_bytes = (int64_t)p.piece_bytes,
              .record_bytes = (int64_t)record->size};
    memcpy(h.magic, magic, sizeof magic);
    file_name(c, c->next, ".part", part);
    file_name(c, c->next, "", path);
    kl_status status = c->rank == 0 ? create_file(part, err) : KL_OK;
    if (status == KL_OK)
        status = kl_alloc((size_t)(kl_pieces_held(&p) + p.pieces), sizeof *sum, "a checkpoint",
                          &sum, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)p.pieces, sizeof *table, "a checkpoint", &table, err);
    KL_GOTO(kl_agree(c->comm, status, err));
    KL_GOTO(kl_agree(c->comm, write_pieces(&h, part, system, state, &p, sum, err), err));
    uint64_t *all = sum + kl_pieces_held(&p);
    KL_GOTO(kl_pieces_gather(c->comm, &p, sum, all, err));
    for (int64_t i = 0; i < p.pieces; i++)
        table[i] = (uint32_t)all[i];
    status = c->rank == 0 ? finish_file(&h, part, path, table, record, err) : KL_OK;
    KL_GOTO(kl_agree(c->comm, status, err));
    c->next = 1 - c->next;
    c->sequence = sequence;
    c->last = kl_clock();
    c->cost = c->last - start;
done:
    if (status != KL_OK && c->rank == 0)
        unlink(part);
    free(sum);
    free(table);
    return status;
}

/* ---- reading ---- */

static kl_checksum_rule rule_of(const head *h)
{
    return memcmp(h->magic, magic_0_1, sizeof magic_0_1) == 0 ? kl_checksum_0_1 : kl_checksum;
}

static bool whole_head(const char *path, head *h)
{
    int file = kl_file_open(path);
    if (file < 0)
        return false;
    const bool good = transfer(file, path, h, sizeof *h, 0, false, NULL) == KL_OK &&
                      (memcmp(h->magic, magic, sizeof magic) == 0 ||
                       memcmp(h->magic, magic_0_1, sizeof magic) == 0) &&
                      h->head_sum == rule_of(h)(h, offsetof(head, head_sum));
    close(file);
    return good;
}

bool kl_checkpoint_look(const char *path, kl_checkpoint_place *out)
{
    head h;
    if (!whole_head(path, &h))
        return false;
    *out = (kl_checkpoint_place){h.point, h.station, h.batch};
    return true;
}

/* Leader: a head that is whole, of this item and this packing. */
static bool read_head(const char *path, const kl_packing *p, const kl_record *record, head *h)
{
    return whole_head(path, h) && h->point == record->point && h->batch == record->batch &&
           h->pieces == p->pieces && h->piece_bytes == (int64_t)p->piece_bytes &&
           h->record_bytes == (int64_t)record->size;
}

/* Every rank: table and samples (into `payload`), then its pieces into the state. */
static kl_status read_body(const head *h, const char *path, const kl_system *system, void *state,
                           const kl_packing *p, char *payload, kl_error *err)
{
    const size_t table_bytes = (size_t)h->pieces * sizeof(uint32_t);
    uint32_t *table = NULL;
    char *piece = NULL;
    int file = kl_file_open(path);
    kl_status status =
        file < 0 ? kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, kl_file_reason(errno)) : KL_OK;
    if (status == KL_OK)
        status = kl_alloc((size_t)h->pieces, sizeof *table, "a checkpoint", &table, err);
    if (status == KL_OK)
        status = kl_alloc(p->piece_bytes, 1, "a checkpoint's piece", &piece, err);
    if (status == KL_OK)
        status = transfer(file, path, table, table_bytes, sizeof *h, false, err);
    if (status == KL_OK)
        status = transfer(file, path, payload, (size_t)h->record_bytes, sizeof *h + table_bytes,
                          false, err);
    if (status == KL_OK && (rule_of(h)(table, table_bytes) != h->table_sum ||
                            rule_of(h)(payload, (size_t)h->record_bytes) != h->record_sum))
        status = kl_fail(err, KL_ENVIRONMENT, "%s: damaged", path);
    for (int64_t i = 0; status == KL_OK && i < kl_pieces_held(p); i++) {
        status = transfer(file, path, piece, p->piece_bytes, piece_start(h, p, i), false, err);
        if (status == KL_OK && rule_of(h)(piece, p->piece_bytes) != table[kl_pieces_number(p, i)])
            status = kl_fail(err, KL_ENVIRONMENT, "%s: damaged", path);
        if (status == KL_OK)
            system->unpack(state, i, piece);
    }
    if (file >= 0)
        close(file);
    free(table);
    free(piece);
    return status;
}

static kl_status try_generation(kl_checkpoint *c, int generation, const head *h,
                                const kl_system *system, void *state, const kl_packing *p,
                                kl_record *record, kl_error *err)
{
    char path[4300], *payload = NULL;
    file_name(c, generation, "", path);
    kl_status status = kl_alloc(record->size, 1, "a checkpoint", &payload, err);
    if (status == KL_OK)
        status = read_body(h, path, system, state, p, payload, err);
    status = kl_agree(c->comm, status, err);
    if (status == KL_OK) {
        memcpy(record->payload, payload, record->size);
        system->restored(state, h->station);
        c->next = 1 - generation;
        c->sequence = h->sequence;
    }
    free(payload);
    return status;
}

kl_status kl_checkpoint_read(kl_checkpoint *c, const kl_system *system, void *state,
                             kl_record *record, int *station, kl_error *err)
{
    char path[4300];
    struct {
        head h[2];
        int good[2];
    } found = {.good = {0, 0}};
    *station = -1;
    if (!system->packing)
        return KL_OK;
    const kl_packing p = system->shape(state);
    for (int g = 0; g < 2 && c->rank == 0; g++) {
        file_name(c, g, "", path);
        found.good[g] = read_head(path, &p, record, &found.h[g]);
        if (!found.good[g] && access(path, F_OK) == 0)
            fprintf(stderr, "kinlim: %s is damaged: passed over\n", path);
    }
    MPI_Bcast(&found, (int)sizeof found, MPI_BYTE, 0, c->comm);
    for (int tries = 0; tries < 2; tries++) {
        int g = found.good[1] && (!found.good[0] || found.h[1].sequence > found.h[0].sequence);
        if (!found.good[g])
            return KL_OK;
        kl_error why = {0};
        if (try_generation(c, g, &found.h[g], system, state, &p, record, &why) == KL_OK) {
            *station = found.h[g].station;
            return KL_OK;
        }
        if (c->rank == 0)
            fprintf(stderr, "kinlim: %s: passed over\n", why.message);
        found.good[g] = 0;
        /* The state may be half overwritten: begin it again. */
        KL_TRY(system->start(state, record->batch, err));
    }
    return KL_OK;
}

typedef char checkpoint_paths[4][4300];

/* Two generations, and what a kill may leave of one that was being written. */
static void all_paths(const char *journal, bool finer, int point, int64_t batch,
                      checkpoint_paths path)
{
    kl_checkpoint c;
    kl_checkpoint_prepare(journal, finer, point, batch, 0, MPI_COMM_SELF, &c);
    for (int g = 0; g < 2; g++) {
        file_name(&c, g, "", path[2 * g]);
        file_name(&c, g, ".part", path[2 * g + 1]);
    }
}

void kl_checkpoint_remove(const char *journal, bool finer, int point, int64_t batch)
{
    checkpoint_paths path;
    all_paths(journal, finer, point, batch, path);
    for (int i = 0; i < 4; i++)
        unlink(path[i]);
}
