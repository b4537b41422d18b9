/* The time of a summary beforehand: within a factor four of what it takes. */
#include "kinlim/study.h"
#include "run/collect.h"
#include "summary/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static const char waves[] = "system: anderson\ndimension: 1\nsites: [12, 14]\neta: [0.5, 0.6]\n"
                            "times: [0.1, 0.2]\nrealizations: 20000\nreference: none\n"
                            "initial: {envelope: {shape: delta}}\n"
                            "observables:\n"
                            "  - {name: a, position: {shape: uniform}, momentum: {mode: [3]}}\n";
/* With a derived statistic. */
static const char front[] = "system: localization\ndimension: 1\nbox: 4\neta: [0.2, 0.1]\n"
                            "times: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0]\nrealizations: 1500\n"
                            "moments: [2]\n";

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Samples that rise with the station, so that what is derived has a value. */
static void fill(kl_results *r)
{
    const size_t each = (size_t)r->ntimes * (size_t)r->nquantities;
    memset(r->done, 1, (size_t)r->npoints * (size_t)r->nrealizations);
    for (size_t i = 0; i < (size_t)r->npoints * (size_t)r->nrealizations * each; i++)
        r->sample[i] = 4. * (double)(i % each) / (double)each + 0.1 * sin((double)i);
}

static void compare(const char *text, const char *set)
{
    kl_error err = {.message = ""};
    kl_study *study;
    kl_results *r;
    if (kl_study_parse("text", text, set != NULL, &set, NULL, &study, &err) != KL_OK)
        fail_msg("%s", err.message);
    assert_int_equal(kl_collect_create(study, NULL, &r, &err), KL_OK);
    fill(r);
    const double promised = kl_summary_seconds(study, r->nrealizations), begin = seconds();
    assert_int_equal(kl_summarise(study, r, MPI_COMM_NULL, &err), KL_OK);
    const double taken = seconds() - begin;
    const bool right = promised < 4 * taken && taken < 4 * promised;
    if (!right)
        print_error("%s: %.3f s, promised %.3f s\n", set ? set : text, taken, promised);
#if defined __OPTIMIZE__ && !defined __SANITIZE_ADDRESS__
    assert_true(right);
#endif
    kl_results_destroy(&r);
    kl_study_destroy(&study);
}

static void within_a_factor_four(void **state)
{
    (void)state;
    compare(waves, "moments=[1]");
    compare(waves, NULL);
    compare(waves, "moments=[1, 2, 3, 4, 6, 8]");
    compare(front, NULL);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(within_a_factor_four)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
