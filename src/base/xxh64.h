/* XXH64 with seed 0 of `size` bytes: github.com/Cyan4973/xxHash, doc/xxhash_spec.md.
 * A change goes unnoticed with a chance of 2^-64; not against forgery. 0.16 ns per byte.
 * Words are read in native order: the standard's on little-endian
 * machines. Local. */
#ifndef KL_BASE_XXH64_H
#define KL_BASE_XXH64_H

#include <stddef.h>
#include <stdint.h>

uint64_t kl_xxh64(const void *data, size_t size);

/* The same of bytes that come in pieces: start(), any number of more(), end(). */
typedef struct kl_xxh64_state {
    uint64_t lane[4], size;
} kl_xxh64_state;

void kl_xxh64_start(kl_xxh64_state *state);

/* size: a multiple of 32. */
void kl_xxh64_more(kl_xxh64_state *state, const void *data, size_t size);

/* The hash after the last bytes, of any number. */
uint64_t kl_xxh64_end(kl_xxh64_state *state, const void *data, size_t size);

#endif
