#include "lattice/correlated.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const kl_random_field_names[] = {"gaussian", "speckle", NULL};

int64_t kl_correlated_reach(double length)
{
    return (int64_t)ceil(4.6 * length);
}

static int64_t components(const kl_correlation *correlation)
{
    return correlation->field == KL_FIELD_SPECKLE ? 2 : 1;
}

/* g(m) up to a factor. */
static double weight_at(const kl_correlation *correlation, int64_t m)
{
    const double x = (double)m / correlation->length;
    return exp(-x * x);
}

void kl_correlated_covariance(const kl_correlation *correlation, double *covariance)
{
    const int64_t reach = kl_correlated_reach(correlation->length);
    for (int64_t n = 2 * reach; n >= 0; n--) {
        covariance[n] = 0;
        for (int64_t m = n - reach; m <= reach; m++)
            covariance[n] += weight_at(correlation, m) * weight_at(correlation, m - n);
    }
    const double variance = covariance[0];
    for (int64_t n = 0; n <= 2 * reach; n++) {
        covariance[n] /= variance;
        if (correlation->field == KL_FIELD_SPECKLE)
            covariance[n] *= covariance[n];
    }
}

double kl_correlated_bytes(const kl_correlation *correlation, int dimension, int64_t sites)
{
    const double plane = pow((double)sites, dimension - 1);
    const double planes =
        (double)(components(correlation) * (2 * kl_correlated_reach(correlation->length) + 1) + 2);
    return plane * (planes * sizeof(double) + sizeof(float));
}

double kl_correlated_seconds(const kl_correlation *correlation, int dimension)
{
    const double taps = 2 * (double)kl_correlated_reach(correlation->length) + 1;
    return (double)components(correlation) * (14e-9 + 0.4e-9 * taps * dimension);
}

/* One smooth field as its planes come by: ring[q mod taps] has plane q, smoothed along the axes
 * within. */
typedef struct smoothing {
    const kl_lattice *lattice;
    kl_disorder noise;
    uint64_t number; /* of the noise */
    int64_t reach, taps;
    double *weight; /* [taps]: g(-reach..reach) */
    double *ring;   /* [taps][plane] */
    double *row;    /* [L + 2 reach], or a plane: scratch */
    double *plane;  /* one more */
    float *white;   /* one more */
} smoothing;

static kl_status create_smoothing(const kl_disorder *noise, const kl_correlation *correlation,
                                  const kl_lattice *lattice, smoothing *out, kl_error *err)
{
    const int64_t reach = kl_correlated_reach(correlation->length);
    *out = (smoothing){.lattice = lattice, .noise = *noise, .reach = reach, .taps = 2 * reach + 1};
    const size_t plane = (size_t)lattice->plane, taps = (size_t)out->taps;
    KL_TRY(kl_alloc(taps, sizeof(double), "correlated disorder", &out->weight, err));
    KL_TRY(kl_alloc(taps * plane, sizeof(double), "correlated disorder", &out->ring, err));
    KL_TRY(kl_alloc((size_t)(lattice->sites + 2 * reach), sizeof(double), "correlated disorder",
                    &out->row, err));
    KL_TRY(kl_alloc(plane, sizeof(double), "correlated disorder", &out->plane, err));
    KL_TRY(kl_alloc(plane, sizeof(float), "correlated disorder", &out->white, err));
    double squares = 0;
    for (int64_t m = -reach; m <= reach; m++) {
        out->weight[m + reach] = weight_at(correlation, m);
        squares += out->weight[m + reach] * out->weight[m + reach];
    }
    for (int64_t m = 0; m < out->taps; m++)
        out->weight[m] /= sqrt(squares);
    return KL_OK;
}

static void destroy_smoothing(smoothing *s)
{
    free(s->weight);
    free(s->ring);
    free(s->row);
    free(s->plane);
    free(s->white);
}

static int64_t wrap(int64_t i, int64_t n)
{
    return ((i % n) + n) % n;
}

static void add(int64_t n, double weight, const double *restrict from, double *restrict to)
{
    for (int64_t i = 0; i < n; i++)
        to[i] += weight * from[i];
}

/* Along the last axis, in place. */
static void smooth_row(const smoothing *s, double *site)
{
    const int64_t n = s->lattice->sites;
    for (int64_t i = 0; i < n + 2 * s->reach; i++)
        s->row[i] = site[wrap(i - s->reach, n)];
    memset(site, 0, (size_t)n * sizeof *site);
    for (int64_t m = 0; m < s->taps; m++)
        add(n, s->weight[m], s->row + m, site);
}

/* Of three axes along the middle one: plane[L][L] -> out. */
static void smooth_column(const smoothing *s, const double *plane, double *out)
{
    const int64_t n = s->lattice->sites;
    memset(out, 0, (size_t)s->lattice->plane * sizeof *out);
    for (int64_t i = 0; i < n; i++)
        for (int64_t m = 0; m < s->taps; m++)
            add(n, s->weight[m], plane + wrap(i + m - s->reach, n) * n, out + i * n);
}

/* Plane q, of any number, into its place in the ring. */
static void bring(smoothing *s, int64_t q)
{
    const kl_lattice *lattice = s->lattice;
    double *out = s->ring + wrap(q, s->taps) * lattice->plane;
    double *site = lattice->dimension == 3 ? s->plane : out;
    kl_disorder_fill_another(&s->noise, s->number, wrap(q, lattice->sites) * lattice->plane,
                             lattice->plane, s->white);
    for (int64_t i = 0; i < lattice->plane; i++)
        site[i] = (double)s->white[i];
    for (int64_t r = 0; lattice->dimension > 1 && r < kl_lattice_rows(lattice); r++)
        smooth_row(s, site + r * lattice->sites);
    if (lattice->dimension == 3)
        smooth_column(s, site, out);
}

/* The field at plane p, whose neighbours are in the ring, into s->plane. */
static const double *across(smoothing *s, int64_t p)
{
    memset(s->plane, 0, (size_t)s->lattice->plane * sizeof *s->plane);
    for (int64_t m = 0; m < s->taps; m++)
        add(s->lattice->plane, s->weight[m],
            s->ring + wrap(p + m - s->reach, s->taps) * s->lattice->plane, s->plane);
    return s->plane;
}

static void make_plane(smoothing *s, int64_t n, int64_t p, float *omega)
{
    const int64_t size = s->lattice->plane;
    for (int64_t c = 0; c < n; c++)
        bring(&s[c], p + s[c].reach);
    const double *first = across(&s[0], p), *second = n > 1 ? across(&s[1], p) : NULL;
    for (int64_t i = 0; i < size; i++)
        omega[i] =
            (float)(second ? 0.5 * (first[i] * first[i] + second[i] * second[i]) - 1 : first[i]);
}

kl_status kl_correlated_fill(const kl_disorder *disorder, const kl_correlation *correlation,
                             const kl_lattice *lattice, float *omega, kl_error *err)
{
    const int64_t n = components(correlation);
    smoothing s[2] = {{0}};
    kl_status status = KL_OK;
    for (int64_t c = 0; status == KL_OK && c < n; c++) {
        kl_disorder noise = *disorder;
        noise.distribution = KL_GAUSSIAN;
        status = create_smoothing(&noise, correlation, lattice, &s[c], err);
        s[c].number = (uint64_t)c;
        for (int64_t q = -s[c].reach; status == KL_OK && q < s[c].reach; q++)
            bring(&s[c], lattice->first + q);
    }
    for (int64_t p = 0; status == KL_OK && p < lattice->count; p++)
        make_plane(s, n, lattice->first + p, omega + p * lattice->plane);
    for (int64_t c = 0; c < n; c++)
        destroy_smoothing(&s[c]);
    return status;
}
