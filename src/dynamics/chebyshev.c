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
    while (served < n && served < 4) {
        extra += accumulate_cost * (radius * t[served - 1] + restart_terms);
        if (extra > restart_terms * served)
            break;
        served++;
    }
    return served;
}

/* Series of one output: c[k], 0 <= k <= degree, (2 - delta) J_k(R t) with the
 * sign of (-i)^k, which is (-1)^(k/2) times 1 or -i. */
static kl_status coefficients(double x, int degree, double *c, kl_error *err)
{
    KL_TRY(kl_bessel(x, degree + 1, c, err));
    for (int k = 1; k <= degree; k++)
        c[k] *= k / 2 % 2 ? -2 : 2;
    return KL_OK;
}

typedef struct sweep {
    const kl_hamiltonian *h;
    double radius;
    int degree, outputs;       /* degree = 3 mod 4 */
    double *c;                 /* [outputs][degree+1] */
    double *c0, *c1;           /* [outputs], scratch */
} sweep;

/* Runs the recurrence from u0 = a chain's start. Even terms are added to
 * even[j], odd ones, times odd_sign, to odd[j]. Two terms of one parity are
 * added per visit: step k = 2, 3 mod 4 replaces u_{k-2} by u_k and adds both. */
static void run_chain(const sweep *s, kl_precision precision, void *u0, void *u1, void *const *even,
                      void *const *odd, double odd_sign)
{
    const kl_lattice *lattice = s->h->lattice;
    kl_halo halo;
    kl_halo_start(lattice, u0, kl_precision_size(precision), &halo);
    kl_halo_finish(&halo);
    for (int k = 1; k <= s->degree; k++) {
        double factor = (k == 1 ? 1 : 2) / s->radius;
        bool add = k % 4 >= 2;
        kl_stencil_step step = {.lattice = lattice,
                                .precision = precision,
                                .set = s->h->set,
                                .omega = s->h->omega,
                                .hop = factor * s->h->hopping,
                                .potential = factor * s->h->eta,
                                .subtract = k > 1,
                                .outputs = add ? s->outputs : 0,
                                .acc = k % 2 ? odd : even,
                                .c0 = s->c0,
                                .c1 = s->c1};
        for (int j = 0; add && j < s->outputs; j++) {
            const double *c = s->c + j * (s->degree + 1), sign = k % 2 ? odd_sign : 1;
            s->c0[j] = sign * c[k - 2];
            s->c1[j] = sign * c[k];
        }
        kl_stencil_apply(&step, k % 2 ? u0 : u1, k % 2 ? u1 : u0);
    }
}

static kl_status prepare(const kl_chebyshev *chebyshev, const double *t, int n, sweep *s,
                         kl_error *err)
{
    *s = (sweep){.h = chebyshev->hamiltonian, .radius = chebyshev->radius, .outputs = n};
    KL_TRY(kl_bessel_degree(s->radius * t[n - 1], chebyshev->tolerance, &s->degree, err));
    s->degree = s->degree / 4 * 4 + 3;
    size_t m = (size_t)s->degree + 1;
    kl_status status = kl_alloc((size_t)n * m, sizeof(double), "coefficients", &s->c, err);
    if (status == KL_OK)
        status = kl_alloc(2 * (size_t)n, sizeof(double), "coefficients", &s->c0, err);
    for (int j = 0; status == KL_OK && j < n; j++)
        status = coefficients(s->radius * t[j], s->degree, s->c + (size_t)j * m, err);
    s->c1 = s->c0 ? s->c0 + n : NULL;
    return status;
}

kl_status kl_chebyshev_evolve(const kl_chebyshev *chebyshev, kl_state *psi, void *scratch,
                              const double *t, int n, kl_state *out, int *terms, kl_error *err)
{
    sweep s;
    void **parts = NULL;
    kl_status status = prepare(chebyshev, t, n, &s, err);
    if (status == KL_OK)
        status = kl_alloc(2 * (size_t)n, sizeof *parts, "accumulators", &parts, err);
    KL_GOTO(kl_agree(psi->lattice->comm, status, err));
    size_t bytes = (size_t)kl_lattice_extent(psi->lattice) * kl_precision_size(psi->precision);
    for (int j = 0; j < n; j++) {
        memset(parts[j] = out[j].re, 0, bytes);
        memset(parts[n + j] = out[j].im, 0, bytes);
        out[j].real = false;
    }
    /* exp(-itH) = C - iS with C, S the even and odd parts:
     * re <- C re + S im,  im <- C im - S re. */
    run_chain(&s, psi->precision, psi->re, scratch, parts, parts + n, -1);
    if (!psi->real)
        run_chain(&s, psi->precision, psi->im, scratch, parts + n, parts, 1);
    if (terms)
        *terms = s.degree;
done:
    free(s.c);
    free(s.c0);
    free(parts);
    return status;
}

double kl_chebyshev_rounding(kl_precision precision, double radius, double t)
{
    double epsilon = precision == KL_SINGLE ? (double)FLT_EPSILON : DBL_EPSILON;
    return epsilon * (4 + 0.1 * radius * t);
}
