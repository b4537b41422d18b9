/* The probe chooses what the cache holds, on machines that are simulated: row kernels that work for
 * every piece of a row that is not in it. All ranks of a group choose alike. */
#include "dynamics/probe.h"

#include "dynamics/cache.h"
#include "lattice/check.h"

enum { SITES = 96, SPIN = 1500 };

static cache *machine;
CACHE_KERNEL(simulated, kl_rows_single, float, machine)

static const kl_stencil_set set = {"simulated", {NULL, NULL, simulated}, {NULL, NULL, NULL}};

/* Pieces moved per row and step, of 48 steps in blocks of 4, 6, 8, 12 or 16. */
static double moved(const kl_lattice *lattice, kl_blocking blocking)
{
    const kl_recurrence r = {.stencil = {lattice, KL_SINGLE, &set},
                             .omega = machine->array[4],
                             .blocking = blocking,
                             .array = machine->array,
                             .arrays = 4};
    machine->spin = 0;
    cache_empty(machine);
    kl_recurrence_run(&r, 48, cache_step, NULL);
    return (double)machine->moved / (double)machine->updates;
}

static kl_blocking probed(const kl_lattice *lattice)
{
    const kl_stencil stencil = {lattice, KL_SINGLE, &set};
    kl_blocking blocking = kl_blocking_choose(lattice, KL_SINGLE, 0);
    machine->spin = SPIN;
    kl_probe_blocking(&stencil, machine->array[4], machine->array, &blocking);
    return blocking;
}

/* On one rank: no tile of any depth that `cache` gives moves much less. */
static void what_the_cache_holds(void **state)
{
    static const double megabytes[] = {0.6, 1.2, 5};
    kl_lattice lattice;
    int ranks;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 3, SITES, &lattice, why));
    for (int i = 0; ranks == 1 && i < 3; i++) {
        machine = cache_of_slab(&lattice, megabytes[i] * 1048576);
        moved(&lattice, kl_blocking_choose(&lattice, KL_SINGLE, 0)); /* the cache is full */
        const kl_blocking blocking = probed(&lattice);
        const double chosen = moved(&lattice, blocking);
        double least = chosen, most = chosen;
        for (double size = 0.5; size < 32; size *= 2) {
            const double other =
                moved(&lattice, kl_blocking_choose(&lattice, KL_SINGLE, (size_t)(size * 1048576)));
            least = other < least ? other : least;
            most = other > most ? other : most;
        }
        printf("%g MB: depth %d, %d rows: %.2f, least %.2f, most %.2f\n", megabytes[i],
               blocking.depth, (int)blocking.tile, chosen, least, most);
        assert_at_most(chosen, 1.1 * least);
        cache_destroy(machine);
    }
}

/* Caches of different size on the ranks of a group. */
static void all_ranks_choose_alike(void **state)
{
    kl_lattice lattice;
    (void)state;
    assert_ok(kl_lattice_create(MPI_COMM_WORLD, 3, SITES, &lattice, why));
    machine = cache_of_slab(&lattice, (lattice.rank + 0.5) * 1048576);
    const kl_blocking blocking = probed(&lattice);
    int64_t shape[2] = {blocking.depth, blocking.tile};
    MPI_Bcast(shape, 2, MPI_INT64_T, 0, lattice.comm);
    assert_everywhere(shape[0] == blocking.depth && shape[1] == blocking.tile);
    assert_everywhere(blocking.depth <= kl_blocking_depth(SITES, lattice.ranks));
    cache_destroy(machine);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(what_the_cache_holds),
                                          cmocka_unit_test(all_ranks_choose_alike)};
TEST_MAIN(tests)
