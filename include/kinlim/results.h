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

#ifdef __cplusplus
extern "C" {
#endif

enum { KL_NAME = 64, KL_MOST_COLUMNS = 8 };

typedef enum kl_role {               /* of a column among the parameters of the points */
                       KL_PARAMETER, /* tells points apart */
                       KL_SMALL,     /* rates are fitted in it; it goes to zero in the limit */
                       KL_SIZE, /* points that differ in it alone are extrapolated to infinite size
                                 */
                       KL_VARIANT, /* points that differ in it alone share their random numbers and
                                      are compared */
                       KL_FOLLOWS  /* follows from the others */
} kl_role;

typedef struct kl_column { /* a parameter of the points, e.g. eta */
    char name[KL_NAME];
    char units[KL_NAME]; /* "1" if none */
    char long_name[KL_NAME];
    bool integer;
    char words[KL_NAME]; /* not empty: values are indices of these words, separated by spaces */
    kl_role role;
    char statistic[KL_NAME]; /* of a variant: comparisons are rows STATISTIC:mean, ... */
} kl_column;

typedef struct kl_quantity { /* a real scalar: one part of an observable */
    char observable[KL_NAME];
    char part[4]; /* "re" or "im" */
} kl_quantity;

enum { KL_FIELD_AXES = 4 };

typedef struct kl_axis {
    char name[KL_NAME], units[KL_NAME], long_name[KL_NAME];
    int *length;         /* [npoints] */
    double **coordinate; /* [npoints][length] */
} kl_axis;

typedef struct kl_field { /* a named field of one to four axes, e.g. a density marginal */
    char name[KL_NAME], units[KL_NAME], long_name[KL_NAME];
    int naxes;
    kl_axis axis[KL_FIELD_AXES];
    struct kl_forest *moments; /* [npoints]: over all finished realizations, of [ntimes][cells], */
                               /* cells the product of the lengths (statistics/forest.h) */
    double **single;           /* [npoints][ntimes*cells]: realization 0; NAN where not done */
    double **reference;        /* [npoints][ntimes*cells]; NULL or NAN where there is none */
} kl_field;

typedef struct kl_limit_data { /* the values of a limit, e.g. of the Boltzmann equation */
    char name[KL_NAME];        /* "reference"; NAME: rows NAME_reference, NAME_bias */
    char long_name[KL_NAME];   /* e.g. "kinetic limit" */
    bool infinite_size;        /* the reference at infinite size */
    double moment;             /* 0: of the mean; r: of the central moment of order r */
    bool normal;               /* and of every order, as of a normal distribution */
    double *value;             /* [npoints][ntimes][nquantities]; NAN where there is none */
    double *error;             /* likewise: absolute, non-negative */
    char (*note)[256];         /* [npoints]: why there is none, or what it did not reach */
    double *correlation;       /* [npoints][n][n], n = ntimes nquantities; NULL: not asked for */
} kl_limit_data;

typedef enum kl_ensemble { KL_INDEPENDENT, KL_DETERMINISTIC, KL_LOCKSTEP } kl_ensemble;

typedef struct kl_guide { /* a line through a logarithmic plot of an observable over the stations:
                           */
    const char *observable, *words; /* e.g. "msd", "ballistic" */
    double coefficient, power; /* coefficient s^power; coefficient NAN: through the last point */
} kl_guide;

/* A drawing of a quantity, "2 2|1-4.2-3|basic": lines with so many points each, the points numbered
 * through, every second line backwards; which points are joined, groups apart by "."; its kind. */
enum { KL_DIAGRAM = 112 };

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
    kl_ensemble ensemble;
    int members;   /* realizations of a batch: 1 but for KL_LOCKSTEP; 0 in a shape: 1 */
    int block;     /* realizations that may depend on each other, at least members; 0: members */
    char *study;   /* the resolved study, YAML text */
    int npairs;    /* provenance: program version, git revision, compiler, flags, */
    kl_pair *pair; /* instruction set, library versions, seed, host, ranks, start, end */

    /* What the report needs besides; written but not read back, and not owned. */
    const char *model;     /* the system in a few sentences; NULL: none */
    double proven_moments; /* k of a proven (E|Y - E Y|^r)^(1/r) <= c small^(k/r); 0: none */
    int nguides;
    const kl_guide *guide;
    const char (*diagram)[KL_DIAGRAM]; /* [nquantities], empty: none; or NULL */
    bool covariance;                   /* correlations between all numbers are asked for */

    int ncolumns, npoints, ntimes, nquantities, nchecks, nrealizations, norders, nfields, nrows,
        nfiner, nlimits;
    kl_column *column;
    double *point; /* [npoints][ncolumns] */
    int small;     /* the column that is the small parameter of the rates; -1: none */
    int *series;   /* [npoints]: points of one series are fitted together */
    /* The stations: times, lengths, ...; an empty name: there are none, ntimes is 1. */
    char time_name[KL_NAME], time_symbol[KL_NAME], time_units[KL_NAME], time_long_name[KL_NAME];
    double *time;           /* [ntimes]; NAN where there are none */
    kl_quantity *quantity;  /* [nquantities] */
    char (*check)[KL_NAME]; /* [nchecks], e.g. "norm_drift" */
    double *order;          /* [norders] */

    int *planned; /* [npoints]: realizations that are asked for, at most nrealizations;
                   * with stopping by precision as far as is known */
    /* The arrays of all realizations lie in a file if they are large (kl_results_create_in()). */
    struct kl_mapped *mapped; /* NULL: in memory */
    uint8_t *done;            /* [npoints][nrealizations] */
    int nbuilds;              /* programs that made realizations (kl_results_build()) */
    char **build;             /* [nbuilds] */
    int *maker;               /* [npoints][nrealizations]: index of a build, where done */
    uint64_t *checksum; /* [npoints][nrealizations]: of the state after the last station; 0: none */
    double *sample;     /* [npoints][nrealizations][ntimes][nquantities]; NAN where not done */
    double *sample_error; /* likewise: own error of deterministic values; else NULL */
    double *check_value;  /* [npoints][nrealizations][ntimes][nchecks]; NAN where not done */
    kl_limit_data *limit; /* [nlimits] */
    double *finer;       /* [npoints][nfiner][ntimes][nquantities]: samples of realizations 0.. with
                          * finer tolerances; NAN where not done */
    double *correlation; /* [npoints][n][n], likewise, of the samples; NULL: not asked for */
    double *finer_reference; /* [npoints][ntimes][nquantities], likewise; NAN where there is none */
    kl_field *field;
    kl_row *row; /* [nrows]: the summary */
} kl_results;

/* Allocates the arrays of a results object whose counts n* are set by the
 * caller in *shape (whose pointers and pairs are ignored; texts, ensemble, members
 * and small are copied); numbers start as NAN, `done` as 0, rows without a point.
 * Field lengths come later, by kl_results_field(). */
kl_status kl_results_create(const kl_results *shape, kl_results **out, kl_error *err);
/* Bytes of the arrays of all realizations. */
double kl_results_bytes(const kl_results *shape);
/* The same as kl_results_create() with these arrays in a new file, of zeros at first, so that
 * numbers that are not done are NAN after kl_results_blank() alone; the file is the caller's to
 * remove. With `other` they are those of another process, to be read. KL_ENVIRONMENT: no room. */
kl_status kl_results_create_in(const kl_results *shape, const char *path, bool other,
                               kl_results **out, kl_error *err);
void kl_results_blank(kl_results *results);
/* Realizations first..end-1 of a point are done with, of many one after the other: now and then
 * what lies in a file is let go from memory. */
void kl_results_passed(const kl_results *results, int64_t first, int64_t end);
/* Allocates field f, whose naxes is set, at a point, of the given lengths (one per axis). */
kl_status kl_results_field(kl_results *results, int f, int point, const int *length, kl_error *err);
/* Product of the lengths; 0 before. */
size_t kl_field_cells(const kl_field *field, int point);
/* Where a number is in the arrays of a limit. */
size_t kl_results_at(const kl_results *results, int point, int time, int quantity);
/* The [ntimes][nquantities] of a realization, done or not; of a finer realization. */
double *kl_results_sample(const kl_results *results, int point, int64_t realization);
/* What the name of a limit of moments ends in; the name with another ending in its place. Local. */
#define KL_MOMENT_LIMIT "central_moment_limit"
void kl_results_suffixed(const kl_limit_data *limit, const char *suffix, char *out, size_t size);
/* The limit of that name; NULL: there is none. */
kl_limit_data *kl_results_find_limit(const kl_results *results, const char *name);
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

/* Finished realizations of a point, and planned ones with finished ones beyond. */
void kl_results_count(const kl_results *results, int point, int *done, int *asked);
int64_t kl_results_done(const kl_results *results);  /* finished (point, realization) pairs */
int64_t kl_results_asked(const kl_results *results); /* planned ones, and finished ones beyond */

/* HDF5 (results_write.c, results_read.c); local, one rank. The file is built in
 * memory, written to PATH.part, synced and renamed: PATH is never half written.
 * KL_INPUT: no such folder; KL_ENVIRONMENT: disk full, no permission, no memory.
 * Reading: KL_INPUT if missing, not a kinlim file, newer, or damaged. A file without a seal is read
 * in a child process (fork) first, since HDF5 can crash on damage. */
kl_status kl_results_write(const kl_results *results, const char *path, kl_error *err);
/* The same by all ranks of comm if the file is large; r: on rank 0, on the others what they see of
 * the arrays of all realizations (kl_results_create_in()) or NULL. The large arrays are contiguous,
 * without checksums of their own: the seal has them. Collective over comm. */
kl_status kl_results_write_by_all(const kl_results *r, const char *path, MPI_Comm comm,
                                  kl_error *err);
/* Bytes from which on results are large: 1 GB, or KINLIM_LARGE of the environment. */
double kl_results_large(void);
/* Of large arrays, bytes that are in memory at a time. */
double kl_results_window(void);
kl_status kl_results_read(const char *path, kl_results **out, kl_error *err);
const char *kl_hdf5_version(void);

/* CSV on `out` (export.c). KL_ENVIRONMENT if writing fails. */
kl_status kl_results_export_summary(const kl_results *results, FILE *out, kl_error *err);
kl_status kl_results_export_samples(const kl_results *results, FILE *out, kl_error *err);

/* Provenance and "realizations: DONE/TOTAL", as `kinlim info` prints it. */
kl_status kl_results_print_info(const kl_results *results, FILE *out, kl_error *err);

#ifdef __cplusplus
}
#endif

#endif
