#include "classical/husimi_flow.h"

#include "base/complex.h"
#include "base/memory.h"
#include "classical/flow.h"
#include "classical/normal_mean.h"
#include "classical/reach.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct smearing {
    const kl_liouville *l;
    const kl_wkb *packet;
    double eps, width; /* s */
    kl_flow flow;
    kl_monomials of_x;
} smearing;

/* Taylor coefficients of S at x. */
static void phase_at(const smearing *s, double x, double *taylor)
{
    kl_smooth_taylor(&s->packet->phase, &s->of_x, (double[3]){x, 0, 0}, taylor);
}

/* Nodes of the integral over y, values of g h exp(iS/eps) exp(-i p0 y/eps) there. */
enum { MOST = 20001 };
typedef struct overlap {
    int n;
    double first, step, p0;
    double complex *value;
} overlap;

static void prepare_overlap(const smearing *s, double x, double second, overlap *o)
{
    const double reach = 9 * sqrt(s->eps);
    const double spread = 9 * (1 + fabs(second)); /* of momenta, in sqrt(eps) */
    o->n = (int)fmin(MOST, 64 + 2 * ceil(9 * 4 * spread / M_PI));
    o->step = 2 * reach / (o->n - 1);
    o->first = -reach;
    for (int i = 0; i < o->n; i++) {
        const double u = o->first + i * o->step, y = x + u,
                     from = (y - s->packet->center[0]) / s->width;
        const double phase = kl_smooth_value(&s->packet->phase, (double[3]){y, 0, 0}) - o->p0 * u;
        o->value[i] =
            exp(-u * u / (2 * s->eps) - from * from / 4) * cexp(I * fmod(phase / s->eps, 2 * M_PI));
    }
}

/* H_0(x, p). */
static double husimi(const smearing *s, const overlap *o, double p)
{
    const double complex turn = cexp(-I * (p - o->p0) * o->step / s->eps);
    double complex factor = cexp(-I * (p - o->p0) * o->first / s->eps), sum = 0;
    for (int i = 0; i < o->n; i++) {
        sum += factor * o->value[i];
        factor *= turn;
    }
    sum *= o->step;
    const double norm = 1 / (sqrt(M_PI * s->eps) * sqrt(2 * M_PI) * s->width);
    return norm * (creal(sum) * creal(sum) + cimag(sum) * cimag(sum)) / (2 * M_PI * s->eps);
}

static bool add_point(smearing *s, double x, double p, double weight, double *value)
{
    const kl_liouville *l = s->l;
    double z[2] = {x, p}, now = 0;
    for (int t = 0; t < l->ntimes; t++) {
        if (!kl_flow_advance(&s->flow, l->times[t] - now, z))
            return false;
        now = l->times[t];
        for (int k = 0; k < l->nobservables; k++)
            value[t * l->nobservables + k] +=
                weight * kl_phase_observable_value(&l->observable[k], l->potential, z);
    }
    return true;
}

/* int H_0(x,p) A(x,p) dp over the density of x, which is normal with variance s^2 + eps/2. */
static bool evaluate(void *context, const double u[3], double *value)
{
    smearing *s = context;
    const double deviation = sqrt(s->width * s->width + s->eps / 2),
                 x = s->packet->center[0] + deviation * u[0];
    const double density = exp(-u[0] * u[0] / 2) / (sqrt(2 * M_PI) * deviation);
    double complex values[MOST];
    double taylor[8];
    overlap o = {.value = values};
    memset(value, 0, (size_t)(s->l->ntimes * s->l->nobservables) * sizeof *value);
    phase_at(s, x, taylor);
    const double second = 2 * taylor[2], third = 6 * taylor[3];
    const double spread =
        sqrt(s->eps / 2 * (1 + second * second) + s->eps * s->eps / (4 * s->width * s->width)) +
        s->eps * fabs(third);
    /* h falls across the packet: its centre of mass there is nearer to that of h. */
    const double shift = -(x - s->packet->center[0]) * (s->eps / 2) / (deviation * deviation);
    o.p0 = taylor[1] + second * shift;
    prepare_overlap(s, x, second, &o);
    const double step = spread / 2.5;
    for (int i = -24; i <= 24; i++) {
        const double p = o.p0 + i * step;
        const double weight = step * husimi(s, &o, p) / density;
        if (weight > 1e-16 && !add_point(s, x, p, weight, value))
            return false;
    }
    return true;
}

static kl_status add_packets(MPI_Comm comm, smearing *s, const bool *rough, double *one,
                             double *value, double *error, bool *reached, kl_error *err)
{
    const int n = s->l->ntimes * s->l->nobservables;
    const kl_normal_mean q = {.dimension = 1,
                              .nvalues = n,
                              .rough = rough,
                              .evaluate = evaluate,
                              .context = s,
                              .tolerance = s->l->tolerance,
                              .stop = s->l->stop,
                              .stop_context = s->l->stop_context};
    for (int i = 0; i < s->l->npackets; i++) {
        bool found;
        s->packet = &s->l->packet[i];
        s->width = kl_wkb_width(s->packet, s->eps);
        KL_TRY(kl_normal_mean_solve(comm, &q, one, one + n, &found, err));
        *reached = *reached && found;
        for (int k = 0; k < n; k++) {
            value[k] += s->packet->share * one[k];
            error[k] += s->packet->share * (one[n + k] + 1e-10 * fmax(1, fabs(one[k])));
        }
    }
    return KL_OK;
}

kl_status kl_liouville_husimi(MPI_Comm comm, const kl_liouville *l, double eps, double *value,
                              double *error, bool *reached, kl_error *err)
{
    const size_t n = (size_t)(l->ntimes * l->nobservables);
    smearing s = {.l = l, .eps = eps};
    double *one = NULL;
    bool *rough = NULL;
    kl_status status = kl_flow_create(l->potential, KL_FLOW_POINTS, 1e-13, &s.flow, err);
    if (status == KL_OK)
        status = kl_monomials_create(1, KL_SMOOTH_DEGREE, &s.of_x, err);
    if (status == KL_OK)
        status = kl_alloc(2 * n, sizeof *one, "quadrature", &one, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *rough, "quadrature", &rough, err);
    KL_GOTO(kl_agree(comm, status, err));
    memset(value, 0, n * sizeof *value);
    memset(error, 0, n * sizeof *error);
    for (size_t i = 0; i < n; i++)
        rough[i] = !kl_phase_observable_smooth(&l->observable[i % (size_t)l->nobservables]);
    *reached = true;
    status = add_packets(comm, &s, rough, one, value, error, reached, err);
done:
    kl_flow_destroy(&s.flow);
    kl_monomials_destroy(&s.of_x);
    free(one);
    free(rough);
    return status;
}
