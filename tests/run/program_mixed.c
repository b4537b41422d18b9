/* A program with a system of its own whose realizations take as long as the study says: they sleep.
 * A line a realization and rank goes to the file that MIXED_LOG names: rank, point, number, when it
 * began and ended (seconds of a clock of the machine). With MIXED_WAIT a limit is solved once the
 * file of that name is there, which realization 7 makes; its value is the number of its point. */
#include <kinlim/study.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 128 };

typedef struct mixed {
    kl_quantity quantity[MOST];
    kl_reals pause;
    int64_t share, cells, numbers;
    kl_description description;
} mixed;

static const kl_key table[] = {{.name = "pause",
                                KL_REALS_AT(mixed, pause),
                                .flags = KL_REQUIRED | KL_DISTINCT,
                                KL_RANGE(0, 10),
                                .doc = "seconds of a realization on one rank, one point each"},
                               {.name = "share",
                                KL_INT_AT(mixed, share),
                                .flags = KL_FREE,
                                KL_RANGE(1, 64),
                                .fallback = "1",
                                .doc = "ranks that can share a realization"},
                               {.name = "cells",
                                KL_INT_AT(mixed, cells),
                                .flags = KL_FREE,
                                KL_RANGE(0, 1 << 20),
                                .fallback = "0",
                                .doc = "of a field; 0: none"},
                               {.name = "numbers",
                                KL_INT_AT(mixed, numbers),
                                .flags = KL_FREE,
                                KL_RANGE(1, MOST),
                                .fallback = "1",
                                .doc = "of a realization"},
                               {0}};
static const kl_key *const keys[] = {table, NULL};
static const kl_column column = {"pause", "s", "of a realization", .role = KL_SMALL};
static const kl_field_kind field = {
    .name = "f", .units = "1", .long_name = "numbers", .naxes = 1, .axis = {{"i", "1", "cell"}}};

static double seconds(const void *self, int point)
{
    (void)self, (void)point;
    return 1;
}

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    for (int there = 0; !there; nanosleep(&pause, NULL)) {
        if (out->stop(out->stop_context))
            return kl_fail(err, KL_STOPPED, "stopped while a limit was solved");
        there = access(getenv("MIXED_WAIT"), F_OK) == 0;
        MPI_Bcast(&there, 1, MPI_INT, 0, comm);
    }
    for (int q = 0; q < ((const mixed *)self)->numbers; q++)
        out->value[q] = point;
    return KL_OK;
}

static const kl_limit limit = {
    .name = "reference", .long_name = "a number", .solve = solve, .seconds = seconds};

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    mixed *m = self;
    (void)stations;
    KL_TRY(kl_config_read(root, table, m, err));
    for (int q = 0; q < m->numbers; q++) {
        snprintf(m->quantity[q].observable, KL_NAME, q > 0 ? "x%d" : "x", q);
        strcpy(m->quantity[q].part, "re");
    }
    m->description = (kl_description){.points = {m->pause.n, 1, &column, m->pause.v, NULL},
                                      .nquantities = (int)m->numbers,
                                      .quantity = m->quantity,
                                      .nfields = m->cells > 0,
                                      .field = &field,
                                      .nlimits = getenv("MIXED_WAIT") != NULL,
                                      .limit = &limit,
                                      .random = true};
    return KL_OK;
}

static int axis(const void *self, int point, int f, int a, double *coordinate)
{
    const int n = (int)((const mixed *)self)->cells;
    (void)point, (void)f, (void)a;
    for (int i = 0; coordinate && i < n; i++)
        coordinate[i] = i;
    return n;
}

static kl_cost cost(const void *self, int point, int ranks)
{
    const mixed *m = self;
    (void)ranks;
    return (kl_cost){.bytes = 1024, .seconds = m->pause.v[point], .most_ranks = m->share};
}

typedef struct run {
    const mixed *study;
    const kl_place *place;
    int64_t batch;
} run;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void put_line(const run *r, double began)
{
    char line[128];
    int rank;
    if (!getenv("MIXED_LOG"))
        return;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const int length = snprintf(line, sizeof line, "%d %d %lld %.9f %.9f\n", rank, r->place->point,
                                (long long)r->batch, began, now());
    const int file = open(getenv("MIXED_LOG"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    if (file < 0 || write(file, line, (size_t)length) != length)
        abort();
    close(file);
}

static void end(void **self)
{
    free(*self);
    *self = NULL;
}

static kl_status begin(const void *self, const kl_place *place, void **out, kl_error *err)
{
    run *r = *out = calloc(1, sizeof *r);
    if (r)
        *r = (run){.study = self, .place = place};
    return kl_agree(place->group, r ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "no memory"), err);
}

static kl_status start(void *self, int64_t batch, kl_error *err)
{
    (void)err;
    ((run *)self)->batch = batch;
    return KL_OK;
}

/* Between a half and three halves of the pause, on as many ranks as there are. */
static kl_status advance(void *self, int station, bool *reached, kl_error *err)
{
    const run *r = self;
    int ranks;
    (void)station, (void)reached, (void)err;
    MPI_Comm_size(r->place->group, &ranks);
    const uint64_t part = (uint64_t)(r->batch + 1) * 0x9e3779b97f4a7c15u >> 32;
    const double seconds = r->study->pause.v[r->place->point] * (0.5 + (double)part * 0x1p-32);
    const struct timespec pause = {
        (time_t)(seconds / ranks),
        (long)(1e9 * (seconds / ranks - (double)(time_t)(seconds / ranks)))};
    const double began = now();
    if (seconds > 0)
        nanosleep(&pause, NULL);
    put_line(r, began);
    return KL_OK;
}

static kl_status measure(void *self, int station, int member, kl_sample *out, kl_error *err)
{
    const run *r = self;
    (void)station, (void)member;
    for (int q = 0; q < r->study->numbers; q++)
        out->quantity[q] =
            (double)((uint64_t)(r->batch + 1 + q) * (0x9e3779b97f4a7c15u + 2 * (uint64_t)q) >> 32);
    for (int64_t i = 0; i < r->study->cells; i++)
        out->field[0][i] = out->quantity[0] / (double)(i + 1);
    if (getenv("MIXED_FAIL") && r->batch == 3)
        return kl_fail(err, KL_ENVIRONMENT, "realization 3 fails");
    if (getenv("MIXED_WAIT") && r->batch == 7)
        close(open(getenv("MIXED_WAIT"), O_WRONLY | O_CREAT, 0666));
    return KL_OK;
}

static const kl_system mixed_system = {.name = "mixed",
                                       .summary = "realizations that sleep",
                                       .ensemble = KL_INDEPENDENT,
                                       .keys = keys,
                                       KL_STUDY(mixed),
                                       .open = open_study,
                                       .axis = axis,
                                       .cost = cost,
                                       .begin = begin,
                                       .start = start,
                                       .advance = advance,
                                       .measure = measure,
                                       .end = end};

int main(int argc, char **argv)
{
    return kl_main(argc, argv, (const kl_system *const[]){&mixed_system, NULL});
}
