/* Reading the records of a journal: see journal.h. Local. */
#include "ensemble/journal.h"
#include "ensemble/journal_format.h"

#include "base/checksum.h"
#include "base/file.h"
#include "base/memory.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static kl_checksum_rule rule_of(const kl_record_frame *head)
{
    return head->magic == KL_RECORD_MAGIC_0_1 ? kl_checksum_0_1 : kl_checksum;
}

static bool head_is_good(const kl_record_frame *head, size_t left)
{
    return (head->magic == KL_RECORD_MAGIC || head->magic == KL_RECORD_MAGIC_0_1) &&
           head->head_sum == rule_of(head)(head, offsetof(kl_record_frame, head_sum)) &&
           head->size <= left;
}

/* The next record; *good false: there is none, or it is torn or damaged. The payload is the
 * caller's. */
static kl_status next_record(FILE *file, size_t left, kl_record_frame *head, void *payload,
                             bool *good, kl_error *err)
{
    char *bytes;
    *good = left >= sizeof *head && fread(head, sizeof *head, 1, file) == 1 &&
            head_is_good(head, left - sizeof *head);
    if (!*good)
        return KL_OK;
    KL_TRY(kl_alloc(head->size, 1, "a record", &bytes, err));
    memcpy(payload, &bytes, sizeof bytes);
    *good = fread(bytes, 1, head->size, file) == head->size &&
            head->payload_sum == rule_of(head)(bytes, head->size);
    return KL_OK;
}

/* As long as the file is now: a run may be appending to it. */
static kl_status open_records(const char *path, FILE **out, size_t *size, kl_error *err)
{
    struct stat info;
    const int file = kl_file_open(path);
    *out = file >= 0 && fstat(file, &info) == 0 ? fdopen(file, "rb") : NULL;
    if (*out) {
        *size = (size_t)info.st_size;
        return KL_OK;
    }
    const int reason = errno;
    if (file >= 0)
        close(file);
    return kl_fail(err, KL_INPUT, "%s: %s", path, kl_file_reason(reason));
}

/* Where the next good head is; `size` if there is none. */
static size_t find_head(FILE *file, size_t at, size_t size)
{
    enum { BUFFER = 1 << 16, HEAD = sizeof(kl_record_frame) };
    char buffer[BUFFER];
    kl_record_frame head;
    while (at + HEAD <= size && fseeko(file, (off_t)at, SEEK_SET) == 0) {
        const size_t n = fread(buffer, 1, BUFFER, file);
        if (n < HEAD)
            break;
        for (size_t i = 0; i + HEAD <= n; i++) {
            memcpy(&head, buffer + i, HEAD);
            if (head_is_good(&head, size - at - i - HEAD))
                return at + i;
        }
        at += n - HEAD + 1;
    }
    return size;
}

/* The record at `at`, and where the next one is. */
static kl_status read_record(FILE *file, const char *path, size_t size, size_t *at, bool *good,
                             kl_journal_visit visit, void *context, kl_error *err)
{
    kl_record_frame head = {0};
    char *payload = NULL;
    kl_status status = next_record(file, size - *at, &head, &payload, good, err);
    if (status == KL_OK && *good)
        status = visit(context, head.type, payload, head.size, err);
    if (status == KL_OK && ferror(file))
        status = kl_fail(err, KL_INPUT, "%s: %s", path, strerror(EIO));
    free(payload);
    if (*good) {
        *at += sizeof head + head.size;
        return status;
    }
    *at = find_head(file, *at + 1, size);
    if (status == KL_OK && *at < size && fseeko(file, (off_t)*at, SEEK_SET) != 0)
        status = kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
    return status;
}

static kl_status read_records(const char *path, kl_journal_visit visit, void *context, int *damaged,
                              kl_error *err)
{
    FILE *file;
    size_t size = 0, at = 0;
    KL_TRY(open_records(path, &file, &size, err));
    kl_status status = KL_OK;
    for (bool good = true, before = true; status == KL_OK && at < size; before = good) {
        status = read_record(file, path, size, &at, &good, visit, context, err);
        *damaged += status == KL_OK && !good && before;
    }
    fclose(file);
    return status;
}

kl_status kl_journal_read(const char *path, int since, kl_journal_visit visit, void *context,
                          int *damaged, kl_error *err)
{
    kl_names list;
    *damaged = 0;
    KL_TRY(kl_names_find(path, "records-", &list, err));
    kl_status status = KL_OK;
    for (int i = 0; status == KL_OK && i < list.n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, list.name[i]);
        const int attempt = kl_journal_attempt_of(list.name[i]);
        if (attempt < since)
            continue;
        status = visit(context, KL_JOURNAL_BEGIN, &attempt, sizeof attempt, err);
        if (status == KL_OK)
            status = read_records(name, visit, context, damaged, err);
    }
    kl_names_destroy(&list);
    return status;
}
