/* The 32-bit checksums of what is beside the results while a run works: records of the journal and
 * checkpoints. Local. */
#ifndef KL_BASE_CHECKSUM_H
#define KL_BASE_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

/* The low half of kl_xxh64(): of the formats that are written. */
uint32_t kl_checksum(const void *data, size_t size);

/* CRC-32 (zlib's): of the formats up to 0.1.0, which are read. */
uint32_t kl_checksum_0_1(const void *data, size_t size);

typedef uint32_t (*kl_checksum_rule)(const void *data, size_t size);

#endif
