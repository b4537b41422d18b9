#include "ensemble/journal.h"
#include "ensemble/journal_format.h"

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
        return kl_journal_fail(path, err);
    kl_status status = KL_OK;
    if (kl_file_write(file, text, strlen(text)) != 0 || fsync(file) != 0)
        status = kl_journal_fail(path, err);
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
        return kl_journal_fail(whole, err);
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
        kl_status status = kl_journal_fail(name, err);
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

int kl_journal_next_attempt(const char *path)
{
    kl_names list;
    int attempt = 0;
    if (kl_names_find(path, "records-", &list, NULL) != KL_OK)
        return 0;
    for (int i = 0; i < list.n; i++)
        if (kl_journal_attempt_of(list.name[i]) >= attempt)
            attempt = kl_journal_attempt_of(list.name[i]) + 1;
    kl_names_destroy(&list);
    return attempt;
}

static bool has(const char *path, const char *start)
{
    kl_names list;
    if (kl_names_find(path, start, &list, NULL) != KL_OK)
        return false;
    const bool any = list.n > 0;
    kl_names_destroy(&list);
    return any;
}

bool kl_journal_empty(const char *path)
{
    return !has(path, "records-") && !has(path, "checkpoint-");
}

static kl_status remove_files(const char *path, const char *start, kl_error *err)
{
    kl_names list;
    char name[4096];
    KL_TRY(kl_names_find(path, start, &list, err));
    kl_status status = KL_OK;
    for (int i = 0; status == KL_OK && i < list.n; i++) {
        snprintf(name, sizeof name, "%s/%s", path, list.name[i]);
        if (unlink(name) != 0)
            status = kl_journal_fail(name, err);
    }
    kl_names_destroy(&list);
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
            return kl_journal_fail(path, err);
        reason = errno;
        if (access(lock, F_OK) == 0) /* another run has come */
            return KL_OK;
        nanosleep(&moment, NULL);
    }
    errno = reason;
    return kl_journal_fail(path, err);
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
            status = kl_journal_fail(name, err);
    }
    kl_journal_unlock(lock);
    return status == KL_OK ? remove_folder(path, err) : status;
}
