#include "kinetic/diffusion.h"

#include <math.h>

static double rate_of(const kl_band *band, int i)
{
    return -2 * band->im[i];
}

double kl_diffusion_coefficient(const kl_band *band, int i)
{
    return band->square[i] / (band->dimension * rate_of(band, i));
}

/* (x - 1 + exp(-x))/x^2 */
static double both_flights(double x)
{
    if (x > 0.1)
        return (x + expm1(-x)) / (x * x);
    return 1. / 2 - x / 6 * (1 - x / 4 * (1 - x / 5 * (1 - x / 6 * (1 - x / 7 * (1 - x / 8)))));
}

/* (1 - (1 + x) exp(-x))/x^2 */
static double first_flight(double x)
{
    return 1 - (1 + x) * both_flights(x);
}

double kl_boltzmann_msd(const kl_band *band, const double *first, double time)
{
    double sum = 0;
    for (int i = 0; i < band->n; i++) {
        const double x = rate_of(band, i) * time, more = first ? first[i] - band->square[i] : 0;
        sum += band->weight[i] * 2 * time * time *
               (band->square[i] * both_flights(x) + more * first_flight(x));
    }
    return sum;
}

double kl_diffusion_msd(const kl_band *band, double time)
{
    double sum = 0;
    for (int i = 0; i < band->n; i++)
        sum += band->weight[i] * 2 * band->dimension * kl_diffusion_coefficient(band, i) * time;
    return sum;
}

double kl_diffusion_density(const kl_band *band, double variance, double time, double square)
{
    double sum = 0;
    for (int i = 0; i < band->n; i++) {
        const double v = variance + 2 * kl_diffusion_coefficient(band, i) * time;
        sum += band->weight[i] * pow(2 * M_PI * v, -0.5 * band->dimension) * exp(-square / (2 * v));
    }
    return sum;
}
