/* C11's CMPLX(re, im), which glibc's header leaves out under clang. Bit for bit: no arithmetic, so
 * infinities and signed zeros stay as they are. Local. */
#ifndef KL_BASE_COMPLEX_H
#define KL_BASE_COMPLEX_H

#include <complex.h>

#ifndef CMPLX
#define CMPLX(re, im) __builtin_complex((double)(re), (double)(im))
#endif

#endif
