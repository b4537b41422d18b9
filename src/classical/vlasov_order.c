/* The order hbar^2 of Hartree's equation beside the Vlasov equation's f: f + hbar^2 g.
 *
 *   d_t g = {h, g} + grad(V * rho_g).grad_p f - sum_ijk W_ijk d_pi d_pj d_pk f/24,
 *   h = |p|^2/2 + W, W = U + V * rho,
 *
 * {h, .} the flow of the Vlasov equation: Moyal's equation to the second order, and what g itself
 * changes of the mean field. It begins with that of the Wigner function of K whole shells,
 * hbar = N^(-1/d). With a(E) dE = int J over E < (|x|^2 + |p|^2)/2 < E + dE, the level E = hbar (n
 * + d/2) has (2 pi hbar)^-d hbar (a - (d/8) hbar^2 a'' + (hbar^2/12) (E a)''' - ...) of J, by the
 * symbol of a function of the oscillator's energy, tanh(u)/u = 1 - u^2/3. The sum over levels
 * is the integral to mu, midway to the next shell, less hbar^2/24 of the slope there (Euler and
 * Maclaurin), and mu = E_F + hbar^2 (d^2 - 1)/(24 E_F) makes the number N. Together, j(E) the mean
 * of J at the energy E,
 *
 *   int J g_0 = d (j''/12 + (d - 1) j'/(24 E_F)) at E_F
 *             = (1/(96 E_F^2)) int f_0 (r^3 d_r^3 + 3 d r^2 d_r^2 + (2 d + 1) (d - 2) r d_r) J,
 *
 * r from the centre of the droplet, by integration in E. So g = sum over the nodes of f, each with
 * formal deviations (y, q) of moments M_alpha = <(y, q)^alpha>, |alpha| <= 3:
 *
 *   int J g = sum_i w_i sum_alpha M_alpha d^alpha J(z_i)/alpha!,
 *
 * which go as jets (jets.h) do, read the other way, with, of degree 1 and 3 in q,
 *
 *   - grad (V * rho_g)(x),   + (1/4) d^beta W(x) for M of q^beta. */
#include "classical/radial.h"
#include "classical/vlasov_private.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static int count_up_to(int variables, int degree)
{
    int n = 1;
    for (int i = 1; i <= degree; i++)
        n = n * (variables + i) / i;
    return n;
}

int kl_order_moments(int dimension)
{
    return count_up_to(2 * dimension, KL_ORDER_DEGREE) - 1;
}

/* Which monomials of y and of q each one of z is a product of. */
static void find_factors(kl_order *o)
{
    const int d = o->of_y.variables;
    for (int i = 0; i < o->steps.of_z.n; i++) {
        const int *alpha = o->steps.of_z.power[i];
        int x[KL_MONOMIAL_VARIABLES] = {0}, p[KL_MONOMIAL_VARIABLES] = {0};
        memcpy(x, alpha, (size_t)d * sizeof *x);
        memcpy(p, alpha + d, (size_t)d * sizeof *p);
        o->x_of[i] = kl_monomials_find(&o->of_y, x);
        o->p_of[i] = kl_monomials_find(&o->of_y, p);
    }
}

kl_status kl_order_create(kl_cloud *c, const kl_cloud_accuracy *a, kl_error *err)
{
    kl_order *o = &c->order;
    const int d = c->symmetry.dimension;
    KL_TRY(
        kl_mean_field_create(c->v->interaction, &c->symmetry, a->reach, a->modes, &o->field, err));
    KL_TRY(kl_jet_steps_create(d, &o->steps, err));
    KL_TRY(kl_monomials_create(d, KL_ORDER_DEGREE, &o->of_y, err));
    KL_TRY(kl_alloc((size_t)o->steps.of_z.n, sizeof *o->x_of, "nodes", &o->x_of, err));
    KL_TRY(kl_alloc((size_t)o->steps.of_z.n, sizeof *o->p_of, "nodes", &o->p_of, err));
    find_factors(o);
    return kl_alloc((size_t)(o->of_y.n - 1) * (size_t)c->count, sizeof *o->moment, "nodes",
                    &o->moment, err);
}

void kl_order_destroy(kl_order *o)
{
    kl_mean_field_destroy(&o->field);
    kl_jet_steps_destroy(&o->steps);
    kl_monomials_destroy(&o->of_y);
    free(o->x_of);
    free(o->p_of);
    free(o->moment);
    *o = (kl_order){0};
}

void kl_order_start(const kl_cloud *c, double *z)
{
    const int d = c->symmetry.dimension;
    const double below = 96 * kl_fermi_energy(d) * kl_fermi_energy(d);
    /* r^n d_r^n = sum_(|alpha| = n) n!/alpha! z^alpha d^alpha */
    const double factor[] = {0, (2 * d + 1) * (d - 2) / below, 3 * d * 2 / below, 6 / below};
    const kl_monomials *of_z = &c->order.steps.of_z;
    double from[KL_MONOMIAL_VARIABLES];
    for (int j = 0; j < 2 * d; j++)
        from[j] = z[j] - (j < d ? c->rule.displacement[j] : 0);
    for (int i = 1; i < of_z->n; i++) {
        double product = factor[kl_monomials_degree(of_z->power[i])];
        for (int j = 0; j < 2 * d; j++)
            for (int k = 0; k < of_z->power[i][j]; k++)
                product *= from[j];
        z[2 * d + i - 1] = product;
    }
}

/* ---- in time ---- */

/* W's Taylor coefficients at x. */
static void expand(const kl_cloud *c, const double x[3], double *w)
{
    const kl_monomials *of_x = &c->order.steps.of_x;
    double field[KL_RADIAL_MONOMIALS];
    kl_smooth_taylor(c->v->potential, of_x, x, w);
    kl_mean_field_taylor(&c->field, of_x, x, field);
    for (int i = 0; i < of_x->n; i++)
        w[i] += field[i];
}

/* m, dm: from the one of degree 1 on, the first is number 1. */
static void flow(const kl_order *o, const double *w, const double *m, double *dm)
{
    static const double factorial[] = {1, 1, 2, 6};
    const kl_jet_steps *s = &o->steps;
    memset(dm, 0, (size_t)(s->of_z.n - 1) * sizeof *dm);
    for (int i = 0; i < s->n; i++) {
        const kl_jet_step *step = &s->step[i];
        dm[step->from - 1] -=
            step->factor * (step->gradient < 0 ? 1 : w[step->gradient]) * m[step->to - 1];
    }
    for (int i = 1; i < s->of_z.n; i++) { /* of q alone, and of third degree */
        const int *beta = o->of_y.power[o->p_of[i]];
        double derivative = w[o->p_of[i]];
        if (o->x_of[i] > 0 || kl_monomials_degree(beta) < KL_ORDER_DEGREE)
            continue;
        for (int j = 0; j < o->of_y.variables; j++)
            derivative *= factorial[beta[j]];
        dm[i - 1] += derivative / 4;
    }
}

/* Of y alone. */
static void keep_moments(kl_cloud *c, const double *y)
{
    kl_order *o = &c->order;
    const int d = c->symmetry.dimension, n = o->of_y.n - 1;
    for (int64_t i = 0; i < c->count; i++)
        for (int k = 1; k < o->steps.of_z.n; k++)
            if (o->p_of[k] == 0)
                o->moment[n * i + o->x_of[k] - 1] = y[c->stride * i + 2 * d + k - 1];
}

void kl_order_slope(kl_cloud *c, const double *y, double *dy)
{
    kl_order *o = &c->order;
    const int d = c->symmetry.dimension;
    keep_moments(c, y);
    kl_mean_field_set_moved(&o->field, c->comm, c->rule.n, c->first, c->count, y, c->stride,
                            c->weight, &o->of_y, o->moment);
    for (int64_t i = 0; i < c->count; i++) {
        const double *at = y + c->stride * i;
        double x[3] = {0}, g[3] = {0}, w[KL_RADIAL_MONOMIALS], *dm = dy + c->stride * i + 2 * d;
        memcpy(x, at, (size_t)d * sizeof *x);
        expand(c, x, w);
        flow(o, w, at + 2 * d, dm);
        kl_mean_field_value(&o->field, x, g);
        for (int j = 0; j < d; j++) /* those of degree 1 come first, in order */
            dm[d + j] -= g[j];
    }
}

/* ---- values ---- */

typedef struct pairing {
    const kl_cloud *c;
    const kl_phase_observable *o;
    const double *z;
    double sum;
} pairing;

/* sum_alpha M_alpha d^alpha (J o R)/alpha! */
static void pair(void *context, const double r[3][3], double share)
{
    pairing *b = context;
    const kl_order *o = &b->c->order;
    const int d = o->of_y.variables;
    double x[3] = {0}, p[3] = {0}, of_x[KL_RADIAL_MONOMIALS], of_p[KL_RADIAL_MONOMIALS];
    memcpy(x, b->z, (size_t)d * sizeof *x);
    memcpy(p, b->z + d, (size_t)d * sizeof *p);
    kl_window_turned_taylor(&b->o->x, r, &o->of_y, x, of_x);
    kl_window_turned_taylor(&b->o->p, r, &o->of_y, p, of_p);
    for (int i = 1; i < o->steps.of_z.n; i++)
        b->sum += share * of_x[o->x_of[i]] * of_p[o->p_of[i]] * b->z[2 * d + i - 1];
}

/* Of the energy the mean field is a part, and counts whole: it changes too. */
static double pair_energy(const kl_cloud *c, const kl_phase_observable *o, const double *z)
{
    const kl_monomials *of_x = &c->order.steps.of_x, *of_z = &c->order.steps.of_z;
    const int d = c->symmetry.dimension;
    double x[3] = {0}, field[KL_RADIAL_MONOMIALS], taylor[KL_ORDER_MOST], sum = 0;
    memcpy(x, z, (size_t)d * sizeof *x);
    kl_phase_observable_taylor(o, c->v->potential, of_x, of_z, z, taylor);
    kl_mean_field_taylor(&c->field, of_x, x, field);
    for (int i = 1; i < of_z->n; i++)
        sum +=
            (taylor[i] + (c->order.p_of[i] == 0 ? field[c->order.x_of[i]] : 0)) * z[2 * d + i - 1];
    return sum;
}

double kl_order_value(const kl_cloud *c, const kl_phase_observable *o, int turns, const double *z)
{
    static const double none[3][3] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    pairing b = {c, o, z, 0};
    if (!kl_phase_observable_smooth(o))
        return 0;
    if (o->energy)
        return pair_energy(c, o, z);
    if (turns == 0)
        pair(&b, none, 1);
    else
        kl_phase_symmetry_turns(&c->symmetry, turns, pair, &b);
    return b.sum;
}
