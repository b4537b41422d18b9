#ifdef __linux__
#define _GNU_SOURCE
#endif
#include "base/shared.h"

#ifdef __linux__

#include "base/memory.h"
#include "base/stop.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* The last bytes hold the token, so that no other file is taken for it. */
static uint64_t *token_of(const kl_shared *shared)
{
    return (uint64_t *)(void *)((char *)shared->memory + shared->bytes) - 1;
}

static void map(int file, size_t bytes, kl_shared *out)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    *out = (kl_shared){memory == MAP_FAILED ? NULL : memory, bytes};
}

void kl_shared_create(size_t bytes, kl_shared *out, kl_shared_name *name)
{
    *out = (kl_shared){NULL, 0};
    *name = (kl_shared_name){.file = -1};
    const size_t all = (bytes + sizeof(uint64_t) + 4095) / 4096 * 4096;
    /* The system would kill for more, not refuse. */
    const bool fits = all > bytes && all < kl_memory_available();
    const int file = fits ? memfd_create("kinlim", MFD_CLOEXEC) : -1;
    if (file >= 0 && posix_fallocate(file, 0, (off_t)all) == 0)
        map(file, all, out);
    if (!out->memory) {
        if (file >= 0)
            close(file);
        return;
    }
    const double now = kl_clock();
    memcpy(&name->token, &now, sizeof now);
    name->token ^= (uint64_t)(uintptr_t)out->memory ^ (uint64_t)getpid() << 40;
    *token_of(out) = name->token;
    name->process = getpid();
    name->file = file;
    name->bytes = all;
}

void kl_shared_close(kl_shared_name *name)
{
    if (name->file >= 0)
        close((int)name->file);
    name->file = -1;
}

void kl_shared_open(const kl_shared_name *name, kl_shared *out)
{
    char path[64];
    *out = (kl_shared){NULL, 0};
    if (name->bytes == 0)
        return;
    snprintf(path, sizeof path, "/proc/%lld/fd/%lld", (long long)name->process,
             (long long)name->file);
    const int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return;
    if (lseek(file, 0, SEEK_END) == (off_t)name->bytes)
        map(file, name->bytes, out);
    close(file);
    if (out->memory && *token_of(out) != name->token)
        kl_shared_destroy(out);
}

void kl_shared_destroy(kl_shared *shared)
{
    if (shared->memory)
        munmap(shared->memory, shared->bytes);
    *shared = (kl_shared){NULL, 0};
}

#else

void kl_shared_create(size_t bytes, kl_shared *out, kl_shared_name *name)
{
    (void)bytes;
    *out = (kl_shared){NULL, 0};
    *name = (kl_shared_name){.file = -1};
}

void kl_shared_close(kl_shared_name *name)
{
    (void)name;
}

void kl_shared_open(const kl_shared_name *name, kl_shared *out)
{
    (void)name;
    *out = (kl_shared){NULL, 0};
}

void kl_shared_destroy(kl_shared *shared)
{
    *shared = (kl_shared){NULL, 0};
}

#endif

void kl_shared_among(MPI_Comm comm, size_t bytes, kl_shared *out)
{
    kl_shared_name name = {.file = -1};
    int rank;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        kl_shared_create(bytes, out, &name);
    MPI_Bcast(&name, (int)sizeof name, MPI_BYTE, 0, comm);
    if (rank != 0)
        kl_shared_open(&name, out);
    int good = out->memory != NULL;
    MPI_Allreduce(MPI_IN_PLACE, &good, 1, MPI_INT, MPI_MIN, comm);
    if (rank == 0)
        kl_shared_close(&name);
    if (!good)
        kl_shared_destroy(out);
}
