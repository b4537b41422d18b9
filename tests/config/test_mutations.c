/* The quickstart study, damaged at random: whatever the bytes, reading ends in
 * success or in one short printable line, and what is read can be emitted and
 * read again as the same study. The number of mutations is the first argument. */
#include "config/support.h"

#include <math.h>
#include <stdio.h>

typedef struct study {
    int system;
    int64_t dimension, realizations;
    double box;
    kl_reals eta, times, moments;
    kl_node *initial, *disorder, *propagator, *boltzmann;
    kl_nodes observables;
} study;

typedef struct observable {
    const char *name;
    kl_node *position, *momentum;
} observable;

static const char *const names[] = {"anderson", "localization", NULL};

#define FIELD(key, kind) .name = #key, .type = kind, .offset = offsetof(study, key)

static const kl_key study_table[] = {
    {FIELD(system, KL_KEY_CHOICE), .flags = KL_REQUIRED, .choices = names},
    {FIELD(dimension, KL_KEY_INT), .flags = KL_REQUIRED, .range = KL_RANGED, .low = 1, .high = 3},
    {FIELD(box, KL_KEY_REAL), .range = KL_RANGED | KL_LOW_OPEN, .high = INFINITY},
    {FIELD(eta, KL_KEY_REALS), .flags = KL_REQUIRED | KL_DISTINCT, .range = KL_RANGED | KL_LOW_OPEN,
     .high = 2},
    {FIELD(times, KL_KEY_REALS), .flags = KL_REQUIRED | KL_INCREASING, .range = KL_RANGED,
     .high = INFINITY},
    {FIELD(realizations, KL_KEY_INT), .flags = KL_REQUIRED, .range = KL_RANGED, .low = 1,
     .high = 1e9},
    {FIELD(initial, KL_KEY_MAP), .flags = KL_REQUIRED},
    {FIELD(disorder, KL_KEY_MAP), .fallback = "{distribution: gaussian, seed: 1}"},
    {FIELD(observables, KL_KEY_MAPS), .flags = KL_REQUIRED},
    {FIELD(moments, KL_KEY_REALS), .fallback = "[1, 2]"},
    {FIELD(propagator, KL_KEY_MAP), .fallback = "{}"},
    {FIELD(boltzmann, KL_KEY_NODE), .fallback = "{tolerance: 1e-8}"},
    {0}};

static const kl_key observable_table[] = {
    {.name = "name", .type = KL_KEY_STRING, .offset = offsetof(observable, name)},
    {.name = "position", .type = KL_KEY_MAP, .offset = offsetof(observable, position)},
    {.name = "momentum", .type = KL_KEY_NODE, .offset = offsetof(observable, momentum)},
    {0}};

static uint64_t random_state = 20261120;

static size_t draw(size_t below)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % below;
}

static void is_one_line(const kl_error *err)
{
    size_t length = strlen(err->message);
    assert_true(length > 0 && length <= 1000);
    for (size_t i = 0; i < length; i++)
        assert_true((unsigned char)err->message[i] >= ' ' && err->message[i] != 0x7F);
}

static kl_status read_study(kl_config *config, kl_error *err)
{
    study s = {0};
    observable o;
    KL_TRY(kl_config_read(kl_config_root(config), study_table, &s, err));
    for (int i = 0; i < s.observables.n; i++)
        KL_TRY(kl_config_read(s.observables.v[i], observable_table, &o, err));
    return kl_config_check_unknown(config, err);
}

static void survives_emit(kl_config *config)
{
    char *text, difference[200] = "";
    kl_error err = {0};
    kl_config *again;
    assert_int_equal(kl_config_emit(config, &text, &err), KL_OK);
    if (kl_config_parse("emitted", text, strlen(text), &again, &err) != KL_OK)
        fail_msg("%s in\n%s", err.message, text);
    if (!kl_config_same(config, again, difference, sizeof difference))
        fail_msg("%s in\n%s", difference, text);
    kl_config_destroy(&again);
    free(text);
}

static void one_damaged_study(const char *text, size_t length, bool *parses, bool *reads)
{
    kl_error err = {0};
    kl_config *config;
    kl_status status = kl_config_parse("study.yaml", text, length, &config, &err);
    *parses = status == KL_OK;
    *reads = false;
    if (*parses) {
        survives_emit(config);
        status = read_study(config, &err);
        *reads = status == KL_OK || strstr(err.message, "unknown key");
        survives_emit(config);
        kl_error set_err = {0};
        if (kl_config_set(config, text + draw(length), &set_err) != KL_OK)
            is_one_line(&set_err);
        survives_emit(config);
    }
    assert_true(status == KL_OK || status == KL_INPUT);
    if (status != KL_OK)
        is_one_line(&err);
    kl_config_destroy(&config);
}

/* Replaces, deletes, inserts, copies or swaps a few bytes; returns the new length. */
static size_t damage(char *text, size_t length)
{
    static const char odd[] = "[]{}:,-#&*!|>'\"%@`?\n\t 0.~e\\=\xC3\xA4\xFF";
    for (size_t n = 1 + draw(3); n > 0 && length > 40; n--) {
        size_t at = draw(length - 20), size = 1 + draw(19), from = draw(length - 20);
        switch (draw(5)) {
        case 0:
            text[at] = (char)draw(256);
            break;
        case 1:
            text[at] = odd[draw(sizeof odd)];
            break;
        case 2:
            memmove(text + at, text + at + size, length - at - size);
            length -= size;
            break;
        case 3:
            memmove(text + at + 1, text + at, length - at);
            text[at] = odd[draw(sizeof odd)];
            length++;
            break;
        default:
            memmove(text + at, text + from, size);
        }
    }
    text[length] = '\0';
    return length;
}

static char *quickstart(size_t *length)
{
    char path[4096], *text = malloc(20000);
    const char *source = getenv("SOURCE_DIR");
    snprintf(path, sizeof path, "%s/jobs/quickstart/study.yaml", source ? source : ".");
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s", path);
    *length = fread(text, 1, 19000, f);
    fclose(f);
    return text;
}

static void the_quickstart_study_is_read_and_survives_emit(void **state)
{
    size_t length;
    bool parses, reads;
    (void)state;
    char *text = quickstart(&length);
    text[length] = '\0';
    one_damaged_study(text, length, &parses, &reads);
    assert_true(parses && reads);
    free(text);
}

static void a_damaged_study_gives_success_or_one_line(void **state)
{
    int count = *(int *)*state, parsed_well = 0, read_far = 0;
    size_t length;
    char *text = quickstart(&length), *copy = malloc(20000);
    for (int i = 0; i < count; i++) {
        bool parses, reads;
        memcpy(copy, text, length);
        one_damaged_study(copy, damage(copy, length), &parses, &reads);
        parsed_well += parses;
        read_far += reads;
    }
    /* Else the mutations would try the parser alone. */
    assert_in_range(parsed_well, count / 10, count - count / 10);
    assert_in_range(read_far, count / 20, parsed_well - count / 20);
    free(text);
    free(copy);
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 2000;
    if (argc > 2)
        random_state = strtoull(argv[2], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_quickstart_study_is_read_and_survives_emit),
        cmocka_unit_test_prestate(a_damaged_study_gives_success_or_one_line, &count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
