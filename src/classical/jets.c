#include "classical/jets.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

struct kl_jets_step { /* da[to] += factor c a[from], c a Taylor coefficient of V; gradient < 0: 1 */
    int to, from, gradient;
    double factor;
};

static void add(kl_jets *jets, int from, const int power[KL_MONOMIAL_VARIABLES], int gradient,
                double factor)
{
    const int to = kl_monomials_find(&jets->of_z, power);
    if (to < 0)
        return;
    if (jets->step)
        jets->step[jets->nsteps] = (struct kl_jets_step){to, from, gradient, factor};
    jets->nsteps++;
}

/* What a_from gives by axis i of the equation. */
static void list_axis(kl_jets *jets, int from, int i)
{
    const int d = jets->potential->dimension, *alpha = jets->of_z.power[from];
    int power[KL_MONOMIAL_VARIABLES];
    if (alpha[i] > 0) {
        memcpy(power, alpha, sizeof power);
        power[i]--;
        power[d + i]++;
        add(jets, from, power, -1, -alpha[i]);
    }
    for (int g = 0; g < jets->of_x.n && alpha[d + i] > 0; g++) {
        const int *gamma = jets->of_x.power[g];
        if (gamma[i] == 0 || kl_monomials_degree(gamma) < 2)
            continue;
        memcpy(power, alpha, sizeof power);
        power[d + i]--;
        power[i]--;
        for (int j = 0; j < d; j++)
            power[j] += gamma[j];
        add(jets, from, power, g, alpha[d + i] * gamma[i]);
    }
}

static void list_steps(kl_jets *jets)
{
    jets->nsteps = 0;
    for (int from = 1; from < jets->of_z.n; from++)
        for (int i = 0; i < jets->potential->dimension; i++)
            list_axis(jets, from, i);
}

static void slope(void *context, const double *y, double *dy)
{
    const kl_jets *jets = context;
    const int d = jets->potential->dimension, n = jets->of_z.n, count = jets->nobservables;
    double x[3] = {0}, taylor[64];
    memcpy(x, y, (size_t)d * sizeof *x);
    kl_smooth_taylor(jets->potential, &jets->of_x, x, taylor);
    memset(dy, 0, (size_t)jets->ode.n * sizeof *dy);
    for (int j = 0; j < d; j++) {
        int power[KL_MONOMIAL_VARIABLES] = {0};
        power[j] = 1;
        dy[j] = y[d + j];
        dy[d + j] = -taylor[kl_monomials_find(&jets->of_x, power)];
    }
    for (int k = 0; k < count; k++) {
        const double *a = y + 2 * d + k * n;
        double *da = dy + 2 * d + k * n;
        for (int s = 0; s < jets->nsteps; s++) {
            const struct kl_jets_step *step = &jets->step[s];
            const double c = step->gradient < 0 ? 1 : taylor[step->gradient];
            da[step->to] += step->factor * c * a[step->from];
        }
        dy[2 * d + count * n + k] = -kl_jets_third(jets, taylor, a) / 24;
    }
}

kl_status kl_jets_create(const kl_smooth *potential, int nobservables,
                         const kl_phase_observable *observable, double tolerance, kl_jets *out,
                         kl_error *err)
{
    const int d = potential->dimension;
    *out =
        (kl_jets){.potential = potential, .nobservables = nobservables, .observable = observable};
    KL_TRY(kl_monomials_create(d, KL_SMOOTH_DEGREE, &out->of_x, err));
    KL_TRY(kl_monomials_create(2 * d, KL_JET_DEGREE, &out->of_z, err));
    list_steps(out);
    KL_TRY(kl_alloc((size_t)out->nsteps, sizeof *out->step, "jets", &out->step, err));
    list_steps(out);
    const int n = 2 * d + nobservables * (out->of_z.n + 1);
    KL_TRY(kl_alloc((size_t)n, sizeof *out->state, "jets", &out->state, err));
    return kl_ode_create(n, slope, out, tolerance, &out->ode, err);
}

void kl_jets_destroy(kl_jets *jets)
{
    kl_monomials_destroy(&jets->of_x);
    kl_monomials_destroy(&jets->of_z);
    kl_ode_destroy(&jets->ode);
    free(jets->step);
    free(jets->state);
    jets->step = NULL;
    jets->state = NULL;
}

bool kl_jets_pull_back(kl_jets *jets, const double *z, double t)
{
    const int d = jets->potential->dimension, n = jets->of_z.n;
    memset(jets->state, 0, (size_t)jets->ode.n * sizeof *jets->state);
    memcpy(jets->state, z, (size_t)(2 * d) * sizeof *z);
    for (int k = 0; k < jets->nobservables; k++)
        kl_phase_observable_taylor(&jets->observable[k], jets->potential, &jets->of_x, &jets->of_z,
                                   z, jets->state + 2 * d + k * n);
    return kl_ode_advance(&jets->ode, -t, jets->state);
}

const double *kl_jets_coefficients(const kl_jets *jets, int k)
{
    return jets->state + 2 * jets->potential->dimension + k * jets->of_z.n;
}

double kl_jets_integral(const kl_jets *jets, int k)
{
    const int d = jets->potential->dimension;
    return jets->state[2 * d + jets->nobservables * jets->of_z.n + k];
}

double kl_jets_third(const kl_jets *jets, const double *taylor, const double *a)
{
    static const double factorial[] = {1, 1, 2, 6};
    const int d = jets->potential->dimension;
    double sum = 0;
    for (int g = 0; g < jets->of_x.n; g++) { /* 3!/g! orders of ijk, g! of each derivative */
        const int *gamma = jets->of_x.power[g];
        int power[KL_MONOMIAL_VARIABLES] = {0};
        double factor = 6;
        if (kl_monomials_degree(gamma) != 3)
            continue;
        for (int j = 0; j < d; j++) {
            power[d + j] = gamma[j];
            factor *= factorial[gamma[j]];
        }
        sum += factor * taylor[g] * a[kl_monomials_find(&jets->of_z, power)];
    }
    return sum;
}

double kl_jets_second(const kl_jets *jets, int i, const double *a)
{
    int power[KL_MONOMIAL_VARIABLES] = {0};
    power[i] = 2;
    return 2 * a[kl_monomials_find(&jets->of_z, power)];
}
