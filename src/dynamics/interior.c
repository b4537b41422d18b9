#include "dynamics/interior.h"

#include "base/lanes.h"
#include "base/memory.h"
#include "dynamics/orthonormal.h"
#include "dynamics/spans.h"
#include "dynamics/symmetric.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE = 8, ROUNDS = 24, NARROWEST = 8 };
enum {
    SPREAD = 9 * KL_LANES
}; /* columns of 2^n numbers would all lie in the same part of a cache */
static const double reach = 2;   /* of the window, over the half width that holds the states */
static const double gain = 1e7;  /* of the wanted states over those outside, in a round */
static const double slow = 0.03; /* of a round: what it leaves of the residuals */

int64_t kl_interior_vectors(int64_t sites, int wanted)
{
    const int64_t vectors = 2 * (int64_t)wanted + SPARE;
    return vectors < sites ? vectors : sites;
}

static double half_width(int wanted, double density)
{
    return wanted / (2 * density);
}

static int degree_of(double radius, double energy, double width)
{
    return kl_energy_filter_degree(radius, energy, width, reach * width, gain);
}

double kl_interior_seconds(int64_t sites, int wanted, double radius, double energy, double density)
{
    const double m = (double)kl_interior_vectors(sites, wanted), n = (double)sites;
    const double degree = degree_of(radius, energy, half_width(wanted, density));
    return 2 * m * (n * degree * 1e-9 + n * m * 8e-10) + 4e-9 * m * m * m;
}

double kl_interior_bytes(int64_t sites, int wanted, double radius, double energy, double density)
{
    const double m = (double)kl_interior_vectors(sites, wanted), n = (double)sites;
    const double degree = degree_of(radius, energy, half_width(wanted, density) / NARROWEST);
    return 8 * (3 * (n + 2 * SPREAD) * (m + KL_PANEL) + 2 * (m + 3) * m + 3 * n + 5 * degree);
}

kl_status kl_interior_create(const kl_lattice *lattice, int wanted, kl_interior *out, kl_error *err)
{
    const int64_t sites = kl_lattice_local(lattice), m = kl_interior_vectors(sites, wanted);
    *out = (kl_interior){.wanted = wanted,
                         .vectors = (int)m,
                         .columns = (m + KL_PANEL - 1) / KL_PANEL * KL_PANEL,
                         .length = (sites + KL_LANES - 1) / KL_LANES * KL_LANES + SPREAD};
    const size_t all = (size_t)(out->columns * out->length), square = (size_t)((m + 3) * m);
    KL_TRY(kl_alloc(all, sizeof *out->vector, "states", &out->vector, err));
    KL_TRY(kl_alloc(all, sizeof *out->image, "states", &out->image, err));
    KL_TRY(kl_alloc(all, sizeof *out->mixed, "states", &out->mixed, err));
    KL_TRY(kl_alloc((size_t)out->columns, sizeof *out->energy, "states", &out->energy, err));
    KL_TRY(kl_alloc((size_t)out->columns, sizeof *out->residual, "states", &out->residual, err));
    KL_TRY(kl_alloc(square, sizeof *out->small, "states", &out->small, err));
    KL_TRY(kl_alloc(square, sizeof *out->turn, "states", &out->turn, err));
    KL_TRY(kl_alloc((size_t)m, sizeof *out->done, "states", &out->done, err));
    for (int i = 0; i < 3; i++)
        KL_TRY(kl_lattice_array(lattice, sizeof(double), i, &out->array[i], err));
    return KL_OK;
}

static void free_filter(kl_interior *s)
{
    free(s->filter.coefficient);
    free(s->work);
    s->filter.coefficient = s->work = NULL;
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
    free(s->done);
    for (int i = 0; i < 3; i++)
        kl_lattice_array_free(s->array[i]);
    free_filter(s);
    *s = (kl_interior){0};
}

/* ---- Rayleigh and Ritz ---- */

static void swap(double **a, double **b)
{
    double *const c = *a;
    *a = *b;
    *b = c;
}

/* The vectors of least |(H - E) x| first. By |theta - E| alone mixtures of states on both sides of
 * E, as there are at the end of the span, would come in between. */
static void sort(kl_interior *s)
{
    const int m = s->vectors;
    double *away = s->small;
    int *rank = (int *)s->turn; /* both are done with */
    for (int k = 0; k < m; k++) {
        int i = k;
        away[k] = hypot(s->energy[k] - s->centre, s->residual[k]);
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

/* H on all vectors. */
static void apply_h(kl_interior *s, const kl_hamiltonian *h)
{
    double once[4] = {0, s->filter.radius, 0, 0};
    const kl_energy_filter times_h = {s->filter.radius, 3, once};
    for (int k = 0; k < s->vectors; k++)
        kl_energy_filter_apply(&times_h, h, s->array, s->vector + k * s->length,
                               s->image + k * s->length);
}

static void ritz(kl_interior *s, const kl_hamiltonian *h)
{
    const int m = s->vectors;
    apply_h(s, h);
    kl_spans_product(m, s->length, s->vector, s->image, s->small);
    kl_symmetric_eigen(m, s->small, s->energy, s->turn, s->small + (int64_t)m * m);
    kl_spans_combine(m, s->columns, s->length, s->turn, s->vector, s->mixed);
    swap(&s->vector, &s->mixed);
    apply_h(s, h); /* costs less than to turn the images, too */
    for (int k = 0; k < m; k++) {
        double *image = s->image + k * s->length;
        kl_spans_add(s->length, -s->energy[k], s->vector + k * s->length, image);
        s->residual[k] = sqrt(kl_row_dot(s->length, image, image));
    }
}

/* ---- rounds ---- */

/* Of the wanted states. */
static double worst(const kl_interior *s)
{
    double residual = 0;
    for (int k = 0; k < s->wanted && k < s->vectors; k++)
        residual = fmax(residual, s->residual[k]);
    return residual;
}

static void make_filter(kl_interior *s)
{
    s->filter.degree = degree_of(s->filter.radius, s->centre, s->width);
    kl_energy_filter_window(&s->filter, s->centre, s->width, reach * s->width, s->work);
}

kl_status kl_interior_begin(kl_interior *s, double radius, double energy, double density,
                            double tolerance, kl_error *err)
{
    const double inside = 0.999 * radius;
    free_filter(s);
    s->filter.radius = radius;
    s->centre = fmax(-inside, fmin(inside, energy));
    s->width = s->first_width = half_width(s->wanted, density);
    s->tolerance = tolerance;
    s->steps = s->round = 0;
    memset(s->done, 0, (size_t)s->vectors * sizeof *s->done);
    s->worst = HUGE_VAL;
    s->converged = false;
    const size_t terms = 1 + (size_t)degree_of(radius, s->centre, s->width / NARROWEST);
    KL_TRY(kl_alloc(terms, sizeof *s->filter.coefficient, "filter", &s->filter.coefficient, err));
    KL_TRY(kl_alloc(4 * terms, sizeof *s->work, "filter", &s->work, err));
    make_filter(s);
    return KL_OK;
}

/* Where there are fewer states than was thought the window is too narrow to tell them apart from
 * what is far away, so it widens; where all of the span is inside, too wide. False: no other is
 * left to try. */
static bool adapt(kl_interior *s)
{
    const int last = s->vectors - 1;
    const double away = hypot(s->energy[last] - s->centre, s->residual[last]);
    const double width = away > reach * s->width ? 2 * s->width : s->width / 2;
    if (width < 0.9 * s->first_width / NARROWEST || width > s->filter.radius)
        return false;
    s->width = width;
    make_filter(s);
    return true;
}

static int next_vector(const kl_interior *s, int first, int last)
{
    while (first < last && s->done[first])
        first++;
    return first;
}

bool kl_interior_filter(kl_interior *s, const kl_hamiltonian *h, int first, int last)
{
    const int64_t sites = kl_lattice_local(h->lattice);
    const int most = 4 * (1 + (int)(2e8 / (double)sites)); /* half a second */
    const int next = next_vector(s, first, last);
    if (next == last || s->vectors == sites)
        return false;
    double *vector = s->vector + next * s->length;
    if (s->steps == 0)
        kl_energy_filter_begin(h, s->array, vector);
    s->steps = kl_energy_filter_steps(&s->filter, h, s->array, s->steps, most);
    if (s->steps < s->filter.degree)
        return true;
    kl_energy_filter_end(h, s->array, vector);
    s->done[next] = true;
    s->steps = 0;
    return next_vector(s, next, last) < last;
}

bool kl_interior_end_round(kl_interior *s, const kl_hamiltonian *h)
{
    for (int pass = 0; pass < 2; pass++) /* one loses what the condition is worth */
        kl_orthonormalise(s->vector, s->columns, s->length, s->residual);
    ritz(s, h);
    sort(s);
    const double before = s->worst;
    s->worst = worst(s);
    s->converged = s->worst <= fmax(s->tolerance * s->width, 64 * DBL_EPSILON * s->filter.radius);
    s->round++;
    if (!s->converged && s->worst > slow * before && !adapt(s))
        s->round = ROUNDS;
    memset(s->done, 0, (size_t)s->vectors * sizeof *s->done);
    return s->converged || s->round == ROUNDS;
}

/* ---- the state ---- */

typedef struct progress { /* behind a vector */
    double width, worst;
    int64_t round, done;
} progress;

size_t kl_interior_piece(const kl_interior *s)
{
    return (size_t)s->length * sizeof(double) + sizeof(progress);
}

size_t kl_interior_progress(void)
{
    return sizeof(progress);
}

void kl_interior_pack(const kl_interior *s, int vector, void *bytes)
{
    const size_t size = (size_t)s->length * sizeof(double);
    const progress now = {s->width, s->worst, s->round, s->done[vector]};
    memcpy(bytes, s->vector + vector * s->length, size);
    memcpy((char *)bytes + size, &now, sizeof now);
}

void kl_interior_unpack(kl_interior *s, int vector, const void *bytes)
{
    const size_t size = (size_t)s->length * sizeof(double);
    progress then;
    memcpy(s->vector + vector * s->length, bytes, size);
    memcpy(&then, (const char *)bytes + size, sizeof then);
    s->width = then.width;
    s->worst = then.worst;
    s->round = (int)then.round;
    s->done[vector] = then.done != 0;
    s->steps = 0;
}

void kl_interior_restored(kl_interior *s)
{
    make_filter(s);
}
