/* C11's CMPLX(re, im), which glibc's header leaves out under clang: bit for bit, no arithmetic, so
 * infinities and signed zeros stay as they are; and a fast product. Local. */
#ifndef KL_BASE_COMPLEX_H
#define KL_BASE_COMPLEX_H

#include <complex.h>

#ifndef CMPLX
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

/* Without the care for infinities that makes C's own product slow. */
static inline double complex kl_times(double complex a, double complex b)
{
    return CMPLX(creal(a) * creal(b) - cimag(a) * cimag(b),
                 creal(a) * cimag(b) + cimag(a) * creal(b));
}

#endif
