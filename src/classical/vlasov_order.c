/* The order hbar^2 of Hartree's equation beside the Vlasov equation's f, d = 1: f + hbar^2 g.
 *
 *   d_t g = {h, g} + (V * rho_g)' d_p f - W''' d_p^3 f/24,   h = p^2/2 + W, W = U + V * rho,
 *
 * {h, .} the flow of the Vlasov equation: Moyal's equation to the second order, and what g itself
 * changes of the mean field. It begins with that of the Wigner function of the lowest orbitals,
 * hbar = 1/N: by Euler and Maclaurin's formula over the levels and the symbol of a function of the
 * oscillator's energy,
 *
 *   int J g_0 = (1/12) d^2/dE^2 (mean of J on the circle of energy E) at E_F = 1
 *             = (1/48) int f_0 (r^3 d_r^3/2 + (3/2) r^2 d_r^2 - (3/2) r d_r) J,
 *
 * r from the centre of the droplet, by integration in E. So g = sum over the nodes of f, each with
 * formal deviations (y, q) of moments M_ab = <y^a q^b>, a + b <= 3:
 *
 *   int J g = sum_i w_i sum_ab M_ab d_x^a d_p^b J(z_i)/(a! b!),
 *   d/dt M_ab = a M_(a-1,b+1) - b sum_k W^(k+1)(x)/k! M_(a+k,b-1)
 *             - [ab = 01] (V * rho_g)'(x) + [ab = 03] W'''(x)/4:
 *
 * jets (jets.h) read the other way, closed because no moment takes from a lower degree. */
#include "classical/vlasov_private.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

kl_status kl_order_create(kl_cloud *c, const kl_cloud_accuracy *a, kl_error *err)
{
    kl_order *o = &c->order;
    KL_TRY(
        kl_mean_field_create(c->v->interaction, &c->symmetry, a->reach, a->modes, &o->field, err));
    KL_TRY(kl_monomials_create(1, KL_SMOOTH_DEGREE, &o->of_x, err));
    KL_TRY(kl_monomials_create(2, KL_JET_DEGREE, &o->of_z, err));
    return kl_alloc(3 * (size_t)c->count, sizeof *o->moment, "nodes", &o->moment, err);
}

void kl_order_destroy(kl_order *o)
{
    kl_mean_field_destroy(&o->field);
    kl_monomials_destroy(&o->of_x);
    kl_monomials_destroy(&o->of_z);
    free(o->moment);
    *o = (kl_order){0};
}

void kl_order_start(const kl_cloud *c, double *z)
{
    static const double factor[] = {0, -1. / 32, 1. / 16, 1. / 16};
    double *m = z + 2;
    const double x = z[0] - c->rule.displacement[0];
    for (int n = 1; n <= KL_ORDER_DEGREE; n++)
        for (int b = 0; b <= n; b++) {
            double product = factor[n];
            for (int i = 0; i < n; i++)
                product *= i < b ? z[1] : x;
            m[kl_order_place(n - b, b)] = product;
        }
}

/* W's Taylor coefficients at x. */
static void expand(const kl_cloud *c, double x, double w[5])
{
    kl_smooth_taylor(c->v->potential, &c->order.of_x, (double[3]){x}, w);
    kl_mean_field_taylor(&c->field, x, w);
}

static void flow(const double w[5], const double *m, double *dm)
{
    for (int n = 1; n <= KL_ORDER_DEGREE; n++)
        for (int b = 0; b <= n; b++) {
            const int a = n - b;
            double sum = a > 0 ? a * m[kl_order_place(a - 1, b + 1)] : 0;
            for (int k = 1; b > 0 && n + k - 1 <= KL_ORDER_DEGREE; k++)
                sum -= b * (k + 1) * w[k + 1] * m[kl_order_place(a + k, b - 1)];
            dm[kl_order_place(a, b)] = sum;
        }
    dm[kl_order_place(0, 3)] += 6 * w[3] / 4;
}

void kl_order_slope(kl_cloud *c, const double *y, double *dy)
{
    kl_order *o = &c->order;
    for (int64_t i = 0; i < c->count; i++)
        for (int k = 0; k < 3; k++)
            o->moment[3 * i + k] = y[c->stride * i + 2 + kl_order_place(k + 1, 0)];
    kl_mean_field_set_moved(&o->field, c->comm, c->rule.n, c->first, c->count, y, c->stride,
                            c->weight, o->moment);
    for (int64_t i = 0; i < c->count; i++) {
        const double *at = y + c->stride * i, x[3] = {at[0]};
        double w[5], g[3] = {0};
        expand(c, at[0], w);
        flow(w, at + 2, dy + c->stride * i + 2);
        kl_mean_field_value(&o->field, x, g);
        dy[c->stride * i + 2 + kl_order_place(0, 1)] -= g[0];
    }
}

/* sum_ab M_ab d^a d^b J/(a! b!) at sign z; of the energy the mean field is a part, and counts
 * whole: it changes too. */
static double pair(const kl_cloud *c, const kl_phase_observable *o, double sign, const double *z)
{
    const double at[2] = {sign * z[0], sign * z[1]}, *m = z + 2;
    double taylor[1 + KL_ORDER_MOMENTS], field[5] = {0}, sum = 0;
    kl_phase_observable_taylor(o, c->v->potential, &c->order.of_x, &c->order.of_z, at, taylor);
    if (o->energy)
        kl_mean_field_taylor(&c->field, at[0], field);
    for (int i = 1; i < c->order.of_z.n; i++) {
        const int a = c->order.of_z.power[i][0], b = c->order.of_z.power[i][1];
        const double value = taylor[i] + (b == 0 ? field[a] : 0);
        sum += ((a + b) % 2 ? sign : 1) * value * m[kl_order_place(a, b)];
    }
    return sum;
}

double kl_order_value(const kl_cloud *c, const kl_phase_observable *o, const double *z)
{
    if (!kl_phase_observable_smooth(o))
        return 0;
    if (!c->symmetry.mirror[0])
        return pair(c, o, 1, z);
    return (pair(c, o, 1, z) + pair(c, o, -1, z)) / 2;
}
