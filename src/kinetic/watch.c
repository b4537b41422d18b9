/* See watch.h. */
#include "kinetic/watch.h"

static const double INTERVAL = 0.2;

kl_watch kl_watch_begin(MPI_Comm comm, const kl_kinetic_problem *problem)
{
    return (kl_watch){.comm = comm,
                      .stop = problem->stop,
                      .context = problem->stop_context,
                      .interval = problem->stop_interval > 0 ? problem->stop_interval : INTERVAL,
                      .last = MPI_Wtime()};
}

kl_status kl_watch_stopped(const kl_watch *watch, kl_error *err)
{
    if (watch->stopped)
        return kl_fail(err, KL_STOPPED, "stopped while the limit was solved");
    return KL_OK;
}

static bool due(const kl_watch *watch)
{
    return MPI_Wtime() - watch->last >= watch->interval;
}

/* Collective. Returns whether some rank is busy. */
static bool ask(kl_watch *watch, bool busy)
{
    int flag[2] = {busy, watch->stop(watch->context)};
    MPI_Allreduce(MPI_IN_PLACE, flag, 2, MPI_INT, MPI_MAX, watch->comm);
    watch->last = MPI_Wtime();
    watch->stopped = flag[1];
    return flag[0];
}

kl_status kl_watch_look(kl_watch *watch, kl_error *err)
{
    if (watch->stop && !watch->stopped && due(watch))
        ask(watch, true);
    return kl_watch_stopped(watch, err);
}

kl_status kl_watch_agree(kl_watch *watch, kl_status status, kl_error *err)
{
    bool busy = watch->stop;
    while (busy && !watch->stopped)
        busy = ask(watch, false);
    if (status == KL_OK)
        status = kl_watch_stopped(watch, err);
    return kl_agree(watch->comm, status, err);
}

kl_status kl_watch_step(kl_watch *watch, kl_error *err)
{
    if (!watch->stop)
        return KL_OK;
    int now = due(watch);
    MPI_Allreduce(MPI_IN_PLACE, &now, 1, MPI_INT, MPI_MAX, watch->comm);
    if (now)
        ask(watch, true);
    return kl_watch_stopped(watch, err);
}
