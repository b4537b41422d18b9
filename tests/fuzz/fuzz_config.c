/* libFuzzer entry for the study file: parse, read one table of every type, set
 * a key, emit, parse again, compare. Broken promises abort. Build and
 * run: scripts/fuzz config
 */
#include "kinlim/config.h"
#include "fuzz.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

typedef union field {
    int64_t i;
    uint64_t u;
    double r;
    bool b;
    int c;
    const char *s;
    kl_ints ints;
    kl_reals reals;
    kl_node *node;
    kl_nodes nodes;
} field;

static const char *const choices[] = {"anderson", "localization", NULL};

#define FIELD(n) .offset = (n) * sizeof(field)

static const kl_key table[] = {
    {.name = "system", .type = KL_KEY_CHOICE, FIELD(0), .choices = choices},
    {.name = "dimension", .type = KL_KEY_INT, FIELD(1), .range = KL_RANGED, .low = 1, .high = 3},
    {.name = "seed", .type = KL_KEY_UINT64, FIELD(2), .fallback = "18446744073709551615"},
    {.name = "box", .type = KL_KEY_REAL, FIELD(3)},
    {.name = "reference", .type = KL_KEY_BOOL, FIELD(4)},
    {.name = "name", .type = KL_KEY_STRING, FIELD(5)},
    {.name = "sites", .type = KL_KEY_INTS, FIELD(6), .flags = KL_INCREASING},
    {.name = "eta", .type = KL_KEY_REALS, FIELD(7), .flags = KL_DISTINCT},
    {.name = "hessian", .type = KL_KEY_MATRIX, FIELD(8)},
    {.name = "initial", .type = KL_KEY_MAP, FIELD(9)},
    {.name = "observables", .type = KL_KEY_MAPS, FIELD(10)},
    {.name = "boltzmann", .type = KL_KEY_NODE, FIELD(11)},
    {0}};

static void require_one_line(kl_status status, const kl_error *err)
{
    if (status == KL_OK)
        return;
    size_t length = strlen(err->message);
    require(status == KL_INPUT && length > 0 && length <= 1000);
    for (size_t i = 0; i < length; i++)
        require((unsigned char)err->message[i] >= ' ' && err->message[i] != 0x7F);
}

static void require_round_trip(const kl_config *config)
{
    char *text, difference[200];
    kl_error err;
    kl_config *again;
    require(kl_config_emit(config, &text, &err) == KL_OK);
    require(kl_config_parse("emitted", text, strlen(text), &again, &err) == KL_OK);
    require(kl_config_same(config, again, difference, sizeof difference));
    kl_config_destroy(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kl_error err;
    kl_config *config;
    field into[12];
    char assignment[64] = "";
    kl_status status = kl_config_parse("study.yaml", (const char *)data, size, &config, &err);
    require_one_line(status, &err);
    if (status != KL_OK)
        return 0;
    require_one_line(kl_config_read(kl_config_root(config), table, into, &err), &err);
    require_one_line(kl_config_check_unknown(config, &err), &err);
    require_round_trip(config);
    memcpy(assignment, data, size < 63 ? size : 63);
    require_one_line(kl_config_set(config, assignment, &err), &err);
    require_round_trip(config);
    kl_config_destroy(&config);
    return 0;
}
