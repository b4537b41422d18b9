/* What the entries of the fuzzers share. A broken promise ends the process: that is
 * how libFuzzer, and the short runs in the test suite, hear of it. */
#ifndef KL_FUZZ_H
#define KL_FUZZ_H

#include "base/xxh64.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool promise)
{
    if (!promise)
        abort();
}

/* CRC-32 bit by bit, from its polynomial: of the formats of 0.1.0. */
static inline uint32_t crc(const uint8_t *p, size_t n)
{
    uint32_t r = 0xffffffff;
    for (size_t i = 0; i < n; i++) {
        r ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            r = (r >> 1) ^ (r & 1 ? 0xedb88320 : 0);
    }
    return ~r;
}

/* Of today's: its function has tests of its own. */
static inline uint32_t sum(const uint8_t *p, size_t n)
{
    return (uint32_t)kl_xxh64(p, n);
}

#endif
