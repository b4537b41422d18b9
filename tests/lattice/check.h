/* cmocka with its prerequisites, comparisons that print both sides, checks
 * that all ranks pass or fail together, and a small generator of test data.
 */
#ifndef KL_TESTS_LATTICE_CHECK_H
#define KL_TESTS_LATTICE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <mpi.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NaN fails. */
#define assert_near(actual, expected, tolerance)                                                   \
    do {                                                                                           \
        double actual_ = (actual), expected_ = (expected), tolerance_ = (tolerance);               \
        if (!(fabs(actual_ - expected_) <= tolerance_))                                            \
            fail_msg("%s = %.17g, expected %.17g within %.3g", #actual, actual_, expected_,        \
                     tolerance_);                                                                  \
    } while (0)

#define assert_at_most(actual, limit)                                                              \
    do {                                                                                           \
        double actual_ = (actual), limit_ = (limit);                                               \
        if (!(actual_ <= limit_))                                                                  \
            fail_msg("%s = %.6g, allowed at most %.6g", #actual, actual_, limit_);                 \
    } while (0)

/* `call` names its kl_error `why`. */
#define assert_ok(call)                                                                            \
    do {                                                                                           \
        kl_error err_ = {0};                                                                       \
        kl_error *why = &err_;                                                                     \
        int status_ = (int)(call);                                                                 \
        if (status_ != KL_OK)                                                                      \
            fail_msg("%s: %s", #call, why->message);                                               \
    } while (0)

/* Fails on all ranks of MPI_COMM_WORLD if `condition` is false on any, so that
 * no rank waits for one that has left. Collective. */
#define assert_everywhere(condition)                                                               \
    do {                                                                                           \
        int mine_ = (condition) ? 1 : 0, all_ = 0;                                                 \
        MPI_Allreduce(&mine_, &all_, 1, MPI_INT, MPI_LAND, MPI_COMM_WORLD);                        \
        if (!all_)                                                                                 \
            fail_msg("%s%s", #condition, mine_ ? " (on another rank)" : " (on this rank)");        \
    } while (0)

/* Numbers in [-1, 1) from a 64-bit linear congruential generator with output
 * mixing (constants of Knuth's MMIX and of splitmix64). */
static inline double test_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    uint64_t z = *seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1;
}

/* main() of a test program: the tests of `tests` between MPI_Init and MPI_Finalize. */
#define TEST_MAIN(tests)                                                                           \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        MPI_Init(&argc, &argv);                                                                    \
        int failed = cmocka_run_group_tests(tests, NULL, NULL);                                    \
        MPI_Finalize();                                                                            \
        return failed != 0;                                                                        \
    }

#endif
