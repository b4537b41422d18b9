/* kl_results in memory, and the text that `info` prints. */
#include "results/example.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void new_results_are_empty(void **state)
{
    (void)state;
    const kl_results shape = {.system = "s",
                              .small = -1,
                              .npoints = 2,
                              .ntimes = 3,
                              .time_name = "time",
                              .nquantities = 4,
                              .nrealizations = 5,
                              .nlimits = 2,
                              .npairs = 7,
                              .nrows = 1};
    kl_results *r;
    assert_int_equal(kl_results_create(&shape, &r, NULL), KL_OK);
    for (int i = 0; i < 2 * 5 * 3 * 4; i++)
        assert_true(isnan(r->sample[i]));
    for (int i = 0; i < 2 * 3 * 4; i++)
        assert_true(isnan(r->limit[1].value[i]) && isnan(r->limit[0].error[i]));
    for (int i = 0; i < 2 * 5; i++)
        assert_int_equal(r->done[i], 0);
    assert_int_equal(r->small, -1);
    assert_int_equal(r->npairs, 0);
    assert_int_equal(r->row[0].point, -1);
    assert_int_equal(kl_results_done(r), 0);
    kl_results_destroy(&r);
    assert_null(r);
    kl_results_destroy(&r);
}

static void bad_shapes_are_refused(void **state)
{
    (void)state;
    kl_error err;
    kl_results *r;
    const int length[1] = {3}, none[1] = {0};
    const kl_results negative = {.ntimes = -1}, column = {.ncolumns = 2, .small = 2};
    /* 2^64 samples: a product that wraps around to 0 would be granted */
    const kl_results huge = {.npoints = 1 << 16,
                             .nrealizations = 1 << 16,
                             .ntimes = 1 << 16,
                             .nquantities = 1 << 16,
                             .time_name = "time"};
    assert_int_equal(kl_results_create(&negative, &r, &err), KL_BUG);
    assert_null(r);
    assert_int_equal(kl_results_create(&column, &r, &err), KL_BUG);
    assert_int_equal(kl_results_create(&huge, &r, &err), KL_ENVIRONMENT);
    assert_int_equal(example_create(&r, &err), KL_OK);
    assert_int_equal(kl_results_field(r, 2, 0, length, &err), KL_BUG);
    assert_int_equal(kl_results_field(r, 0, 2, length, &err), KL_BUG);
    assert_int_equal(kl_results_field(r, 0, 0, none, &err), KL_BUG);
    kl_results_destroy(&r);
}

static void pairs_are_replaced_and_found(void **state)
{
    (void)state;
    kl_error err;
    kl_results *r;
    assert_int_equal(example_create(&r, &err), KL_OK);
    assert_int_equal(r->npairs, 3);
    assert_string_equal(kl_results_get(r, "compiler"), "cc 12, -O3");
    assert_null(kl_results_get(r, "seed"));
    assert_int_equal(kl_results_set(r, "", "x", &err), KL_BUG);
    assert_int_equal(kl_results_done(r), 5);
    kl_results_destroy(&r);
}

static void info_tells_provenance_and_progress(void **state)
{
    (void)state;
    kl_error err;
    kl_results *r;
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(example_create(&r, &err), KL_OK);
    assert_int_equal(kl_results_print_info(r, out, &err), KL_OK);
    fclose(out);
    assert_string_equal(text, "system: anderson\n"
                              "program: kinlim 0.1.0\n"
                              "compiler: cc 12, -O3\n"
                              "host: n\xc3\xb8"
                              "de1 node2\n"
                              "\n"
                              "point           eta         sites           box    realizations\n"
                              "    0           0.5            20             5             3/3\n"
                              "    1          0.25            80             5             2/3\n"
                              "reference of point 1: no limit in one dimension\n"
                              "\n"
                              "realizations: 5/6\n");
    free(text);
    kl_results_destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_results_are_empty),
        cmocka_unit_test(bad_shapes_are_refused),
        cmocka_unit_test(pairs_are_replaced_and_found),
        cmocka_unit_test(info_tells_provenance_and_progress),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
