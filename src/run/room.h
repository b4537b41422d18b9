/* Room on the disk that a run needs: its journal, the samples of all realizations in a file where
 * they are large, and the results. Local.
 */
#ifndef KL_RUN_ROOM_H
#define KL_RUN_ROOM_H

#include "run/output.h"

typedef struct kl_room {              /* bytes */
    double records, samples, results; /* without checkpoints and snapshots */
    double free;                      /* what the file system has, and what is there of them
                                         already; INFINITY: not known */
    char folder[4096];
} kl_room;

/* What so many batches at each point need on so many ranks. */
kl_room kl_room_needed(const kl_study *study, int64_t batches, int ranks);
/* What there is at a place. */
void kl_room_look(const kl_output *output, kl_room *room);
/* "FOLDER: not enough room: ..."; "" if there is enough, or that is not known. */
void kl_room_warning(const kl_room *room, char *text, size_t size);

/* Large samples lie on the disk in the journal, in a file of their own, and in the results.
 * KL_ENVIRONMENT: there is no room for them. */
kl_status kl_room_check(const kl_study *study, const kl_output *output, kl_error *err);

#endif
