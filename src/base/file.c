#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MOST_LINKS = 40, MOST_BYTES = 1 << 30 }; /* of one write() */

int kl_file_create(const char *path)
{
    const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
    int file = open(path, flags, 0666);
    if (file >= 0 || errno != EEXIST || (unlink(path) != 0 && errno != ENOENT))
        return file;
    return open(path, flags, 0666);
}

int kl_file_open(const char *path)
{
    struct stat info;
    int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 || (fstat(file, &info) == 0 && S_ISREG(info.st_mode)))
        return file;
    close(file);
    errno = ENOTSUP;
    return -1;
}

const char *kl_file_reason(int reason)
{
    return reason == ENOTSUP ? "not a file" : strerror(reason);
}

int kl_file_write(int file, const void *bytes, size_t size)
{
    for (const char *p = bytes; size > 0;) {
        ssize_t done = write(file, p, size < MOST_BYTES ? size : MOST_BYTES);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        p += done;
        size -= (size_t)done;
    }
    return 0;
}

int kl_file_sync_folder(const char *path)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return -1;
    const int result = fsync(folder) == 0 || errno == EINVAL ? 0 : -1;
    const int reason = errno;
    close(folder);
    errno = reason;
    return result;
}

bool kl_file_is_at(int file, const char *path)
{
    struct stat opened, named;
    return fstat(file, &opened) == 0 && stat(path, &named) == 0 && opened.st_dev == named.st_dev &&
           opened.st_ino == named.st_ino;
}

void kl_file_folder(const char *path, char *out, size_t size)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        snprintf(out, size, ".");
    else
        snprintf(out, size, "%.*s", slash == path ? 1 : (int)(slash - path), path);
}

kl_status kl_file_resolve(const char *path, char *out, size_t size, kl_error *err)
{
    char target[PATH_MAX];
    struct stat info;
    if (strlen(path) >= size)
        return kl_fail(err, KL_INPUT, "%.64s...: the path is too long", path);
    strcpy(out, path);
    for (int links = 0; lstat(out, &info) == 0 && S_ISLNK(info.st_mode); links++) {
        const ssize_t length = readlink(out, target, sizeof target);
        const char *slash = target[0] == '/' ? NULL : strrchr(out, '/');
        const size_t kept = slash ? (size_t)(slash + 1 - out) : 0;
        if (length < 0 || links == MOST_LINKS)
            return kl_fail(err, KL_INPUT, "%s: a link that leads nowhere", path);
        if (kept + (size_t)length >= size || length == sizeof target)
            return kl_fail(err, KL_INPUT, "%s: the path that this link leads to is too long", path);
        memcpy(out + kept, target, (size_t)length);
        out[kept + (size_t)length] = 0;
    }
    return KL_OK;
}
