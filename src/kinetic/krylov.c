/* Lanczos (Stieltjes) on the shell quadrature. Of the 2^d images theta_j ->
 * -theta_j of each octant point half are kept, the others follow from parity. */
#include "kinetic/krylov.h"

#include "base/memory.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LANES = 8 }; /* partial sums, so that the compiler may use vectors */

/* The images kept, with everything scaled by the square root of the weight. */
typedef struct images {
    size_t count; /* a multiple of LANES, padded with weight 0 */
    double *x;    /* xi.v */
    double *p[2]; /* the last two Lanczos vectors */
    double *even; /* [nmodes][count] sqrt(w) cos(2 pi m.U) */
    double *odd;  /* [nmodes][count] sqrt(w) sin(2 pi m.U) */
} images;

static double complex power(double complex z, int n)
{
    double complex result = 1;
    if (n < 0)
        z = conj(z);
    for (int i = abs(n); i > 0; i /= 2, z *= z)
        if (i % 2)
            result *= z;
    return result;
}

static double dot(const double *a, const double *b, size_t n)
{
    double lane[LANES] = {0}, sum = 0;
    for (size_t i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++)
            lane[l] += a[i + l] * b[i + l];
    for (int l = 0; l < LANES; l++)
        sum += lane[l];
    return sum;
}

static void images_destroy(images *s)
{
    free(s->x);
    free(s->p[0]);
    free(s->p[1]);
    free(s->even);
    free(s->odd);
}

static kl_status images_allocate(const kl_shell *shell, int nmodes, images *s, kl_error *err)
{
    size_t n = (size_t)shell->npoints << (shell->dimension - 1);
    s->count = n = (n + LANES - 1) / LANES * LANES;
    KL_TRY(kl_alloc(n, sizeof(double), "Krylov space", &s->x, err));
    KL_TRY(kl_alloc(n, sizeof(double), "Krylov space", &s->p[0], err));
    KL_TRY(kl_alloc(n, sizeof(double), "Krylov space", &s->p[1], err));
    KL_TRY(kl_alloc(n * (size_t)nmodes, sizeof(double), "Krylov space", &s->even, err));
    return kl_alloc(n * (size_t)nmodes, sizeof(double), "Krylov space", &s->odd, err);
}

static kl_status images_fill(const kl_shell *shell, const double xi[3], int nmodes,
                             const int (*mode)[3], images *s, kl_watch *watch, kl_error *err)
{
    int combinations = 1 << (shell->dimension - 1);
    double total = 0;
    for (int i = 0; i < shell->npoints; i++)
        total += shell->weight[i];
    size_t at = 0;
    for (int c = 0; c < combinations; c++)
        for (int i = 0; i < shell->npoints; i++, at++) {
            if (i % 1024 == 0)
                KL_TRY(kl_watch_look(watch, err));
            double root = sqrt(shell->weight[i] / (combinations * total));
            double complex z[3];
            for (int j = 0; j < shell->dimension; j++) {
                double sign = j > 0 && (c >> (j - 1) & 1) ? -1 : 1;
                z[j] = shell->cosine[j][i] + I * sign * shell->sine[j][i];
                s->x[at] -= 2 * xi[j] * cimag(z[j]);
            }
            s->p[0][at] = root;
            for (int m = 0; m < nmodes; m++) {
                double complex b = root;
                for (int j = 0; j < shell->dimension; j++)
                    b *= power(z[j], mode[m][j]);
                s->even[(size_t)m * s->count + at] = creal(b);
                s->odd[(size_t)m * s->count + at] = cimag(b);
            }
        }
    return KL_OK;
}

/* p_old <- x p - beta p_old; returns its norm. */
static double step(size_t n, const double *x, const double *p, double beta, double *old)
{
    double lane[LANES] = {0}, sum = 0;
    for (size_t i = 0; i < n; i += LANES)
        for (int l = 0; l < LANES; l++) {
            double r = x[i + l] * p[i + l] - beta * old[i + l];
            old[i + l] = r;
            lane[l] += r * r;
        }
    for (int l = 0; l < LANES; l++)
        sum += lane[l];
    return sqrt(sum);
}

kl_status kl_krylov(const kl_shell *shell, const double xi[3], int size, int nmodes,
                    const int (*mode)[3], double *beta, double *moment, kl_watch *watch,
                    kl_error *err)
{
    images s = {0};
    kl_status status = images_allocate(shell, nmodes, &s, err);
    memset(beta, 0, (size_t)size * sizeof *beta);
    memset(moment, 0, (size_t)nmodes * (size_t)size * sizeof *moment);
    KL_GOTO(status);
    KL_GOTO(images_fill(shell, xi, nmodes, mode, &s, watch, err));
    for (int k = 0; k < size; k++) {
        KL_GOTO(kl_watch_look(watch, err));
        double *p = s.p[k % 2], *other = s.p[(k + 1) % 2];
        for (int m = 0; m < nmodes; m++)
            moment[(size_t)m * (size_t)size + (size_t)k] =
                dot((k % 2 ? s.odd : s.even) + (size_t)m * s.count, p, s.count);
        if (k + 1 == size)
            break;
        double norm = step(s.count, s.x, p, beta[k], other);
        if (!(norm > 1e-13 * (beta[1] > 0 ? beta[1] : 1)))
            break;
        beta[k + 1] = norm;
        for (size_t i = 0; i < s.count; i++)
            other[i] *= 1 / norm;
    }
done:
    images_destroy(&s);
    return status;
}
