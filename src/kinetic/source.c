/* The sum over the points of the start, a block of modes at a time, is a product of
 * matrices: phases of the modes times polynomials of the energies. In tau it is
 * kept at few Chebyshev points, the motion at the mean velocity taken out. */
#include "kinetic/source.h"

#include "base/memory.h"
#include "kinetic/quadrature.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 256, BATCH = 4 };

/* A point of the start as the sum needs it. */
typedef struct item {
    double x[3], velocity[3]; /* velocity relative to the mean */
    double weight, rate;
    int piece;
    double row[KL_PIECE_POINTS];
} item;

typedef struct source {
    const kl_plan *plan;
    const kl_start *start;
    const kl_energies *energies;
    const kl_isotropic *isotropic;
    double last;
    int ntau, ngauss;
    size_t nitems;
    item *item;
    int first, count; /* the block of modes */
    int npairs, reach[3];
    int (*pair)[2], *pair_of;          /* distinct (k_1, k_2) of the block; [BLOCK] */
    int *map;                          /* [2 reach + 1][2 reach + 1] */
    double complex *axis[3], *product; /* exp(-2 pi i k x/ell) by axis and by pair */
    double *phase;                     /* [BATCH][2 BLOCK] */
    double *sum;                       /* [ntau][energies][2 BLOCK] */
    double *psi;                       /* [energies][rows][ngauss] of one orbit */
    double complex *one;               /* [energies][ngauss] of one mode, then [ntau] */
    double complex *even, *odd, *out;
} source;

static double frequency(const kl_plan *plan, const int k[3])
{
    double sum = 0, square = 0;
    for (int j = 0; j < plan->problem->dimension; j++) {
        sum += abs(k[j]) / plan->problem->ell;
        square += pow(k[j] / plan->problem->ell, 2);
    }
    return fmin(2 * sum, sqrt(4 * plan->problem->dimension * square));
}

static double fastest(const kl_plan *plan)
{
    double most = 0;
    for (int i = 0; i < plan->modes.nmodes; i++)
        most = fmax(most, frequency(plan, plan->modes.mode[i].k));
    return most;
}

int kl_source_times(const kl_plan *plan, double accuracy, double last)
{
    return (int)ceil(M_PI * fastest(plan) * last + 4 - 1.6 * log10(accuracy));
}

/* exp(-2 pi i xi.(v - mean) tau), xi.v of standard deviation f, in 0 < tau < last. */
static int source_times(const kl_plan *plan, const kl_start *start, double accuracy, double last)
{
    double most = 0;
    for (int i = 0; i < plan->modes.nmodes; i++) {
        const kl_mode *mode = &plan->modes.mode[i];
        double square = 0, nats = log(mode->weight / accuracy);
        for (int j = 0; j < plan->problem->dimension; j++)
            square += pow(mode->k[j] / plan->problem->ell * start->spread[j], 2);
        double f = fmin(sqrt(square * 2 * fmax(nats, 0)), 2 * frequency(plan, mode->k));
        most = fmax(most, f);
    }
    return (int)ceil(M_PI * most * last * 0.7 + 2 - 1.2 * log10(accuracy));
}

double kl_source_work(const kl_plan *plan, const kl_start *start, int nenergies, double accuracy,
                      double last)
{
    double tau = source_times(plan, start, accuracy, last), modes = plan->modes.nmodes;
    double gauss = kl_source_times(plan, accuracy, last), blocks = ceil(modes / BLOCK);
    double points = blocks * tau * (double)start->count * BLOCK * (8 + 2.0 * nenergies / 4);
    return points + modes * plan->problem->ntimes * nenergies * gauss * 2 * (tau + 2);
}

static int by_piece(const void *a, const void *b)
{
    int x = ((const item *)a)->piece, y = ((const item *)b)->piece;
    return (x > y) - (x < y);
}

static void fill_items(source *s)
{
    for (size_t i = 0; i < s->nitems; i++) {
        const kl_point *p = &s->start->point[i];
        item *t = &s->item[i];
        t->piece = kl_energies_row(s->energies, p->part, p->energy, t->row);
        const kl_energy_piece *piece = &s->energies->piece[t->piece];
        for (int k = 0; k < piece->count; k++)
            t->rate += 2 * M_PI * t->row[k] * s->energies->density[piece->first + k];
        t->weight = p->weight * t->rate;
        for (int j = 0; j < 3; j++) {
            t->x[j] = p->x[j];
            t->velocity[j] = p->velocity[j] - s->start->velocity[j];
        }
    }
    if (s->nitems > 1)
        qsort(s->item, s->nitems, sizeof *s->item, by_piece);
}

static void source_destroy(source *s)
{
    free(s->item);
    free(s->pair);
    free(s->pair_of);
    free(s->map);
    for (int j = 0; j < 3; j++)
        free(s->axis[j]);
    free(s->product);
    free(s->phase);
    free(s->sum);
    free(s->psi);
    free(s->one);
    free(s->even);
    free(s->odd);
    free(s->out);
}

static kl_status source_allocate(source *s, kl_error *err)
{
    const char *what = "Boltzmann source";
    size_t block = BLOCK, n = (size_t)s->energies->count, rows = 0;
    for (int o = 0; o < s->isotropic->norbits; o++)
        if (s->isotropic->offset[o + 1] - s->isotropic->offset[o] > rows)
            rows = s->isotropic->offset[o + 1] - s->isotropic->offset[o];
    for (int i = 0; i < s->plan->modes.nmodes; i++)
        for (int j = 0; j < 3; j++)
            if (abs(s->plan->modes.mode[i].k[j]) > s->reach[j])
                s->reach[j] = abs(s->plan->modes.mode[i].k[j]);
    size_t side0 = 2 * (size_t)s->reach[0] + 1, side1 = 2 * (size_t)s->reach[1] + 1;
    KL_TRY(kl_alloc(s->nitems, sizeof *s->item, what, &s->item, err));
    KL_TRY(kl_alloc(block, sizeof *s->pair, what, &s->pair, err));
    KL_TRY(kl_alloc(block, sizeof *s->pair_of, what, &s->pair_of, err));
    KL_TRY(kl_alloc(side0 * side1, sizeof *s->map, what, &s->map, err));
    for (int j = 0; j < 3; j++)
        KL_TRY(kl_alloc(2 * (size_t)s->reach[j] + 1, sizeof *s->axis[j], what, &s->axis[j], err));
    KL_TRY(kl_alloc(block, sizeof *s->product, what, &s->product, err));
    KL_TRY(kl_alloc(BATCH * 2 * block, sizeof *s->phase, what, &s->phase, err));
    KL_TRY(kl_alloc((size_t)s->ntau * n * 2 * block, sizeof *s->sum, what, &s->sum, err));
    KL_TRY(kl_alloc(n * rows * (size_t)s->ngauss, sizeof *s->psi, what, &s->psi, err));
    KL_TRY(kl_alloc(n * (size_t)s->ngauss + (size_t)s->ntau, sizeof *s->one, what, &s->one, err));
    KL_TRY(kl_alloc((size_t)s->plan->nmomenta, sizeof *s->even, what, &s->even, err));
    KL_TRY(kl_alloc((size_t)s->plan->nmomenta, sizeof *s->odd, what, &s->odd, err));
    return kl_alloc((size_t)s->plan->problem->nobservables, sizeof *s->out, what, &s->out, err);
}

/* ---- the sum over points ---- */

static void begin_block(source *s, int first, int count)
{
    size_t side = 2 * (size_t)s->reach[1] + 1;
    s->first = first;
    s->count = count;
    s->npairs = 0;
    memset(s->map, -1, (2 * (size_t)s->reach[0] + 1) * side * sizeof *s->map);
    for (int i = 0; i < count; i++) {
        const int *k = s->plan->modes.mode[first + i].k;
        int *at = &s->map[(size_t)(k[0] + s->reach[0]) * side + (size_t)(k[1] + s->reach[1])];
        if (*at < 0) {
            *at = s->npairs;
            s->pair[s->npairs][0] = k[0] + s->reach[0];
            s->pair[s->npairs++][1] = k[1] + s->reach[1];
        }
        s->pair_of[i] = *at;
    }
}

/* exp(-2 pi i xi.(X + (v - mean) tau)) for the block; real parts, then imaginary. */
static void phases(source *s, const item *p, double tau, double *out)
{
    for (int j = 0; j < 3; j++) {
        double angle = 2 * M_PI * (p->x[j] + p->velocity[j] * tau) / s->plan->problem->ell;
        double complex turn = cexp(-I * angle), z = 1;
        int reach = s->reach[j];
        for (int k = 0; k <= reach; k++, z *= turn) {
            s->axis[j][reach + k] = z;
            s->axis[j][reach - k] = conj(z);
        }
    }
    for (int i = 0; i < s->npairs; i++)
        s->product[i] = s->axis[0][s->pair[i][0]] * s->axis[1][s->pair[i][1]];
    const double *a = (const double *)s->product, *b = (const double *)s->axis[2];
    for (int i = 0; i < s->count; i++) {
        const double *x = a + 2 * s->pair_of[i];
        const double *y = b + 2 * (s->plan->modes.mode[s->first + i].k[2] + s->reach[2]);
        out[i] = x[0] * y[0] - x[1] * y[1];
        out[BLOCK + i] = x[0] * y[1] + x[1] * y[0];
    }
}

/* Adds BATCH points of one piece, at one tau. */
static void add_batch(source *s, const item *const p[BATCH], int points, double tau, double *sum)
{
    const kl_energy_piece *piece = &s->energies->piece[p[0]->piece];
    double size[BATCH];
    for (int i = 0; i < BATCH; i++) {
        size[i] = i < points ? p[i]->weight * exp(-p[i]->rate * tau) : 0;
        if (i < points)
            phases(s, p[i], tau, s->phase + (size_t)i * 2 * BLOCK);
    }
    const double *restrict f0 = s->phase, *restrict f1 = f0 + 2 * BLOCK;
    const double *restrict f2 = f1 + 2 * BLOCK, *restrict f3 = f2 + 2 * BLOCK;
    for (int k = 0; k < piece->count; k++) {
        double *restrict to = sum + (size_t)(piece->first + k) * 2 * BLOCK;
        double c0 = size[0] * p[0]->row[k], c1 = size[1] * p[1]->row[k];
        double c2 = size[2] * p[2]->row[k], c3 = size[3] * p[3]->row[k];
        for (int i = 0; i < 2 * BLOCK; i++)
            to[i] += (c0 * f0[i] + c1 * f1[i]) + (c2 * f2[i] + c3 * f3[i]);
    }
}

static kl_status sum_points(source *s, kl_error *err)
{
    size_t slice = (size_t)s->energies->count * 2 * BLOCK;
    memset(s->sum, 0, (size_t)s->ntau * slice * sizeof *s->sum);
    memset(s->phase, 0, (size_t)BATCH * 2 * BLOCK * sizeof *s->phase);
    for (int c = 0; c < s->ntau; c++) {
        double tau = kl_chebyshev_node(s->ntau, 0, s->last, c);
        for (size_t i = 0; i < s->nitems;) {
            const item *p[BATCH];
            int points = 0;
            for (int b = 0; b < BATCH; b++) {
                bool more =
                    i + (size_t)b < s->nitems && s->item[i + (size_t)b].piece == s->item[i].piece;
                p[b] = more && points == b ? &s->item[i + (size_t)b] : &s->item[i];
                points += more && points == b;
            }
            KL_TRY(kl_watch_look(s->plan->watch, err));
            add_batch(s, p, points, tau, s->sum + (size_t)c * slice);
            i += (size_t)points;
        }
    }
    return KL_OK;
}

/* ---- the convolution ---- */

/* The responses of one orbit at time - tau for the Gauss points tau. */
static void prepare_orbit(source *s, int orbit, double time, const double *node, double *row)
{
    const kl_isotropic *iso = s->isotropic;
    int rows = (int)(iso->offset[orbit + 1] - iso->offset[orbit]);
    for (int g = 0; g < s->ngauss; g++) {
        kl_chebyshev_row(iso->ntimes, 0, s->last, time * (1 - node[g]), row);
        for (int n = 0; n < s->energies->count; n++)
            for (int q = 0; q < rows; q++) {
                const double *from = kl_isotropic_row(iso, n, orbit, q);
                double sum = 0;
                for (int i = 0; i < iso->ntimes; i++)
                    sum += row[i] * from[i];
                s->psi[((size_t)n * (size_t)rows + (size_t)q) * (size_t)s->ngauss + (size_t)g] =
                    sum;
            }
    }
}

/* The source of mode i of the block at the Gauss points, times their weights. */
static void source_of(source *s, int i, double time, const double *node, const double *weight,
                      const double *interpolate)
{
    const kl_kinetic_problem *problem = s->plan->problem;
    size_t n = (size_t)s->energies->count;
    double xi[3] = {0}, f = 0;
    for (int j = 0; j < problem->dimension; j++) {
        xi[j] = s->plan->modes.mode[s->first + i].k[j] / problem->ell;
        f += xi[j] * s->start->velocity[j];
    }
    double rest = kl_start_rest(s->start, xi);
    double complex *tau = s->one + n * (size_t)s->ngauss;
    for (size_t e = 0; e < n; e++) {
        for (int c = 0; c < s->ntau; c++) {
            const double *from = s->sum + ((size_t)c * n + e) * 2 * BLOCK + i;
            tau[c] = from[0] + I * from[BLOCK];
        }
        for (int g = 0; g < s->ngauss; g++) {
            const double *row = interpolate + (size_t)g * (size_t)s->ntau;
            double re = 0, im = 0;
            for (int c = 0; c < s->ntau; c++) {
                re += row[c] * creal(tau[c]);
                im += row[c] * cimag(tau[c]);
            }
            s->one[e * (size_t)s->ngauss + (size_t)g] = re + I * im;
        }
    }
    for (int g = 0; g < s->ngauss; g++) {
        double complex factor = rest * time * weight[g] * cexp(-2 * M_PI * I * f * time * node[g]);
        for (size_t e = 0; e < n; e++)
            s->one[e * (size_t)s->ngauss + (size_t)g] *= factor;
    }
}

/* sum_n int R_n psi_n of one row. */
static double complex convolve(const source *s, int rows, int q)
{
    size_t n = (size_t)s->energies->count, ng = (size_t)s->ngauss;
    double complex sum = 0;
    for (size_t e = 0; e < n; e++)
        for (size_t g = 0; g < ng; g++)
            sum += s->psi[(e * (size_t)rows + (size_t)q) * ng + g] * s->one[e * ng + g];
    return sum;
}

static void add_mode(source *s, int i, double *value)
{
    const kl_mode *mode = &s->plan->modes.mode[s->first + i];
    const kl_isotropic *iso = s->isotropic;
    int rows = (int)(iso->offset[mode->orbit + 1] - iso->offset[mode->orbit]);
    double complex mass = convolve(s, rows, 0);
    for (int m = 0; m < s->plan->nmomenta; m++) {
        int sign, row = kl_isotropic_row_of(s->plan, iso, s->first + i, m, &sign);
        s->even[m] = row < 0 ? 0 : row == 0 ? mass : convolve(s, rows, row);
        s->odd[m] = row <= 0 ? 0 : -I * sign * convolve(s, rows, row + 1);
    }
    kl_plan_contribute(s->plan, mode->k, s->even, s->odd, s->out);
    for (int io = 0; io < s->plan->problem->nobservables; io++) {
        value[2 * io] += creal(s->out[io]);
        value[2 * io + 1] += cimag(s->out[io]);
    }
}

/* What the block gives at one time. `work` holds the Gauss rule and rows. */
static kl_status add_block(source *s, double time, double *work, double *value, kl_error *err)
{
    double *node = work, *weight = node + s->ngauss, *interpolate = weight + s->ngauss;
    int orbit = -1;
    kl_gauss_legendre(s->ngauss, node, weight);
    for (int g = 0; g < s->ngauss; g++)
        kl_chebyshev_row(s->ntau, 0, s->last, time * node[g], interpolate + g * s->ntau);
    for (int i = 0; i < s->count; i++) {
        int mine = s->plan->modes.mode[s->first + i].orbit;
        KL_TRY(kl_watch_look(s->plan->watch, err));
        if (mine != orbit)
            prepare_orbit(s, mine, time, node, interpolate + s->ngauss * s->ntau);
        orbit = mine;
        source_of(s, i, time, node, weight, interpolate);
        add_mode(s, i, value);
    }
    return KL_OK;
}

kl_status kl_source_add(const kl_plan *plan, const kl_start *start, const kl_energies *energies,
                        const kl_isotropic *isotropic, double accuracy, double last, int first,
                        int count, double *value, kl_error *err)
{
    const kl_kinetic_problem *problem = plan->problem;
    source s = {.plan = plan,
                .start = start,
                .energies = energies,
                .isotropic = isotropic,
                .last = last,
                .ntau = source_times(plan, start, accuracy, last),
                .ngauss = kl_source_times(plan, accuracy, last),
                .nitems = start->count};
    double *work = NULL;
    kl_status status = source_allocate(&s, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)(s.ngauss * (2 + s.ntau) + isotropic->ntimes), sizeof *work,
                          "Boltzmann source", &work, err);
    if (status == KL_OK)
        fill_items(&s);
    for (int at = first; status == KL_OK && at < first + count; at += BLOCK) {
        begin_block(&s, at, first + count - at < BLOCK ? first + count - at : BLOCK);
        status = sum_points(&s, err);
        for (int it = 0; status == KL_OK && it < problem->ntimes; it++)
            if (problem->times[it] > 0)
                status = add_block(&s, problem->times[it], work,
                                   value + 2 * (size_t)it * (size_t)problem->nobservables, err);
    }
    free(work);
    source_destroy(&s);
    return status;
}
