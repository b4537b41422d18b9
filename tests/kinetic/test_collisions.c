/* The Boltzmann solution collision by collision: closed form, integrals over collision
 * times, the jump process, and the whole that the parts add up to. */
#include "kinetic/collisions.h"

#include "kinetic/oracle_volterra.c"

#include "kinetic/jump.h"

enum { MOST = 12 };

typedef struct parts {
    double complex value[MAX * (MOST + 1)];
    double error[MAX * (MOST + 1)];
} parts;

static parts *solve_parts(const kl_kinetic_problem *problem, int most)
{
    static double value[2 * MAX * (MOST + 1)];
    static parts p;
    char note[256];
    kl_error err = {0};
    int n = problem->ntimes * (most + 1) * problem->nobservables;
    assert_true(n <= MAX * (MOST + 1));
    if (kl_boltzmann_collisions(MPI_COMM_SELF, problem, most, value, p.error, note, &err) != KL_OK)
        fail_msg("%s", err.message);
    for (int i = 0; i < n; i++) {
        p.value[i] = value[2 * i] + I * value[2 * i + 1];
        assert_true(p.error[i] <= problem->tolerance);
    }
    assert_string_equal(note, "");
    return &p;
}

static void check_part(const parts *p, int i, double complex exact, double tolerance)
{
    double off = cabs(p->value[i] - exact);
    if (!(off <= tolerance && off <= p->error[i] + 1e-12))
        print_error("value %d: %.12f %+.12f i, off by %.2e, reported %.2e\n", i, creal(p->value[i]),
                    cimag(p->value[i]), off, p->error[i]);
    assert_true(off <= tolerance && off <= p->error[i] + 1e-12);
}

static double energy_at(int d, const double p[3])
{
    double sum = 0;
    for (int j = 0; j < d; j++)
        sum += 2 * cos(2 * M_PI * p[j]);
    return sum;
}

static kl_kinetic_problem problem_in(int d, const double *times, int ntimes,
                                     const kl_kinetic_observable *o, int n)
{
    return (kl_kinetic_problem){.dimension = d,
                                .ell = 4,
                                .momentum = {0.15, 0.20, 0.30},
                                .center = {0.1, -0.1, 0.2},
                                .width = 0.4,
                                .ntimes = ntimes,
                                .times = times,
                                .nobservables = n,
                                .observables = o,
                                .tolerance = 1e-9};
}

/* a = 1: Lambda_0 = b(p), Lambda_k = (2 pi N T)^k/k! <b>_E, on the torus and without. */
static void uniform_position(void **state)
{
    static const double times[3] = {0, 0.6, 2.5};
    static const int twice[1][3] = {{2, 0, 0}};
    (void)state;
    for (int d = 2; d <= 3; d++)
        for (int infinite = 0; infinite < 2; infinite++) {
            kl_kinetic_observable o[2] = {wave_along(0, axis1), wave_along(0, twice)};
            o[0].position = o[1].position = KL_KINETIC_POSITION_UNIFORM;
            kl_kinetic_problem problem = problem_in(d, times, 3, o, 2);
            problem.infinite = infinite;
            double energy = energy_at(d, problem.momentum), n = oracle_density(d, energy);
            const parts *p = solve_parts(&problem, 6);
            for (int it = 0; it < 3; it++)
                for (int k = 0; k <= 6; k++)
                    for (int io = 0; io < 2; io++) {
                        const int *mode = o[io].mode[0], at = (it * 7 + k) * 2 + io;
                        double mean = oracle_shell(d, energy, mode, (double[3]){0}) / n;
                        double size = pow(2 * M_PI * n * times[it], k) / tgamma(k + 1);
                        double complex b = cexp(2 * M_PI * I * mode[0] * problem.momentum[0]);
                        check_part(p, at, k ? size * mean : b, 1e-9);
                    }
        }
}

/* All parts together, less the factor, are the solution: d = 2 and 3, torus and infinite. */
static void sum_of_parts(void **state)
{
    static const double times[2] = {0.4, 1};
    (void)state;
    for (int c = 0; c < 3; c++) {
        int d = c == 1 ? 3 : 2;
        kl_kinetic_observable o[2] = {
            {.center = {-0.5, -1, -1},
             .width = 0.6,
             .nmodes = 1,
             .mode = mixed,
             .coefficient = one},
            {.center = {0.3, 0, 0}, .width = 0.6, .nmodes = 1, .mode = zero, .coefficient = one}};
        kl_kinetic_problem problem = problem_in(d, times, 2, o, 2);
        problem.infinite = c == 2;
        problem.tolerance = 1e-8;
        answer whole = solve_problem(&problem);
        const parts *p = solve_parts(&problem, MOST);
        double rate = 2 * M_PI * oracle_density(d, energy_at(d, problem.momentum));
        for (int it = 0; it < 2; it++)
            for (int io = 0; io < 2; io++) {
                double complex sum = 0;
                double error = 2 * pow(rate * times[it], MOST + 1) / tgamma(MOST + 2);
                for (int k = 0; k <= MOST; k++) {
                    sum += p->value[(it * (MOST + 1) + k) * 2 + io];
                    error += p->error[(it * (MOST + 1) + k) * 2 + io];
                }
                sum *= exp(-rate * times[it]);
                assert_true(error < 2e-8);
                assert_true(cabs(sum - whole.value[it * 2 + io]) <=
                            error + whole.error[it * 2 + io]);
                assert_true(cabs(p->value[(it * (MOST + 1) + 2) * 2 + io]) > 1e-4);
            }
    }
}

/* One mode, one and two collisions, written out: integrals over the times of the collisions of
 * the closed form of the shell (oracle_volterra.h). */
static void one_and_two(void **state)
{
    enum { N = 24 };
    double x[N], w[N], ell = 4, time = 0.9;
    (void)state;
    oracle_gauss(N, 0, 1, x, w);
    for (int d = 2; d <= 3; d++) {
        kl_kinetic_observable o = wave_along(2, mixed); /* picks xi = -2/ell */
        kl_kinetic_problem problem = problem_in(d, &time, 1, &o, 1);
        double energy = energy_at(d, problem.momentum), xi = -2 / ell;
        double f = -2 * xi * sin(2 * M_PI * problem.momentum[0]);
        double complex first = 0, second = 0;
        for (int i = 0; i < N; i++) { /* the last collision at t, the first at s < t */
            double t = time * x[i], flight[3] = {xi * (time - t), 0, 0};
            double last = 2 * M_PI * time * w[i] * oracle_shell(d, energy, mixed[0], flight);
            first += last * cexp(-2 * M_PI * I * f * t);
            for (int j = 0; j < N; j++) {
                double s = t * x[j], between[3] = {xi * (t - s), 0, 0};
                second += last * 2 * M_PI * t * w[j] * oracle_shell(d, energy, zero[0], between) *
                          cexp(-2 * M_PI * I * f * s);
            }
        }
        double complex start = exp(-2 * pow(M_PI * problem.width * xi, 2)) *
                               cexp(-2 * M_PI * I * xi * problem.center[0]);
        const parts *p = solve_parts(&problem, 2);
        check_part(p, 1, start * first, 1e-9);
        check_part(p, 2, start * second, 1e-9);
        assert_true(cabs(p->value[2]) > 1e-3);
    }
}

/* Paths of exactly k collisions, within the shell between the saddles and beyond. */
static void jump_process(void **state)
{
    double time = 1.2;
    (void)state;
    for (int c = INNER; c <= OUTER; c++) {
        kl_kinetic_observable o[3];
        for (int io = 0; io < 3; io++) {
            o[io] = (kl_kinetic_observable){
                .width = jump_width, .nmodes = 1, .mode = jump_mode[io], .coefficient = one};
            memcpy(o[io].center, jump_center[io], sizeof o[io].center);
        }
        kl_kinetic_problem problem = problem_of(&starts[c], &time, 3, o, 1e-7);
        double rate = 2 * M_PI * oracle_density(3, energy_at(3, problem.momentum));
        const parts *p = solve_parts(&problem, 4);
        for (int k = 0; k <= 4; k++) {
            double mean[7], bar[7];
            oracle_jump_collisions(&starts[c].oracle, time, k, 12, 20050600, 7, pairings, NULL,
                                   mean, bar);
            for (int io = 0; io < 3; io++) {
                double complex part = exp(-rate * time) * p->value[k * 3 + io];
                double off[2] = {creal(part) - mean[2 * io], cimag(part) - mean[2 * io + 1]};
                for (int i = 0; i < 2; i++) { /* seven of 15 degrees of freedom: 4e-6 */
                    assert_true(fabs(off[i]) <= 7 * bar[2 * io + i] + p->error[k * 3 + io]);
                    assert_true(bar[2 * io + i] < 3e-4);
                }
            }
        }
    }
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

static void refuses(void **state)
{
    double time = 1, value[2 * 3], error[3];
    char note[256];
    kl_error err = {0};
    kl_kinetic_observable o = wave_along(1, zero);
    kl_kinetic_problem good = problem_in(3, &time, 1, &o, 1), bad = good;
    (void)state;
    bad.hessian[0][0] = 0.1;
    assert_int_equal(kl_boltzmann_collisions(MPI_COMM_SELF, &bad, 2, value, error, note, &err),
                     KL_INPUT);
    assert_non_null(strstr(err.message, "p.X"));
    bad = good;
    bad.dimension = 2;
    bad.momentum[0] = 0.5;
    bad.momentum[1] = 0; /* E = 0 */
    assert_int_equal(kl_boltzmann_collisions(MPI_COMM_SELF, &bad, 2, value, error, note, &err),
                     KL_INPUT);
    assert_non_null(strstr(err.message, "density of states is infinite"));
    good.stop = at_once;
    assert_int_equal(kl_boltzmann_collisions(MPI_COMM_SELF, &good, 2, value, error, note, &err),
                     KL_STOPPED);
}

static const struct CMUnitTest collisions[] = {
    cmocka_unit_test(uniform_position), cmocka_unit_test(sum_of_parts),
    cmocka_unit_test(one_and_two), cmocka_unit_test(jump_process), cmocka_unit_test(refuses)};
KINETIC_MAIN(collisions)
