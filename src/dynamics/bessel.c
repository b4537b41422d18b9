#include "dynamics/bessel.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

double kl_bessel_bound(double x, double k)
{
    if (x == 0)
        return 0;
    const double alpha = acosh(k / x);
    return exp(-k * (alpha - tanh(alpha)));
}

double kl_bessel_ratio(double x, double k)
{
    return x == 0 ? 0 : exp(-acosh(k / x));
}

/* Bound of sum_{k >= first} |J_k(x)|; needs first > x. */
static double kapteyn_tail(double x, double first)
{
    if (x == 0)
        return 0;
    return kl_bessel_bound(x, first) / -expm1(-acosh(first / x));
}

/* An order beyond which the tail is below 1e-30. */
static int far_order(double x)
{
    double k = x + 10;
    while (kapteyn_tail(x, k) > 1e-30)
        k += 5 + 0.5 * cbrt(x);
    return (int)k;
}

kl_status kl_bessel(double x, int n, double *j, kl_error *err)
{
    int top = far_order(x);
    if (top < n)
        top = n;
    top += top % 2;
    long double *f;
    KL_TRY(kl_alloc((size_t)top + 2, sizeof *f, "Bessel functions", &f, err));
    if (x == 0) {
        f[0] = 1;
    } else {
        long double sum = 0;
        f[top + 1] = 0;
        f[top] = 1e-300L;
        for (int k = top; k > 0; k--) {
            f[k - 1] = 2 * k / (long double)x * f[k] - f[k + 1];
            if (fabsl(f[k - 1]) > 1e2000L) /* keep the recurrence in range */
                for (int i = k - 1; i <= top; i++)
                    f[i] *= 1e-2000L;
        }
        for (int k = top; k >= 2; k -= 2)
            sum += f[k];
        sum = 2 * sum + f[0];
        for (int k = 0; k <= top; k++)
            f[k] /= sum;
    }
    for (int k = 0; k < n; k++)
        j[k] = (double)f[k];
    free(f);
    return KL_OK;
}

kl_status kl_bessel_degree(double x, double tolerance, int *degree, kl_error *err)
{
    int n = far_order(x) + 1;
    double *j;
    KL_TRY(kl_alloc((size_t)n, sizeof *j, "Bessel functions", &j, err));
    kl_status status = kl_bessel(x, n, j, err);
    double tail = 2 * kapteyn_tail(x, n);
    int k = n - 1;
    while (status == KL_OK && k > 0 && tail + 2 * fabs(j[k]) <= tolerance) {
        tail += 2 * fabs(j[k]);
        k--;
    }
    *degree = k;
    free(j);
    return status;
}

/* An order beyond which I_k(x) is below 1e-20 e^x: I_k/e^x falls like exp(-k^2/2x), for small x
 * like (x/2)^k/k!. */
static int far_modified_order(double x)
{
    return (int)(10 * sqrt(x)) + 40;
}

kl_status kl_bessel_modified(double x, int n, double *i, kl_error *err)
{
    const int top = (n > far_modified_order(x) ? n : far_modified_order(x)) + 20;
    long double *f, sum = 0;
    KL_TRY(kl_alloc((size_t)top + 2, sizeof *f, "Bessel functions", &f, err));
    f[x > 0 ? top : 0] = x > 0 ? 1e-300L : 1;
    for (int k = top; k > 0 && x > 0; k--) {
        f[k - 1] = 2 * k / (long double)x * f[k] + f[k + 1];
        if (f[k - 1] > 1e2000L) /* keep the recurrence in range */
            for (int j = k - 1; j <= top; j++)
                f[j] *= 1e-2000L;
    }
    for (int k = top; k > 0; k--)
        sum += f[k];
    sum = 2 * sum + f[0];
    for (int k = 0; k < n; k++)
        i[k] = (double)(f[k] / sum * expl(x));
    free(f);
    return KL_OK;
}

kl_status kl_bessel_modified_degree(double x, double tolerance, int *degree, kl_error *err)
{
    const int n = far_modified_order(x);
    double *i, tail = 0;
    KL_TRY(kl_alloc((size_t)n, sizeof *i, "Bessel functions", &i, err));
    const kl_status status = kl_bessel_modified(x, n, i, err);
    int k = n - 1;
    for (; status == KL_OK && k > 0 && tail + 2 * i[k] <= tolerance * exp(x); k--)
        tail += 2 * i[k];
    *degree = k;
    free(i);
    return status;
}
