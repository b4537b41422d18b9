#include "graphs/amplitude.h"

#include "base/memory.h"
#include "graphs/contour.h"
#include "graphs/sharing.h"

#include <math.h>
#include <stdlib.h>

/* Of one graph at one time. */
typedef struct sums {
    double complex value, inner; /* the latter with i^j: what the rule's error is told from */
    double square;               /* of the terms: what rounding grows with */
} sums;

typedef struct solver {
    const kl_graphs_problem *problem;
    const kl_graphs_plan *plan;
    const kl_graphs_part *part;
    kl_contour contour;
    kl_evaluation evaluation;
    int rows;                           /* nodes w; 1 if all is on one line */
    double complex *left[2], *right[2]; /* [ntimes][M]: weights with exponentials, for the pair and
                                           for its conjugate */
} solver;

static double complex *weight(const solver *s, double complex *table, int time, int node)
{
    return &table[(size_t)time * (size_t)s->contour.nodes + (size_t)node];
}

/* The factors of the start edge go with the weights if the start lies on one shell. */
static void fill_weights(solver *s)
{
    const kl_graphs_plan *plan = s->plan;
    const kl_contour *c = &s->contour;
    for (int t = 0; t < s->problem->ntimes; t++)
        for (int j = 0; j < c->nodes; j++) {
            const double time = s->problem->times[t];
            const double complex w = c->shifted[j], z = c->z[j];
            const double complex w_end = plan->shell ? 1 / (w - plan->energy) : 1;
            double complex z_end = plan->shell ? 1 / (z - plan->energy) : 1;
            if (plan->one_line)
                z_end *= z_end * (plan->shell ? cexp(I * time * plan->energy) : 1);
            *weight(s, s->left[0], t, j) = c->shifted_weight[j] * cexp(I * time * w) * w_end;
            *weight(s, s->left[1], t, j) =
                conj(c->shifted_weight[j] * w_end) * cexp(I * time * conj(w));
            *weight(s, s->right[0], t, j) = c->weight[j] * cexp(-I * time * z) * z_end;
            *weight(s, s->right[1], t, j) = conj(c->weight[j] * z_end) * cexp(-I * time * conj(z));
        }
}

static void add(sums *into, double complex term, int quarter_turns)
{
    static const double complex turn[4] = {1, I, -1, -I};
    into->value += term;
    into->inner += kl_times(term, turn[quarter_turns & 3]);
    into->square += creal(term) * creal(term) + cimag(term) * cimag(term);
}

/* All graphs at nodes (row, j), which are number i, j - first of the loaded blocks; times
 * from..to-1. */
static void add_nodes(solver *s, sums *tile, int row, int i, int j, int first, int from, int to)
{
    const int ntimes = s->problem->ntimes;
    for (size_t g = 0; g < s->part->n; g++) {
        const double complex value = kl_evaluation_graph(&s->evaluation, (int)g, i, j - first);
        for (int t = from; t < to; t++) {
            double complex term = kl_times(value, *weight(s, s->right[0], t, j));
            if (!s->plan->one_line)
                term = kl_times(term, *weight(s, s->left[0], t, row));
            sums *into = &tile[g * (size_t)ntimes + (size_t)t];
            add(into, term, j);
            if (s->plan->conjugate)
                add(into,
                    kl_times(conj(value), kl_times(*weight(s, s->left[1], t, row),
                                                   *weight(s, s->right[1], t, j))),
                    -j);
        }
    }
}

/* All pairs of a block of rows and a block of columns. */
static void do_pairs(solver *s, sums *tile, int row, int rows, int column, int columns)
{
    kl_evaluation_load(&s->evaluation, KL_LINE_RIGHT, s->contour.z + column, columns);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            kl_evaluation_pair(&s->evaluation, i, j);
            add_nodes(s, tile, row + i, i, column + j, column, 0, s->problem->ntimes);
        }
}

/* One line: the start edge depends on the time unless it lies on one shell. */
static void do_line(solver *s, sums *tile, int column, int columns)
{
    const int ntimes = s->problem->ntimes, step = s->plan->shell ? ntimes : 1;
    for (int t = 0; t < ntimes; t += step) {
        kl_evaluation_time(&s->evaluation, s->problem->times[t]);
        kl_evaluation_load(&s->evaluation, KL_LINE_RIGHT, s->contour.z + column, columns);
        for (int j = 0; j < columns; j++)
            add_nodes(s, tile, 0, 0, column + j, column, t, t + step);
    }
}

static int blocks_of(int nodes, int block)
{
    return (nodes + block - 1) / block;
}

static int block_length(int nodes, int block, int number)
{
    const int left = nodes - number * block;
    return left < block ? left : block;
}

/* The tiles of this rank, in order; a row of tiles loads its nodes w once. */
static void do_tiles(solver *s, int rank, int ranks, sums *tiles, size_t of_tile)
{
    const int block = s->part->block, across = blocks_of(s->contour.nodes, block);
    const int down = blocks_of(s->rows, block);
    int loaded = -1;
    for (int tile = rank; tile < across * down; tile += ranks) {
        const int a = tile / across, b = tile % across;
        const int rows = block_length(s->rows, block, a);
        const int columns = block_length(s->contour.nodes, block, b);
        sums *into = tiles + (size_t)tile * of_tile;
        if (s->plan->one_line) {
            do_line(s, into, b * block, columns);
            continue;
        }
        if (loaded != a)
            kl_evaluation_load(&s->evaluation, KL_LINE_LEFT, s->contour.shifted + a * block, rows);
        loaded = a;
        do_pairs(s, into, a * block, rows, b * block, columns);
    }
}

static kl_status prepare(solver *s, kl_error *err)
{
    const kl_graphs_problem *p = s->problem;
    const kl_graphs_part *part = s->part;
    KL_TRY(kl_contour_create(s->plan->contour, &s->contour, err));
    const size_t size = (size_t)p->ntimes * (size_t)s->contour.nodes;
    KL_TRY(kl_alloc(4 * size, sizeof *s->left[0], "weights", &s->left[0], err));
    s->left[1] = s->left[0] + size;
    s->right[0] = s->left[0] + 2 * size;
    s->right[1] = s->left[0] + 3 * size;
    fill_weights(s);
    s->rows = s->plan->one_line ? 1 : s->plan->conjugate ? s->contour.nodes / 2 : s->contour.nodes;
    return kl_evaluation_create(&part->torus, &part->formula, part->block, part->symbol,
                                part->start, &s->evaluation, err);
}

/* Sums the tiles in order: each was computed by one rank, and is zero on the others. */
static kl_status gather(MPI_Comm comm, sums *tiles, int ntiles, size_t of_tile, kl_error *err)
{
    for (int tile = 0; tile < ntiles; tile++) {
        sums *one = tiles + (size_t)tile * of_tile;
        if (MPI_Allreduce(MPI_IN_PLACE, one, (int)(of_tile * sizeof *one / sizeof(double)),
                          MPI_DOUBLE, MPI_SUM, comm) != MPI_SUCCESS)
            return kl_fail(err, KL_ENVIRONMENT, "graphs: the ranks cannot add their sums");
        for (size_t i = 0; i < of_tile && tile > 0; i++) {
            tiles[i].value += one[i].value;
            tiles[i].inner += one[i].inner;
            tiles[i].square += one[i].square;
        }
    }
    return KL_OK;
}

/* Rounding of the terms, about a few units each and independent: measured. */
static const double unit = 2e-15;

static kl_status solve_part(MPI_Comm comm, const kl_graphs_problem *problem,
                            const kl_graphs_plan *plan, const kl_graphs_part *part,
                            double complex *value, double *error, kl_error *err)
{
    solver s = {.problem = problem, .plan = plan, .part = part};
    const size_t ntimes = (size_t)problem->ntimes, of_tile = part->n * ntimes;
    sums *tiles = NULL;
    int rank, ranks, ntiles = 0;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    kl_status status = prepare(&s, err);
    if (status == KL_OK) {
        ntiles = blocks_of(s.rows, part->block) * blocks_of(s.contour.nodes, part->block);
        status = kl_alloc((size_t)ntiles * of_tile, sizeof *tiles, "sums", &tiles, err);
    }
    KL_GOTO(kl_agree(comm, status, err));
    do_tiles(&s, rank, ranks, tiles, of_tile);
    KL_GOTO(gather(comm, tiles, ntiles, of_tile, err));
    for (size_t g = 0; g < part->n; g++)
        for (size_t t = 0; t < ntimes; t++) {
            const sums *sum = &tiles[g * ntimes + t];
            value[part->which[g] * ntimes + t] = plan->scale * sum->value;
            error[part->which[g] * ntimes + t] =
                cabs(plan->scale) *
                (2 * cabs(sum->inner) * s.contour.gain + s.contour.outside * cabs(sum->value) +
                 unit * sqrt(sum->square));
        }
done:
    kl_evaluation_destroy(&s.evaluation);
    kl_contour_destroy(&s.contour);
    free(s.left[0]);
    free(tiles);
    return status;
}

/* No vertices: the mean of b over the start, at any time. */
static double complex mean_symbol(const kl_graphs_problem *p, const kl_graphs_plan *plan)
{
    const size_t points = (size_t)pow(p->sites, p->dimension);
    double complex sum = 0;
    for (size_t i = 0; i < points; i++)
        sum += plan->start[i] / (double)points;
    return plan->scale * sum;
}

static void deliver(const kl_graphs_problem *p, const kl_graphs_plan *plan, const kl_graph *graphs,
                    size_t n, const double complex *value, const double *error,
                    double complex *amplitude, double *reported)
{
    const size_t ntimes = (size_t)p->ntimes;
    for (size_t g = 0; g < n; g++) {
        const double scale = kl_graph_factor(&graphs[g], p->law) * pow(p->eta, p->left + p->right);
        for (size_t t = 0; t < ntimes; t++) {
            const size_t from = plan->of[g] * ntimes + t;
            const bool conjugate = plan->mirror[g] != plan->swapped;
            amplitude[g * ntimes + t] = scale * (conjugate ? conj(value[from]) : value[from]);
            reported[g * ntimes + t] = fabs(scale) * error[from];
        }
    }
}

kl_status kl_graphs_amplitudes(MPI_Comm comm, const kl_graphs_problem *problem,
                               const kl_graph *graphs, size_t n, double complex *amplitude,
                               double *error, kl_error *err)
{
    kl_graphs_plan plan;
    double complex *value = NULL;
    double *reported = NULL;
    const size_t size = n * (size_t)problem->ntimes;
    kl_status status = kl_graphs_plan_create(problem, graphs, n, &plan, err);
    if (status == KL_OK)
        status = kl_alloc(size, sizeof *value, "amplitudes", &value, err);
    if (status == KL_OK)
        status = kl_alloc(size, sizeof *reported, "amplitudes", &reported, err);
    KL_GOTO(kl_agree(comm, status, err));
    for (int i = 0; i < 2; i++)
        if (plan.part[i].n > 0)
            KL_GOTO(solve_part(comm, problem, &plan, &plan.part[i], value, reported, err));
    for (size_t i = 0; i < size && problem->left + problem->right == 0; i++)
        value[i] = mean_symbol(problem, &plan);
    deliver(problem, &plan, graphs, n, value, reported, amplitude, error);
done:
    free(value);
    free(reported);
    kl_graphs_plan_destroy(&plan);
    return status;
}

/* How often a node is loaded: a row of tiles loads its nodes w once, and all nodes z. */
static double loads(const kl_graphs_problem *p, const kl_graphs_plan *plan, int nodes, int block)
{
    if (plan->one_line)
        return (double)nodes * (plan->shell ? 1 : p->ntimes);
    const int rows = plan->conjugate ? nodes / 2 : nodes;
    return rows + (double)nodes * blocks_of(rows, block);
}

kl_status kl_graphs_estimate(const kl_graphs_problem *problem, const kl_graph *graphs, size_t n,
                             kl_graphs_cost *cost, kl_error *err)
{
    kl_graphs_plan plan;
    *cost = (kl_graphs_cost){0};
    KL_TRY(kl_graphs_plan_create(problem, graphs, n, &plan, err));
    if (plan.part[0].n > 0) {
        cost->nodes = kl_contour_nodes(plan.contour);
        cost->pairs = (double)cost->nodes * (plan.one_line    ? 1
                                             : plan.conjugate ? 0.5 * cost->nodes
                                                              : cost->nodes);
    }
    for (int i = 0; i < 2; i++) {
        const kl_graphs_part *part = &plan.part[i];
        const double points = (double)part->torus.points;
        const double transform = 5 * points * log2(points + 1);
        cost->transforms += part->cost.transforms;
        cost->passes += part->cost.passes;
        cost->tetrahedra += part->cost.tetrahedra;
        cost->bytes = fmax(cost->bytes, part->cost.bytes);
        cost->operations +=
            cost->pairs * (part->cost.transforms * transform + part->cost.passes * 8 * points +
                           part->cost.tetrahedra * part->orbits * (2 * transform + 32 * points));
        if (part->n > 0)
            cost->operations +=
                loads(problem, &plan, cost->nodes, part->block) *
                (part->cost.node_transforms * transform + part->cost.node_passes * 8 * points);
    }
    /* The plan's own: symbol and start on the whole torus, which is there while it is made. */
    cost->bytes += 48 * pow(problem->sites, problem->dimension);
    kl_graphs_plan_destroy(&plan);
    return KL_OK;
}
