/* What passes between ranks has time: between saying that the planes at one end of a slab are done
 * and waiting for the neighbour's lie all fronts of a block but the first and last 2K. Counted, not
 * timed.
 *
 * This program interposes MPI_Isend and MPI_Wait (the profiling interface of the MPI standard) and
 * the row kernel.
 */
#include "dynamics/dense.h"

static struct {
    bool under_way;       /* sent, and not waited since */
    bool full;            /* a message had content */
    int64_t rows, beside; /* rows updated, and those of them with a message under way */
} seen;
static const kl_stencil_set *kernels;

int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    seen.under_way = true;
    seen.full = seen.full || count > 0;
    return PMPI_Isend(buffer, count, type, to, tag, comm, request);
}

int MPI_Wait(MPI_Request *request, MPI_Status *status)
{
    seen.under_way = false;
    return PMPI_Wait(request, status);
}

static void counted(const kl_rows_double *rows)
{
    seen.rows += rows->to - rows->from;
    seen.beside += seen.under_way ? rows->to - rows->from : 0;
    kernels->twofold[2](rows);
}

static void plain_step(const void *context, int k, kl_stencil_step *step)
{
    (void)context;
    *step = (kl_stencil_step){.hop = 0.2, .potential = 0.1, .subtract = k > 1};
}

enum { SITES = 40, STEPS = 12 };

/* Runs in blocks of `depth` steps and compares the counts of one rank. */
static void check_counts(bool share, int depth, problem *p)
{
    const kl_lattice *lattice = &p->lattice;
    const size_t n = (size_t)kl_lattice_extent(lattice);
    void *array[2] = {calloc(n, sizeof(double)), calloc(n, sizeof(double))};
    const kl_stencil_set set = {"counted", {NULL, NULL, NULL}, {NULL, NULL, counted}};
    kl_seams seams;
    assert_ok(kl_seams_create(lattice, sizeof(double), depth, 2, share, &seams, why));
    const kl_recurrence recurrence = {{lattice, KL_DOUBLE, &set},
                                      p->omega,
                                      &seams,
                                      {depth, SITES, false},
                                      array,
                                      2,
                                      false,
                                      0,
                                      NULL};
    kernels = p->h.set;
    seen.under_way = seen.full = false;
    seen.rows = seen.beside = 0;
    kl_recurrence_begin(&recurrence);
    kl_recurrence_run(&recurrence, STEPS, plain_step, NULL);
    kl_recurrence_end(&recurrence);
    assert_everywhere(seen.full == !share); /* where it is shared, nothing is copied */
    assert_everywhere(seen.rows == STEPS * lattice->count * SITES);
    assert_everywhere(seen.beside == STEPS * (lattice->count - 2 * depth) * SITES);
    kl_seams_destroy(&seams);
    free(array[0]);
    free(array[1]);
}

static void messages_have_time(void **state)
{
    problem *p = problem_create(MPI_COMM_WORLD, 3, SITES, KL_GAUSSIAN, 0.3, 1);
    (void)state;
    for (int depth = 1; depth <= 4 && p->lattice.ranks > 1; depth++) { /* divisors of STEPS */
        check_counts(false, depth, p);
        check_counts(true, depth, p);
    }
    problem_destroy(p);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(messages_have_time)};
TEST_MAIN(tests)
