#include "kinetic/scattering.h"

#include "base/lanes.h"
#include "base/memory.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Cholesky's remainders are not known better. */
static const double ROUNDING = 1e-14;

/* One column of K: the factors of the axes as series in the angle of the other argument. */
typedef struct column {
    int dimension, reach, part; /* of the parities */
    double *term[3];            /* [reach + 1] */
} column;

static bool odd(int part, int axis)
{
    return part >> axis & 1;
}

static kl_status column_create(const kl_kinetic_problem *problem, column *c, kl_error *err)
{
    *c = (column){.dimension = problem->dimension, .reach = problem->reach};
    for (int j = 0; j < c->dimension; j++)
        KL_TRY(kl_alloc((size_t)c->reach + 1, sizeof(double), "collisions", &c->term[j], err));
    return KL_OK;
}

static void column_destroy(column *c)
{
    for (int j = 0; j < 3; j++)
        free(c->term[j]);
}

/* [S_1(a - b) +- S_1(a + b)]/2 is a sum of c_n cos na cos nb, or of sines: b at exp(ib) = z. */
static void column_at(const kl_kinetic_problem *problem, int part, const double complex z[3],
                      column *c)
{
    c->part = part;
    for (int j = 0; j < c->dimension; j++) {
        double complex power = 1;
        for (int n = 0; n <= c->reach; n++) {
            double value = odd(part, j) ? cimag(power) : creal(power);
            c->term[j][n] = (n > 0 ? 2 : 1) * problem->correlation[n] * value;
            power *= z[j];
        }
    }
}

/* Clenshaw's sum of an axis at the angle a. */
static double axis_sum(int reach, const double *term, double cosine, double sine, bool is_odd)
{
    double next = 0, after = 0;
    for (int n = reach; n > 0; n--) {
        double here = term[n] + 2 * cosine * next - after;
        after = next;
        next = here;
    }
    return is_odd ? sine * next : term[0] + cosine * next - after;
}

/* 2 pi S of the column's part at a point. */
static double column_value(const column *c, const kl_shell *shell, int point)
{
    double value = 2 * M_PI;
    for (int j = 0; j < c->dimension; j++)
        value *= axis_sum(c->reach, c->term[j], shell->cosine[j][point], shell->sine[j][point],
                          odd(c->part, j));
    return value;
}

static void direction_of(const kl_shell *shell, int point, double complex z[3])
{
    for (int j = 0; j < shell->dimension; j++)
        z[j] = shell->cosine[j][point] + I * shell->sine[j][point];
}

static void direction_of_start(const kl_kinetic_problem *problem, double complex z[3])
{
    for (int j = 0; j < problem->dimension; j++)
        z[j] = cexp(2 * M_PI * I * problem->momentum[j]);
}

double kl_scattering_rate(const kl_kinetic_problem *problem, const kl_shell *shell)
{
    column c;
    double complex z[3];
    double sum = NAN;
    if (column_create(problem, &c, NULL) == KL_OK) {
        direction_of_start(problem, z);
        column_at(problem, 0, z, &c);
        sum = 0;
        for (int i = 0; i < shell->npoints; i++)
            sum += shell->weight[i] * column_value(&c, shell, i);
    }
    column_destroy(&c);
    return sum;
}

/* The point with the largest of `left`, whose sum is *all. */
static int pivot_of(const kl_shell *shell, const double *left, double *all)
{
    int best = 0;
    *all = 0;
    for (int i = 0; i < shell->npoints; i++) {
        *all += left[i];
        if (left[i] > left[best])
            best = i;
    }
    return best;
}

static kl_status add_column(const kl_kinetic_problem *problem, const kl_shell *shell, int part,
                            int pivot, kl_scattering *s, double *left, column *c, kl_error *err)
{
    const size_t rank = (size_t)s->rank[part], n = s->stride;
    double complex z[3];
    double *grown = realloc(s->factor[part], (rank + 1) * n * sizeof *grown);
    if (!grown)
        return kl_fail(err, KL_ENVIRONMENT, "collisions: no memory");
    s->factor[part] = grown;
    double *row = grown + rank * n, scale = 1 / sqrt(left[pivot]);
    memset(row, 0, n * sizeof *row);
    direction_of(shell, pivot, z);
    column_at(problem, part, z, c);
    for (int i = 0; i < shell->npoints; i++)
        row[i] = s->root[i] * s->root[pivot] * column_value(c, shell, i);
    for (size_t q = 0; q < rank; q++)
        for (int i = 0; i < shell->npoints; i++)
            row[i] -= grown[q * n + (size_t)pivot] * grown[q * n + (size_t)i];
    for (int i = 0; i < shell->npoints; i++) {
        row[i] *= scale;
        left[i] = i == pivot ? 0 : fmax(left[i] - row[i] * row[i], 0);
    }
    s->rank[part]++;
    return KL_OK;
}

/* K of one part as L L^T, what is left of its trace below `least`. */
static kl_status factorise(const kl_kinetic_problem *problem, const kl_shell *shell, int part,
                           double least, kl_scattering *s, double *left, column *c, kl_watch *watch,
                           kl_error *err)
{
    double complex z[3];
    double all;
    for (int i = 0; i < shell->npoints; i++) {
        direction_of(shell, i, z);
        column_at(problem, part, z, c);
        left[i] = fmax(shell->weight[i] * column_value(c, shell, i), 0);
    }
    int pivot = pivot_of(shell, left, &all);
    while (all > least && s->rank[part] < shell->npoints) {
        KL_TRY(kl_watch_look(watch, err));
        KL_TRY(add_column(problem, shell, part, pivot, s, left, c, err));
        pivot = pivot_of(shell, left, &all);
    }
    return KL_OK;
}

/* The trace of K: 2 pi N S(0). */
static double trace_of(const kl_kinetic_problem *problem, const kl_shell *shell)
{
    double axis = problem->correlation[0], trace = 2 * M_PI, weights = 0;
    for (int n = 1; n <= problem->reach; n++)
        axis += 2 * problem->correlation[n];
    for (int j = 0; j < shell->dimension; j++)
        trace *= axis;
    for (int i = 0; i < shell->npoints; i++)
        weights += shell->weight[i];
    return trace * weights;
}

/* Adds scale * K f, f of one part. */
static void add_part(const kl_scattering *s, int part, double scale, const double *f, double *out)
{
    for (int q = 0; q < s->rank[part]; q++) {
        const double *row = s->factor[part] + (size_t)q * s->stride;
        double share = scale * kl_row_dot((int64_t)s->stride, row, f);
        for (size_t i = 0; i < s->stride; i++)
            out[i] += share * row[i];
    }
}

/* Gamma, and what is fed by the beam. */
static void fill_rates(const kl_kinetic_problem *problem, const kl_shell *shell, kl_scattering *s,
                       column *c)
{
    double complex z[3];
    double weights = 0;
    direction_of_start(problem, z);
    for (int part = 0; part < s->parities; part++) {
        column_at(problem, part, z, c);
        for (int i = 0; i < shell->npoints; i++)
            s->feed[(size_t)part * s->stride + (size_t)i] = s->root[i] * column_value(c, shell, i);
    }
    s->beam = kl_row_dot((int64_t)s->stride, s->root, s->feed);
    add_part(s, 0, 1, s->root, s->rate);
    for (int i = 0; i < shell->npoints; i++) {
        s->mean += s->root[i] * s->rate[i];
        weights += shell->weight[i];
        s->rate[i] /= s->root[i];
    }
    s->mean /= weights;
}

static kl_status allocate(const kl_shell *shell, kl_scattering *s, kl_error *err)
{
    const char *what = "collisions";
    s->dimension = shell->dimension;
    s->parities = 1 << shell->dimension;
    s->stride = ((size_t)shell->npoints + KL_LANES - 1) / KL_LANES * KL_LANES;
    KL_TRY(kl_alloc(s->stride, sizeof(double), what, &s->root, err));
    KL_TRY(kl_alloc(s->stride, sizeof(double), what, &s->rate, err));
    KL_TRY(kl_alloc((size_t)s->parities * s->stride, sizeof(double), what, &s->feed, err));
    for (int j = 0; j < shell->dimension; j++)
        KL_TRY(kl_alloc(s->stride, sizeof(double), what, &s->velocity[j], err));
    for (int i = 0; i < shell->npoints; i++) {
        s->root[i] = sqrt(shell->weight[i]);
        for (int j = 0; j < shell->dimension; j++)
            s->velocity[j][i] = -2 * shell->sine[j][i];
    }
    return KL_OK;
}

kl_status kl_scattering_create(const kl_kinetic_problem *problem, const kl_shell *shell,
                               double tolerance, kl_watch *watch, kl_scattering *s, kl_error *err)
{
    column c = {0};
    double *left = NULL, least = fmax(tolerance, ROUNDING) * trace_of(problem, shell);
    kl_status status;
    *s = (kl_scattering){0};
    KL_GOTO(allocate(shell, s, err));
    KL_GOTO(kl_alloc(s->stride, sizeof *left, "collisions", &left, err));
    KL_GOTO(column_create(problem, &c, err));
    for (int part = 0; part < s->parities; part++)
        KL_GOTO(factorise(problem, shell, part, least, s, left, &c, watch, err));
    fill_rates(problem, shell, s, &c);
done:
    column_destroy(&c);
    free(left);
    if (status != KL_OK)
        kl_scattering_destroy(s);
    return status;
}

void kl_scattering_destroy(kl_scattering *s)
{
    for (int j = 0; j < 3; j++)
        free(s->velocity[j]);
    for (int part = 0; part < KL_MOST_PARITIES; part++)
        free(s->factor[part]);
    free(s->root);
    free(s->rate);
    free(s->feed);
    *s = (kl_scattering){0};
}

size_t kl_scattering_size(const kl_scattering *s)
{
    return 2 * (size_t)s->parities * s->stride;
}

void kl_scattering_apply(const kl_scattering *s, const double xi[3], const double *f, double *out)
{
    const size_t n = s->stride, half = kl_scattering_size(s) / 2;
    for (int part = 0; part < s->parities; part++) {
        const size_t at = (size_t)part * n;
        for (size_t i = 0; i < n; i++) {
            out[at + i] = s->rate[i] * f[at + i];
            out[half + at + i] = s->rate[i] * f[half + at + i];
        }
        for (int j = 0; j < s->dimension; j++) { /* v_j is odd in axis j */
            const double *v = s->velocity[j], *re = f + (size_t)(part ^ 1 << j) * n;
            for (size_t i = 0; i < n; i++) {
                out[at + i] -= 2 * M_PI * xi[j] * v[i] * re[half + i];
                out[half + at + i] += 2 * M_PI * xi[j] * v[i] * re[i];
            }
        }
        add_part(s, part, -1, f + at, out + at);
        add_part(s, part, -1, f + half + at, out + half + at);
    }
}
