/* A lattice in pencils: what is made where it lies, potential and start, and what is measured there
 * or by the ranks of a node together has the bits of one rank, on every grid and every box of a
 * node; planes are spread evenly over nodes where there are fewer than ranks.
 */
#include "dynamics/initial.h"
#include "lattice/pencil_parts.h"
#include "parts/potential.h"
#include "wigner/pairing_private.h"
#include "wigner/weyl.h"

enum { OBSERVABLES = 4, ARRAYS = 4 };

static const double mu = 0.19;
static int shared; /* how often a node's ranks measured together */

typedef struct results {
    complex double value[OBSERVABLES];
    double norm, hop, potential;
} results;

typedef struct piece_of {
    MPI_Comm comm;
    kl_lattice lattice;
    kl_pencils pencils; /* of several ranks */
    kl_team team;
    kl_state start, made;
    void *spare, *more;
    float *omega;
} piece_of;

/* grid NULL: one rank alone. */
static piece_of *create(const kl_grid *grid, int d, int64_t L, kl_precision precision, bool share)
{
    piece_of *p = calloc(1, sizeof *p);
    const size_t element = kl_precision_size(precision);
    p->comm = grid ? kl_grid_order(MPI_COMM_WORLD, grid) : MPI_COMM_NULL;
    assert_ok(kl_lattice_create_sparse(grid ? p->comm : MPI_COMM_SELF, d, L, 0, &p->lattice, why));
    if (grid) {
        assert_ok(kl_pencils_create(&p->lattice, grid, &p->pencils, why));
        MPI_Comm node = kl_pencils_node(&p->pencils);
        assert_ok(kl_team_create(node, kl_lattice_team_bytes(&p->lattice, element, ARRAYS + 2, 0),
                                 share, &p->team, why));
        MPI_Comm_free(&node);
        p->lattice.team = p->team.ranks > 0 ? &p->team : NULL;
    }
    assert_ok(kl_state_create(&p->lattice, precision, &p->start, why));
    assert_ok(kl_state_create(&p->lattice, precision, &p->made, why));
    assert_ok(kl_lattice_array(&p->lattice, element, 4, &p->spare, why));
    assert_ok(kl_lattice_array(&p->lattice, element, 5, &p->more, why));
    if (grid)
        kl_pencils_join(&p->pencils, &p->team, (void *const[2]){p->spare, p->more});
    const int64_t n = kl_lattice_local(&p->lattice), room = p->lattice.room;
    p->omega = calloc((size_t)(n > room ? n : room) + 1, sizeof(float));
    return p;
}

static void destroy(piece_of *p)
{
    kl_state_destroy(&p->start);
    kl_state_destroy(&p->made);
    kl_lattice_array_free(p->spare);
    kl_lattice_array_free(p->more);
    free(p->omega);
    kl_team_destroy(&p->team);
    kl_pencils_destroy(&p->pencils);
    if (p->comm != MPI_COMM_NULL)
        MPI_Comm_free(&p->comm);
    free(p);
}

static void measure(const piece_of *p, const kl_state *psi, results *r)
{
    kl_symbol symbols[OBSERVABLES] = {mode_symbol(0, 0, 0), mode_symbol(1, 0, 0),
                                      mode_symbol(-1, 1, 0)};
    kl_observable o[OBSERVABLES];
    kl_wigner *pairing = NULL;
    assert_ok(kl_symbol_energy(p->lattice.dimension, 1, &symbols[3], why));
    set_observables(OBSERVABLES, symbols, o);
    assert_ok(kl_wigner_create(&p->lattice, mu, OBSERVABLES, o, &pairing, why));
    assert_ok(kl_wigner_evaluate(pairing, psi, r->value, &r->norm, &r->hop, NULL, why));
    kl_wigner_destroy(&pairing);
    for (int k = 0; k < OBSERVABLES; k++)
        kl_symbol_destroy(&symbols[k]);
}

/* The slab of p against that of all. */
static bool same_slab(const piece_of *p, const kl_state *psi, const piece_of *whole)
{
    const size_t element = kl_precision_size(psi->precision);
    const size_t bytes = (size_t)kl_lattice_local(&p->lattice) * element;
    const int64_t first = p->lattice.first;
    return memcmp(psi->re, kl_lattice_plane(&whole->lattice, whole->start.re, element, first),
                  bytes) == 0 &&
           memcmp(psi->im, kl_lattice_plane(&whole->lattice, whole->start.im, element, first),
                  bytes) == 0;
}

static const kl_initial packet = {.envelope = KL_ENVELOPE_GAUSSIAN,
                                  .width = 0.4,
                                  .center = {0.1, -0.2, 0.05},
                                  .momentum = {0.15, -0.2, 0.3},
                                  .mu = 0.19};
static const kl_disorder_keys keys = {KL_GAUSSIAN, 7};

static void fill_whole(piece_of *p, results *r)
{
    assert_ok(kl_initial_fill(&packet, &p->start, why));
    kl_potential_draw(&keys, KL_GAUSSIAN, 0.5, NULL, 3, &p->lattice, p->omega);
    measure(p, &p->start, r);
    assert_ok(kl_potential_energy(&p->start, p->omega, &r->potential, why));
}

/* Of two vectors that leave for slabs, what goes to another rank: all but this rank's rows of its
 * node's planes, or what the slab of this rank has of its own pencil. */
static int64_t formula(const piece_of *p)
{
    const kl_lattice *lattice = &p->lattice;
    const kl_pencils *pencils = &p->pencils;
    const int range = pencils->at[0], across = pencils->grid.parts[1];
    const int64_t row = pencils->sites * (int64_t)kl_precision_size(p->made.precision);
    int64_t rows = lattice->sites * pencils->rows - lattice->sites * lattice->count;
    if (p->pencils.team) {
        bool here = false;
        for (int place = 0; place < p->team.ranks; place++) {
            const int rank = kl_pencils_mate(pencils, place);
            here = here || (rank / across == range &&
                            kl_lattice_first(lattice, rank + 1) > kl_lattice_first(lattice, rank));
        }
        const int64_t own =
            kl_pencils_row(pencils, p->team.rank + 1) - kl_pencils_row(pencils, p->team.rank);
        rows = pencils->rows * (lattice->sites - (here ? own : 0));
    }
    return p->lattice.dimension == 3 ? 2 * rows * row : 0;
}

/* Slabs first, then pencils; d = 2 is made in slabs. */
static void compare(const kl_grid *grid, const piece_of *whole, const results *expected, bool share)
{
    const kl_precision precision = whole->start.precision;
    const size_t element = kl_precision_size(precision);
    const int d = whole->lattice.dimension;
    piece_of *p = create(grid, d, whole->lattice.sites, precision, share);
    results found;
    assert_ok(kl_initial_fill(&packet, &p->start, why));
    shared += kl_pairing_shares(&p->start);
    measure(p, &p->start, &found);
    if (d == 3) {
        kl_potential_draw_pencil(&keys, KL_GAUSSIAN, 0.5, NULL, 3, &p->lattice, p->omega);
        p->made.pencil = true;
        assert_ok(kl_initial_fill(&packet, &p->made, why));
    } else {
        kl_potential_draw(&keys, KL_GAUSSIAN, 0.5, NULL, 3, &p->lattice, p->omega);
        kl_pencils_enter(&p->pencils, p->omega, sizeof(float), p->spare);
        assert_ok(kl_initial_fill(&packet, &p->made, why));
        kl_pencils_enter(&p->pencils, p->made.re, element, p->spare);
        kl_pencils_enter(&p->pencils, p->made.im, element, p->spare);
        p->made.pencil = true;
    }
    assert_ok(kl_potential_energy(&p->made, p->omega, &found.potential, why));
    assert_everywhere(memcmp(&found, expected, sizeof found) == 0);
    kl_pencils_leave(&p->pencils, p->made.re, element, p->start.re, p->spare);
    kl_pencils_leave(&p->pencils, p->made.im, element, p->start.im, p->spare);
    assert_everywhere(same_slab(p, &p->start, whole));
    assert_everywhere(p->pencils.bytes == formula(p));
    destroy(p);
}

static void on_every_grid(int d, int64_t L, kl_precision precision)
{
    piece_of *whole = create(NULL, d, L, precision, false);
    results expected;
    kl_grid grid = {{1, 1}, {1, 1}};
    int ranks;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    memset(&expected, 0, sizeof expected);
    fill_whole(whole, &expected);
    for (grid.parts[0] = 1; grid.parts[0] <= ranks; grid.parts[0]++) {
        grid.parts[1] = ranks / grid.parts[0];
        if (grid.parts[0] * grid.parts[1] != ranks || grid.parts[0] > L || grid.parts[1] > L ||
            (d == 2 && grid.parts[1] > 1))
            continue;
        for (grid.box[0] = 1; grid.box[0] <= grid.parts[0]; grid.box[0]++)
            for (grid.box[1] = 1; grid.box[1] <= grid.parts[1]; grid.box[1]++)
                if (grid.parts[0] % grid.box[0] == 0 && grid.parts[1] % grid.box[1] == 0)
                    compare(&grid, whole, &expected, true);
        grid.box[0] = grid.box[1] = 1;
        compare(&grid, whole, &expected, false);
    }
    destroy(whole);
}

static void the_bits_of_one_rank(void **state)
{
    static const int64_t sides[] = {3, 5, 13};
    int ranks;
    (void)state;
    for (int i = 0; i < 3; i++)
        on_every_grid(3, sides[i], i % 2 ? KL_SINGLE : KL_DOUBLE);
    on_every_grid(2, 17, KL_SINGLE);
    on_every_grid(2, 19, KL_DOUBLE);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    assert_everywhere((shared > 0) == (ranks == 4 || ranks == 6 || ranks == 8));
}

/* Of 4096 ranks on 64 nodes with 1024 planes each node has 16 planes that follow each other. */
static void nodes_have_their_share_of_planes(void **state)
{
    static const int parts[2][2] = {{256, 16}, {512, 8}}, box[2][2] = {{32, 2}, {64, 1}};
    (void)state;
    for (int k = 0; k < 2; k++) {
        const kl_lattice lattice = {
            .sites = 1024, .ranks = 4096, .across = parts[k][1], .box = {box[k][0], box[k][1]}};
        int64_t of_node[64] = {0}, last[64];
        for (int r = 0; r < lattice.ranks; r++) {
            const int64_t first = kl_lattice_first(&lattice, r);
            const int64_t planes = kl_lattice_first(&lattice, r + 1) - first;
            const int i = r / parts[k][1], j = r % parts[k][1];
            const int n = i / box[k][0] * (parts[k][1] / box[k][1]) + j / box[k][1];
            assert_true(planes >= 0 && planes <= kl_lattice_most_planes(&lattice));
            if (planes == 0)
                continue;
            assert_true(of_node[n] == 0 || first == last[n]);
            of_node[n] += planes;
            last[n] = first + planes;
        }
        for (int n = 0; n < 64; n++)
            assert_int_equal(of_node[n], 16);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(the_bits_of_one_rank),
                                          cmocka_unit_test(nodes_have_their_share_of_planes)};
TEST_MAIN(tests)
