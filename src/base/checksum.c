#include "base/checksum.h"

#include "base/xxh64.h"

#include <zlib.h>

uint32_t kl_checksum(const void *data, size_t size)
{
    return (uint32_t)kl_xxh64(data, size);
}

uint32_t kl_checksum_0_1(const void *data, size_t size)
{
    return (uint32_t)crc32_z(crc32_z(0, Z_NULL, 0), data, size);
}
