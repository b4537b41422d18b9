/* The exchange of ghost planes overlaps the update of the interior: with every
 * message delayed by most of a step's work, steps take hardly longer; with a
 * delay far above the work they take the delay.
 *
 * This program interposes MPI_Isend and MPI_Waitall (the profiling interface of
 * the MPI standard): an exchange is complete no sooner than `delay` after its
 * last send was posted.
 */
#include "dynamics/dense.h"

#include <time.h>

static double delay, not_before;

int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    not_before = MPI_Wtime() + delay;
    return PMPI_Isend(buffer, count, type, to, tag, comm, request);
}

int MPI_Waitall(int n, MPI_Request request[], MPI_Status status[])
{
    int result = PMPI_Waitall(n, request, status);
    while (MPI_Wtime() < not_before)
        nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    return result;
}

static void plain_step(const void *context, int k, kl_stencil_step *step)
{
    (void)context;
    *step = (kl_stencil_step){.hop = 0.2, .potential = 0.1, .subtract = k > 1};
}

enum { STEPS = 8, REPEATS = 6 };

/* Seconds per step of the slower rank, the best of several repeats. */
static double seconds_per_step(const problem *p, void *const array[2], double with_delay)
{
    const kl_blocking one_by_one = {1, p->lattice.sites, false};
    const kl_stencil stencil = {&p->lattice, KL_DOUBLE, p->h.set, p->omega, NULL};
    double best = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        MPI_Barrier(p->lattice.comm);
        delay = with_delay;
        double start = MPI_Wtime();
        kl_recurrence_run(&stencil, one_by_one, array, STEPS, plain_step, NULL);
        double mine = (MPI_Wtime() - start) / STEPS, slower;
        delay = 0;
        MPI_Allreduce(&mine, &slower, 1, MPI_DOUBLE, MPI_MAX, p->lattice.comm);
        best = fmin(best, slower);
    }
    return best;
}

/* On a busy machine the work may be measured too long, which would hide a
 * missing overlap: it is measured before and after, and the shorter counts. */
static bool overlaps(const problem *p, void *const array[2])
{
    double work = seconds_per_step(p, array, 0), d = 0.8 * work;
    double hidden = seconds_per_step(p, array, d);
    double bare = seconds_per_step(p, array, 4 * work);
    double limit = fmin(work, seconds_per_step(p, array, 0)) + 0.4 * d;
    if (p->lattice.rank == 0)
        print_message("a step: %.2f ms; messages delayed by %.2f ms: %.2f ms; by %.2f ms: %.2f\n",
                      1e3 * work, 1e3 * d, 1e3 * hidden, 4e3 * work, 1e3 * bare);
    /* One after the other: 1.8 work and 5 work. */
    return hidden < limit && bare >= 3.9 * work && bare < 4.7 * work;
}

/* Two ranks, so that each has a core where there are two; the others sleep. */
static void exchange_overlaps_interior(void **state)
{
    int ranks, rank, found = 0;
    MPI_Comm pair;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_split(MPI_COMM_WORLD, rank < 2, rank, &pair);
    if (rank < 2 && ranks > 1) { /* one rank exchanges nothing */
        problem *p = problem_create(pair, 3, 112, KL_GAUSSIAN, 0.3, 1);
        const size_t n = (size_t)kl_lattice_extent(&p->lattice);
        void *const array[2] = {calloc(n, sizeof(double)), calloc(n, sizeof(double))};
        seconds_per_step(p, array, 0); /* touches the memory */
        /* A missing overlap never passes; a busy machine gets time to calm down. */
        for (int attempt = 0; attempt < 200 && !found; attempt++) {
            nanosleep(&(struct timespec){.tv_nsec = attempt ? 100000000 : 0}, NULL);
            found = overlaps(p, array);
            MPI_Bcast(&found, 1, MPI_INT, 0, pair);
        }
        free(array[0]);
        free(array[1]);
        problem_destroy(p);
    }
    MPI_Comm_free(&pair);
    MPI_Request all_done;
    MPI_Ibarrier(MPI_COMM_WORLD, &all_done);
    for (int done = 0; !done; MPI_Test(&all_done, &done, MPI_STATUS_IGNORE))
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_everywhere(found || rank >= 2 || ranks == 1);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(exchange_overlaps_interior)};
TEST_MAIN(tests)
