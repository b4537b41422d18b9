/* The same bits whatever the instruction set and the blocking in time, and
 * those are the bits of the arithmetic that stencil.h promises. */
#include "base/cpu.h"
#include "dynamics/dense.h"

enum { STEPS = 11, OUTPUTS = 3 };

typedef struct plan {
    int outputs; /* -1: the power method, nothing subtracted, a shift */
    const double *c0, *c1;
} plan;

/* Steps with and without accumulators, with and without the old value and a shift. */
static void plan_step(const void *context, int k, kl_stencil_step *step)
{
    const plan *p = context;
    *step = (kl_stencil_step){.hop = k == 1 ? 0.14 : 0.28,
                              .potential = k == 1 ? 0.03 : 0.06,
                              .shift = p->outputs < 0 ? 0.17 : 0,
                              .subtract = p->outputs >= 0 && k > 1};
    if (k % 4 < 2 || p->outputs < 0)
        return;
    step->outputs = p->outputs;
    step->acc = 2;
    step->c0 = p->c0;
    step->c1 = p->c1;
}

typedef struct vectors {
    int64_t sites;
    size_t size;
    void *array[2 + OUTPUTS]; /* with ghosts */
} vectors;

static vectors make_vectors(const kl_lattice *lattice, kl_precision precision)
{
    vectors v = {kl_lattice_extent(lattice), kl_precision_size(precision), {0}};
    uint64_t seed = 77;
    for (int k = 0; k < 2 + OUTPUTS; k++) {
        void *array = calloc((size_t)v.sites, v.size);
        for (int64_t i = lattice->plane; i < v.sites - lattice->plane; i++) {
            double x = k == 1 ? NAN : test_random(&seed); /* is written before it is read */
            kl_state_store(precision, array, i, 1, &x);
        }
        v.array[k] = array;
    }
    return v;
}

static void free_vectors(vectors *v)
{
    for (int k = 0; k < 2 + OUTPUTS; k++)
        free(v->array[k]);
}

static const double c0[OUTPUTS] = {0.5, -0.3, 0.01}, c1[OUTPUTS] = {-0.25, 0.7, 1.1};

/* The promised arithmetic, site by site, one step after the other. */
#define PLAIN(REAL, NAME)                                                                          \
    static void NAME(const problem *p, vectors *v, int outputs)                                    \
    {                                                                                              \
        const kl_lattice *lattice = &p->lattice;                                                   \
        plan context = {outputs, c0, c1};                                                          \
        for (int k = 1; k <= STEPS; k++) {                                                         \
            kl_stencil_step s;                                                                     \
            plan_step(&context, k, &s);                                                            \
            const REAL *a = (const REAL *)v->array[(k - 1) % 2] + lattice->plane;                  \
            REAL *b = (REAL *)v->array[k % 2] + lattice->plane;                                    \
            const REAL hop = (REAL)s.hop, potential = (REAL)s.potential, shift = (REAL)s.shift;    \
            for (int64_t x = 0; x < p->n; x++) {                                                   \
                REAL pair[3] = {0}, old = b[x];                                                    \
                for (int j = 0; j < lattice->dimension; j++) {                                     \
                    int64_t low[3], high[3];                                                       \
                    index_of(lattice, x, low);                                                     \
                    index_of(lattice, x, high);                                                    \
                    low[j]--;                                                                      \
                    high[j]++;                                                                     \
                    pair[lattice->dimension - 1 - j] =                                             \
                        a[site_of(lattice, low)] + a[site_of(lattice, high)];                      \
                }                                                                                  \
                REAL sum = pair[0]; /* the last axis first */                                      \
                for (int j = 1; j < lattice->dimension; j++)                                       \
                    sum = sum + pair[j];                                                           \
                REAL value = hop * sum + (potential * (REAL)p->omega[x] + shift) * a[x];           \
                if (s.subtract)                                                                    \
                    value = value - old;                                                           \
                b[x] = value;                                                                      \
                for (int o = 0; o < s.outputs; o++) {                                              \
                    REAL *sum_o = (REAL *)v->array[2 + o] + lattice->plane;                        \
                    sum_o[x] = (sum_o[x] + (REAL)c0[o] * old) + (REAL)c1[o] * value;               \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }
PLAIN(float, plain_single)
PLAIN(double, plain_double)

static bool same_owned(const problem *p, const vectors *a, const vectors *b)
{
    const size_t from = (size_t)p->lattice.plane * a->size, n = (size_t)p->n * a->size;
    bool same = true;
    for (int k = 0; k < 2 + OUTPUTS; k++)
        same = same && memcmp((char *)a->array[k] + from, (char *)b->array[k] + from, n) == 0;
    return same;
}

static void check(const problem *p, kl_precision precision, int outputs)
{
    static const kl_stencil_set *const sets[] = {&kl_stencil_generic, &kl_stencil_avx2,
                                                 &kl_stencil_avx512};
    static const kl_blocking blockings[] = {{1, 1 << 20, false}, {2, 4, true},  {3, 6, false},
                                            {6, 12, true},       {8, 16, true}, {12, 24, true},
                                            {16, 1 << 20, true}};
    vectors plain = make_vectors(&p->lattice, precision);
    if (precision == KL_SINGLE)
        plain_single(p, &plain, outputs);
    else
        plain_double(p, &plain, outputs);
    for (int s = 0; s <= (int)kl_cpu_instruction_set(); s++)
        for (int i = 0; i < 8; i++) {
            vectors v = make_vectors(&p->lattice, precision);
            plan context = {outputs, c0, c1};
            kl_blocking blocking =
                i < 7 ? blockings[i] : kl_blocking_choose(&p->lattice, precision, 65536);
            kl_recurrence recurrence = {{&p->lattice, precision, sets[s]},
                                        p->omega,
                                        NULL,
                                        blocking,
                                        v.array,
                                        2 + OUTPUTS,
                                        true,
                                        0,
                                        NULL};
            kl_recurrence_begin(&recurrence);
            kl_recurrence_run(&recurrence, STEPS, plan_step, &context);
            kl_recurrence_end(&recurrence);
            if (!same_owned(p, &plain, &v))
                fail_msg("d = %d, L = %d, %s, %s, depth %d, tile %d, %d outputs: other bits",
                         p->lattice.dimension, (int)p->lattice.sites,
                         precision == KL_SINGLE ? "single" : "double", sets[s]->name,
                         blocking.depth, (int)blocking.tile, outputs);
            free_vectors(&v);
        }
    free_vectors(&plain);
}

/* Rows shorter and longer than a vector, tails of every length. */
static void all_kernels(void **state)
{
    static const int64_t sides[3][9] = {{4, 5, 7, 8, 15, 16, 17, 33, 100},
                                        {4, 5, 7, 8, 15, 16, 17, 33, 40},
                                        {4, 5, 6, 7, 8, 12, 15, 17, 24}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 9; i++) {
            problem *p = problem_create(MPI_COMM_SELF, d, sides[d - 1][i], KL_GAUSSIAN, 1, 3);
            for (int outputs = -1; outputs <= OUTPUTS; outputs++) {
                check(p, KL_SINGLE, outputs);
                check(p, KL_DOUBLE, outputs);
            }
            problem_destroy(p);
        }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(all_kernels)};
TEST_MAIN(tests)
