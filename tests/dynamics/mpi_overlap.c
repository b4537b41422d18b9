/* The exchange of ghost planes overlaps the update of the interior: between the sends of an
 * exchange and the wait for it lie the updates of all planes that need not wait. Counted, not
 * timed.
 *
 * This program interposes MPI_Isend and MPI_Waitall (the profiling interface of the MPI
 * standard) and the row kernel.
 */
#include "dynamics/dense.h"

static struct {
    int64_t beside, alone; /* rows updated with an exchange under way, and without one */
    int under_way;
    const MPI_Request *sent[8];
} seen;
static const kl_stencil_set *kernels;

int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    if (seen.under_way < 8)
        seen.sent[seen.under_way++] = request;
    return PMPI_Isend(buffer, count, type, to, tag, comm, request);
}

int MPI_Waitall(int n, MPI_Request request[], MPI_Status status[])
{
    int left = 0;
    for (int i = 0; i < seen.under_way; i++)
        if (seen.sent[i] < request || seen.sent[i] >= request + n)
            seen.sent[left++] = seen.sent[i];
    seen.under_way = left;
    return PMPI_Waitall(n, request, status);
}

static void counted(const kl_rows_double *rows)
{
    *(seen.under_way > 0 ? &seen.beside : &seen.alone) += rows->to - rows->from;
    kernels->twofold[2](rows);
}

static void plain_step(const void *context, int k, kl_stencil_step *step)
{
    (void)context;
    *step = (kl_stencil_step){.hop = 0.2, .potential = 0.1, .subtract = k > 1};
}

enum { SITES = 40, STEPS = 12 };

/* Runs in blocks of `depth` steps and compares the counts of one rank. */
static void check_counts(const kl_ghosts *ghosts, int depth, problem *p)
{
    const kl_lattice *lattice = &p->lattice;
    const size_t n = (size_t)kl_lattice_extent(lattice);
    void *const array[2] = {calloc(n, sizeof(double)), calloc(n, sizeof(double))};
    const kl_stencil_set set = {"counted", {NULL, NULL, NULL}, {NULL, NULL, counted}};
    const kl_stencil stencil = {lattice, KL_DOUBLE, &set, p->omega, ghosts};
    kernels = p->h.set;
    seen.beside = seen.alone = 0;
    kl_recurrence_run(&stencil, (kl_blocking){depth, SITES, false}, array, STEPS, plain_step, NULL);
    /* What has no exchange to travel beside it, in planes of a block: in front f of the seam the
     * plane of step f at either end, which needs the exchange before it, and the fronts after
     * the last exchange. With blocks of one step two planes of n, always. */
    int64_t alone = 2 * depth;
    for (int f = depth + 1; f < 2 * depth; f++)
        alone += 2 * (depth - (f + 2) / 2 + 1);
    assert_everywhere(seen.under_way == 0);
    assert_everywhere(seen.alone == STEPS / depth * alone * SITES);
    assert_everywhere(seen.beside + seen.alone == STEPS * lattice->count * SITES);
    free(array[0]);
    free(array[1]);
}

static void exchange_overlaps_interior(void **state)
{
    problem *p = problem_create(MPI_COMM_WORLD, 3, SITES, KL_GAUSSIAN, 0.3, 1);
    kl_ghosts ghosts;
    (void)state;
    kl_ghosts_create(&p->lattice, sizeof(double), &ghosts);
    for (int depth = 1; depth <= 4 && p->lattice.ranks > 1; depth++) { /* divisors of STEPS */
        check_counts(NULL, depth, p);
        check_counts(&ghosts, depth, p);
    }
    kl_ghosts_destroy(&ghosts);
    problem_destroy(p);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(exchange_overlaps_interior)};
TEST_MAIN(tests)
