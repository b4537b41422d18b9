/* What the files of this room share. */
#ifndef KL_RUN_RUN_H
#define KL_RUN_RUN_H

#include "ensemble/groups.h"
#include "statistics/forest.h"
#include "summary/summary.h"

/* ---- plan.c ---- */

typedef struct kl_plan {
    int ngroups, largest; /* groups, ranks of the largest */
    int ranks, ranks_per_node;
    double bytes;          /* of the fullest rank, without `results` */
    double results;        /* bytes of all samples, on rank 0 */
    double available;      /* bytes a rank may have */
    double least, seconds; /* of the whole study, roughly: at least, at most */
} kl_plan;

/* Chooses the layout. KL_ENVIRONMENT if it cannot fit in memory, KL_INPUT for
 * an impossible --groups or --realizations. Collective over comm. */
kl_status kl_plan_make(const kl_study *study, MPI_Comm comm, const kl_run_options *options,
                       kl_plan *out, kl_error *err);

/* ---- collect.c: samples between journal, memory and results ---- */

/* Bytes that the samples of a study take on rank 0 of so many, in memory and again as the
 * image of the file. */
double kl_collect_bytes(const kl_study *study, int ranks);

/* Numbers of a field at one time. */
size_t kl_collect_cells(const kl_study *study, int point, int f);

/* An empty results object of the study's shape. */
kl_status kl_collect_create(const kl_study *study, kl_results **out, kl_error *err);

/* One realization's samples as a journal record. */
typedef struct kl_sample_record {
    int point;
    int64_t realization;
    double *quantity; /* [ntimes][nquantities] */
    double *check;    /* [ntimes][nchecks] */
    double **field;   /* [nfields] -> [ntimes][cells] */
    char *payload;    /* the record itself; the arrays above point into it */
    size_t size;
} kl_sample_record;
/* Type 1 was without checksum. A finer record is of study->finer, else alike. */
enum { KL_RECORD_SAMPLE = 2, KL_RECORD_FINER = 3 };

kl_status kl_sample_record_create(const kl_study *study, int point, kl_sample_record *out,
                                  kl_error *err);
void kl_sample_record_number(kl_sample_record *record, int64_t realization);
/* Of psi after the last time (planes.h). */
void kl_sample_record_checksum(kl_sample_record *record, uint64_t checksum);
void kl_sample_record_destroy(kl_sample_record *record);

/* Adds every sample of a journal. */
kl_status kl_collect_journal(const kl_study *study, const char *journal, kl_results *results,
                             kl_error *err);
/* Adds every sample of other results of the same shape but for the number of
 * realizations. Overlap must be identical, else KL_INPUT naming `name`. */
kl_status kl_collect_results(const kl_results *from, const char *name, kl_results *results,
                             kl_error *err);

/* ---- fields.c: statistics of fields where they are measured ---- */

/* The fields of the realizations that a group has finished in this run. */
typedef struct kl_group_fields {
    kl_forest *forest; /* [npoints][nfields] */
} kl_group_fields;

kl_status kl_group_fields_create(const kl_study *study, kl_group_fields *out, kl_error *err);
void kl_group_fields_destroy(const kl_study *study, kl_group_fields *fields);
/* Adds a finished realization; on the leader of its group. */
kl_status kl_group_fields_add(const kl_study *study, const kl_sample_record *record,
                              kl_group_fields *fields, kl_error *err);
/* Joins those of all ranks into `results` on rank 0 (NULL elsewhere). Collective over comm. */
kl_status kl_group_fields_reduce(const kl_study *study, MPI_Comm comm, kl_group_fields *fields,
                                 kl_results *results, kl_error *err);

/* ---- reference.c ---- */

/* Computes the reference of every point; the values arrive in `results` on
 * rank 0 (NULL elsewhere). Collective over comm. */
kl_status kl_reference_compute(const kl_study *study, MPI_Comm comm, bool quiet,
                               kl_results *results, kl_error *err);

/* The same for study->finer, where there is one, into results->finer_reference. */
kl_status kl_reference_finer(const kl_study *study, MPI_Comm comm, kl_results *results,
                             kl_error *err);

/* ---- provenance.c ---- */
kl_status kl_provenance(const kl_study *study, const kl_plan *plan, const char *command,
                        const char *start, kl_results *results, kl_error *err);
void kl_timestamp(char text[32]); /* UTC, ISO 8601 */
/* This program as a maker of realizations. */
void kl_provenance_build(char text[KL_BUILD]);
/* The comments in a journal's study that say which program made which attempts: with this one from
 * `attempt` on, malloc'ed (study: the one that is there already, or NULL); and what they say of an
 * attempt. */
kl_status kl_provenance_attempts(const char *study, int attempt, char **out, kl_error *err);
void kl_provenance_attempt(const char *study, int attempt, char build[KL_BUILD]);
/* One line on standard error if others than `build` made any of the realizations. */
void kl_provenance_warn(const kl_results *results, const char *build);
/* Adds the pair "builds", how many realizations each made, where not all are of the program that
 * the other pairs name. */
kl_status kl_provenance_builds(kl_results *results, kl_error *err);

/* ---- progress.c ---- */

typedef struct kl_progress kl_progress;

/* Rank 0 of comm prints; other ranks report to it. `cost[i]`: of item i. */
kl_status kl_progress_create(MPI_Comm comm, bool quiet, int64_t done, int64_t total,
                             double cost_total, kl_progress **out, kl_error *err);
/* A leader has finished an item of this cost. Local on leaders; cheap. */
void kl_progress_item(kl_progress *progress, double cost);
/* Rank 0 looks for reports and prints if it is time. Local. */
void kl_progress_tick(kl_progress *progress);
/* Waits for all reports of the leaders' items. Collective over comm. */
void kl_progress_end(kl_progress **progress);

#endif
