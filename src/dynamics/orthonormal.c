#include "dynamics/orthonormal.h"

#include "base/clones.h"
#include "base/lanes.h"

#include <math.h>

/* Two columns a, b less their parts along the four columns from q on. */
KL_CLONES static void project(const double *q, int64_t length, double *a, double *b)
{
    const kl_lanes_vector *q0 = (const kl_lanes_vector *)q,
                          *q1 = (const kl_lanes_vector *)(q + length),
                          *q2 = (const kl_lanes_vector *)(q + 2 * length),
                          *q3 = (const kl_lanes_vector *)(q + 3 * length);
    kl_lanes_vector *u = (kl_lanes_vector *)a, *v = (kl_lanes_vector *)b;
    const int64_t n = length / KL_LANES;
    double r[8];
    kl_lanes_four_by_two(length, q, a, b, r);
    for (int64_t i = 0; i < n; i++) {
        u[i] -= (r[0] * q0[i] + r[1] * q1[i]) + (r[2] * q2[i] + r[3] * q3[i]);
        v[i] -= (r[4] * q0[i] + r[5] * q1[i]) + (r[6] * q2[i] + r[7] * q3[i]);
    }
}

KL_CLONES static double dot(int64_t length, const double *a, const double *b)
{
    const kl_lanes_vector *u = (const kl_lanes_vector *)a, *v = (const kl_lanes_vector *)b;
    kl_lanes_vector s = {0};
    for (int64_t i = 0; i < length / KL_LANES; i++)
        s += u[i] * v[i];
    return kl_lanes_sum((const double *)&s);
}

KL_CLONES static void add_multiple(int64_t length, double factor, const double *a, double *b)
{
    for (int64_t i = 0; i < length; i++)
        b[i] += factor * a[i];
}

KL_CLONES static void divide(int64_t length, double by, double *a)
{
    for (int64_t i = 0; i < length; i++)
        a[i] /= by;
}

static void panel(double *a, int64_t length, double *growth)
{
    for (int k = 0; k < KL_PANEL; k++) {
        double *column = a + k * length;
        for (int j = 0; j < k; j++)
            add_multiple(length, -dot(length, a + j * length, column), a + j * length, column);
        const double size = sqrt(dot(length, column, column));
        if (size > 0) {
            divide(length, size, column);
            growth[k] += log(size);
        }
    }
}

void kl_orthonormalise(double *a, int64_t columns, int64_t length, double *growth)
{
    for (int64_t c = 0; c < columns; c += KL_PANEL) {
        double *at = a + c * length;
        for (int64_t earlier = 0; earlier < c; earlier += KL_PANEL)
            for (int k = 0; k < KL_PANEL; k += 2)
                project(a + earlier * length, length, at + k * length, at + (k + 1) * length);
        panel(at, length, growth + c);
    }
}
