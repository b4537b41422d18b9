/* Appending to a file of records: see journal.h. Local. */
#include "ensemble/journal.h"
#include "ensemble/journal_format.h"

#include "base/checksum.h"
#include "base/file.h"
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Seconds between two syncs of a file. */
static double interval(void)
{
    const char *text = getenv("KINLIM_SYNC");
    char *end;
    const double seconds = text ? strtod(text, &end) : 1;
    return text && (end == text || *end || !(seconds >= 0 && seconds <= 3600)) ? 1 : seconds;
}

/* One of several writers finds the file of another. */
static int open_file(const char *path, bool several)
{
    const int flags = O_WRONLY | O_APPEND | O_CLOEXEC;
    const int file = open(path, flags | O_CREAT | O_EXCL, 0666);
    return file < 0 && several && errno == EEXIST ? open(path, flags | O_NOFOLLOW) : file;
}

kl_status kl_journal_open(const char *path, int attempt, int number,
                          const kl_journal_writers *writers, kl_journal *out, kl_error *err)
{
    *out = (kl_journal){.file = -1, .interval = interval(), .several = writers != NULL};
    if (writers && out->interval > 0)
        out->clock = writers->clock;
    int length =
        snprintf(out->path, sizeof out->path, "%s/records-%04d-%04d", path, attempt, number);
    if (length >= (int)sizeof out->path)
        return kl_fail(err, KL_INPUT, "%.100s...: the path is too long", path);
    out->file = open_file(out->path, out->several);
    if (out->file < 0)
        return kl_journal_fail(out->path, err);
    kl_file_sync_folder(path);
    return KL_OK;
}

/* Where no thread is to be had for it, the sync is done here and now. */
static kl_status start_sync(kl_journal *journal, kl_error *err)
{
    journal->synced = kl_clock();
    if (journal->clock)
        __atomic_store(journal->clock, &journal->synced, __ATOMIC_RELEASE);
    journal->sync =
        (struct aiocb){.aio_fildes = journal->file, .aio_sigevent.sigev_notify = SIGEV_NONE};
    journal->syncing = aio_fsync(O_DSYNC, &journal->sync) == 0;
    if (!journal->syncing &&
        ((errno != EAGAIN && errno != ENOSYS) || fdatasync(journal->file) != 0))
        return kl_journal_fail(journal->path, err);
    journal->behind = journal->unsure = false;
    return KL_OK;
}

/* For the sync that runs. */
static kl_status wait_for_sync(kl_journal *journal, kl_error *err)
{
    const struct aiocb *const list[] = {&journal->sync};
    if (!journal->syncing)
        return KL_OK;
    while (aio_error(&journal->sync) == EINPROGRESS)
        aio_suspend(list, 1, NULL);
    journal->syncing = false;
    const int why = aio_error(&journal->sync);
    if (aio_return(&journal->sync) == 0)
        return KL_OK;
    errno = why != 0 ? why : EIO;
    return kl_journal_fail(journal->path, err);
}

kl_status kl_journal_beat(kl_journal *journal, kl_error *err)
{
    double other = 0;
    if (journal->behind && journal->clock) {
        __atomic_load(journal->clock, &other, __ATOMIC_ACQUIRE);
        journal->behind = other <= journal->written; /* else its sync takes mine along */
    }
    if (!journal->behind || kl_clock() - fmax(journal->synced, other) < journal->interval)
        return KL_OK;
    KL_TRY(wait_for_sync(journal, err));
    return start_sync(journal, err);
}

kl_status kl_journal_wait(kl_journal *journal, kl_error *err)
{
    KL_TRY(wait_for_sync(journal, err));
    if (!journal->unsure)
        return KL_OK;
    KL_TRY(start_sync(journal, err));
    return wait_for_sync(journal, err);
}

/* Whoever removes or moves the journal ends the run: it could save nothing more. */
static kl_status check_place(kl_journal *journal, bool now, kl_error *err)
{
    if (journal->file < 0 || (!now && kl_clock() - journal->looked < journal->interval))
        return KL_OK;
    journal->looked = kl_clock();
    if (kl_file_is_at(journal->file, journal->path))
        return KL_OK;
    return kl_fail(err, KL_ENVIRONMENT, "%s: was removed or moved during the run", journal->path);
}

/* Room for a record, head and payload in one. */
static kl_status make_room(kl_journal *journal, size_t bytes, kl_error *err)
{
    if (bytes <= journal->room)
        return KL_OK;
    char *longer = realloc(journal->buffer, bytes);
    if (!longer)
        return kl_fail(err, KL_ENVIRONMENT, "no memory for a record of %zu bytes", bytes);
    journal->buffer = longer;
    journal->room = bytes;
    return KL_OK;
}

/* In one call, which other writers of the file do not come between. Of several, one that was cut
 * short writes all of it again: readers pass over the torn one. */
static int write_record(const kl_journal *journal, size_t bytes)
{
    enum { TRIES = 100 };
    for (int i = 0; journal->several && i < TRIES; i++) {
        const ssize_t done = write(journal->file, journal->buffer, bytes);
        if (done == (ssize_t)bytes)
            return 0;
        if (done < 0 && errno != EINTR)
            return -1;
    }
    if (!journal->several)
        return kl_file_write(journal->file, journal->buffer, bytes);
    errno = EIO;
    return -1;
}

kl_status kl_journal_append(kl_journal *journal, uint32_t type, const void *payload, size_t size,
                            kl_error *err)
{
    kl_record_frame head = {.magic = KL_RECORD_MAGIC, .type = type, .size = size};
    head.payload_sum = kl_checksum(payload, size);
    head.head_sum = kl_checksum(&head, offsetof(kl_record_frame, head_sum));
    if (journal->interval == 0)
        KL_TRY(kl_journal_wait(journal, err));
    KL_TRY(check_place(journal, false, err));
    KL_TRY(make_room(journal, sizeof head + size, err));
    memcpy(journal->buffer, &head, sizeof head);
    memcpy(journal->buffer + sizeof head, payload, size);
    if (write_record(journal, sizeof head + size) != 0)
        return kl_journal_fail(journal->path, err);
    journal->behind = journal->unsure = true;
    journal->written = kl_clock();
    return kl_journal_beat(journal, err);
}

kl_status kl_journal_close(kl_journal *journal, kl_error *err)
{
    kl_status status = kl_journal_wait(journal, err);
    if (status == KL_OK)
        status = check_place(journal, true, err);
    if (journal->file >= 0)
        close(journal->file);
    journal->file = -1;
    free(journal->buffer);
    journal->buffer = NULL;
    journal->room = 0;
    return status;
}
