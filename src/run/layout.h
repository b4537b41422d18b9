/* Layout, memory and cost of a study before it runs. */
#ifndef KL_RUN_LAYOUT_H
#define KL_RUN_LAYOUT_H

#include "config/json.h"
#include "run/room.h"
#include "run/schedule.h"
#include "study/study.h"

typedef struct kl_layout {
    kl_machine machine;
    int nstages; /* of all that is asked for, at least; of the finer study too */
    kl_stage *stage;
    int ngroups, fewest, largest; /* groups, most and fewest; ranks of the largest that work */
    int idle, idle_somewhere;     /* ranks with nothing to do at any time; at some points */
    double bytes;                 /* of the fullest rank, without `results` */
    double results;               /* bytes of all samples, on rank 0, and */
    kl_room room;                 /* on the disk, at most */
    double besides;               /* what each rank of a node needs for them and fields */
    double limits;                /* seconds of the limits, roughly */
    int beside; /* ranks that solve them beside the realizations; 0: all of them before */
    double least, seconds; /* of the whole study, roughly: at least, at most */
} kl_layout;

/* Chooses the layout. KL_ENVIRONMENT if it cannot fit in memory, KL_INPUT for
 * an impossible --groups or --realizations. Collective over comm. */
kl_status kl_layout_choose(const kl_study *study, MPI_Comm comm, const kl_run_options *options,
                           kl_layout *out, kl_error *err);
void kl_layout_destroy(kl_layout *layout);

/* One line if some ranks have nothing to do; "" if all have. Local. */
void kl_layout_idle(const kl_layout *layout, char *text, size_t size);

/* Prints it, the points and their cost on standard output. Local. */
void kl_layout_print(const kl_study *study, const kl_layout *layout, const kl_run_options *options);

/* The same as members of an open object; bytes and seconds. Local. */
void kl_layout_json(const kl_study *study, const kl_layout *layout, const kl_run_options *options,
                    kl_json *json);

/* The parameters of a point as members of an open object. Local. */
void kl_layout_json_point(const kl_column *column, int ncolumns, const double *value,
                          kl_json *json);

#endif
