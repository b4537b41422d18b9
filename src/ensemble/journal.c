#include "ensemble/journal.h"

#include "base/checksum.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/stop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const uint32_t record_magic = 0x6b6c6a32; /* "klj2" */
static const uint32_t magic_0_1 = 0x6b6c6a31;    /* of formats up to 0.1.0 */

typedef struct record_head {
    uint32_t magic, type;
    uint64_t size;
    uint32_t payload_sum, reserved[2], head_sum; /* checksums; head_sum: of the bytes before it */
} record_head;

static kl_status fail_io(const char *path, kl_error *err)
{
    return kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(errno));
}

bool kl_journal_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static kl_status read_file(const char *path, char **text, size_t *size, kl_error *err)
{
    struct stat info;
    int file = kl_file_open(path);
    if (file < 0 || fstat(file, &info) != 0) {
        if (file >= 0)
            close(file);
        return kl_fail(err, KL_INPUT, "%s: %s", path, kl_file_reason(errno));
    }
    kl_status status = kl_alloc((size_t)info.st_size + 1, 1, path, text, err);
    *size = 0;
    while (status == KL_OK && *size < (size_t)info.st_size) {
        ssize_t done = read(file, *text + *size, (size_t)info.st_size - *size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            status = kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
        if (done <= 0)
            break;
        *size += (size_t)done;
    }
    close(file);
    return status;
}

/* A folder, or a link to one. */
static kl_status make_folder(const char *path, kl_error *err)
{
    struct stat info;
    if (mkdir(path, 0777) == 0)
        return KL_OK;
    if (errno != EEXIST)
        return kl_fail(err, errno == ENOENT || errno == ENOTDIR ? KL_INPUT : KL_ENVIRONMENT,
                       "%s: %s", path, strerror(errno));
    if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
        return kl_fail(err, KL_INPUT, "%s: not a folder", path);
    if (stat(path, &info) != 0 && lstat(path, &info) == 0 && S_ISLNK(info.st_mode))
        return kl_fail(err, KL_INPUT, "%s: a link to a folder that is not there", path);
    return KL_OK;
}

static kl_status write_new(const char *path, const char *text, kl_error *err)
{
    int file = kl_file_create(path);
    if (file < 0)
        return fail_io(path, err);
    kl_status status = KL_OK;
    if (kl_file_write(file, text, strlen(text)) != 0 || fsync(file) != 0)
        status = fail_io(path, err);
    close(file);
    return status;
}

kl_status kl_journal_put(const char *path, const char *name, const char *text, kl_error *err)
{
    char part[4096], whole[4096];
    snprintf(part, sizeof part, "%s/%.*s.part", path, (int)strcspn(name, "."), name);
    snprintf(whole, sizeof whole, "%s/%s", path, name);
    KL_TRY(write_new(part, text, err));
    if (rename(part, whole) != 0)
        return fail_io(whole, err);
    kl_file_sync_folder(path);
    return KL_OK;
}

kl_status kl_journal_get(const char *path, const char *name, char **text, kl_error *err)
{
    char whole[4096];
    size_t size;
    snprintf(whole, sizeof whole, "%s/%s", path, name);
    return read_file(whole, text, &size, err);
}

kl_status kl_journal_create(const char *path, const char *study, kl_error *err)
{
    KL_TRY(make_folder(path, err));
    return kl_journal_put(path, "study.yaml", study, err);
}

kl_status kl_journal_study(const char *path, char **study, kl_error *err)
{
    return kl_journal_get(path, "study.yaml", study, err);
}

static void lock_name(const char *path, char name[4096])
{
    snprintf(name, 4096, "%s/lock", path);
}

/* One try; *again: the folder went in the meantime. A run that ends removes its lock with the
 * folder: a lock on that file holds nothing. */
static kl_status try_lock(const char *path, int *lock, bool *again, kl_error *err)
{
    char name[4096];
    struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    *again = false;
    lock_name(path, name);
    KL_TRY(make_folder(path, err));
    *lock = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0666);
    if (*lock < 0) {
        *again = errno == ENOENT;
        return kl_fail(err, errno == ELOOP ? KL_INPUT : KL_ENVIRONMENT, "%s: %s", name,
                       errno == ELOOP ? "a link" : strerror(errno));
    }
    if (fcntl(*lock, F_SETLK, &region) != 0) {
        const bool busy = errno == EAGAIN || errno == EACCES;
        kl_status status = fail_io(name, err);
        return busy ? kl_fail(err, KL_INPUT, "%s: another run is writing here", path) : status;
    }
    *again = !kl_file_is_at(*lock, name);
    return *again ? kl_fail(err, KL_ENVIRONMENT, "%s: goes whenever it is locked", name) : KL_OK;
}

kl_status kl_journal_lock(const char *path, int *lock, kl_error *err)
{
    enum { TRIES = 1000 }; /* as many runs that end just then; a folder that misbehaves ends it */
    kl_status status = KL_OK;
    bool again = true;
    *lock = -1;
    for (int i = 0; again && i < TRIES; i++) {
        status = try_lock(path, lock, &again, err);
        if (status != KL_OK)
            kl_journal_unlock(lock);
    }
    return status;
}

bool kl_journal_is_locked(const char *path, int lock)
{
    char name[4096];
    lock_name(path, name);
    return kl_file_is_at(lock, name);
}

bool kl_journal_holder(const char *path, int64_t *process)
{
    char name[4096];
    struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    lock_name(path, name);
    const int lock = kl_file_open(name);
    const bool held = lock >= 0 && fcntl(lock, F_GETLK, &region) == 0 && region.l_type != F_UNLCK;
    *process = held ? region.l_pid : 0;
    if (lock >= 0)
        close(lock);
    return held;
}

void kl_journal_unlock(int *lock)
{
    if (*lock >= 0)
        close(*lock);
    *lock = -1;
}

typedef struct names {
    int n;
    char **name;
} names;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(names *list)
{
    for (int i = 0; i < list->n; i++)
        free(list->name[i]);
    free(list->name);
    *list = (names){0};
}

static kl_status add_name(names *list, const char *name, kl_error *err)
{
    char **longer = realloc(list->name, (size_t)(list->n + 1) * sizeof *longer);
    if (longer) {
        list->name = longer;
        longer[list->n] = strdup(name);
    }
    if (!longer || !longer[list->n])
        return kl_fail(err, KL_ENVIRONMENT, "no memory for the names of a journal's files");
    list->n++;
    return KL_OK;
}

/* The files whose names begin so, sorted: attempts in order. */
static kl_status files_of(const char *path, const char *start, names *list, kl_error *err)
{
    *list = (names){0};
    DIR *folder = opendir(path);
    if (!folder)
        return fail_io(path, err);
    kl_status status = KL_OK;
    struct dirent *entry;
    for (errno = 0; status == KL_OK && (entry = readdir(folder)) != NULL; errno = 0)
        if (strncmp(entry->d_name, start, strlen(start)) == 0)
            status = add_name(list, entry->d_name, err);
    if (status == KL_OK && errno != 0)
        status = fail_io(path, err);
    closedir(folder);
    if (status != KL_OK)
        free_names(list);
    else if (list->n)
        qsort(list->name, (size_t)list->n, sizeof *list->name, by_name);
    return status;
}

/* Of a file of records; -1: another file. */
static int attempt_of(const char *name)
{
    int attempt;
    return sscanf(name, "records-%d-", &attempt) == 1 ? attempt : -1;
}

int kl_journal_next_attempt(const char *path)
{
    names list;
    int attempt = 0;
    if (files_of(path, "records-", &list, NULL) != KL_OK)
        return 0;
    for (int i = 0; i < list.n; i++)
        if (attempt_of(list.name[i]) >= attempt)
            attempt = attempt_of(list.name[i]) + 1;
    free_names(&list);
    return attempt;
}

/* Seconds between two syncs of a file. */
static double interval(void)
{
    const char *text = getenv("KINLIM_SYNC");
    char *end;
    const double seconds = text ? strtod(text, &end) : 1;
    return text && (end == text || *end || !(seconds >= 0 && seconds <= 3600)) ? 1 : seconds;
}

kl_status kl_journal_open(const char *path, int attempt, int group, kl_journal *out, kl_error *err)
{
    *out = (kl_journal){.file = -1, .interval = interval()};
    int length =
        snprintf(out->path, sizeof out->path, "%s/records-%04d-%04d", path, attempt, group);
    if (length >= (int)sizeof out->path)
        return kl_fail(err, KL_INPUT, "%.100s...: the path is too long", path);
    out->file = open(out->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
    if (out->file < 0)
        return fail_io(out->path, err);
    kl_file_sync_folder(path);
    return KL_OK;
}

/* Where no thread is to be had for it, the sync is done here and now. */
static kl_status start_sync(kl_journal *journal, kl_error *err)
{
    journal->sync =
        (struct aiocb){.aio_fildes = journal->file, .aio_sigevent.sigev_notify = SIGEV_NONE};
    journal->syncing = aio_fsync(O_DSYNC, &journal->sync) == 0;
    if (!journal->syncing &&
        ((errno != EAGAIN && errno != ENOSYS) || fdatasync(journal->file) != 0))
        return fail_io(journal->path, err);
    journal->behind = false;
    journal->synced = kl_clock();
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
    return fail_io(journal->path, err);
}

kl_status kl_journal_beat(kl_journal *journal, kl_error *err)
{
    if (!journal->behind || kl_clock() - journal->synced < journal->interval)
        return KL_OK;
    KL_TRY(wait_for_sync(journal, err));
    return start_sync(journal, err);
}

kl_status kl_journal_wait(kl_journal *journal, kl_error *err)
{
    KL_TRY(wait_for_sync(journal, err));
    if (!journal->behind)
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

kl_status kl_journal_append(kl_journal *journal, uint32_t type, const void *payload, size_t size,
                            kl_error *err)
{
    record_head head = {.magic = record_magic, .type = type, .size = size};
    head.payload_sum = kl_checksum(payload, size);
    head.head_sum = kl_checksum(&head, offsetof(record_head, head_sum));
    if (journal->interval == 0)
        KL_TRY(kl_journal_wait(journal, err));
    KL_TRY(check_place(journal, false, err));
    if (kl_file_write(journal->file, &head, sizeof head) != 0 ||
        kl_file_write(journal->file, payload, size) != 0)
        return fail_io(journal->path, err);
    journal->behind = true;
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
    return status;
}

static kl_checksum_rule rule_of(const record_head *head)
{
    return head->magic == magic_0_1 ? kl_checksum_0_1 : kl_checksum;
}

static bool head_is_good(const record_head *head, size_t left)
{
    return (head->magic == record_magic || head->magic == magic_0_1) &&
           head->head_sum == rule_of(head)(head, offsetof(record_head, head_sum)) &&
           head->size <= left;
}

/* The next record; *good false: there is none, or it is torn or damaged. The payload is the
 * caller's. */
static kl_status next_record(FILE *file, size_t left, record_head *head, void *payload, bool *good,
                             kl_error *err)
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

static kl_status read_records(const char *path, kl_journal_visit visit, void *context, int *damaged,
                              kl_error *err)
{
    FILE *file;
    size_t size = 0, at = 0;
    KL_TRY(open_records(path, &file, &size, err));
    kl_status status = KL_OK;
    for (bool good = true; status == KL_OK && good && at < size;) {
        record_head head = {0};
        char *payload = NULL;
        status = next_record(file, size - at, &head, &payload, &good, err);
        if (status == KL_OK && good)
            status = visit(context, head.type, payload, head.size, err);
        if (status == KL_OK && ferror(file))
            status = kl_fail(err, KL_INPUT, "%s: %s", path, strerror(EIO));
        *damaged += status == KL_OK && !good;
        free(payload);
        at += sizeof head + head.size;
    }
    fclose(file);
    return status;
}

kl_status kl_journal_read(const char *path, kl_journal_visit visit, void *context, int *damaged,
                          kl_error *err)
{
    names list;
    *damaged = 0;
    KL_TRY(files_of(path, "records-", &list, err));
    kl_status status = KL_OK;
    for (int i = 0; status == KL_OK && i < list.n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, list.name[i]);
        const int attempt = attempt_of(list.name[i]);
        status = visit(context, KL_JOURNAL_BEGIN, &attempt, sizeof attempt, err);
        if (status == KL_OK)
            status = read_records(name, visit, context, damaged, err);
    }
    free_names(&list);
    return status;
}

static bool has(const char *path, const char *start)
{
    names list;
    if (files_of(path, start, &list, NULL) != KL_OK)
        return false;
    const bool any = list.n > 0;
    free_names(&list);
    return any;
}

bool kl_journal_empty(const char *path)
{
    return !has(path, "records-") && !has(path, "checkpoint-");
}

static kl_status remove_files(const char *path, const char *start, kl_error *err)
{
    names list;
    char name[4096];
    KL_TRY(files_of(path, start, &list, err));
    kl_status status = KL_OK;
    for (int i = 0; status == KL_OK && i < list.n; i++) {
        snprintf(name, sizeof name, "%s/%s", path, list.name[i]);
        if (unlink(name) != 0)
            status = fail_io(name, err);
    }
    free_names(&list);
    return status;
}

kl_status kl_journal_clear(const char *path, kl_error *err)
{
    KL_TRY(remove_files(path, "checkpoint-", err));
    return remove_files(path, "records-", err);
}

/* Where unlinked open files are kept under another name (NFS, FUSE), they go a moment after
 * they are closed. */
static kl_status remove_folder(const char *path, kl_error *err)
{
    enum { TRIES = 20 };
    const struct timespec moment = {.tv_nsec = 10 * 1000 * 1000};
    char lock[4096];
    int reason = 0;
    lock_name(path, lock);
    for (int i = 0; i < TRIES; i++) {
        if (rmdir(path) == 0 || errno == ENOENT || errno == ENOTDIR) /* ENOTDIR: a link to it */
            return KL_OK;
        if (errno != ENOTEMPTY && errno != EEXIST)
            return fail_io(path, err);
        reason = errno;
        if (access(lock, F_OK) == 0) /* another run has come */
            return KL_OK;
        nanosleep(&moment, NULL);
    }
    errno = reason;
    return fail_io(path, err);
}

kl_status kl_journal_remove(const char *path, int *lock, kl_error *err)
{
    static const char *const others[] = {"pulse.part", "pulse",      "samples",
                                         "study.yaml", "study.part", "lock"};
    char name[4096];
    kl_status status = kl_journal_clear(path, err);
    if (status == KL_OK)
        status = remove_files(path, "claim-", err);
    for (int i = 0; status == KL_OK && i < 6; i++) {
        snprintf(name, sizeof name, "%s/%s", path, others[i]);
        if (unlink(name) != 0 && errno != ENOENT)
            status = fail_io(name, err);
    }
    kl_journal_unlock(lock);
    return status == KL_OK ? remove_folder(path, err) : status;
}
