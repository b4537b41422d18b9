/* Random walks from 0 to y in time b on the torus, each bond crossed at rate 1 either way.
 *
 * The weights are exact: an axis comes from 0 to n = y + m L (image m with weight I_|n|(2 b)) by k
 * + n steps up and k down, k with weight b^(2k+n)/(k! (k+n)!); the steps of all axes are in random
 * order, their times uniform on [0, b]. Along each walk the average over V is a product over sites
 * of E exp(eta L_z V). */
#include "systems/feynman_kac/feynman_kac_private.h"

#include "base/memory.h"
#include "lattice/philox.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCKS = 64, MOST_STEPS = 4096, IMAGES = 8, DRAWN = 16 };
static const uint64_t purpose = 0x66656b61632d77; /* of these random numbers */

typedef struct stream { /* uniform numbers of one walk */
    uint64_t key[2], counter[2], next, bits[4 * DRAWN];
    int used;
} stream;

static double uniform(stream *r) /* in (0, 1) */
{
    if (r->used == 4 * DRAWN) {
        kl_philox_blocks(r->key, r->next, r->counter, DRAWN, r->bits);
        r->next += DRAWN;
        r->used = 0;
    }
    return ((double)(r->bits[r->used++] >> 11) + 0.5) * 0x1p-53;
}

typedef struct walk {
    int dimension;
    int64_t sites;
    double b;
    int n;
    int step[MOST_STEPS];      /* +-(axis + 1) */
    double length[MOST_STEPS]; /* of what is between them; [n + 1] */
    int64_t at[MOST_STEPS];    /* sites that were visited, */
    double stay[MOST_STEPS];   /* and for how long */
    int visited;
} walk;

/* n of y + m L. */
static int64_t choose_image(stream *r, const walk *w, int y)
{
    double left = uniform(r) * feynman_kac_axis(w->b, w->sites, y);
    for (int m = 0; m <= 2 * IMAGES; m++) {
        const int64_t n = y + (m % 2 ? 1 : -1) * (int64_t)((m + 1) / 2) * w->sites;
        left -= feynman_kac_image(w->b, n);
        if (left <= 0)
            return n;
    }
    return y;
}

static void add_steps(walk *w, int step, int64_t count)
{
    for (; count > 0 && w->n < MOST_STEPS - 1; count--)
        w->step[w->n++] = step;
}

static void choose_axis(stream *r, walk *w, int axis, int y)
{
    const int64_t n = choose_image(r, w, y), far = n < 0 ? -n : n;
    double left = uniform(r) * feynman_kac_image(w->b, n),
           term = exp((double)far * log(w->b) - lgamma((double)far + 1));
    int k = 0;
    while (left > term && k < MOST_STEPS / 4) {
        left -= term;
        k++;
        term *= w->b * w->b / (k * ((double)far + k));
    }
    add_steps(w, n < 0 ? -(axis + 1) : axis + 1, far + k);
    add_steps(w, n < 0 ? axis + 1 : -(axis + 1), k);
}

static void stay(walk *w, int64_t site, double time)
{
    int i = 0;
    while (i < w->visited && w->at[i] != site)
        i++;
    if (i == w->visited) {
        w->at[w->visited++] = site;
        w->stay[i] = 0;
    }
    w->stay[i] += time;
}

/* The sites of the walk and the times there. */
static void follow(stream *r, walk *w)
{
    int64_t x[3] = {0};
    double all = 0;
    for (int i = w->n - 1; i > 0; i--) { /* a random order */
        const int j = (int)(uniform(r) * (i + 1)), swap = w->step[i];
        w->step[i] = w->step[j];
        w->step[j] = swap;
    }
    for (int i = 0; i <= w->n; i++) /* what lies between uniform times */
        all += w->length[i] = -log(uniform(r));
    for (int i = 0; i <= w->n; i++) {
        stay(w, (x[0] * w->sites + x[1]) * w->sites + x[2], w->b * w->length[i] / all);
        if (i == w->n)
            break;
        const int axis = abs(w->step[i]) - 1;
        x[axis] = (x[axis] + (w->step[i] > 0 ? 1 : w->sites - 1)) % w->sites;
    }
}

/* E exp(a V). */
static double generating(int distribution, double a)
{
    const double third = sqrt(3) * a;
    switch (distribution) {
    case KL_UNIFORM:
        return third != 0 ? sinh(third) / third : 1;
    case KL_BERNOULLI:
        return cosh(a);
    case KL_LAPLACE:
        return 1 / (1 - a * a / 2);
    default:
        return exp(a * a / 2);
    }
}

static double one_walk(stream *r, walk *w, const int y[3], int distribution, double eta)
{
    double product = 1;
    w->n = w->visited = 0;
    for (int j = 0; j < w->dimension; j++)
        choose_axis(r, w, j, y[j]);
    follow(r, w);
    for (int i = 0; i < w->visited; i++)
        product *= generating(distribution, eta * w->stay[i]);
    return product;
}

/* Walks of block k: sums of value and square. */
static void add_block(const feynman_kac *s, const kl_lattice_point *at, const int y[3],
                      uint64_t name, int k, walk *w, double sum[2])
{
    for (int64_t i = k; i < s->walks; i += BLOCKS) {
        stream r = {
            .key = {s->disorder.seed, purpose}, .counter = {(uint64_t)i, name}, .used = 4 * DRAWN};
        const double value = one_walk(&r, w, y, at->distribution, at->eta);
        sum[0] += value;
        sum[1] += value * value;
    }
}

kl_status feynman_kac_walks(const feynman_kac *s, const kl_lattice_point *at, double b,
                            const int y[3], MPI_Comm comm, double *value, double *error,
                            kl_error *err)
{
    const double names[] = {b, (double)at->sites, y[0], y[1], y[2], (double)s->points.dimension};
    double sum[BLOCKS][2] = {{0}}, all[2] = {0};
    int rank, size;
    walk *w;
    KL_TRY(kl_agree(comm, kl_alloc(1, sizeof *w, "walks", &w, err), err));
    w->dimension = (int)s->points.dimension;
    w->sites = at->sites;
    w->b = b;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    for (int k = rank; k < BLOCKS; k += size)
        add_block(s, at, y, kl_disorder_point(names, 6), k, w, sum[k]);
    free(w);
    MPI_Allreduce(MPI_IN_PLACE, sum, 2 * BLOCKS, MPI_DOUBLE, MPI_SUM, comm);
    for (int k = 0; k < BLOCKS; k++)
        for (int i = 0; i < 2; i++)
            all[i] += sum[k][i] / (double)s->walks;
    *value = all[0];
    *error = 3 * sqrt(fmax(0, all[1] - all[0] * all[0]) / (double)(s->walks - 1)) + 1e-12 * all[0];
    return KL_OK;
}
