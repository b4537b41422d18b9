#include "classical/flow.h"

#include <math.h>
#include <string.h>

static void slope(void *context, const double *y, double *dy)
{
    const kl_flow *flow = context;
    const int d = flow->potential->dimension;
    double x[3] = {0}, g[3];
    memcpy(x, y, (size_t)d * sizeof *x);
    kl_smooth_gradient(flow->potential, x, g);
    for (int j = 0; j < d; j++) {
        dy[j] = y[d + j];
        dy[d + j] = -g[j];
    }
}

/* DPhi' = (0 1; -D^2 V 0) DPhi. */
static void slope_with_tangents(void *context, const double *y, double *dy)
{
    kl_flow *flow = context;
    const int d = flow->potential->dimension, n = 2 * d;
    const double *from = y + n;
    double x[3] = {0}, *to = dy + n;
    slope(context, y, dy);
    memcpy(x, y, (size_t)d * sizeof *x);
    kl_smooth_taylor(flow->potential, &flow->of_x, x, flow->taylor);
    memset(to + d * n, 0, (size_t)(d * n) * sizeof *to);
    memcpy(to, from + d * n, (size_t)(d * n) * sizeof *to);
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++) {
            int power[KL_MONOMIAL_VARIABLES] = {0};
            power[i]++;
            power[j]++;
            const double second =
                flow->taylor[kl_monomials_find(&flow->of_x, power)] * (i == j ? 2 : 1);
            for (int k = 0; k < n; k++)
                to[(d + i) * n + k] -= second * from[j * n + k];
        }
}

static void slope_with_action(void *context, const double *y, double *dy)
{
    const kl_flow *flow = context;
    const int d = flow->potential->dimension, n = 2 * d;
    double lagrangian = 0;
    slope_with_tangents(context, y, dy);
    for (int j = 0; j < d; j++)
        lagrangian += y[d + j] * y[d + j] / 2;
    dy[n + n * n] = lagrangian - flow->taylor[0];
}

kl_status kl_flow_create(const kl_smooth *potential, kl_flow_kind kind, double tolerance,
                         kl_flow *out, kl_error *err)
{
    static void (*const slopes[])(void *context, const double *y,
                                  double *dy) = {slope, slope_with_tangents, slope_with_action};
    const int n = 2 * potential->dimension,
              length = n + (kind >= KL_FLOW_TANGENTS ? n * n : 0) + (kind == KL_FLOW_ACTION);
    *out = (kl_flow){.potential = potential};
    if (kind >= KL_FLOW_TANGENTS)
        KL_TRY(kl_monomials_create(potential->dimension, KL_SMOOTH_DEGREE, &out->of_x, err));
    return kl_ode_create(length, slopes[kind], out, tolerance, &out->ode, err);
}

void kl_flow_destroy(kl_flow *flow)
{
    kl_monomials_destroy(&flow->of_x);
    kl_ode_destroy(&flow->ode);
}

void kl_flow_identity(const kl_flow *flow, double *state)
{
    const int n = 2 * flow->potential->dimension;
    memset(state + n, 0, (size_t)(flow->ode.n - n) * sizeof *state);
    for (int i = 0; i < n; i++)
        state[n + i * n + i] = 1;
}

bool kl_flow_advance(kl_flow *flow, double t, double *state)
{
    return kl_ode_advance(&flow->ode, t, state);
}

double kl_flow_symplectic_defect(kl_flow *flow, const double *z, double t)
{
    const int d = flow->potential->dimension, n = 2 * d;
    double state[KL_FLOW_STATE], worst = 0;
    const double *m = state + n;
    memcpy(state, z, (size_t)n * sizeof *z);
    kl_flow_identity(flow, state);
    if (!kl_flow_advance(flow, t, state))
        return NAN;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            double sum = 0;
            for (int k = 0; k < d; k++)
                sum += m[k * n + i] * m[(d + k) * n + j] - m[(d + k) * n + i] * m[k * n + j];
            worst = fmax(worst, fabs(sum - (j == i + d) + (i == j + d)));
        }
    return worst;
}
