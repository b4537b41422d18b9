#include "run/progress.h"

#include "base/memory.h"
#include "base/stop.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REPORT_TAG = 77 };

struct kl_progress {
    MPI_Comm comm; /* a duplicate of its own */
    int rank, size;
    bool quiet, terminal;
    double start, last_print, interval;
    int64_t done_before, done, total, most;
    const char *name;
    double cost_done, cost_total; /* cost_total: of the open items */
    int64_t sent, received;       /* reports */
};

kl_status kl_progress_create(MPI_Comm comm, bool quiet, kl_progress_work work, kl_progress **out,
                             kl_error *err)
{
    kl_progress *p;
    KL_TRY(kl_agree(comm, kl_alloc(1, sizeof *p, "progress", &p, err), err));
    MPI_Comm_dup(comm, &p->comm);
    MPI_Comm_rank(comm, &p->rank);
    MPI_Comm_size(comm, &p->size);
    p->quiet = quiet;
    p->terminal = isatty(STDERR_FILENO);
    p->start = p->last_print = kl_clock();
    p->interval = p->terminal ? 0.2 : 5;
    p->done_before = work.total - work.open;
    p->total = work.total;
    p->most = work.most;
    p->name = work.name;
    p->cost_total = work.cost;
    *out = p;
    return KL_OK;
}

static void print_time(double s)
{
    if (s < 60)
        fprintf(stderr, "%.0f s", s);
    else if (s < 5400)
        fprintf(stderr, "%.0f min", s / 60);
    else
        fprintf(stderr, "%.1f h", s / 3600);
}

static void print(kl_progress *p, bool last)
{
    double elapsed = kl_clock() - p->start;
    fprintf(stderr, "%skinlim: %lld/%lld %s", p->terminal ? "\r\033[K" : "",
            (long long)(p->done_before + p->done), (long long)p->total, p->name);
    if (p->most > p->total)
        fprintf(stderr, " (at most %lld)", (long long)p->most);
    if (p->done > 0 && elapsed > 0)
        fprintf(stderr, ", %.3g/s", (double)p->done / elapsed);
    if (!last && p->cost_done > 0) {
        fprintf(stderr, ", ");
        print_time(elapsed * (p->cost_total - p->cost_done) / p->cost_done);
        fprintf(stderr, " left");
    }
    if (last) {
        fprintf(stderr, ", ");
        print_time(elapsed);
    }
    if (!p->terminal || last)
        fprintf(stderr, "\n");
    fflush(stderr);
    p->last_print = kl_clock();
    if (!p->terminal && p->interval < 60) /* a long log stays short */
        p->interval *= 1.3;
}

void kl_progress_item(kl_progress *p, double cost)
{
    if (p->rank == 0) {
        p->done++;
        p->cost_done += cost;
    } else {
        MPI_Send(&cost, 1, MPI_DOUBLE, 0, REPORT_TAG, p->comm); /* eager: 8 bytes */
        p->sent++;
    }
}

static void drain(kl_progress *p)
{
    int waiting = 1;
    while (waiting) {
        MPI_Iprobe(MPI_ANY_SOURCE, REPORT_TAG, p->comm, &waiting, MPI_STATUS_IGNORE);
        if (waiting) {
            double cost;
            MPI_Recv(&cost, 1, MPI_DOUBLE, MPI_ANY_SOURCE, REPORT_TAG, p->comm, MPI_STATUS_IGNORE);
            p->received++;
            p->done++;
            p->cost_done += cost;
        }
    }
}

void kl_progress_tick(kl_progress *p)
{
    if (p->rank != 0)
        return;
    drain(p);
    if (!p->quiet && kl_clock() - p->last_print >= p->interval)
        print(p, false);
}

void kl_progress_end(kl_progress **progress)
{
    kl_progress *p = *progress;
    if (!p)
        return;
    int64_t sent = 0;
    MPI_Reduce(&p->sent, &sent, 1, MPI_INT64_T, MPI_SUM, 0, p->comm);
    if (p->rank == 0) {
        while (p->received < sent)
            drain(p);
        if (!p->quiet)
            print(p, true);
    }
    MPI_Barrier(p->comm);
    MPI_Comm_free(&p->comm);
    free(p);
    *progress = NULL;
}
