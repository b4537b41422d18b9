/* A study as the rooms above see it. */
#ifndef KL_STUDY_STUDY_H
#define KL_STUDY_STUDY_H

#include "config/config.h"
#include "kinlim/study.h"
#include "kinlim/results.h"
#include "kinlim/system.h"

/* The `realizations` of a study: at each point `most`, or as many as until.h says. */
typedef struct kl_until {
    int64_t least, most;
    double relative_error;  /* 0: always `most` */
    double order;           /* 1: of the mean; r: of the central moment of order r */
    const char *observable; /* NULL: all */
} kl_until;

struct kl_study {
    char name[256]; /* of the file, without folder and ending */
    kl_config *config;
    char *resolved; /* the resolved study, YAML */
    const kl_system *system;
    void *self; /* the system's own */
    const kl_description *about;
    kl_times times;
    int64_t realizations; /* at most, at each point */
    kl_until until;
    kl_reals orders, deltas;
    bool reference;
    int64_t snapshot;       /* the realization of which snapshots are written; -1: none */
    struct kl_study *finer; /* the same with finer tolerances, few realizations; NULL: no budget */
};

/* ---- study.c ---- */

/* The tables of the keys of every study; NULL-terminated. */
extern const kl_key *const kl_study_keys[];

/* True if samples of the two may stand in one file; else KL_INPUT naming the
 * first key that differs. `old_name`: of the file that `old` is from. */
kl_status kl_study_same(const kl_study *study, const kl_study *old, const char *old_name,
                        kl_error *err);
bool kl_study_same_times(const kl_study *study, const kl_study *old);

#endif
