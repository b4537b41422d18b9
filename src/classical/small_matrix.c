#include "classical/small_matrix.h"

double kl_small_determinant(int d, const double *m)
{
    if (d == 1)
        return m[0];
    if (d == 2)
        return m[0] * m[3] - m[1] * m[2];
    return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) +
           m[2] * (m[3] * m[7] - m[4] * m[6]);
}

/* The cofactor of entry (i, j). */
static double cofactor(int d, const double *m, int i, int j)
{
    double minor[4];
    int n = 0;
    if (d == 1)
        return 1;
    for (int a = 0; a < d; a++)
        for (int b = 0; b < d; b++)
            if (a != i && b != j)
                minor[n++] = m[a * d + b];
    return ((i + j) % 2 ? -1 : 1) * kl_small_determinant(d - 1, minor);
}

void kl_small_inverse(int d, const double *m, double *out)
{
    const double determinant = kl_small_determinant(d, m);
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++)
            out[j * d + i] = cofactor(d, m, i, j) / determinant;
}

void kl_small_product(int d, const double *a, const double *b, double *out)
{
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++) {
            out[i * d + j] = 0;
            for (int k = 0; k < d; k++)
                out[i * d + j] += a[i * d + k] * b[k * d + j];
        }
}

void kl_small_apply(int d, const double *a, const double *v, double *out)
{
    for (int i = 0; i < d; i++) {
        out[i] = 0;
        for (int k = 0; k < d; k++)
            out[i] += a[i * d + k] * v[k];
    }
}

int kl_small_negative(int d, const double *m)
{
    double before = 1;
    int changes = 0;
    for (int n = 1; n <= d; n++) {
        double minor[9];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                minor[i * n + j] = (m[i * d + j] + m[j * d + i]) / 2;
        const double now = kl_small_determinant(n, minor);
        changes += now * before < 0;
        before = now;
    }
    return changes;
}
