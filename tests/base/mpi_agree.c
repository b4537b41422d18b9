/* The agreement of ranks on failure, and on a request to stop. */
#include "kinlim/status.h"
#include "base/stop.h"

#include "lattice/check.h"

#include <signal.h>

/* Every subset of failing ranks: all return what the lowest of them found. */
static void lowest_failing_rank(void **state)
{
    static const kl_status kinds[] = {KL_BUG, KL_INPUT, KL_ENVIRONMENT, KL_STOPPED};
    int rank, size;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int subset = 0; subset < 1 << size; subset++) {
        kl_error err = {.status = KL_OK, .message = "untouched"};
        kl_status status = KL_OK;
        char expected[64] = "untouched";
        int first = 0;
        while (first < size && !(subset >> first & 1))
            first++;
        if (subset >> rank & 1)
            status = kl_fail(&err, kinds[rank % 4], "rank %d failed", rank);
        if (first < size)
            snprintf(expected, sizeof expected, "rank %d failed", first);
        status = kl_agree(MPI_COMM_WORLD, status, &err);
        assert_everywhere(status == (first < size ? kinds[first % 4] : KL_OK));
        assert_everywhere(err.status == status && strcmp(err.message, expected) == 0);
    }
}

/* Without anyone to tell, the status still agrees. */
static void no_message(void **state)
{
    int rank, size;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    kl_status status = kl_agree(MPI_COMM_WORLD, rank == size - 1 ? KL_INPUT : KL_OK, NULL);
    assert_everywhere(status == KL_INPUT);
}

/* A deadline or a signal on one rank stops all. */
static void stop(void **state)
{
    int rank, size;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    kl_stop_on_signals();
    assert_everywhere(!kl_stop_requested(MPI_COMM_WORLD, 0));
    double deadline = kl_clock() + (rank == size - 1 ? -1 : 1000);
    assert_everywhere(kl_stop_requested(MPI_COMM_WORLD, deadline));
    if (rank == size - 1)
        raise(SIGTERM);
    assert_everywhere(kl_stop_requested(MPI_COMM_WORLD, 0));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(lowest_failing_rank),
                                          cmocka_unit_test(no_message), cmocka_unit_test(stop)};
TEST_MAIN(tests)
