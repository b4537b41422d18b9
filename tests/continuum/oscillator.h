/* The oracle of the harmonic oscillator: psi_0 = h exp(i(p.x + x.A.x/2)/eps), h Gaussian, has a
 * Gaussian Wigner function, which moves as classical points do. Closed forms for V = sum omega_j^2
 * x_j^2/2; no code of the program. */
#ifndef KL_TESTS_CONTINUUM_OSCILLATOR_H
#define KL_TESTS_CONTINUUM_OSCILLATOR_H

#include "lattice/check.h"

typedef struct oscillator {
    int d;
    double eps, width, omega[3], center[3], momentum[3], hessian[3][3];
} oscillator;

/* Mean and covariance of W at time t, of z = (x, p). */
static inline void oscillator_moments(const oscillator *o, double t, double mean[6],
                                      double covariance[6][6])
{
    const int d = o->d, n = 2 * d;
    double first[6][6] = {{0}}, move[6][6] = {{0}}, start[6];
    for (int i = 0; i < d; i++) {
        start[i] = o->center[i];
        start[d + i] = o->momentum[i];
        for (int j = 0; j < d; j++) {
            const double s2 = o->width * o->width;
            start[d + i] += o->hessian[i][j] * o->center[j];
            first[i][d + j] = first[d + j][i] = s2 * o->hessian[i][j];
            for (int k = 0; k < d; k++)
                first[d + i][d + j] += s2 * o->hessian[i][k] * o->hessian[k][j];
        }
        first[i][i] = o->width * o->width;
        first[d + i][d + i] += o->eps * o->eps / (4 * o->width * o->width);
        const double w = o->omega[i];
        move[i][i] = move[d + i][d + i] = cos(w * t);
        move[i][d + i] = w > 0 ? sin(w * t) / w : t;
        move[d + i][i] = -w * sin(w * t);
    }
    for (int i = 0; i < n; i++) {
        mean[i] = 0;
        for (int j = 0; j < n; j++) {
            mean[i] += move[i][j] * start[j];
            covariance[i][j] = 0;
            for (int k = 0; k < n; k++)
                for (int l = 0; l < n; l++)
                    covariance[i][j] += move[i][k] * first[k][l] * move[j][l];
        }
    }
}

/* The mean of exp(-sum_i (z_i - c_i)^2/(2 w_i^2)) over a Gaussian; w_i = 0: no factor. */
static inline double oscillator_bell(int n, const double mean[6], double covariance[6][6],
                                     const double c[6], const double w[6])
{
    double a[6][7], product = 1, exponent = 0;
    int at[6], m = 0;
    for (int i = 0; i < n; i++)
        if (w[i] > 0)
            at[m++] = i;
    for (int i = 0; i < m; i++) { /* covariance + diag(w^2), and the distance */
        for (int j = 0; j < m; j++)
            a[i][j] = covariance[at[i]][at[j]] + (i == j ? w[at[i]] * w[at[i]] : 0);
        a[i][m] = mean[at[i]] - c[at[i]];
        product *= w[at[i]];
    }
    for (int i = 0; i < m; i++) { /* elimination: it is positive */
        product /= sqrt(a[i][i]);
        exponent += a[i][m] * a[i][m] / a[i][i];
        for (int k = i + 1; k < m; k++) {
            const double factor = a[k][i] / a[i][i];
            for (int j = i; j <= m; j++)
                a[k][j] -= factor * a[i][j];
        }
    }
    return product * exp(-exponent / 2);
}

#endif
