/* What tables of other programs may say, and the JSON Schema must still be JSON: defaults in any
 * YAML, maps without tables. The rest of the schema is tested with the program. */
#include "config/support.h"

#include "config/schema.h"

typedef struct keys {
    const char *system, *word;
    double real;
    kl_ints ints;
    kl_reals reals;
    kl_node *map, *node;
    kl_nodes maps;
    int choice;
} keys;

static const char *const words[] = {"on", "off", NULL};
static const kl_key table[] = {
    {.name = "system", KL_STRING_AT(keys, system)},
    {.name = "word", KL_STRING_AT(keys, word), .fallback = "'1e5'"},
    {.name = "choice", KL_CHOICE_AT(keys, choice, words), .fallback = "on"},
    {.name = "real", KL_REAL_AT(keys, real), .fallback = "+.5"},
    {.name = "ints", KL_INTS_AT(keys, ints), .fallback = "[010, -0]"},
    {.name = "reals", KL_REALS_AT(keys, reals), .fallback = "\n- 1e-5\n- 2."},
    {.name = "map", KL_MAP_AT(keys, map), .fallback = "{shape: on, say: \"a\\\"b\", p: [1, True]}"},
    {.name = "node", KL_NODE_AT(keys, node), .fallback = "[unclosed"},
    {.name = "maps", KL_MAPS_AT(keys, maps)},
    {0}};

enum { SIZE = 8192 };

static void schema(char text[SIZE])
{
    FILE *out = fmemopen(text, SIZE, "w");
    const kl_study_kind kind = {"toy", "a toy", (const kl_key *const[]){table, NULL}};
    kl_schema_of_kind(&kind, out);
    assert_int_equal(fclose(out), 0);
}

/* The text of `name`'s schema. */
static void is(const char *name, const char *wanted)
{
    char start[64], text[SIZE];
    schema(text);
    snprintf(start, sizeof start, "    \"%s\": {\n", name);
    char *at = strstr(text, start);
    assert_non_null(at);
    at += strlen(start);
    char *end = strstr(at, "\n    }");
    assert_non_null(end);
    *end = 0;
    assert_string_equal(at, wanted);
}

static void defaults_are_json_whatever_yaml_they_are(void **state)
{
    (void)state;
    is("word", "      \"default\": \"1e5\",\n      \"type\": \"string\",\n      \"minLength\": 1");
    is("choice",
       "      \"default\": \"on\",\n      \"enum\": [\n        \"on\",\n        \"off\"\n      ]");
    is("real", "      \"default\": 0.5,\n      \"type\": \"number\"");
    char text[SIZE];
    schema(text);
    assert_non_null(strstr(text, "\"default\": [10, 0],"));
    assert_non_null(strstr(text, "\"default\": [1.0e-05, 2.0],"));
}

static void a_map_without_tables_is_any_map(void **state)
{
    (void)state;
    is("map", "      \"default\": {\"shape\": \"on\", \"say\": \"a\\\"b\", \"p\": [1, true]},\n"
              "      \"type\": \"object\"");
    is("maps",
       "      \"type\": \"array\",\n      \"items\": {\n        \"type\": \"object\"\n      },\n"
       "      \"minItems\": 1");
}

static void a_default_that_cannot_be_read_is_left_out(void **state)
{
    (void)state;
    char text[SIZE];
    schema(text);
    assert_non_null(strstr(text, "\"node\": {}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_json_whatever_yaml_they_are),
        cmocka_unit_test(a_map_without_tables_is_any_map),
        cmocka_unit_test(a_default_that_cannot_be_read_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
