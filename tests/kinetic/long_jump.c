/* The Boltzmann reference against the jump process, error bars near 1e-6: prints for every
 * start the largest error bar and the largest difference. About ten minutes on one core. */
#include "kinetic/oracle_volterra.c"
#include "kinetic/jump.h"

static void waves(void **state)
{
    (void)state;
    for (int i = INNER; i <= SITE; i++) {
        double bar;
        double off = compare_waves(&starts[i], 1, i == GENERAL ? 1e-5 : 1e-8, 18, 3e-6, &bar);
        print_message("%-8s error bar %.1e, difference %.1e\n", starts[i].name, bar, off);
    }
}

static void paths(void **state)
{
    (void)state;
    for (int i = INNER; i <= SITE; i++) {
        double off = compare_paths(&starts[i], 1, 1e-5, 16, 1e-4);
        print_message("%-8s whole paths: difference %.1e\n", starts[i].name, off);
    }
}

static const struct CMUnitTest jump[] = {cmocka_unit_test(waves), cmocka_unit_test(paths)};
KINETIC_MAIN(jump)
