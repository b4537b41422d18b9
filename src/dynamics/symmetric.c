#include "dynamics/symmetric.h"

#include "base/clones.h"
#include "base/lanes.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { STEPS = 60 }; /* of QL for one eigenvalue: three are the rule */

KL_CLONES static void add_multiple(int n, double factor, const double *restrict a,
                                   double *restrict b)
{
    for (int i = 0; i < n; i++)
        b[i] += factor * a[i];
}

/* ---- to a tridiagonal matrix ---- */

/* x becomes a normal of length sqrt(2) of the mirror that takes it to (*off, 0, ..., 0); 0: there
 * is nothing to reflect. */
static void mirror(int n, double *x, double *off)
{
    const double size = sqrt(kl_row_dot(n, x, x));
    *off = x[0];
    if (n == 1 || size == fabs(x[0])) {
        memset(x, 0, (size_t)n * sizeof *x);
        return;
    }
    *off = x[0] > 0 ? -size : size;
    x[0] -= *off;
    const double length = sqrt(size * fabs(x[0])); /* |x|^2 = 2 size |x_0| */
    for (int i = 0; i < n; i++)
        x[i] /= length;
}

/* A <- (1 - x x^T) A (1 - x x^T) of n rows, `stride` apart; p: room for n. */
static void reflect(int n, int stride, double *a, const double *x, double *p)
{
    for (int i = 0; i < n; i++)
        p[i] = kl_row_dot(n, a + i * stride, x);
    add_multiple(n, -0.5 * kl_row_dot(n, p, x), x, p);
    for (int i = 0; i < n; i++) {
        add_multiple(n, -x[i], p, a + i * stride);
        add_multiple(n, -p[i], x, a + i * stride);
    }
}

/* Row k of `a` keeps the normal of the k-th mirror, from column k + 1 on. */
static void tridiagonal(int n, double *a, double *d, double *e, double *p)
{
    for (int k = 0; k < n; k++) {
        const int left = n - k - 1;
        double *normal = a + k * n + k + 1;
        d[k] = a[k * n + k];
        e[k] = 0;
        if (left == 0)
            break;
        mirror(left, normal, &e[k]);
        reflect(left, n, a + (k + 1) * n + k + 1, normal, p);
    }
}

/* ---- of a tridiagonal matrix ---- */

KL_CLONES static void rotate(int n, double *restrict x, double *restrict y, double c, double s)
{
    for (int i = 0; i < n; i++) {
        const double u = x[i], w = y[i];
        x[i] = c * u - s * w;
        y[i] = s * u + c * w;
    }
}

/* One step on rows first..last, with the shift of Wilkinson. */
static void ql_step(int n, int first, int last, double *d, double *e, double *v)
{
    const double half = (d[first + 1] - d[first]) / (2 * e[first]);
    double g = d[last] - d[first] + e[first] / (half + copysign(hypot(half, 1), half));
    double s = 1, c = 1, p = 0;
    for (int i = last - 1; i >= first; i--) {
        const double f = s * e[i], b = c * e[i], size = hypot(f, g);
        e[i + 1] = size;
        if (size == 0) { /* falls apart here */
            d[i + 1] -= p;
            e[last] = 0;
            return;
        }
        s = f / size;
        c = g / size;
        const double away = d[i + 1] - p, r = (d[i] - away) * s + 2 * c * b;
        p = s * r;
        d[i + 1] = away + p;
        g = c * r - b;
        rotate(n, v + i * n, v + (i + 1) * n, c, s);
    }
    d[first] -= p;
    e[first] = g;
    e[last] = 0;
}

static void ql(int n, double *d, double *e, double *v)
{
    double norm = 0;
    for (int i = 0; i < n; i++)
        norm = fmax(norm, fmax(fabs(d[i]), fabs(e[i])));
    for (int first = 0; first < n; first++)
        for (int step = 0; step < STEPS; step++) {
            int last = first;
            while (last < n - 1 && fabs(e[last]) > DBL_EPSILON * norm / 8)
                last++;
            if (last == first)
                break;
            ql_step(n, first, last, d, e, v);
        }
}

void kl_symmetric_eigen(int n, double *a, double *value, double *v, double *work)
{
    double *off = work;
    tridiagonal(n, a, value, off, work + n);
    memset(v, 0, (size_t)n * (size_t)n * sizeof *v);
    for (int i = 0; i < n; i++)
        v[i * n + i] = 1;
    ql(n, value, off, v);
    for (int k = n - 2; k >= 0; k--) { /* and back through the mirrors */
        const double *normal = a + k * n + k + 1;
        for (int i = 0; i < n; i++)
            add_multiple(n - k - 1, -kl_row_dot(n - k - 1, normal, v + i * n + k + 1), normal,
                         v + i * n + k + 1);
    }
}
