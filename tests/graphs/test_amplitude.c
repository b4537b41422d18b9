/* Amplitudes against sums over all momenta, exact averages, printed values and identities. */
#include "graphs/oracle.h"

static const double one_time[1] = {1.5}, two_times[2] = {0.6, 1.5}, late[1] = {12};

/* d = 1, L = 6, k = 1/6, t = 1.5, eta = 1, J = exp(2 pi i V). */
static kl_graphs_problem printed(int left, int right)
{
    return (kl_graphs_problem){.dimension = 1,
                               .sites = 6,
                               .left = left,
                               .right = right,
                               .eta = 1,
                               .ntimes = 1,
                               .times = one_time,
                               .wave = {1},
                               .nmodes = 1,
                               .mode = shift1,
                               .coefficient = unit,
                               .tolerance = 1e-8};
}

static void printed_values(void **state)
{
    (void)state;
    const kl_graphs_problem p11 = printed(1, 1), p02 = printed(0, 2), p22 = printed(2, 2);
    near(amplitude_of(&p11, "1-2"), 0.4740772692, 1e-10);
    near(amplitude_of(&p02, "1-2"), -0.1374285221 - 0.7498829961 * I, 1e-10);
    near(amplitude_of(&p22, "1-4.2-3"), 0.1024433194, 1e-10);
    near(amplitude_of(&p22, "1-2.3-4"), 0.2906055533 + 0.5033435832 * I, 1e-10);
    near(amplitude_of(&p22, "1-3.2-4"), 0.1391028260 - 0.1195805740 * I, 1e-10);
}

static void printed_bernoulli(void **state)
{
    double error;
    kl_graphs_problem p = printed(2, 2);
    (void)state;
    p.law = KL_LAW_BERNOULLI;
    near(total_of(&p, &error), 0.3696085749 + 0.3837630092 * I, 1e-10);
}

/* Every graph, every time: within the tolerance, and within the reported error up to the oracle's
 * own rounding. */
static void against_momentum_sums(kl_graphs_problem p)
{
    answers a = all_graphs(MPI_COMM_SELF, &p);
    const size_t nt = (size_t)p.ntimes;
    double largest = 0;
    for (size_t i = 0; i < a.n * nt; i++)
        largest = fmax(largest, cabs(a.amplitude[i]));
    for (size_t g = 0; g < a.n; g++)
        for (size_t t = 0; t < nt; t++) {
            const double complex exact = oracle_amplitude(&p, &a.graph[g], p.times[t]);
            near(a.amplitude[g * nt + t], exact, p.tolerance * fmax(1, largest));
            near(a.amplitude[g * nt + t], exact, a.error[g * nt + t] + 1e-12);
        }
    free_answers(&a);
}

/* Even and odd L: with and without mirror images left out. */
static void every_graph_of_a_plane_wave(void **state)
{
    (void)state;
    for (int n = 0; n <= 4; n++)
        for (int m = 0; n + m <= 6; m++)
            for (int sites = 4; (n + m) % 2 == 0 && sites <= 5; sites++) {
                kl_graphs_problem p = printed(n, m);
                p.sites = sites;
                p.ntimes = 2;
                p.times = two_times;
                p.law = KL_LAW_LAPLACE;
                against_momentum_sums(p);
            }
}

static void fill_start(int points, double *start)
{
    double sum = 0;
    for (int i = 0; i < points; i++)
        sum += start[i] = 1 + cos(3.7 * i * i + 1);
    for (int i = 0; i < points; i++)
        start[i] *= points / sum;
}

/* Neither the start nor the observable is symmetric. */
static void every_graph_of_any_start(void **state)
{
    static const struct {
        int dimension, sites, left, right;
    } cases[] = {{1, 4, 1, 1}, {1, 5, 0, 2}, {1, 6, 2, 2}, {1, 5, 1, 3}, {1, 4, 0, 4},
                 {1, 4, 3, 3}, {1, 5, 6, 0}, {2, 4, 1, 1}, {2, 3, 2, 2}, {2, 4, 3, 1},
                 {2, 4, 0, 4}, {3, 2, 2, 2}, {3, 3, 1, 1}, {3, 4, 0, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        double start[64];
        kl_graphs_problem p = printed(cases[i].left, cases[i].right);
        p.dimension = cases[i].dimension;
        p.sites = cases[i].sites;
        p.nmodes = 3;
        p.mode = several;
        p.coefficient = mixed;
        against_momentum_sums(p);
        fill_start(oracle_points(&p), start);
        p.start = start;
        against_momentum_sums(p);
        p.mode = none; /* symmetric: only the start is not */
        p.nmodes = 1;
        against_momentum_sums(p);
    }
}

/* The tolerance is kept late and with the energy of the band's edge in the start, too. */
static void late_times(void **state)
{
    static const double tolerance[] = {1e-4, 1e-6, 1e-8};
    (void)state;
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 2; k++) {
            kl_graphs_problem p = printed(2, 2);
            p.times = late;
            p.eta = 0.3;
            p.wave[0] = k;
            p.tolerance = tolerance[i];
            against_momentum_sums(p);
            p.left = 3, p.right = 3;
            against_momentum_sums(p);
            p.left = 0, p.right = 6;
            against_momentum_sums(p);
        }
}

/* (4,4): 22 of the 105 graphs are complete graphs of four sites; 11 of them reduce for a plane
 * wave. */
static void graphs_that_do_not_reduce(void **state)
{
    double start[8];
    kl_graphs_cost cost;
    kl_error err;
    (void)state;
    for (int right = 4; right <= 8; right += 4) {
        kl_graphs_problem p = printed(8 - right, right);
        int irreducible = 0;
        p.sites = 4;
        answers a = all_graphs(MPI_COMM_SELF, &p);
        for (size_t g = 0; g < a.n; g++) {
            assert_int_equal(kl_graphs_estimate(&p, &a.graph[g], 1, &cost, &err), KL_OK);
            irreducible += (int)cost.tetrahedra;
        }
        assert_int_equal(irreducible, 11);
        free_answers(&a);
        against_momentum_sums(p);
    }
    kl_graphs_problem p = printed(3, 5);
    p.sites = 3;
    p.nmodes = 3;
    p.mode = several;
    p.coefficient = mixed;
    fill_start(3, start);
    p.start = start;
    against_momentum_sums(p);
    p.dimension = 3; /* all symmetries of the cube in use */
    p.sites = 2;
    p.start = NULL;
    p.nmodes = 1;
    p.mode = none;
    p.times = two_times;
    kl_graph graph;
    double complex amplitude;
    double error;
    assert_int_equal(kl_graph_parse("1-5.2-7.3-6.4-8", 3, 5, &graph, &err), KL_OK);
    assert_int_equal(kl_graphs_estimate(&p, &graph, 1, &cost, &err), KL_OK);
    assert_true(cost.tetrahedra == 1);
    assert_int_equal(kl_graphs_amplitudes(MPI_COMM_SELF, &p, &graph, 1, &amplitude, &error, &err),
                     KL_OK);
    near(amplitude, oracle_amplitude(&p, &graph, p.times[0]), 1e-10);
}

/* The sum of all graphs of +-1 is the average over all 2^(L^d) potentials. */
static void sums_are_averages(void **state)
{
    static const struct {
        int dimension, sites, left, right;
    } cases[] = {{1, 4, 2, 2}, {1, 5, 1, 3}, {1, 6, 3, 3}, {1, 4, 4, 4}, {1, 4, 0, 6}, {1, 4, 5, 3},
                 {2, 2, 2, 4}, {2, 3, 2, 2}, {3, 2, 1, 3}, {1, 4, 0, 0}, {2, 3, 0, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kl_graphs_problem p = printed(cases[i].left, cases[i].right);
        double error;
        p.dimension = cases[i].dimension;
        p.sites = cases[i].sites;
        p.law = KL_LAW_BERNOULLI;
        p.nmodes = 3;
        p.mode = several;
        p.coefficient = mixed;
        const double complex total = total_of(&p, &error);
        near(total, oracle_average(&p, 1.5), error + 1e-11);
        assert_true(error < 1e-8);
    }
}

/* J = 1: the norm is 1 whatever eta, so the orders n + m = M > 0 add up to nothing. */
static void norm_is_conserved(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int order = 2; order <= 6; order += 2) {
            double complex sum = 0;
            double all = 0, error, size = 0;
            for (int n = 0; n <= order; n++) {
                kl_graphs_problem p = printed(n, order - n);
                p.dimension = d;
                p.sites = d == 1 ? 32 : 8;
                p.wave[0] = 3;
                p.wave[1] = 2;
                p.mode = none;
                p.law = KL_LAW_UNIFORM;
                const double complex total = total_of(&p, &error);
                sum += total;
                size = fmax(size, cabs(total));
                all += error;
            }
            near(sum, 0, fmin(all, 1e-8));
            assert_true(size > 1e-3);
        }
}

/* The mirror image has the conjugate amplitude of the conjugate observable. */
static void mirror_images(void **state)
{
    static const double conjugate[3][2] = {{0.3, -0.1}, {0.5, 0.4}, {-0.2, -0.7}};
    static const int opposite[3][3] = {{0, 0, 0}, {-1, 1, -2}, {0, -2, -1}};
    kl_graphs_problem p = printed(1, 3), q = printed(3, 1);
    (void)state;
    p.dimension = q.dimension = 2;
    p.nmodes = q.nmodes = 3;
    p.mode = several;
    p.coefficient = mixed;
    q.mode = opposite;
    q.coefficient = conjugate;
    near(amplitude_of(&p, "1-2.3-4"), conj(amplitude_of(&q, "1-2.3-4")), 1e-9);
    near(amplitude_of(&p, "1-3.2-4"), conj(amplitude_of(&q, "1-3.2-4")), 1e-9);
    near(amplitude_of(&p, "1-4.2-3"), conj(amplitude_of(&q, "1-4.2-3")), 1e-9);
}

/* d = 3, T = 1: {13,24} of (0,4) falls like eta^2, printed at p = (5,6,10)/32; the crossed rungs of
 * (2,2) at p = (1,1,3)/8. */
static void printed_crossings(void **state)
{
    static const double times[2] = {16, 32}, rungs_times[2] = {4, 8};
    static const double complex crossing[2] = {0.0039774 + 0.0038854 * I,
                                               0.0020406 + 0.0019835 * I};
    static const double rungs[2] = {0.04632, 0.02738};
    kl_graphs_problem p = printed(0, 4);
    (void)state;
    p.dimension = 3;
    p.mode = none;
    for (int i = 0; i < 2; i++) {
        p.left = 0, p.right = 4;
        p.sites = 32 << i;
        p.wave[0] = 5 << i, p.wave[1] = 6 << i, p.wave[2] = 10 << i;
        p.times = &times[i];
        p.eta = sqrt(1 / times[i]);
        near(amplitude_of(&p, "1-3.2-4"), crossing[i], 1e-7);
        p.left = 2, p.right = 2;
        p.sites = 8 << i;
        p.wave[0] = 1 << i, p.wave[1] = 1 << i, p.wave[2] = 3 << i;
        p.times = &rungs_times[i];
        p.eta = sqrt(1 / rungs_times[i]);
        near(amplitude_of(&p, "1-3.2-4"), rungs[i], 6e-6);
    }
}

static void nothing_happens_at_time_zero(void **state)
{
    static const double zero[1] = {0};
    kl_graphs_problem p = printed(1, 1);
    (void)state;
    p.times = zero;
    near(amplitude_of(&p, "1-2"), 0, 0);
    p.left = p.right = 0;
    near(amplitude_of(&p, ""), cexp(2 * M_PI * I / 6), 1e-14);
}

static void refuses(void **state)
{
    static const double negative[1] = {-1};
    double complex amplitude;
    double error;
    kl_graph graph, other;
    kl_error err;
    (void)state;
    kl_graph_parse("1-2", 1, 1, &graph, &err);
    kl_graph_parse("1-2", 0, 2, &other, &err);
    kl_graphs_problem wrong[5];
    for (int i = 0; i < 5; i++)
        wrong[i] = printed(1, 1);
    wrong[0].dimension = 4;
    wrong[1].sites = 1;
    wrong[2].tolerance = 0;
    wrong[3].times = negative;
    wrong[4].tolerance = NAN;
    for (int i = 0; i < 5; i++) {
        assert_int_equal(
            kl_graphs_amplitudes(MPI_COMM_SELF, &wrong[i], &graph, 1, &amplitude, &error, &err),
            KL_INPUT);
        assert_null(strchr(err.message, '\n'));
    }
    kl_graphs_problem p = printed(1, 1);
    assert_int_equal(kl_graphs_amplitudes(MPI_COMM_SELF, &p, &other, 1, &amplitude, &error, &err),
                     KL_INPUT);
    /* The complete graph of five sites. */
    p.left = p.right = 5;
    assert_int_equal(kl_graph_parse("1-6.2-8.3-5.4-9.7-10", 5, 5, &graph, &err), KL_OK);
    assert_int_equal(kl_graphs_amplitudes(MPI_COMM_SELF, &p, &graph, 1, &amplitude, &error, &err),
                     KL_INPUT);
    assert_non_null(strstr(err.message, "1-6.2-8.3-5.4-9.7-10"));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_values),
        cmocka_unit_test(printed_bernoulli),
        cmocka_unit_test(every_graph_of_a_plane_wave),
        cmocka_unit_test(every_graph_of_any_start),
        cmocka_unit_test(late_times),
        cmocka_unit_test(graphs_that_do_not_reduce),
        cmocka_unit_test(sums_are_averages),
        cmocka_unit_test(norm_is_conserved),
        cmocka_unit_test(mirror_images),
        cmocka_unit_test(printed_crossings),
        cmocka_unit_test(nothing_happens_at_time_zero),
        cmocka_unit_test(refuses),
    };
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
