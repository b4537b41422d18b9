/* The Boltzmann reference against the jump process, with its statistical error: 42
 * comparisons at seven standard errors; a correct program fails with probability below
 * 2e-4 (and not at all with these seeds). */
#include "kinetic/oracle_volterra.c"
#include "kinetic/jump.h"

/* Gaussian positions and whole paths. */
static void paths(void **state)
{
    (void)state;
    compare_paths(&starts[INNER], 1.5, 1e-7, 12, 1e-3);
    compare_paths(&starts[OUTER], 1.5, 1e-7, 12, 1e-3);
    compare_paths(&starts[RANK3], 1, 1e-3, 11, 1e-3);
}

/* Single waves, the momenta averaged over. */
static void waves(void **state)
{
    (void)state;
    for (int i = INNER; i <= SITE; i++) {
        double bar;
        compare_waves(&starts[i], 1, i == GENERAL ? 1e-5 : 1e-7, 12, i >= GENERAL ? 5e-4 : 1e-4,
                      &bar);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(paths), cmocka_unit_test(waves)};
KINETIC_MAIN(tests)
