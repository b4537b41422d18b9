/* A lattice in pencils: the bits of one rank on every grid of ranks and every box of a node, by
 * flags and by messages, with more ranks than planes, and however late a rank is; the bytes that
 * are sent are those of the formula.
 */
#include "dynamics/dense.h"
#include "dynamics/recurrence.h"
#include "lattice/edges.h"

#include <sched.h>

enum { STEPS = 21, ARRAYS = 4 };

static const kl_stencil_set *kernels;
static uint64_t luck;

/* Now and then another rank has its turn. */
static void tarry(void)
{
    while (test_random(&luck) > 0.97)
        sched_yield();
}

#define LATE(NAME, ROWS, SET, D)                                                                   \
    static void NAME(const ROWS *rows)                                                             \
    {                                                                                              \
        tarry();                                                                                   \
        kernels->SET[D](rows);                                                                     \
    }
LATE(single_2, kl_rows_single, single, 1)
LATE(single_3, kl_rows_single, single, 2)
LATE(double_2, kl_rows_double, twofold, 1)
LATE(double_3, kl_rows_double, twofold, 2)
static const kl_stencil_set late = {"late", {NULL, single_2, single_3}, {NULL, double_2, double_3}};

static void step_of(const void *context, int k, kl_stencil_step *step)
{
    static const double c0[] = {0.5, -0.75}, c1[] = {-0.25, 0.125};
    const int *outputs = context;
    *step = (kl_stencil_step){
        .hop = k == 1 ? 0.14 : 0.28, .potential = k == 1 ? 0.03 : 0.06, .subtract = k > 1};
    if (k % 4 < 2)
        return;
    step->outputs = *outputs;
    step->acc = *outputs == 1 ? 2 + k % 2 : 2;
    step->c0 = c0;
    step->c1 = c1;
}

typedef struct part {
    kl_precision precision;
    MPI_Comm comm;
    kl_lattice lattice;
    kl_pencils pencils; /* of several ranks */
    kl_team team;
    kl_edges edges;
    float *omega, *own_omega;
    void *array[ARRAYS + 1]; /* the last one: spare */
} part;

static void cut(part *p, const kl_grid *grid, bool share, int64_t most)
{
    const size_t element = kl_precision_size(p->precision);
    assert_ok(kl_pencils_create(&p->lattice, grid, &p->pencils, why));
    MPI_Comm node = kl_pencils_node(&p->pencils);
    const size_t bytes =
        kl_lattice_team_bytes(&p->lattice, element, ARRAYS + 1, sizeof(float)) + 8192;
    assert_ok(kl_team_create(node, bytes, share, &p->team, why));
    MPI_Comm_free(&node);
    p->lattice.team = p->team.ranks > 0 ? &p->team : NULL;
    const int box = p->pencils.rows > 0 && share ? grid->box[0] * grid->box[1] : 1;
    assert_everywhere(p->team.ranks == (box > 1 ? box : 0));
    assert_ok(kl_edges_create(&p->pencils, p->lattice.team, element, most, &p->edges, why));
}

/* The same numbers at the same sites on any layout; grid NULL: one rank alone. */
static part *create(const kl_grid *grid, int d, int64_t L, kl_precision precision, bool share,
                    int64_t most)
{
    part *p = calloc(1, sizeof *p);
    const size_t element = kl_precision_size(precision);
    p->precision = precision;
    p->comm = grid ? kl_grid_order(MPI_COMM_WORLD, grid) : MPI_COMM_NULL;
    int ranks = 1;
    MPI_Comm_size(grid ? p->comm : MPI_COMM_SELF, &ranks);
    const int idle = grid ? ranks - grid->parts[0] * grid->parts[1] : 0;
    assert_ok(
        kl_lattice_create_sparse(grid ? p->comm : MPI_COMM_SELF, d, L, idle, &p->lattice, why));
    if (grid)
        cut(p, grid, share, most);
    for (int i = 0; i < ARRAYS + 1; i++)
        assert_ok(kl_lattice_array(&p->lattice, element, i, &p->array[i], why));
    const int64_t n = kl_lattice_local(&p->lattice), room = p->lattice.room;
    p->own_omega = calloc((size_t)(n > room ? n : room) + 1, sizeof(float));
    p->omega = p->own_omega;
    for (int64_t x = 0; x < n; x++) {
        uint64_t seed = (uint64_t)(p->lattice.first * p->lattice.plane + x);
        const double value = test_random(&seed), more = test_random(&seed);
        const int64_t at = kl_lattice_origin(&p->lattice) + x;
        p->omega[x] = (float)test_random(&seed);
        kl_state_store(precision, p->array[0], at, 1, &value);
        kl_state_store(precision, p->array[2], at, 1, &more);
    }
    return p;
}

static void destroy(part *p)
{
    for (int i = 0; i < ARRAYS + 1; i++)
        kl_lattice_array_free(p->array[i]);
    free(p->own_omega);
    kl_edges_destroy(&p->edges);
    kl_team_destroy(&p->team);
    kl_pencils_destroy(&p->pencils);
    if (p->comm != MPI_COMM_NULL)
        MPI_Comm_free(&p->comm);
    free(p);
}

static void swap(part *p, int i, int k)
{
    void *other = p->array[i];
    p->array[i] = p->array[k];
    p->array[k] = other;
}

static void to_pencils(part *p, size_t element)
{
    kl_pencils_enter(&p->pencils, p->omega, sizeof(float), p->array[ARRAYS]);
    for (int i = 0; i < ARRAYS; i++)
        if (i != 1)
            kl_pencils_enter(&p->pencils, p->array[i], element, p->array[ARRAYS]);
}

/* The accumulators, and the last vector to the spare array. */
static void to_slabs(part *p, size_t element)
{
    kl_pencils_leave(&p->pencils, p->array[STEPS % 2], element, p->array[ARRAYS],
                     p->array[1 - STEPS % 2]);
    for (int i = 2; i < ARRAYS; i++) {
        kl_pencils_leave(&p->pencils, p->array[i], element, p->array[0], p->array[1]);
        swap(p, 0, i);
    }
}

static void run(part *p, kl_blocking blocking, int outputs, const kl_stencil_set *set)
{
    const size_t element = kl_precision_size(p->precision);
    const kl_recurrence r = {.stencil = {&p->lattice, p->precision, set},
                             .omega = p->omega,
                             .blocking = blocking,
                             .array = p->array,
                             .arrays = ARRAYS,
                             .keep = true};
    if (p->lattice.pencils)
        to_pencils(p, element);
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, STEPS, step_of, &outputs);
    kl_recurrence_end(&r);
    if (p->lattice.pencils)
        to_slabs(p, element);
    else
        swap(p, STEPS % 2, ARRAYS);
}

static bool same(const part *p, const part *whole)
{
    static const int compared[] = {2, 3, ARRAYS};
    const size_t element = kl_precision_size(p->precision);
    const size_t bytes = (size_t)kl_lattice_local(&p->lattice) * element;
    bool all = true;
    for (int i = 0; i < 3; i++)
        all = all && memcmp(kl_lattice_plane(&p->lattice, p->array[compared[i]], element, 0),
                            kl_lattice_plane(&whole->lattice, whole->array[compared[i]], element,
                                             p->lattice.first),
                            bytes) == 0;
    return all;
}

/* A row or a column of each plane in each step to every neighbour of another node. */
static int64_t formula(const part *p)
{
    int64_t bytes = 0;
    for (int s = 0; s < KL_SIDES; s++) {
        const kl_edge *edge = &p->edges.side[s];
        const int64_t length = s < KL_LEFT ? p->pencils.sites : p->pencils.rows;
        if (edge->rank >= 0 && (edge->near < 0 || !p->lattice.team))
            bytes += STEPS * p->lattice.sites * length * (int64_t)p->edges.element;
    }
    return bytes;
}

/* What a rank's slab has of the pencils across, and its pencil of their slabs, but of its own: psi,
 * two accumulators and the potential there, three vectors back. */
static int64_t formula_of_moves(const part *p)
{
    const kl_pencils *pencils = &p->pencils;
    const kl_lattice *lattice = &p->lattice;
    const int across = pencils->grid.parts[1], own = pencils->at[1];
    int64_t there = 0, back = 0;
    for (int j = 0; j < across && pencils->rows > 0; j++) {
        const int rank = pencils->at[0] * across + j;
        const int64_t planes =
            kl_lattice_first(lattice, rank + 1) - kl_lattice_first(lattice, rank);
        const int64_t sites = kl_pencils_first(pencils, 1, j + 1) - kl_pencils_first(pencils, 1, j);
        there += j == own ? 0 : lattice->count * sites;
        back += j == own ? 0 : planes * pencils->sites;
    }
    const int64_t element = (int64_t)p->edges.element, in = (3 * element + 4) * there;
    return lattice->sites * (in + 3 * element * back);
}

static int64_t trial; /* numbered, so that every rank takes the same sizes */

static void compare(const kl_grid *grid, const part *whole, int outputs, bool share)
{
    static const kl_blocking blockings[] = {{1, 1, false}, {3, 2, false},   {16, 1, false},
                                            {5, 3, false}, {16, 64, false}, {4, 5, false}};
    const kl_blocking blocking = blockings[trial++ % 6];
    part *p = create(grid, whole->lattice.dimension, whole->lattice.sites, whole->precision, share,
                     blocking.depth * blocking.tile);
    luck = (uint64_t)(p->lattice.rank + 17 * trial);
    run(p, blocking, outputs, &late);
    assert_everywhere(same(p, whole));
    assert_everywhere(p->edges.bytes == formula(p));
    assert_everywhere(p->pencils.bytes == formula_of_moves(p));
    destroy(p);
}

static void on_every_box(const kl_grid *parts, const part *whole, int outputs)
{
    kl_grid grid = *parts;
    for (grid.box[0] = 1; grid.box[0] <= grid.parts[0]; grid.box[0]++)
        for (grid.box[1] = 1; grid.box[1] <= grid.parts[1]; grid.box[1]++)
            if (grid.parts[0] % grid.box[0] == 0 && grid.parts[1] % grid.box[1] == 0)
                compare(&grid, whole, outputs, true);
    grid = *parts;
    compare(&grid, whole, outputs, false);
}

/* idle: of the ranks. */
static void on_every_grid(int d, int64_t L, kl_precision precision, int outputs, int idle)
{
    part *whole = create(NULL, d, L, precision, false, 0);
    kl_grid grid = {{1, 1}, {1, 1}};
    int ranks;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    ranks = ranks > idle ? ranks - idle : 1;
    run(whole, (kl_blocking){1, 64, false}, outputs, kernels);
    for (grid.parts[0] = 1; grid.parts[0] <= ranks; grid.parts[0]++) {
        grid.parts[1] = ranks / grid.parts[0];
        if (grid.parts[0] * grid.parts[1] == ranks && grid.parts[0] <= L && grid.parts[1] <= L &&
            (d == 3 || grid.parts[1] == 1))
            on_every_box(&grid, whole, outputs);
    }
    destroy(whole);
}

static void the_bits_of_one_rank(void **state)
{
    (void)state;
    kernels = kl_stencil_choose();
    for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
        on_every_grid(3, 13, (kl_precision)precision, 1, 0);
        on_every_grid(3, 5, (kl_precision)precision, 2, 0); /* of 8 ranks some have no plane */
        on_every_grid(2, 37, (kl_precision)precision, 1, 0);
    }
    on_every_grid(3, 7, KL_DOUBLE, 1, 1);
    on_every_grid(3, 66, KL_SINGLE, 1, 0); /* whole vectors */
}

static void grids_that_do_not_fit(void **state)
{
    static const kl_grid many = {{1, 7}, {1, 1}}, flat = {{1, 2}, {1, 1}}, line = {{2, 1}, {1, 1}};
    kl_lattice lattice;
    kl_pencils pencils;
    (void)state;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 3, 6, &lattice, why));
    kl_error err;
    assert_int_equal(kl_pencils_create(&lattice, &many, &pencils, &err), KL_INPUT);
    assert_non_null(strstr(err.message, "1 x 7 ranks"));
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 2, 6, &lattice, why));
    assert_int_equal(kl_pencils_create(&lattice, &flat, &pencils, &err), KL_INPUT);
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 1, 6, &lattice, why));
    assert_int_equal(kl_pencils_create(&lattice, &line, &pencils, &err), KL_INPUT);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(the_bits_of_one_rank),
                                          cmocka_unit_test(grids_that_do_not_fit)};
TEST_MAIN(tests)
