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

void kl_xxh64_start(kl_xxh64_state *state)
{
    *state = (kl_xxh64_state){.lane = {prime1 + prime2, prime2, 0, -prime1}};
}

/* Whole blocks of four words, one word to each of four lanes. */
void kl_xxh64_more(kl_xxh64_state *state, const void *data, size_t size)
{
    const unsigned char *p = data;
    uint64_t lane[4], word[4];
    memcpy(lane, state->lane, sizeof lane);
    for (size_t i = 0; i < size / 32; i++) {
        memcpy(word, p + 32 * i, 32);
        for (int j = 0; j < 4; j++)
            lane[j] = mix(lane[j], word[j]);
    }
    memcpy(state->lane, lane, sizeof lane);
    state->size += size / 32 * 32;
}

static uint64_t merged(const uint64_t *lane)
{
    uint64_t hash =
        rotate(lane[0], 1) + rotate(lane[1], 7) + rotate(lane[2], 12) + rotate(lane[3], 18);
    for (int j = 0; j < 4; j++)
        hash = (hash ^ mix(0, lane[j])) * prime1 + prime4;
    return hash;
}

uint64_t kl_xxh64_end(kl_xxh64_state *state, const void *data, size_t size)
{
    const unsigned char *p = data, *end = p + size;
    kl_xxh64_more(state, data, size);
    uint64_t hash = state->size ? merged(state->lane) : prime5, word;
    uint32_t half;
    hash += state->size + size % 32;
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

uint64_t kl_xxh64(const void *data, size_t size)
{
    kl_xxh64_state state;
    kl_xxh64_start(&state);
    return kl_xxh64_end(&state, data, size);
}
