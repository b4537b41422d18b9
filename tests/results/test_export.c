/* CSV against text written by hand. 1/3 and its sums are given with the 17
 * significant digits of the nearest doubles (checked with Python's '%.17g'). */
#include "results/example.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

typedef kl_status exporter(const kl_results *, FILE *, kl_error *);

static char *exported(const kl_results *r, exporter *export)
{
    kl_error err = {.message = ""};
    char *text = NULL;
    size_t length = 0;
    FILE *out = open_memstream(&text, &length);
    assert_int_equal(export(r, out, &err), KL_OK);
    fclose(out);
    return text;
}

static void summary_rows(void **state)
{
    (void)state;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    strcpy(r->row[0].observable, "a, \"b\"");
    char *text = exported(r, kl_results_export_summary);
    assert_string_equal(
        text, "eta,sites,box,time,observable,part,statistic,order,realizations,value,low,high\n"
              "0.5,20,5,0.5,\"a, \"\"b\"\"\",re,mean,1,3,100.25,99.5,101\n"
              "0.25,80,5,1,flux,im,central_moment,2.5,2,0.10000000000000001,,\n"
              ",,,1,flux,re,rate:bias,1,3,2,1.75,2.25\n"
              "0.5,20,5,,,,norm_drift,1,3,3e-09,3e-09,3e-09\n"
              ",,5.5,1,flux,re,rate:bias,1,3,2,1.75,2.25\n");
    free(text);
    kl_results_destroy(&r);
}

static void words_in_columns(void **state)
{
    (void)state;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    strcpy(r->column[1].name, "disorder");
    strcpy(r->column[1].words, "gaussian bernoulli");
    r->point[1] = 1;
    r->point[4] = 0;
    r->row[4].parameter[1] = 1;
    char *text = exported(r, kl_results_export_summary);
    assert_string_equal(
        text, "eta,disorder,box,time,observable,part,statistic,order,realizations,value,low,high\n"
              "0.5,bernoulli,5,0.5,front,re,mean,1,3,100.25,99.5,101\n"
              "0.25,gaussian,5,1,flux,im,central_moment,2.5,2,0.10000000000000001,,\n"
              ",,,1,flux,re,rate:bias,1,3,2,1.75,2.25\n"
              "0.5,bernoulli,5,,,,norm_drift,1,3,3e-09,3e-09,3e-09\n"
              ",bernoulli,5.5,1,flux,re,rate:bias,1,3,2,1.75,2.25\n");
    free(text);
    kl_results_destroy(&r);
}

static void samples_in_order(void **state)
{
    (void)state;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    r->sample[1] = NAN;
    char *text = exported(r, kl_results_export_samples);
    static const char head[] = "eta,sites,box,realization,time,observable,part,value\n"
                               "0.5,20,5,0,0.5,front,re,0.33333333333333331\n"
                               "0.5,20,5,0,0.5,flux,re,\n"
                               "0.5,20,5,0,0.5,flux,im,2.3333333333333335\n"
                               "0.5,20,5,0,1,front,re,10.333333333333334\n";
    static const char tail[] = "0.25,80,5,1,1,flux,im,1112.3333333333333\n";
    assert_memory_equal(text, head, sizeof head - 1);
    assert_true(strlen(text) > sizeof tail);
    assert_string_equal(text + strlen(text) - (sizeof tail - 1), tail);
    int lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 1 + 5 * 2 * 3); /* realization 2 of point 1 is not done */
    free(text);
    kl_results_destroy(&r);
}

static void parameters_are_printed_as_the_study_gives_them(void **state)
{
    (void)state;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    r->point[0] = 0.3;
    r->time[0] = 0.1;
    char *text = exported(r, kl_results_export_samples), *line = strchr(text, '\n') + 1;
    static const char start[] = "0.3,20,5,0,0.1,front,re,0.33333333333333331\n";
    assert_memory_equal(line, start, sizeof start - 1);
    free(text);
    kl_results_destroy(&r);
}

static void seventeen_digits_give_back_the_double(void **state)
{
    (void)state;
    static const double values[] = {0.1, 1e-310, -0., 1.7976931348623157e308, 0x1.fffffffffffffp-1};
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    memcpy(r->sample, values, sizeof values);
    char *text = exported(r, kl_results_export_samples), *line = text;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        line = strchr(line + 1, '\n');
        char *end = strchr(line + 1, '\n'), *comma = end;
        while (*comma != ',')
            comma--;
        double value = strtod(comma + 1, NULL);
        assert_memory_equal(&value, &values[i], sizeof value);
    }
    free(text);
    kl_results_destroy(&r);
}

static void a_full_disk_is_reported(void **state)
{
    (void)state;
    exporter *const exporters[] = {kl_results_export_summary, kl_results_export_samples,
                                   kl_results_print_info};
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    for (int i = 0; i < 3; i++) {
        kl_error err = {.message = ""};
        FILE *out = fopen("/dev/full", "w");
        assert_non_null(out);
        assert_int_equal(exporters[i](r, out, &err), KL_ENVIRONMENT);
        assert_non_null(strstr(err.message, "No space left on device"));
        fclose(out);
    }
    kl_results_destroy(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(summary_rows),
        cmocka_unit_test(words_in_columns),
        cmocka_unit_test(samples_in_order),
        cmocka_unit_test(parameters_are_printed_as_the_study_gives_them),
        cmocka_unit_test(seventeen_digits_give_back_the_double),
        cmocka_unit_test(a_full_disk_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
