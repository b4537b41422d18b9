/* Joins results files of one study, e.g. of a job array over realizations. */
#include "run/output.h"
#include "run/until.h"

#include "base/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct merging {
    kl_output output;    /* rank 0 */
    kl_study *study;     /* of the first file; every rank */
    kl_results *results; /* rank 0 */
    bool has_reference;
} merging;

/* All references that the study wants. */
static bool has_references(const kl_study *study, const kl_results *r)
{
    bool box = study->about->skip_box, infinite = !study->about->infinite;
    for (int i = 0; i < r->npoints * r->ntimes * r->nquantities; i++) {
        box = box || !isnan(r->reference[i]);
        infinite = infinite || !isnan(r->infinite[i]);
    }
    return box && infinite;
}

static void copy_reference(const kl_results *from, kl_results *to)
{
    const size_t n = (size_t)(to->npoints * to->ntimes * to->nquantities) * sizeof(double);
    memcpy(to->reference, from->reference, n);
    memcpy(to->reference_error, from->reference_error, n);
    memcpy(to->infinite, from->infinite, n);
    memcpy(to->finer_reference, from->finer_reference, n);
    memcpy(to->infinite_error, from->infinite_error, n);
    memcpy(to->reference_note, from->reference_note,
           (size_t)to->npoints * sizeof *to->reference_note);
    for (int f = 0; f < to->nfields; f++)
        for (int p = 0; p < to->npoints; p++)
            if (from->field[f].reference[p] && to->field[f].reference[p])
                memcpy(to->field[f].reference[p], from->field[f].reference[p],
                       (size_t)to->ntimes * kl_field_cells(&to->field[f], p) * sizeof(double));
}

/* Two files may be joined if only the number of realizations differs. */
static kl_status check_match(const merging *m, const kl_results *part, const char *name,
                             kl_error *err)
{
    kl_study *other = NULL;
    KL_TRY(kl_study_parse(name, part->study, 0, NULL, &other, err));
    kl_status status = kl_study_same(m->study, other, name, err);
    if (status == KL_OK && !kl_study_same_times(m->study, other))
        status = kl_fail(err, KL_INPUT, "%s: its times differ from the first file's", name);
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
    if (status == KL_OK && !m->has_reference && has_references(m->study, part)) {
        copy_reference(part, m->results);
        m->has_reference = true;
    }
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

static void name_gaps(const kl_results *r)
{
    for (int p = 0; p < r->npoints; p++)
        for (int64_t k = 0; k < r->planned[p];) {
            const uint8_t *done = r->done + (size_t)p * (size_t)r->nrealizations;
            int64_t from = k;
            while (k < r->planned[p] && done[k] == done[from])
                k++;
            if (!done[from])
                fprintf(stderr, "kinlim: missing at %s = %g: realizations %lld:%lld\n",
                        r->column[0].name, r->point[p * r->ncolumns], (long long)from,
                        (long long)k);
        }
}

static kl_status join(merging *m, int n, const char *const *inputs, const kl_results *first,
                      kl_error *err)
{
    char own[KL_BUILD];
    KL_TRY(kl_collect_create(m->study, &m->results, err));
    for (int i = 0; i < first->npairs; i++)
        KL_TRY(kl_results_set(m->results, first->pair[i].key, first->pair[i].value, err));
    for (int i = 0; i < n; i++)
        KL_TRY(add_part(m, inputs[i], err));
    KL_TRY(kl_until_plan(m->study, m->results, NULL, err));
    name_gaps(m->results);
    kl_results_own_build(m->results, own);
    kl_provenance_warn(m->results, own);
    return KL_OK;
}

static kl_status share_study(MPI_Comm comm, int rank, char *text, kl_study **study, kl_error *err)
{
    int length = rank == 0 ? (int)strlen(text) : 0;
    MPI_Bcast(&length, 1, MPI_INT, 0, comm);
    char *copy = calloc((size_t)length + 1, 1);
    kl_status status =
        copy ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "no memory for the study's text");
    KL_TRY(kl_agree(comm, status, err));
    if (rank == 0)
        memcpy(copy, text, (size_t)length);
    MPI_Bcast(copy, length, MPI_CHAR, 0, comm);
    status = kl_study_parse("study", copy, 0, NULL, study, err);
    free(copy);
    return kl_agree(comm, status, err);
}

static kl_status finish(merging *m, const char *command, kl_error *err)
{
    char now[32];
    KL_TRY(kl_summarise(m->study, m->results, err));
    if (command)
        KL_TRY(kl_results_set(m->results, "merge_command", command, err));
    kl_timestamp(now);
    KL_TRY(kl_results_set(m->results, "merged", now, err));
    KL_TRY(kl_provenance_builds(m->results, err));
    return kl_output_finish(&m->output, m->results, true, err);
}

/* Reads, joins, solves the references that are missing, writes. The place of the output is this
 * merge's from here on. */
static kl_status merge(merging *m, MPI_Comm comm, int n, const char *const *inputs,
                       const char *command, kl_error *err)
{
    int rank;
    char *text = NULL;
    kl_results *first = NULL;
    MPI_Comm_rank(comm, &rank);
    kl_status status = rank == 0 ? read_first(n, inputs, &text, &first, err) : KL_OK;
    KL_GOTO(kl_agree(comm, status, err));
    KL_GOTO(share_study(comm, rank, text, &m->study, err));
    status = rank == 0 ? join(m, n, inputs, first, err) : KL_OK;
    KL_GOTO(kl_agree(comm, status, err));
    int has_reference = m->has_reference;
    MPI_Bcast(&has_reference, 1, MPI_INT, 0, comm);
    if (!has_reference) {
        KL_GOTO(kl_reference_compute(m->study, comm, false, m->results, err));
        KL_GOTO(kl_reference_finer(m->study, comm, m->results, err));
    }
    status = rank == 0 ? finish(m, command, err) : KL_OK;
    status = kl_agree(comm, status, err);
done:
    free(text);
    kl_results_destroy(&first);
    return status;
}

kl_status kl_merge(MPI_Comm comm, const char *output, int n, const char *const *inputs,
                   const char *command, kl_error *err)
{
    int rank;
    merging m = {.output.lock = -1};
    MPI_Comm_rank(comm, &rank);
    kl_status status = rank == 0 ? kl_output_take(output, &m.output, err) : KL_OK;
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = merge(&m, comm, n, inputs, command, err);
    if (rank == 0)
        kl_output_close(&m.output);
    kl_results_destroy(&m.results);
    kl_study_destroy(&m.study);
    return status;
}
