/* libFuzzer entry for the journal reader. An input that begins with 'r' is a recipe
 * of whole and damaged records, any other is the file itself. What is read must be
 * what a second, independent walk over the same bytes finds whole, in order; nothing
 * else may be passed on. Build and run: scripts/fuzz journal
 */
#include "ensemble/journal.h"
#include "fuzz.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct walk {
    const uint8_t *data;
    size_t size, at;
    bool begun;
    int gaps;
} walk;

static uint32_t word(const uint8_t *p)
{
    uint32_t value;
    memcpy(&value, p, sizeof value);
    return value;
}

/* True if a whole record is at w->at. */
static bool whole(const walk *w)
{
    const uint8_t *head = w->data + w->at;
    uint64_t length;
    if (w->size - w->at < 32)
        return false;
    memcpy(&length, head + 8, sizeof length);
    if (length > w->size - w->at - 32)
        return false;
    return word(head) == 0x6b6c6a31
               ? word(head + 28) == crc(head, 28) && word(head + 16) == crc(head + 32, length)
               : word(head) == 0x6b6c6a32 && word(head + 28) == sum(head, 28) &&
                     word(head + 16) == sum(head + 32, length);
}

/* To the next whole record, or the end. */
static void skip(walk *w)
{
    const size_t before = w->at;
    while (w->at < w->size && !whole(w))
        w->at++;
    w->gaps += w->at > before;
}

static kl_status visit(void *context, uint32_t type, const void *payload, size_t size,
                       kl_error *err)
{
    walk *w = context;
    (void)err;
    if (!w->begun) { /* the one that tells of the file */
        w->begun = true;
        require(type == KL_JOURNAL_BEGIN && size == sizeof(int));
        return KL_OK;
    }
    skip(w);
    require(w->at < w->size && word(w->data + w->at + 4) == type);
    require(memcmp(w->data + w->at + 32, payload, size) == 0);
    w->at += 32 + size;
    return KL_OK;
}

static void put(uint8_t *at, uint64_t value, size_t bytes)
{
    memcpy(at, &value, bytes);
}

/* Records with right checksums from bytes (type, length, payload, place, change):
 * at `place` of the record `change` is added. Returns the size of the file. */
static size_t cook(const uint8_t *recipe, size_t size, uint8_t *file)
{
    size_t at = 0;
    for (size_t i = 0; i + 4 <= size;) {
        uint8_t *head = file + at;
        const size_t left = size - i - 4, length = recipe[i + 1] < left ? recipe[i + 1] : left;
        const uint8_t *payload = recipe + i + 2, *damage = payload + length;
        memset(head, 0, 32);
        const bool old = recipe[i] & 1;
        put(head, old ? 0x6b6c6a31 : 0x6b6c6a32, 4);
        put(head + 4, recipe[i], 4);
        put(head + 8, length, 8);
        put(head + 16, old ? crc(payload, length) : sum(payload, length), 4);
        put(head + 28, old ? crc(head, 28) : sum(head, 28), 4);
        memcpy(head + 32, payload, length);
        if (damage[0] < 32 + length)
            head[damage[0]] = (uint8_t)(head[damage[0]] + damage[1]);
        at += 32 + length;
        i += 4 + length;
    }
    return at;
}

static void read_file(const uint8_t *data, size_t size)
{
    char folder[64], file[96];
    const char *root = getenv("TMPDIR");
    int damaged = 0;
    walk w = {data, size, 0, false, 0};
    snprintf(folder, sizeof folder, "%.32s/fuzz-%ld", root ? root : "/tmp", (long)getpid());
    snprintf(file, sizeof file, "%s/records-0000-0000", folder);
    mkdir(folder, 0700);
    int fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
    close(fd);
    kl_error err = {0};
    require(kl_journal_read(folder, 0, visit, &w, &damaged, &err) == KL_OK);
    skip(&w);
    require(w.at == size && damaged == w.gaps);
    unlink(file);
    rmdir(folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || data[0] != 'r') {
        read_file(data, size);
        return 0;
    }
    uint8_t *file = malloc(9 * size + 64); /* a record of 4 bytes becomes one of 32 */
    require(file != NULL);
    read_file(file, cook(data + 1, size - 1, file));
    free(file);
    return 0;
}
