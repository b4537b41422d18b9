#include "dynamics/symmetric.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { SWEEPS = 60 };

/* Rows p and q of an n-column matrix. */
static void rotate_rows(int n, double *a, int p, int q, double c, double s)
{
    double *x = a + p * n, *y = a + q * n;
    for (int i = 0; i < n; i++) {
        const double u = x[i], w = y[i];
        x[i] = c * u - s * w;
        y[i] = s * u + c * w;
    }
}

/* Makes a_pq zero (G. Golub, C. van Loan, Matrix computations, section 8.5). */
static void rotate(int n, double *a, double *v, int p, int q)
{
    const double apq = a[p * n + q];
    const double tau = (a[q * n + q] - a[p * n + p]) / (2 * apq);
    const double t = (tau >= 0 ? 1 : -1) / (fabs(tau) + sqrt(1 + tau * tau));
    const double c = 1 / sqrt(1 + t * t), s = t * c;
    const double app = a[p * n + p] - t * apq, aqq = a[q * n + q] + t * apq;
    rotate_rows(n, a, p, q, c, s);
    for (int i = 0; i < n; i++) { /* the columns are the rows of a symmetric matrix */
        a[i * n + p] = a[p * n + i];
        a[i * n + q] = a[q * n + i];
    }
    a[p * n + p] = app;
    a[q * n + q] = aqq;
    a[p * n + q] = a[q * n + p] = 0;
    rotate_rows(n, v, p, q, c, s);
}

void kl_symmetric_eigen(int n, double *a, double *v)
{
    double norm = 0;
    memset(v, 0, (size_t)n * (size_t)n * sizeof *v);
    for (int i = 0; i < n; i++)
        v[i * n + i] = 1;
    for (int i = 0; i < n * n; i++)
        norm = fmax(norm, fabs(a[i]));
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        double off = 0;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                off = fmax(off, fabs(a[p * n + q]));
        if (off <= DBL_EPSILON * norm / 8)
            return;
        for (int p = 0; p < n; p++)
            for (int q = p + 1; q < n; q++)
                if (fabs(a[p * n + q]) > DBL_EPSILON * norm / 16)
                    rotate(n, a, v, p, q);
    }
}
