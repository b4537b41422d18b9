/* Numbers, strings, choices: what each type of key takes, to the last bit, and
 * the exact message for what it refuses. */
#include "config/support.h"

#include <float.h>
#include <math.h>
#include <stdio.h>

typedef struct values {
    int64_t i;
    uint64_t u;
    double r;
    bool b;
    const char *s;
    int c;
} values;

static const char *const colours[] = {"red", "green", "blue", NULL};

static const kl_key table[] = {
    {.name = "i", .type = KL_KEY_INT, .offset = offsetof(values, i)},
    {.name = "u", .type = KL_KEY_UINT64, .offset = offsetof(values, u)},
    {.name = "r", .type = KL_KEY_REAL, .offset = offsetof(values, r)},
    {.name = "b", .type = KL_KEY_BOOL, .offset = offsetof(values, b)},
    {.name = "s", .type = KL_KEY_STRING, .offset = offsetof(values, s)},
    {.name = "c", .type = KL_KEY_CHOICE, .offset = offsetof(values, c), .choices = colours},
    {.name = "eta",
     .type = KL_KEY_REAL,
     .offset = offsetof(values, r),
     .range = KL_RANGED | KL_LOW_OPEN,
     .low = 0,
     .high = 2},
    {.name = "half",
     .type = KL_KEY_REAL,
     .offset = offsetof(values, r),
     .range = KL_RANGED | KL_HIGH_OPEN,
     .low = -0.5,
     .high = 0.1},
    {.name = "positive",
     .type = KL_KEY_REAL,
     .offset = offsetof(values, r),
     .range = KL_RANGED | KL_LOW_OPEN,
     .low = 0,
     .high = INFINITY},
    {.name = "count",
     .type = KL_KEY_INT,
     .offset = offsetof(values, i),
     .range = KL_RANGED,
     .low = 1,
     .high = INFINITY},
    {.name = "day",
     .type = KL_KEY_UINT64,
     .offset = offsetof(values, u),
     .range = KL_RANGED,
     .low = 1,
     .high = 366},
    {0}};

static values read_one(const char *text)
{
    values v = {0};
    kl_config *config = read_well(text, table, &v);
    kl_config_destroy(&config);
    return v;
}

static void refused(const char *text, const char *message)
{
    values v;
    refuses_to_read(text, table, &v, message);
}

static void an_integer_key_takes_all_of_64_bits_exactly(void **state)
{
    (void)state;
    assert_true(read_one("i: 9223372036854775807").i == INT64_MAX);
    assert_true(read_one("i: -9223372036854775808").i == INT64_MIN);
    assert_true(read_one("i: +7").i == 7);
    assert_true(read_one("i: -0").i == 0);
    assert_true(read_one("i: 0012").i == 12);
    assert_true(read_one("u: 18446744073709551615").u == UINT64_MAX);
    assert_true(read_one("u: 9223372036854775809").u == (UINT64_C(1) << 63) + 1);
    assert_true(read_one("u: -0").u == 0);
}

static void an_integer_beyond_64_bits_is_refused(void **state)
{
    (void)state;
    refused("i: 9223372036854775808", "study.yaml:1: i: 9223372036854775808 is not allowed: "
                                      "must be in [-9223372036854775808, 9223372036854775807]");
    refused("i: -9223372036854775809", "study.yaml:1: i: -9223372036854775809 is not allowed: "
                                       "must be in [-9223372036854775808, 9223372036854775807]");
    refused("u: 18446744073709551616", "study.yaml:1: u: 18446744073709551616 is not allowed: "
                                       "must be in [0, 18446744073709551615]");
    refused("u: 99999999999999999999999",
            "study.yaml:1: u: 99999999999999999999999 is not allowed: "
            "must be in [0, 18446744073709551615]");
    refused("u: -1", "study.yaml:1: u: -1 is not allowed: must be in [0, 18446744073709551615]");
}

static void an_integer_key_refuses_what_is_not_a_decimal_integer(void **state)
{
    static const struct {
        const char *value, *shown;
    } bad[] = {
        {"32.0", "32.0 (a real number)"},
        {"1e3", "1e3 (a real number)"},
        {"0x10", "0x10 (not a decimal number)"},
        {"-0x1F", "-0x1F (not a decimal number)"},
        {"0o17", "0o17 (not a decimal number)"},
        {"1_000", "1_000 (a string)"},
        {"\"8\"", "\"8\" (a string)"},
        {"'8'", "\"8\" (a string)"},
        {"true", "true (a boolean)"},
        {"8 apples", "8 apples (a string)"},
        {"--8", "--8 (a string)"},
        {"8-", "8- (a string)"},
        {".inf", ".inf (not a finite number)"},
        {"[8]", "a list"},
        {"{a: 8}", "a map"},
        {"", "an empty value"},
        {"~", "an empty value"},
        {"null", "an empty value"},
    };
    (void)state;
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        char text[64], message[128];
        snprintf(text, sizeof text, "i: %s", bad[n].value);
        snprintf(message, sizeof message, "study.yaml:1: i: %s is not allowed: must be an integer",
                 bad[n].shown);
        refused(text, message);
    }
}

static void a_real_key_takes_every_decimal_form_and_integers(void **state)
{
    (void)state;
    assert_true(read_one("r: 1.0e-5").r == 1.0e-5);
    assert_true(read_one("r: 1e-5").r == 1e-5);
    assert_true(read_one("r: 1E+5").r == 1e5);
    assert_true(read_one("r: .5").r == 0.5);
    assert_true(read_one("r: -.5e1").r == -5);
    assert_true(read_one("r: 5.").r == 5);
    assert_true(read_one("r: +0.1").r == 0.1);
    assert_true(read_one("r: -3").r == -3);
    assert_true(read_one("r: 123456789012345678901234567890").r ==
                123456789012345678901234567890.0);
    assert_true(read_one("r: 1.7976931348623157e308").r == DBL_MAX);
    assert_true(read_one("r: 4.9406564584124654e-324").r == 0x1p-1074);
    assert_true(read_one("r: 0e-999999").r == 0);
    assert_true(signbit(read_one("r: -0.0").r));
}

static void a_real_key_refuses_what_is_not_finite(void **state)
{
    static const char *const bad[] = {".nan", ".NaN", ".inf",      "-.inf", "+.INF",
                                      "nan",  "inf",  "-Infinity", "1e309", "-1e999"};
    (void)state;
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        char text[64], message[128];
        snprintf(text, sizeof text, "\n\neta: %s", bad[n]);
        snprintf(message, sizeof message,
                 "study.yaml:3: eta: %s is not a finite number: must be a number in (0, 2]",
                 bad[n]);
        refused(text, message);
    }
    refused("r: 1e-400", "study.yaml:1: r: 1e-400 is too close to 0 for double precision");
}

static void a_real_key_refuses_what_is_not_a_number(void **state)
{
    static const struct {
        const char *value, *shown;
    } bad[] = {
        {"abc", "abc (a string)"},
        {"'0.3'", "\"0.3\" (a string)"},
        {"1e", "1e (a string)"},
        {".", ". (a string)"},
        {"e5", "e5 (a string)"},
        {"1.2.3", "1.2.3 (a string)"},
        {"0.3 ~", "0.3 ~ (a string)"},
        {"1,5", "1,5 (a string)"},
        {"0x1p-3", "0x1p-3 (a string)"},
        {"1d-5", "1d-5 (a string)"},
        {"[0.3]", "a list"},
        {"false", "false (a boolean)"},
        {"Null", "an empty value"},
    };
    (void)state;
    for (size_t n = 0; n < sizeof bad / sizeof *bad; n++) {
        char text[64], message[128];
        snprintf(text, sizeof text, "eta: %s", bad[n].value);
        snprintf(message, sizeof message,
                 "study.yaml:1: eta: %s is not allowed: must be a number in (0, 2]", bad[n].shown);
        refused(text, message);
    }
}

static void ranges_hold_their_ends_as_declared_and_print_them(void **state)
{
    (void)state;
    assert_true(read_one("eta: 2").r == 2);
    assert_true(read_one("eta: 1e-300").r == 1e-300);
    assert_true(read_one("half: -0.5").r == -0.5);
    assert_true(read_one("count: 1").i == 1);
    assert_true(read_one("day: 366").u == 366);
    refused("eta: -0.3", "study.yaml:1: eta: -0.3 is not allowed: must be in (0, 2]");
    refused("eta: 0", "study.yaml:1: eta: 0 is not allowed: must be in (0, 2]");
    refused("eta: 2.0000000000000005",
            "study.yaml:1: eta: 2.0000000000000005 is not allowed: must be in (0, 2]");
    refused("i: 1\neta:\n\n  -0.3", "study.yaml:2: eta: -0.3 is not allowed: must be in (0, 2]");
    refused("half: 0.1", "study.yaml:1: half: 0.1 is not allowed: must be in [-0.5, 0.1)");
    refused("positive: 0.0", "study.yaml:1: positive: 0.0 is not allowed: must be > 0");
    refused("count: 0", "study.yaml:1: count: 0 is not allowed: must be >= 1");
    refused("count: x",
            "study.yaml:1: count: x (a string) is not allowed: must be an integer >= 1");
    refused("day: 367", "study.yaml:1: day: 367 is not allowed: must be in [1, 366]");
}

static void a_boolean_is_true_or_false(void **state)
{
    (void)state;
    assert_true(read_one("b: true").b);
    assert_true(read_one("b: TRUE").b);
    assert_false(read_one("b: False").b);
    refused("b: yes", "study.yaml:1: b: yes (a string) is not allowed: must be true or false");
    refused("b: 1", "study.yaml:1: b: 1 (an integer) is not allowed: must be true or false");
    refused("b: 'true'",
            "study.yaml:1: b: \"true\" (a string) is not allowed: must be true or false");
}

static void a_string_key_takes_words_and_anything_in_quotes(void **state)
{
    static const struct {
        const char *text, *value;
    } good[] = {
        {"s: front", "front"},  {"s: \"8\"", "8"},
        {"s: '0.5'", "0.5"},    {"s: \"null\"", "null"},
        {"s: yes", "yes"},      {"s: two words", "two words"},
        {"s: 'it''s'", "it's"}, {"s: \"\\u00e4\"", "\xC3\xA4"},
    };
    (void)state;
    for (size_t n = 0; n < sizeof good / sizeof *good; n++) {
        values v;
        kl_config *config = read_well(good[n].text, table, &v);
        assert_string_equal(v.s, good[n].value);
        kl_config_destroy(&config);
    }
    refused("s: 8", "study.yaml:1: s: 8 is not allowed: must be a string: put it in quotes");
    refused("s: true", "study.yaml:1: s: true is not allowed: must be a string: put it in quotes");
    refused("s:", "study.yaml:1: s: an empty value is not allowed: must be a string");
    refused("s: [a]", "study.yaml:1: s: a list is not allowed: must be a string");
    refused("s: ''",
            "study.yaml:1: s: \"\" is not allowed: must be a string of at least one character");
    refused("s: \"a\\nb\"", "study.yaml:1: s: \"a\\nb\" is not allowed: "
                            "must be a string of one line without control characters");
    refused("s: \"a\\0b\"", "study.yaml:1: s: \"a\\x00b\" is not allowed: "
                            "must be a string of one line without control characters");
}

static void a_choice_is_an_index_and_a_slip_is_guessed(void **state)
{
    (void)state;
    assert_int_equal(read_one("c: red").c, 0);
    assert_int_equal(read_one("c: 'blue'").c, 2);
    refused("c: yellow", "study.yaml:1: c: yellow is not allowed: must be one of red, green, blue");
    refused("c: gren", "study.yaml:1: c: gren is not allowed: "
                       "must be one of red, green, blue (did you mean green?)");
    refused("c: Red", "study.yaml:1: c: Red is not allowed: "
                      "must be one of red, green, blue (did you mean red?)");
    refused("c: 5", "study.yaml:1: c: 5 is not allowed: must be one of red, green, blue");
    refused("c: ~", "study.yaml:1: c: an empty value is not allowed: "
                    "must be one of red, green, blue");
    refused("c: \"red\\0\"", "study.yaml:1: c: \"red\\x00\" is not allowed: "
                             "must be one of red, green, blue (did you mean red?)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_integer_key_takes_all_of_64_bits_exactly),
        cmocka_unit_test(an_integer_beyond_64_bits_is_refused),
        cmocka_unit_test(an_integer_key_refuses_what_is_not_a_decimal_integer),
        cmocka_unit_test(a_real_key_takes_every_decimal_form_and_integers),
        cmocka_unit_test(a_real_key_refuses_what_is_not_finite),
        cmocka_unit_test(a_real_key_refuses_what_is_not_a_number),
        cmocka_unit_test(ranges_hold_their_ends_as_declared_and_print_them),
        cmocka_unit_test(a_boolean_is_true_or_false),
        cmocka_unit_test(a_string_key_takes_words_and_anything_in_quotes),
        cmocka_unit_test(a_choice_is_an_index_and_a_slip_is_guessed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
