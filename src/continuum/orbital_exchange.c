#include "continuum/orbital_steps.h"

#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

static size_t here(const kl_orbitals *o)
{
    return (size_t)o->count * o->grid.local;
}

kl_status kl_orbital_exchange_create(const kl_orbitals *o, kl_orbital_exchange *x, kl_error *err)
{
    KL_TRY(kl_alloc((size_t)o->all * o->grid.local, sizeof *x->every, "exchange", &x->every, err));
    KL_TRY(kl_orbitals_array(o, &x->slope, err));
    KL_TRY(kl_orbitals_array(o, &x->stage, err));
    KL_TRY(kl_orbitals_array(o, &x->sum, err));
    return kl_box_array(&o->grid, &x->pair, err);
}

void kl_orbital_exchange_destroy(kl_orbital_exchange *x)
{
    free(x->every);
    free(x->slope);
    free(x->stage);
    free(x->sum);
    free(x->pair);
    *x = (kl_orbital_exchange){0};
}

/* out += phi_k (V * (conj(phi_k) psi))/N */
static void add_pair(const kl_orbital_steps *s, const complex double *k, const complex double *psi,
                     complex double *out)
{
    const int64_t n = kl_orbitals_points(s->orbitals);
    const double weight = 1. / (double)s->orbitals->all;
    for (int64_t i = 0; i < n; i++)
        s->x.pair[i] = kl_times(conj(k[i]), psi[i]);
    kl_box_interaction_apply(&s->field, -1, s->x.pair);
    for (int64_t i = 0; i < n; i++)
        out[i] += weight * kl_times(k[i], s->x.pair[i]);
}

void kl_orbital_exchange_apply(const kl_orbital_steps *s, const complex double *phi,
                               complex double *out)
{
    const kl_orbitals *o = s->orbitals;
    kl_orbitals_gather(o, phi, s->x.every);
    memset(out, 0, here(o) * sizeof *out);
    for (int64_t j = 0; j < o->count; j++)
        for (int64_t k = 0; k < o->all; k++)
            add_pair(s, s->x.every + (size_t)k * o->grid.local, phi + (size_t)j * o->grid.local,
                     out + (size_t)j * o->grid.local);
}

/* Runge and Kutta's rule of order 4: X is small, V(0)/N at most, and a step many times shorter than
 * eps N/V(0) anyway. */
void kl_orbital_exchange_run(const kl_orbital_steps *s, double t, complex double *phi)
{
    static const double at[] = {0, 0.5, 0.5, 1}, weight[] = {1. / 6, 1. / 3, 1. / 3, 1. / 6};
    const kl_orbital_exchange *x = &s->x;
    const size_t n = here(s->orbitals);
    const double h = t / s->orbitals->grid.eps;
    memset(x->sum, 0, n * sizeof *x->sum);
    for (int k = 0; k < 4; k++) {
        for (size_t i = 0; i < n; i++)
            x->stage[i] = phi[i] + (k > 0 ? at[k] * x->slope[i] : 0);
        kl_orbital_exchange_apply(s, x->stage, x->slope);
        for (size_t i = 0; i < n; i++) {
            x->slope[i] = h * CMPLX(-cimag(x->slope[i]), creal(x->slope[i])); /* i h X */
            x->sum[i] += weight[k] * x->slope[i];
        }
    }
    for (size_t i = 0; i < n; i++)
        phi[i] += x->sum[i];
}
