/* The reduction of forests over ranks: the same bits however realizations are dealt. */
#include "statistics/forest_data.h"

typedef enum dealing { IN_TURN, IN_RUNS, ALL_ON_LAST, TWICE, WITH_GAPS, NONE, DEALS } dealing;

static bool takes(dealing deal, int k, int n, int rank, int ranks)
{
    switch (deal) {
    case IN_TURN:
        return k % ranks == rank;
    case IN_RUNS:
        return (int64_t)k * ranks / n == rank;
    case ALL_ON_LAST:
        return rank == ranks - 1;
    case TWICE: /* and by different subtrees */
        return k % ranks == rank || (k / 4) % ranks == rank;
    case WITH_GAPS:
        return k % 5 != 2 && (k / 3) % ranks == rank;
    default:
        return false;
    }
}

static bool known(dealing deal, int k)
{
    return deal != NONE && (deal != WITH_GAPS || k % 5 != 2);
}

static void reduction_does_not_depend_on_the_ranks(void **state)
{
    int rank, ranks;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int n = 1; n < 200; n = 3 * n + 2)
        for (dealing deal = 0; deal < DEALS; deal++)
            for (int root = 0; root < ranks; root++) {
                kl_forest mine = {.cells = CELLS}, whole = {.cells = CELLS};
                for (int i = 0; i < n; i++) {
                    const int k = rank % 2 ? n - 1 - i : i;
                    if (takes(deal, k, n, rank, ranks))
                        add_realization(&mine, k);
                    if (known(deal, i))
                        add_realization(&whole, i);
                }
                assert_ok(kl_forest_reduce(&mine, root, MPI_COMM_WORLD, why));
                assert_everywhere(rank != root || same_forest(&mine, &whole));
                kl_forest_destroy(&mine);
                kl_forest_destroy(&whole);
            }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(reduction_does_not_depend_on_the_ranks)};
TEST_MAIN(tests)
