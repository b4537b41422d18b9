#include "dynamics/interior.h"

#include "base/clones.h"
#include "base/lanes.h"
#include "base/memory.h"
#include "dynamics/orthonormal.h"
#include "dynamics/symmetric.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE = 8, ROUNDS = 8, STAGES = 5 };
static const double sharpness = 1.5, reach = 8.5; /* exp(-reach^2/2) = 2e-16 */

int64_t kl_interior_vectors(int64_t sites, int wanted)
{
    const int64_t vectors = 3 * (int64_t)wanted + SPARE;
    return vectors < sites ? vectors : sites;
}

static int degree_of(double radius, double width)
{
    return (int)ceil(reach * radius / width) / 4 * 4 + 3;
}

/* s of the filter. */
static double width_of(int wanted, double density)
{
    return wanted / (2 * density * sharpness);
}

double kl_interior_seconds(int64_t sites, int wanted, double radius, double density)
{
    const double m = (double)kl_interior_vectors(sites, wanted), n = (double)sites;
    return 4 * m * (n * degree_of(radius, width_of(wanted, density)) * 1e-9 + n * m * 4e-10) +
           4e-8 * m * m * m;
}

kl_status kl_interior_create(const kl_lattice *lattice, int wanted, kl_interior *out, kl_error *err)
{
    const int64_t sites = kl_lattice_local(lattice), m = kl_interior_vectors(sites, wanted);
    *out = (kl_interior){.wanted = wanted,
                         .vectors = (int)m,
                         .columns = (m + KL_PANEL - 1) / KL_PANEL * KL_PANEL,
                         .length = (sites + KL_LANES - 1) / KL_LANES * KL_LANES};
    const size_t all = (size_t)(out->columns * out->length), square = (size_t)((m + 3) * m);
    KL_TRY(kl_alloc(all, sizeof *out->vector, "states", &out->vector, err));
    KL_TRY(kl_alloc(all, sizeof *out->image, "states", &out->image, err));
    KL_TRY(kl_alloc(all, sizeof *out->mixed, "states", &out->mixed, err));
    KL_TRY(kl_alloc((size_t)out->columns, sizeof *out->energy, "states", &out->energy, err));
    KL_TRY(kl_alloc((size_t)out->columns, sizeof *out->residual, "states", &out->residual, err));
    KL_TRY(kl_alloc(square, sizeof *out->small, "states", &out->small, err));
    KL_TRY(kl_alloc(square, sizeof *out->turn, "states", &out->turn, err));
    for (int i = 0; i < 3; i++)
        KL_TRY(kl_lattice_array(lattice, sizeof(double), i, &out->array[i], err));
    return KL_OK;
}

void kl_interior_destroy(kl_interior *s)
{
    free(s->vector);
    free(s->image);
    free(s->mixed);
    free(s->energy);
    free(s->residual);
    free(s->small);
    free(s->turn);
    for (int i = 0; i < 3; i++)
        kl_lattice_array_free(s->array[i]);
    *s = (kl_interior){0};
}

/* ---- a Chebyshev series of H on a vector ---- */

typedef struct series {
    double factor, eta;        /* of H/R */
    int degree;                /* 3 mod 4 */
    const double *coefficient; /* [degree + 1] */
} series;

/* Two terms of one parity are added per visit, as in dynamics/chebyshev.c. */
static void series_step(const void *context, int k, kl_stencil_step *step)
{
    const series *s = context;
    const double factor = (k == 1 ? 1 : 2) * s->factor;
    *step = (kl_stencil_step){.hop = factor, .potential = factor * s->eta, .subtract = k > 1};
    if (k % 4 < 2)
        return;
    step->outputs = 1;
    step->acc = 2;
    step->c0 = s->coefficient + k - 2;
    step->c1 = s->coefficient + k;
}

/* to = sum_k c_k T_k(H/R) from, columns of the span. */
static void apply(kl_interior *s, const kl_hamiltonian *h, const series *what, const double *from,
                  double *to)
{
    const kl_lattice *lattice = h->lattice;
    const int64_t origin = kl_lattice_origin(lattice), n = kl_lattice_local(lattice);
    void *array[3] = {s->array[0], s->array[1], s->array[2]};
    const kl_recurrence r = kl_hamiltonian_recurrence(h, KL_DOUBLE, array, 3, false);
    memcpy(s->array[0] + origin, from, (size_t)n * sizeof *from);
    memset(s->array[2] + origin, 0, (size_t)n * sizeof *from);
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, what->degree, series_step, what);
    kl_recurrence_end(&r);
    memcpy(to, s->array[2] + origin, (size_t)n * sizeof *to);
}

/* c_k of exp(-(R x - E)^2/(2 s^2)), by the midpoint rule in the angle. */
static kl_status gaussian(double radius, double energy, double width, int degree, double *c,
                          kl_error *err)
{
    const int n = 2 * degree;
    double *cosine;
    KL_TRY(kl_alloc(4 * (size_t)n, sizeof *cosine, "filter", &cosine, err));
    for (int i = 0; i < 4 * n; i++)
        cosine[i] = cos(M_PI * i / (2 * n));
    memset(c, 0, ((size_t)degree + 1) * sizeof *c);
    for (int j = 0; j < n; j++) {
        const double away = (radius * cosine[2 * j + 1] - energy) / width;
        const double f = exp(-0.5 * away * away);
        for (int k = 0; f > 1e-18 && k <= degree; k++)
            c[k] += (k ? 2 : 1) * f * cosine[(int64_t)k * (2 * j + 1) % (4 * n)] / n;
    }
    free(cosine);
    return KL_OK;
}

/* ---- Rayleigh and Ritz ---- */

KL_CLONES static void add_multiple(int64_t n, double factor, const double *restrict a,
                                   double *restrict b)
{
    for (int64_t i = 0; i < n; i++)
        b[i] += factor * a[i];
}

/* Columns times the eigenvectors. */
static void turn(const kl_interior *s, const double *from, double *to)
{
    const int m = s->vectors;
    memset(to, 0, (size_t)(s->columns * s->length) * sizeof *to);
    for (int k = 0; k < m; k++)
        for (int j = 0; j < m; j++)
            add_multiple(s->length, s->turn[k * m + j], from + j * s->length, to + k * s->length);
}

static void swap(double **a, double **b)
{
    double *const c = *a;
    *a = *b;
    *b = c;
}

/* The vectors of least |(H - E) x| first. By |theta - E| alone mixtures of states on both sides of
 * E, as there are at the end of the span, would come in between. */
static void sort(kl_interior *s, double energy)
{
    const int m = s->vectors;
    double *away = s->small;
    int *rank = (int *)s->turn; /* both are done with */
    for (int k = 0; k < m; k++) {
        int i = k;
        away[k] = hypot(s->energy[k] - energy, s->residual[k]);
        for (; i > 0 && away[rank[i - 1]] > away[k]; i--)
            rank[i] = rank[i - 1];
        rank[i] = k;
    }
    double *energies = s->small + m, *residuals = s->small + 2 * m;
    memset(s->mixed, 0, (size_t)(s->columns * s->length) * sizeof *s->mixed);
    for (int k = 0; k < m; k++) {
        memcpy(s->mixed + k * s->length, s->vector + rank[k] * s->length,
               (size_t)s->length * sizeof *s->mixed);
        energies[k] = s->energy[rank[k]];
        residuals[k] = s->residual[rank[k]];
    }
    swap(&s->vector, &s->mixed);
    memcpy(s->energy, energies, (size_t)m * sizeof *energies);
    memcpy(s->residual, residuals, (size_t)m * sizeof *residuals);
}

static void ritz(kl_interior *s, const kl_hamiltonian *h, double radius)
{
    const int m = s->vectors;
    const double once[4] = {0, radius, 0, 0};
    const series times_h = {1 / radius, h->eta, 3, once};
    for (int k = 0; k < m; k++)
        apply(s, h, &times_h, s->vector + k * s->length, s->image + k * s->length);
    for (int k = 0; k < m; k++)
        for (int j = 0; j <= k; j++)
            s->small[k * m + j] = s->small[j * m + k] =
                kl_row_dot(s->length, s->vector + j * s->length, s->image + k * s->length);
    kl_symmetric_eigen(m, s->small, s->turn);
    for (int k = 0; k < m; k++)
        s->energy[k] = s->small[k * m + k];
    turn(s, s->vector, s->mixed);
    swap(&s->vector, &s->mixed);
    turn(s, s->image, s->mixed);
    swap(&s->image, &s->mixed);
    for (int k = 0; k < m; k++) {
        double *image = s->image + k * s->length;
        add_multiple(s->length, -s->energy[k], s->vector + k * s->length, image);
        s->residual[k] = sqrt(kl_row_dot(s->length, image, image));
    }
}

static bool all_small(const kl_interior *s, double tolerance)
{
    bool small = true;
    for (int k = 0; k < s->wanted && k < s->vectors; k++)
        small = small && s->residual[k] <= tolerance;
    return small;
}

static bool iterate(kl_interior *s, const kl_hamiltonian *h, const series *filter, double radius,
                    double energy, double tolerance)
{
    bool converged = false;
    for (int round = 0; !converged && round < ROUNDS; round++) {
        for (int k = 0; k < s->vectors && s->vectors < kl_lattice_local(h->lattice); k++)
            apply(s, h, filter, s->vector + k * s->length, s->vector + k * s->length);
        for (int pass = 0; pass < 2; pass++) /* one loses what the condition is worth */
            kl_orthonormalise(s->vector, s->columns, s->length, s->residual);
        ritz(s, h, radius);
        sort(s, energy);
        converged = all_small(s, tolerance);
    }
    return converged;
}

/* A few rounds with a filter of width s. */
static kl_status stage(kl_interior *s, const kl_hamiltonian *h, double width, double radius,
                       double energy, double tolerance, bool *converged, kl_error *err)
{
    const int degree = degree_of(radius, width);
    double *c;
    KL_TRY(kl_alloc((size_t)degree + 1, sizeof *c, "filter", &c, err));
    const kl_status status = gaussian(radius, energy, width, degree, c, err);
    const series filter = {1 / radius, h->eta, degree, c};
    if (status == KL_OK)
        *converged = iterate(s, h, &filter, radius, energy, tolerance);
    free(c);
    return status;
}

/* Where there are fewer states than was thought the filter is too narrow to tell them apart from
 * what is far away, so it widens. */
kl_status kl_interior_solve(kl_interior *s, const kl_hamiltonian *h, double radius, double energy,
                            double density, double tolerance, bool *converged, kl_error *err)
{
    double width = width_of(s->wanted, density);
    *converged = false;
    for (int i = 0; !*converged && i < STAGES; i++, width *= 2)
        KL_TRY(stage(s, h, width, radius, energy, tolerance, converged, err));
    return KL_OK;
}
