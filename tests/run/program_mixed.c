/* A program with a system of its own whose realizations take as long as the study says: they sleep.
 * A line a realization and rank goes to the file that MIXED_LOG names: rank, point, number, when it
 * began and ended (seconds of a clock of the machine). With MIXED_WAIT a limit is solved once the
 * file of that name is there, which realization 7 makes; its value is the number of its point. With
 * MIXED_HOLD realization 0 of the first point lasts until the file of that name is there, which
 * realization MIXED_HOLD_UNTIL of the last point makes. */
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
    kl_reals pause, offset;
    int64_t share, cells, numbers;
    kl_description description;
} mixed;

static const kl_key table[] = {{.name = "pause",
                                KL_REALS_AT(mixed, pause),
                                .flags = KL_REQUIRED | KL_DISTINCT,
                                KL_RANGE(0, 10),
                                .doc = "seconds of a realization on one rank, one point each"},
                               {.name = "offset",
                                KL_REALS_AT(mixed, offset),
                                KL_RANGE(0, 1000),
                                .doc = "added to the numbers of a point, in their range"},
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
    if (m->offset.n > 0 && m->offset.n != m->pause.n)
        return kl_fail(err, KL_INPUT, "offset: %d numbers for %d points", m->offset.n, m->pause.n);
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
    double began, left; /* seconds; left: of its pause */
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

/* Between a half and three halves of the pause, on as many ranks as there are. */
static kl_status start(void *self, int64_t batch, kl_error *err)
{
    run *r = self;
    int ranks;
    (void)err;
    MPI_Comm_size(r->place->group, &ranks);
    const uint64_t part = (uint64_t)(batch + 1) * 0x9e3779b97f4a7c15u >> 32;
    r->batch = batch;
    r->left = r->study->pause.v[r->place->point] * (0.5 + (double)part * 0x1p-32) / ranks;
    r->began = now();
    return KL_OK;
}

static bool is_held(const run *r)
{
    const char *file = getenv("MIXED_HOLD");
    int held = file && r->batch == 0 && r->place->point == 0 && access(file, F_OK) != 0;
    MPI_Bcast(&held, 1, MPI_INT, 0, r->place->group);
    return held;
}

/* A step of a fiftieth of a second at most. */
static kl_status advance(void *self, int station, bool *reached, kl_error *err)
{
    run *r = self;
    const double step = is_held(r) ? 0.02 : r->left < 0.02 ? r->left : 0.02;
    const struct timespec pause = {.tv_nsec = (long)(1e9 * step)};
    (void)station, (void)err;
    if (step > 0)
        nanosleep(&pause, NULL);
    r->left -= step;
    *reached = r->left <= 0 && !is_held(r);
    if (*reached)
        put_line(r, r->began);
    return KL_OK;
}

static void touch(const char *file)
{
    close(open(file, O_WRONLY | O_CREAT, 0666));
}

static kl_status measure(void *self, int station, int member, kl_sample *out, kl_error *err)
{
    const run *r = self;
    (void)station, (void)member;
    for (int q = 0; q < r->study->numbers; q++)
        out->quantity[q] =
            (double)((uint64_t)(r->batch + 1 + q) * (0x9e3779b97f4a7c15u + 2 * (uint64_t)q) >> 32) +
            (r->study->offset.n > 0 ? 0x1p32 * r->study->offset.v[r->place->point] : 0);
    for (int64_t i = 0; i < r->study->cells; i++)
        out->field[0][i] = out->quantity[0] / (double)(i + 1);
    if (getenv("MIXED_FAIL") && r->batch == 3)
        return kl_fail(err, KL_ENVIRONMENT, "realization 3 fails");
    if (getenv("MIXED_WAIT") && r->batch == 7)
        touch(getenv("MIXED_WAIT"));
    if (getenv("MIXED_HOLD") && r->place->point == r->study->pause.n - 1 &&
        r->batch == atoi(getenv("MIXED_HOLD_UNTIL")))
        touch(getenv("MIXED_HOLD"));
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
