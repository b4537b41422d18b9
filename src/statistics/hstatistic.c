/* The h-statistics of orders 2, 4, 6: unbiased for the central moments E(Y - E Y)^r.
 *
 *   h_r = sum_k (-1)^k C(r,k) U_k,   U_k = [r-k, 1^k] / (n (n-1) ... ),
 *
 * U_k the unbiased estimate of E Y^(r-k) (E Y)^k: the sum over distinct realizations of
 * y_i^(r-k) y_j y_l ..., written in the power sums s[q] = sum d^q of d = y - mean (so s[1] = 0):
 * P. Dressel, Statistical seminvariants and their estimates, Ann. Math. Stat. 11 (1940) 33.
 * Exact for any distribution; orders 4 and 6 may come out negative. Local.
 */
#include "statistics/probability.h"

#include <math.h>

static double h4(double n, const double *s)
{
    const double n2 = n * (n - 1), n3 = n2 * (n - 2), n4 = n3 * (n - 3);
    const double square = s[2] * s[2];
    return s[4] / n + 4 * s[4] / n2 + 6 * (2 * s[4] - square) / n3 -
           3 * (3 * square - 6 * s[4]) / n4;
}

static double h6(double n, const double *s)
{
    const double n2 = n * (n - 1), n3 = n2 * (n - 2), n4 = n3 * (n - 3), n5 = n4 * (n - 4);
    const double n6 = n5 * (n - 5), s24 = s[2] * s[4], s33 = s[3] * s[3];
    const double five = 3 * s[2] * s[2] * s[2] - 18 * s24 + 24 * s[6] - 8 * s33;
    return s[6] / n + 6 * s[6] / n2 + 15 * (2 * s[6] - s24) / n3 -
           20 * (2 * s33 - 6 * s[6] + 3 * s24) / n4 + 15 * five / n5 + 25 * five / n6;
}

double kl_h_statistic(int r, int n, const double s[7])
{
    if (n < r)
        return NAN;
    return r == 2 ? s[2] / (n - 1) : r == 4 ? h4(n, s) : r == 6 ? h6(n, s) : NAN;
}
