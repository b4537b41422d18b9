/* Lists, matrices and maps: counts, order, and the place of the wrong item. */
#include "config/support.h"

#include <math.h>

typedef struct values {
    kl_reals eta, p, times, hessian;
    kl_ints sites, mode;
    kl_node *initial, *boltzmann;
    kl_nodes observables;
} values;

static const kl_key table[] = {
    {.name = "eta",
     .type = KL_KEY_REALS,
     .offset = offsetof(values, eta),
     .flags = KL_DISTINCT,
     .range = KL_RANGED | KL_LOW_OPEN,
     .low = 0,
     .high = 2},
    {.name = "p",
     .type = KL_KEY_REALS,
     .offset = offsetof(values, p),
     .min_count = 3,
     .max_count = 3},
    {.name = "times",
     .type = KL_KEY_REALS,
     .offset = offsetof(values, times),
     .flags = KL_INCREASING,
     .range = KL_RANGED,
     .high = INFINITY,
     .min_count = 2},
    {.name = "hessian",
     .type = KL_KEY_MATRIX,
     .offset = offsetof(values, hessian),
     .min_count = 2,
     .max_count = 2},
    {.name = "sites", .type = KL_KEY_INTS, .offset = offsetof(values, sites), .flags = KL_DISTINCT},
    {.name = "mode",
     .type = KL_KEY_INTS,
     .offset = offsetof(values, mode),
     .min_count = 0,
     .max_count = 3},
    {.name = "initial", .type = KL_KEY_MAP, .offset = offsetof(values, initial)},
    {.name = "boltzmann", .type = KL_KEY_NODE, .offset = offsetof(values, boltzmann)},
    {.name = "observables", .type = KL_KEY_MAPS, .offset = offsetof(values, observables)},
    {0}};

static void refused(const char *text, const char *message)
{
    values v;
    refuses_to_read(text, table, &v, message);
}

static void lists_are_read_in_order_and_exactly(void **state)
{
    values v = {0};
    (void)state;
    kl_config *config = read_well("eta: [0.4, 0.3,\n  1]\n"
                                  "sites:\n  - 9223372036854775807\n  - 9223372036854775806\n"
                                  "p: [-.5, 1e-3, 7]\nmode: []\n",
                                  table, &v);
    assert_int_equal(v.eta.n, 3);
    assert_true(v.eta.v[0] == 0.4 && v.eta.v[1] == 0.3 && v.eta.v[2] == 1.0);
    assert_int_equal(v.sites.n, 2);
    assert_true(v.sites.v[0] == INT64_MAX && v.sites.v[1] == INT64_MAX - 1);
    assert_true(v.p.v[0] == -0.5 && v.p.v[1] == 1e-3 && v.p.v[2] == 7);
    assert_int_equal(v.mode.n, 0);
    kl_config_destroy(&config);
}

static void a_lone_number_is_a_list_of_one(void **state)
{
    values v = {0};
    (void)state;
    kl_config *config = read_well("eta: 0.25\nsites: 82\n", table, &v);
    assert_int_equal(v.eta.n, 1);
    assert_true(v.eta.v[0] == 0.25);
    assert_int_equal(v.sites.n, 1);
    assert_true(v.sites.v[0] == 82);
    kl_config_destroy(&config);
    refused("eta: 3", "study.yaml:1: eta: 3 is not allowed: must be in (0, 2]");
    refused("eta: x", "study.yaml:1: eta: x (a string) is not allowed: "
                      "must be a number or a list of numbers in (0, 2], all different");
}

static void a_wrong_item_is_named_with_its_index_and_line(void **state)
{
    (void)state;
    refused("eta:\n - 0.4\n - -0.3\n",
            "study.yaml:3: eta.1: -0.3 is not allowed: must be in (0, 2]");
    refused("eta: [0.4,\n 0.3, .nan]", "study.yaml:2: eta.2: .nan is not a finite number: "
                                       "must be a number in (0, 2]");
    refused("eta: [0.4, [0.3]]",
            "study.yaml:1: eta.1: a list is not allowed: must be a number in (0, 2]");
    refused("eta: [0.4, ]\nsites: [32, 57.5]",
            "study.yaml:2: sites.1: 57.5 (a real number) is not allowed: must be an integer");
    refused("eta: [0.4, ~]",
            "study.yaml:1: eta.1: an empty value is not allowed: must be a number in (0, 2]");
}

static void the_number_of_items_is_held(void **state)
{
    (void)state;
    refused("eta: []", "study.yaml:1: eta: 0 items are not allowed: "
                       "must be a number or a list of numbers in (0, 2], all different");
    refused("p: [1, 2]", "study.yaml:1: p: 2 items are not allowed: must be a list of 3 numbers");
    refused("p: 1", "study.yaml:1: p: 1 item is not allowed: must be a list of 3 numbers");
    refused("p: {x: 1}", "study.yaml:1: p: a map is not allowed: must be a list of 3 numbers");
    refused("times: [1]", "study.yaml:1: times: 1 item is not allowed: must be a list of "
                          "at least 2 numbers >= 0, strictly increasing");
    refused("mode: [1, 2, 3, 4]", "study.yaml:1: mode: 4 items are not allowed: "
                                  "must be an integer or a list of 0 to 3 integers");
    refused("eta:", "study.yaml:1: eta: an empty value is not allowed: "
                    "must be a number or a list of numbers in (0, 2], all different");
}

static void an_increasing_list_names_the_item_that_is_not_above_the_last(void **state)
{
    values v = {0};
    (void)state;
    kl_config *config = read_well("times: [0, 0.5, 1.0]", table, &v);
    kl_config_destroy(&config);
    refused("times: [0.5, 1.0, 0.75]", "study.yaml:1: times.2: 0.75 is not allowed: "
                                       "must be above the number before it, 1.0");
    refused("times: [0.5, 0.50]", "study.yaml:1: times.1: 0.50 is not allowed: "
                                  "must be above the number before it, 0.5");
    refused("times: [0.0, -0.0]", "study.yaml:1: times.1: -0.0 is not allowed: "
                                  "must be above the number before it, 0.0");
}

static void a_distinct_list_names_the_first_repetition(void **state)
{
    (void)state;
    refused("eta: [0.4, 0.3, 0.25, 0.30, 0.4]",
            "study.yaml:1: eta.3: 0.30 is not allowed: must come once, item 1 is the same number");
    refused("sites: [9223372036854775807, 9223372036854775806, 5, 9223372036854775806]",
            "study.yaml:1: sites.3: 9223372036854775806 is not allowed: "
            "must come once, item 1 is the same number");
}

static void a_matrix_is_row_major_with_equal_rows(void **state)
{
    values v = {0};
    (void)state;
    kl_config *config = read_well("hessian: [[1, 2, 3], [4, 5, 6.5]]", table, &v);
    assert_int_equal(v.hessian.n, 6);
    for (int i = 0; i < 5; i++)
        assert_true(v.hessian.v[i] == i + 1);
    assert_true(v.hessian.v[5] == 6.5);
    kl_config_destroy(&config);
    refused("hessian: [[1, 2], [3]]",
            "study.yaml:1: hessian.1: 1 item is not allowed: must be 2, as in row 0");
    refused("hessian: [[], []]",
            "study.yaml:1: hessian.0: 0 items are not allowed: must be 1 or more");
    refused("hessian: [[1, 2], 3]",
            "study.yaml:1: hessian.1: 3 (an integer) is not allowed: must be a list of numbers");
    refused("hessian: [[1, 2], [3, x]]",
            "study.yaml:1: hessian.1.1: x (a string) is not allowed: must be a number");
    refused("hessian: [[1]]", "study.yaml:1: hessian: 1 item is not allowed: "
                              "must be a list of 2 lists of numbers, equally long");
    refused("hessian: 1", "study.yaml:1: hessian: 1 (an integer) is not allowed: "
                          "must be a list of 2 lists of numbers, equally long");
}

static void maps_and_nodes_are_handed_over_or_null(void **state)
{
    values v;
    (void)state;
    memset(&v, 0xFF, sizeof v);
    kl_config *config = read_well("observables: [{a: 1}, {a: 2}]", table, &v);
    assert_null(v.initial);
    assert_null(v.boltzmann);
    assert_int_equal(v.observables.n, 2);
    assert_true(kl_config_is_map(v.observables.v[1]));
    assert_true(kl_config_has(v.observables.v[1], "a"));
    assert_false(kl_config_has(v.observables.v[1], "b"));
    kl_config_destroy(&config);
    config = read_well("boltzmann: none\ninitial: {}\n", table, &v);
    assert_non_null(v.boltzmann);
    assert_false(kl_config_is_map(v.boltzmann) || kl_config_is_list(v.boltzmann));
    assert_true(kl_config_is_map(v.initial));
    kl_config_destroy(&config);
    refused("initial: gauss",
            "study.yaml:1: initial: gauss (a string) is not allowed: must be a map");
    refused("boltzmann:",
            "study.yaml:1: boltzmann: an empty value is not allowed: must be a value");
    refused("observables: {a: 1}",
            "study.yaml:1: observables: a map is not allowed: must be a list of maps");
    refused("observables:\n  - {a: 1}\n  - front\n",
            "study.yaml:3: observables.1: front (a string) is not allowed: must be a map");
    refused("observables: []",
            "study.yaml:1: observables: 0 items are not allowed: must be a list of maps");
}

static void reading_below_a_scalar_is_refused(void **state)
{
    values v;
    kl_error err = {0};
    (void)state;
    kl_config *config = read_well("boltzmann: none", table, &v);
    assert_int_equal(kl_config_read(v.boltzmann, table, &v, &err), KL_INPUT);
    assert_string_equal(err.message,
                        "study.yaml:1: boltzmann: none (a string) is not allowed: must be a map");
    kl_config_destroy(&config);
}

static void a_name_that_comes_twice_is_the_first_one_that_is_there_already(void **state)
{
    (void)state;
    kl_error err = {0};
    values v = {0};
    kl_config *config =
        read_well("observables:\n- {name: b}\n- {name: a}\n- {other: 1}\n- {name: a}\n"
                  "- {name: b}\n- {name: 'a'}\n- {name: B}\n",
                  table, &v);
    assert_int_equal(kl_config_distinct(&v.observables, "name", &err), KL_INPUT);
    assert_string_equal(err.message,
                        "study.yaml:5: observables.3.name: a comes twice: names must differ");
    assert_int_equal(kl_config_distinct(&v.observables, "other", &err), KL_OK);
    assert_int_equal(kl_config_distinct(&(kl_nodes){0}, "name", &err), KL_OK);
    kl_config_destroy(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_read_in_order_and_exactly),
        cmocka_unit_test(a_lone_number_is_a_list_of_one),
        cmocka_unit_test(a_wrong_item_is_named_with_its_index_and_line),
        cmocka_unit_test(the_number_of_items_is_held),
        cmocka_unit_test(an_increasing_list_names_the_item_that_is_not_above_the_last),
        cmocka_unit_test(a_distinct_list_names_the_first_repetition),
        cmocka_unit_test(a_matrix_is_row_major_with_equal_rows),
        cmocka_unit_test(maps_and_nodes_are_handed_over_or_null),
        cmocka_unit_test(reading_below_a_scalar_is_refused),
        cmocka_unit_test(a_name_that_comes_twice_is_the_first_one_that_is_there_already),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
