/* Any cut into slabs: Chebyshev, spectral bound and initial states give the bits
 * of one rank; splitting agrees to rounding. Every rank computes the whole
 * problem alone beside its part. */
#include "dynamics/dense.h"
#include "dynamics/initial.h"
#include "dynamics/splitting.h"

#include "lattice/nodes.h"

enum { MOST = 20 * 20 * 20, OUTPUTS = 3 };

static bool same_part(const kl_lattice *lattice, const complex double *part,
                      const complex double *whole)
{
    const size_t from = (size_t)(lattice->first * lattice->plane);
    return memcmp(part + from, whole + from, (size_t)kl_lattice_local(lattice) * sizeof *part) == 0;
}

/* |part - whole| in l2 over this rank's sites. */
static double part_distance(const kl_lattice *lattice, const complex double *part,
                            const complex double *whole)
{
    const int64_t from = lattice->first * lattice->plane;
    return distance(kl_lattice_local(lattice), part + from, whole + from);
}

static complex double *vectors(int n)
{
    return calloc((size_t)n * MOST, sizeof(complex double));
}

static void check_chebyshev(int d, int64_t L, kl_precision precision)
{
    static const double times[OUTPUTS] = {1, 1.2, 3};
    static const kl_blocking blockings[] = {
        {1, 64, true}, {3, 6, false}, {16, 64, true}, {8, 16, true}};
    enum { SEAMS = 4, BLOCKINGS = 4 };
    kl_seams seams[SEAMS];
    problem *alone = problem_create(MPI_COMM_SELF, d, L, KL_GAUSSIAN, 0.4, 7);
    problem *shared = problem_create(MPI_COMM_WORLD, d, L, KL_GAUSSIAN, 0.4, 7);
    complex double *memory = vectors(1 + 2 * OUTPUTS), *psi = memory;
    complex double *whole[OUTPUTS], *part[OUTPUTS];
    random_vector(alone->n, 12, psi);
    for (int j = 0; j < OUTPUTS; j++) {
        whole[j] = memory + (size_t)(1 + j) * MOST;
        part[j] = memory + (size_t)(1 + OUTPUTS + j) * MOST;
    }
    for (int i = 0; i < SEAMS; i++)
        assert_ok(kl_seams_create(&shared->lattice, kl_precision_size(precision), 16,
                                  i < 3 ? 2 + 2 * OUTPUTS : 4, i > 0, &seams[i], why));
    part_nodes(&seams[2]);
    assert_everywhere(radius_of(alone, precision) == radius_of(shared, precision));
    for (int n = 1; n <= OUTPUTS; n += 2) {
        chebyshev(alone, precision, 1e-5, psi, false, times + OUTPUTS - n, n, whole);
        /* Not blocked; by messages; shared; both; too small for three outputs. */
        for (int i = 0; i < (SEAMS + 1) * (BLOCKINGS + 1); i++) {
            const int which = i % (SEAMS + 1), blocking = i / (SEAMS + 1);
            shared->h.seams = which ? &seams[which - 1] : NULL;
            shared->h.blocking = blocking < BLOCKINGS
                                     ? blockings[blocking]
                                     : kl_blocking_choose(&shared->lattice, precision, 0);
            if (shared->lattice.rank > 0 && blocking == 1) /* as if it had another cache */
                shared->h.blocking = (kl_blocking){2, 4, true};
            chebyshev(shared, precision, 1e-5, psi, false, times + OUTPUTS - n, n, part);
            bool same = true;
            for (int j = 0; j < n; j++)
                same = same && same_part(&shared->lattice, part[j], whole[j]);
            assert_everywhere(same);
        }
    }
    for (int i = 0; i < SEAMS; i++)
        kl_seams_destroy(&seams[i]);
    free(memory);
    problem_destroy(alone);
    problem_destroy(shared);
}

static void chebyshev_bits(void **state)
{
    static const int64_t sides[3][4] = {{4, 5, 19, 64}, {4, 11, 40, 83}, {4, 5, 13, 20}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 4; i++) {
            check_chebyshev(d, sides[d - 1][i], KL_SINGLE);
            check_chebyshev(d, sides[d - 1][i], KL_DOUBLE);
        }
}

/* S linear, quadratic, and a superposition of that with a general one. */
static void initial_bits(void **state)
{
    static const kl_phase_term term = {{3, 0, 0}, 0.4};
    static const kl_phase_wave wave = {{0.8, 0, 0}, 0.1, 0.05};
    (void)state;
    for (int envelope = KL_ENVELOPE_GAUSSIAN; envelope <= KL_ENVELOPE_DELTA; envelope++)
        for (int quadratic = 0; quadratic < (envelope <= KL_ENVELOPE_BUMP ? 3 : 2); quadratic++)
            for (int d = 1; d <= 3; d++) {
                const kl_initial initial = {.envelope = (kl_envelope)envelope,
                                            .width = 0.4,
                                            .center = {0.7, -0.3, 0.2},
                                            .momentum = {0.15, 0.2, 0.3},
                                            .hessian = {{0.3 * quadratic, 0.1 * quadratic, 0},
                                                        {0.1 * quadratic, 0, 0},
                                                        {0, 0, -0.2 * quadratic}},
                                            .mu = 0.16};
                kl_initial packets[2] = {initial, initial};
                packets[0].weight = 1;
                packets[1].weight = 0.6;
                packets[1].angle = 0.3;
                packets[1].higher = (kl_phase_sum){1, 1, &term, &wave};
                kl_lattice lattices[2];
                kl_state states[2];
                complex double *memory = vectors(2);
                for (int i = 0; i < 2; i++) {
                    assert_ok(kl_lattice_create(i ? MPI_COMM_WORLD : MPI_COMM_SELF, d, 11,
                                                &lattices[i], why));
                    assert_ok(kl_state_create(&lattices[i], KL_DOUBLE, &states[i], why));
                    if (quadratic < 2)
                        assert_ok(kl_initial_fill(&initial, &states[i], why));
                    else
                        assert_ok(kl_initial_superpose(2, packets, &states[i], why));
                    get_state(&states[i], memory + i * MOST);
                    kl_state_destroy(&states[i]);
                }
                assert_everywhere(same_part(&lattices[1], memory + MOST, memory));
                free(memory);
            }
}

/* Splitting over the ranks against Chebyshev on one, both methods and precisions. */
static void splitting(void **state)
{
    static const int64_t sides[3] = {19, 11, 7};
    const double t = 2;
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int method = KL_STRANG; method <= KL_FOURTH_ORDER; method++)
            for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
                double tolerance = precision == KL_SINGLE ? 3e-4
                                   : method == KL_STRANG  ? 1e-6
                                                          : 1e-9;
                problem *alone = problem_create(MPI_COMM_SELF, d, sides[d - 1], KL_UNIFORM, 0.5, 3);
                problem *shared =
                    problem_create(MPI_COMM_WORLD, d, sides[d - 1], KL_UNIFORM, 0.5, 3);
                complex double *psi = vectors(3), *exact = psi + MOST, *part = exact + MOST;
                kl_splitting *s = NULL;
                kl_state out;
                random_vector(alone->n, 13, psi);
                evolve(alone, KL_DOUBLE, 1e-12, psi, t, exact);
                assert_ok(kl_state_create(&shared->lattice, (kl_precision)precision, &out, why));
                set_state(&out, psi);
                assert_ok(kl_splitting_create(&shared->h, (kl_precision)precision,
                                              (kl_splitting_method)method, &s, why));
                assert_ok(kl_splitting_evolve(s, &out, t, tolerance, why));
                get_state(&out, part);
                assert_everywhere(part_distance(&shared->lattice, part, exact) <= tolerance);
                kl_splitting_destroy(&s);
                kl_state_destroy(&out);
                free(psi);
                problem_destroy(alone);
                problem_destroy(shared);
            }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(chebyshev_bits), cmocka_unit_test(initial_bits), cmocka_unit_test(splitting)};
TEST_MAIN(tests)
