#include "dynamics/pencil_grid.h"

#include "base/cpu.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    DEEPEST = 16,
    LEAST_FILLED = 13, /* a term of so deep a block does not wait for memory */
    SLAB_DEPTH = 8,
    LEAST_DEPTH = 4,
    THICKEST = 64,
    LEAST_ROW = 64,
    SECTION = 256
};

/* "4x2", or "4", of positive numbers. */
static bool read_pair(const char *text, int pair[2])
{
    char end;
    pair[1] = 0;
    const int n = sscanf(text, "%6dx%6d%c", &pair[0], &pair[1], &end);
    return (n == 2 && pair[0] > 0 && pair[1] > 0) ||
           (n == 1 && pair[0] > 0 && sscanf(text, "%*6d%c", &end) != 1);
}

kl_status kl_pencil_grid_asked(int ranks, kl_grid *out, kl_error *err)
{
    const char *grid = getenv("KINLIM_GRID"), *node = getenv("KINLIM_NODE");
    *out = (kl_grid){{0, 0}, {0, 0}};
    if (node && node[0] && !read_pair(node, out->box))
        return kl_fail(err, KL_INPUT, "KINLIM_NODE: \"%s\" is not a box of ranks like 2x1", node);
    if (!grid || !grid[0])
        return KL_OK;
    if (!read_pair(grid, out->parts) || out->parts[1] == 0)
        return kl_fail(err, KL_INPUT, "KINLIM_GRID: \"%s\" is not a grid of ranks like 4x2", grid);
    if (out->parts[0] * out->parts[1] != ranks) {
        out->parts[0] = 0;
        return KL_OK;
    }
    if (out->box[1] > 0 && (out->parts[0] % out->box[0] != 0 || out->parts[1] % out->box[1] != 0))
        return kl_fail(err, KL_INPUT, "KINLIM_NODE: boxes of %s do not fill a grid of %s", node,
                       grid);
    return KL_OK;
}

kl_blocking kl_pencil_grid_blocking(int64_t rows, int64_t sites, kl_precision precision,
                                    double cache)
{
    const double usable = 2.0 / 3 * (cache > 0 ? cache : (double)kl_cpu_cache());
    /* Two time levels, two accumulators, the potential, and what lies around. */
    const double site = 1.15 * (4 * (double)kl_precision_size(precision) + sizeof(float));
    const double planes = usable / (2 * site * (double)(rows * sites)); /* K times thick */
    kl_blocking best = {DEEPEST, (int64_t)(planes / DEEPEST), false};
    for (int depth = DEEPEST - 1; depth >= LEAST_FILLED; depth--) { /* as deep, and fuller */
        const int64_t thick = (int64_t)(planes / depth);
        if (best.tile >= 1 && thick <= THICKEST && depth * thick > best.depth * best.tile)
            best = (kl_blocking){depth, thick, false};
    }
    while (best.depth > 1 && best.tile < 1) {
        best.depth -= best.depth > 4 ? 4 : best.depth / 2;
        best.tile = (int64_t)(planes / best.depth);
    }
    best.tile = best.tile < 1 ? 1 : best.tile > THICKEST ? THICKEST : best.tile;
    return best;
}

/* Sites of the border of a node in a plane, but those around which the lattice closes. */
static double border(int dimension, double L, const kl_grid *grid)
{
    const int across[2] = {grid->parts[0] / grid->box[0], grid->parts[1] / grid->box[1]};
    const double width = dimension == 3 ? L : 1;
    return (across[0] > 1 ? 2 * width / across[1] : 0) + (across[1] > 1 ? 2 * L / across[0] : 0);
}

/* A term of one chain by the model of docs/performance.md, section 4, whose inputs stand there:
 * seconds of a rank's sites, of the looks and messages of its fronts, and of the network meanwhile.
 */
static double seconds_of_term(int dimension, int64_t L, kl_precision precision, const kl_grid *grid,
                              double cache)
{
    static const double core[2] = {0.345e-9, 0.65e-9}, bandwidth = 8.3e9, network = 20e9;
    static const double look = 0.7e-6, message = 1e-6;
    const double size = (double)kl_precision_size(precision);
    const int64_t range = L / grid->parts[0], rows = dimension == 3 ? range : 1;
    const int64_t row = dimension == 3 ? L / grid->parts[1] : range;
    const kl_blocking b = kl_pencil_grid_blocking(rows, row, precision, cache);
    const double fronts = ((double)(L - 1) / (double)b.tile + 1) / b.depth;
    double pairs = 0; /* of sides of a rank on other nodes, at most */
    for (int axis = 0; axis < 2; axis++)
        if (grid->parts[axis] > grid->box[axis])
            pairs += grid->box[axis] == 1 ? 1 : 0.5;
    const double site = fmax(core[precision], (8 * size + 4) / (b.depth * bandwidth));
    const double work = (double)(rows * row * L) * site + (look + message * pairs) * fronts;
    return fmax(work, border(dimension, (double)L, grid) * (double)L * size / network);
}

/* Slabs of enough planes whose tiles fit into a rank's cache. */
static bool slabs_are_good(int64_t L, kl_precision precision, const kl_grid *grid, double cache)
{
    const double site = 4 * (double)kl_precision_size(precision) + sizeof(float);
    const int64_t planes = L / ((int64_t)grid->parts[0] * grid->parts[1]);
    return planes >= 2 * SLAB_DEPTH &&
           (SLAB_DEPTH + 2) * 2 * SLAB_DEPTH * site * (double)L <= cache;
}

static bool is_possible(int dimension, int64_t L, kl_precision precision, const kl_grid *grid,
                        double cache, bool forced)
{
    const int64_t range = L / grid->parts[0], rows = dimension == 3 ? range : 1;
    const int64_t row = dimension == 3 ? L / grid->parts[1] : range;
    if (grid->parts[0] > L || grid->parts[1] > L || (dimension < 3 && grid->parts[1] > 1))
        return false;
    if (forced)
        return true;
    return (grid->parts[1] == 1 || row >= LEAST_ROW) && row >= LEAST_ROW / 2 &&
           kl_pencil_grid_blocking(rows, row, precision, cache).depth >=
               (slabs_are_good(L, precision, grid, cache) ? SLAB_DEPTH : LEAST_DEPTH);
}

static kl_grid search(int dimension, int64_t L, kl_precision precision, int ranks, int node,
                      double cache, bool forced)
{
    const int nodes = ranks / node;
    kl_grid best = {{0, 0}, {0, 0}};
    double least = 0;
    for (int across = 1; across <= nodes; across++)
        for (int box = 1; box <= node; box++) {
            if (nodes % across != 0 || node % box != 0)
                continue;
            const kl_grid grid = {{nodes / across * (node / box), across * box}, {node / box, box}};
            if (!is_possible(dimension, L, precision, &grid, cache, forced))
                continue;
            const double a = seconds_of_term(dimension, L, precision, &grid, cache);
            if (best.parts[0] == 0 || a < least || (a <= least && grid.parts[1] < best.parts[1])) {
                best = grid;
                least = a;
            }
        }
    return best;
}

/* Whether slabs of nodes are better than this grid: their planes go to other nodes while fronts are
 * at work, half the time for one plane of a rank, all of it for two; pencils of few terms wait for
 * memory longer. */
static bool nodes_are_better(int dimension, int64_t L, kl_precision precision, int ranks, int node,
                             double cache, const kl_grid *grid)
{
    const bool large = kl_blocking_together(dimension, L, precision);
    int64_t planes = 1; /* of a rank */
    if (grid->parts[0] > 0 &&
        kl_pencil_grid_blocking(L / grid->parts[0], L / grid->parts[1], precision, cache).depth >=
            SLAB_DEPTH)
        planes = 2;
    return dimension == 3 && node > 1 && ranks <= L && L / (ranks / node) >= KL_NODE_PLANES &&
           kl_team_asked(large && L >= planes * ranks);
}

kl_grid kl_pencil_grid_best(int dimension, int64_t sites, kl_precision precision, int ranks,
                            int node, double cache)
{
    const int all = ranks;
    kl_grid best = {{0, 0}, {0, 0}};
    if (dimension == 1 || ranks % node != 0 || (ranks <= node && ranks <= sites))
        return best;
    best = search(dimension, sites, precision, ranks, node, cache, false);
    if (nodes_are_better(dimension, sites, precision, ranks, node, cache, &best))
        return (kl_grid){{0, 0}, {0, 0}};
    for (; best.parts[0] == 0 && ranks > sites; ranks--, node = 1)
        best = search(dimension, sites, precision, ranks, node, cache, true);
    if (best.parts[0] == 0 && ranks == sites && ranks < all)
        best = (kl_grid){{ranks, 1}, {1, 1}};
    return best;
}

/* Ranks of each node where they follow each other on nodes of one size; else 1. */
static int ranks_of_node(MPI_Comm comm)
{
    MPI_Comm node;
    int rank, ranks, size, place, alike[3];
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &ranks);
    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &size);
    MPI_Comm_rank(node, &place);
    MPI_Comm_free(&node);
    alike[0] = size;
    alike[1] = -size;
    alike[2] = rank % size == place;
    MPI_Allreduce(MPI_IN_PLACE, alike, 3, MPI_INT, MPI_MIN, comm);
    return alike[0] == -alike[1] && alike[2] && ranks % size == 0 ? size : 1;
}

kl_status kl_pencil_grid_choose(MPI_Comm comm, int dimension, int64_t sites, kl_precision precision,
                                size_t cache, kl_grid *out, kl_error *err)
{
    double own = cache ? (double)cache : (double)kl_cpu_cache();
    int ranks;
    MPI_Comm_size(comm, &ranks);
    KL_TRY(kl_agree(comm, kl_pencil_grid_asked(ranks, out, err), err));
    if (out->parts[0] > 0 && out->box[1] > 0)
        return KL_OK;
    MPI_Bcast(&own, 1, MPI_DOUBLE, 0, comm);
    int node = out->box[0] > 0 && out->box[1] == 0 ? out->box[0] : ranks_of_node(comm);
    node = ranks % node == 0 ? node : 1;
    if (out->parts[0] == 0) {
        *out = kl_pencil_grid_best(dimension, sites, precision, ranks, node, own);
        if (out->parts[0] == 0)
            out->box[0] = node;
        return KL_OK;
    }
    out->box[0] = out->box[1] = 1; /* whole parts of axis 2, as far as they fill nodes */
    if (node % out->parts[1] == 0 && out->parts[0] % (node / out->parts[1]) == 0) {
        out->box[0] = node / out->parts[1];
        out->box[1] = out->parts[1];
    }
    return KL_OK;
}

int64_t kl_pencil_grid_most(int dimension, int64_t sites)
{
    int parts[2];
    const char *grid = getenv("KINLIM_GRID");
    int64_t most = dimension == 3 ? sites * sites / SECTION : 0;
    if (dimension == 3 && grid && read_pair(grid, parts) && parts[1] > 0)
        most = (int64_t)parts[0] * parts[1] > most ? (int64_t)parts[0] * parts[1] : most;
    return most > sites ? most : sites;
}
