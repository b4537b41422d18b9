/* Tables over a map: defaults, missing and unknown keys, several tables. */
#include "config/support.h"

#include <stdio.h>

typedef struct propagator {
    int method;
    double tolerance;
    int64_t degree;
} propagator;

typedef struct study {
    int64_t realizations;
    kl_reals moments;
    kl_node *propagator, *boltzmann;
    kl_nodes observables;
} study;

static const char *const methods[] = {"chebyshev", "splitting", NULL};

static const kl_key study_table[] = {
    {.name = "realizations",
     .type = KL_KEY_INT,
     .offset = offsetof(study, realizations),
     .flags = KL_REQUIRED,
     .range = KL_RANGED,
     .low = 1,
     .high = 1e9},
    {.name = "moments",
     .type = KL_KEY_REALS,
     .offset = offsetof(study, moments),
     .fallback = "[1, 2]"},
    {.name = "propagator",
     .type = KL_KEY_MAP,
     .offset = offsetof(study, propagator),
     .fallback = "{}"},
    {.name = "boltzmann", .type = KL_KEY_NODE, .offset = offsetof(study, boltzmann)},
    {.name = "observables", .type = KL_KEY_MAPS, .offset = offsetof(study, observables)},
    {0}};

static const kl_key propagator_table[] = {
    {.name = "method",
     .type = KL_KEY_CHOICE,
     .offset = offsetof(propagator, method),
     .choices = methods,
     .fallback = "splitting"},
    {.name = "tolerance",
     .type = KL_KEY_REAL,
     .offset = offsetof(propagator, tolerance),
     .fallback = "1.0e-5"},
    {.name = "degree", .type = KL_KEY_INT, .offset = offsetof(propagator, degree)},
    {0}};

static void refused_as_unknown(kl_config *config, const char *message)
{
    kl_error err = {0};
    assert_int_equal(kl_config_check_unknown(config, &err), KL_INPUT);
    assert_string_equal(err.message, message);
    kl_config_destroy(&config);
}

static void defaults_are_read_and_become_part_of_the_tree(void **state)
{
    study s = {0};
    propagator p = {.degree = 77};
    kl_error err = {0};
    char *text;
    (void)state;
    kl_config *config = read_well("realizations: 8\n", study_table, &s);
    assert_int_equal(s.moments.n, 2);
    assert_true(s.moments.v[1] == 2);
    assert_null(s.boltzmann);
    assert_int_equal(kl_config_read(s.propagator, propagator_table, &p, &err), KL_OK);
    assert_int_equal(p.method, 1);
    assert_true(p.tolerance == 1e-5);
    assert_int_equal(p.degree, 77); /* no default: the field stays */
    assert_true(kl_config_has(s.propagator, "method"));
    assert_false(kl_config_has(s.propagator, "degree"));
    assert_int_equal(kl_config_check_unknown(config, &err), KL_OK);
    assert_int_equal(kl_config_emit(config, &text, &err), KL_OK);
    assert_string_equal(text, "realizations: 8\nmoments: [1, 2]\npropagator:\n"
                              "  method: splitting\n  tolerance: 1.0e-05\n");
    free(text);
    kl_config_destroy(&config);
}

static void a_given_value_beats_the_default(void **state)
{
    study s = {0};
    (void)state;
    kl_config *config = read_well("moments: 4\nrealizations: 8\n", study_table, &s);
    assert_int_equal(s.moments.n, 1);
    assert_true(s.moments.v[0] == 4);
    kl_config_destroy(&config);
}

static void a_default_that_its_table_refuses_is_a_bug(void **state)
{
    static const char *const bad[] = {"-1", "x", "[1", "", "{a: 1, a: 2}"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double value;
        kl_error err = {0};
        const kl_key table[] = {{.name = "w",
                                 .type = KL_KEY_REAL,
                                 .range = KL_RANGED,
                                 .low = 0,
                                 .high = 1,
                                 .fallback = bad[i]},
                                {0}};
        kl_config *config = parsed("{}");
        assert_int_equal(kl_config_read(kl_config_root(config), table, &value, &err), KL_BUG);
        assert_int_equal(err.status, KL_BUG);
        kl_config_destroy(&config);
    }
}

static void a_missing_key_is_named_with_what_it_must_be(void **state)
{
    study s;
    (void)state;
    refuses_to_read("moments: 1\n", study_table, &s,
                    "study.yaml:1: realizations: the key is missing: "
                    "must be an integer in [1, 1e+09]");
    refuses_to_read("moments: 1\nrealisations: 8\n", study_table, &s,
                    "study.yaml:1: realizations: the key is missing: "
                    "must be an integer in [1, 1e+09] (is it realisations on line 2?)");
    refuses_to_read("realizations:\n", study_table, &s,
                    "study.yaml:1: realizations: an empty value is not allowed: "
                    "must be an integer in [1, 1e+09]");
}

static void an_unknown_key_is_named_with_the_closest_and_all_known(void **state)
{
    study s;
    (void)state;
    refused_as_unknown(read_well("realizations: 8\n\nmomens: 2\n", study_table, &s),
                       "study.yaml:3: momens: unknown key (did you mean moments?): must be one of "
                       "realizations, moments, propagator, boltzmann, observables");
    refused_as_unknown(read_well("realizations: 8\nMOMENTS: 2\n", study_table, &s),
                       "study.yaml:2: MOMENTS: unknown key (did you mean moments?): must be one of "
                       "realizations, moments, propagator, boltzmann, observables");
    refused_as_unknown(read_well("realizations: 8\nmometns: 2\n", study_table, &s),
                       "study.yaml:2: mometns: unknown key (did you mean moments?): must be one of "
                       "realizations, moments, propagator, boltzmann, observables");
    refused_as_unknown(read_well("realizations: 8\nflavour: 2\n", study_table, &s),
                       "study.yaml:2: flavour: unknown key: must be one of "
                       "realizations, moments, propagator, boltzmann, observables");
}

/* Two neighbours swapped are one slip, nearer than two letters replaced or added. */
static void the_closest_of_several_close_keys_is_guessed(void **state)
{
    int64_t into;
    const kl_key table[] = {{.name = "mometry", .type = KL_KEY_INT},
                            {.name = "moments", .type = KL_KEY_INT},
                            {.name = "mometnsxy", .type = KL_KEY_INT},
                            {0}};
    (void)state;
    refused_as_unknown(read_well("mometns: 1", table, &into),
                       "study.yaml:1: mometns: unknown key (did you mean moments?): must be one of "
                       "mometry, moments, mometnsxy");
}

static void unknown_keys_are_found_below_and_in_file_order(void **state)
{
    study s;
    propagator p;
    kl_error err = {0};
    (void)state;
    const char *text = "realizations: 8\n"
                       "propagator: {method: chebyshev, degre: 5}\n"
                       "extra: 1\n";
    kl_config *config = read_well(text, study_table, &s);
    assert_int_equal(kl_config_read(s.propagator, propagator_table, &p, &err), KL_OK);
    refused_as_unknown(config,
                       "study.yaml:2: propagator.degre: unknown key (did you mean degree?): "
                       "must be one of method, tolerance, degree");
    config = read_well("realizations: 8\nobservables:\n - {}\n - {name: x}\n", study_table, &s);
    refused_as_unknown(config,
                       "study.yaml:4: observables.1.name: unknown key: no key is allowed here");
    config = read_well("realizations: 8\nboltzmann: {tolerance: 1}\n", study_table, &s);
    refused_as_unknown(config,
                       "study.yaml:2: boltzmann.tolerance: unknown key: no key is allowed here");
    config = read_well("realizations: 8\nboltzmann: none\n", study_table, &s);
    assert_int_equal(kl_config_check_unknown(config, &err), KL_OK);
    kl_config_destroy(&config);
}

static void several_tables_share_a_map(void **state)
{
    study s;
    propagator p;
    kl_error err = {0};
    (void)state;
    kl_config *config = read_well("realizations: 8\ndegree: 3\nother: 1\n", study_table, &s);
    assert_int_equal(kl_config_read(kl_config_root(config), propagator_table, &p, &err), KL_OK);
    assert_int_equal(p.degree, 3);
    refused_as_unknown(config, "study.yaml:3: other: unknown key: must be one of realizations, "
                               "moments, propagator, boltzmann, observables, method, tolerance, "
                               "degree");
}

static void every_name_of_a_long_table_is_remembered(void **state)
{
    enum { KEYS = 50 };
    char names[KEYS][8];
    double values[KEYS] = {0};
    kl_key table[KEYS + 1];
    kl_error err = {0};
    (void)state;
    memset(table, 0, sizeof table);
    kl_config *config = parsed("k49: 49\nk00: 0.5\nk50: 1\n");
    for (int i = 0; i < KEYS; i++) {
        snprintf(names[i], sizeof names[i], "k%02d", i);
        table[i].name = names[i];
        table[i].type = KL_KEY_REAL;
        table[i].offset = (size_t)i * sizeof *values;
    }
    assert_int_equal(kl_config_read(kl_config_root(config), table, values, &err), KL_OK);
    memset(names, 'x', sizeof names); /* the table may be gone by now */
    assert_true(values[49] == 49 && values[0] == 0.5);
    assert_int_equal(kl_config_check_unknown(config, &err), KL_INPUT);
    assert_non_null(strstr(err.message, "study.yaml:3: k50: unknown key (did you mean k"));
    assert_non_null(strstr(err.message, "must be one of k00, k01,"));
    assert_string_equal(err.message + strlen(err.message) - 10, ", k48, k49");
    kl_config_destroy(&config);
}

static void a_failure_of_the_caller_names_the_line_of_the_key(void **state)
{
    kl_error err = {0};
    study s;
    (void)state;
    kl_config *config = read_well("realizations: 8\n"
                                  "observables:\n"
                                  "  - name: a\n"
                                  "    momentum:\n"
                                  "      mode:\n"
                                  "        - 1\n"
                                  "        - 2\n",
                                  study_table, &s);
    kl_node *item = s.observables.v[0];
    assert_int_equal(kl_config_fail(item, "name", &err, "%s is used twice", "a"), KL_INPUT);
    assert_string_equal(err.message, "study.yaml:3: observables.0.name: a is used twice");
    kl_config_fail(item, "momentum.mode.1", &err, "odd");
    assert_string_equal(err.message, "study.yaml:7: observables.0.momentum.mode.1: odd");
    kl_config_fail(item, "position", &err, "needed");
    assert_string_equal(err.message, "study.yaml:3: observables.0.position: needed");
    kl_config_fail(item, NULL, &err, "no good");
    assert_string_equal(err.message, "study.yaml:3: observables.0: no good");
    kl_config_fail(kl_config_root(config), NULL, &err, "two\nlines");
    assert_string_equal(err.message, "study.yaml:1: two\\nlines");
    assert_int_equal(kl_config_fail(item, NULL, NULL, "no one listens"), KL_INPUT);
    kl_config_destroy(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_read_and_become_part_of_the_tree),
        cmocka_unit_test(a_given_value_beats_the_default),
        cmocka_unit_test(a_default_that_its_table_refuses_is_a_bug),
        cmocka_unit_test(a_missing_key_is_named_with_what_it_must_be),
        cmocka_unit_test(an_unknown_key_is_named_with_the_closest_and_all_known),
        cmocka_unit_test(the_closest_of_several_close_keys_is_guessed),
        cmocka_unit_test(unknown_keys_are_found_below_and_in_file_order),
        cmocka_unit_test(several_tables_share_a_map),
        cmocka_unit_test(every_name_of_a_long_table_is_remembered),
        cmocka_unit_test(a_failure_of_the_caller_names_the_line_of_the_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
