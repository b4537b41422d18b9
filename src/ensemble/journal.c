#include "ensemble/journal.h"

#include "base/crc32.h"
#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t record_magic = 0x6b6c6a31; /* "klj1" */

typedef struct record_head {
    uint32_t magic, type;
    uint64_t size;
    uint32_t payload_crc, reserved[2], head_crc; /* head_crc: of the bytes before it */
} record_head;

static kl_status fail_io(const char *path, kl_error *err)
{
    return kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(errno));
}

static kl_status write_all(int file, const char *path, const void *data, size_t size, kl_error *err)
{
    const char *p = data;
    while (size > 0) {
        ssize_t done = write(file, p, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return fail_io(path, err);
        p += done;
        size -= (size_t)done;
    }
    return KL_OK;
}

static void sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY);
    if (folder >= 0) {
        fsync(folder);
        close(folder);
    }
}

bool kl_journal_exists(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static kl_status make_folder(const char *path, kl_error *err)
{
    if (mkdir(path, 0777) != 0 && errno != EEXIST)
        return kl_fail(err, errno == ENOENT || errno == ENOTDIR ? KL_INPUT : KL_ENVIRONMENT,
                       "%s: %s", path, strerror(errno));
    return KL_OK;
}

kl_status kl_journal_create(const char *path, const char *study, kl_error *err)
{
    char part[4096], whole[4096];
    snprintf(part, sizeof part, "%s/study.part", path);
    snprintf(whole, sizeof whole, "%s/study.yaml", path);
    KL_TRY(make_folder(path, err));
    int file = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0)
        return fail_io(part, err);
    kl_status status = write_all(file, part, study, strlen(study), err);
    if (status == KL_OK && fsync(file) != 0)
        status = fail_io(part, err);
    close(file);
    if (status == KL_OK && rename(part, whole) != 0)
        status = fail_io(whole, err);
    sync_folder(path);
    return status;
}

static kl_status read_file(const char *path, char **text, size_t *size, kl_error *err)
{
    struct stat info;
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &info) != 0) {
        if (file >= 0)
            close(file);
        return kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
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

kl_status kl_journal_study(const char *path, char **study, kl_error *err)
{
    char name[4096];
    size_t size;
    snprintf(name, sizeof name, "%s/study.yaml", path);
    return read_file(name, study, &size, err);
}

/* A run that ends removes its lock with the folder: a lock on that file holds nothing. */
static bool is_at(int file, const char *name)
{
    struct stat opened, named;
    return fstat(file, &opened) == 0 && stat(name, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

kl_status kl_journal_lock(const char *path, int *lock, kl_error *err)
{
    char name[4096];
    struct flock region = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(name, sizeof name, "%s/lock", path);
    for (*lock = -1;;) {
        KL_TRY(make_folder(path, err));
        *lock = open(name, O_RDWR | O_CREAT, 0666);
        if (*lock < 0 && errno == ENOENT)
            continue; /* removed since make_folder() */
        if (*lock < 0)
            return fail_io(name, err);
        const bool locked = fcntl(*lock, F_SETLK, &region) == 0;
        if (locked && is_at(*lock, name))
            return KL_OK;
        const bool busy = !locked && (errno == EAGAIN || errno == EACCES);
        kl_status status = locked ? KL_OK : fail_io(name, err);
        kl_journal_unlock(lock);
        if (busy)
            return kl_fail(err, KL_INPUT, "%s: another run is writing here", path);
        KL_TRY(status);
    }
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
}

/* The files whose names begin so, sorted: attempts in order. */
static names files_of(const char *path, const char *start)
{
    names list = {0};
    DIR *folder = opendir(path);
    if (!folder)
        return list;
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (strncmp(entry->d_name, start, strlen(start)) != 0)
            continue;
        char **longer = realloc(list.name, (size_t)(list.n + 1) * sizeof *longer);
        if (!longer)
            break;
        list.name = longer;
        list.name[list.n] = strdup(entry->d_name);
        if (list.name[list.n])
            list.n++;
    }
    closedir(folder);
    if (list.n)
        qsort(list.name, (size_t)list.n, sizeof *list.name, by_name);
    return list;
}

int kl_journal_next_attempt(const char *path)
{
    names list = files_of(path, "records-");
    int attempt = 0, last;
    for (int i = 0; i < list.n; i++)
        if (sscanf(list.name[i], "records-%d-", &last) == 1 && last >= attempt)
            attempt = last + 1;
    free_names(&list);
    return attempt;
}

kl_status kl_journal_open(const char *path, int attempt, int group, kl_journal *out, kl_error *err)
{
    *out = (kl_journal){.file = -1};
    int length =
        snprintf(out->path, sizeof out->path, "%s/records-%04d-%04d", path, attempt, group);
    if (length >= (int)sizeof out->path)
        return kl_fail(err, KL_INPUT, "%.100s...: the path is too long", path);
    out->file = open(out->path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND, 0666);
    if (out->file < 0)
        return fail_io(out->path, err);
    sync_folder(path);
    return KL_OK;
}

/* Where no thread is to be had for it, the sync is done here and now. */
static kl_status start_sync(kl_journal *journal, kl_error *err)
{
    journal->sync =
        (struct aiocb){.aio_fildes = journal->file, .aio_sigevent.sigev_notify = SIGEV_NONE};
    journal->syncing = aio_fsync(O_DSYNC, &journal->sync) == 0;
    if (journal->syncing)
        return KL_OK;
    if ((errno != EAGAIN && errno != ENOSYS) || fdatasync(journal->file) != 0)
        return fail_io(journal->path, err);
    return KL_OK;
}

kl_status kl_journal_append(kl_journal *journal, uint32_t type, const void *payload, size_t size,
                            kl_error *err)
{
    record_head head = {.magic = record_magic, .type = type, .size = size};
    head.payload_crc = kl_crc32(payload, size);
    head.head_crc = kl_crc32(&head, offsetof(record_head, head_crc));
    KL_TRY(kl_journal_wait(journal, err));
    KL_TRY(write_all(journal->file, journal->path, &head, sizeof head, err));
    KL_TRY(write_all(journal->file, journal->path, payload, size, err));
    return start_sync(journal, err);
}

kl_status kl_journal_wait(kl_journal *journal, kl_error *err)
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

kl_status kl_journal_close(kl_journal *journal, kl_error *err)
{
    kl_status status = kl_journal_wait(journal, err);
    if (journal->file >= 0)
        close(journal->file);
    journal->file = -1;
    return status;
}

static bool head_is_good(const record_head *head, size_t left)
{
    return head->magic == record_magic &&
           head->head_crc == kl_crc32(head, offsetof(record_head, head_crc)) && head->size <= left;
}

static kl_status read_records(const char *path, kl_journal_visit visit, void *context, int *damaged,
                              kl_error *err)
{
    char *data = NULL;
    size_t size, at = 0;
    kl_status status = read_file(path, &data, &size, err);
    while (status == KL_OK && at < size) {
        record_head head;
        char *payload;
        bool good = size - at >= sizeof head;
        if (good) {
            memcpy(&head, data + at, sizeof head);
            good = head_is_good(&head, size - at - sizeof head) &&
                   head.payload_crc == kl_crc32(data + at + sizeof head, head.size);
        }
        if (!good) {
            ++*damaged;
            break;
        }
        /* A copy of its own: payloads follow each other without alignment. */
        status = kl_alloc(head.size, 1, "a record", &payload, err);
        if (status == KL_OK) {
            memcpy(payload, data + at + sizeof head, head.size);
            status = visit(context, head.type, payload, head.size, err);
            free(payload);
        }
        at += sizeof head + head.size;
    }
    free(data);
    return status;
}

kl_status kl_journal_read(const char *path, kl_journal_visit visit, void *context, int *damaged,
                          kl_error *err)
{
    names list = files_of(path, "records-");
    kl_status status = KL_OK;
    *damaged = 0;
    for (int i = 0; status == KL_OK && i < list.n; i++) {
        char name[4096];
        snprintf(name, sizeof name, "%s/%s", path, list.name[i]);
        status = read_records(name, visit, context, damaged, err);
    }
    free_names(&list);
    return status;
}

bool kl_journal_empty(const char *path)
{
    names records = files_of(path, "records-"), checkpoints = files_of(path, "checkpoint-");
    bool empty = records.n == 0 && checkpoints.n == 0;
    free_names(&records);
    free_names(&checkpoints);
    return empty;
}

static kl_status remove_files(const char *path, const char *start, kl_error *err)
{
    names list = files_of(path, start);
    kl_status status = KL_OK;
    char name[4096];
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

kl_status kl_journal_remove(const char *path, kl_error *err)
{
    static const char *const others[] = {"study.yaml", "study.part", "lock"};
    char name[4096];
    KL_TRY(kl_journal_clear(path, err));
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s", path, others[i]);
        unlink(name);
    }
    if (rmdir(path) != 0)
        return fail_io(path, err);
    return KL_OK;
}
