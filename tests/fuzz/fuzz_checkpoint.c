/* libFuzzer entry for the checkpoint reader, with a system whose state is three planes
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

/* Offsets in the file: head, table of three checksums, samples, planes. */
enum { PLANES = 3, PLANE = 8, RECORD = 16, HEAD = 72, TABLE = 12 };
enum { AT_RECORD = HEAD + TABLE, AT_PLANES = AT_RECORD + RECORD };
enum { SIZE = AT_PLANES + PLANES * PLANE, POINT = 2, REALIZATION = 5 };

typedef struct state {
    uint8_t plane[PLANES][PLANE];
    int time; /* -1: as start() leaves it */
} state;

static kl_packing packing(const void *s, int time)
{
    (void)s;
    (void)time;
    return (kl_packing){.planes = PLANES, .first = 0, .count = PLANES, .plane_bytes = PLANE};
}

static void unpack(void *s, int64_t plane, const void *bytes)
{
    memcpy(((state *)s)->plane[plane], bytes, PLANE);
}

static void restored(void *s, int time)
{
    ((state *)s)->time = time;
}

static kl_status start(void *s, int64_t realization, kl_error *err)
{
    (void)realization;
    (void)err;
    memset(s, 0, sizeof(state));
    ((state *)s)->time = -1;
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
    put(file + 68, crc(file, 68), 4);
}

/* A whole checkpoint after time number `time`. */
static void make(uint8_t *file, uint8_t time)
{
    memset(file, 0, SIZE);
    memcpy(file, "klchk01", 8);
    put(file + 8, REALIZATION, 8);
    put(file + 16, PLANES, 8);
    put(file + 24, PLANE, 8);
    put(file + 32, RECORD, 8);
    put(file + 40, time, 8);
    put(file + 48, POINT, 4);
    put(file + 52, time, 4);
    for (int i = 0; i < RECORD + PLANES * PLANE; i++)
        file[AT_RECORD + i] = (uint8_t)(time + 7 * i);
    for (int p = 0; p < PLANES; p++)
        put(file + HEAD + 4 * p, crc(file + AT_PLANES + p * PLANE, PLANE), 4);
    put(file + 56, crc(file + AT_RECORD, RECORD), 4);
    put(file + 60, crc(file + HEAD, TABLE), 4);
    seal_head(file);
}

static bool whole(const uint8_t *file, size_t size)
{
    bool good = size >= SIZE && memcmp(file, "klchk01", 8) == 0 &&
                get(file + 68, 4) == crc(file, 68) && get(file + 8, 8) == REALIZATION &&
                get(file + 16, 8) == PLANES && get(file + 24, 8) == PLANE &&
                get(file + 32, 8) == RECORD && get(file + 48, 4) == POINT &&
                get(file + 56, 4) == crc(file + AT_RECORD, RECORD) &&
                get(file + 60, 4) == crc(file + HEAD, TABLE);
    for (int p = 0; good && p < PLANES; p++)
        good = get(file + HEAD + 4 * p, 4) == crc(file + AT_PLANES + p * PLANE, PLANE);
    return good;
}

/* From (time, number of changes, (place, what)...): a file in one of four states of its
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
    snprintf(path, sizeof path, "%s/checkpoint-%d-%d-%d", folder, POINT, REALIZATION, generation);
    unlink(path);
    if (size == 0)
        return;
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    require(fd >= 0 && write(fd, file, size) == (ssize_t)size);
    close(fd);
}

/* What is restored against the newest whole generation. */
static void check(const uint8_t file[2][SIZE], const size_t length[2], const state *s,
                  const uint8_t *payload, int time)
{
    int best = -1;
    for (int g = 0; g < 2; g++)
        if (whole(file[g], length[g]) &&
            (best < 0 || (int64_t)get(file[g] + 40, 8) > (int64_t)get(file[best] + 40, 8)))
            best = g;
    if (best < 0) {
        const state none = {.time = -1};
        require(time == -1 && memcmp(s, &none, sizeof none) == 0);
        return;
    }
    require(time == (int)get(file[best] + 52, 4) && s->time == time);
    require(memcmp(payload, file[best] + AT_RECORD, RECORD) == 0);
    require(memcmp(s->plane, file[best] + AT_PLANES, sizeof s->plane) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const kl_system system = {
        .packing = packing, .unpack = unpack, .restored = restored, .start = start};
    const char *root = getenv("TMPDIR");
    char folder[64];
    uint8_t file[2][SIZE];
    size_t length[2], used;
    char payload[RECORD] = {0};
    kl_sample_record record = {
        .point = POINT, .realization = REALIZATION, .payload = payload, .size = RECORD};
    state s = {.time = -1};
    kl_checkpoint c;
    kl_error err = {0};
    int started, time;
    MPI_Initialized(&started);
    if (!started)
        MPI_Init(NULL, NULL);
    snprintf(folder, sizeof folder, "%.32s/fuzz-%ld", root ? root : "/tmp", (long)getpid());
    mkdir(folder, 0700);
    used = damage(data, size, file[0], &length[0]);
    damage(data + used, size - used, file[1], &length[1]);
    for (int g = 0; g < 2; g++)
        spill(folder, g, file[g], length[g]);
    kl_checkpoint_prepare(folder, false, POINT, REALIZATION, 0, MPI_COMM_SELF, &c);
    require(kl_checkpoint_read(&c, &system, &s, &record, &time, &err) == KL_OK);
    check((const uint8_t(*)[SIZE])file, length, &s, (const uint8_t *)payload, time);
    kl_checkpoint_remove(folder, false, POINT, REALIZATION);
    require(rmdir(folder) == 0);
    return 0;
}
