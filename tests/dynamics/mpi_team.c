/* Ranks that work on the same fronts: the bits of one rank, whatever the tiles, and however late a
 * rank is. */
#include "dynamics/dense.h"
#include "lattice/team.h"

#include <sched.h>

enum { STEPS = 37, ARRAYS = 4 };

static const kl_stencil_set *kernels;
static uint64_t luck;
static int64_t yields;

/* Now and then another rank has its turn. */
static void tarry(void)
{
    while (test_random(&luck) > 0.7) {
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

typedef struct slab {
    kl_team team;
    kl_lattice lattice;
    float *omega;
    void *array[ARRAYS];
} slab;

/* The same numbers at the same sites on any layout. */
static slab *create(MPI_Comm comm, int64_t L, kl_precision precision)
{
    slab *s = calloc(1, sizeof *s);
    const size_t element = kl_precision_size(precision);
    assert_ok(kl_lattice_create(comm, 3, L, &s->lattice, why));
    const size_t bytes = kl_lattice_team_bytes(&s->lattice, element, ARRAYS, sizeof(float));
    assert_ok(kl_team_create(comm, bytes, &s->team, why));
    s->lattice.team = s->team.ranks > 0 ? &s->team : NULL;
    const int64_t most = (L + s->lattice.ranks - 1) / s->lattice.ranks, n = s->lattice.plane;
    s->omega = s->lattice.team ? kl_team_take(&s->team, (size_t)(most * n) * sizeof(float))
                               : calloc((size_t)(L * n), sizeof(float));
    for (int i = 0; i < ARRAYS; i++)
        assert_ok(kl_lattice_array(&s->lattice, element, i, &s->array[i], why));
    for (int64_t x = 0; x < kl_lattice_local(&s->lattice); x++) {
        uint64_t seed = (uint64_t)(s->lattice.first * n + x);
        const double value = test_random(&seed);
        s->omega[x] = (float)test_random(&seed);
        kl_state_store(precision, s->array[0], n + x, 1, &value);
    }
    return s;
}

static void destroy(slab *s)
{
    for (int i = 0; i < ARRAYS; i++)
        kl_lattice_array_free(s->array[i]);
    if (!s->lattice.team)
        free(s->omega);
    kl_team_destroy(&s->team);
    free(s);
}

static void run(slab *s, kl_precision precision, kl_blocking blocking, const kl_stencil_set *set)
{
    const kl_recurrence r = {.stencil = {&s->lattice, precision, set},
                             .omega = s->omega,
                             .blocking = blocking,
                             .array = s->array,
                             .arrays = ARRAYS,
                             .keep = true};
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, STEPS, step_of, NULL);
    kl_recurrence_end(&r);
}

static bool same(const slab *part, const slab *whole, kl_precision precision)
{
    const size_t element = kl_precision_size(precision);
    const int64_t plane = part->lattice.plane;
    const size_t bytes = (size_t)kl_lattice_local(&part->lattice) * element;
    bool all = true;
    for (int i = 0; i < ARRAYS; i++)
        all = all && memcmp((char *)part->array[i] + (size_t)plane * element,
                            (char *)whole->array[i] +
                                (size_t)((part->lattice.first + 1) * plane) * element,
                            bytes) == 0;
    return all;
}

static void the_bits_of_one_rank(void **state)
{
    static const int64_t sides[] = {4, 5, 12, 23, 40};
    static const kl_blocking blockings[] = {{1, 64, true}, {2, 4, true},   {3, 6, false},
                                            {5, 12, true}, {16, 64, true}, {8, 16, true}};
    int ranks;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    kernels = kl_stencil_choose();
    for (int i = ranks > 4 ? 2 : 0; i < 5; i++)
        for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
            slab *whole = create(MPI_COMM_SELF, sides[i], (kl_precision)precision);
            run(whole, (kl_precision)precision, (kl_blocking){1, 64, false}, kernels);
            for (int b = 0; b < 6; b++) {
                slab *part = create(MPI_COMM_WORLD, sides[i], (kl_precision)precision);
                luck = (uint64_t)(part->lattice.rank + 17 * b);
                assert_everywhere(part->team.ranks ==
                                  (part->lattice.ranks > 1 ? part->lattice.ranks : 0));
                run(part, (kl_precision)precision, blockings[b], &late);
                assert_everywhere(same(part, whole, (kl_precision)precision));
                destroy(part);
            }
            destroy(whole);
        }
    assert_everywhere(yields > 1000);
}

/* An array that is not the team's: the ranks go on without it. */
static void arrays_of_their_own(void **state)
{
    (void)state;
    slab *whole = create(MPI_COMM_SELF, 12, KL_DOUBLE),
         *part = create(MPI_COMM_WORLD, 12, KL_DOUBLE);
    kl_team *team = part->lattice.team;
    void *other;
    part->lattice.team = NULL;
    assert_ok(kl_lattice_array(&part->lattice, sizeof(double), 0, &other, why));
    part->lattice.team = team;
    memcpy(other, part->array[0], (size_t)kl_lattice_extent(&part->lattice) * sizeof(double));
    part->array[0] = other;
    run(whole, KL_DOUBLE, (kl_blocking){1, 64, false}, kernels);
    run(part, KL_DOUBLE, (kl_blocking){4, 64, false}, kernels);
    assert_everywhere(same(part, whole, KL_DOUBLE));
    destroy(part);
    destroy(whole);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(the_bits_of_one_rank),
                                          cmocka_unit_test(arrays_of_their_own)};
TEST_MAIN(tests)
