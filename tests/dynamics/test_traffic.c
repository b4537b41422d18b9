/* What a full node moves between memory and its caches at L = 1024, counted: 64 ranks, threads
 * here, share the fronts of one lattice and a cache of 4 MB each that forgets what was used longest
 * ago. A block of K steps reads and writes two vectors and two accumulators and reads the
 * potential: 36/K bytes per site, step and chain in single precision, 68/K in double.
 */
#include "dynamics/cache.h"
#include "lattice/check.h"
#include "lattice/team.h"

#include <pthread.h>

enum { SITES = 1024, RANKS = 64, PLANES = 96, MEGABYTES = 4, PAGE = 4096 };

static cache *node;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
CACHE_KERNEL(single_rows, kl_rows_single, float, node)
CACHE_KERNEL(double_rows, kl_rows_double, double, node)

static void in_single(const kl_rows_single *rows)
{
    pthread_mutex_lock(&lock);
    single_rows(rows);
    pthread_mutex_unlock(&lock);
}

static void in_double(const kl_rows_double *rows)
{
    pthread_mutex_lock(&lock);
    double_rows(rows);
    pthread_mutex_unlock(&lock);
}

static const kl_stencil_set set = {"counted", {NULL, NULL, in_single}, {NULL, NULL, in_double}};

typedef struct member {
    pthread_t thread;
    kl_precision precision;
    kl_lattice lattice;
    kl_team team;
} member;

/* The arrays lie one after the other in a segment, behind the page of the team. */
static void *work(void *context)
{
    member *m = context;
    const size_t element = kl_precision_size(m->precision);
    const size_t all = (size_t)kl_lattice_extent(&m->lattice) * element;
    void *array[4];
    m->lattice.team = &m->team;
    for (size_t i = 0; i < 4; i++)
        array[i] = (char *)m->team.memory[m->team.rank].memory + PAGE + i * all;
    const kl_recurrence r = {
        .stencil = {&m->lattice, m->precision, &set},
        .omega = (float *)(void *)((char *)array[3] + all),
        .array = array,
        .arrays = 4,
        .blocking = kl_blocking_choose(&m->lattice, m->precision, (size_t)MEGABYTES << 20)};
    kl_recurrence_sample(&r, (kl_part){0, PLANES, 0, SITES}, cache_step, NULL);
    return NULL;
}

/* Bytes per site, step and chain. */
static double moved(kl_precision precision, int64_t *updates)
{
    static member members[RANKS];
    static kl_shared segment[RANKS];
    const size_t plane = (size_t)SITES * SITES, planes = SITES / RANKS;
    const size_t bytes = PAGE + 4 * (planes + 2) * plane * kl_precision_size(precision) +
                         planes * plane * sizeof(float);
    node = cache_create(RANKS * bytes, SITES * sizeof(float), (double)RANKS * MEGABYTES * 1048576);
    for (int r = 0; r < RANKS; r++) {
        segment[r] = (kl_shared){node->base + (size_t)r * bytes, bytes};
        assert_int_equal(mprotect(segment[r].memory, PAGE, PROT_READ | PROT_WRITE), 0);
        members[r] = (member){.precision = precision,
                              .lattice = {.dimension = 3,
                                          .sites = SITES,
                                          .plane = SITES * SITES,
                                          .first = r * (int64_t)planes,
                                          .count = (int64_t)planes,
                                          .comm = MPI_COMM_SELF,
                                          .rank = r,
                                          .ranks = RANKS},
                              .team = {r, RANKS, bytes, PAGE, segment, 0, 0}};
    }
    for (int r = 0; r < RANKS; r++)
        assert_int_equal(pthread_create(&members[r].thread, NULL, work, &members[r]), 0);
    for (int r = 0; r < RANKS; r++)
        pthread_join(members[r].thread, NULL);
    const double all = (double)node->moved * (double)node->piece;
    *updates = node->updates;
    const double each = all / ((double)node->updates * SITES);
    cache_destroy(node);
    return each;
}

static void of_a_full_node(void **state)
{
    static const double least[] = {36.0 / 16, 68.0 / 16}, most[] = {4, 7};
    (void)state;
    for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
        int64_t updates, expected = 0;
        const double each = moved((kl_precision)precision, &updates);
        for (int64_t w = 2; w < PLANES; w++)
            expected += SITES * (w / 2 < 16 ? w / 2 : 16);
        printf("%s: %.2f bytes per site, step and chain\n",
               precision == KL_SINGLE ? "single" : "double", each);
        assert_int_equal(updates, expected); /* every row once */
        assert_true(each >= 0.5 * least[precision]);
        assert_at_most(each, most[precision]);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(of_a_full_node)};
TEST_MAIN(tests)
