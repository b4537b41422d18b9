#include "classical/thomas_fermi.h"

#include "base/gauss_legendre.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double kl_fermi_energy(int dimension)
{
    return pow(tgamma(dimension + 1), 1.0 / dimension);
}

/* The numbers of nodes along each axis. */
static void count(const kl_phase_symmetry *s, int degree, kl_thomas_fermi *out)
{
    const int even = degree / 2 * 2 + 2; /* > degree */
    out->symmetry = *s;
    out->actions = degree / 4 + 2;
    out->shapes = s->radial ? degree / 8 + 2 : 1;
    out->n = out->shapes;
    for (int j = 0; j < s->dimension; j++) {
        out->angles[j] = s->mirror[j] ? even / 2 : even;
        if (!s->radial || j == 0)
            out->n *= (int64_t)out->actions * out->angles[j];
    }
}

double kl_thomas_fermi_nodes(const kl_phase_symmetry *symmetry, int degree)
{
    kl_thomas_fermi rule = {0};
    count(symmetry, degree, &rule);
    return (double)rule.n;
}

/* Gauss's rule in c: of dc for even functions, or of 2 c dc. */
static void set_shapes(kl_thomas_fermi *rule, double *node, double *weight)
{
    const int n = rule->shapes;
    if (rule->symmetry.dimension == 3) {
        kl_gauss_legendre(n, rule->shape, rule->share);
        for (int i = 0; i < n; i++)
            rule->shape[i] = sqrt(rule->shape[i]);
        return;
    }
    kl_gauss_legendre(2 * n, node, weight);
    for (int i = 0; i < n; i++) {
        rule->shape[i] = 2 * node[n + i] - 1;
        rule->share[i] = 2 * weight[n + i];
    }
}

kl_status kl_thomas_fermi_create(const kl_phase_symmetry *symmetry, const double displacement[3],
                                 int degree, kl_thomas_fermi *out, kl_error *err)
{
    double *work = NULL;
    *out = (kl_thomas_fermi){0};
    memcpy(out->displacement, displacement, sizeof out->displacement);
    count(symmetry, degree, out);
    const size_t n = (size_t)out->actions, m = (size_t)out->shapes;
    KL_TRY(kl_alloc(n, sizeof *out->node, "nodes", &out->node, err));
    KL_TRY(kl_alloc(n, sizeof *out->weight, "nodes", &out->weight, err));
    KL_TRY(kl_alloc(m, sizeof *out->shape, "nodes", &out->shape, err));
    KL_TRY(kl_alloc(m, sizeof *out->share, "nodes", &out->share, err));
    KL_TRY(kl_alloc(4 * m, sizeof *work, "nodes", &work, err));
    kl_gauss_legendre(out->actions, out->node, out->weight);
    set_shapes(out, work, work + 2 * m);
    free(work);
    return KL_OK;
}

void kl_thomas_fermi_destroy(kl_thomas_fermi *rule)
{
    free(rule->node);
    free(rule->weight);
    free(rule->shape);
    free(rule->share);
    *rule = (kl_thomas_fermi){0};
}

static double radial_node(const kl_thomas_fermi *r, int64_t i, double *z)
{
    const int d = r->symmetry.dimension, angles = r->angles[0];
    const int64_t k = i % angles, e = i / angles % r->actions, c = i / angles / r->actions;
    const double E = kl_fermi_energy(d) * r->node[e], phi = M_PI * ((double)k + 0.5) / angles;
    const double L = E * r->shape[c], u = sqrt(2 * (E + L)) / 2, v = sqrt(2 * (E - L)) / 2;
    memset(z, 0, 2 * (size_t)d * sizeof *z);
    z[0] = (u + v) * cos(phi);
    z[1] = (u - v) * sin(phi);
    z[d] = -(u + v) * sin(phi);
    z[d + 1] = (u - v) * cos(phi);
    return r->weight[e] * d * pow(r->node[e], d - 1) * r->share[c] / angles;
}

double kl_thomas_fermi_node(const kl_thomas_fermi *r, int64_t i, double *z)
{
    const int d = r->symmetry.dimension;
    double left = kl_fermi_energy(d), weight = 1;
    if (r->symmetry.radial)
        return radial_node(r, i, z);
    for (int j = 0; j < d; j++) {
        const int64_t k = i % r->angles[j], a = i / r->angles[j] % r->actions;
        /* Mirrored nodes are a half turn apart. */
        const double turn = (r->symmetry.mirror[j] ? M_PI : 2 * M_PI) / r->angles[j];
        const double action = left * r->node[a], phi = turn * ((double)k + 0.5);
        weight *= left * r->weight[a] / r->angles[j];
        z[j] = r->displacement[j] + sqrt(2 * action) * cos(phi);
        z[d + j] = -sqrt(2 * action) * sin(phi);
        left -= action;
        i /= (int64_t)r->angles[j] * r->actions;
    }
    return weight;
}
