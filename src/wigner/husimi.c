/* Position, momentum and Husimi density from R(y, m): see husimi.h. Local. */
#include "wigner/husimi.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static const double LARGEST_EXPONENT = 36;

int64_t kl_husimi_modes(double width)
{
    return 1 + (int64_t)ceil(width * sqrt(8 * LARGEST_EXPONENT));
}

double kl_husimi_position(double ell, int positions, int i)
{
    return ell * ((double)i / positions - 0.5);
}

double kl_husimi_momentum(int momenta, int j)
{
    return (double)j / momenta - 0.5;
}

/* factor sum_m w_m exp(-2 pi i m V_j) c_m over all integers m, c_-m the conjugate of c_m and
 * w_m = exp(-m^2/(8 s^2)); spoils c. turn[j] = exp(-2 pi i j/momenta). */
static void sum_modes(complex double *c, int64_t modes, double s, int momenta,
                      const complex double *turn, double factor, double *out)
{
    for (int64_t m = 1; m < modes; m++) { /* (-1)^m: V_j = j/momenta - 1/2 */
        const double weight = 2 * exp(-(double)(m * m) / (8 * s * s));
        c[m] *= m % 2 ? -weight : weight;
    }
    for (int j = 0; j < momenta; j++) {
        double sum = creal(c[0]);
        for (int64_t m = 1; m < modes; m++)
            sum += creal(turn[m * j % momenta] * c[m]);
        out[j] = factor * sum;
    }
}

static kl_status make_turns(int momenta, complex double **turn, kl_error *err)
{
    KL_TRY(kl_alloc((size_t)momenta, sizeof **turn, "Husimi", turn, err));
    for (int j = 0; j < momenta; j++)
        (*turn)[j] = cos(2 * M_PI * j / momenta) - I * sin(2 * M_PI * j / momenta);
    return KL_OK;
}

/* sum_y exp(-(y + m/2 - x)^2/(2 s^2)) R(y, m), y over all integers. */
static complex double windowed(const kl_coherence *r, int64_t m, double x, double s)
{
    const double center = x - 0.5 * (double)m, reach = s * sqrt(2 * LARGEST_EXPONENT);
    const complex double *row = r->value + m * r->sites;
    complex double sum = 0;
    for (int64_t y = (int64_t)ceil(center - reach); (double)y <= center + reach; y++) {
        const double u = ((double)y - center) / s;
        sum += exp(-u * u / 2) * row[(y % r->sites + r->sites) % r->sites];
    }
    return sum;
}

kl_status kl_husimi(const kl_coherence *r, double mu, double width, int positions, int momenta,
                    double *husimi, kl_error *err)
{
    const double s = width / mu, ell = mu * (double)r->sites;
    complex double *turn = NULL, *c = NULL;
    kl_status status = make_turns(momenta, &turn, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)r->modes, sizeof *c, "Husimi", &c, err);
    for (int i = 0; status == KL_OK && i < positions; i++) {
        const double x = kl_husimi_position(ell, positions, i) / mu;
        for (int64_t m = 0; m < r->modes; m++)
            c[m] = windowed(r, m, x, s);
        sum_modes(c, r->modes, s, momenta, turn, 1 / (sqrt(2 * M_PI) * width),
                  husimi + (size_t)i * (size_t)momenta);
    }
    free(turn);
    free(c);
    return status;
}

kl_status kl_husimi_momenta(const kl_coherence *r, double mu, double width, int momenta,
                            double *momentum, kl_error *err)
{
    complex double *turn = NULL, *c = NULL;
    kl_status status = make_turns(momenta, &turn, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)r->modes, sizeof *c, "Husimi", &c, err);
    for (int64_t m = 0; status == KL_OK && m < r->modes; m++)
        for (int64_t y = 0; y < r->sites; y++)
            c[m] += r->value[m * r->sites + y];
    if (status == KL_OK)
        sum_modes(c, r->modes, width / mu, momenta, turn, 1, momentum);
    free(turn);
    free(c);
    return status;
}

void kl_husimi_density(const kl_coherence *r, double mu, double *density)
{
    const int64_t L = r->sites;
    for (int64_t i = 0; i < L; i++) /* ascending X */
        density[i] = creal(r->value[(i - L / 2 + L) % L]) / mu;
}
