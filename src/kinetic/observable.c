/* Fourier coefficients of envelopes and positions, axis by axis: closed forms,
 * but for the bump's envelope (trapezoid rule, to rounding). */
#include "kinetic/observable.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static const double LOG_TINY = 42; /* -log of the relative size left out */

/* The transform of exp(-2/(1-u^2)) on |u| < 1, divided by its integral. The
 * trapezoid rule converges faster than any power, all derivatives vanish at +-1. */
static double bump_transform(double frequency)
{
    int n = 256 + (int)ceil(4 * fabs(frequency));
    double sum = 0, norm = 0;
    for (int i = 1 - n; i < n; i++) {
        double u = (double)i / n, weight = exp(-2 / ((1 - u) * (1 + u)));
        norm += weight;
        sum += weight * cos(2 * M_PI * frequency * u);
    }
    return sum / norm;
}

double kl_envelope_transform(const kl_kinetic_problem *problem, double xi)
{
    if (problem->envelope == KL_KINETIC_UNIFORM)
        return xi == 0;
    if (problem->envelope == KL_KINETIC_DELTA)
        return 1;
    if (problem->envelope == KL_KINETIC_GAUSSIAN)
        return exp(-2 * pow(M_PI * problem->width * xi, 2));
    return bump_transform(problem->width * xi);
}

/* g^_j(k), the transform of the axis factor of |h|^2. */
static double complex envelope(const kl_kinetic_problem *problem, int axis, int k)
{
    double xi = k / problem->ell;
    return kl_envelope_transform(problem, xi) * cexp(-2 * M_PI * I * xi * problem->center[axis]);
}

double complex kl_position_transform(const kl_kinetic_observable *o, int axis, double ell, int q)
{
    double xi = q / ell;
    if (o->position == KL_KINETIC_POSITION_UNIFORM)
        return q == 0;
    if (o->position == KL_KINETIC_POSITION_WAVE)
        return q == o->wave[axis];
    return sqrt(2 * M_PI) * o->width / ell * exp(-2 * pow(M_PI * o->width * xi, 2)) *
           cexp(-2 * M_PI * I * xi * o->center[axis]);
}

static int reach_of(const kl_kinetic_problem *problem, const kl_kinetic_observable *o, int axis)
{
    if (problem->envelope == KL_KINETIC_UNIFORM || o->position == KL_KINETIC_POSITION_UNIFORM)
        return 0;
    if (o->position == KL_KINETIC_POSITION_WAVE)
        return abs(o->wave[axis]);
    double width = o->width;
    if (problem->envelope == KL_KINETIC_GAUSSIAN)
        width = hypot(width, problem->width);
    return 1 + (int)ceil(problem->ell * sqrt(LOG_TINY / 2) / (M_PI * width));
}

kl_status kl_pairing_create(const kl_kinetic_problem *problem, kl_pairing *pairing, kl_error *err)
{
    kl_status status;
    *pairing = (kl_pairing){.dimension = problem->dimension, .nobservables = problem->nobservables};
    KL_GOTO(kl_alloc((size_t)problem->nobservables, sizeof *pairing->factor, "observables",
                     &pairing->factor, err));
    for (int io = 0; io < problem->nobservables; io++) {
        const kl_kinetic_observable *o = &problem->observables[io];
        for (int j = 0; j < problem->dimension; j++) {
            kl_factor *f = &pairing->factor[io][j];
            f->reach = reach_of(problem, o, j);
            KL_GOTO(kl_alloc(2 * (size_t)f->reach + 1, sizeof *f->value, "observables", &f->value,
                             err));
            for (int k = -f->reach; k <= f->reach; k++)
                f->value[k + f->reach] =
                    envelope(problem, j, k) * kl_position_transform(o, j, problem->ell, -k);
        }
    }
    return KL_OK;
done:
    kl_pairing_destroy(pairing);
    return status;
}

void kl_pairing_destroy(kl_pairing *pairing)
{
    for (int io = 0; pairing->factor && io < pairing->nobservables; io++)
        for (int j = 0; j < 3; j++)
            free(pairing->factor[io][j].value);
    free(pairing->factor);
    *pairing = (kl_pairing){0};
}

double complex kl_pairing_at(const kl_pairing *pairing, int io, const int k[3])
{
    double complex product = 1;
    for (int j = 0; j < pairing->dimension; j++) {
        const kl_factor *f = &pairing->factor[io][j];
        if (abs(k[j]) > f->reach)
            return 0;
        product *= f->value[k[j] + f->reach];
    }
    return product;
}

double complex kl_pairing_moved(const kl_pairing *pairing, int io, double ell,
                                const double shift[3])
{
    double complex product = 1;
    for (int j = 0; j < pairing->dimension; j++) {
        const kl_factor *f = &pairing->factor[io][j];
        double complex sum = 0;
        for (int k = -f->reach; k <= f->reach; k++)
            sum += f->value[k + f->reach] * cexp(-2 * M_PI * I * k * shift[j] / ell);
        product *= sum;
    }
    return product;
}

double kl_pairing_sum(const kl_pairing *pairing, int io)
{
    double product = 1;
    for (int j = 0; j < pairing->dimension; j++) {
        const kl_factor *f = &pairing->factor[io][j];
        double sum = 0;
        for (int k = -f->reach; k <= f->reach; k++)
            sum += cabs(f->value[k + f->reach]);
        product *= sum;
    }
    return product;
}
