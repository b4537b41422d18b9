#include "graphs/crossing.h"

#include "base/memory.h"

#include <fftw3-mpi.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A transform of one array: line by line along each axis in turn, and so to the same bits on any
 * number of ranks. Axes 0 and 1 stay exchanged, which saves half of the messages and changes
 * nothing, as all that is transformed is symmetric in the axes. */
typedef struct cube {
    fftw_plan last;     /* d = 3: along axis 2 */
    fftw_plan first;    /* along axis 1, or 0 in its place; NULL where there are no planes */
    fftw_plan exchange; /* of axes 0 and 1 over the ranks; NULL in d = 1 */
} cube;

/* Two arrays of a slab of planes each. */
typedef struct slab {
    MPI_Comm comm;
    int dimension, sites, n; /* n = L/2 + 1 points on each axis */
    ptrdiff_t first, count;  /* planes */
    size_t plane;            /* n^(d-1) */
    double *r, *product;     /* [count][plane]; the latter NULL if one array will do */
    cube of_r, of_product;
    double held; /* r of this energy is in r, in position; NAN: none */
    double norm; /* r(0) of it */
} slab;

static bool is_first(const double energy[3], int i)
{
    for (int j = 0; j < i; j++)
        if (fabs(energy[j]) == fabs(energy[i]))
            return false;
    return true;
}

static int multiplicity(const double energy[3], double of)
{
    return (fabs(energy[0]) == of) + (fabs(energy[1]) == of) + (fabs(energy[2]) == of);
}

/* A single energy is cubed in place, unless its r is wanted again. */
static bool one_array_will_do(const kl_crossing_problem *p)
{
    for (int t = 0; t < p->ntriples; t++) {
        if (multiplicity(p->energy[t], fabs(p->energy[t][0])) < 3)
            return false;
        for (int s = 0; s < t; s++)
            if (fabs(p->energy[s][0]) == fabs(p->energy[t][0]))
                return false;
    }
    return true;
}

double kl_crossing_bytes(const kl_crossing_problem *problem, int ranks)
{
    const double n = problem->sites / 2 + 1, arrays = one_array_will_do(problem) ? 1 : 2;
    const double planes = problem->dimension > 1 ? ceil(n / ranks) : n;
    return sizeof(double) * planes * pow(n, problem->dimension - 1) *
           (arrays + (ranks > 1 ? 1 : 0));
}

static bool make_plans(const slab *s, double *data, cube *out)
{
    static const fftw_r2r_kind kind[1] = {FFTW_REDFT00};
    const ptrdiff_t n = s->n, plane = (ptrdiff_t)s->plane, row = s->dimension == 3 ? n : 1;
    const fftw_iodim64 along_row = {n, 1, 1}, along_first = {n, row, row};
    const fftw_iodim64 rows[2] = {{s->count, plane, plane}, {n, n, n}};
    const fftw_iodim64 columns[2] = {{s->dimension > 1 ? s->count : 1, plane, plane}, {row, 1, 1}};
    bool made = true;
    if (s->count > 0) {
        out->first =
            fftw_plan_guru64_r2r(1, &along_first, 2, columns, data, data, kind, FFTW_ESTIMATE);
        made = out->first != NULL;
    }
    if (s->count > 0 && s->dimension == 3) {
        out->last = fftw_plan_guru64_r2r(1, &along_row, 2, rows, data, data, kind, FFTW_ESTIMATE);
        made = made && out->last;
    }
    if (s->dimension == 1)
        return made;
    out->exchange =
        fftw_mpi_plan_many_transpose(n, n, row, FFTW_MPI_DEFAULT_BLOCK, FFTW_MPI_DEFAULT_BLOCK,
                                     data, data, s->comm, FFTW_ESTIMATE);
    return made && out->exchange;
}

static void free_plans(cube *c)
{
    const fftw_plan plans[] = {c->last, c->first, c->exchange};
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        if (plans[i])
            fftw_destroy_plan(plans[i]);
}

static kl_status slab_create(MPI_Comm comm, const kl_crossing_problem *p, slab *s, kl_error *err)
{
    const ptrdiff_t n[3] = {p->sites / 2 + 1, p->sites / 2 + 1, p->sites / 2 + 1};
    ptrdiff_t need = n[0], count_out, first_out;
    int rank;
    *s = (slab){.comm = comm,
                .dimension = p->dimension,
                .sites = p->sites,
                .n = (int)n[0],
                .plane = 1,
                .held = NAN};
    MPI_Comm_rank(comm, &rank);
    for (int j = 1; j < p->dimension; j++)
        s->plane *= (size_t)s->n;
    s->count = rank == 0 ? n[0] : 0; /* d = 1: FFTW has no distributed transform */
    if (p->dimension > 1) {
        fftw_mpi_init();
        need = fftw_mpi_local_size_many_transposed(p->dimension, n, 1, FFTW_MPI_DEFAULT_BLOCK,
                                                   FFTW_MPI_DEFAULT_BLOCK, comm, &s->count,
                                                   &s->first, &count_out, &first_out);
    }
    kl_status status = kl_alloc((size_t)need, sizeof(double), "crossing integral", &s->r, err);
    if (status == KL_OK && !one_array_will_do(p))
        status = kl_alloc((size_t)need, sizeof(double), "crossing integral", &s->product, err);
    KL_TRY(kl_agree(comm, status, err));
    if (!make_plans(s, s->r, &s->of_r) ||
        (s->product && !make_plans(s, s->product, &s->of_product)))
        status =
            kl_fail(err, KL_ENVIRONMENT, "FFTW made no plan for %d^%d points", s->n, s->dimension);
    return kl_agree(comm, status, err);
}

static void slab_destroy(slab *s)
{
    free_plans(&s->of_r);
    free_plans(&s->of_product);
    free(s->r);
    free(s->product);
}

static void execute(fftw_plan plan)
{
    if (plan)
        fftw_execute(plan);
}

static void transform(const cube *c)
{
    execute(c->last);
    execute(c->first);
    if (c->exchange) {
        fftw_execute(c->exchange);
        execute(c->first);
    }
}

/* r of the energy, in position, and its norm. */
static void make_r(slab *s, double energy, double eps)
{
    const int n = s->n, d = s->dimension;
    const double scale = pow(s->sites, -d);
    for (ptrdiff_t i = 0; i < s->count; i++)
        for (size_t at = 0; at<s->plane; at += d> 1 ? (size_t)n : 1) {
            double *row = s->r + (size_t)i * s->plane + at;
            double e = 2 * cos(2 * M_PI * (double)(s->first + i) / s->sites) - energy;
            if (d == 3)
                e += 2 * cos(2 * M_PI * (double)(at / (size_t)n) / s->sites);
            if (d == 1)
                *row = scale / sqrt(e * e + eps * eps);
            for (int k = 0; k < n && d > 1; k++) {
                const double here = e + 2 * cos(2 * M_PI * k / s->sites);
                row[k] = scale / sqrt(here * here + eps * eps);
            }
        }
    transform(&s->of_r);
    s->norm = s->first == 0 && s->count > 0 ? s->r[0] : 0;
    MPI_Bcast(&s->norm, 1, MPI_DOUBLE, 0, s->comm);
    s->held = energy;
}

/* product r^power, or r^power alone. */
static void multiply(slab *s, int power, bool alone)
{
    double *product = s->product ? s->product : s->r;
    for (size_t i = 0; i < (size_t)s->count * s->plane; i++) {
        const double r = s->r[i], powers = power == 3 ? r * r * r : power == 2 ? r * r : r;
        product[i] = alone ? powers : product[i] * powers;
    }
    if (!s->product)
        s->held = NAN;
}

/* Each factor by its energy's modulus, that which is held first. */
static void make_product(slab *s, const double energy[3], double eps, kl_crossing *out)
{
    bool alone = true;
    for (int pass = 0; pass < 2; pass++) {
        const double held = s->held;
        for (int i = 0; i < 3; i++) {
            const double e = fabs(energy[i]);
            if (!is_first(energy, i) || (pass == 0 ? e != held : !isnan(out->norm[i])))
                continue;
            if (e != s->held)
                make_r(s, e, eps);
            for (int j = 0; j < 3; j++)
                if (fabs(energy[j]) == e)
                    out->norm[j] = s->norm;
            multiply(s, multiplicity(energy, e), alone);
            alone = false;
        }
    }
}

/* The sign (-1)^(x_1+..+x_d) of an odd number of negative energies. */
static void turn_signs(slab *s, const double energy[3])
{
    double *product = s->product ? s->product : s->r;
    const size_t n = (size_t)s->n;
    if (((energy[0] < 0) + (energy[1] < 0) + (energy[2] < 0)) % 2 == 0)
        return;
    for (size_t i = 0; i < (size_t)s->count; i++)
        for (size_t at = 0; at < s->plane; at++) {
            const size_t sum = (size_t)s->first + i + at / n + at % n; /* d = 1, 2: at < n */
            product[i * s->plane + at] *= sum % 2 ? -1 : 1;
        }
}

/* cos(2 pi u x), with the images of x. */
static void cosines(const slab *s, double u, double *out)
{
    for (int x = 0; x < s->n; x++)
        out[x] = (x == 0 || 2 * x == s->sites ? 1 : 2) * cos(2 * M_PI * u * x);
}

/* I(u) by its sum over x, over the planes in order. table: [4][n]. */
static double value_at(const slab *s, const double u[3], double *table)
{
    const double *product = s->product ? s->product : s->r;
    const size_t n = (size_t)s->n, rows = s->dimension == 3 ? n : 1,
                 length = s->dimension > 1 ? n : 1;
    double sum = 0, *planes = table + 3 * n;
    memset(planes, 0, n * sizeof *planes);
    for (int j = 0; j < 3; j++)
        cosines(s, u[j], table + (size_t)j * n);
    const double *middle = table + n, *last = s->dimension == 3 ? table + 2 * n : table + n;
    for (size_t i = 0; i < (size_t)s->count; i++) {
        double of_plane = 0;
        for (size_t j = 0; j < rows; j++) {
            const double *row = product + i * s->plane + j * n;
            double of_row = 0;
            for (size_t k = 0; k < length; k++)
                of_row += row[k] * (s->dimension > 1 ? last[k] : 1);
            of_plane += of_row * (s->dimension == 3 ? middle[j] : 1);
        }
        planes[(size_t)s->first + i] = of_plane * table[(size_t)s->first + i];
    }
    MPI_Allreduce(MPI_IN_PLACE, planes, (int)n, MPI_DOUBLE, MPI_SUM, s->comm);
    for (size_t i = 0; i < n; i++)
        sum += planes[i];
    return sum;
}

typedef struct peak {
    double value;
    int64_t at; /* the first point, in index order, that reaches `least` */
} peak;

/* Over the points with indices ascending: the others are their images. */
static peak search(const slab *s, const double *values, double least)
{
    const int64_t n = s->n, d = s->dimension;
    peak p = {-INFINITY, INT64_MAX};
    for (int64_t i = s->first; i < s->first + s->count; i++)
        for (int64_t j = d == 3 ? i : 0; j < (d == 3 ? n : 1); j++) {
            const double *row = values + (size_t)(i - s->first) * s->plane + (size_t)(j * n);
            for (int64_t k = d == 3 ? j : d == 2 ? i : 0; k < (d > 1 ? n : 1); k++) {
                const int64_t at = (i * (d == 3 ? n : 1) + j) * (d > 1 ? n : 1) + k;
                p.value = fmax(p.value, row[k]);
                if (row[k] >= least && at < p.at)
                    p.at = at;
            }
        }
    return p;
}

static void find_sup(const slab *s, kl_crossing *out)
{
    const double *values = s->product ? s->product : s->r;
    peak mine = search(s, values, INFINITY);
    int64_t at;
    MPI_Allreduce(&mine.value, &out->sup, 1, MPI_DOUBLE, MPI_MAX, s->comm);
    mine = search(s, values, out->sup * (1 - 1e-12));
    MPI_Allreduce(&mine.at, &at, 1, MPI_INT64_T, MPI_MIN, s->comm);
    for (int j = s->dimension - 1; j >= 0; j--) {
        out->argmax[j] = (double)(at % s->n) / s->sites;
        at /= s->n;
    }
}

static void solve_triple(slab *s, const kl_crossing_problem *p, int triple, double *table,
                         kl_crossing *out, double *at)
{
    *out = (kl_crossing){.norm = {NAN, NAN, NAN}};
    make_product(s, p->energy[triple], p->eps, out);
    turn_signs(s, p->energy[triple]);
    for (int k = 0; k < p->nmomenta; k++)
        at[k] = value_at(s, p->momentum[k], table);
    transform(s->product ? &s->of_product : &s->of_r);
    find_sup(s, out);
    out->gain = out->sup * p->eps / (out->norm[0] * out->norm[1]);
}

/* The next triple: one that has the held energy if there is one. */
static int next_triple(const slab *s, const kl_crossing_problem *p, const bool *done)
{
    int next = -1;
    for (int t = p->ntriples - 1; t >= 0; t--)
        if (!done[t] && (next < 0 || multiplicity(p->energy[t], s->held) > 0 ||
                         multiplicity(p->energy[next], s->held) == 0))
            next = t;
    return next;
}

static kl_status check(const kl_crossing_problem *p, kl_error *err)
{
    if (p->dimension < 1 || p->dimension > 3)
        return kl_fail(err, KL_INPUT, "crossing: dimension %d: must be 1, 2 or 3", p->dimension);
    if (p->sites < 2 || p->sites % 2)
        return kl_fail(err, KL_INPUT, "crossing: %d sites: must be even", p->sites);
    if (!(p->eps > 0 && isfinite(p->eps)))
        return kl_fail(err, KL_INPUT, "crossing: eps %g: must be above 0", p->eps);
    return KL_OK;
}

kl_status kl_crossing_solve(MPI_Comm comm, const kl_crossing_problem *problem,
                            kl_crossing *crossing, double *at, kl_error *err)
{
    slab s = {0};
    double *table = NULL;
    bool *done = NULL;
    KL_TRY(check(problem, err));
    const size_t ntriples = (size_t)problem->ntriples;
    kl_status status =
        kl_alloc(4 * (size_t)(problem->sites / 2 + 1), sizeof *table, "cosines", &table, err);
    if (status == KL_OK)
        status = kl_alloc(ntriples, sizeof *done, "triples", &done, err);
    KL_GOTO(kl_agree(comm, status, err));
    KL_GOTO(slab_create(comm, problem, &s, err));
    for (int i = 0; i < problem->ntriples; i++) {
        const int t = next_triple(&s, problem, done);
        done[t] = true;
        solve_triple(&s, problem, t, table, &crossing[t],
                     at + (size_t)t * (size_t)problem->nmomenta);
    }
done:
    slab_destroy(&s);
    free(table);
    free(done);
    return status;
}
