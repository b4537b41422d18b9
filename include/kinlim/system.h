/* What a physical system gives to the pipeline. A system is one folder and one row in a table of
 * systems (docs/adding-a-system.md); nothing else changes.
 *
 * A study has points (values of the system's columns: eta, sites, ...) and, at each point,
 * realizations. A realization passes stations (times, lengths; or none) and is measured at each.
 * The pipeline owns that loop, and with it signals, progress, checkpoints, journal, statistics,
 * files and errors:
 *
 *   begin(place)                      once a point
 *   for each batch: start()           one realization, or `members` of them in lockstep
 *     for each station: advance() until it is reached, measure() for each member of this group
 *   end()
 *
 * Three kinds of ensemble:
 *   KL_DETERMINISTIC   one realization a point; a value has an error of its own
 *   KL_INDEPENDENT     realizations know nothing of each other; a batch is one of them
 *   KL_LOCKSTEP        the `members` of a batch advance together and may share sums over all of
 *                      them (kl_ensemble_sum); batches are independent. Realization m of batch b
 *                      is number b members + m.
 *
 * Arrays that a system returns are its own and stay valid until close(). Functions are local
 * unless said otherwise; those that return kl_status may fail with any of its codes.
 */
#ifndef KINLIM_SYSTEM_H
#define KINLIM_SYSTEM_H

#include "kinlim/config.h"
#include "kinlim/results.h"

#include <mpi.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what a study is made of ---- */

/* Where a realization is measured. All NULL: once, at its end; the study has no such key. */
typedef struct kl_station_kind {
    const char *key;                               /* of the study: a list of numbers */
    const char *name, *symbol, *units, *long_name; /* "time", "T", "1", "macroscopic time" */
} kl_station_kind;

typedef struct kl_stations {
    int n;               /* at least 1 */
    const double *value; /* [n], strictly increasing; NULL where the system has none */
} kl_stations;

/* The points. What they have in common follows from the roles of the columns (kl_role in
 * results.h): series of points that rates are fitted in, twins that differ in a variant alone,
 * families that differ in size alone. */
typedef struct kl_points {
    int n, ncolumns;         /* at most KL_MOST_COLUMNS */
    const kl_column *column; /* [ncolumns] */
    const double *value;     /* [n][ncolumns] */
    const double *level;     /* [n][ncolumns]: what tells points apart where that is not the value,
                              * e.g. the side that was asked for; NULL: the values */
} kl_points;

typedef struct kl_field_kind { /* a field of one to KL_FIELD_AXES axes, e.g. a marginal */
    const char *name, *units, *long_name;
    int naxes;
    struct {
        const char *name, *units, *long_name;
    } axis[KL_FIELD_AXES];
} kl_field_kind;

/* A function of the means over realizations at one point, e.g. a localization length. */
typedef struct kl_derived kl_derived;
struct kl_derived {
    const char *name, *observable; /* its statistic and observable in the tables */
    double order;                  /* its order in the tables; 0: 1 */
    bool per_station;              /* one value at each station; else one in all */
    /* mean[nstations][nquantities], of samples, resamples or a limit (NAN where there is none);
     * NAN: it has no value. `station` is -1 unless per_station. */
    double (*value)(const void *self, const kl_derived *which, int point, int station,
                    const double *mean);
    /* In the place of value, in deterministic systems: a function of two points, e.g. a difference
     * quotient. `larger` is the point of the next larger small parameter in the series of `point`;
     * no such point: no value. Neither station nor limits, and no rate is fitted. NULL: value. */
    double (*between)(const void *self, const kl_derived *which, int point, int larger,
                      const double *mean, const double *mean_larger);
    bool scales; /* with size: positive; its slope in the size is of interest, and a critical value
                  * of the small parameter at which its curves of different sizes cross */
    double proven;     /* its proven exponent in the small parameter; 0: none */
    bool signed_value; /* of either sign: its exponent is fitted as that of a bias */
    /* The value less that of this limit's values: how far the means are from it. No limits beside
     * it, no value where there is none. NULL: the value itself. */
    const char *less_limit;
    /* q > 0: beside the exponent, c of log value = c/small^q + constant is fitted, with its row
     * log_rate:NAME. 0: not. */
    double log_rate;
    bool jackknife; /* interval by the jackknife over independent samples; else the bootstrap's */
    const char
        *of_limit; /* of the values of this limit, in the place of means: no limits beside it,
                    * no rate; its interval is what the limit's errors may change. NULL */
};

/* A number that follows from the study at a point, without realizations. */
typedef struct kl_constant {
    const char *name;              /* its statistic */
    const char *observable, *part; /* NULL: none */
    double order;                  /* 0: 1 */
    bool zero_order;               /* its order is 0 */
    bool rated;                    /* its exponent in the small parameter is of interest */
} kl_constant;

/* ---- limits ---- */

typedef struct kl_limit_values { /* arrays owned by the caller, NAN on entry */
    double *value, *error;       /* [nstations][nquantities]; error: absolute */
    /* [n][n], n = nstations nquantities in that order: limits of the correlations between the
     * samples of two numbers; NULL: not asked for. */
    double *correlation;
    double **field;      /* [nfields] -> [nstations][cells] */
    const size_t *cells; /* [nfields]: product of the axes' lengths */
    char note[256];      /* why there is none, or what it did not reach */
    /* True where the run is to stop; collective over the communicator of solve(). To be asked now
     * and then: a solve that ends with KL_STOPPED is begun again when the run goes on. */
    bool (*stop)(void *context);
    void *stop_context;
} kl_limit_values;

typedef struct kl_limit {
    const char *name; /* "reference": rows reference, bias; NAME: rows NAME_reference, NAME_bias */
    const char *long_name; /* "kinetic limit" */
    bool fields;           /* the fields have it too */
    bool silent;           /* no rows of its own: derived statistics are made of it */
    bool infinite_size; /* the reference at infinite size: the two differ by the effect of size */
    /* The values at a point; what stays NAN has none, and note says why. Collective over comm. */
    kl_status (*solve)(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err);
    /* The first point of the same limit, perhaps the point itself. NULL: always itself. */
    int (*same_as)(const void *self, int point);
    /* Seconds of solve() on one rank, roughly. NULL: next to none. */
    double (*seconds)(const void *self, int point);
    /* Of points with the same limit: values are in these proportions. NULL: equal. */
    double (*scale)(const void *self, int point);
    /* 0: of the mean. r: the values are those of the central moment (E|Y - E Y|^r)^(1/r), in
     * leading order of the small parameter. Its name ends in "central_moment_limit" and is the
     * row's; the quotient measured over limit is the row "...moment_ratio". */
    double moment;
    bool normal;      /* Y is normal in the limit: from this moment follow those of every order */
    bool correlation; /* it gives correlations, where the study asks for them */
} kl_limit;

/* ---- a study, as its system describes it ---- */

typedef struct kl_description {
    kl_points points;
    int nquantities, nchecks, nfields, nlimits, nderived, nconstants, nguides, nwarnings;
    int block; /* independent ensembles: so many realizations that follow each other depend on
                * each other, only whole blocks of them count; 0: 1 */
    int64_t available; /* independent ensembles: so many realizations exist; 0: any number */
    const kl_quantity *quantity; /* [nquantities]: re before im */
    const char *const *check;    /* [nchecks]: non-negative numbers, small where all is well */
    const kl_field_kind *field;  /* [nfields] */
    const kl_limit *limit;       /* [nlimits]: those that the study wants, solved in this order */
    bool skip_limits;            /* its keys ask not to solve them now; a merge does */
    const kl_derived *derived;   /* [nderived] */
    const kl_constant *constant; /* [nconstants] */
    const kl_guide *guide;       /* [nguides] */
    /* [nquantities]: how each can be drawn (results.h), empty: not. NULL: none of them. */
    const char (*diagram)[KL_DIAGRAM];
    char (*warning)[256]; /* [nwarnings]: said once before a run */
    bool random;          /* it draws random numbers, */
    uint64_t seed;        /* of this seed */
    /* k of a proven (E|Y - E Y|^r)^(1/r) <= c small^(k/r); 0: nothing is proven */
    double proven_moments;
} kl_description;

typedef struct kl_cost {
    double bytes;       /* of the largest rank of a group: one member in work, all else included */
    double more_bytes;  /* of each further member of a batch that the group holds */
    double node_bytes;  /* held once on each node by all its ranks of a group on several nodes */
    double seconds;     /* of one realization on one rank, roughly */
    int64_t most_ranks; /* a group cannot be larger; 0: any */
} kl_cost;

/* ---- a group's work ---- */

typedef struct kl_place {
    int point;
    MPI_Comm group;    /* shares the members that it holds, each with its lattice */
    MPI_Comm ensemble; /* the groups of a batch; the same as group unless in lockstep */
    int members;       /* of a batch; 1 unless in lockstep */
    int first, count;  /* members first..first+count-1 are this group's; count may be 0 */
} kl_place;

/* sum[n] = the sum over all members of the batch of their value[n], in the order of their numbers:
 * the same bits on any layout. value[count][n]: of this group's members, the same on each of its
 * ranks. Collective over place->ensemble. KL_ENVIRONMENT: no memory. */
kl_status kl_ensemble_sum(const kl_place *place, int n, const double *value, double *sum,
                          kl_error *err);

typedef struct kl_sample { /* one member at one station; arrays owned by the caller */
    double *quantity;      /* [nquantities] */
    double *error;  /* [nquantities], deterministic systems: of quantity, absolute; 0 on entry */
    double *check;  /* [nchecks] */
    double **field; /* [nfields] -> [cells], last axis fastest */
} kl_sample;

/* How the state of a batch in flight is cut for checkpoints: into `pieces` of piece_bytes each
 * (planes, orbitals, particles, members), numbered over the whole ensemble. Piece i of this rank,
 * 0 <= i < blocks count, has the number first + (i / count) stride + i % count; each piece is
 * held by one rank. pieces = 0: not now. */
typedef struct kl_packing {
    int64_t pieces, first, count, blocks, stride; /* blocks = 0: 1 */
    size_t piece_bytes;
    /* Behind them this rank holds the pieces more_first..more_first+more_count-1, e.g. the planes
     * of a second grid. */
    int64_t more_first, more_count;
    size_t progress_bytes; /* the last ones of each piece: of how far the work is (sums so far,
                            * ...), not of the state, and not in its checksum */
} kl_packing;

typedef struct kl_snapshot kl_snapshot; /* results/snapshot.h */

/* ---- the system ---- */

/* In the initialiser of a kl_system: `type` is its study, with a member `description`. */
#define KL_STUDY(type) .bytes = sizeof(type), .description = offsetof(type, description)

typedef struct kl_system kl_system;
struct kl_system {
    const char *name, *summary; /* one line */
    const char *model;          /* what it is, in a few sentences for the report */
    const char *source;         /* the paper and section */
    kl_ensemble ensemble;
    kl_station_kind stations;
    bool negative_stations;    /* they may be below 0, as energies */
    const kl_key *const *keys; /* its tables of top-level keys; ends with NULL */
    /* The columns of its points, for `kinlim info`: ends with an empty name. Studies may be without
     * the last ones. NULL: they are not listed. */
    const kl_column *columns;

    /* A study is a struct of the system's own: so many bytes, zeroed before open() and freed after
     * close(), with its kl_description at this offset. Set by KL_STUDY(). */
    size_t bytes, description;
    /* Reads the system's keys of the study into it; every rank alike. close() follows in any case.
     */
    kl_status (*open)(kl_node *root, const kl_stations *stations, void *self, kl_error *err);
    void (*close)(void *self); /* frees what the study owns, half read too. NULL: nothing */
    /* Length and coordinates of an axis of field f at a point. coordinate may be NULL.
     * NULL: no fields. */
    int (*axis)(const void *self, int point, int f, int axis, double *coordinate);
    kl_cost (*cost)(const void *self, int point, int group_ranks);

    /* The run. All are collective over place->group, in lockstep over place->ensemble. place is
     * valid until end(). start and advance may be NULL: nothing to do. */
    kl_status (*begin)(const void *self, const kl_place *place, void **run, kl_error *err);
    kl_status (*start)(void *run, int64_t batch, kl_error *err);
    /* Goes on towards the station; *reached, true on entry: false where there is more to do, and
     * then it is called again. Between two calls the run may be stopped and checkpointed: seconds
     * of work a call are good, much less is not needed. */
    kl_status (*advance)(void *run, int station, bool *reached, kl_error *err);
    /* Member 0..count-1 of this group, on each of its ranks; collective over the group alone. */
    kl_status (*measure)(void *run, int station, int member, kl_sample *out, kl_error *err);
    void (*end)(void **run); /* NULL-safe */
    /* What the run chose for this machine and what changes no result, e.g. sizes of tiles: for the
     * provenance; empty: nothing. Local. NULL: it chooses nothing. */
    void (*chosen)(const void *run, char text[KL_NAME]);
    /* Adds the current state's density to a snapshot, opened by the system at the first
     * station. NULL: there is none. Not in lockstep. */
    kl_status (*snapshot)(void *run, int station, const char *path, kl_snapshot **snapshot,
                          kl_error *err);

    /* Checkpoints; all NULL: there are none. packing(): now, when `station` was the last one that
     * was measured (-1: none yet). shape(): how large the pieces of any packing are. restored():
     * after start() and unpack() of every piece of this rank, the batch goes on as if it had been
     * measured up to `station`. Local. */
    kl_packing (*packing)(const void *run, int station);
    kl_packing (*shape)(const void *run);
    void (*pack)(const void *run, int64_t piece, void *bytes);
    void (*unpack)(void *run, int64_t piece, const void *bytes);
    void (*restored)(void *run, int station);

    /* The description's constants at a point; value[nconstants] is NAN where there is none.
     * NULL: no constants. */
    kl_status (*constants)(const void *self, int point, double *value, kl_error *err);
    /* A bound on the numerical error of a sample, e.g. by the propagator's tolerance: no rate is
     * fitted below it. Not for deterministic systems, whose samples say it. NULL: not known. */
    double (*accuracy)(const void *self, int point, int station, int quantity);
    /* A bound on what the finite size of a point changes in a quantity; NAN: the number has no
     * meaning at infinite size. NULL: none is known. */
    double (*size_effect)(const void *self, int point, int station, int quantity);
    /* Prints what the plan should know. NULL: nothing. */
    void (*advise)(const void *self, FILE *out);
    /* Assignments (as of --set) of tolerances that make time evolution and reference finer, for
     * the error budget: at most `most` into text; how many, 0 if there is no room for finer
     * ones. NULL: the system has no budget. */
    int (*finer)(const void *self, char text[][128], int most);

    /* Another way to the same, with another ensemble: its name and keys are those of this system,
     * and it has no alternative itself. *asked: whether the study wants it. NULL: there is none. */
    const kl_system *alternative;
    kl_status (*alternate)(kl_node *root, bool *asked, kl_error *err);
};

#ifdef __cplusplus
}
#endif

#endif
