#include "classical/jets.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static void add(kl_jet_steps *s, int from, const int power[KL_MONOMIAL_VARIABLES], int gradient,
                double factor)
{
    const int to = kl_monomials_find(&s->of_z, power);
    if (to < 0)
        return;
    if (s->step)
        s->step[s->n] = (kl_jet_step){to, from, gradient, factor};
    s->n++;
}

/* What a_from gives by axis i of the equation. */
static void list_axis(kl_jet_steps *s, int from, int i)
{
    const int d = s->of_x.variables, *alpha = s->of_z.power[from];
    int power[KL_MONOMIAL_VARIABLES];
    if (alpha[i] > 0) {
        memcpy(power, alpha, sizeof power);
        power[i]--;
        power[d + i]++;
        add(s, from, power, -1, -alpha[i]);
    }
    for (int g = 0; g < s->of_x.n && alpha[d + i] > 0; g++) {
        const int *gamma = s->of_x.power[g];
        if (gamma[i] == 0 || kl_monomials_degree(gamma) < 2)
            continue;
        memcpy(power, alpha, sizeof power);
        power[d + i]--;
        power[i]--;
        for (int j = 0; j < d; j++)
            power[j] += gamma[j];
        add(s, from, power, g, alpha[d + i] * gamma[i]);
    }
}

static void list_steps(kl_jet_steps *s)
{
    s->n = 0;
    for (int from = 1; from < s->of_z.n; from++)
        for (int i = 0; i < s->of_x.variables; i++)
            list_axis(s, from, i);
}

kl_status kl_jet_steps_create(int dimension, kl_jet_steps *out, kl_error *err)
{
    *out = (kl_jet_steps){0};
    KL_TRY(kl_monomials_create(dimension, KL_SMOOTH_DEGREE, &out->of_x, err));
    KL_TRY(kl_monomials_create(2 * dimension, KL_JET_DEGREE, &out->of_z, err));
    list_steps(out);
    KL_TRY(kl_alloc((size_t)out->n, sizeof *out->step, "jets", &out->step, err));
    list_steps(out);
    return KL_OK;
}

void kl_jet_steps_destroy(kl_jet_steps *steps)
{
    kl_monomials_destroy(&steps->of_x);
    kl_monomials_destroy(&steps->of_z);
    free(steps->step);
    *steps = (kl_jet_steps){0};
}

static void slope(void *context, const double *y, double *dy)
{
    const kl_jets *jets = context;
    const int d = jets->potential->dimension, n = jets->steps.of_z.n, count = jets->nobservables;
    double x[3] = {0}, taylor[64];
    memcpy(x, y, (size_t)d * sizeof *x);
    kl_smooth_taylor(jets->potential, &jets->steps.of_x, x, taylor);
    memset(dy, 0, (size_t)jets->ode.n * sizeof *dy);
    for (int j = 0; j < d; j++) {
        int power[KL_MONOMIAL_VARIABLES] = {0};
        power[j] = 1;
        dy[j] = y[d + j];
        dy[d + j] = -taylor[kl_monomials_find(&jets->steps.of_x, power)];
    }
    for (int k = 0; k < count; k++) {
        const double *a = y + 2 * d + k * n;
        double *da = dy + 2 * d + k * n;
        for (int s = 0; s < jets->steps.n; s++) {
            const kl_jet_step *step = &jets->steps.step[s];
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
    KL_TRY(kl_jet_steps_create(d, &out->steps, err));
    const int n = 2 * d + nobservables * (out->steps.of_z.n + 1);
    KL_TRY(kl_alloc((size_t)n, sizeof *out->state, "jets", &out->state, err));
    return kl_ode_create(n, slope, out, tolerance, &out->ode, err);
}

void kl_jets_destroy(kl_jets *jets)
{
    kl_jet_steps_destroy(&jets->steps);
    kl_ode_destroy(&jets->ode);
    free(jets->state);
    jets->state = NULL;
}

bool kl_jets_pull_back(kl_jets *jets, const double *z, double t)
{
    const int d = jets->potential->dimension, n = jets->steps.of_z.n;
    memset(jets->state, 0, (size_t)jets->ode.n * sizeof *jets->state);
    memcpy(jets->state, z, (size_t)(2 * d) * sizeof *z);
    for (int k = 0; k < jets->nobservables; k++)
        kl_phase_observable_taylor(&jets->observable[k], jets->potential, &jets->steps.of_x,
                                   &jets->steps.of_z, z, jets->state + 2 * d + k * n);
    return kl_ode_advance(&jets->ode, -t, jets->state);
}

const double *kl_jets_coefficients(const kl_jets *jets, int k)
{
    return jets->state + 2 * jets->potential->dimension + k * jets->steps.of_z.n;
}

double kl_jets_integral(const kl_jets *jets, int k)
{
    const int d = jets->potential->dimension;
    return jets->state[2 * d + jets->nobservables * jets->steps.of_z.n + k];
}

double kl_jets_third(const kl_jets *jets, const double *taylor, const double *a)
{
    static const double factorial[] = {1, 1, 2, 6};
    const int d = jets->potential->dimension;
    double sum = 0;
    for (int g = 0; g < jets->steps.of_x.n; g++) { /* 3!/g! orders of ijk, g! of each derivative */
        const int *gamma = jets->steps.of_x.power[g];
        int power[KL_MONOMIAL_VARIABLES] = {0};
        double factor = 6;
        if (kl_monomials_degree(gamma) != 3)
            continue;
        for (int j = 0; j < d; j++) {
            power[d + j] = gamma[j];
            factor *= factorial[gamma[j]];
        }
        sum += factor * taylor[g] * a[kl_monomials_find(&jets->steps.of_z, power)];
    }
    return sum;
}

double kl_jets_second(const kl_jets *jets, int i, const double *a)
{
    int power[KL_MONOMIAL_VARIABLES] = {0};
    power[i] = 2;
    return 2 * a[kl_monomials_find(&jets->steps.of_z, power)];
}
