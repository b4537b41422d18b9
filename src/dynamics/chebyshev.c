#include "dynamics/chebyshev.h"

#include "base/memory.h"
#include "base/bessel.h"
#include "lattice/pencil_parts.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
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
    const kl_series *of;
    int degree;          /* 3 mod 4, so that every term has been added at the end */
    double *c, *minus_c; /* [degree+1][n]: coefficients, and their negatives */
} sweep;

/* One chain of the sweep, re or im: even terms are added to that part of the outputs, odd ones to
 * the other. Two terms of one parity are added per visit: step k = 2, 3 mod 4 replaces u_{k-2} by
 * u_k and adds both. */
typedef struct chain {
    const sweep *s;
    bool imaginary;
    const double *odd_c; /* [degree+1][n] */
} chain;

static void chain_step(const void *context, int k, kl_stencil_step *step)
{
    const chain *c = context;
    const sweep *s = c->s;
    const kl_hamiltonian *h = s->of->hamiltonian;
    const int n = s->of->n;
    const double factor = (k == 1 ? 1 : 2) / s->of->radius;
    const double *coefficient = k % 2 ? c->odd_c : s->c;
    *step = (kl_stencil_step){
        .hop = factor * h->hopping, .potential = factor * h->eta, .subtract = k > 1};
    if (k % 4 < 2)
        return;
    step->outputs = n;
    step->acc = !s->of->heat && (k % 2 == 1) != c->imaginary ? 2 + n : 2;
    step->c0 = coefficient + (k - 2) * n;
    step->c1 = coefficient + k * n;
}

static int vectors(const kl_series *of)
{
    return of->orders > 0 ? of->orders : 1;
}

/* exp(-itH) = C - iS with C, S the even and odd parts:
 * re <- C re + S im,  im <- C im - S re. */
static void run_chains(const sweep *s)
{
    const kl_series *of = s->of;
    const int width = vectors(of), n = of->n;
    void *array[KL_MOST_ARRAYS];
    bool real = true;
    kl_recurrence r = kl_hamiltonian_recurrence(of->hamiltonian, of->psi->precision, array,
                                                (2 + 2 * n) * width, false);
    r.orders = of->orders;
    r.fields = of->fields;
    for (int k = 0; k < width; k++) {
        array[k] = of->psi[k].re;
        array[width + k] = of->scratch[k];
        real = real && of->psi[k].real;
        for (int j = 0; j < n; j++) {
            array[(2 + j) * width + k] = of->out[k * n + j].re;
            array[(2 + n + j) * width + k] = of->out[k * n + j].im;
        }
    }
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, s->degree, chain_step, &(chain){s, false, of->heat ? s->c : s->minus_c});
    for (int k = 0; k < width; k++)
        array[k] = of->psi[k].im;
    if (!real)
        kl_recurrence_run(&r, s->degree, chain_step, &(chain){s, true, s->c});
    kl_recurrence_end(&r);
}

/* c[k][j] = (2 - delta_k0) J_k(R t_j) with the sign of (-i)^k, which is
 * (-1)^(k/2) times 1 or -i; of heat I_k in the place of J_k, without a sign. */
static kl_status fill_coefficients(const sweep *s, kl_error *err)
{
    const int n = s->of->n;
    double *bessel;
    KL_TRY(kl_alloc((size_t)s->degree + 1, sizeof *bessel, "coefficients", &bessel, err));
    kl_status status = KL_OK;
    for (int j = 0; status == KL_OK && j < n; j++) {
        const double x = s->of->radius * s->of->t[j];
        status = s->of->heat ? kl_bessel_modified(x, s->degree + 1, bessel, err)
                             : kl_bessel(x, s->degree + 1, bessel, err);
        for (int k = 0; k <= s->degree; k++) {
            const bool negative = !s->of->heat && k / 2 % 2;
            double c = (k ? 2 : 1) * (negative ? -bessel[k] : bessel[k]);
            s->c[k * n + j] = c;
            s->minus_c[k * n + j] = -c;
        }
    }
    free(bessel);
    return status;
}

static kl_status prepare(const kl_series *of, sweep *s, kl_error *err)
{
    *s = (sweep){.of = of, .degree = of->degree / 4 * 4 + 3};
    const size_t m = ((size_t)s->degree + 1) * (size_t)of->n;
    KL_TRY(kl_alloc(2 * m, sizeof *s->c, "coefficients", &s->c, err));
    s->minus_c = s->c + m;
    return fill_coefficients(s, err);
}

static void clear(const kl_state *psi, kl_state *out)
{
    const size_t bytes =
        (size_t)kl_pencils_extent(psi->lattice) * kl_precision_size(psi->precision);
    memset(out->re, 0, bytes);
    memset(out->im, 0, bytes);
    out->real = false;
    out->pencil = psi->pencil;
}

kl_status kl_series_evolve(const kl_series *series, kl_error *err)
{
    sweep s;
    kl_status status = prepare(series, &s, err);
    KL_GOTO(kl_agree(series->psi->lattice->comm, status, err));
    for (int i = 0; i < vectors(series) * series->n; i++)
        clear(series->psi, &series->out[i]);
    run_chains(&s);
done:
    free(s.c);
    return status;
}

kl_status kl_chebyshev_heat(const kl_chebyshev *chebyshev, kl_state *psi, void *scratch,
                            const double *t, int n, kl_state *out, kl_error *err)
{
    kl_series series = {.hamiltonian = chebyshev->hamiltonian,
                        .radius = chebyshev->radius,
                        .psi = psi,
                        .scratch = &scratch,
                        .n = n,
                        .t = t,
                        .out = out,
                        .heat = true};
    const kl_status status = kl_bessel_modified_degree(series.radius * t[n - 1],
                                                       chebyshev->tolerance, &series.degree, err);
    KL_TRY(kl_agree(psi->lattice->comm, status, err));
    return kl_series_evolve(&series, err);
}

kl_status kl_chebyshev_evolve(const kl_chebyshev *chebyshev, kl_state *psi, void *scratch,
                              const double *t, int n, kl_state *out, int *terms, kl_error *err)
{
    kl_series series = {.hamiltonian = chebyshev->hamiltonian,
                        .radius = chebyshev->radius,
                        .psi = psi,
                        .scratch = &scratch,
                        .n = n,
                        .t = t,
                        .out = out};
    const kl_status status =
        kl_bessel_degree(series.radius * t[n - 1], chebyshev->tolerance, &series.degree, err);
    KL_TRY(kl_agree(psi->lattice->comm, status, err));
    if (terms)
        *terms = series.degree / 4 * 4 + 3;
    return kl_series_evolve(&series, err);
}

double kl_chebyshev_rounding(kl_precision precision, double radius, double t)
{
    /* In double precision R t and 2/R are rounded too: a relative error of t. */
    if (precision == KL_DOUBLE)
        return DBL_EPSILON * (4 + radius * t);
    return (double)FLT_EPSILON * (4 + 0.1 * radius * t);
}
