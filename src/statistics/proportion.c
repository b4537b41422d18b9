/* A probability from a count, with Wilson's score interval.
 *
 * The p for which |k/n - p| <= z sqrt(p (1-p) / n), z = 1.96:
 *   (k/n + z^2/2n -+ z sqrt(k/n (1 - k/n)/n + z^2/4n^2)) / (1 + z^2/n)
 * E. Wilson, J. Amer. Statist. Assoc. 22 (1927) 209. Inside [0, 1], of use for k = 0 and k = n
 * as well; covers about 95% on average over p. Local.
 */
#include "statistics/probability.h"
#include "statistics/statistics.h"

#include <math.h>

kl_estimate kl_stats_proportion(int count, int n)
{
    if (n < 1)
        return (kl_estimate){NAN, NAN, NAN};
    const double p = (double)count / n, z = KL_NORMAL_975, zz = z * z / n;
    const double centre = p + zz / 2, half = sqrt(p * (1 - p) * zz + zz * zz / 4);
    return (kl_estimate){p, count == 0 ? 0 : (centre - half) / (1 + zz),
                         count == n ? 1 : (centre + half) / (1 + zz)};
}
