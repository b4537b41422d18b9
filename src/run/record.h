/* The samples of a batch on their way into the journal: one record.
 *
 * A record is a head and, for each member of the batch in order, its quantities
 * [ntimes][nquantities], for deterministic systems their errors likewise, checks [ntimes][nchecks]
 * and fields [nfields][ntimes][cells]. Every rank of a batch has a whole record and fills the
 * members of its group; the leader of the ensemble has them all after kl_record_gather(). Local but
 * for that.
 */
#ifndef KL_RUN_RECORD_H
#define KL_RUN_RECORD_H

#include "study/study.h"

/* Types of records in a journal. Type 1 was without checksum; a finer record is of study->finer,
 * else alike. */
enum { KL_RECORD_SAMPLE = 2, KL_RECORD_FINER = 3, KL_RECORD_LIMIT = 4 };

typedef struct kl_record {
    const kl_study *study;
    int point;
    int64_t batch;
    char *payload; /* as it goes to disk */
    size_t size;
    double **field; /* [nfields]: scratch of kl_record_sample() */
} kl_record;

/* Where the samples of member m are in a record's numbers, or in those of a payload. */
typedef struct kl_member {
    const double *quantity, *error, *check; /* error: NULL unless deterministic */
    const double *field;                    /* the first; the others follow */
} kl_member;

kl_status kl_record_create(const kl_study *study, int point, kl_record *out, kl_error *err);
void kl_record_destroy(kl_record *record);
/* Of the next batch. */
void kl_record_number(kl_record *record, int64_t batch);
/* Of the state after the last station (pieces.h). */
void kl_record_checksum(kl_record *record, uint64_t checksum);
/* Where member m of the batch is to be measured at a station; valid until the next call. */
kl_sample kl_record_sample(kl_record *record, int member, int station);
/* Every group's members onto the leader of the ensemble. Collective over place->ensemble.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_record_gather(kl_record *record, const kl_place *place, kl_error *err);

/* Numbers of a field at one station. */
size_t kl_record_cells(const kl_study *study, int point, int field);
/* Numbers of one member at a point. */
int64_t kl_record_doubles(const kl_study *study, int point);
/* Bytes of a record. */
size_t kl_record_bytes(const kl_study *study, int point);

/* What a payload says of itself; false if it is no record of the study. */
typedef struct kl_record_head {
    int point;
    int64_t batch;
    uint64_t checksum;
} kl_record_head;
bool kl_record_read(const kl_study *study, const void *payload, size_t size, kl_record_head *out);
/* Member m of a payload that kl_record_read() took. */
kl_member kl_record_member(const kl_study *study, const void *payload, int member);

#endif
