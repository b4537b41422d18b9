/* Durable writing and detection of damage: see publish.h. Local.
 *
 * The seal is the last 32 bytes of the file: a 16-byte mark, the number of bytes
 * before it, and their XXH64 hash (seed 0), both little-endian. It lies behind
 * the end that HDF5 knows, where HDF5 and netCDF do not look. Damage goes unnoticed
 * with a chance of 2^-64. Files of 0.1.0 have another mark and the 64-bit FNV-1a hash
 * (Fowler, Noll and Vo).
 */
#define _GNU_SOURCE /* fallocate */
#include "results/publish.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/xxh64.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MARK = 16, SEAL = 32, BUFFER = 1 << 20 };
static const char mark[MARK + 1] = "\nkinlim seal v2\n", mark_0_1[MARK + 1] = "\nkinlim seal v1\n";
static const uint64_t fnv_start = UINT64_C(0xcbf29ce484222325);

static uint64_t fnv(uint64_t hash, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static void put64(unsigned char *to, uint64_t value)
{
    for (int i = 0; i < 8; i++)
        to[i] = (unsigned char)(value >> 8 * i);
}

static uint64_t get64(const unsigned char *from)
{
    uint64_t value = 0;
    for (int i = 7; i >= 0; i--)
        value = value << 8 | from[i];
    return value;
}

static kl_status cannot_write(const char *path, int reason, kl_error *err)
{
    if (reason == ENOENT || reason == ENOTDIR)
        return kl_fail(err, KL_INPUT, "%s: cannot write: no such folder", path);
    return kl_fail(err, KL_ENVIRONMENT, "%s: cannot write: %s", path, strerror(reason));
}

/* The new file is to be as open to others as the one whose place it takes, as far as the system
 * allows: no reason to lose results. */
static void keep_mode(int fd, const char *path)
{
    struct stat old, new;
    if (stat(path, &old) != 0 || !S_ISREG(old.st_mode) || fstat(fd, &new) != 0)
        return;
    const bool owner = old.st_uid == new.st_uid, group = old.st_gid == new.st_gid;
    bool kept = (owner && group) || fchown(fd, old.st_uid, old.st_gid) == 0;
    kept = kept || fchown(fd, (uid_t)-1, old.st_gid) == 0;
    if (old.st_mode != new.st_mode || !kept)
        fchmod(fd, old.st_mode & (kept ? 07777 : 0707)); /* not to a group that had no right */
}

static int write_part(const char *part, const char *path, const void *bytes, size_t size)
{
    unsigned char seal[SEAL];
    memcpy(seal, mark, MARK);
    put64(seal + MARK, size);
    put64(seal + MARK + 8, kl_xxh64(bytes, size));
    int fd = kl_file_create(part);
    if (fd < 0)
        return -1;
    int result = kl_file_write(fd, bytes, size);
    if (result == 0)
        result = kl_file_write(fd, seal, SEAL);
    keep_mode(fd, path);
    if (result == 0)
        result = fsync(fd);
    int reason = errno;
    if (close(fd) != 0 && result == 0) {
        result = -1;
        reason = errno;
    }
    errno = reason;
    return result;
}

kl_status kl_publish(const char *path, const void *bytes, size_t size, kl_error *err)
{
    char target[4096], folder[4096], *part = NULL;
    KL_TRY(kl_file_resolve(path, target, sizeof target, err));
    kl_file_folder(target, folder, sizeof folder);
    const size_t length = strlen(target) + sizeof ".part";
    KL_TRY(kl_alloc(length, 1, "file name", &part, err));
    snprintf(part, length, "%s.part", target);
    kl_status status = KL_OK;
    if (write_part(part, target, bytes, size) != 0 || rename(part, target) != 0) {
        status = cannot_write(path, errno, err);
        unlink(part);
    } else if (kl_file_sync_folder(folder) != 0) {
        status = cannot_write(path, errno, err);
    }
    free(part);
    return status;
}

/* The hash of the first `left` bytes of the file; old: that of 0.1.0. False if they cannot be read.
 */
static bool hash_file(FILE *file, uint64_t left, bool old, unsigned char *buffer, uint64_t *hash)
{
    kl_xxh64_state state;
    kl_xxh64_start(&state);
    *hash = old ? fnv_start : kl_xxh64("", 0);
    rewind(file);
    while (left > 0) {
        size_t n = left < BUFFER ? (size_t)left : BUFFER;
        if (fread(buffer, 1, n, file) != n)
            return false;
        left -= n;
        if (old)
            *hash = fnv(*hash, buffer, n);
        else if (left > 0)
            kl_xxh64_more(&state, buffer, n);
        else
            *hash = kl_xxh64_end(&state, buffer, n);
    }
    return true;
}

/* ---- a file that all ranks write ---- */

kl_status kl_publish_begin(const char *path, kl_publication *out, kl_error *err)
{
    *out = (kl_publication){.path = path};
    KL_TRY(kl_file_resolve(path, out->target, sizeof out->target, err));
    snprintf(out->part, sizeof out->part, "%s.part", out->target);
    const int file = kl_file_create(out->part); /* for the reason why not */
    if (file < 0)
        return cannot_write(path, errno, err);
    close(file);
    unlink(out->part);
    return KL_OK;
}

/* HDF5 that runs out of room cannot even close the file. A file system that cannot reserve it is
 * left to its luck. */
static int reserve(int file, size_t bytes)
{
    if (fallocate(file, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) == 0)
        return 0;
    return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? -1 : 0;
}

static kl_status fail_part(const kl_publication *p, int file, kl_error *err)
{
    const kl_status status = cannot_write(p->path, errno, err);
    if (file >= 0)
        close(file);
    unlink(p->part);
    return status;
}

kl_status kl_publish_bytes(const kl_publication *p, const void *bytes, size_t size, size_t more,
                           kl_error *err)
{
    const int file = open(p->part, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0 || reserve(file, size + more) != 0 || kl_file_write(file, bytes, size) != 0)
        return fail_part(p, file, err);
    keep_mode(file, p->target);
    close(file);
    return KL_OK;
}

/* Hashes what is there and writes the seal behind it. */
static int seal_file(int fd)
{
    unsigned char seal[SEAL], *buffer = malloc(BUFFER);
    FILE *file = fdopen(dup(fd), "rb");
    struct stat info;
    uint64_t hash = 0;
    bool ok = buffer && file && fstat(fd, &info) == 0 &&
              hash_file(file, (uint64_t)info.st_size, false, buffer, &hash);
    if (file)
        fclose(file);
    free(buffer);
    if (!ok)
        return -1;
    memcpy(seal, mark, MARK);
    put64(seal + MARK, (uint64_t)info.st_size);
    put64(seal + MARK + 8, hash);
    return lseek(fd, info.st_size, SEEK_SET) < 0 ? -1 : kl_file_write(fd, seal, SEAL);
}

kl_status kl_publish_end(const kl_publication *p, kl_error *err)
{
    char folder[4096];
    const int file = open(p->part, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0 || seal_file(file) != 0 || fsync(file) != 0 || rename(p->part, p->target) != 0)
        return fail_part(p, file, err);
    close(file);
    kl_file_folder(p->target, folder, sizeof folder);
    return kl_file_sync_folder(folder) == 0 ? KL_OK : cannot_write(p->path, errno, err);
}

static kl_status compare(FILE *file, const char *path, bool *sealed, kl_error *err)
{
    unsigned char seal[SEAL], *buffer = NULL;
    if (fseeko(file, -SEAL, SEEK_END) != 0 || fread(seal, 1, SEAL, file) != SEAL)
        return KL_OK; /* shorter than a seal */
    const bool old = memcmp(seal, mark_0_1, MARK) == 0;
    if (!old && memcmp(seal, mark, MARK) != 0)
        return KL_OK;
    *sealed = true;
    const uint64_t length = (uint64_t)ftello(file) - SEAL;
    uint64_t hash;
    if (get64(seal + MARK) != length)
        return kl_fail(err, KL_INPUT, "%s: damaged: its length is not the one written", path);
    KL_TRY(kl_alloc(BUFFER, 1, "read buffer", &buffer, err));
    const bool read = hash_file(file, length, old, buffer, &hash);
    free(buffer);
    if (!read)
        return kl_fail(err, KL_ENVIRONMENT, "%s: cannot read: %s", path, strerror(errno));
    if (hash != get64(seal + MARK + 8))
        return kl_fail(err, KL_INPUT, "%s: damaged: its bytes are not those written", path);
    return KL_OK;
}

kl_status kl_publish_check(const char *path, bool *sealed, kl_error *err)
{
    *sealed = false;
    int fd = kl_file_open(path);
    if (fd < 0 && errno == ENOENT)
        return kl_fail(err, KL_INPUT, "%s: no such file", path);
    FILE *file = fd >= 0 ? fdopen(fd, "rb") : NULL;
    if (!file) {
        kl_status status =
            errno == ENOTSUP ? kl_fail(err, KL_INPUT, "%s: not a file", path)
                             : kl_fail(err, KL_INPUT, "%s: cannot read: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return status;
    }
    kl_status status = compare(file, path, sealed, err);
    fclose(file);
    return status;
}
