#include "dynamics/duhamel.h"

#include "base/memory.h"
#include "base/bessel.h"

#include <math.h>
#include <stdlib.h>

/* (v t)^n/n! for n < orders. */
static void duhamel(double vt, int orders, double *bound)
{
    bound[0] = 1;
    for (int n = 1; n < orders; n++)
        bound[n] = bound[n - 1] * vt / n;
}

/* How much of term k of the series an order of the block can get, at most. */
typedef struct growth {
    int orders;
    double g;
    double start[KL_MOST_ORDERS]; /* norms at the start of the stretch */
} growth;

static double weight(const growth *of, int k)
{
    double term[KL_MOST_ORDERS], most = 0;
    term[0] = 1;
    for (int n = 1; n < of->orders; n++) /* g^n (k over n) */
        term[n] = term[n - 1] * of->g * fmax(0, k - n + 1) / n;
    for (int n = 0; n < of->orders; n++) {
        double sum = 0;
        for (int m = 0; m <= n; m++)
            sum += of->start[m] * term[n - m];
        most = fmax(most, sum);
    }
    return most;
}

/* Bound of sum_{k >= first} |J_k(x)| weight(k). (k over n) grows by a factor of at most
 * (k+1)/(k+2-orders) from k to k+1. Infinite where the sum is not seen to converge. */
static double weighted_tail(const growth *of, double x, int first)
{
    const double slope = (first + 1.) / (first + 2. - of->orders);
    const double ratio = kl_bessel_ratio(x, first) * slope;
    if (first < of->orders || !(ratio < 1))
        return INFINITY;
    return kl_bessel_bound(x, first) * weight(of, first) / (1 - ratio);
}

/* The smallest K with 2 sum_{k>K} |J_k(x)| weight(k) <= tolerance. */
static kl_status degree_of(const growth *of, double x, double tolerance, int *degree, kl_error *err)
{
    double *j;
    int n = (int)x + 10 + of->orders;
    while (!(2 * weighted_tail(of, x, n) <= 1e-3 * tolerance))
        n += 5 + (int)(0.5 * cbrt(x));
    KL_TRY(kl_alloc((size_t)n, sizeof *j, "Bessel functions", &j, err));
    const kl_status status = kl_bessel(x, n, j, err);
    double tail = 2 * weighted_tail(of, x, n);
    int k = n - 1;
    for (double next; status == KL_OK && k > 0; k--) {
        next = tail + 2 * fabs(j[k]) * weight(of, k);
        if (next > tolerance)
            break;
        tail = next;
    }
    *degree = k;
    free(j);
    return status;
}

kl_status kl_duhamel_plan(const kl_duhamel_span *span, kl_series *series, kl_error *err)
{
    const kl_hamiltonian *h = series->hamiltonian;
    const double edge = 2 * h->lattice->dimension * h->hopping, t = span->to - span->from;
    double later[KL_MOST_ORDERS], amplified = 0;
    growth of = {.orders = span->orders};
    duhamel(span->strength * span->from, span->orders, of.start);
    duhamel(span->strength * (span->last - span->to), span->orders, later);
    for (int n = 0; n < span->orders; n++)
        amplified += later[n];
    series->degree = 0;
    for (double beyond = 1. / 128; beyond < 0.6; beyond *= 2) {
        int degree;
        const double radius = kl_hamiltonian_exact_factor(edge * (1 + beyond), h->hopping);
        const double r = edge / radius;
        of.g = 2 * span->strength / (radius * sqrt((1 - r) * (1 + r)));
        KL_TRY(degree_of(&of, radius * t, span->tolerance / amplified, &degree, err));
        if (series->degree == 0 || degree < series->degree) {
            series->degree = degree;
            series->radius = radius;
        }
    }
    return KL_OK;
}

double kl_duhamel_strength(const kl_hamiltonian *h)
{
    double most = 0;
    for (int64_t i = 0; i < kl_lattice_local(h->lattice); i++)
        most = fmax(most, fabs((double)h->omega[i]));
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, h->lattice->comm);
    return h->eta * most;
}

double kl_duhamel_rounding(kl_precision precision, int dimension, int orders, double t)
{
    const double plain = kl_chebyshev_rounding(precision, 2.2 * dimension, t), N = orders - 1;
    return plain * (dimension == 1 ? pow(1 + t / 4, N / 4) : dimension == 2 ? 1 + N / 4 : 1);
}
