/* Crossing integrals: by their definition, printed values, norms by Bessel functions, symmetry, and
 * triples in any company. */
#include "graphs/brute_crossing.h"

/* d = 3, L = 8, eps = 1/2, E = (0,1,2). */
static void printed_on_eight_sites(void **state)
{
    static const double energy[1][3] = {{0, 1, 2}},
                        momentum[2][3] = {{1. / 8, 2. / 8, 4. / 8}, {0, 3. / 8, 4. / 8}};
    const kl_crossing_problem p = {3, 8, 0.5, 1, energy, 2, momentum};
    kl_crossing crossing;
    double at[2];
    (void)state;
    solve(MPI_COMM_SELF, &p, &crossing, at);
    CLOSE(at[0], 0.347789345981, 1e-12);
    CLOSE(at[1], crossing.sup, 1e-14);
    CLOSE(crossing.sup, 0.348341259310, 1e-12);
    /* (0,3,4)/8 is its image: with an energy 0, u and u + (1/2,1/2,1/2) are alike. */
    assert_true(crossing.argmax[0] == 0 && crossing.argmax[1] == 1. / 8 &&
                crossing.argmax[2] == 0.5);
}

/* Every u of small tori against the double sum, and so the sup. */
static void definition(void **state)
{
    static const double energy[4][3] = {{0, 1, 2}, {-0.7, 0.7, 0.3}, {1.1, 1.1, -1.1}, {2, 2, 2}};
    static const int sites[] = {0, 14, 8, 4};
    (void)state;
    for (int d = 1; d <= 3; d++) {
        const int L = sites[d], points = (int)lround(pow(L, d));
        double momentum[64][3] = {{0}}, at[4][64], sup[4] = {0};
        kl_crossing crossing[4];
        for (int i = 0; i < points; i++)
            for (int j = 0, x = i; j < d; j++, x /= L)
                momentum[i][j] = (double)(x % L) / L;
        const kl_crossing_problem p = {d, L, 0.3, 4, energy, points, momentum};
        solve(MPI_COMM_SELF, &p, crossing, &at[0][0] /* [4][points] */);
        for (int t = 0; t < 4; t++) {
            for (int i = 0; i < points; i++) {
                const int u[3] = {i % L, i / L % L, i / L / L};
                const double exact = double_sum(&p, energy[t], u);
                CLOSE((&at[0][0])[t * points + i], exact, 1e-13 * exact);
                sup[t] = fmax(sup[t], exact);
            }
            CLOSE(crossing[t].sup, sup[t], 1e-13 * sup[t]);
            const int u[3] = {(int)lround(crossing[t].argmax[0] * L),
                              (int)lround(crossing[t].argmax[1] * L),
                              (int)lround(crossing[t].argmax[2] * L)};
            CLOSE(double_sum(&p, energy[t], u), sup[t], 1e-13 * sup[t]);
            CLOSE(crossing[t].gain, sup[t] * 0.3 / crossing[t].norm[0] / crossing[t].norm[1],
                  1e-13);
        }
    }
}

/* K_0(x) = int_0^inf exp(-x cosh s) ds. */
static double macdonald(double x)
{
    double sum = 0.5 * exp(-x);
    for (int i = 1; i < 400; i++)
        sum += exp(-x * cosh(0.05 * i));
    return 0.05 * sum;
}

/* (2/pi) int_0^inf K_0(eps s) cos(sE) J_0(2s)^d ds, by the double exponential rule. */
static double norm_rule(int d, double eps, double energy)
{
    const double end = 40 / eps, h = 1. / 1500;
    double sum = 0;
    for (int i = -5000; i <= 5000; i++) {
        const double y = M_PI_2 * sinh(h * i), s = end / (1 + exp(-2 * y));
        const double weight = h * M_PI_2 * cosh(h * i) * end / (2 * pow(cosh(y), 2));
        if (weight > 1e-20)
            sum += weight * macdonald(eps * s) * cos(s * energy) * pow(j0(2 * s), d);
    }
    return 2 / M_PI * sum;
}

static void norms_by_bessel_functions(void **state)
{
    static const double energy[2][3] = {{0, 1, 2}, {-1.3, 3.5, 5}};
    static const int sites[] = {0, 120, 120, 96};
    (void)state;
    for (int d = 1; d <= 3; d++) {
        const kl_crossing_problem p = {d, sites[d], 0.5, 2, energy, 0, NULL};
        kl_crossing crossing[2];
        solve(MPI_COMM_SELF, &p, crossing, NULL);
        for (int t = 0; t < 2; t++)
            for (int i = 0; i < 3; i++)
                CLOSE(crossing[t].norm[i], norm_rule(d, 0.5, energy[t][i]), 1e-8);
    }
}

/* L, eps, r(0) at E = 0, sup at E = (0,0,0) and (2,2,2): printed to these digits. */
static void printed_suprema(void **state)
{
    static const double energy[2][3] = {{0, 0, 0}, {2, 2, 2}};
    static const double printed[4][5] = {{32, 0.5, 0.736089, 0.40343, 0.27931},
                                         {128, 0.2, 0.995897, 1.01295, 0.74283},
                                         {160, 0.1, 1.193462, 1.7647, 1.3919},
                                         {400, 0.05, 1.391191, 2.8296, 2.4325}};
    (void)state;
    for (int i = 0; i < 4; i++) {
        const kl_crossing_problem p = {3, (int)printed[i][0], printed[i][1], 2, energy, 0, NULL};
        const double digits = i < 2 ? 6e-6 : 6e-5;
        kl_crossing crossing[2];
        solve(MPI_COMM_SELF, &p, crossing, NULL);
        CLOSE(crossing[0].norm[0], printed[i][2], 6e-7);
        CLOSE(crossing[0].sup, printed[i][3], digits);
        CLOSE(crossing[1].sup, printed[i][4], digits);
        for (int t = 0; t < 2; t++) {
            CLOSE(crossing[t].argmax[0], 0, 0);
            CLOSE(crossing[t].argmax[1], t ? 0 : 0.25, 0);
            CLOSE(crossing[t].argmax[2], 0.5, 0);
        }
    }
}

/* Changing the sign of an energy moves u by (1/2,1/2,1/2); off the dual lattice too. */
static void mirrored_energy(void **state)
{
    static const double energy[2][3] = {{0.4, 1.3, 2.2}, {0.4, -1.3, 2.2}};
    static const double momentum[4][3] = {
        {0.1, 0.25, 0.5}, {0.6, 0.75, 0}, {0.123, 0.3, -0.2}, {0.623, 0.8, 0.3}};
    const kl_crossing_problem p = {3, 20, 0.3, 2, energy, 4, momentum};
    kl_crossing crossing[2];
    double at[2][4];
    (void)state;
    solve(MPI_COMM_SELF, &p, crossing, &at[0][0]);
    for (int k = 0; k < 4; k += 2) {
        CLOSE(at[0][k], at[1][k + 1], 1e-13);
        CLOSE(at[1][k], at[0][k + 1], 1e-13);
        assert_true(fabs(at[0][k] - at[1][k]) > 1e-4);
    }
    CLOSE(crossing[0].sup, crossing[1].sup, 1e-13);
}

/* A triple's values do not depend on the triples beside it, whose r it may share. */
static void triples_alone_and_together(void **state)
{
    static const double energy[6][3] = {{1, 1, 1},  {0, 1, 2},  {2, 2, 2},
                                        {1, -1, 2}, {0, 0, -2}, {1, 1, 1}};
    const kl_crossing_problem p = {3, 12, 0.4, 6, energy, 0, NULL};
    kl_crossing together[6], alone;
    (void)state;
    solve(MPI_COMM_SELF, &p, together, NULL);
    for (int t = 0; t < 6; t++) {
        const kl_crossing_problem one = {3, 12, 0.4, 1, &energy[t], 0, NULL};
        solve(MPI_COMM_SELF, &one, &alone, NULL);
        CLOSE(together[t].sup, alone.sup, 1e-13);
        for (int i = 0; i < 3; i++) {
            CLOSE(together[t].norm[i], alone.norm[i], 1e-14);
            CLOSE(together[t].argmax[i], alone.argmax[i], 0);
        }
    }
}

static void refuses(void **state)
{
    static const double energy[1][3] = {{0, 0, 0}};
    const kl_crossing_problem wrong[] = {{4, 8, 0.5, 1, energy, 0, NULL},
                                         {3, 7, 0.5, 1, energy, 0, NULL},
                                         {3, 8, 0, 1, energy, 0, NULL},
                                         {3, 8, NAN, 1, energy, 0, NULL}};
    kl_crossing crossing;
    kl_error err;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(kl_crossing_solve(MPI_COMM_SELF, &wrong[i], &crossing, NULL, &err),
                         KL_INPUT);
        assert_null(strchr(err.message, '\n'));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(printed_on_eight_sites),
        cmocka_unit_test(definition),
        cmocka_unit_test(norms_by_bessel_functions),
        cmocka_unit_test(printed_suprema),
        cmocka_unit_test(mirrored_energy),
        cmocka_unit_test(triples_alone_and_together),
        cmocka_unit_test(refuses),
    };
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
