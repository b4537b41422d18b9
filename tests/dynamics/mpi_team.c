/* Ranks that work on the same fronts, ranks whose slabs drift, with shared memory and with
 * messages, and nodes of ranks that do both: the bits of one rank, whatever the tiles, and however
 * late a rank is. What nodes send is counted: this program interposes MPI_Isend (the profiling
 * interface of the MPI standard).
 */
#include "dynamics/dense.h"
#include "lattice/team.h"

#include <sched.h>

enum { STEPS = 37, ARRAYS = 4, DEPTH = 16 };

static int64_t bytes_sent;

int MPI_Isend(const void *buffer, int count, MPI_Datatype type, int to, int tag, MPI_Comm comm,
              MPI_Request *request)
{
    int size;
    MPI_Type_size(type, &size);
    bytes_sent += (int64_t)count * size;
    return PMPI_Isend(buffer, count, type, to, tag, comm, request);
}

static const kl_stencil_set *kernels;
static uint64_t luck;
static int64_t yields;
static double seldom = 0.8;

/* Now and then another rank has its turn. */
static void tarry(void)
{
    while (test_random(&luck) > seldom) {
        sched_yield();
        yields++;
    }
}

static void late_single(const kl_rows_single *rows)
{
    tarry();
    kernels->single[2](rows);
}

static void late_double(const kl_rows_double *rows)
{
    tarry();
    kernels->twofold[2](rows);
}

static const kl_stencil_set late = {"late", {NULL, NULL, late_single}, {NULL, NULL, late_double}};

static void step_of(const void *context, int k, kl_stencil_step *step)
{
    static const double c0 = 0.5, c1 = -0.25;
    (void)context;
    *step = (kl_stencil_step){
        .hop = k == 1 ? 0.14 : 0.28, .potential = k == 1 ? 0.03 : 0.06, .subtract = k > 1};
    if (k % 4 < 2)
        return;
    step->outputs = 1;
    step->acc = 2 + k % 2;
    step->c0 = &c0;
    step->c1 = &c1;
}

typedef enum way { TOGETHER, DRIFT_SHARED, DRIFT_SENT, NODES } way;

typedef struct slab {
    kl_team team;
    kl_lattice lattice;
    kl_seams seams; /* of slabs that drift */
    float *omega;
    void *array[ARRAYS];
} slab;

/* Arrays of nodes have no ghosts. */
static void join(slab *s, MPI_Comm comm, size_t element, way how, int node)
{
    MPI_Comm near;
    MPI_Comm_split(comm, s->lattice.rank / node, s->lattice.rank, &near);
    s->lattice.bare = how == NODES;
    const size_t bytes = kl_lattice_team_bytes(&s->lattice, element, ARRAYS, sizeof(float));
    assert_ok(kl_team_create(near, bytes, how == TOGETHER || how == NODES, &s->team, why));
    MPI_Comm_free(&near);
    s->lattice.team = s->team.ranks > 0 ? &s->team : NULL;
    if (how != TOGETHER)
        assert_ok(kl_seams_create(&s->lattice, element, DEPTH, ARRAYS, how == DRIFT_SHARED,
                                  &s->seams, why));
}

static slab *create(MPI_Comm comm, int64_t L, kl_precision precision, way how, int node)
{
    slab *s = calloc(1, sizeof *s);
    const size_t element = kl_precision_size(precision);
    assert_ok(kl_lattice_create(comm, 3, L, &s->lattice, why));
    join(s, comm, element, how, node > 0 ? node : s->lattice.ranks);
    const int64_t most = (L + s->lattice.ranks - 1) / s->lattice.ranks, n = s->lattice.plane;
    s->omega = s->lattice.team ? kl_team_take(&s->team, (size_t)(most * n) * sizeof(float))
                               : calloc((size_t)(L * n), sizeof(float));
    for (int i = 0; i < ARRAYS; i++)
        assert_ok(kl_lattice_array(&s->lattice, element, i, &s->array[i], why));
    return s;
}

/* The same numbers at the same sites on any layout; some ranks are late. */
static void fill(slab *s, kl_precision precision)
{
    for (int i = 0; i < 20 && s->lattice.rank % 2 == 1; i++)
        sched_yield();
    for (int64_t x = 0; x < kl_lattice_local(&s->lattice); x++) {
        uint64_t seed = (uint64_t)(s->lattice.first * s->lattice.plane + x);
        const double value = test_random(&seed);
        s->omega[x] = (float)test_random(&seed);
        kl_state_store(precision, s->array[0], kl_lattice_origin(&s->lattice) + x, 1, &value);
    }
}

static void destroy(slab *s)
{
    for (int i = 0; i < ARRAYS; i++)
        kl_lattice_array_free(s->array[i]);
    if (!s->lattice.team)
        free(s->omega);
    kl_seams_destroy(&s->seams);
    kl_team_destroy(&s->team);
    free(s);
}

static void run(slab *s, kl_precision precision, kl_blocking blocking, const kl_stencil_set *set)
{
    const kl_recurrence r = {.stencil = {&s->lattice, precision, set},
                             .omega = s->omega,
                             .seams = &s->seams,
                             .blocking = blocking,
                             .array = s->array,
                             .arrays = ARRAYS,
                             .keep = true};
    bytes_sent = 0;
    fill(s, precision);
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, STEPS, step_of, NULL);
    kl_recurrence_end(&r);
}

static bool same(const slab *part, const slab *whole, kl_precision precision)
{
    const size_t element = kl_precision_size(precision);
    const size_t bytes = (size_t)kl_lattice_local(&part->lattice) * element;
    bool all = true;
    for (int i = 0; i < ARRAYS; i++)
        all = all && memcmp(kl_lattice_plane(&part->lattice, part->array[i], element, 0),
                            kl_lattice_plane(&whole->lattice, whole->array[i], element,
                                             part->lattice.first),
                            bytes) == 0;
    return all;
}

/* Of each node: in a block of K steps K planes of all arrays and one of a vector; what has drifted
 * goes home; and once the potential. */
static int64_t formula(const slab *s, int depth, size_t element)
{
    const int nodes = s->lattice.ranks / s->team.ranks;
    const int k = depth < s->seams.depth ? depth : s->seams.depth;
    int64_t planes = 0, drift = 0;
    for (int first = 0; first < STEPS; first += k) {
        const int n = STEPS - first < k ? STEPS - first : k;
        planes += n * ARRAYS + 1;
        drift = drift == 0 ? n : drift - n;
    }
    planes += drift * ARRAYS;
    return nodes * s->lattice.plane *
           (planes * (int64_t)element + s->seams.depth * (int64_t)sizeof(float));
}

/* Returns how often a rank gave its turn away while it waited for others. */
static int64_t compare(const slab *whole, kl_precision precision, kl_blocking blocking, way how)
{
    slab *part = create(MPI_COMM_WORLD, whole->lattice.sites, precision, how, 0);
    const int ranks = part->lattice.ranks;
    const int64_t planes = whole->lattice.sites / ranks;
    luck = (uint64_t)(part->lattice.rank + 17 * blocking.depth);
    assert_everywhere(part->team.ranks == (ranks > 1 && how == TOGETHER ? ranks : 0));
    assert_everywhere((part->seams.depth > 0) == (ranks > 1 && how != TOGETHER && planes > 2));
    run(part, precision, blocking, &late);
    assert_everywhere(same(part, whole, precision));
    const int64_t waited = part->team.yields;
    destroy(part);
    return waited;
}

/* The same on nodes of so many ranks. */
static void compare_nodes(const slab *whole, kl_precision precision, kl_blocking blocking, int node)
{
    const int64_t L = whole->lattice.sites;
    slab *part = create(MPI_COMM_WORLD, L, precision, NODES, node);
    const int nodes = part->lattice.ranks / node;
    const int64_t least = L / nodes, most = least / 2 < least - 2 ? least / 2 : least - 2;
    luck = (uint64_t)(part->lattice.rank + 17 * blocking.depth + 5 * node);
    assert_everywhere(part->team.ranks == node);
    assert_everywhere(part->seams.depth == (nodes == 1 ? 0 : most < DEPTH ? most : DEPTH));
    run(part, precision, blocking, &late);
    assert_everywhere(same(part, whole, precision));
    MPI_Allreduce(MPI_IN_PLACE, &bytes_sent, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    if (nodes > 1)
        assert_everywhere(bytes_sent ==
                          formula(part, blocking.depth, kl_precision_size(precision)));
    destroy(part);
}

/* Tiles of few rows, of which some ranks have none, up to whole planes; one block and many. */
static void nodes_of_ranks(void **state)
{
    static const int64_t sides[] = {13, 34};
    static const kl_blocking blockings[] = {{5, 12, true}, {2, 4, true},   {16, 64, true},
                                            {3, 6, false}, {8, 16, false}, {1, 64, true}};
    int ranks, trial = 0;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    seldom = 0.96;
    for (int i = 0; i < 2; i++)
        for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
            slab *whole = create(MPI_COMM_SELF, sides[i], (kl_precision)precision, TOGETHER, 0);
            run(whole, (kl_precision)precision, (kl_blocking){1, 64, false}, kernels);
            for (int node = 2; node <= ranks; node++)
                for (int b = 0; ranks % node == 0 && sides[i] / (ranks / node) > 2 && b < 2; b++)
                    compare_nodes(whole, (kl_precision)precision, blockings[trial++ % 6], node);
            destroy(whole);
        }
}

static void the_bits_of_one_rank(void **state)
{
    static const int64_t sides[] = {5, 12, 23};
    static const kl_blocking blockings[] = {
        {1, 64, true}, {3, 6, false}, {5, 12, true}, {8, 16, true}};
    int ranks;
    int64_t waited = 0;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    kernels = kl_stencil_choose();
    for (int i = ranks > 4 ? 1 : 0; i < 3; i++)
        for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
            slab *whole = create(MPI_COMM_SELF, sides[i], (kl_precision)precision, TOGETHER, 0);
            run(whole, (kl_precision)precision, (kl_blocking){1, 64, false}, kernels);
            for (int b = 0; b < 4; b++)
                waited += compare(whole, (kl_precision)precision, blockings[b], TOGETHER);
            compare(whole, (kl_precision)precision, blockings[1], DRIFT_SHARED);
            compare(whole, (kl_precision)precision, blockings[3], DRIFT_SENT);
            destroy(whole);
        }
    assert_everywhere(yields > 100);
    MPI_Allreduce(MPI_IN_PLACE, &waited, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    assert_everywhere((waited > 0) == (ranks > 1)); /* who finds nothing lets others work */
}

/* The default is the caller's, the environment's word is the last. */
static void the_environment_decides(void **state)
{
    static const char *const asked[] = {NULL, "0", "1"};
    kl_team team;
    int ranks;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int i = 0; i < 3; i++)
        for (int wanted = 0; wanted < 2; wanted++) {
            const bool one = asked[i] ? asked[i][0] == '1' : wanted;
            if (asked[i])
                setenv("KINLIM_TEAM", asked[i], 1);
            assert_ok(kl_team_create(MPI_COMM_WORLD, 4096, wanted, &team, why));
            assert_everywhere(team.ranks == (one && ranks > 1 ? ranks : 0));
            kl_team_destroy(&team);
        }
    unsetenv("KINLIM_TEAM");
}

/* An array that is not the team's: the ranks go on without it. */
static void arrays_of_their_own(void **state)
{
    (void)state;
    slab *whole = create(MPI_COMM_SELF, 12, KL_DOUBLE, TOGETHER, 0),
         *part = create(MPI_COMM_WORLD, 12, KL_DOUBLE, TOGETHER, 0);
    kl_team *team = part->lattice.team;
    void *other;
    part->lattice.team = NULL;
    assert_ok(kl_lattice_array(&part->lattice, sizeof(double), 0, &other, why));
    part->lattice.team = team;
    part->array[0] = other;
    run(whole, KL_DOUBLE, (kl_blocking){1, 64, false}, kernels);
    run(part, KL_DOUBLE, (kl_blocking){4, 64, false}, kernels);
    assert_everywhere(same(part, whole, KL_DOUBLE));
    destroy(part);
    destroy(whole);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_bits_of_one_rank), cmocka_unit_test(nodes_of_ranks),
    cmocka_unit_test(the_environment_decides), cmocka_unit_test(arrays_of_their_own)};
TEST_MAIN(tests)
