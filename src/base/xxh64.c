#include "base/xxh64.h"

#include <string.h>

static const uint64_t prime1 = 0x9e3779b185ebca87, prime2 = 0xc2b2ae3d27d4eb4f,
                      prime3 = 0x165667b19e3779f9, prime4 = 0x85ebca77c2b2ae63,
                      prime5 = 0x27d4eb2f165667c5;

static uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

static uint64_t mix(uint64_t state, uint64_t word)
{
    return rotate(state + word * prime2, 31) * prime1;
}

/* Whole blocks of four words, one word to each of four states. */
static uint64_t blocks(const unsigned char *p, size_t n)
{
    uint64_t state[4] = {prime1 + prime2, prime2, 0, -prime1}, word[4];
    for (size_t i = 0; i < n; i++) {
        memcpy(word, p + 32 * i, 32);
        for (int j = 0; j < 4; j++)
            state[j] = mix(state[j], word[j]);
    }
    uint64_t hash =
        rotate(state[0], 1) + rotate(state[1], 7) + rotate(state[2], 12) + rotate(state[3], 18);
    for (int j = 0; j < 4; j++)
        hash = (hash ^ mix(0, state[j])) * prime1 + prime4;
    return hash;
}

uint64_t kl_xxh64(const void *data, size_t size)
{
    const unsigned char *p = data, *end = p + size;
    uint64_t hash = size < 32 ? prime5 : blocks(p, size / 32), word;
    uint32_t half;
    hash += size;
    for (p += size / 32 * 32; end - p >= 8; p += 8) {
        memcpy(&word, p, 8);
        hash = rotate(hash ^ mix(0, word), 27) * prime1 + prime4;
    }
    if (end - p >= 4) {
        memcpy(&half, p, 4);
        hash = rotate(hash ^ half * prime1, 23) * prime2 + prime3;
        p += 4;
    }
    for (; p < end; p++)
        hash = rotate(hash ^ *p * prime5, 11) * prime1;
    hash = (hash ^ hash >> 33) * prime2;
    hash = (hash ^ hash >> 29) * prime3;
    return hash ^ hash >> 32;
}
