#include "classical/husimi_flow.h"

#include "base/complex.h"
#include "base/memory.h"
#include "classical/flow.h"
#include "classical/normal_mean.h"
#include "classical/reach.h"
#include "classical/small_matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* x is normal, of variance s^2 + eps/2. At x the density of p is |F(p)|^2/((2 pi eps)^d
 * (pi/a)^(d/2)),
 *
 *   F(p) = int exp(-a v^2/2) exp(i (S(m + v) - p.v)/eps) dv,   a = 1/eps + 1/(2 s^2),
 *
 * m the centre of g_x h. Both integrals are sums over lattices, which follow the tolerance. */

static const int most_nodes[] = {0, 20001, 512, 128}; /* of v and of p, along an axis */
static const double cut_off = 1e-3;                   /* of weights, over the tolerance */

typedef struct lattice_axis { /* of v, and of q = p - p0: first + i step */
    int nv, nq;
    double v, dv, q, dq;
} lattice_axis;

typedef struct smearing {
    const kl_liouville *l;
    const kl_wkb *packet;
    double eps, width, a;
    double tolerance, reach, spacing; /* of the lattice of p, in standard deviations */
    kl_flow flow;
    kl_monomials of_x;
    double taylor[64];
    lattice_axis axis[3];
    size_t most;                  /* of v or of p */
    complex double *f, *g, *turn; /* [most], [most], [nodes of an axis]: scratch */
} smearing;

/* ---- the lattices ---- */

/* D^2 S at the place of the Taylor coefficients. */
static void second_derivatives(const smearing *s, double *out)
{
    const int d = s->of_x.variables;
    for (int i = 0; i < d; i++)
        for (int k = 0; k < d; k++) {
            int power[KL_MONOMIAL_VARIABLES] = {0};
            power[i]++;
            power[k]++;
            out[i * d + k] = (i == k ? 2 : 1) * s->taylor[kl_monomials_find(&s->of_x, power)];
        }
}

static int bounded(double nodes, int d)
{
    return (int)fmin(most_nodes[d], 2 * ceil(nodes / 2) + 1);
}

/* p is nearly normal, of covariance (a eps^2 + A^2/a)/2, A = D^2 S: its steps are in deviations
 * of p_j where the others are known. v is so fine that F repeats beyond the lattice of p. */
static void choose_lattices(smearing *s)
{
    const int d = s->of_x.variables;
    double second[9], covariance[9], inverse[9];
    second_derivatives(s, second);
    kl_small_product(d, second, second, covariance);
    for (int i = 0; i < d * d; i++)
        covariance[i] = covariance[i] / s->a / 2 + (i % (d + 1) ? 0 : s->a * s->eps * s->eps / 2);
    kl_small_inverse(d, covariance, inverse);
    for (int j = 0; j < d; j++) {
        const double far = 1.5 * s->reach * sqrt(covariance[j * (d + 1)]), end = 8.7 / sqrt(s->a);
        lattice_axis *axis = &s->axis[j];
        axis->dq = s->spacing / sqrt(inverse[j * (d + 1)]);
        axis->nq = bounded(2 * far / axis->dq, d);
        axis->q = -axis->dq * (axis->nq / 2);
        axis->nv = bounded(2 * end * 2 * far / (2 * M_PI * s->eps), d);
        axis->dv = 2 * end / (axis->nv - 1);
        axis->v = -end;
    }
}

/* ---- F ---- */

/* f[v_1]..[v_d], its integrand at p0. */
static void fill(const smearing *s, const double m[3], const double p0[3])
{
    const int d = s->of_x.variables;
    size_t all = 1;
    for (int j = 0; j < d; j++)
        all *= (size_t)s->axis[j].nv;
    for (size_t i = 0, rest = 0; i < all; i++) {
        double y[3] = {0}, square = 0, phase = 0;
        rest = i;
        for (int j = d - 1; j >= 0; j--) {
            const size_t n = (size_t)s->axis[j].nv;
            const double v = s->axis[j].v + (double)(rest % n) * s->axis[j].dv;
            rest /= n;
            y[j] = m[j] + v;
            square += v * v;
            phase -= p0[j] * v;
        }
        phase = fmod((phase + kl_smooth_value(&s->packet->phase, y)) / s->eps, 2 * M_PI);
        const double size = exp(-s->a * square / 2);
        s->f[i] = CMPLX(size * cos(phase), size * sin(phase));
    }
}

/* out[rest][nq] = sum_v exp(-i q v/eps) in[nv][rest] dv */
static void transform_axis(const smearing *s, const lattice_axis *axis, size_t rest,
                           const complex double *in, complex double *out)
{
    for (int k = 0; k < axis->nq; k++) {
        const double q = axis->q + k * axis->dq;
        for (int i = 0; i < axis->nv; i++) {
            const double angle = -q * (axis->v + i * axis->dv) / s->eps;
            s->turn[i] = CMPLX(axis->dv * cos(angle), axis->dv * sin(angle));
        }
        for (size_t r = 0; r < rest; r++) {
            complex double sum = 0;
            for (int i = 0; i < axis->nv; i++)
                sum += kl_times(s->turn[i], in[(size_t)i * rest + r]);
            out[r * (size_t)axis->nq + (size_t)k] = sum;
        }
    }
}

/* f[q_1]..[q_d] = F(p0 + q). */
static void transform(smearing *s)
{
    const int d = s->of_x.variables;
    for (int j = 0; j < d; j++) {
        size_t rest = 1;
        for (int i = 0; i < d; i++)
            rest *= (size_t)(i < j ? s->axis[i].nq : i > j ? s->axis[i].nv : 1);
        transform_axis(s, &s->axis[j], rest, s->f, s->g);
        complex double *swap = s->f;
        s->f = s->g;
        s->g = swap;
    }
}

/* ---- the flow ---- */

static bool add_point(smearing *s, double *z, double weight, double *value)
{
    const kl_liouville *l = s->l;
    const int n = l->ntimes * l->nobservables;
    double now = 0;
    for (int t = 0; t < l->ntimes; t++) {
        if (!kl_flow_advance(&s->flow, l->times[t] - now, z))
            return false;
        now = l->times[t];
        for (int k = 0; k < l->nobservables; k++)
            value[t * l->nobservables + k] +=
                weight * kl_phase_observable_value(&l->observable[k], l->potential, z);
    }
    value[n] += weight;
    return true;
}

static bool add_lattice(smearing *s, const double x[3], const double p0[3], double *value)
{
    const int d = s->of_x.variables;
    double unit = pow(2 * M_PI * s->eps, -d) * pow(s->a / M_PI, d / 2.);
    size_t all = 1;
    for (int j = 0; j < d; j++) {
        unit *= s->axis[j].dq;
        all *= (size_t)s->axis[j].nq;
    }
    for (size_t i = 0, rest = 0; i < all; i++) {
        const double re = creal(s->f[i]), im = cimag(s->f[i]), weight = unit * (re * re + im * im);
        double z[6];
        if (weight < cut_off * s->tolerance)
            continue;
        rest = i;
        for (int j = d - 1; j >= 0; j--) {
            const size_t n = (size_t)s->axis[j].nq;
            z[j] = x[j];
            z[d + j] = p0[j] + s->axis[j].q + (double)(rest % n) * s->axis[j].dq;
            rest /= n;
        }
        if (!add_point(s, z, weight, value))
            return false;
    }
    return true;
}

/* The mean of J o Phi_t over p at x, and what weight that had. */
static bool evaluate(void *context, const double u[3], double *value)
{
    smearing *s = context;
    const int d = s->of_x.variables;
    const double deviation = sqrt(s->width * s->width + s->eps / 2);
    double x[3] = {0}, m[3] = {0}, p0[3], square = 0;
    memset(value, 0, (size_t)(s->l->ntimes * s->l->nobservables + 1) * sizeof *value);
    for (int j = 0; j < d; j++) {
        x[j] = s->packet->center[j] + deviation * u[j];
        m[j] = (x[j] / s->eps + s->packet->center[j] / (2 * s->width * s->width)) / s->a;
        square += u[j] * u[j];
    }
    if (square > 1.3 * s->reach * s->reach) /* of no weight */
        return true;
    kl_wkb_momentum(s->packet, m, p0);
    kl_smooth_taylor(&s->packet->phase, &s->of_x, m, s->taylor);
    choose_lattices(s);
    fill(s, m, p0);
    transform(s);
    return add_lattice(s, x, p0, value);
}

static kl_status add_packets(MPI_Comm comm, smearing *s, const bool *rough, double *one,
                             double *value, double *error, bool *reached, kl_error *err)
{
    const int n = s->l->ntimes * s->l->nobservables;
    const kl_normal_mean q = {.dimension = s->of_x.variables,
                              .nvalues = n + 1,
                              .rough = rough,
                              .evaluate = evaluate,
                              .context = s,
                              .tolerance = s->tolerance,
                              .coarsest = s->of_x.variables == 3 ? 0.6 : 0,
                              .stop = s->l->stop,
                              .stop_context = s->l->stop_context};
    for (int i = 0; i < s->l->npackets; i++) {
        bool found;
        s->packet = &s->l->packet[i];
        s->width = kl_wkb_width(s->packet, s->eps);
        s->a = 1 / s->eps + 1 / (2 * s->width * s->width);
        KL_TRY(kl_normal_mean_solve(comm, &q, one, one + n + 1, &found, err));
        const double lost = fabs(one[n] - 1),    /* of all weight */
            off = 3 * lost + 0.1 * s->tolerance; /* by both lattices */
        *reached = *reached && found && lost < s->tolerance;
        for (int k = 0; k < n; k++) {
            value[k] += s->packet->share * one[k];
            error[k] += s->packet->share * (one[n + 1 + k] + off * fmax(1, fabs(one[k])));
        }
    }
    return KL_OK;
}

/* ---- all ---- */

static void release(smearing *s)
{
    kl_flow_destroy(&s->flow);
    kl_monomials_destroy(&s->of_x);
    free(s->f);
    free(s->g);
    free(s->turn);
}

static kl_status prepare(smearing *s, kl_error *err)
{
    const int d = s->l->potential->dimension, most = most_nodes[d];
    s->tolerance = fmax(s->l->tolerance, 1e-12);
    /* exp(-reach^2/2) of the weight is beyond, exp(-2 pi^2/spacing^2) is between. */
    s->reach = sqrt(2 * log(100 / s->tolerance));
    s->spacing = 2 * M_PI / s->reach;
    s->most = d == 1 ? (size_t)most : d == 2 ? (size_t)(most * most) : (size_t)(most * most * most);
    KL_TRY(kl_flow_create(s->l->potential, KL_FLOW_POINTS, fmax(1e-13, 1e-3 * s->tolerance),
                          &s->flow, err));
    KL_TRY(kl_monomials_create(d, KL_SMOOTH_DEGREE, &s->of_x, err));
    KL_TRY(kl_alloc(s->most, sizeof *s->f, "Husimi function", &s->f, err));
    KL_TRY(kl_alloc(s->most, sizeof *s->g, "Husimi function", &s->g, err));
    return kl_alloc((size_t)most, sizeof *s->turn, "Husimi function", &s->turn, err);
}

kl_status kl_liouville_husimi(MPI_Comm comm, const kl_liouville *l, double eps, double *value,
                              double *error, bool *reached, kl_error *err)
{
    const size_t n = (size_t)(l->ntimes * l->nobservables);
    smearing s = {.l = l, .eps = eps};
    double *one = NULL;
    bool *rough = NULL;
    kl_status status = prepare(&s, err);
    if (status == KL_OK)
        status = kl_alloc(2 * (n + 1), sizeof *one, "quadrature", &one, err);
    if (status == KL_OK)
        status = kl_alloc(n + 1, sizeof *rough, "quadrature", &rough, err);
    KL_GOTO(kl_agree(comm, status, err));
    memset(value, 0, n * sizeof *value);
    memset(error, 0, n * sizeof *error);
    for (size_t i = 0; i < n; i++)
        rough[i] = !kl_phase_observable_smooth(&l->observable[i % (size_t)l->nobservables]);
    *reached = true;
    status = add_packets(comm, &s, rough, one, value, error, reached, err);
done:
    release(&s);
    free(one);
    free(rough);
    return status;
}
