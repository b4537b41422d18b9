/* What a physical system gives to the pipeline. A new system is one folder or
 * file here and one row in systems.c; nothing else changes.
 *
 * A study has points (values of the system's columns) and, at each point,
 * realizations. A group of ranks works through realizations: begin() once a
 * point, then for each realization start(), and for each time advance(),
 * measure(); end(). The pipeline owns that loop, and with it signals, progress,
 * journal and errors.
 */
#ifndef KL_CONTRACT_SYSTEM_H
#define KL_CONTRACT_SYSTEM_H

#include "config/config.h"
#include "kinlim/results.h"
#include "results/snapshot.h"

typedef enum kl_system_kind {
    KL_INDEPENDENT,  /* realizations know nothing of each other */
    KL_DETERMINISTIC /* one realization a point */
} kl_system_kind;

typedef struct kl_times { /* the pipeline's keys that a system needs */
    int n;
    const double *t; /* macroscopic T, increasing */
} kl_times;

typedef struct kl_field_kind { /* a field of one or two axes that is measured, e.g. a marginal */
    const char *name, *units, *long_name;
    int naxes;
    struct {
        const char *name, *units, *long_name;
    } axis[KL_FIELD_AXES];
} kl_field_kind;

typedef struct kl_description {
    int ncolumns, npoints, nquantities, nchecks, nfields;
    const kl_column *column; /* [ncolumns]: the parameters of a point */
    double *point;           /* [npoints][ncolumns] */
    int *series;             /* [npoints]: points of one series are fitted together */
    int nseries;
    double *series_parameter;   /* [nseries][ncolumns]: columns of a series' own rows; NAN: empty */
    const int *twin;            /* [npoints]: the point it is compared with, of the same random
                                 * numbers; itself: none. NULL: none at all */
    kl_quantity *quantity;      /* [nquantities] */
    const char *const *check;   /* [nchecks] */
    const kl_field_kind *field; /* [nfields] */
    char (*warning)[256];       /* [nwarnings]: to be said once before a run */
    int nwarnings;
    bool no_reference;       /* the study's own keys ask to skip it */
    bool skip_box, infinite; /* not the reference in the box; the one in infinite space */
    const int *family;       /* [npoints]: points of one family differ in size alone; NULL: no
                              * two do */
    int size;                /* the column that is their side */
} kl_description;            /* owned by the system; valid until destroy() */

typedef struct kl_cost {
    double bytes;       /* of the largest rank of a group, per realization in work */
    double seconds;     /* of one realization on one rank, roughly */
    int64_t most_ranks; /* a group cannot be larger */
} kl_cost;

typedef struct kl_reference { /* results of reference(): arrays owned by the caller */
    double *value, *error;    /* [ntimes][nquantities]; NAN on entry */
    double **field;           /* [nfields] -> [ntimes][cells]; NAN on entry */
    const size_t *cells;      /* [nfields]: product of the axes' lengths */
    char note[256];
} kl_reference;

/* How a state in flight is cut for checkpoints: `planes` pieces of plane_bytes in
 * all, of which this rank holds first..first+count-1. planes = 0: not now. */
typedef struct kl_packing {
    int64_t planes, first, count;
    size_t plane_bytes;
} kl_packing;

/* A statistic that is a function of the means over realizations at one point. */
typedef struct kl_derived {
    const char *name, *observable; /* its statistic and observable in the summary */
    /* mean[ntimes][nquantities], of samples, resamples or the reference (NAN where there
     * is none); NAN: it has no value. Local. */
    double (*value)(const void *self, int point, const double *mean);
    /* Its proven exponent in the small parameter; NAN: none. NULL: none. Local. */
    double (*proven)(const void *self);
} kl_derived;

typedef struct kl_system {
    const char *name, *summary;
    kl_system_kind kind;
    int small; /* the column that rates are fitted in; -1: none */

    /* Reads the system's keys of the study; local, every rank alike. no_reference:
     * the study asks for none, so what the reference cannot do is allowed. */
    kl_status (*configure)(kl_node *root, const kl_times *times, bool no_reference, void **self,
                           kl_error *err);
    void (*destroy)(void **self);
    const kl_description *(*describe)(const void *self);
    uint64_t (*seed)(const void *self);
    /* Length and coordinates of an axis of field f at a point. coordinate may be NULL.
     * NULL: the system has no fields. */
    int (*field_axis)(const void *self, int point, int f, int axis, double *coordinate);
    kl_cost (*cost)(const void *self, int point, int group_ranks);

    /* All below are collective over the group. */
    kl_status (*begin)(const void *self, int point, MPI_Comm group, void **run, kl_error *err);
    kl_status (*start)(void *run, int64_t realization, kl_error *err);
    kl_status (*advance)(void *run, int time, kl_error *err);
    /* quantity[nquantities], check[nchecks], field[f][cells], last axis fastest: on every rank of
     * the group. */
    kl_status (*measure)(void *run, int time, double *quantity, double *check, double **field,
                         kl_error *err);
    /* Adds the current state's density to a snapshot, opened by the system at the first
     * time; NULL: the system has none. */
    kl_status (*snapshot)(void *run, int time, const char *path, kl_snapshot **snapshot,
                          kl_error *err);
    void (*end)(void **run);

    /* Checkpoints; all NULL: the system has none. packing(): after measure(time), or
     * with time = -1 the shape alone. restored(): after start() and unpack() of every
     * local plane, the run goes on as if it had advanced to `time`. Local. */
    kl_packing (*packing)(const void *run, int time);
    void (*pack)(const void *run, int64_t plane, void *bytes);
    void (*unpack)(void *run, int64_t plane, const void *bytes);
    void (*restored)(void *run, int time);

    /* The top-level key that concerns the reference alone: samples do not depend on it. */
    const char *reference_key;
    /* The limit's value at a point, collective over comm; what stays NAN has
     * none, and note says why. NULL: the system has no reference. */
    kl_status (*reference)(const void *self, int point, MPI_Comm comm, kl_reference *out,
                           kl_error *err);

    /* The same in infinite space instead of the box; no fields. NULL: none. */
    kl_status (*infinite_reference)(const void *self, int point, MPI_Comm comm, kl_reference *out,
                                    kl_error *err);
    /* The first point of the same reference (in infinite space), perhaps itself. Local. NULL:
     * itself. */
    int (*reference_like)(const void *self, int point, bool infinite);
    /* A bound on what the finite box changes in the limit's value; NAN: it has no meaning
     * in infinite space. Local. NULL: none is known. */
    double (*box_effect)(const void *self, int point, int time, int quantity);
    /* Prints what the plan should know about sizes. Local. NULL: nothing. */
    void (*advise)(const void *self, FILE *out);
    /* Assignments (as of --set) of tolerances that make time evolution and reference finer, for
     * the error budget: at most `most` into text; how many, 0 if there is no room for finer
     * ones. Local. NULL: the system has no budget. */
    int (*finer)(const void *self, char text[][128], int most);

    /* Numbers that follow from the study at a point, without realizations; their names end
     * with NULL. NULL: none. value[f]: NAN where there is none. Local. KL_ENVIRONMENT. */
    const char *const *fact;
    kl_status (*facts)(const void *self, int point, double *value, kl_error *err);

    const kl_derived *derived; /* ends with a NULL name; NULL: none */
} kl_system;

/* The table of systems; NULL-terminated. */
extern const kl_system *const kl_systems[];

/* Versions of the libraries in use, one "name=version" per call, until NULL. Local. */
const char *kl_systems_library(int i, char *text, size_t size);

/* By name. KL_INPUT (through kl_config_fail on `root`) if there is none. */
kl_status kl_system_find(kl_node *root, const char *name, const kl_system **out, kl_error *err);

#endif
