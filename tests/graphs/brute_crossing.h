/* Crossing integrals by their definition, for the tests of kl_crossing_solve(). */
#ifndef KL_TESTS_GRAPHS_BRUTE_CROSSING_H
#define KL_TESTS_GRAPHS_BRUTE_CROSSING_H

#include "graphs/crossing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <math.h>
#include <string.h>

#define CLOSE(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static inline double band(int d, int sites, int at)
{
    double e = 0;
    for (int j = 0; j < d; j++, at /= sites)
        e += 2 * cos(2 * M_PI * (at % sites) / sites);
    return e;
}

static inline double singular(const kl_crossing_problem *p, double e, double energy)
{
    return 1 / hypot(e - energy, p->eps);
}

/* The double sum over p and q; u in units of 1/L. */
static inline double double_sum(const kl_crossing_problem *p, const double energy[3],
                                const int u[3])
{
    const int d = p->dimension, L = p->sites, points = (int)lround(pow(L, d));
    double sum = 0;
    for (int a = 0; a < points; a++)
        for (int b = 0; b < points; b++) {
            int third = 0, stride = 1;
            for (int j = 0, x = a, y = b; j < d; j++, x /= L, y /= L, stride *= L)
                third += stride * ((u[j] - x % L - y % L + 2 * L) % L);
            sum += singular(p, band(d, L, a), energy[0]) * singular(p, band(d, L, b), energy[1]) *
                   singular(p, band(d, L, third), energy[2]);
        }
    return sum / points / points;
}

static inline void solve(MPI_Comm comm, const kl_crossing_problem *p, kl_crossing *crossing,
                         double *at)
{
    kl_error err = {0};
    kl_status status = kl_crossing_solve(comm, p, crossing, at, &err);
    if (status != KL_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, KL_OK);
}

#endif
