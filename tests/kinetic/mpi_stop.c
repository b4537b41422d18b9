/* A stop is seen anywhere inside a solve, on all ranks, and leaves no other trace. */
#include "kinetic/check.h"

#include <time.h>

/* Says yes at one of its asks, on one rank. */
typedef struct stopper {
    int asks, yes;
    clock_t last;
    double longest; /* seconds of this process between two asks */
} stopper;

static bool stop(void *context)
{
    stopper *s = context;
    int rank, size;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    clock_t now = clock();
    s->longest = fmax(s->longest, (double)(now - s->last) / CLOCKS_PER_SEC);
    s->last = now;
    return s->asks++ == s->yes && s->yes % size == rank;
}

static kl_status solve_until(kl_kinetic_problem problem, int yes, stopper *s, answer *a,
                             kl_error *err)
{
    static double value[2 * MAX];
    *s = (stopper){.yes = yes, .last = clock()};
    problem.stop = stop;
    problem.stop_context = s;
    kl_status status = kl_boltzmann_solve(MPI_COMM_WORLD, &problem, value, a->error, a->note, err);
    for (int i = 0; i < problem.ntimes * problem.nobservables; i++)
        a->value[i] = value[2 * i] + I * value[2 * i + 1];
    return status;
}

/* Stops at ask 0, stride, 2 stride ...; at the last the solve is through. */
static void check_stops(kl_kinetic_problem problem, int stride, int least)
{
    answer undisturbed = solve_on(MPI_COMM_WORLD, &problem), a;
    stopper s;
    kl_error err = {0};
    kl_status status = KL_STOPPED;
    int n = 0;
    problem.stop_interval = 1e-9;
    for (; status == KL_STOPPED; n += stride) {
        status = solve_until(problem, n, &s, &a, &err);
        if (status == KL_STOPPED) {
            assert_string_equal(err.message, "stopped while the limit was solved");
            assert_int_equal(s.asks, n + 1); /* and nothing is asked after a yes */
        }
    }
    assert_int_equal(status, KL_OK);
    if (!(s.asks <= n - stride && s.asks > least))
        print_error("%d asks\n", s.asks);
    assert_true(s.asks <= n - stride && s.asks > least);
    for (int i = 0; i < problem.ntimes * problem.nobservables; i++)
        assert_true(a.value[i] == undisturbed.value[i] && a.error[i] == undisturbed.error[i]);
}

static const double when[2] = {0, 0.4};
static const kl_kinetic_observable wave = {.position = KL_KINETIC_POSITION_WAVE,
                                           .wave = {1, 0, 0},
                                           .nmodes = 1,
                                           .mode = axis1,
                                           .coefficient = one};
static const kl_kinetic_observable bell = {
    .center = {-0.5, 0, 0}, .width = 0.6, .nmodes = 1, .mode = axis1, .coefficient = one};

static kl_kinetic_problem small(const kl_kinetic_observable *o)
{
    return (kl_kinetic_problem){.dimension = 2,
                                .ell = 4,
                                .momentum = {0.15, 0.2},
                                .width = 0.4,
                                .ntimes = 2,
                                .times = when,
                                .nobservables = 1,
                                .observables = o,
                                .tolerance = 1e-2};
}

static void one_shell(void **state)
{
    (void)state;
    check_stops(small(&wave), 1, 40);
    check_stops(small(&bell), 37, 50);
}

static void correlated(void **state)
{
    static const double c[3] = {1, 0.4, 0.03};
    kl_kinetic_problem problem = small(&wave);
    (void)state;
    problem.reach = 2;
    problem.correlation = c;
    check_stops(problem, 13, 60);
}

static void bent(void **state)
{
    kl_kinetic_problem problem = small(&wave);
    (void)state;
    problem.hessian[0][0] = 0.05; /* a line of points, and the rest of X beside it */
    check_stops(problem, 97, 200);
}

static void one_site(void **state)
{
    kl_kinetic_problem problem = small(&wave);
    (void)state;
    problem.envelope = KL_KINETIC_DELTA;
    check_stops(problem, 97, 200);
}

/* Work of 3 s is never left alone for more than a second, nor asked about without end. */
static void often_and_rarely(void **state)
{
    double last = 4;
    kl_kinetic_problem problem = small(&bell);
    answer a;
    stopper s;
    kl_error err;
    int size;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    if (size > 1) /* several would count the time in which they wait */
        return;
    problem.dimension = 3;
    problem.ell = 5.12;
    problem.ntimes = 1;
    problem.tolerance = 1e-7;
    problem.times = &last;
    clock_t begin = clock();
    double start = MPI_Wtime();
    assert_int_equal(solve_until(problem, -1, &s, &a, &err), KL_OK);
    double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    assert_true(seconds > 0.5 && s.longest < 1);
    assert_true(s.asks > 3 && s.asks < 20 + 6 * (MPI_Wtime() - start));
}

static const struct CMUnitTest stops[] = {cmocka_unit_test(one_shell), cmocka_unit_test(correlated),
                                          cmocka_unit_test(bent), cmocka_unit_test(one_site),
                                          cmocka_unit_test(often_and_rarely)};
KINETIC_MAIN(stops)
