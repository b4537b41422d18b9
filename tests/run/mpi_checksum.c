/* The checksum of a state's pieces: the same for any number of ranks, another for every
 * state that differs in one bit.
 */
#include "base/xxh64.h"
#include "run/pieces.h"

#include "lattice/check.h"

enum { PIECES = 7, BYTES = 40, PROGRESS = 8 };

typedef struct cut {
    int64_t first, count;
    unsigned char byte[PIECES][BYTES]; /* of all pieces, on every rank */
} cut;

static kl_packing packing(const void *state, int station)
{
    const cut *c = state;
    (void)station;
    return (kl_packing){.pieces = PIECES,
                        .first = c->first,
                        .count = c->count,
                        .piece_bytes = BYTES + PROGRESS,
                        .progress_bytes = PROGRESS};
}

static void pack(const void *state, int64_t piece, void *bytes)
{
    const cut *c = state;
    memcpy(bytes, c->byte[c->first + piece], BYTES);
    memset((char *)bytes + BYTES, 0x55, PROGRESS); /* does not count */
}

/* The same state in another order of holding: every second piece, one rank after the other. */
static kl_packing interleaved(const void *state, int station)
{
    int rank, size;
    (void)state, (void)station;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return (kl_packing){.pieces = PIECES,
                        .first = rank,
                        .count = 1,
                        .blocks = (PIECES - rank + size - 1) / size,
                        .stride = size,
                        .piece_bytes = BYTES};
}

static void pack_interleaved(const void *state, int64_t piece, void *bytes)
{
    const cut *c = state;
    const kl_packing p = interleaved(state, 0);
    memcpy(bytes, c->byte[p.first + piece * p.stride], BYTES);
}

static uint64_t checksum(const cut *c)
{
    const kl_system system = {.packing = packing, .pack = pack};
    uint64_t value = 1;
    assert_ok(kl_pieces_checksum(MPI_COMM_WORLD, &system, c, 0, &value, why));
    MPI_Bcast(&value, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    return value;
}

static cut example(void)
{
    int rank, size;
    cut c;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    c.first = PIECES * rank / size;
    c.count = PIECES * (rank + 1) / size - c.first;
    for (int i = 0; i < PIECES * BYTES; i++)
        c.byte[i / BYTES][i % BYTES] = (unsigned char)(i * i + 3 * i);
    return c;
}

/* The definition, in one piece. */
static void is_the_same_on_any_ranks(void **state)
{
    const cut c = example();
    uint64_t table[PIECES];
    (void)state;
    for (int i = 0; i < PIECES; i++)
        table[i] = kl_xxh64(c.byte[i], BYTES);
    assert_true(checksum(&c) == kl_xxh64(table, sizeof table));
}

static void does_not_depend_on_who_holds_what(void **state)
{
    const cut c = example();
    const kl_system system = {.packing = interleaved, .pack = pack_interleaved};
    uint64_t value = 1;
    (void)state;
    assert_ok(kl_pieces_checksum(MPI_COMM_WORLD, &system, &c, 0, &value, why));
    MPI_Bcast(&value, 1, MPI_UINT64_T, 0, MPI_COMM_WORLD);
    assert_true(value == checksum(&c));
}

static void tells_every_bit(void **state)
{
    cut c = example();
    const uint64_t whole = checksum(&c);
    (void)state;
    for (int bit = 0; bit < PIECES * BYTES * 8; bit++) {
        unsigned char *byte = &c.byte[bit / 8 / BYTES][bit / 8 % BYTES];
        *byte ^= (unsigned char)(1 << bit % 8);
        assert_true(checksum(&c) != whole);
        *byte ^= (unsigned char)(1 << bit % 8);
    }
    assert_true(checksum(&c) == whole);
}

/* Two pieces that change places are another state. */
static void tells_the_order(void **state)
{
    cut c = example();
    const uint64_t whole = checksum(&c);
    unsigned char other[BYTES];
    (void)state;
    memcpy(other, c.byte[2], BYTES);
    memcpy(c.byte[2], c.byte[5], BYTES);
    memcpy(c.byte[5], other, BYTES);
    assert_true(checksum(&c) != whole);
}

/* Values of the xxHash library 0.8.1. */
static void hash_is_xxh64(void **state)
{
    static const char text[] = "Nobody inspects the spammish repetition";
    unsigned char bytes[101];
    (void)state;
    for (int i = 0; i < 101; i++)
        bytes[i] = (unsigned char)i;
    assert_true(kl_xxh64("", 0) == 0xef46db3751d8e999);
    assert_true(kl_xxh64("a", 1) == 0xd24ec4f1a98c6e5b);
    assert_true(kl_xxh64("abc", 3) == 0x44bc2cf5ad770999);
    assert_true(kl_xxh64(text, sizeof text - 1) == 0xfbcea83c8a378bf1);
    assert_true(kl_xxh64(bytes, 101) == 0xe99038495f85381e);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(is_the_same_on_any_ranks), cmocka_unit_test(does_not_depend_on_who_holds_what),
    cmocka_unit_test(tells_every_bit), cmocka_unit_test(tells_the_order),
    cmocka_unit_test(hash_is_xxh64)};
TEST_MAIN(tests)
