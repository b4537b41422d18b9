/* Any cut into slabs and any blocking in time: a block of orders has the bits of one rank that
 * takes one step at a time. */
#include "dynamics/duhamel_block.h"

#include "lattice/nodes.h"

static bool same_part(const problem *p, int orders, const complex double *part,
                      const complex double *whole)
{
    const int64_t from = p->lattice.first * p->lattice.plane, n = kl_lattice_local(&p->lattice);
    for (int k = 0; k < orders; k++)
        if (memcmp(part + k * p->n + from, whole + k * p->n + from, (size_t)n * sizeof *part) != 0)
            return false;
    return true;
}

static void check(int d, int64_t L, const block_case *c)
{
    static const kl_blocking blockings[] = {
        {1, 64, true}, {3, 6, false}, {16, 64, true}, {8, 16, true}};
    enum { SEAMS = 3, BLOCKINGS = 4 };
    kl_seams seams[SEAMS];
    problem *alone = problem_create(MPI_COMM_SELF, d, L, KL_GAUSSIAN, 0.4, 7);
    problem *shared = problem_create(MPI_COMM_WORLD, d, L, KL_GAUSSIAN, 0.4, 7);
    const size_t all = (size_t)(alone->n * c->orders);
    complex double *psi = calloc((size_t)alone->n, sizeof *psi);
    complex double *whole = calloc(2 * all, sizeof *whole), *part = whole + all;
    int terms;
    random_vector(alone->n, 12, psi);
    alone->h.blocking = blockings[0];
    evolve_block(alone, c, psi, false, whole, &terms);
    for (int i = 0; i < SEAMS; i++)
        assert_ok(kl_seams_create(&shared->lattice, kl_precision_size(c->precision), 16,
                                  4 * c->orders, i > 0, &seams[i], why));
    part_nodes(&seams[2]);
    /* Not blocked; by messages; shared; both. */
    for (int i = 0; i < (SEAMS + 1) * (BLOCKINGS + 1); i++) {
        const int which = i % (SEAMS + 1), blocking = i / (SEAMS + 1);
        shared->h.seams = which ? &seams[which - 1] : NULL;
        shared->h.blocking =
            blocking < BLOCKINGS ? blockings[blocking] : kl_blocking_orders(&shared->lattice);
        evolve_block(shared, c, psi, false, part, &terms);
        assert_everywhere(same_part(shared, c->orders, part, whole));
    }
    for (int i = 0; i < SEAMS; i++)
        kl_seams_destroy(&seams[i]);
    free(psi);
    free(whole);
    problem_destroy(alone);
    problem_destroy(shared);
}

static void block_bits(void **state)
{
    static const int64_t sides[3][2] = {{5, 19}, {11, 40}, {5, 20}};
    static const block_case cases[] = {{KL_DOUBLE, 3, 1e-3, 2, {0.5, 1.5}},
                                       {KL_SINGLE, 2, 1e-3, 1, {1}}};
    static const block_case all = {KL_DOUBLE, KL_MOST_ORDERS, 1e-2, 1, {0.5}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 2; i++)
            check(d, sides[d - 1][i], &cases[i]);
    check(2, 11, &all);
    check(3, 12, &all);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(block_bits)};
TEST_MAIN(tests)
