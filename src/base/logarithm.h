/* The natural logarithm in plain operations, for loops that the compiler
 * vectorises: the same bits for every instruction set.
 *
 * x = 2^k m with sqrt(1/2) <= m < sqrt(2), f = m - 1, s = f/(2 + f) and
 * log(1 + f) = f - s (f - R), R = (log((1+s)/(1-s)) - 2 s)/s an even function of s.
 * The split of log 2 and the minimax coefficients of R are those of e_log.c of
 * FDLIBM (Sun Microsystems, 1993), whose bound is one unit in the last place.
 */
#ifndef KL_BASE_LOGARITHM_H
#define KL_BASE_LOGARITHM_H

#include <stdint.h>
#include <string.h>

/* log x, for x positive, finite and at least 2^-1022. Local. */
static inline __attribute__((always_inline)) double kl_log(double x)
{
    const uint64_t root_half = 0x3fe6a09e667f3bcd, mantissa = 0x000fffffffffffff;
    uint64_t bits, shifted, whole;
    double m, k;
    memcpy(&bits, &x, sizeof bits);
    shifted = bits + (0x3ff0000000000000 - root_half); /* exponent k + 1023 */
    bits = (shifted & mantissa) + root_half;
    memcpy(&m, &bits, sizeof m);
    whole = (shifted >> 52) | 0x4330000000000000; /* 2^52 + k + 1023 */
    memcpy(&k, &whole, sizeof k);
    k -= 0x1p52 + 1023;
    const double f = m - 1, s = f / (2 + f), z = s * s, w = z * z;
    const double even = w * (3.999999999940941908e-01 +
                             w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    const double odd = z * (6.666666666666735130e-01 +
                            w * (2.857142874366239149e-01 +
                                 w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    const double half_square = 0.5 * f * f;
    const double rest = s * (half_square + (even + odd)) + k * 1.90821492927058770002e-10;
    return k * 6.93147180369123816490e-01 - ((half_square - rest) - f);
}

#endif
