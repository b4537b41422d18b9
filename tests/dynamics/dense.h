/* Small lattices as dense matrices, diagonalised by LAPACK: H is written from
 * its definition here and shares no code with the stencil. Also the steps that
 * every evolution test takes: a problem, states from arrays and back.
 */
#ifndef KL_TESTS_DYNAMICS_DENSE_H
#define KL_TESTS_DYNAMICS_DENSE_H

#include "dynamics/chebyshev.h"
#include "lattice/disorder.h"

#include "lattice/check.h"

#include <complex.h>
#include <lapacke.h>

static const double test_pi = 3.14159265358979323846;

typedef struct problem {
    kl_lattice lattice;
    kl_hamiltonian h;
    float *omega; /* of this rank's slab */
    int64_t n;    /* sites of the whole lattice */
} problem;

static inline problem *problem_create(MPI_Comm comm, int d, int64_t L, kl_distribution distribution,
                                      double eta, uint64_t seed)
{
    problem *p = calloc(1, sizeof *p);
    assert_ok(kl_lattice_create(comm, d, L, &p->lattice, why));
    p->n = L * p->lattice.plane;
    p->omega = calloc((size_t)kl_lattice_local(&p->lattice), sizeof *p->omega);
    kl_disorder disorder = {distribution, seed, 0, 0};
    kl_disorder_fill(&disorder, p->lattice.first * p->lattice.plane, kl_lattice_local(&p->lattice),
                     p->omega);
    p->h = (kl_hamiltonian){.lattice = &p->lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = eta,
                            .omega = p->omega,
                            .blocking = kl_blocking_choose(&p->lattice, KL_DOUBLE, 0)};
    return p;
}

static inline void problem_destroy(problem *p)
{
    free(p->omega);
    free(p);
}

static inline void index_of(const kl_lattice *lattice, int64_t site, int64_t index[3])
{
    index[0] = index[1] = index[2] = 0;
    for (int j = lattice->dimension - 1; j >= 0; j--) {
        index[j] = site % lattice->sites;
        site /= lattice->sites;
    }
}

static inline int64_t site_of(const kl_lattice *lattice, const int64_t index[3])
{
    int64_t site = 0;
    for (int j = 0; j < lattice->dimension; j++)
        site =
            site * lattice->sites + (index[j] % lattice->sites + lattice->sites) % lattice->sites;
    return site;
}

/* Eigenvalues in e[n], ascending; with `u`, eigenvectors in its columns. One rank. */
static inline void diagonalise(const problem *p, double *e, double *u)
{
    const int n = (int)p->n;
    double *a = calloc((size_t)(n * n), sizeof *a);
    for (int64_t x = 0; x < n; x++) {
        a[x * n + x] += p->h.eta * (double)p->omega[x];
        for (int j = 0; j < p->lattice.dimension; j++)
            for (int step = -1; step <= 1; step += 2) {
                int64_t index[3];
                index_of(&p->lattice, x, index);
                index[j] += step;
                a[x * n + site_of(&p->lattice, index)] += p->h.hopping;
            }
    }
    assert_int_equal(LAPACKE_dsyev(LAPACK_ROW_MAJOR, u ? 'V' : 'N', 'U', n, a, n, e), 0);
    if (u)
        memcpy(u, a, (size_t)(n * n) * sizeof *a);
    free(a);
}

/* out = U exp(-i t E) U^T psi */
static inline void exact_evolution(int n, const double *e, const double *u,
                                   const complex double *psi, double t, complex double *out)
{
    for (int i = 0; i < n; i++)
        out[i] = 0;
    for (int k = 0; k < n; k++) {
        complex double c = 0;
        for (int i = 0; i < n; i++)
            c += u[i * n + k] * psi[i];
        c *= cos(t * e[k]) - I * sin(t * e[k]);
        for (int i = 0; i < n; i++)
            out[i] += u[i * n + k] * c;
    }
}

static inline void random_vector(int64_t n, uint64_t seed, complex double *psi)
{
    double norm = 0;
    for (int64_t i = 0; i < n; i++) {
        double re = test_random(&seed);
        psi[i] = re + I * test_random(&seed);
        norm += creal(psi[i] * conj(psi[i]));
    }
    for (int64_t i = 0; i < n; i++)
        psi[i] /= sqrt(norm);
}

/* This rank's part of the whole vector, in and out. */
static inline void set_state(kl_state *s, const complex double *all)
{
    const kl_lattice *lattice = s->lattice;
    for (int64_t i = 0; i < kl_lattice_local(lattice); i++) {
        complex double z = all[lattice->first * lattice->plane + i];
        double re = creal(z), im = cimag(z);
        kl_state_store(s->precision, s->re, kl_lattice_origin(lattice) + i, 1, &re);
        kl_state_store(s->precision, s->im, kl_lattice_origin(lattice) + i, 1, &im);
    }
    s->real = false;
}

static inline void get_state(const kl_state *s, complex double *all)
{
    const kl_lattice *lattice = s->lattice;
    for (int64_t i = 0; i < kl_lattice_local(lattice); i++) {
        double re, im;
        kl_state_load(s->precision, s->re, kl_lattice_origin(lattice) + i, 1, &re);
        kl_state_load(s->precision, s->im, kl_lattice_origin(lattice) + i, 1, &im);
        all[lattice->first * lattice->plane + i] = re + I * im;
    }
}

/* |a - b| in l2 */
static inline double distance(int64_t n, const complex double *a, const complex double *b)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += creal((a[i] - b[i]) * conj(a[i] - b[i]));
    return sqrt(sum);
}

static inline double radius_of(const problem *p, kl_precision precision)
{
    kl_state scratch;
    assert_ok(kl_state_create(&p->lattice, precision, &scratch, why));
    double radius = kl_hamiltonian_radius(&p->h, precision, scratch.re, scratch.im);
    kl_state_destroy(&scratch);
    return radius;
}

/* out[j] (whole vectors, this rank's part) = exp(-i t[j] H) psi, one sweep. */
static inline void chebyshev(const problem *p, kl_precision precision, double tolerance,
                             const complex double *psi, bool real, const double *t, int n,
                             complex double *const *out)
{
    kl_state start, result[8];
    void *scratch = malloc((size_t)kl_lattice_extent(&p->lattice) * sizeof(double));
    memset(scratch, 0xff, (size_t)kl_lattice_extent(&p->lattice) * sizeof(double)); /* NaNs */
    assert_ok(kl_state_create(&p->lattice, precision, &start, why));
    for (int j = 0; j < n; j++) {
        assert_ok(kl_state_create(&p->lattice, precision, &result[j], why));
        memset(result[j].re, 0xff, (size_t)kl_lattice_extent(&p->lattice) * sizeof(float));
    }
    set_state(&start, psi);
    start.real = real;
    kl_chebyshev c = {&p->h, radius_of(p, precision), tolerance};
    assert_ok(kl_chebyshev_evolve(&c, &start, scratch, t, n, result, NULL, why));
    for (int j = 0; j < n; j++) {
        get_state(&result[j], out[j]);
        kl_state_destroy(&result[j]);
    }
    kl_state_destroy(&start);
    free(scratch);
}

static inline void evolve(const problem *p, kl_precision precision, double tolerance,
                          const complex double *psi, double t, complex double *out)
{
    chebyshev(p, precision, tolerance, psi, false, &t, 1, &out);
}

#endif
