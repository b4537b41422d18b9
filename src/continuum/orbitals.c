#include "continuum/orbitals.h"

#include "base/clones.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_BLOCKS = 32 };

/* ---- blocks ---- */

static int blocks_of(int64_t all)
{
    return all < MOST_BLOCKS ? (int)all : MOST_BLOCKS;
}

static int64_t block_start(const kl_orbitals *o, int block)
{
    return o->all * block / o->blocks;
}

static int rank_start(const kl_orbitals *o, int rank, int ranks)
{
    return (int)((int64_t)o->blocks * rank / ranks);
}

static int owner_of(const kl_orbitals *o, int block, int ranks)
{
    int rank = 0;
    while (rank_start(o, rank + 1, ranks) <= block)
        rank++;
    return rank;
}

int64_t kl_orbitals_most_ranks(int64_t all)
{
    return blocks_of(all);
}

int64_t kl_orbitals_of_rank(int64_t all, int ranks)
{
    const int blocks = blocks_of(all), of_rank = (blocks + ranks - 1) / ranks;
    return of_rank * ((all + blocks - 1) / blocks);
}

static void cut(kl_orbitals *o)
{
    int rank, ranks;
    MPI_Comm_rank(o->comm, &rank);
    MPI_Comm_size(o->comm, &ranks);
    o->blocks = blocks_of(o->all);
    o->first_block = rank_start(o, rank, ranks);
    o->block_count = rank_start(o, rank + 1, ranks) - o->first_block;
    o->first = block_start(o, o->first_block);
    o->count = block_start(o, o->first_block + o->block_count) - o->first;
}

int64_t kl_orbitals_points(const kl_orbitals *o)
{
    return o->grid.position.n[0] * o->grid.position.n[1] * o->grid.position.n[2];
}

static kl_status allocate(kl_orbitals *o, kl_error *err)
{
    const size_t points = (size_t)kl_orbitals_points(o);
    KL_TRY(kl_alloc((size_t)o->block_count * points, sizeof *o->sums, "orbitals", &o->sums, err));
    return kl_alloc(points, sizeof *o->sum, "orbitals", &o->sum, err);
}

kl_status kl_orbitals_create(MPI_Comm comm, int dimension, int64_t sites, double side, double eps,
                             int64_t all, kl_orbitals *out, kl_error *err)
{
    *out = (kl_orbitals){.comm = comm, .all = all};
    cut(out);
    kl_status status =
        kl_box_grid_create(MPI_COMM_SELF, dimension, sites, side, eps, &out->grid, err);
    if (status == KL_OK)
        status = allocate(out, err);
    return kl_agree(comm, status, err);
}

void kl_orbitals_destroy(kl_orbitals *o)
{
    kl_box_grid_destroy(&o->grid);
    free(o->sums);
    free(o->sum);
    o->sums = o->sum = NULL;
}

kl_status kl_orbitals_array(const kl_orbitals *o, complex double **phi, kl_error *err)
{
    return kl_alloc((size_t)o->count * o->grid.local, sizeof **phi, "orbitals", phi, err);
}

/* ---- the start ---- */

static int64_t whole_shells(int dimension, int64_t k)
{
    return dimension == 1 ? k : dimension == 2 ? k * (k + 1) / 2 : k * (k + 1) * (k + 2) / 6;
}

int64_t kl_orbitals_shells(int dimension, int64_t all, int64_t *below, int64_t *above)
{
    int64_t k = 1;
    while (whole_shells(dimension, k) < all)
        k++;
    *above = whole_shells(dimension, k);
    *below = whole_shells(dimension, k - 1);
    return *above == all ? k : 0;
}

/* The n lowest Hermite functions at x, of width sqrt(eps): out[k * stride]. The Gaussian underflows
 * where high ones are large, so its logarithm goes along. */
static void hermite(double x, double eps, int64_t n, int64_t stride, double *out)
{
    const double y = x / sqrt(eps), large = 1e100;
    double old = 0, now = 1, scale = -y * y / 2 - log(M_PI * eps) / 4;
    for (int64_t k = 0; k < n; k++) {
        out[k * stride] = now * exp(scale);
        const double next =
            sqrt(2. / (double)(k + 1)) * y * now - sqrt((double)k / (double)(k + 1)) * old;
        old = now;
        now = next;
        if (fabs(now) > large) {
            old /= large;
            now /= large;
            scale += log(large);
        }
    }
}

typedef struct product {
    const kl_box_grid *grid;
    int64_t shells;
    double *axis[3]; /* [shells][sites] */
    int64_t level[3];
    complex double *phi;
} product;

static void put(void *context, int64_t i, const double x[3])
{
    const product *p = context;
    double value = 1;
    for (int j = 0; j < p->grid->dimension; j++) {
        const int64_t at = llround(x[j] / p->grid->spacing) + p->grid->sites / 2;
        value *= p->axis[j][p->level[j] * p->grid->sites + at];
    }
    p->phi[i] = value;
}

/* The next product of levels: shell by shell, the first axis slowest. */
static void next_level(int d, int64_t level[3])
{
    const int64_t shell = level[0] + level[1] + level[2];
    if (d == 1 || level[0] == shell) { /* the first of the next shell */
        level[0] = d == 1 ? shell + 1 : 0;
        level[1] = d == 2 ? shell + 1 : 0;
        level[2] = d == 3 ? shell + 1 : 0;
    } else if (d == 3 && level[2] > 0) {
        level[1]++;
        level[2]--;
    } else {
        level[0]++;
        level[2] = d == 3 ? shell - level[0] : 0;
        level[1] = d == 3 ? 0 : shell - level[0];
    }
}

static void fill(const kl_orbitals *o, product *p, const double center[3], complex double *phi)
{
    const int64_t n = o->grid.sites;
    for (int j = 0; j < o->grid.dimension; j++)
        for (int64_t i = 0; i < n; i++) {
            double *out = p->axis[j] + i;
            hermite(kl_box_position(&o->grid, i) - center[j], o->grid.eps, p->shells, n, out);
            for (int64_t k = 0; k < p->shells; k++)
                out[k * n] *= sqrt(o->grid.spacing);
        }
    for (int64_t j = 0; j < o->first + o->count; j++) {
        if (j >= o->first) {
            p->phi = kl_orbital(o, phi, j - o->first);
            kl_box_visit(&o->grid, put, p);
        }
        next_level(o->grid.dimension, p->level);
    }
}

kl_status kl_orbitals_start(const kl_orbitals *o, const double center[3], complex double *phi,
                            kl_error *err)
{
    int64_t below, above;
    product p = {.grid = &o->grid,
                 .shells = kl_orbitals_shells(o->grid.dimension, o->all, &below, &above)};
    const size_t table = (size_t)(p.shells * o->grid.sites);
    double *memory;
    KL_TRY(kl_alloc(3 * table, sizeof *memory, "start", &memory, err));
    for (int j = 0; j < 3; j++)
        p.axis[j] = memory + (size_t)j * table;
    fill(o, &p, center, phi);
    free(memory);
    return KL_OK;
}

/* ---- sums ---- */

int kl_orbitals_block(const kl_orbitals *o, int64_t j)
{
    int block = 0;
    while (block_start(o, o->first_block + block + 1) <= o->first + j)
        block++;
    return block;
}

void kl_orbitals_sum(const kl_orbitals *o, int64_t n, double *value, double *spare, double *sum)
{
    int ranks;
    MPI_Comm_size(o->comm, &ranks);
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int b = 0; b < o->blocks; b++) {
        const int mine = b - o->first_block;
        double *part = mine >= 0 && mine < o->block_count ? value + mine * n : spare;
        if (ranks > 1)
            MPI_Bcast(part, (int)n, MPI_DOUBLE, owner_of(o, b, ranks), o->comm);
        for (int64_t i = 0; i < n; i++)
            sum[i] += part[i];
    }
}

kl_status kl_orbitals_mean(const kl_orbitals *o, int64_t n, const double *value, double *mean,
                           kl_error *err)
{
    const size_t size = ((size_t)o->block_count + 1) * (size_t)n;
    double *rows;
    KL_TRY(kl_agree(o->comm, kl_alloc(size, sizeof *rows, "sum", &rows, err), err));
    for (int64_t j = 0; j < o->count; j++)
        for (int64_t i = 0; i < n; i++)
            rows[kl_orbitals_block(o, j) * n + i] += value[j * n + i];
    kl_orbitals_sum(o, n, rows, rows + o->block_count * n, mean);
    for (int64_t i = 0; i < n; i++)
        mean[i] /= (double)o->all;
    free(rows);
    return KL_OK;
}

KL_CLONES static void add_squares(int64_t n, const complex double *f, double weight, double *sum)
{
    const double *restrict z = (const double *)f;
    double *restrict out = sum;
    for (int64_t i = 0; i < n; i++)
        out[i] += weight * (z[2 * i] * z[2 * i] + z[2 * i + 1] * z[2 * i + 1]);
}

/* sum_j |phi_j|^2/N of n points from i on, over the orbitals of this rank's block b. */
static void block_density(const kl_orbitals *o, const complex double *phi, int b, int64_t i,
                          int64_t n, double *out)
{
    const int64_t last = block_start(o, o->first_block + b + 1) - o->first;
    memset(out, 0, (size_t)n * sizeof *out);
    for (int64_t j = block_start(o, o->first_block + b) - o->first; j < last; j++)
        add_squares(n, phi + (size_t)j * o->grid.local + i, 1. / (double)o->all, out);
}

/* The sums of kl_orbitals_sum() where all blocks are here: some points at a time, which stay in the
 * processor's cache. */
static void density_of_all(const kl_orbitals *o, const complex double *phi, double *rho)
{
    const int64_t points = kl_orbitals_points(o);
    double part[512];
    memset(rho, 0, (size_t)points * sizeof *rho);
    for (int64_t i = 0; i < points; i += 512) {
        const int64_t n = points - i < 512 ? points - i : 512;
        for (int b = 0; b < o->blocks; b++) {
            block_density(o, phi, b, i, n, part);
            for (int64_t k = 0; k < n; k++)
                rho[i + k] += part[k];
        }
    }
}

void kl_orbitals_density(const kl_orbitals *o, const complex double *phi, double *rho)
{
    const int64_t points = kl_orbitals_points(o);
    if (o->block_count == o->blocks) {
        density_of_all(o, phi, rho);
        return;
    }
    for (int b = 0; b < o->block_count; b++)
        block_density(o, phi, b, 0, points, o->sums + b * points);
    kl_orbitals_sum(o, points, o->sums, o->sum, rho);
}

double kl_orbitals_distance(const kl_orbitals *o, const complex double *phi,
                            const complex double *other)
{
    double blocks[MOST_BLOCKS] = {0}, spare, sum;
    for (int64_t j = 0; j < o->count; j++) {
        const size_t at = (size_t)j * o->grid.local;
        blocks[kl_orbitals_block(o, j)] += kl_box_distance(&o->grid, phi + at, other + at);
    }
    kl_orbitals_sum(o, 1, blocks, &spare, &sum);
    return sqrt(sum / (double)o->all);
}

/* ---- all of them ---- */

void kl_orbitals_gather(const kl_orbitals *o, const complex double *phi, complex double *out)
{
    int ranks;
    MPI_Comm_size(o->comm, &ranks);
    if (o->count > 0)
        memcpy(out + (size_t)o->first * o->grid.local, phi,
               (size_t)o->count * o->grid.local * sizeof *phi);
    for (int b = 0; b < o->blocks && ranks > 1; b++)
        MPI_Bcast(out + (size_t)block_start(o, b) * o->grid.local,
                  (int)((block_start(o, b + 1) - block_start(o, b)) * (int64_t)o->grid.local),
                  MPI_C_DOUBLE_COMPLEX, owner_of(o, b, ranks), o->comm);
}

/* Of the orbitals at `other`, from number j on, with those of this rank. */
static double defect_with(const kl_orbitals *o, const complex double *phi, int64_t j, int64_t count,
                          const complex double *other)
{
    double worst = 0;
    for (int64_t a = 0; a < count; a++)
        for (int64_t b = 0; b < o->count; b++) {
            const complex double overlap =
                kl_box_sum(&o->grid, &o->grid.position, other + (size_t)a * o->grid.local,
                           phi + (size_t)b * o->grid.local, NULL);
            worst = fmax(worst, cabs(overlap - (j + a == o->first + b)));
        }
    return worst;
}

kl_status kl_orbitals_defect(const kl_orbitals *o, const complex double *phi, double *defect,
                             kl_error *err)
{
    int ranks;
    MPI_Comm_size(o->comm, &ranks);
    const size_t most = (size_t)((o->all + o->blocks - 1) / o->blocks) * o->grid.local;
    complex double *block;
    *defect = 0;
    KL_TRY(kl_agree(o->comm, kl_alloc(most, sizeof *block, "orbitals", &block, err), err));
    for (int b = 0; b < o->blocks; b++) {
        const int64_t j = block_start(o, b), count = block_start(o, b + 1) - j;
        const int mine = b - o->first_block;
        const size_t size = (size_t)count * o->grid.local;
        if (mine >= 0 && mine < o->block_count)
            memcpy(block, phi + (size_t)(j - o->first) * o->grid.local, size * sizeof *block);
        if (ranks > 1)
            MPI_Bcast(block, (int)size, MPI_C_DOUBLE_COMPLEX, owner_of(o, b, ranks), o->comm);
        *defect = fmax(*defect, defect_with(o, phi, j, count, block));
    }
    MPI_Allreduce(MPI_IN_PLACE, defect, 1, MPI_DOUBLE, MPI_MAX, o->comm);
    free(block);
    return KL_OK;
}
