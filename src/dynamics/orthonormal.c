#include "dynamics/orthonormal.h"

#include "base/clones.h"
#include "base/lanes.h"

#include <math.h>

typedef double vector __attribute__((vector_size(KL_LANES * sizeof(double))));

/* Two columns a, b less their parts along the four columns from q on. */
KL_CLONES static void project(const double *q, int64_t length, double *a, double *b)
{
    const vector *q0 = (const vector *)q, *q1 = (const vector *)(q + length),
                 *q2 = (const vector *)(q + 2 * length), *q3 = (const vector *)(q + 3 * length);
    vector *u = (vector *)a, *v = (vector *)b, s[8] = {{0}};
    const int64_t n = length / KL_LANES;
    double r[8];
    for (int64_t i = 0; i < n; i++) {
        s[0] += q0[i] * u[i];
        s[1] += q1[i] * u[i];
        s[2] += q2[i] * u[i];
        s[3] += q3[i] * u[i];
        s[4] += q0[i] * v[i];
        s[5] += q1[i] * v[i];
        s[6] += q2[i] * v[i];
        s[7] += q3[i] * v[i];
    }
    for (int k = 0; k < 8; k++)
        r[k] = kl_lanes_sum((const double *)&s[k]);
    for (int64_t i = 0; i < n; i++) {
        u[i] -= (r[0] * q0[i] + r[1] * q1[i]) + (r[2] * q2[i] + r[3] * q3[i]);
        v[i] -= (r[4] * q0[i] + r[5] * q1[i]) + (r[6] * q2[i] + r[7] * q3[i]);
    }
}

KL_CLONES static double dot(int64_t length, const double *a, const double *b)
{
    const vector *u = (const vector *)a, *v = (const vector *)b;
    vector s = {0};
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
