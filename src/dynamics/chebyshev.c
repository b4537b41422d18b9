#include "dynamics/chebyshev.h"

#include "base/memory.h"
#include "dynamics/bessel.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Costs in units of one recurrence step of both chains (28 of 36 bytes per
 * site and chain): adding to one more accumulator, and the terms of a restart. */
static const double accumulate_cost = 0.6, restart_terms = 20;

int kl_chebyshev_sweep(double radius, const double *t, int n)
{
    int served = 1;
    double extra = 0;
    while (served < n && served < KL_MOST_ACCUMULATORS) {
        extra += accumulate_cost * (radius * t[served - 1] + restart_terms);
        if (extra > restart_terms * served)
            break;
        served++;
    }
    return served;
}

typedef struct sweep {
    const kl_hamiltonian *h;
    double radius;
    int degree, outputs; /* degree = 3 mod 4 */
    double *c, *minus_c; /* [degree+1][outputs]: coefficients, and their negatives */
} sweep;

/* One chain of the sweep, re or im: even terms are added to that part of the outputs, odd ones to
 * the other. Two terms of one parity are added per visit: step k = 2, 3 mod 4 replaces u_{k-2} by
 * u_k and adds both. */
typedef struct chain {
    const sweep *s;
    bool imaginary;
    const double *odd_c; /* [degree+1][outputs] */
} chain;

static void chain_step(const void *context, int k, kl_stencil_step *step)
{
    const chain *c = context;
    const sweep *s = c->s;
    const double factor = (k == 1 ? 1 : 2) / s->radius;
    const double *coefficient = k % 2 ? c->odd_c : s->c;
    *step = (kl_stencil_step){
        .hop = factor * s->h->hopping, .potential = factor * s->h->eta, .subtract = k > 1};
    if (k % 4 < 2)
        return;
    step->outputs = s->outputs;
    step->acc = (k % 2 == 1) != c->imaginary ? 2 + s->outputs : 2;
    step->c0 = coefficient + (k - 2) * s->outputs;
    step->c1 = coefficient + k * s->outputs;
}

/* exp(-itH) = C - iS with C, S the even and odd parts:
 * re <- C re + S im,  im <- C im - S re. */
static void run_chains(const sweep *s, kl_state *psi, void *scratch, kl_state *out)
{
    void *array[KL_MOST_ARRAYS] = {psi->re, scratch};
    const kl_recurrence r =
        kl_hamiltonian_recurrence(s->h, psi->precision, array, 2 + 2 * s->outputs, false);
    for (int j = 0; j < s->outputs; j++) {
        array[2 + j] = out[j].re;
        array[2 + s->outputs + j] = out[j].im;
    }
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, s->degree, chain_step, &(chain){s, false, s->minus_c});
    array[0] = psi->im;
    if (!psi->real)
        kl_recurrence_run(&r, s->degree, chain_step, &(chain){s, true, s->c});
    kl_recurrence_end(&r);
}

/* c[k][j] = (2 - delta_k0) J_k(R t_j) with the sign of (-i)^k, which is
 * (-1)^(k/2) times 1 or -i. */
static kl_status fill_coefficients(const sweep *s, const double *t, kl_error *err)
{
    double *bessel;
    KL_TRY(kl_alloc((size_t)s->degree + 1, sizeof *bessel, "coefficients", &bessel, err));
    kl_status status = KL_OK;
    for (int j = 0; status == KL_OK && j < s->outputs; j++) {
        status = kl_bessel(s->radius * t[j], s->degree + 1, bessel, err);
        for (int k = 0; k <= s->degree; k++) {
            double c = (k ? 2 : 1) * (k / 2 % 2 ? -bessel[k] : bessel[k]);
            s->c[k * s->outputs + j] = c;
            s->minus_c[k * s->outputs + j] = -c;
        }
    }
    free(bessel);
    return status;
}

static kl_status prepare(const kl_chebyshev *chebyshev, const double *t, int n, sweep *s,
                         kl_error *err)
{
    *s = (sweep){.h = chebyshev->hamiltonian, .radius = chebyshev->radius, .outputs = n};
    KL_TRY(kl_bessel_degree(s->radius * t[n - 1], chebyshev->tolerance, &s->degree, err));
    s->degree = s->degree / 4 * 4 + 3; /* so that every term has been added at the end */
    const size_t m = ((size_t)s->degree + 1) * (size_t)n;
    KL_TRY(kl_alloc(2 * m, sizeof *s->c, "coefficients", &s->c, err));
    s->minus_c = s->c + m;
    return fill_coefficients(s, t, err);
}

kl_status kl_chebyshev_evolve(const kl_chebyshev *chebyshev, kl_state *psi, void *scratch,
                              const double *t, int n, kl_state *out, int *terms, kl_error *err)
{
    sweep s;
    kl_status status = prepare(chebyshev, t, n, &s, err);
    KL_GOTO(kl_agree(psi->lattice->comm, status, err));
    size_t bytes = (size_t)kl_lattice_extent(psi->lattice) * kl_precision_size(psi->precision);
    for (int j = 0; j < n; j++) {
        memset(out[j].re, 0, bytes);
        memset(out[j].im, 0, bytes);
        out[j].real = false;
    }
    run_chains(&s, psi, scratch, out);
    if (terms)
        *terms = s.degree;
done:
    free(s.c);
    return status;
}

double kl_chebyshev_rounding(kl_precision precision, double radius, double t)
{
    /* In double precision R t and 2/R are rounded too: a relative error of t. */
    if (precision == KL_DOUBLE)
        return DBL_EPSILON * (4 + radius * t);
    return (double)FLT_EPSILON * (4 + 0.1 * radius * t);
}
