/* Amplitudes against sums over all momenta, exact averages and printed values. */
#include "graphs/oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

static const double one_time[1] = {1.5}, two_times[2] = {0.6, 1.5};
static const int shift1[1][3] = {{1, 0, 0}}, none[1][3] = {{0, 0, 0}};
static const int several[3][3] = {{0, 0, 0}, {1, -1, 2}, {0, 2, 1}};
static const double unit[1][2] = {{1, 0}};
static const double mixed[3][2] = {{0.3, 0.1}, {0.5, -0.4}, {-0.2, 0.7}};

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
                               .tolerance = 1e-9};
}

static void run(const kl_graphs_problem *p, const kl_graph *graphs, size_t n,
                double complex *amplitude, double *error)
{
    kl_error err = {0};
    kl_status status = kl_graphs_amplitudes(MPI_COMM_SELF, p, graphs, n, amplitude, error, &err);
    if (status != KL_OK)
        print_error("%s\n", err.message);
    assert_int_equal(status, KL_OK);
}

static double complex amplitude_of(const kl_graphs_problem *p, const char *name)
{
    kl_graph graph;
    kl_error err;
    double complex amplitude;
    double error;
    assert_int_equal(kl_graph_parse(name, p->left, p->right, &graph, &err), KL_OK);
    run(p, &graph, 1, &amplitude, &error);
    return amplitude;
}

static void near(double complex value, double complex exact, double allowed)
{
    if (!(cabs(value - exact) <= allowed))
        print_error("%.12f %+.12f i, not %.12f %+.12f i: off by %.2e, allowed %.2e\n", creal(value),
                    cimag(value), creal(exact), cimag(exact), cabs(value - exact), allowed);
    assert_true(cabs(value - exact) <= allowed);
}

static void printed_values(void **state)
{
    (void)state;
    const kl_graphs_problem p11 = printed(1, 1), p02 = printed(0, 2), p22 = printed(2, 2);
    near(amplitude_of(&p11, "1-2"), 0.4740772692, 2e-9);
    near(amplitude_of(&p02, "1-2"), -0.1374285221 - 0.7498829961 * I, 2e-9);
    near(amplitude_of(&p22, "1-4.2-3"), 0.1024433194, 2e-9);
    near(amplitude_of(&p22, "1-2.3-4"), 0.2906055533 + 0.5033435832 * I, 2e-9);
    near(amplitude_of(&p22, "1-3.2-4"), 0.1391028260 - 0.1195805740 * I, 2e-9);
}

static double complex total_of(const kl_graphs_problem *p, double *error)
{
    kl_graph *graphs;
    size_t n;
    kl_error err;
    assert_int_equal(
        kl_graphs_list(p->left, p->right, p->law == KL_LAW_GAUSSIAN, &graphs, &n, &err), KL_OK);
    double complex *amplitude = calloc(n, sizeof *amplitude), sum = 0;
    double *each = calloc(n, sizeof *each);
    run(p, graphs, n, amplitude, each);
    *error = 0;
    for (size_t g = 0; g < n; g++) {
        sum += amplitude[g];
        *error += each[g];
    }
    free(graphs);
    free(amplitude);
    free(each);
    return sum;
}

static void printed_bernoulli(void **state)
{
    double error;
    kl_graphs_problem p = printed(2, 2);
    (void)state;
    p.law = KL_LAW_BERNOULLI;
    near(total_of(&p, &error), 0.3696085749 + 0.3837630092 * I, 2e-9);
}

/* Every graph of a split, within the reported error and `within`. */
static double against_oracle(kl_graphs_problem p, bool pairs, double within)
{
    kl_graph *graphs;
    size_t n;
    kl_error err;
    double worst = 0;
    assert_int_equal(kl_graphs_list(p.left, p.right, pairs, &graphs, &n, &err), KL_OK);
    const size_t nt = (size_t)p.ntimes;
    double complex *amplitude = calloc(n * nt, sizeof *amplitude);
    double *error = calloc(n * nt, sizeof *error);
    run(&p, graphs, n, amplitude, error);
    for (size_t g = 0; g < n; g++)
        for (size_t t = 0; t < nt; t++) {
            const double complex exact = oracle_amplitude(&p, &graphs[g], p.times[t]);
            const double off = cabs(amplitude[g * nt + t] - exact);
            worst = fmax(worst, off / (error[g * nt + t] + 1e-15));
            near(amplitude[g * nt + t], exact, within);
            near(amplitude[g * nt + t], exact, error[g * nt + t] + 1e-12);
        }
    print_message("d = %d, L = %d, (%d,%d): %zu graphs, at worst %.2f of the reported error\n",
                  p.dimension, p.sites, p.left, p.right, n, worst);
    free(graphs);
    free(amplitude);
    free(error);
    return worst;
}

static void every_graph_in_one_dimension(void **state)
{
    (void)state;
    for (int n = 0; n <= 6; n++)
        for (int m = 0; n + m <= 6; m++)
            if ((n + m) % 2 == 0) {
                kl_graphs_problem p = printed(n, m);
                p.ntimes = 2;
                p.times = two_times;
                p.law = KL_LAW_LAPLACE;
                against_oracle(p, false, 1e-7);
                p.sites = 5; /* no even axis */
                against_oracle(p, false, 1e-7);
            }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_values),
        cmocka_unit_test(printed_bernoulli),
        cmocka_unit_test(every_graph_in_one_dimension),
    };
    (void)several, (void)mixed, (void)none;
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
