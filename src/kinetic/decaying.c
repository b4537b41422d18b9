/* With |w| s = sinh u: I = C(asinh(|w| t))/|w|, C(u) = int_0^u cosh^(1-2 sigma), tabulated, the
 * rest of a step by Gauss's rule. */
#include "kinetic/decaying.h"

#include "base/memory.h"
#include "kinetic/band.h"
#include "kinetic/departure.h"
#include "kinetic/quadrature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { HALF = 80, HALF_OF_SHELLS = 20, GAUSS = 8 };
static const double step = 0.5;

typedef struct sums {
    const kl_decaying *of;
    double node[GAUSS], weight[GAUSS];
    double *table; /* C at multiples of the step */
    double *value; /* [ntimes] */
} sums;

static double from_table(const sums *s, int first, double u)
{
    const double power = 1 - 2 * s->of->sigma, low = first * step;
    double sum = 0;
    for (int i = 0; i < GAUSS; i++)
        sum += s->weight[i] * pow(cosh(low + (u - low) * s->node[i]), power);
    return s->table[first] + (u - low) * sum;
}

static kl_status make_table(sums *s, kl_error *err)
{
    const double t = s->of->time[s->of->ntimes - 1];
    const int n = 2 + (int)(asinh(2 * sqrt(s->of->dimension) * t) / step);
    KL_TRY(kl_alloc((size_t)n, sizeof *s->table, "phases", &s->table, err));
    kl_gauss_legendre(GAUSS, s->node, s->weight);
    for (int i = 0; i + 1 < n; i++)
        s->table[i + 1] = from_table(s, i, (i + 1) * step);
    return KL_OK;
}

static double phase(const sums *s, double speed, double time)
{
    const double sigma = s->of->sigma, eta = s->of->eta;
    if (eta == 0 && sigma == 0.5)
        return time / speed;
    if (eta == 0)
        return pow(speed, -2 * sigma) * pow(time, 1 - 2 * sigma) / (1 - 2 * sigma);
    const double y = speed * time;
    if (y < 1e-4)
        return eta * eta * time * (1 - sigma * y * y / 3);
    const double u = asinh(y);
    return eta * eta * from_table(s, (int)(u / step), u) / speed;
}

static void add(const kl_momentum *at, void *context)
{
    sums *s = context;
    for (int i = 0; i < s->of->ntimes; i++)
        if (s->of->time[i] > 0)
            s->value[i] += 2 * at->weight *
                           kl_overlap_loss(at->re, at->im, phase(s, at->speed, s->of->time[i]));
}

static int half_of(int dimension)
{
    return dimension == 3 ? HALF_OF_SHELLS : HALF;
}

static kl_status solve(const kl_decaying *problem, int half, double *value, kl_error *err)
{
    sums s = {.of = problem, .value = value};
    kl_status status = make_table(&s, err);
    memset(value, 0, (size_t)problem->ntimes * sizeof *value);
    if (status == KL_OK)
        status = kl_momenta_visit(problem->dimension, half, add, &s, err);
    free(s.table);
    return status;
}

kl_status kl_departure_decaying(const kl_decaying *problem, double *value, double *error,
                                kl_error *err)
{
    const int half = half_of(problem->dimension);
    KL_TRY(solve(problem, half, error, err));
    KL_TRY(solve(problem, 2 * half, value, err));
    for (int i = 0; i < problem->ntimes; i++)
        error[i] = fabs(error[i] - value[i]) + 1e-14;
    return KL_OK;
}

/* Each round looks at POINTS times in a bracket of the level; in the last one it is a line. */
kl_status kl_decaying_level(int dimension, double level, double *tau, kl_error *err)
{
    enum { POINTS = 16, ROUNDS = 4 };
    double time[POINTS + 1] = {0}, value[POINTS + 1] = {0}, low = 0, high = 4;
    const kl_decaying problem = {dimension, 0.5, 0, POINTS, time + 1};
    for (int round = 0; round < ROUNDS;) {
        int i = 1;
        for (int k = 0; k <= POINTS; k++)
            time[k] = low + (high - low) * k / POINTS;
        KL_TRY(solve(&problem, half_of(dimension), value + 1, err));
        while (i <= POINTS && value[i] < level)
            i++;
        if (i > POINTS) { /* later than all */
            high *= 4;
            continue;
        }
        low = time[i - 1];
        high = time[i];
        *tau = low + (high - low) * (level - value[i - 1]) / (value[i] - value[i - 1]);
        value[0] = value[i - 1];
        round++;
    }
    return KL_OK;
}
