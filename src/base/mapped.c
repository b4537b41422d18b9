#include "base/mapped.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static kl_status fail_at(const char *path, int reason, kl_error *err)
{
    return kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(reason));
}

/* The file may be closed afterwards. */
static kl_status map(int file, const char *path, size_t bytes, int protection, kl_mapped *out,
                     kl_error *err)
{
    void *memory = mmap(NULL, bytes, protection, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED)
        return fail_at(path, errno, err);
    *out = (kl_mapped){memory, bytes, bytes};
    return KL_OK;
}

kl_status kl_mapped_create(const char *path, size_t bytes, kl_mapped *out, kl_error *err)
{
    *out = (kl_mapped){0};
    unlink(path);
    const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return fail_at(path, errno, err);
    /* Without room a later write would end the process. */
    const int reason = posix_fallocate(file, 0, (off_t)bytes);
    kl_status status = reason != 0 ? fail_at(path, reason, err)
                                   : map(file, path, bytes, PROT_READ | PROT_WRITE, out, err);
    close(file);
    if (status != KL_OK)
        unlink(path);
    return status;
}

kl_status kl_mapped_open(const char *path, size_t bytes, kl_mapped *out, kl_error *err)
{
    struct stat info;
    *out = (kl_mapped){0};
    const int file = kl_file_open(path);
    if (file < 0)
        return fail_at(path, errno, err);
    kl_status status = fstat(file, &info) == 0 && (size_t)info.st_size >= bytes
                           ? map(file, path, bytes, PROT_READ, out, err)
                           : kl_fail(err, KL_ENVIRONMENT, "%s: too short", path);
    close(file);
    return status;
}

kl_status kl_mapped_sync(const kl_mapped *mapped, kl_error *err)
{
    if (mapped->memory && msync(mapped->memory, mapped->bytes, MS_SYNC) != 0)
        return kl_fail(err, KL_ENVIRONMENT, "the samples cannot be written: %s", strerror(errno));
    return KL_OK;
}

void kl_mapped_release(const kl_mapped *mapped)
{
    if (mapped->memory)
        (void)madvise(mapped->memory, mapped->bytes, MADV_DONTNEED);
}

void kl_mapped_destroy(kl_mapped *mapped)
{
    if (mapped->memory)
        munmap(mapped->memory, mapped->bytes);
    *mapped = (kl_mapped){0};
}
