/* --set key.path=value: what it changes, what it refuses and how it says so. */
#include "config/support.h"

#include <stdio.h>

static const char study[] = "eta: [0.4, 0.3]\n"
                            "initial:\n"
                            "  phase: {momentum: [0, 0, 0]}\n"
                            "observables:\n"
                            "  - {name: a, width: 1}\n"
                            "  - {name: b}\n";

/* After the assignments, in turn, the study is what `expected` says. */
static void gives(const char *const *assignments, const char *expected)
{
    kl_error err = {0};
    char *text;
    kl_config *config = parsed(study);
    for (; *assignments; assignments++)
        if (kl_config_set(config, *assignments, &err) != KL_OK)
            fail_msg("%s", err.message);
    assert_int_equal(kl_config_emit(config, &text, &err), KL_OK);
    assert_string_equal(text, expected);
    free(text);
    kl_config_destroy(&config);
}

/* The message is exact, and the study is as it was. */
static void refused(const char *assignment, const char *message)
{
    kl_error err = {0};
    char difference[100];
    kl_config *config = parsed(study), *before = parsed(study);
    assert_int_equal(kl_config_set(config, assignment, &err), KL_INPUT);
    assert_int_equal(err.status, KL_INPUT);
    assert_string_equal(err.message, message);
    assert_true(kl_config_same(config, before, difference, sizeof difference));
    kl_config_destroy(&config);
    kl_config_destroy(&before);
}

static void a_value_is_replaced_in_its_place(void **state)
{
    (void)state;
    gives((const char *const[]){"eta=[0.25,0.2]", "initial.phase.momentum=[0.15,0.2,0.3]",
                                "observables.0.name=x", "observables.1={name: c}", NULL},
          "eta: [0.25, 0.2]\n"
          "initial:\n"
          "  phase:\n"
          "    momentum: [0.15, 0.2, 0.3]\n"
          "observables:\n"
          "  - name: x\n"
          "    width: 1\n"
          "  - name: c\n");
}

static void a_key_or_an_item_is_added_at_the_end(void **state)
{
    (void)state;
    gives((const char *const[]){"eta.2=0.2", "eta.3=0.1", "observables.2.position.shape=uniform",
                                "realizations=8", "disorder.seed=5", "note==a=b", NULL},
          "eta: [0.4, 0.3, 0.2, 0.1]\n"
          "initial:\n"
          "  phase:\n"
          "    momentum: [0, 0, 0]\n"
          "observables:\n"
          "  - name: a\n"
          "    width: 1\n"
          "  - name: b\n"
          "  - position:\n"
          "      shape: uniform\n"
          "realizations: 8\n"
          "disorder:\n"
          "  seed: 5\n"
          "note: \"=a=b\"\n");
}

static void the_same_key_set_twice_is_there_once(void **state)
{
    (void)state;
    gives((const char *const[]){"initial=1", "initial=2", "observables=x", "new=1", "new=2",
                                "new={a: 1}", "new.a=3", NULL},
          "eta: [0.4, 0.3]\ninitial: 2\nobservables: x\nnew:\n  a: 3\n");
}

static void what_is_not_an_assignment_is_refused(void **state)
{
    (void)state;
    refused("eta", "--set: \"eta\" is not allowed: must be key.path=value");
    refused("", "--set: \"\" is not allowed: must be key.path=value");
    refused("=1",
            "--set: \"=1\" is not allowed: must be key.path=value, with a word between the dots");
    refused(
        "a..b=1",
        "--set: \"a..b=1\" is not allowed: must be key.path=value, with a word between the dots");
    refused(".a=1",
            "--set: \".a=1\" is not allowed: must be key.path=value, with a word between the dots");
    refused("a.=1",
            "--set: \"a.=1\" is not allowed: must be key.path=value, with a word between the dots");
    refused("a\nb=1",
            "--set: \"a\\nb\" is not allowed: the path must be text without control characters");
    refused("a\xff=1",
            "--set: \"a\\xff\" is not allowed: the path must be text without control characters");
}

static void a_path_that_is_not_utf8_is_refused(void **state)
{
    static const char *const bad[] = {"\xff", "\xc3", "\xc0\xae", "\xed\xa0\x80",
                                      "\xf4\x90\x80\x80"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char assignment[16];
        kl_error err = {0};
        kl_config *config = parsed(study);
        snprintf(assignment, sizeof assignment, "%s=1", bad[i]);
        assert_int_equal(kl_config_set(config, assignment, &err), KL_INPUT);
        assert_non_null(strstr(err.message, "the path must be text"));
        kl_config_destroy(&config);
    }
}

static void a_path_through_a_scalar_or_beyond_a_list_is_refused(void **state)
{
    (void)state;
    refused("eta.0.x=1", "--set: eta.0.x: x is not allowed: it would be a key of 0.4");
    refused("observables.0.name.first.second=1",
            "--set: observables.0.name.first.second: first is not allowed: it would be a key of a");
    refused("eta.3=1",
            "--set: eta.3: item 3 is not allowed: must be 0 to 2 (the list has 2 items)");
    refused("eta.-1=1",
            "--set: eta.-1: item -1 is not allowed: must be 0 to 2 (the list has 2 items)");
    refused("observables.last.name=1", "--set: observables.last.name: item last is not allowed: "
                                       "must be 0 to 2 (the list has 2 items)");
    refused("observables.99999999999.name=1",
            "--set: observables.99999999999.name: item 99999999999 is not allowed: "
            "must be 0 to 2 (the list has 2 items)");
}

static void a_value_that_is_not_yaml_is_refused(void **state)
{
    kl_error err = {0};
    (void)state;
    refused("eta=", "--set: eta: an empty value is not allowed");
    refused("eta=# nothing", "--set: eta: an empty value is not allowed");
    refused("new.map={a: 1, b: 2, a: 3}", "--set: new.map.a: the key comes twice");
    refused("eta=&x 1", "--set: eta: anchors (&name) are not allowed");
    refused("eta=[1, *x]", "--set: eta.1: aliases (*name) are not allowed");
    kl_config *config = parsed(study);
    assert_int_equal(kl_config_set(config, "eta=[0.4", &err), KL_INPUT);
    assert_ptr_equal(strstr(err.message, "--set: eta: not valid YAML: "), err.message);
    assert_int_equal(kl_config_set(config, "eta=\xff", &err), KL_INPUT);
    assert_ptr_equal(strstr(err.message, "--set: eta: not UTF-8 text: "), err.message);
    kl_config_destroy(&config);
}

static void nesting_beyond_16_is_refused_together_with_the_path(void **state)
{
    kl_error err = {0};
    (void)state;
    kl_config *config = parsed(study);
    assert_int_equal(kl_config_set(config, "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o=[1]", &err), KL_OK);
    kl_config_destroy(&config);
    refused("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o=[[1]]", "--set: a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.0: maps "
                                                   "and lists must not be nested deeper than 16");
    refused("a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p=1",
            "--set: \"a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p\" is not "
            "allowed: the path must have at most 15 words");
}

static void messages_about_a_set_value_name_the_option(void **state)
{
    int64_t n;
    const kl_key table[] = {{.name = "n",
                             .type = KL_KEY_INT,
                             .flags = KL_REQUIRED,
                             .range = KL_RANGED,
                             .low = 1,
                             .high = 9},
                            {0}};
    kl_error err = {0};
    (void)state;
    kl_config *config = parsed("n: 1\n");
    assert_int_equal(kl_config_set(config, "n=0", &err), KL_OK);
    assert_int_equal(kl_config_read(kl_config_root(config), table, &n, &err), KL_INPUT);
    assert_string_equal(err.message, "--set: n: 0 is not allowed: must be in [1, 9]");
    assert_int_equal(kl_config_set(config, "n=2", &err), KL_OK);
    assert_int_equal(kl_config_set(config, "m=2", &err), KL_OK);
    assert_int_equal(kl_config_read(kl_config_root(config), table, &n, &err), KL_OK);
    assert_int_equal(n, 2);
    assert_int_equal(kl_config_check_unknown(config, &err), KL_INPUT);
    assert_string_equal(err.message, "--set: m: unknown key: must be one of n");
    kl_config_destroy(&config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_replaced_in_its_place),
        cmocka_unit_test(a_key_or_an_item_is_added_at_the_end),
        cmocka_unit_test(the_same_key_set_twice_is_there_once),
        cmocka_unit_test(what_is_not_an_assignment_is_refused),
        cmocka_unit_test(a_path_that_is_not_utf8_is_refused),
        cmocka_unit_test(a_path_through_a_scalar_or_beyond_a_list_is_refused),
        cmocka_unit_test(a_value_that_is_not_yaml_is_refused),
        cmocka_unit_test(nesting_beyond_16_is_refused_together_with_the_path),
        cmocka_unit_test(messages_about_a_set_value_name_the_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
