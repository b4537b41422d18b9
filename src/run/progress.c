#include "run/progress.h"

#include "base/memory.h"
#include "base/stop.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { REPORT_TAG = 77 };

/* Seconds between two reports of a rank: rank 0 has a thousand a second to take. */
static const double least_interval = 0.2, seconds_each = 1e-3;

struct kl_progress {
    MPI_Comm comm; /* a duplicate of its own */
    int rank, size;
    bool quiet, terminal;
    double start, last_print, interval, last_log, log_interval;
    kl_progress_work work;
    int64_t done; /* of the open ones */
    double cost_done;
    int64_t sent, received; /* reports */
    double pending[2];      /* items and their cost since the last report */
    double last_report, report_interval;
};

static int64_t done_in_all(const kl_progress *p)
{
    return p->work.total - p->work.open + p->done;
}

static double seconds_left(const kl_progress *p)
{
    return (kl_clock() - p->start) * (p->work.cost - p->cost_done) / p->cost_done;
}

/* A line of the log. */
static void log_items(kl_progress *p)
{
    const double elapsed = kl_clock() - p->start;
    kl_json *json = kl_log_begin(p->work.log, "items");
    if (json) {
        kl_json_string(json, "name", p->work.name);
        kl_json_integer(json, "done", done_in_all(p));
        kl_json_integer(json, "total", p->work.total);
        kl_json_number(json, "rate", p->done > 0 ? (double)p->done / elapsed : NAN);
        kl_json_number(json, "seconds_left", p->done > 0 ? seconds_left(p) : NAN);
    }
    kl_log_end(p->work.log);
    p->last_log = kl_clock();
    p->log_interval = fmin(60, 1.3 * p->log_interval);
}

/* Those who are not at the terminal. */
static void tell(kl_progress *p, bool now)
{
    kl_pulse *pulse = p->work.pulse;
    if (pulse) {
        pulse->done = done_in_all(p);
        pulse->total = p->work.total;
        pulse->cost_done = p->cost_done;
        pulse->cost_total = p->work.cost;
        pulse->seconds = kl_clock() - p->start;
        kl_pulse_beat(pulse);
    }
    if (p->work.log && (now || kl_clock() - p->last_log >= p->log_interval))
        log_items(p);
}

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
    p->start = p->last_print = p->last_log = kl_clock();
    p->interval = p->terminal ? 0.2 : 5;
    p->log_interval = 5;
    p->report_interval = fmax(least_interval, seconds_each * p->size);
    p->work = work;
    if (work.pulse)
        kl_pulse_doing(work.pulse, work.name);
    tell(p, true);
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
            (long long)done_in_all(p), (long long)p->work.total, p->work.name);
    if (p->work.most > p->work.total)
        fprintf(stderr, " (at most %lld)", (long long)p->work.most);
    if (p->done > 0 && elapsed > 0)
        fprintf(stderr, ", %.3g/s", (double)p->done / elapsed);
    if (!last && p->cost_done > 0) {
        fprintf(stderr, ", ");
        print_time(seconds_left(p));
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

static void take(kl_progress *p, const double report[2])
{
    p->done += (int64_t)report[0];
    p->cost_done += report[1];
}

void kl_progress_item(kl_progress *p, double cost)
{
    p->pending[0]++;
    p->pending[1] += cost;
    if (p->rank != 0 && kl_clock() - p->last_report < p->report_interval)
        return;
    if (p->rank == 0) {
        take(p, p->pending);
    } else {
        MPI_Send(p->pending, 2, MPI_DOUBLE, 0, REPORT_TAG, p->comm); /* eager: 16 bytes */
        p->sent++;
    }
    p->pending[0] = p->pending[1] = 0;
    p->last_report = kl_clock();
}

void kl_progress_more(kl_progress *p, int64_t items, double cost)
{
    p->work.open += items;
    p->work.total += items;
    p->work.cost += cost * (double)items;
}

static void drain(kl_progress *p)
{
    int waiting = 1;
    while (waiting) {
        MPI_Iprobe(MPI_ANY_SOURCE, REPORT_TAG, p->comm, &waiting, MPI_STATUS_IGNORE);
        if (waiting) {
            double report[2];
            MPI_Recv(report, 2, MPI_DOUBLE, MPI_ANY_SOURCE, REPORT_TAG, p->comm, MPI_STATUS_IGNORE);
            p->received++;
            take(p, report);
        }
    }
}

void kl_progress_tick(kl_progress *p)
{
    if (p->rank != 0)
        return;
    drain(p);
    tell(p, false);
    if (!p->quiet && kl_clock() - p->last_print >= p->interval)
        print(p, false);
}

void kl_progress_end(kl_progress **progress)
{
    kl_progress *p = *progress;
    if (!p)
        return;
    int64_t sent = 0;
    double rest[2] = {0};
    MPI_Reduce(p->pending, rest, 2, MPI_DOUBLE, MPI_SUM, 0, p->comm);
    MPI_Reduce(&p->sent, &sent, 1, MPI_INT64_T, MPI_SUM, 0, p->comm);
    if (p->rank == 0) {
        while (p->received < sent)
            drain(p);
        take(p, rest);
        tell(p, true);
        if (!p->quiet)
            print(p, true);
    }
    MPI_Barrier(p->comm);
    MPI_Comm_free(&p->comm);
    free(p);
    *progress = NULL;
}
