#include "continuum/hermitian.h"

#include <math.h>
#include <stdbool.h>

/* Columns p and q of m: times (c, s; -conj(s), c). */
static void turn_columns(int n, complex double *m, int p, int q, double c, complex double s)
{
    for (int i = 0; i < n; i++) {
        const complex double x = m[i * n + p], y = m[i * n + q];
        m[i * n + p] = c * x - kl_times(conj(s), y);
        m[i * n + q] = kl_times(s, x) + c * y;
    }
}

static void turn_rows(int n, complex double *m, int p, int q, double c, complex double s)
{
    for (int i = 0; i < n; i++) {
        const complex double x = m[p * n + i], y = m[q * n + i];
        m[p * n + i] = c * x - kl_times(s, y);
        m[q * n + i] = kl_times(conj(s), x) + c * y;
    }
}

/* Makes a_pq zero. */
static bool rotate(int n, complex double *a, complex double *vector, int p, int q, double small)
{
    const complex double off = a[p * n + q];
    const double size = cabs(off), theta = (creal(a[q * n + q]) - creal(a[p * n + p])) / 2;
    if (size <= small)
        return false;
    const double t = size / (fabs(theta) + hypot(theta, size)) * (theta < 0 ? -1 : 1);
    const double c = 1 / sqrt(1 + t * t);
    const complex double s = t * c * off / size;
    turn_columns(n, a, p, q, c, s);
    turn_rows(n, a, p, q, c, s);
    turn_columns(n, vector, p, q, c, s);
    return true;
}

void kl_hermitian_solve(int n, complex double *a, double *value, complex double *vector)
{
    double size = 0;
    bool turned = true;
    for (int i = 0; i < n * n; i++) {
        size = fmax(size, cabs(a[i]));
        vector[i] = i % (n + 1) == 0;
    }
    for (int sweep = 0; sweep < 60 && turned; sweep++) {
        turned = false;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                turned = rotate(n, a, vector, p, q, 1e-17 * size) || turned;
    }
    for (int i = 0; i < n; i++)
        value[i] = creal(a[i * n + i]);
}
