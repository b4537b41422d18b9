/* What is a study file and what is not: every refusal by its exact message. */
#include "config/support.h"

#include <stdio.h>

static void refused(const char *text, const char *message)
{
    refuses_to_parse(text, strlen(text), message);
}

/* The end of the message is libyaml's own wording. */
static void malformed(const char *text, const char *start)
{
    kl_config *config;
    kl_error err = {0};
    assert_int_equal(kl_config_parse("study.yaml", text, strlen(text), &config, &err), KL_INPUT);
    assert_null(config);
    assert_true(strlen(err.message) > strlen(start) + 10);
    err.message[strlen(start)] = '\0';
    assert_string_equal(err.message, start);
}

static void malformed_yaml_is_named_with_its_line(void **state)
{
    (void)state;
    malformed("a: 1\neta: [0.4, 0.3\nb: 2\n", "study.yaml:3: not valid YAML: ");
    malformed("a: 1\n\tb: 2\n", "study.yaml:2: not valid YAML: ");
    malformed("a: \"open\n", "study.yaml:2: not valid YAML: ");
    malformed("a: b: c\n", "study.yaml:1: not valid YAML: ");
    malformed("a: [1]]\n", "study.yaml:1: not valid YAML: ");
    malformed("a: 1\n  b: 2\n", "study.yaml:2: not valid YAML: ");
    malformed("a: {b: 1\n\n\n", "study.yaml:4: not valid YAML: ");
}

static void text_that_is_not_utf8_is_refused(void **state)
{
    (void)state;
    malformed("a: 1\nb: \xC3(\n", "study.yaml:2: not UTF-8 text: ");
    malformed("a: \xFF\n", "study.yaml:1: not UTF-8 text: ");
    malformed("a: \xC0\xAF\n", "study.yaml:1: not UTF-8 text: ");
    malformed("a: \xED\xA0\x80\n", "study.yaml:1: not UTF-8 text: ");
    malformed("a: \x01\n", "study.yaml:1: not UTF-8 text: ");
    kl_config *config;
    assert_int_equal(kl_config_parse("study.yaml", "a: 1\0b\n", 7, &config, NULL), KL_INPUT);
    assert_null(config);
}

static void duplicate_keys_are_refused_wherever_they_are(void **state)
{
    (void)state;
    refused("eta: 1\nbox: 2\neta: 3\n", "study.yaml:3: eta: the key comes twice, first on line 1");
    refused("l:\n  - {a: 1}\n  - {b: 1,\n     c: 2, \"b\": 3}\n",
            "study.yaml:4: l.1.b: the key comes twice, first on line 3");
    /* The first repetition in the order of the file, not of the alphabet. */
    refused("z: 1\nb: 1\nz: 2\nb: 2\n", "study.yaml:3: z: the key comes twice, first on line 1");
}

static void anchors_aliases_tags_and_merges_are_refused(void **state)
{
    (void)state;
    refused("a: &x 1\n", "study.yaml:1: a: anchors (&name) are not allowed");
    refused("a: 1\nb: &x [1]\n", "study.yaml:2: b: anchors (&name) are not allowed");
    refused("b: &x {c: 1}\n", "study.yaml:1: b: anchors (&name) are not allowed");
    refused("b: *x\n", "study.yaml:1: b: aliases (*name) are not allowed");
    refused("b: [1, *x]\n", "study.yaml:1: b.1: aliases (*name) are not allowed");
    refused("b: !!str 1\n", "study.yaml:1: b: tags (!name) are not allowed");
    refused("b: !mine [1]\n", "study.yaml:1: b: tags (!name) are not allowed");
    refused("c:\n  <<: *x\n", "study.yaml:2: c.<<: aliases (*name) are not allowed");
}

static void only_one_document_that_is_a_map_is_a_study(void **state)
{
    (void)state;
    refused("", "study.yaml:1: the file is empty: must be a map of keys");
    refused("# only a comment\n\n", "study.yaml:1: the file is empty: must be a map of keys");
    refused("---\n", "study.yaml:1: the file is empty: must be a map of keys");
    refused("- 1\n- 2\n", "study.yaml:1: a list is not allowed: must be a map of keys");
    refused("\nhello\n", "study.yaml:2: hello (a string) is not allowed: must be a map of keys");
    refused("a: 1\n---\nb: 2\n", "study.yaml:2: a second document (---) is not allowed");
}

static void keys_are_words(void **state)
{
    char text[300];
    (void)state;
    refused("? [a]\n: 1\n", "study.yaml:1: a key must be a word, not a list or a map");
    refused("a:\n  {? {b: 1} : 2}\n", "study.yaml:2: a: a key must be a word, not a list or a map");
    refused("\"\": 1\n", "study.yaml:1: a key is empty");
    refused("\"a\\nb\": 1\n", "study.yaml:1: a key has a control character");
    snprintf(text, sizeof text, "%0101d: 1\n", 7);
    refused(text, "study.yaml:1: a key is longer than 100 bytes");
    snprintf(text, sizeof text, "%0100d: 1\n", 7);
    kl_config *config = parsed(text);
    kl_config_destroy(&config);
}

static void nesting_beyond_16_is_refused(void **state)
{
    (void)state;
    kl_config *config = parsed("a: [[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]\n"); /* 15 lists in the root */
    kl_config_destroy(&config);
    refused("a: [[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]\n",
            "study.yaml:1: a.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0: "
            "maps and lists must not be nested deeper than 16");
}

static void more_than_16_megabytes_are_refused(void **state)
{
    const size_t size = 16000001;
    char *text = malloc(size);
    (void)state;
    assert_non_null(text);
    memset(text, '\n', size);
    memcpy(text, "a: 1", 4);
    kl_config *config;
    kl_error err = {0};
    assert_int_equal(kl_config_parse("study.yaml", text, size - 1, &config, &err), KL_OK);
    kl_config_destroy(&config);
    refuses_to_parse(text, size, "study.yaml: 16.0 MB is not allowed: must be at most 16 MB");
    free(text);
}

static void a_byte_order_mark_and_crlf_are_no_obstacle(void **state)
{
    int64_t into[2] = {0};
    const kl_key table[] = {{.name = "a", .type = KL_KEY_INT, .offset = 0},
                            {.name = "b", .type = KL_KEY_INT, .offset = sizeof into[0]},
                            {0}};
    (void)state;
    kl_config *config = read_well("\xEF\xBB\xBF"
                                  "a: 1\r\nb: 2\r\n",
                                  table, &into);
    assert_int_equal(into[0], 1);
    assert_int_equal(into[1], 2);
    kl_config_destroy(&config);
}

static void a_message_is_one_short_line_whatever_is_in_the_file(void **state)
{
    enum { LONG = 5000 };
    char *text = malloc(LONG + 20), *name = malloc(LONG + 1);
    (void)state;
    assert_non_null(text);
    assert_non_null(name);
    memset(name, 'n', LONG);
    memcpy(name, "a\nb\x1b[31m", 8);
    strcpy(name + LONG - 10, "\xff/end\n.yml");
    strcpy(text, "n: \"");
    memset(text + 4, 'x', LONG);
    strcpy(text + 4 + LONG, "\"\n");
    int64_t into;
    const kl_key table[] = {{.name = "n", .type = KL_KEY_INT}, {0}};
    kl_config *config;
    kl_error err = {0};
    assert_int_equal(kl_config_parse(name, text, strlen(text), &config, &err), KL_OK);
    assert_int_equal(kl_config_read(kl_config_root(config), table, &into, &err), KL_INPUT);
    assert_non_null(strstr(err.message, "nnn\\xff/end\\n.yml:1: n: \"xxxxx"));
    assert_non_null(strstr(err.message, "xxx...\" (a string) is not allowed: must be an integer"));
    assert_true(strlen(err.message) < 500);
    for (const char *c = err.message; *c; c++)
        assert_true(*c >= ' ' && *c < 0x7F);

    memset(text, 'y', LONG);
    text[LONG] = '\0';
    kl_config_fail(kl_config_root(config), text, &err, "%s", text);
    assert_true(strlen(err.message) <= 1000);
    assert_string_equal(err.message + strlen(err.message) - 6, "yyy...");
    kl_config_destroy(&config);
    free(text);
    free(name);
}

static void control_characters_of_a_value_are_shown_escaped(void **state)
{
    int64_t into;
    const kl_key table[] = {{.name = "n", .type = KL_KEY_INT}, {0}};
    (void)state;
    refuses_to_read(
        "n: \"a\\n\\t\\e\\0\\u202e\xC3\xA4\"\n", table, &into,
        "study.yaml:1: n: \"a\\n\\t\\x1b\\x00\\u202e\xC3\xA4\" (a string) is not allowed: "
        "must be an integer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(malformed_yaml_is_named_with_its_line),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(duplicate_keys_are_refused_wherever_they_are),
        cmocka_unit_test(anchors_aliases_tags_and_merges_are_refused),
        cmocka_unit_test(only_one_document_that_is_a_map_is_a_study),
        cmocka_unit_test(keys_are_words),
        cmocka_unit_test(nesting_beyond_16_is_refused),
        cmocka_unit_test(more_than_16_megabytes_are_refused),
        cmocka_unit_test(a_byte_order_mark_and_crlf_are_no_obstacle),
        cmocka_unit_test(a_message_is_one_short_line_whatever_is_in_the_file),
        cmocka_unit_test(control_characters_of_a_value_are_shown_escaped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
