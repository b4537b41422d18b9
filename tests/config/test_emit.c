/* Canonical YAML and the comparison of studies. The emitted text is read back
 * and must be the same study, for fixed cases and for random trees. */
#include "config/support.h"

#include <math.h>
#include <stdio.h>

static char *emitted(const kl_config *config)
{
    char *text = NULL;
    kl_error err = {0};
    assert_int_equal(kl_config_emit(config, &text, &err), KL_OK);
    return text;
}

static void gives(const char *text, const char *expected)
{
    kl_config *config = parsed(text);
    char *first = emitted(config);
    assert_string_equal(first, expected);
    kl_config *again = parsed(first);
    char *second = emitted(again), difference[100];
    assert_string_equal(second, first);
    assert_true(kl_config_same(config, again, difference, sizeof difference));
    kl_config_destroy(&config);
    kl_config_destroy(&again);
    free(first);
    free(second);
}

static void the_layout_is_canonical(void **state)
{
    (void)state;
    gives("{}", "{}\n");
    gives("b: {c: [1, 2.50, 1.0e-5], d: {}}\n'a': [[1, 0], [0, 1]]\n",
          "b:\n  c: [1, 2.5, 1.0e-05]\n  d: {}\na: [[1, 0], [0, 1]]\n");
    gives(
        "o: [{n: x, p: {q: 1}}, {}, [y, {z: [1]}], []]\ne: []\n",
        "o:\n  - \"n\": x\n    p:\n      q: 1\n  - {}\n  - - \"y\"\n    - z: [1]\n  - []\ne: []\n");
}

static void strings_have_quotes_where_they_need_them(void **state)
{
    (void)state;
    gives(
        "a: \"front\"\nb: \"8\"\nc: '0.5'\nd: \"true\"\ne: \"null\"\nf: two words\ng: ''\nh: .nan\n"
        "i: \"nan\"\nj: ~\nk: \"1e5\"\nl: \"0x1f\"\nm: True\nn: a-b/c.d_e+1\n",
        "a: front\nb: \"8\"\nc: \"0.5\"\nd: \"true\"\ne: \"null\"\nf: \"two words\"\ng: \"\"\nh: "
        ".nan\n"
        "i: \"nan\"\nj: null\nk: \"1e5\"\nl: \"0x1f\"\nm: true\n\"n\": a-b/c.d_e+1\n");
    gives("a: [\"a, b\", \"c]\", \"d: e\", \"#f\", \"-\", \"'\"]\n",
          "a: [\"a, b\", \"c]\", \"d: e\", \"#f\", \"-\", \"'\"]\n");
    gives(
        "a: "
        "\"q\\\"b\\\\s\\n\\t\\0\\x7f\\u0085\\u2028\\ufeff\xC3\xA4\xE2\x88\x82\xF0\x9D\x9B\xB9\"\n",
        "a: \"q\\\"b\\\\s\\u000a\\u0009\\u0000\\u007f\\u0085\\u2028\\ufeff"
        "\xC3\xA4\xE2\x88\x82\xF0\x9D\x9B\xB9\"\n");
    gives("a: |\n  two\n  lines\n", "a: \"two\\u000alines\\u000a\"\n");
    gives("\"8\": 1\n\"a b\": 2\n\"null\": 3\n? \"- x\"\n: 4\n",
          "\"8\": 1\n\"a b\": 2\n\"null\": 3\n\"- x\": 4\n");
}

static void numbers_have_one_spelling(void **state)
{
    (void)state;
    gives("a: [010, +7, -0, -012, 18446744073709551615]",
          "a: [10, 7, 0, -12, 18446744073709551615]\n");
    gives("a: [1e5, 5., .5, 1.0E-5, 100000.000, 2e1, -0.0, 0.30, 1e100, 123456789.25]",
          "a: [100000.0, 5.0, 0.5, 1.0e-05, 100000.0, 20.0, -0.0, 0.3, 1.0e+100, 123456789.25]\n");
    gives("a: [0.1000000000000000055511151231257827, 1.7976931348623157e308, 5e-324]",
          "a: [0.1, 1.7976931348623157e+308, 4.94066e-324]\n");
    gives("a: [100000000000000000000000, 1e999]", "a: [100000000000000000000000, 1e999]\n");
}

static void words_that_are_truths_elsewhere_have_quotes(void **state)
{
    (void)state;
    gives("a: [on, Off, yes, NO, y, N, true, FALSE, one, nothing]\non: 1\n",
          "a: [\"on\", \"Off\", \"yes\", \"NO\", \"y\", \"N\", true, false, one, nothing]\n"
          "\"on\": 1\n");
    gives("a: [2026-11-20, 1:30, 0b1, 1_000, 0x]",
          "a: [\"2026-11-20\", \"1:30\", \"0b1\", \"1_000\", \"0x\"]\n");
}

/* A key of 100 bytes that all need escapes stays within libyaml's 1024 for a key on one line. */
static void a_long_key_survives(void **state)
{
    char text[400] = "\"", *out;
    (void)state;
    for (int i = 0; i < 33; i++)
        strcat(text, "\\u2028");
    strcat(text, "\": 1\n");
    kl_config *config = parsed(text);
    out = emitted(config);
    assert_string_equal(out, text);
    free(out);
    kl_config_destroy(&config);
}

static bool same(const char *a, const char *b, char difference[200])
{
    kl_config *x = parsed(a), *y = parsed(b);
    strcpy(difference, "untouched");
    bool result = kl_config_same(x, y, difference, 200);
    kl_config_destroy(&x);
    kl_config_destroy(&y);
    return result;
}

static void equal_studies_may_be_written_differently(void **state)
{
    static const char *const pairs[][2] = {
        {"a: 1\nb: {c: 2, d: 3}\n", "b:\n  d: 3\n  c: 2\na: 1\n"},
        {"a: 0.30", "a: .3"},
        {"a: 1.0e-5", "a: 1E-5"},
        {"a: 1", "a: 1.0"},
        {"a: +007", "a: 7"},
        {"a: -0", "a: 0"},
        {"a: 18446744073709551615", "a: +18446744073709551615"},
        {"a: 100000000000000000000000", "a: 1e23"},
        {"a: word", "a: \"word\""},
        {"a: True", "a: true"},
        {"a: ~", "a: null"},
        {"a: 0.3", "a: [0.30]"},
        {"a: [word]", "a: word"},
    };
    char difference[200];
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_true(same(pairs[i][0], pairs[i][1], difference));
        assert_true(same(pairs[i][1], pairs[i][0], difference));
        assert_string_equal(difference, "untouched");
    }
}

static void the_first_difference_is_named_with_both_values(void **state)
{
    static const struct {
        const char *a, *b, *difference;
    } cases[] = {
        {"eta: [0.4, 0.3]", "eta: [0.4, 0.25]", "eta.1: 0.3 here, 0.25 there"},
        {"t: [1, 2]", "t: [1, 2, 3]", "t.2: nothing here, 3 there"},
        {"t: [1, 2, 3]", "t: [1, 2]", "t.2: 3 here, nothing there"},
        {"a: 1\nb: 2", "a: 1\nb: 2\nc: {d: [x, 'y z']}",
         "c: nothing here, {d: [x, \"y z\"]} there"},
        {"a: 1\nb: 2", "b: 3", "a: 1 here, nothing there"},
        {"a: {b: 1}", "a: {b: {c: 1}}", "a.b: 1 here, {c: 1} there"},
        {"a: '8'", "a: 8", "a: \"8\" here, 8 there"},
        {"a: 9007199254740993", "a: 9007199254740992",
         "a: 9007199254740993 here, 9007199254740992 there"},
        {"a: 18446744073709551615", "a: 18446744073709551614",
         "a: 18446744073709551615 here, 18446744073709551614 there"},
        {"a: -1", "a: 1", "a: -1 here, 1 there"},
        {"a: true", "a: false", "a: true here, false there"},
        {"a: word", "a: Word", "a: word here, Word there"},
        {"a: [1]", "a: [[1, 2]]", "a.0: 1 here, [1, 2] there"},
        {"o: [{n: 1}, {n: 2}]", "o: [{n: 1}, {n: 3}]", "o.1.n: 2 here, 3 there"},
    };
    char difference[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(same(cases[i].a, cases[i].b, difference));
        assert_string_equal(difference, cases[i].difference);
    }
}

typedef struct study {
    int64_t a;
    kl_reals times;
    kl_node *limit, *b;
} study;
static const kl_key below_table[] = {{.name = "times", KL_REALS_AT(study, times)}, {0}};
static const kl_key study_table[] = {
    {.name = "a", KL_INT_AT(study, a)},
    {.name = "times", KL_REALS_AT(study, times), .flags = KL_FREE, .fallback = "5"},
    {.name = "limit", KL_MAP_AT(study, limit), .flags = KL_FREE},
    {.name = "b", KL_MAP_AT(study, b)},
    {0}};

static kl_config *read_both_tables(const char *text)
{
    study s = {0};
    kl_error err = {0};
    kl_config *config = read_well(text, study_table, &s);
    if (s.b)
        assert_int_equal(kl_config_read(s.b, below_table, &s, &err), KL_OK);
    return config;
}

static bool same_when_read(const char *a, const char *b, char difference[200])
{
    kl_config *x = read_both_tables(a), *y = read_both_tables(b);
    bool result = kl_config_same(x, y, difference, 200);
    kl_config_destroy(&x);
    kl_config_destroy(&y);
    return result;
}

static void what_samples_do_not_depend_on_may_differ(void **state)
{
    char difference[200];
    (void)state;
    assert_true(same_when_read("times: 1\na: 1", "a: 1\ntimes: [2, 3]", difference));
    assert_true(same_when_read("times: 1\na: 1", "a: 1", difference));
    assert_true(same_when_read("limit: {e: 1, f: {g: 2}}", "limit: {e: 2}", difference));
    assert_true(same_when_read("limit: {e: 1}", "{}", difference));
    assert_true(same_when_read("{}", "limit: {e: 1}", difference));
    assert_false(same_when_read("times: 1\na: 1", "times: 1\na: 2", difference));
    assert_string_equal(difference, "a: 1 here, 2 there");
    assert_false(same_when_read("b: {times: 1}", "b: {times: 2}", difference));
    assert_string_equal(difference, "b.times: 1 here, 2 there");
    assert_false(same("times: 1", "times: 2", difference)); /* no table has read them */
}

static void a_difference_fits_any_buffer(void **state)
{
    char text[400], guarded[64];
    (void)state;
    memset(text, 'x', sizeof text);
    memcpy(text, "a: ", 3);
    text[sizeof text - 1] = '\0';
    kl_config *a = parsed(text), *b = parsed("a: y");
    for (size_t size = 0; size < 50; size++) {
        memset(guarded, '#', sizeof guarded);
        assert_false(kl_config_same(a, b, guarded, size));
        assert_true(size == 0 || strlen(guarded) < size);
        assert_int_equal(guarded[size], '#');
    }
    kl_config_destroy(&a);
    kl_config_destroy(&b);
}

typedef struct random_text {
    uint64_t state;
    size_t used;
    char text[20000];
} random_text;

static unsigned draw(random_text *r, unsigned below)
{
    r->state = r->state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((r->state >> 33) % below);
}

static void put(random_text *r, const char *piece)
{
    size_t n = strlen(piece);
    assert_true(r->used + n < sizeof r->text);
    memcpy(r->text + r->used, piece, n + 1);
    r->used += n;
}

/* A random value in flow style, with strings of awkward characters. */
static void put_value(random_text *r, int depth)
{
    static const char *const pieces[] = {
        "a", "-",   ":",        " ",       "#",           "\\n", "\\\\", "\\\"", ",",   "]",
        "}", "\\0", "0",        "1e5",     ".",           "~",   "null", "yes",  "\\t", "\\u2028",
        "%", "@",   "`",        "'",       "?",           "!",   "&",    "*",    "|",   ">",
        "{", "[",   "\xC3\xA4", "\\ud7ff", "\\U0010ffff", "<<",  "=",    "---",  "...", "\\x85"};
    char key[24];
    unsigned kind = draw(r, depth < 5 ? 6 : 4), n = draw(r, 4);
    if (kind < 2) {
        snprintf(key, sizeof key, "%d.%ue-%u", (int)draw(r, 200) - 100, draw(r, 1000), draw(r, 30));
        put(r, key);
    } else if (kind < 4) {
        put(r, "\"");
        for (unsigned i = 0; i < n; i++)
            put(r, pieces[draw(r, sizeof pieces / sizeof *pieces)]);
        put(r, "\"");
    } else {
        put(r, kind == 4 ? "[" : "{");
        for (unsigned i = 0; i < n; i++) {
            snprintf(key, sizeof key, "\"%s%u\": ", i % 2 ? "k" : "- ", i);
            put(r, i ? ", " : "");
            put(r, kind == 4 ? "" : key);
            put_value(r, depth + 1);
        }
        put(r, kind == 4 ? "]" : "}");
    }
}

static void random_trees_survive_emit_and_parse(void **state)
{
    random_text *r = malloc(sizeof *r);
    (void)state;
    assert_non_null(r);
    r->state = 20261120;
    for (int i = 0; i < 2000; i++) {
        char difference[200] = "";
        r->used = 0;
        put(r, "{x: ");
        put_value(r, 1);
        put(r, ", y: ");
        put_value(r, 1);
        put(r, "}");
        kl_config *config = parsed(r->text);
        char *text = emitted(config);
        kl_config *again = parsed(text);
        char *twice = emitted(again);
        if (!kl_config_same(config, again, difference, sizeof difference))
            fail_msg("%s", difference);
        assert_string_equal(twice, text);
        kl_config_destroy(&config);
        kl_config_destroy(&again);
        free(text);
        free(twice);
    }
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_layout_is_canonical),
        cmocka_unit_test(strings_have_quotes_where_they_need_them),
        cmocka_unit_test(numbers_have_one_spelling),
        cmocka_unit_test(words_that_are_truths_elsewhere_have_quotes),
        cmocka_unit_test(a_long_key_survives),
        cmocka_unit_test(equal_studies_may_be_written_differently),
        cmocka_unit_test(the_first_difference_is_named_with_both_values),
        cmocka_unit_test(what_samples_do_not_depend_on_may_differ),
        cmocka_unit_test(a_difference_fits_any_buffer),
        cmocka_unit_test(random_trees_survive_emit_and_parse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
