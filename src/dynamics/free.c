#include "dynamics/free.h"

#include "base/memory.h"
#include "base/bessel.h"

#include <stdlib.h>
#include <string.h>

kl_status kl_free_ring(int64_t sites, double t, double complex *amplitude, kl_error *err)
{
    static const double complex phase[4] = {1, -I, -1, I}; /* (-i)^m */
    int degree;
    double *bessel;
    KL_TRY(kl_bessel_degree(2 * t, 1e-17, &degree, err));
    KL_TRY(kl_alloc((size_t)degree + 1, sizeof *bessel, "Bessel functions", &bessel, err));
    kl_status status = kl_bessel(2 * t, degree + 1, bessel, err);
    memset(amplitude, 0, (size_t)sites * sizeof *amplitude);
    for (int m = degree; status == KL_OK && m >= 0; m--) {
        const double complex term = phase[m % 4] * bessel[m];
        amplitude[m % sites] += term;
        if (m > 0)
            amplitude[(sites - m % sites) % sites] += term;
    }
    free(bessel);
    return status;
}
