/* Depth and tile as the program chooses them against every fixed `cache`, in turns, on one rank:
 *
 *   bench_tiles [--sites L] [--rounds N] [--neighbour MB]
 *
 * Nanoseconds of processor time per site and step of one chain, medians over the rounds; in each
 * round the choice is made anew. The neighbour is a thread on another core that streams through so
 * many MB, to take them from a cache that both share.
 */
#include "base/memory.h"
#include "base/stop.h"
#include "dynamics/probe.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 48, MOST_ROUNDS = 64, WAYS = 10 };

static const double caches[WAYS] = {0, 0.5, 1, 2, 4, 8, 16, 32, 64, 130}; /* MB; 0: chosen */

static void check(kl_status status, const kl_error *err)
{
    if (status == KL_OK)
        return;
    fprintf(stderr, "bench_tiles: %s\n", err->message);
    MPI_Abort(MPI_COMM_WORLD, (int)status);
}

/* ---- the neighbour ---- */

typedef struct neighbour {
    size_t bytes;
    char *memory;
    atomic_bool stop;
    pthread_t thread;
} neighbour;

static void *stream(void *context)
{
    neighbour *n = context;
    while (!atomic_load(&n->stop))
        for (size_t i = 0; i < n->bytes; i += 64)
            n->memory[i]++;
    return NULL;
}

static void begin_neighbour(neighbour *n, double megabytes)
{
    kl_error err;
    n->bytes = (size_t)(megabytes * 1048576);
    if (n->bytes == 0)
        return;
    check(kl_alloc(n->bytes, 1, "the neighbour", &n->memory, &err), &err);
    if (pthread_create(&n->thread, NULL, stream, n) != 0)
        check(kl_fail(&err, KL_ENVIRONMENT, "no thread for the neighbour"), &err);
}

static void end_neighbour(neighbour *n)
{
    if (n->bytes == 0)
        return;
    atomic_store(&n->stop, true);
    pthread_join(n->thread, NULL);
    free(n->memory);
}

/* ---- turns ---- */

static void step_of(const void *context, int k, kl_stencil_step *step)
{
    static const double c = 1e-3;
    (void)context;
    *step = (kl_stencil_step){.hop = 0.1, .potential = 1e-3, .subtract = k > 1};
    if (k % 4 < 2)
        return;
    step->outputs = 1;
    step->acc = 2 + k % 2;
    step->c0 = step->c1 = &c;
}

typedef struct field {
    kl_lattice lattice;
    kl_recurrence r;
    float *omega;
    void *array[4];
    double probe;                   /* seconds of the last one */
    double time[WAYS][MOST_ROUNDS]; /* ns per site and step */
    kl_blocking chosen;             /* the last */
} field;

static void create(field *f, int64_t sites, kl_precision precision)
{
    kl_error err;
    memset(f, 0, sizeof *f);
    check(kl_lattice_create(MPI_COMM_SELF, 3, sites, &f->lattice, &err), &err);
    for (int i = 0; i < 4; i++)
        check(kl_lattice_array(&f->lattice, kl_precision_size(precision), i + (i > 0), &f->array[i],
                               &err),
              &err);
    check(kl_alloc((size_t)kl_lattice_local(&f->lattice), sizeof(float), "omega", &f->omega, &err),
          &err);
    for (int64_t i = 0; i < kl_lattice_local(&f->lattice); i++)
        f->omega[i] = 0.01f * (float)(i % 17);
    f->r = (kl_recurrence){.stencil = {&f->lattice, precision, kl_stencil_choose()},
                           .omega = f->omega,
                           .array = f->array,
                           .arrays = 4};
}

static void destroy(field *f)
{
    for (int i = 0; i < 4; i++)
        kl_lattice_array_free(f->array[i]);
    free(f->omega);
}

static double turn(field *f, double megabytes)
{
    f->r.blocking =
        kl_blocking_choose(&f->lattice, f->r.stencil.precision, (size_t)(megabytes * 1048576));
    if (megabytes <= 0) {
        f->probe = kl_clock_work();
        kl_probe_blocking(&f->r.stencil, f->omega, f->array, &f->r.blocking);
        f->probe = kl_clock_work() - f->probe;
        f->chosen = f->r.blocking;
    }
    const double start = kl_clock_work();
    kl_recurrence_run(&f->r, STEPS, step_of, NULL);
    return 1e9 * (kl_clock_work() - start) / STEPS / (double)kl_lattice_local(&f->lattice);
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *time, int n)
{
    qsort(time, (size_t)n, sizeof *time, compare);
    return 0.5 * (time[(n - 1) / 2] + time[n / 2]);
}

static void measure(int64_t sites, kl_precision precision, int rounds)
{
    static field f;
    double best = 0, chosen = 0;
    create(&f, sites, precision);
    for (int round = -1; round < rounds; round++) /* the first one warms up */
        for (int i = 0; i < WAYS; i++)
            f.time[i][round < 0 ? 0 : round] = turn(&f, caches[i]);
    printf("| %lld | %s ", (long long)sites, precision == KL_SINGLE ? "single" : "double");
    for (int i = 0; i < WAYS; i++) {
        const double t = median(f.time[i], rounds);
        chosen = i == 0 ? t : chosen;
        best = i == 1 || (i > 1 && t < best) ? t : best;
        printf("| %.3f ", t);
    }
    printf("| %.2f | %d, %lld | %.0f |\n", chosen / best, f.chosen.depth, (long long)f.chosen.tile,
           1e3 * f.probe);
    fflush(stdout);
    destroy(&f);
}

int main(int argc, char **argv)
{
    static const int64_t sizes[] = {64, 128, 256};
    static neighbour beside;
    double megabytes = 0;
    int64_t only = 0;
    int rounds = 7;
    MPI_Init(&argc, &argv);
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--sites") == 0)
            only = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--rounds") == 0)
            rounds = atoi(argv[i + 1]);
        if (strcmp(argv[i], "--neighbour") == 0)
            megabytes = atof(argv[i + 1]);
    }
    rounds = rounds < 1 ? 1 : rounds > MOST_ROUNDS ? MOST_ROUNDS : rounds;
    begin_neighbour(&beside, megabytes);
    printf("Neighbour: %g MB\n\n| L | | chosen ", megabytes);
    for (int i = 1; i < WAYS; i++)
        printf("| %g MB ", caches[i]);
    printf("| chosen / best | depth, rows | probe, ms |\n|---:|---");
    for (int i = 0; i < WAYS + 3; i++)
        printf("|---:");
    printf("|\n");
    for (int i = 0; i < (only ? 1 : 3); i++)
        for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++)
            measure(only ? only : sizes[i], (kl_precision)precision, rounds);
    end_neighbour(&beside);
    MPI_Finalize();
    return 0;
}
