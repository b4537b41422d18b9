/* cmocka with its prerequisites, and comparison of doubles that prints both. */
#ifndef KL_TESTS_STATISTICS_CHECK_H
#define KL_TESTS_STATISTICS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

/* NaN fails. */
#define assert_near(actual, expected, tolerance)                                                   \
    do {                                                                                           \
        double actual_ = (actual), expected_ = (expected), tolerance_ = (tolerance);               \
        if (!(fabs(actual_ - expected_) <= tolerance_))                                            \
            fail_msg("%s = %.15g, expected %.15g within %.3g", #actual, actual_, expected_,        \
                     tolerance_);                                                                  \
    } while (0)

#define assert_nan(x) assert_true(isnan(x))
#define assert_between(x, low, high)                                                               \
    do {                                                                                           \
        double x_ = (x);                                                                           \
        if (!(x_ >= (low) && x_ <= (high)))                                                        \
            fail_msg("%s = %.6g is outside [%g, %g]", #x, x_, (double)(low), (double)(high));      \
    } while (0)

#endif
