/* A study: read it, look at its plan, run it. */
#ifndef KINLIM_STUDY_H
#define KINLIM_STUDY_H

#include "kinlim/system.h"
#include "kinlim/version.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kl_study kl_study;
typedef struct kl_log kl_log;

/* Starts and ends the libraries below; MPI is running. Collective over MPI_COMM_WORLD. */
kl_status kl_begin(kl_error *err);
void kl_end(void);

/* Reads a study file on rank 0 of comm, applies `nset` assignments
 * "key.path=value", checks everything. `systems`: the table that its `system` is looked for in,
 * ending with NULL; NULL: kinlim's own. Collective over comm; *out is the
 * caller's, on every rank. KL_INPUT: see docs/study.md. */
kl_status kl_study_load(MPI_Comm comm, const char *path, int nset, const char *const *set,
                        const kl_system *const *systems, kl_study **out, kl_error *err);
/* From YAML text; `file` is the name used in messages. Local, every rank alike. */
kl_status kl_study_parse(const char *file, const char *text, int nset, const char *const *set,
                         const kl_system *const *systems, kl_study **out, kl_error *err);
void kl_study_destroy(kl_study **study);

typedef struct kl_run_options {
    const char *output;           /* RESULTS.h5; NULL: the study's name with .h5, in this folder */
    const char *command;          /* recorded as provenance; may be NULL */
    const char *const *libraries; /* "name=version" each, likewise; ends with NULL */
    bool resume;
    int64_t first,
        last;   /* batches first..last-1 (realizations; in lockstep ensembles); last = 0: all */
    int groups; /* 0: chosen from memory and rank count */
    double max_walltime; /* seconds; 0: none */
    double checkpoint;   /* least seconds between checkpoints; 0: chosen from their cost */
    bool quiet;          /* no progress */
    bool json;           /* a dry run: prints JSON */
    kl_log *log;         /* of the command line's rank 0; NULL: none */
} kl_run_options;

/* Runs what is open of the study and writes the results. Collective over comm.
 * KL_STOPPED: stopped by a signal or the walltime; everything finished is saved. */
kl_status kl_study_run(kl_study *study, MPI_Comm comm, const kl_run_options *options,
                       kl_error *err);

/* Prints points, memory per rank, estimated time, layout on standard output of
 * rank 0; fails as a run would. Collective over comm; writes nothing. */
kl_status kl_study_dry_run(kl_study *study, MPI_Comm comm, const kl_run_options *options,
                           kl_error *err);

/* What an unfinished run has left beside RESULTS.h5: "journal: N realizations", and a line for
 * each realization in flight with its checkpoint. *found: there is a journal. Local. */
kl_status kl_study_unfinished(const char *results, bool *found, FILE *out, kl_error *err);

/* Joins results files of one study that hold disjoint or identical
 * realizations; computes the reference if they have none. Collective over comm. */
kl_status kl_merge(MPI_Comm comm, const char *output, int n, const char *const *inputs,
                   const char *command, const kl_system *const *systems, kl_error *err);

/* The whole program: kinlim's command line with that table of systems (NULL: kinlim's own). Starts
 * and ends MPI. Returns the exit code. */
int kl_main(int argc, char **argv, const kl_system *const *systems);

#ifdef __cplusplus
}
#endif

#endif
