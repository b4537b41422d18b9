#include "dynamics/splitting.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct kl_splitting {
    const kl_hamiltonian *h;
    kl_splitting_method method;
    kl_precision precision;
    kl_fft fft;
    float *omega;         /* the potential in FFTW's distribution */
    double *cosine;       /* [L]: 2 hopping cos(2 pi k/L) */
    void *start, *coarse; /* copies of the state, interleaved, fft.count planes */
};

kl_status kl_splitting_create(const kl_hamiltonian *h, kl_precision precision,
                              kl_splitting_method method, kl_splitting **out, kl_error *err)
{
    const kl_lattice *lattice = h->lattice;
    kl_splitting *s;
    *out = NULL;
    KL_TRY(kl_agree(lattice->comm, kl_alloc(1, sizeof *s, "splitting", &s, err), err));
    *s = (kl_splitting){.h = h, .method = method, .precision = precision};
    kl_status status = kl_fft_create(lattice, precision, &s->fft, err);
    if (status == KL_OK) {
        const size_t n = (size_t)(s->fft.count * lattice->plane);
        status = kl_alloc(n, sizeof(float), "potential", &s->omega, err);
        if (status == KL_OK)
            status = kl_alloc((size_t)lattice->sites, sizeof(double), "symbol", &s->cosine, err);
        if (status == KL_OK)
            status = kl_alloc(n, 2 * kl_precision_size(precision), "psi", &s->start, err);
        if (status == KL_OK)
            status = kl_alloc(n, 2 * kl_precision_size(precision), "psi", &s->coarse, err);
        status = kl_agree(lattice->comm, status, err);
    }
    if (status != KL_OK) {
        kl_splitting_destroy(&s);
        return status;
    }
    for (int64_t k = 0; k < lattice->sites; k++)
        s->cosine[k] = 2 * h->hopping * cos(2 * M_PI * (double)k / (double)lattice->sites);
    *out = s;
    return KL_OK;
}

void kl_splitting_destroy(kl_splitting **splitting)
{
    kl_splitting *s = *splitting;
    if (!s)
        return;
    kl_fft_destroy(&s->fft);
    free(s->omega);
    free(s->cosine);
    free(s->start);
    free(s->coarse);
    free(s);
    *splitting = NULL;
}

/* z[i] *= exp(-i angle) */
static inline void rotate(const kl_splitting *s, int64_t i, double angle)
{
    const double c = cos(angle), d = -sin(angle);
    if (s->precision == KL_SINGLE) {
        float *z = (float *)s->fft.data + 2 * i, re = z[0], im = z[1];
        z[0] = (float)c * re - (float)d * im;
        z[1] = (float)c * im + (float)d * re;
    } else {
        double *z = (double *)s->fft.data + 2 * i, re = z[0], im = z[1];
        z[0] = c * re - d * im;
        z[1] = c * im + d * re;
    }
}

static void kick(kl_splitting *s, double dt)
{
    const int64_t n = s->fft.count * s->h->lattice->plane;
    for (int64_t i = 0; i < n; i++)
        rotate(s, i, dt * s->h->eta * (double)s->omega[i]);
}

static void drift(kl_splitting *s, double dt)
{
    const kl_lattice *lattice = s->h->lattice;
    const int64_t L = lattice->sites;
    const int64_t n1 = lattice->dimension > 2 ? L : 1, n2 = lattice->dimension > 1 ? L : 1;
    kl_fft_forward(&s->fft);
    int64_t i = 0; /* e is symmetric: which axis is cut does not matter (fft.h) */
    for (int64_t k0 = s->fft.first; k0 < s->fft.first + s->fft.count; k0++)
        for (int64_t k1 = 0; k1 < n1; k1++)
            for (int64_t k2 = 0; k2 < n2; k2++) {
                double e =
                    s->cosine[k0] + (n1 > 1 ? s->cosine[k1] : 0) + (n2 > 1 ? s->cosine[k2] : 0);
                rotate(s, i++, dt * e);
            }
    kl_fft_backward(&s->fft);
}

/* One step is drift(a[0] dt) kick(b[0] dt) drift(a[1] dt) ... drift(a[n] dt);
 * the last drift of a step joins the first of the next. */
static void run_steps(kl_splitting *s, double dt, int steps)
{
    static const double strang_a[] = {0.5, 0.5}, strang_b[] = {1};
    enum { STAGES = 6 };
    static const double a1 = 0.0792036964311957, a2 = 0.353172906049774, a3 = -0.0420650803577195,
                        b1 = 0.209515106613362, b2 = -0.143851773179818;
    const double a4 = 1 - 2 * (a1 + a2 + a3), b3 = 0.5 - (b1 + b2);
    const double fourth_a[STAGES + 1] = {a1, a2, a3, a4, a3, a2, a1};
    const double fourth_b[STAGES] = {b1, b2, b3, b3, b2, b1};
    const bool fourth = s->method == KL_FOURTH_ORDER;
    const double *a = fourth ? fourth_a : strang_a, *b = fourth ? fourth_b : strang_b;
    const int stages = fourth ? STAGES : 1;
    drift(s, a[0] * dt);
    for (int n = 0; n < steps; n++)
        for (int i = 0; i < stages; i++) {
            bool joined = i + 1 == stages && n + 1 < steps;
            kick(s, b[i] * dt);
            drift(s, (a[i + 1] + (joined ? a[0] : 0)) * dt);
        }
}

static size_t bytes_of(const kl_splitting *s)
{
    return (size_t)(s->fft.count * s->h->lattice->plane) * 2 * kl_precision_size(s->precision);
}

/* Moves psi between its slabs (re, im apart) and the FFT's blocks (interleaved). */
static kl_status transfer(kl_splitting *s, kl_state *psi, bool in, kl_error *err)
{
    const kl_lattice *lattice = s->h->lattice;
    const size_t size = kl_precision_size(s->precision);
    const int64_t n = kl_lattice_local(lattice), from = kl_lattice_origin(lattice);
    char *slab;
    KL_TRY(kl_agree(lattice->comm, kl_alloc((size_t)n, 2 * size, "psi", &slab, err), err));
    kl_status status = KL_OK;
    if (!in)
        status = kl_fft_gather(&s->fft, s->fft.data, slab, 2 * size, err);
    for (int64_t i = 0; i < n && status == KL_OK; i++) {
        char *re = (char *)psi->re + (size_t)(from + i) * size;
        char *im = (char *)psi->im + (size_t)(from + i) * size;
        char *z = slab + (size_t)i * 2 * size;
        memcpy(in ? z : re, in ? re : z, size);
        memcpy(in ? z + size : im, in ? im : z + size, size);
    }
    if (in && status == KL_OK)
        status = kl_fft_scatter(&s->fft, slab, s->fft.data, 2 * size, err);
    if (in && status == KL_OK)
        status = kl_fft_scatter(&s->fft, s->h->omega, s->omega, sizeof(float), err);
    psi->real = false;
    free(slab);
    return status;
}

kl_status kl_splitting_steps(kl_splitting *s, kl_state *psi, double t, int steps, kl_error *err)
{
    KL_TRY(transfer(s, psi, true, err));
    run_steps(s, t / steps, steps);
    return transfer(s, psi, false, err);
}

static double distance(const kl_splitting *s)
{
    const int64_t n = 2 * s->fft.count * s->h->lattice->plane;
    double sum = 0;
    for (int64_t i = 0; i < n; i++) {
        double difference =
            s->precision == KL_SINGLE
                ? (double)((float *)s->fft.data)[i] - (double)((float *)s->coarse)[i]
                : ((double *)s->fft.data)[i] - ((double *)s->coarse)[i];
        sum += difference * difference;
    }
    MPI_Allreduce(MPI_IN_PLACE, &sum, 1, MPI_DOUBLE, MPI_SUM, s->h->lattice->comm);
    return sqrt(sum);
}

kl_status kl_splitting_evolve(kl_splitting *s, kl_state *psi, double t, double tolerance,
                              kl_error *err)
{
    if (t == 0)
        return KL_OK;
    KL_TRY(transfer(s, psi, true, err));
    memcpy(s->start, s->fft.data, bytes_of(s));
    int steps = 1 + (int)(2 * fabs(t));
    run_steps(s, t / steps, steps);
    for (double difference = INFINITY, before; !(difference <= tolerance / 2);) {
        memcpy(s->coarse, s->fft.data, bytes_of(s));
        memcpy(s->fft.data, s->start, bytes_of(s));
        steps *= 2;
        run_steps(s, t / steps, steps);
        before = difference;
        difference = distance(s);
        /* Below 0.1 halving divides it by about 2^order, down to rounding. */
        if (!(difference <= tolerance / 2) &&
            (steps >= 1 << 20 || (before < 0.1 && difference > before / 2)))
            return kl_fail(err, KL_INPUT,
                           "splitting: the tolerance %.3g cannot be reached in %s precision up to "
                           "t = %.4g: %d steps leave an error of %.2g",
                           tolerance, s->precision == KL_SINGLE ? "single" : "double", t, steps,
                           2 * difference);
    }
    return transfer(s, psi, false, err);
}
