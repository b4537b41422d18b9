/* Everything a study has produced, in memory; and its files.
 *
 * kl_results is plain data, whole on the one rank that writes. Index order is
 * as written at each field, last index fastest. Knows no physics: names and
 * units come from the system.
 */
#ifndef KINLIM_RESULTS_H
#define KINLIM_RESULTS_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { KL_NAME = 64, KL_MOST_COLUMNS = 8 };

typedef struct kl_column { /* a parameter of the points, e.g. eta */
    char name[KL_NAME];
    char units[KL_NAME]; /* "1" if none */
    char long_name[KL_NAME];
    bool integer;
    char words[KL_NAME]; /* not empty: values are indices of these words, separated by spaces */
} kl_column;

typedef struct kl_quantity { /* a real scalar: one part of an observable */
    char observable[KL_NAME];
    char part[4]; /* "re" or "im" */
} kl_quantity;

enum { KL_FIELD_AXES = 2 };

typedef struct kl_axis {
    char name[KL_NAME], units[KL_NAME], long_name[KL_NAME];
    int *length;         /* [npoints] */
    double **coordinate; /* [npoints][length] */
} kl_axis;

typedef struct kl_field { /* a named field of one or two axes, e.g. a density marginal */
    char name[KL_NAME], units[KL_NAME], long_name[KL_NAME];
    int naxes;
    kl_axis axis[KL_FIELD_AXES];
    struct kl_forest *moments; /* [npoints]: over all finished realizations, of [ntimes][cells], */
                               /* cells the product of the lengths (statistics/forest.h) */
    double **single;           /* [npoints][ntimes*cells]: realization 0; NAN where not done */
    double **reference;        /* [npoints][ntimes*cells]; NULL or NAN where there is none */
} kl_field;

typedef struct kl_row { /* one number of the summary: one CSV row of `export` */
    int point;          /* -1: belongs to no point (a rate) */
    double time;        /* NAN: empty */
    char observable[KL_NAME], part[4], statistic[KL_NAME];
    double order;
    int realizations;
    double value, low, high;
    double parameter[KL_MOST_COLUMNS]; /* where point is -1: its columns; NAN: empty */
} kl_row;

typedef struct kl_pair {
    char key[KL_NAME];
    char *value;
} kl_pair;

typedef struct kl_results {
    char system[KL_NAME];
    char *study;   /* the resolved study, YAML text */
    int npairs;    /* provenance: program version, git revision, compiler, flags, */
    kl_pair *pair; /* instruction set, library versions, seed, host, ranks, start, end */

    int ncolumns, npoints, ntimes, nquantities, nchecks, nrealizations, norders, nfields, nrows,
        nfiner;
    kl_column *column;
    double *point; /* [npoints][ncolumns] */
    int small;     /* the column that is the small parameter of the rates; -1: none */
    int *series;   /* [npoints]: points of one series are fitted together */
    double *time;  /* [ntimes] */
    char time_units[KL_NAME];
    kl_quantity *quantity;  /* [nquantities] */
    char (*check)[KL_NAME]; /* [nchecks], e.g. "norm_drift" */
    double *order;          /* [norders] */

    int *planned;            /* [npoints]: realizations that are asked for, at most nrealizations;
                              * with stopping by precision as far as is known */
    uint8_t *done;           /* [npoints][nrealizations] */
    int nbuilds;             /* programs that made realizations (kl_results_build()) */
    char **build;            /* [nbuilds] */
    int *maker;              /* [npoints][nrealizations]: index of a build, where done */
    uint64_t *checksum;      /* [npoints][nrealizations]: of psi after the last time; 0: none */
    double *sample;          /* [npoints][nrealizations][ntimes][nquantities]; NAN where not done */
    double *check_value;     /* [npoints][nrealizations][ntimes][nchecks]; NAN where not done */
    double *reference;       /* [npoints][ntimes][nquantities]; NAN where there is none */
    double *reference_error; /* likewise: absolute, non-negative */
    double *infinite, *infinite_error; /* the same in infinite space instead of the box */
    char (*reference_note)[256]; /* [npoints]: why there is none, or what it did not reach; may be
                                    empty */
    double *finer; /* [npoints][nfiner][ntimes][nquantities]: samples of realizations 0.. with
                    * finer tolerances; NAN where not done */
    double *finer_reference; /* [npoints][ntimes][nquantities], likewise; NAN where there is none */
    kl_field *field;
    kl_row *row; /* [nrows]: the summary */
} kl_results;

/* Allocates the arrays of a results object whose counts n* are set by the
 * caller in *shape (whose pointers and pairs are ignored; system, time_units and
 * small are copied); numbers start as NAN, `done` as 0, rows without a point.
 * Field lengths come later, by kl_results_field(). */
kl_status kl_results_create(const kl_results *shape, kl_results **out, kl_error *err);
/* Allocates field f, whose naxes is set, at a point, of the given lengths (one per axis). */
kl_status kl_results_field(kl_results *results, int f, int point, const int *length, kl_error *err);
/* Product of the lengths; 0 before. */
size_t kl_field_cells(const kl_field *field, int point);
/* Where a number of the limit is in reference, infinite and their like. */
size_t kl_results_limit(const kl_results *results, int point, int time, int quantity);
/* The [ntimes][nquantities] of a realization, done or not; of a finer realization. */
double *kl_results_sample(const kl_results *results, int point, int64_t realization);
double *kl_results_finer(const kl_results *results, int point, int64_t realization);
void kl_results_destroy(kl_results **results);

/* Appends or replaces a provenance pair / reads one (NULL if absent). */
kl_status kl_results_set(kl_results *results, const char *key, const char *value, kl_error *err);
const char *kl_results_get(const kl_results *results, const char *key);

/* A program that makes samples in a few words, e.g. "kinlim 0.1.0, revision 12ab, GNU 12.2.0";
 * NULL for what is not recorded. */
enum { KL_BUILD = 256 };
void kl_build_text(const char *version, const char *revision, const char *compiler,
                   char text[KL_BUILD]);
/* The one that the provenance pairs name. */
void kl_results_own_build(const kl_results *results, char text[KL_BUILD]);
/* The index of such a text, which is added if it is new. */
kl_status kl_results_build(kl_results *results, const char *text, int *index, kl_error *err);
/* The finished realizations that it made, over all points. */
int64_t kl_results_made(const kl_results *results, int build);
/* "A: 7 realizations; B: 1 realizations", of those that made any; malloc'ed, NULL without memory.
 */
char *kl_results_list_builds(const kl_results *results);
/* True if any was made by another than `text`. */
bool kl_results_made_by_others(const kl_results *results, const char *text);

/* The word of a value of a column of words, or NULL: the value is a number. Local. */
const char *kl_column_word(const kl_column *column, double value, char word[KL_NAME]);

int64_t kl_results_done(const kl_results *results);  /* finished (point, realization) pairs */
int64_t kl_results_asked(const kl_results *results); /* planned ones, and finished ones beyond */

/* HDF5 (results_write.c, results_read.c); local, one rank. The file is built in
 * memory, written to PATH.part, synced and renamed: PATH is never half written.
 * KL_INPUT: no such folder; KL_ENVIRONMENT: disk full, no permission, no memory.
 * Reading: KL_INPUT if missing, not a kinlim file, newer, or damaged. */
kl_status kl_results_write(const kl_results *results, const char *path, kl_error *err);
kl_status kl_results_read(const char *path, kl_results **out, kl_error *err);
const char *kl_hdf5_version(void);

/* CSV on `out` (export.c). KL_ENVIRONMENT if writing fails. */
kl_status kl_results_export_summary(const kl_results *results, FILE *out, kl_error *err);
kl_status kl_results_export_samples(const kl_results *results, FILE *out, kl_error *err);

/* Provenance and "realizations: DONE/TOTAL", as `kinlim info` prints it. */
kl_status kl_results_print_info(const kl_results *results, FILE *out, kl_error *err);

#endif
