/* Whether a solve is to stop: the problem's `stop` is asked on every rank, in step, and
 * one yes is enough. Ranks whose loops differ in length stay in step thus: a rank that
 * looks waits until all others look too or have come to the end of the part, and there
 * a rank goes on answering until none is left that looks. Without a `stop` nothing is
 * asked and nothing communicated.
 */
#ifndef KL_KINETIC_WATCH_H
#define KL_KINETIC_WATCH_H

#include "kinetic/problem.h"
#include "kinlim/status.h"

typedef struct kl_watch {
    MPI_Comm comm;
    bool (*stop)(void *context);
    void *context;
    double interval, last; /* seconds: between two asks; when the last one was */
    bool stopped;
} kl_watch;

kl_watch kl_watch_begin(MPI_Comm comm, const kl_kinetic_problem *problem);

/* To be called now and then in a part of the work that ends with kl_watch_agree() and in
 * which ranks do not communicate otherwise. KL_STOPPED. */
kl_status kl_watch_look(kl_watch *watch, kl_error *err);

/* Collective: the end of such a part. KL_STOPPED, or as kl_agree(). */
kl_status kl_watch_agree(kl_watch *watch, kl_status status, kl_error *err);

/* Collective: the same where all ranks pass together. KL_STOPPED on all of them. */
kl_status kl_watch_step(kl_watch *watch, kl_error *err);

/* Local. KL_STOPPED once a stop has been seen. */
kl_status kl_watch_stopped(const kl_watch *watch, kl_error *err);

#endif
