/* Shared counters: every number is handed out once, by both ways, and a rank that does not call MPI
 * keeps nobody waiting on a node. */
#include "ensemble/counters.h"

#include "lattice/check.h"

#include <signal.h>
#include <sys/resource.h>
#include <time.h>

enum { EACH = 500, COUNTERS = 3 };

/* Numbers that all ranks drew from counter i, each counted. */
static void check_once(kl_counters *counters, int i, int rank, int size)
{
    static int64_t seen[64 * EACH];
    bool inside = true;
    for (int k = 0; k < size * EACH; k++)
        seen[k] = 0;
    for (int k = 0; k < EACH; k++) {
        const int64_t mine = kl_counters_next(counters, i, rank, size);
        inside = inside && mine >= 0 && mine < size * EACH;
        seen[inside ? mine : 0]++;
    }
    assert_everywhere(inside);
    MPI_Allreduce(MPI_IN_PLACE, seen, size * EACH, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    for (int k = 0; k < size * EACH; k++)
        assert_everywhere(seen[k] == 1);
}

static void check_all(bool one_node, bool shared)
{
    int rank, size;
    kl_counters counters;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    assert_everywhere(kl_counters_create(MPI_COMM_WORLD, COUNTERS, one_node, &counters, NULL) ==
                      KL_OK);
    assert_everywhere((counters.shared.memory != NULL) == (shared && size > 1));
    for (int i = 0; i < COUNTERS; i++)
        check_once(&counters, i, rank, size);
    for (int i = 0; i < COUNTERS; i++)
        kl_counters_exhaust(&counters, i);
    if (counters.shared.memory || counters.window != MPI_WIN_NULL)
        assert_everywhere(kl_counters_next(&counters, 0, rank, size) >= INT64_C(1) << 40);
    kl_counters_destroy(&counters);
}

static void each_number_is_handed_out_once(void **state)
{
    (void)state;
    check_all(true, true);
    check_all(false, false);
}

/* No file may grow: no memory can be shared. */
static void also_where_no_memory_can_be_shared(void **state)
{
    struct rlimit before, none;
    (void)state;
    getrlimit(RLIMIT_FSIZE, &before);
    none = (struct rlimit){0, before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    check_all(true, false);
    setrlimit(RLIMIT_FSIZE, &before);
}

/* Rank 0 calls no MPI until all others have drawn. */
static void a_rank_at_work_keeps_nobody_waiting(void **state)
{
    int rank, size, more = 20 * 1000;
    kl_counters counters;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    assert_everywhere(kl_counters_create(MPI_COMM_WORLD, 1, true, &counters, NULL) == KL_OK);
    const int64_t *all = counters.shared.memory;
    const struct timespec moment = {0, 1000 * 1000};
    for (int i = 0; all && rank > 0 && i < EACH; i++)
        kl_counters_next(&counters, 0, rank, size);
    while (all && rank == 0 && more-- > 0 &&
           __atomic_load_n(all, __ATOMIC_RELAXED) < (size - 1) * EACH)
        nanosleep(&moment, NULL);
    assert_everywhere(more > 0);
    kl_counters_destroy(&counters);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(each_number_is_handed_out_once),
                                          cmocka_unit_test(also_where_no_memory_can_be_shared),
                                          cmocka_unit_test(a_rank_at_work_keeps_nobody_waiting)};
TEST_MAIN(tests)
