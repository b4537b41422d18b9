#include "lattice/philox.h"

#include "base/cpu.h"

#include <Random123/philox.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* Eight counters in a vector, two vectors at a time to hide the latency. AVX-512
 * multiplies 32 bits by 32: a product of 64 by 64 takes four of them, and is
 * still faster than one after the other by the scalar unit. With AVX2 it is not. */
#define WIDE   __attribute__((target("avx512f")))
#define INLINE static inline __attribute__((always_inline)) WIDE

enum { LANES = 8, VECTORS = 2 };

typedef struct product {
    __m512i high, low;
} product;

INLINE product multiply(uint64_t m, __m512i x)
{
    const __m512i m_low = _mm512_set1_epi64((long long)m), x_high = _mm512_srli_epi64(x, 32);
    const __m512i m_high = _mm512_set1_epi64((long long)(m >> 32));
    const __m512i half = _mm512_set1_epi64(0xffffffff);
    const __m512i ll = _mm512_mul_epu32(m_low, x), lh = _mm512_mul_epu32(m_low, x_high);
    const __m512i hl = _mm512_mul_epu32(m_high, x), hh = _mm512_mul_epu32(m_high, x_high);
    const __m512i a = _mm512_add_epi64(hl, _mm512_srli_epi64(ll, 32)); /* no overflow */
    const __m512i b = _mm512_add_epi64(lh, _mm512_and_epi64(a, half));
    const __m512i high = _mm512_add_epi64(hh, _mm512_srli_epi64(a, 32));
    return (product){_mm512_add_epi64(high, _mm512_srli_epi64(b, 32)),
                     _mm512_mask_blend_epi32(0x5555, _mm512_slli_epi64(b, 32), ll)};
}

/* Words x[0..3] of eight blocks -> block after block. */
INLINE void store(const __m512i x[4], uint64_t *bits)
{
    const __m512i first = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0);
    const __m512i second = _mm512_set_epi64(15, 14, 7, 6, 13, 12, 5, 4);
    for (int odd = 0; odd < 2; odd++) {
        const __m512i a =
            odd ? _mm512_unpackhi_epi64(x[0], x[1]) : _mm512_unpacklo_epi64(x[0], x[1]);
        const __m512i b =
            odd ? _mm512_unpackhi_epi64(x[2], x[3]) : _mm512_unpacklo_epi64(x[2], x[3]);
        const __m512i low = _mm512_permutex2var_epi64(a, first, b); /* blocks 0 and 2, or 1 and 3 */
        const __m512i high = _mm512_permutex2var_epi64(a, second, b);
        uint64_t *to = bits + 4 * odd;
        _mm256_storeu_si256((__m256i *)to, _mm512_castsi512_si256(low));
        _mm256_storeu_si256((__m256i *)(to + 8), _mm512_extracti64x4_epi64(low, 1));
        _mm256_storeu_si256((__m256i *)(to + 16), _mm512_castsi512_si256(high));
        _mm256_storeu_si256((__m256i *)(to + 24), _mm512_extracti64x4_epi64(high, 1));
    }
}

WIDE static void wide_blocks(const uint64_t key[2], uint64_t first, const uint64_t counter[2],
                             uint64_t *bits)
{
    const __m512i step = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    __m512i x[VECTORS][4];
    uint64_t k0 = key[0], k1 = key[1];
    for (int v = 0; v < VECTORS; v++) {
        x[v][0] = _mm512_add_epi64(_mm512_set1_epi64((long long)first + LANES * v), step);
        x[v][1] = _mm512_set1_epi64((long long)counter[0]);
        x[v][2] = _mm512_set1_epi64((long long)counter[1]);
        x[v][3] = _mm512_setzero_si512();
    }
    for (int round = 0; round < 10; round++) {
        const __m512i key0 = _mm512_set1_epi64((long long)k0);
        const __m512i key1 = _mm512_set1_epi64((long long)k1);
        for (int v = 0; v < VECTORS; v++) {
            const product a = multiply(PHILOX_M4x64_0, x[v][0]);
            const product b = multiply(PHILOX_M4x64_1, x[v][2]);
            x[v][0] = _mm512_xor_epi64(_mm512_xor_epi64(b.high, x[v][1]), key0);
            x[v][2] = _mm512_xor_epi64(_mm512_xor_epi64(a.high, x[v][3]), key1);
            x[v][1] = b.low;
            x[v][3] = a.low;
        }
        k0 += PHILOX_W64_0;
        k1 += PHILOX_W64_1;
    }
    for (int v = 0; v < VECTORS; v++)
        store(x[v], bits + 4 * LANES * v);
}
#else
enum { LANES = 1, VECTORS = 1 };

static void wide_blocks(const uint64_t key[2], uint64_t first, const uint64_t counter[2],
                        uint64_t *bits)
{
    (void)key, (void)first, (void)counter, (void)bits; /* no KL_AVX512 here */
}
#endif

void kl_philox_blocks(const uint64_t key[2], uint64_t first, const uint64_t counter[2],
                      int64_t blocks, uint64_t *bits)
{
    const philox4x64_key_t k = {{key[0], key[1]}};
    int64_t i = 0;
    if (kl_cpu_instruction_set() == KL_AVX512)
        for (; i + VECTORS * LANES <= blocks; i += VECTORS * LANES)
            wide_blocks(key, first + (uint64_t)i, counter, bits + 4 * i);
    for (; i < blocks; i++) {
        const philox4x64_ctr_t c = {{first + (uint64_t)i, counter[0], counter[1], 0}};
        const philox4x64_ctr_t block = philox4x64(c, k);
        memcpy(bits + 4 * i, block.v, sizeof block.v);
    }
}
