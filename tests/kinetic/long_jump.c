/* The Boltzmann reference against the jump process with small error bars, near 1e-6 for
 * quadratic S of rank 3: prints for every start the largest error bar and the largest
 * difference. About three minutes on one core. */
#include "kinetic/oracle_volterra.c"
#include "kinetic/jump.h"

static void waves(void **state)
{
    (void)state;
    for (int i = RANK3; i <= SITE; i++) {
        const bool quadratic = i == RANK3 || i == RANK1;
        double bar;
        double off = compare_waves(&starts[i], 1, i == GENERAL ? 1e-5 : 1e-8, quadratic ? 18 : 14,
                                   quadratic ? 3e-6 : 3e-4, &bar);
        print_message("%-8s error bar %.1e, difference %.1e\n", starts[i].name, bar, off);
    }
}

/* Gaussian positions, where the reference takes longest. */
static void paths(void **state)
{
    (void)state;
    double off = compare_paths(&starts[GENERAL], 1, 1e-4, 13, 1e-3);
    print_message("%-8s whole paths: difference %.1e\n", starts[GENERAL].name, off);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(waves), cmocka_unit_test(paths)};
KINETIC_MAIN(tests)
