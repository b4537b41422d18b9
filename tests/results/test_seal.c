/* The seal of a published file: its mark, length and XXH64; that of 0.1.0, FNV-1a, is still
 * compared; damage is noticed wherever it is. */
#include "base/xxh64.h"
#include "lattice/check.h"
#include "results/publish.h"

#include <unistd.h>

static char path[64];
static const size_t sizes[] = {0, 31, 4096, 1 << 20, (1 << 20) + 1, (2 << 20) + 77};
enum { NSIZES = 6, MOST = (2 << 20) + 77 + 32 };
static unsigned char bytes[MOST];

/* A file of ours in memory, seal and all. */
static void fill(size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)(i * i % 251 + i / 4096);
}

static void put(size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

static void get(size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, MOST, file), size);
    fclose(file);
}

static uint64_t fnv1a(const void *data, size_t size)
{
    uint64_t hash = 0xcbf29ce484222325;
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ ((const unsigned char *)data)[i]) * 0x100000001b3;
    return hash;
}

static void seal(const char *mark, size_t size, uint64_t hash)
{
    const uint64_t length = size;
    memcpy(bytes + size, mark, 16);
    memcpy(bytes + size + 16, &length, 8);
    memcpy(bytes + size + 24, &hash, 8);
}

static void assert_damage_is_noticed(size_t size)
{
    const size_t places[] = {0, size / 3, size / 2, size - 1, size + 16, size + 31};
    for (size_t i = size == 0 ? 4 : 0; i < 6; i++) {
        bool sealed;
        kl_error err = {.message = ""};
        bytes[places[i]] ^= 0x20;
        put(size + 32);
        assert_int_equal(kl_publish_check(path, &sealed, &err), KL_INPUT);
        assert_non_null(strstr(err.message, i == 4 ? "damaged: its length is not the one written"
                                                   : "damaged: its bytes are not those written"));
        bytes[places[i]] ^= 0x20;
    }
}

static void what_is_published_is_sealed(void **state)
{
    (void)state;
    for (int i = 0; i < NSIZES; i++) {
        bool sealed = false;
        uint64_t length, hash;
        const size_t size = sizes[i];
        fill(size);
        assert_int_equal(kl_publish(path, bytes, size, NULL), KL_OK);
        assert_int_equal(kl_publish_check(path, &sealed, NULL), KL_OK);
        assert_true(sealed);
        get(size + 32);
        memcpy(&length, bytes + size + 16, 8);
        memcpy(&hash, bytes + size + 24, 8);
        assert_memory_equal(bytes + size, "\nkinlim seal v2\n", 16);
        assert_true(length == size && hash == kl_xxh64(bytes, size));
        assert_damage_is_noticed(size);
    }
}

static void the_seal_of_0_1_is_compared(void **state)
{
    (void)state;
    assert_true(fnv1a("foobar", 6) == 0x85944171f73967e8); /* as published */
    for (int i = 0; i < NSIZES; i++) {
        bool sealed = false;
        fill(sizes[i]);
        seal("\nkinlim seal v1\n", sizes[i], fnv1a(bytes, sizes[i]));
        put(sizes[i] + 32);
        assert_int_equal(kl_publish_check(path, &sealed, NULL), KL_OK);
        assert_true(sealed);
        assert_damage_is_noticed(sizes[i]);
    }
}

static void another_mark_is_no_seal(void **state)
{
    (void)state;
    bool sealed = true;
    fill(4096);
    seal("\nkinlim seal v3\n", 4096, 0);
    put(4096 + 32);
    assert_int_equal(kl_publish_check(path, &sealed, NULL), KL_OK);
    assert_false(sealed);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_published_is_sealed),
                                       cmocka_unit_test(the_seal_of_0_1_is_compared),
                                       cmocka_unit_test(another_mark_is_no_seal)};
    snprintf(path, sizeof path, "/tmp/kinlim-seal-%d", (int)getpid());
    return cmocka_run_group_tests(tests, NULL, remove_file);
}
