/* CRC-32 (the polynomial of IEEE 802.3, as in zlib) of `size` bytes. Local. */
#ifndef KL_BASE_CRC32_H
#define KL_BASE_CRC32_H

#include <stddef.h>
#include <stdint.h>

uint32_t kl_crc32(const void *data, size_t size);

#endif
