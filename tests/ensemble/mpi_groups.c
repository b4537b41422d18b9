/* Groups of ranks: they tile the world in runs whose sizes differ by at most one. */
#include "ensemble/groups.h"

#include "lattice/check.h"

static void groups_tile_the_world(void **state)
{
    int rank, size;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int n = 1; n <= size; n++) {
        kl_groups groups;
        int members, place;
        kl_groups_create(MPI_COMM_WORLD, n, size, &groups);
        MPI_Comm_size(groups.group, &members);
        MPI_Comm_rank(groups.group, &place);
        assert_everywhere(groups.ngroups == n && groups.index >= 0 && groups.index < n);
        assert_everywhere(groups.leader == (place == 0));
        assert_everywhere(members == size / n || members == size / n + 1);
        assert_everywhere(members <= kl_groups_largest(size, n));
        int index[64], members_of[64], largest = 0;
        MPI_Allgather(&groups.index, 1, MPI_INT, index, 1, MPI_INT, MPI_COMM_WORLD);
        MPI_Allgather(&members, 1, MPI_INT, members_of, 1, MPI_INT, MPI_COMM_WORLD);
        assert_everywhere(index[0] == 0 && index[size - 1] == n - 1);
        int before = 0;
        for (int r = 0; r < size; r++) {
            if (r > 0) /* runs of consecutive ranks, no group left out */
                assert_everywhere(index[r] == index[r - 1] || index[r] == index[r - 1] + 1);
            before += r < rank && index[r] == groups.index;
            largest = members_of[r] > largest ? members_of[r] : largest;
        }
        assert_everywhere(place == before);
        assert_everywhere(largest == kl_groups_largest(size, n));
        kl_groups_destroy(&groups);
        assert_everywhere(groups.group == MPI_COMM_NULL);
    }
}

static void only_so_many_ranks_of_a_group_work(void **state)
{
    int rank, size;
    (void)state;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    for (int n = 1; n <= size; n++)
        for (int most = 1; most <= size; most++) {
            kl_groups groups;
            int members = 0, all;
            kl_groups_create(MPI_COMM_WORLD, n, most, &groups);
            const int first = kl_groups_first(size, n, groups.index),
                      end = kl_groups_first(size, n, groups.index + 1);
            const bool works = groups.group != MPI_COMM_NULL;
            if (works)
                MPI_Comm_size(groups.group, &members);
            all = end - first < most ? end - first : most;
            assert_everywhere(first <= rank && rank < end && works == (rank - first < most));
            assert_everywhere(!works || members == all);
            kl_groups_destroy(&groups);
        }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(groups_tile_the_world),
                                          cmocka_unit_test(only_so_many_ranks_of_a_group_work)};
TEST_MAIN(tests)
