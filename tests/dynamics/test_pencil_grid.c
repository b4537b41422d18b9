/* Grids of ranks for pencils: which are taken, that their fronts fit into a cache, and what is
 * asked for in the environment. */
#include "dynamics/pencil_grid.h"
#include "lattice/check.h"

#include <stdlib.h>

enum { CACHE = 2 << 20 };

static kl_grid best(int64_t sites, int ranks, int node)
{
    return kl_pencil_grid_best(3, sites, KL_SINGLE, ranks, node, CACHE);
}

static void slabs_stay_where_they_are_better(void **state)
{
    (void)state;
    assert_int_equal(best(256, 64, 64).parts[0], 0);   /* one node */
    assert_int_equal(best(2048, 256, 64).parts[0], 0); /* planes too large for the caches */
    assert_int_equal(kl_pencil_grid_best(1, 1 << 20, KL_SINGLE, 8, 1, CACHE).parts[0], 0);
}

/* Where the network is the limit no other grid has a shorter border, in sites of a plane, and no
 * rank has neighbours on both sides of an axis on other nodes. */
static void the_border_between_nodes_is_the_shortest(void **state)
{
    static const int nodes[] = {64, 256};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const int64_t L = i < 1 ? 1024 : 2048;
        const kl_grid g = best(L, 64 * nodes[i], 64);
        assert_int_equal(g.parts[0] * g.parts[1], 64 * nodes[i]);
        assert_int_equal(g.box[0] * g.box[1], 64);
        assert_int_equal(g.parts[0] % g.box[0] + g.parts[1] % g.box[1], 0);
        const int across[2] = {g.parts[0] / g.box[0], g.parts[1] / g.box[1]};
        for (int a = 1; a <= nodes[i]; a++)
            if (nodes[i] % a == 0)
                assert_true(across[0] + across[1] <= a + nodes[i] / a);
        const kl_blocking b =
            kl_pencil_grid_blocking(L / g.parts[0], L / g.parts[1], KL_SINGLE, CACHE);
        assert_true(b.depth >= 8 && b.tile >= 1);
        assert_true(2 * b.depth * b.tile * (L / g.parts[0]) * (L / g.parts[1]) * 20 <= CACHE);
        assert_true(L / g.parts[1] >= 64);
        assert_true(g.box[0] > 1 && g.box[1] > 1);
    }
}

/* Two planes of each rank, or one where pencils have few terms; KINLIM_TEAM decides instead. */
static void few_nodes_have_slabs_of_their_own(void **state)
{
    const int64_t L = kl_blocking_together(3, 1024, KL_SINGLE) ? 1024 : 2048;
    (void)state;
    assert_false(kl_blocking_together(3, 64, KL_SINGLE));
    assert_true(kl_blocking_together(3, L, KL_SINGLE));
    assert_int_equal(best(L, (int)L / 4, 64).parts[0], 0);
    assert_int_equal(best(L, (int)L / 2, 64).parts[0], 0);
    assert_int_not_equal(best(L, (int)L, 64).parts[0], 0); /* K = 12 or 16 */
    assert_int_equal(best(4096, 4096, 64).parts[0], 0);    /* K = 4 */
    assert_int_not_equal(best(4096, 8192, 64).parts[0], 0);
    assert_int_not_equal(best(64, 4, 2).parts[0], 0); /* small planes */
    setenv("KINLIM_TEAM", "1", 1);
    assert_int_equal(best(64, 4, 2).parts[0], 0);
    assert_int_equal(best(64, 32, 2).parts[0], 0);
    assert_int_not_equal(best(64, 64, 2).parts[0], 0); /* two planes of a node */
    setenv("KINLIM_TEAM", "0", 1);
    assert_int_not_equal(best(L, (int)L / 2, 64).parts[0], 0);
    unsetenv("KINLIM_TEAM");
}

static void more_ranks_than_planes_have_a_grid(void **state)
{
    (void)state;
    for (int64_t L = 3; L < 40; L++)
        for (int ranks = (int)L + 1; ranks < L * L; ranks += 7) {
            const kl_grid g = best(L, ranks, 1);
            const int taken = g.parts[0] * g.parts[1];
            assert_true(g.parts[0] <= L && g.parts[1] <= L && taken >= L && taken <= ranks);
            for (int n = taken + 1; n <= ranks; n++) /* idle, since no grid has more */
                for (int a = 1; a <= L; a++)
                    assert_true(n % a != 0 || n / a > L);
        }
    assert_int_equal(kl_pencil_grid_most(3, 1024), 4096);
    assert_int_equal(kl_pencil_grid_most(3, 64), 64);
    assert_int_equal(kl_pencil_grid_most(2, 64), 64);
}

static void the_environment_is_read(void **state)
{
    kl_grid g;
    kl_error err;
    (void)state;
    setenv("KINLIM_GRID", "4x2", 1);
    setenv("KINLIM_NODE", "2x1", 1);
    assert_int_equal(kl_pencil_grid_asked(8, &g, &err), KL_OK);
    assert_true(g.parts[0] == 4 && g.parts[1] == 2 && g.box[0] == 2 && g.box[1] == 1);
    assert_int_equal(kl_pencil_grid_asked(6, &g, &err), KL_OK); /* of another group */
    assert_int_equal(g.parts[0], 0);
    static const char *const wrong[] = {"4", "4x", "x2", "4x2x1", "0x8", "-4x2", "4x2 "};
    for (int i = 0; i < 7; i++) {
        setenv("KINLIM_GRID", wrong[i], 1);
        assert_int_equal(kl_pencil_grid_asked(8, &g, &err), KL_INPUT);
    }
    setenv("KINLIM_GRID", "4x2", 1);
    setenv("KINLIM_NODE", "3x1", 1);
    assert_int_equal(kl_pencil_grid_asked(8, &g, &err), KL_INPUT);
    setenv("KINLIM_NODE", "4", 1);
    assert_int_equal(kl_pencil_grid_asked(8, &g, &err), KL_OK);
    assert_int_equal(g.box[0], 4);
    unsetenv("KINLIM_GRID");
    unsetenv("KINLIM_NODE");
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(slabs_stay_where_they_are_better),
    cmocka_unit_test(the_border_between_nodes_is_the_shortest),
    cmocka_unit_test(few_nodes_have_slabs_of_their_own),
    cmocka_unit_test(more_ranks_than_planes_have_a_grid),
    cmocka_unit_test(the_environment_is_read)};
TEST_MAIN(tests)
