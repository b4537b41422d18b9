/* The library as a program of its own would use it: studies from text, several
 * runs in one process, and runs on parts of MPI_COMM_WORLD side by side.
 */
#include "kinlim/results.h"
#include "kinlim/study.h"
#include "lattice/check.h"

#include <unistd.h>

static const char text[] = "system: anderson\ndimension: 2\nsites: [17, 12]\neta: [0.5, 0.6]\n"
                           "times: [0, 0.3]\nrealizations: 3\n"
                           "initial: {envelope: {shape: gaussian, width: 0.37},\n"
                           "          phase: {momentum: [0.15, 0.2]}}\n"
                           "observables:\n"
                           "  - {name: a, position: {shape: uniform}, momentum: {mode: [5, -1]}}\n";

static kl_study *parse(int nset, const char *const *set)
{
    kl_study *study;
    assert_ok(kl_study_parse("text", text, nset, set, NULL, &study, why));
    return study;
}

static char folder[64]; /* the same on every rank */

static kl_results *run(MPI_Comm comm, const char *name, int nset, const char *const *set,
                       bool resume)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    kl_study *study = parse(nset, set);
    kl_run_options options = {.output = path, .resume = resume, .quiet = true};
    assert_ok(kl_study_run(study, comm, &options, why));
    kl_study_destroy(&study);
    assert_null(study);
    MPI_Barrier(comm);
    kl_results *results;
    assert_ok(kl_results_read(path, &results, why));
    return results;
}

static size_t samples_of(const kl_results *r)
{
    return (size_t)(r->npoints * r->nrealizations * r->ntimes * r->nquantities);
}

/* Every rank runs alone at the same time, then all together: the same bits. */
static void runs_on_parts_of_the_world(void **state)
{
    int rank;
    char name[32];
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    snprintf(name, sizeof name, "alone-%d.h5", rank);
    kl_results *alone = run(MPI_COMM_SELF, name, 0, NULL, false);
    kl_results *together = run(MPI_COMM_WORLD, "together.h5", 0, NULL, false);
    assert_everywhere(kl_results_done(alone) == 6 && kl_results_done(together) == 6);
    assert_everywhere(samples_of(alone) == 2 * 3 * 2 * 2);
    assert_everywhere(memcmp(alone->sample, together->sample, samples_of(alone) * sizeof(double)) ==
                      0);
    const double value = kl_results_find_limit(alone, "reference")->value[0];
    assert_everywhere(!isnan(value) &&
                      fabs(value - kl_results_find_limit(together, "reference")->value[0]) < 2e-8);
    kl_results_destroy(&alone);
    kl_results_destroy(&together);
}

static void several_runs_in_one_process(void **state)
{
    static const char *const more[] = {"realizations=4"};
    (void)state;
    kl_results *few = run(MPI_COMM_WORLD, "grown.h5", 0, NULL, false);
    kl_results *many = run(MPI_COMM_WORLD, "grown.h5", 1, more, true);
    assert_everywhere(kl_results_done(few) == 6 && kl_results_done(many) == 8);
    assert_everywhere(memcmp(few->sample, many->sample, 3 * 2 * 2 * sizeof(double)) == 0);
    kl_results_destroy(&few);
    kl_results_destroy(&many);
}

static void errors_come_back_on_every_rank(void **state)
{
    kl_study *study;
    kl_error err = {0};
    static const char *const bad[] = {"eta=[0.5, 3]"};
    (void)state;
    assert_int_equal(kl_study_parse("text", text, 1, bad, NULL, &study, &err), KL_INPUT);
    assert_null(study);
    assert_string_equal(err.message, "--set: eta.1: 3 is not allowed: must be in (0, 2]");
    kl_status status = kl_study_load(MPI_COMM_WORLD, "no/such.yaml", 0, NULL, NULL, &study, &err);
    assert_everywhere(status == KL_INPUT && study == NULL && strstr(err.message, "no/such.yaml"));
    study = parse(0, NULL);
    kl_run_options options = {.output = "no/such/folder.h5", .quiet = true};
    status = kl_study_run(study, MPI_COMM_WORLD, &options, &err);
    assert_everywhere(status == KL_INPUT && strstr(err.message, "no/such"));
    options = (kl_run_options){.first = 2, .last = 9, .quiet = true};
    status = kl_study_run(study, MPI_COMM_WORLD, &options, &err);
    assert_everywhere(status == KL_INPUT && strstr(err.message, "2:9"));
    kl_study_destroy(&study);
    kl_study_destroy(&study); /* NULL-safe */
}

static int make_folder(void **state)
{
    int rank;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    snprintf(folder, sizeof folder, "/tmp/kinlim-library-XXXXXX");
    bool made = rank != 0 || mkdtemp(folder);
    MPI_Bcast(folder, sizeof folder, MPI_CHAR, 0, MPI_COMM_WORLD);
    return made && kl_begin(NULL) == KL_OK ? 0 : -1;
}

static int remove_folder(void **state)
{
    int rank, size;
    char path[128];
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    kl_end();
    for (int i = 0; rank == 0 && i < size; i++) {
        snprintf(path, sizeof path, "%s/alone-%d.h5", folder, i);
        unlink(path);
    }
    for (int i = 0; rank == 0 && i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s.h5", folder, i ? "together" : "grown");
        unlink(path);
    }
    return rank == 0 ? rmdir(folder) : 0; /* nothing else was left */
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(runs_on_parts_of_the_world),
                                       cmocka_unit_test(several_runs_in_one_process),
                                       cmocka_unit_test(errors_come_back_on_every_rank)};
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, make_folder, remove_folder);
    MPI_Finalize();
    return failed != 0;
}
