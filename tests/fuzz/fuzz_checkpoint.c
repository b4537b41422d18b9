/* libFuzzer entry for the checkpoint reader, with a system whose state is three pieces
 * of eight bytes. The input makes the two generations, each damaged at some places. What
 * is restored must be the newest that an independent look finds whole, and all of it;
 * where there is none nothing is. Build and run: scripts/fuzz checkpoint
 */
#include "run/checkpoint.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Offsets in the file: head, table of three checksums, samples, pieces. */
enum { PIECES = 3, PIECE = 8, RECORD = 16, HEAD = 72, TABLE = 12 };
enum { AT_RECORD = HEAD + TABLE, AT_PIECES = AT_RECORD + RECORD };
enum { SIZE = AT_PIECES + PIECES * PIECE, POINT = 2, BATCH = 5 };

typedef struct state {
    uint8_t piece[PIECES][PIECE];
    int station; /* -1: as start() leaves it */
} state;

static kl_packing shape(const void *s)
{
    (void)s;
    return (kl_packing){.pieces = PIECES, .count = PIECES, .piece_bytes = PIECE};
}

static kl_packing packing(const void *s, int station)
{
    (void)station;
    return shape(s);
}

static void unpack(void *s, int64_t piece, const void *bytes)
{
    memcpy(((state *)s)->piece[piece], bytes, PIECE);
}

static void restored(void *s, int station)
{
    ((state *)s)->station = station;
}

static kl_status start(void *s, int64_t batch, kl_error *err)
{
    (void)batch;
    (void)err;
    memset(s, 0, sizeof(state));
    ((state *)s)->station = -1;
    return KL_OK;
}

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
    memcpy(at, &value, bytes);
}

static uint64_t get(const uint8_t *at, size_t bytes)
{
    uint64_t value = 0;
    memcpy(&value, at, bytes);
    return value;
}

static void seal_head(uint8_t *file)
{
    put(file + 68, sum(file, 68), 4);
}

/* A whole checkpoint after station `station`. */
static void make(uint8_t *file, uint8_t station)
{
    memset(file, 0, SIZE);
    memcpy(file, "klchk02", 8);
    put(file + 8, BATCH, 8);
    put(file + 16, PIECES, 8);
    put(file + 24, PIECE, 8);
    put(file + 32, RECORD, 8);
    put(file + 40, station, 8);
    put(file + 48, POINT, 4);
    put(file + 52, station, 4);
    for (int i = 0; i < RECORD + PIECES * PIECE; i++)
        file[AT_RECORD + i] = (uint8_t)(station + 7 * i);
    for (int p = 0; p < PIECES; p++)
        put(file + HEAD + 4 * p, sum(file + AT_PIECES + p * PIECE, PIECE), 4);
    put(file + 56, sum(file + AT_RECORD, RECORD), 4);
    put(file + 60, sum(file + HEAD, TABLE), 4);
    seal_head(file);
}

static bool whole(const uint8_t *file, size_t size)
{
    bool good = size >= SIZE && memcmp(file, "klchk02", 8) == 0 &&
                get(file + 68, 4) == sum(file, 68) && get(file + 8, 8) == BATCH &&
                get(file + 16, 8) == PIECES && get(file + 24, 8) == PIECE &&
                get(file + 32, 8) == RECORD && get(file + 48, 4) == POINT &&
                get(file + 56, 4) == sum(file + AT_RECORD, RECORD) &&
                get(file + 60, 4) == sum(file + HEAD, TABLE);
    for (int p = 0; good && p < PIECES; p++)
        good = get(file + HEAD + 4 * p, 4) == sum(file + AT_PIECES + p * PIECE, PIECE);
    return good;
}

/* From (station, number of changes, (place, what)...): a file in one of four states of its
 * head's checksum, maybe cut. Returns the bytes used. */
static size_t damage(const uint8_t *data, size_t size, uint8_t *file, size_t *length)
{
    size_t used = 2, changes;
    *length = 0;
    if (size < 2)
        return size;
    make(file, data[0] & 63);
    *length = SIZE;
    for (changes = data[1] & 7; changes > 0 && used + 2 <= size; changes--, used += 2) {
        if (data[used] < SIZE)
            file[data[used]] = (uint8_t)(file[data[used]] + data[used + 1]);
        else
            *length = data[used + 1] < SIZE ? data[used + 1] : SIZE;
    }
    if (data[1] & 8) /* a head that was written like this */
        seal_head(file);
    return used;
}

static void spill(const char *folder, int generation, const uint8_t *file, size_t size)
{
    char path[128];
    snprintf(path, sizeof path, "%s/checkpoint-%d-%d-%d", folder, POINT, BATCH, generation);
    unlink(path);
    if (size == 0)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    require(fd >= 0 && write(fd, file, size) == (ssize_t)size);
    close(fd);
}

/* What is restored against the newest whole generation. */
static void check(const uint8_t file[2][SIZE], const size_t length[2], const state *s,
                  const uint8_t *payload, int station)
{
    int best = -1;
    for (int g = 0; g < 2; g++)
        if (whole(file[g], length[g]) &&
            (best < 0 || (int64_t)get(file[g] + 40, 8) > (int64_t)get(file[best] + 40, 8)))
            best = g;
    if (best < 0) {
        const state none = {.station = -1};
        require(station == -1 && memcmp(s, &none, sizeof none) == 0);
        return;
    }
    require(station == (int)get(file[best] + 52, 4) && s->station == station);
    require(memcmp(payload, file[best] + AT_RECORD, RECORD) == 0);
    require(memcmp(s->piece, file[best] + AT_PIECES, sizeof s->piece) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const kl_system system = {
        .packing = packing, .shape = shape, .unpack = unpack, .restored = restored, .start = start};
    const char *root = getenv("TMPDIR");
    char folder[64];
    uint8_t file[2][SIZE];
    size_t length[2], used;
    char payload[RECORD] = {0};
    kl_record record = {.point = POINT, .batch = BATCH, .payload = payload, .size = RECORD};
    state s = {.station = -1};
    kl_checkpoint c;
    kl_error err = {0};
    int started, station;
    MPI_Initialized(&started);
    if (!started)
        MPI_Init(NULL, NULL);
    snprintf(folder, sizeof folder, "%.32s/fuzz-%ld", root ? root : "/tmp", (long)getpid());
    mkdir(folder, 0700);
    used = damage(data, size, file[0], &length[0]);
    damage(data + used, size - used, file[1], &length[1]);
    for (int g = 0; g < 2; g++)
        spill(folder, g, file[g], length[g]);
    kl_checkpoint_prepare(folder, false, POINT, BATCH, 0, MPI_COMM_SELF, &c);
    require(kl_checkpoint_read(&c, &system, &s, &record, &station, &err) == KL_OK);
    check((const uint8_t(*)[SIZE])file, length, &s, (const uint8_t *)payload, station);
    kl_checkpoint_remove(folder, false, POINT, BATCH);
    require(rmdir(folder) == 0);
    return 0;
}
