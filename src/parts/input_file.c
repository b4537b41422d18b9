#include "parts/input_file.h"

#include "base/file.h"
#include "base/xxh64.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PARTS = 64, PART = 1 << 18 };

typedef struct checksum_keys {
    const char *checksum;
} checksum_keys;
static const char doc[] = "of the file, 16 digits; kinlim writes it into the resolved study";
const kl_key kl_checksum_table[] = {
    {.name = "checksum", KL_STRING_AT(checksum_keys, checksum), .doc = doc}, {0}};

/* The first bytes of part i, as many as there are. */
static bool hash_part(int file, off_t at, char *bytes, uint64_t *out)
{
    ssize_t n = 0, got = 1;
    while (n < PART && (got = pread(file, bytes + n, (size_t)(PART - n), at + n)) > 0)
        n += got;
    *out = kl_xxh64(bytes, (size_t)n);
    return got >= 0;
}

static bool hash_file(int file, uint64_t *out)
{
    uint64_t table[PARTS + 1];
    struct stat about;
    char *bytes = malloc(PART);
    bool good = bytes && fstat(file, &about) == 0;
    if (good)
        table[PARTS] = (uint64_t)about.st_size;
    for (int i = 0; i < PARTS && good; i++) {
        const off_t whole = (off_t)PARTS * PART;
        const off_t at = about.st_size <= whole ? (off_t)i * PART : about.st_size / PARTS * i;
        good = hash_part(file, at, bytes, &table[i]);
    }
    *out = kl_xxh64(table, sizeof table);
    free(bytes);
    return good;
}

kl_status kl_input_file(kl_node *node, const char *key, const char *path, kl_error *err)
{
    char digits[32];
    uint64_t hash = 0;
    const int file = kl_file_open(path);
    if (file < 0)
        return kl_config_fail(node, key, err, "%s: %s", path, kl_file_reason(errno));
    const bool good = hash_file(file, &hash);
    close(file);
    if (!good)
        return kl_config_fail(node, key, err, "%s: cannot be read", path);
    snprintf(digits, sizeof digits, "\"%016" PRIx64 "\"", hash);
    const kl_key table[] = {
        {.name = "checksum", KL_STRING_AT(checksum_keys, checksum), .fallback = digits, .doc = doc},
        {0}};
    checksum_keys keys;
    KL_TRY(kl_config_read(node, table, &keys, err));
    digits[17] = 0;
    return strcmp(keys.checksum, digits + 1) == 0
               ? KL_OK
               : kl_config_fail(node, key, err,
                                "%s is not the file it was: its checksum is %s, not %s", path,
                                digits + 1, keys.checksum);
}
