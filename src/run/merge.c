/* Joins results files of one study, e.g. of a job array over realizations. */
#include "run/merge.h"

#include "run/collect.h"
#include "run/limits.h"
#include "run/makers.h"
#include "run/provenance.h"
#include "run/output.h"
#include "run/summarise.h"
#include "run/until.h"
#include "study/load.h"

#include "base/clock.h"
#include "base/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct merging {
    kl_output output;    /* rank 0 */
    kl_study *study;     /* of the first file; every rank */
    kl_results *results; /* rank 0 */
} merging;

/* Two files may be joined if only the number of realizations differs. */
static kl_status check_match(const merging *m, const kl_results *part, const char *name,
                             kl_error *err)
{
    kl_study *other = NULL;
    KL_TRY(kl_study_read(name, part->study, 0, NULL, m->study->systems, &other, err));
    kl_status status = kl_study_same(m->study, other, name, err);
    if (status == KL_OK && !kl_study_same_stations(m->study, other))
        status = kl_fail(err, KL_INPUT, "%s: its %s differ from the first file's", name,
                         m->study->system->stations.key);
    kl_study_destroy(&other);
    const char *a = kl_results_get(m->results, "instruction_set"),
               *b = kl_results_get(part, "instruction_set");
    if (status == KL_OK && a && b && strcmp(a, b) != 0)
        status = kl_fail(err, KL_INPUT, "%s is from instruction set %s, the first file from %s",
                         name, b, a);
    return status;
}

static kl_status add_part(merging *m, const char *name, kl_error *err)
{
    kl_results *part = NULL;
    KL_TRY(kl_results_read(name, &part, err));
    kl_status status = check_match(m, part, name, err);
    if (status == KL_OK)
        status = kl_collect_results(part, name, m->results, err);
    if (status == KL_OK)
        status = kl_limits_copy(m->study, part, m->results, err);
    kl_results_destroy(&part);
    return status;
}

/* The study with the most realizations decides the shape. */
static kl_status read_first(int n, const char *const *inputs, char **study, kl_results **first,
                            kl_error *err)
{
    for (int i = 0; i < n; i++) {
        kl_results *part = NULL;
        KL_TRY(kl_results_read(inputs[i], &part, err));
        if (*first && part->nrealizations <= (*first)->nrealizations) {
            kl_results_destroy(&part);
            continue;
        }
        kl_results_destroy(first);
        *first = part;
    }
    *study = strdup((*first)->study);
    return *study ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "no memory for the study's text");
}

static void name_gaps(const kl_study *study, const kl_results *r)
{
    char name[2 * KL_NAME];
    for (int p = 0; p < r->npoints; p++)
        for (int64_t k = 0; k < r->planned[p];) {
            const uint8_t *done = r->done + (size_t)p * (size_t)r->nrealizations;
            int64_t from = k;
            while (k < r->planned[p] && done[k] == done[from])
                k++;
            kl_study_point_name(study, p, name, sizeof name);
            if (!done[from])
                fprintf(stderr, "kinlim: missing at %s: realizations %lld:%lld\n", name,
                        (long long)from, (long long)k);
        }
}

static kl_status join(merging *m, int ranks, int n, const char *const *inputs,
                      const kl_results *first, kl_error *err)
{
    char own[KL_BUILD];
    const bool in_file = kl_collect_in_file(m->study, ranks);
    KL_TRY(kl_collect_create(m->study, in_file ? m->output.journal : NULL, &m->results, err));
    for (int i = 0; i < first->npairs; i++)
        KL_TRY(kl_results_set(m->results, first->pair[i].key, first->pair[i].value, err));
    for (int i = 0; i < n; i++)
        KL_TRY(add_part(m, inputs[i], err));
    KL_TRY(kl_until_plan(m->study, m->results, NULL, NULL, err));
    name_gaps(m->study, m->results);
    kl_results_own_build(m->results, own);
    kl_makers_warn(m->results, own);
    return KL_OK;
}

/* Rank 0: what is said of this merge. */
static kl_status sign(merging *m, const char *command, kl_error *err)
{
    char now[32];
    if (command)
        KL_TRY(kl_results_set(m->results, "merge_command", command, err));
    kl_timestamp(now);
    KL_TRY(kl_results_set(m->results, "merged", now, err));
    return kl_makers_record(m->results, err);
}

/* The statistics and the file. Collective. */
static kl_status finish(merging *m, MPI_Comm comm, const char *command, kl_error *err)
{
    kl_results *view = NULL;
    kl_status status = kl_run_summarise(m->study, comm, m->output.journal, m->results, &view, err);
    if (status == KL_OK)
        status = kl_agree(comm, m->results ? sign(m, command, err) : KL_OK, err);
    if (status == KL_OK)
        status = kl_output_finish(&m->output, comm, m->results ? m->results : view, true, err);
    kl_results_destroy(&view);
    return status;
}

/* Those that are missing; each one solved is kept, should the merge be stopped. */
static kl_status solve_limits(merging *m, MPI_Comm comm, kl_error *err)
{
    kl_journal journal = {.file = -1};
    kl_limits_run limits = {.comm = comm};
    int rank, open = 0;
    kl_status status = KL_OK;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        open = kl_limits_open(m->study, m->results);
    MPI_Bcast(&open, 1, MPI_INT, 0, comm);
    if (!open)
        return KL_OK;
    if (rank == 0) {
        status = kl_output_begin_merge(m->study, &m->output, m->results, &journal, err);
        limits.journal = &journal;
    }
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = kl_limits_solve(m->study, &limits, m->results, err);
    const kl_status closed = kl_journal_close(&journal, status == KL_OK ? err : NULL);
    if (status == KL_STOPPED)
        return kl_fail(
            err, KL_STOPPED,
            "stopped while limits were solved, those that are done are kept: run the same "
            "merge again");
    return kl_agree(comm, status == KL_OK ? closed : status, err);
}

/* Reads, joins, solves the references that are missing, writes. The place of the output is this
 * merge's from here on. */
static kl_status merge(merging *m, MPI_Comm comm, int n, const char *const *inputs,
                       const char *command, const kl_system *const *systems, kl_error *err)
{
    int rank, ranks;
    char *text = NULL;
    kl_results *first = NULL;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    MPI_Bcast(m->output.journal, (int)sizeof m->output.journal, MPI_BYTE, 0, comm);
    kl_status status = rank == 0 ? read_first(n, inputs, &text, &first, err) : KL_OK;
    KL_GOTO(kl_agree(comm, status, err));
    KL_GOTO(kl_study_read_text(comm, "study", text, 0, NULL, systems, &m->study, err));
    status = rank == 0 ? join(m, ranks, n, inputs, first, err) : KL_OK;
    KL_GOTO(kl_agree(comm, status, err));
    KL_GOTO(kl_stop_early(comm, err));
    KL_GOTO(solve_limits(m, comm, err));
    status = finish(m, comm, command, err);
done:
    free(text);
    kl_results_destroy(&first);
    return status;
}

kl_status kl_merge_files(MPI_Comm comm, const char *output, int n, const char *const *inputs,
                         const char *command, const kl_system *const *systems, kl_error *err)
{
    int rank;
    merging m = {.output.lock = -1};
    MPI_Comm_rank(comm, &rank);
    kl_status status = rank == 0 ? kl_output_take(output, &m.output, err) : KL_OK;
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = merge(&m, comm, n, inputs, command, systems, err);
    if (rank == 0)
        kl_output_close(&m.output);
    kl_results_destroy(&m.results);
    kl_study_destroy(&m.study);
    return status;
}
