/* A study as the rooms above see it: the keys of every study, whatever its system. */
#ifndef KL_STUDY_STUDY_H
#define KL_STUDY_STUDY_H

#include "kinlim/config.h"
#include "contract/points.h"
#include "kinlim/results.h"
#include "kinlim/study.h"

/* How many batches a point gets: `most`, or as many as a wanted precision asks for (run/until.h).
 * A batch is a realization, in lockstep `members` of them. */
typedef struct kl_until {
    int64_t least, most;
    double relative_error;  /* 0: always `most` */
    double order;           /* 1: of the mean; r: of the central moment of order r */
    const char *observable; /* NULL: all */
} kl_until;

struct kl_study {
    char name[256]; /* of the file, without folder and ending */
    kl_config *config;
    char *resolved;                  /* the resolved study, YAML */
    const kl_system *const *systems; /* the table that it was read with */
    const kl_system *system;
    void *self; /* the system's own */
    const kl_description *description;
    kl_point_sets sets;
    kl_stations stations;
    int64_t batches; /* at most, at each point */
    int members;     /* of a batch */
    kl_until until;
    kl_reals orders, deltas;
    bool covariance;        /* correlations between quantities and stations are asked for */
    bool solve_limits;      /* in a run; a merge solves those that are missing in any case */
    int64_t snapshot;       /* the realization of which snapshots are written; -1: none */
    struct kl_study *finer; /* the same with finer tolerances, few batches; NULL: no budget */
};

/* Reads a study from YAML text, with that table of systems; `file` is the name used in messages.
 * Local, every rank alike. KL_INPUT: see docs/study.md. */
kl_status kl_study_read(const char *file, const char *text, int nset, const char *const *set,
                        const kl_system *const *systems, kl_study **out, kl_error *err);

/* The tables of the pipeline's own keys in a study of a system; ends with NULL; how many. Without
 * that of the stations. Local. */
int kl_study_tables(const kl_system *system, const kl_key *out[8]);
/* The table of the system's stations: one key. Local. */
void kl_study_station_table(const kl_system *system, kl_key out[2]);

/* True if samples of the two may stand in one file; else KL_INPUT naming the
 * first key that differs. `old_name`: of the file that `old` is from. */
kl_status kl_study_same(const kl_study *study, const kl_study *old, const char *old_name,
                        kl_error *err);
bool kl_study_same_stations(const kl_study *study, const kl_study *old);

/* Realizations at each point, at most. */
static inline int64_t kl_study_realizations(const kl_study *study)
{
    return study->batches * study->members;
}

/* The limit of that name; NULL: the study has none. */
const kl_limit *kl_study_limit(const kl_study *study, const char *name);

/* "eta = 0.3": the first parameter of a point, for messages. */
void kl_study_point_name(const kl_study *study, int point, char *text, size_t size);

#endif
