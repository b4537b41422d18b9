/* Resolvents smoothed on dyadic shells: the convolution by its definition on a small grid, and the
 * factor log(1/(2^j eps)) that the published bound lacks.
 */
#include "dynamics/dyadic.h"
#include "dynamics/dense.h"

static double chi(double r)
{
    if (r <= 0.5)
        return 1;
    return r < 1 ? pow(cos(M_PI * (r - 0.5)), 2) : 0;
}

static void norms_are_those_of_the_convolution(void **state)
{
    enum { N = 12, SHELL = 1 };
    const kl_dyadic resolvent = {1.3, 0.6, 0.3, N};
    double sup[2], l1[2], transform[N][N], largest = 0, mean = 0;
    (void)state;
    assert_ok(kl_dyadic_norms(&resolvent, 2, sup, l1, why));
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++) {
            complex double sum = 0;
            for (int x = -N / 2; x < N / 2; x++)
                for (int y = -N / 2; y < N / 2; y++) {
                    const double r = hypot(x, y), p = chi(r / 4) - chi(r / 2);
                    sum += p * p * pow(1 + r * r, -0.3) * cexp(-2 * M_PI * I * (a * x + b * y) / N);
                }
            transform[a][b] = cabs(sum);
        }
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++) {
            double sum = 0;
            for (int c = 0; c < N; c++)
                for (int d = 0; d < N; d++) {
                    const double e = 2 * cos(2 * M_PI * c / N) + 2 * cos(2 * M_PI * d / N);
                    sum +=
                        transform[(a - c + N) % N][(b - d + N) % N] / hypot(e - 1.3, 0.6) / N / N;
                }
            largest = fmax(largest, sum);
            mean += sum / N / N;
        }
    assert_near(sup[SHELL], largest, 1e-12 * largest);
    assert_near(l1[SHELL], mean, 1e-12 * mean);
}

/* At sigma = 0 each halving of eps adds about as much to sup/2^j: a logarithm, where the bound has
 * a constant. The mean grows like log(1/eps), as published. */
static void the_supremum_has_a_logarithm(void **state)
{
    double sup[3][4], l1[3][4];
    (void)state;
    for (int k = 0; k < 3; k++) {
        const kl_dyadic resolvent = {1.5, 0.08 / (1 << k), 0, 1024};
        assert_ok(kl_dyadic_norms(&resolvent, 4, sup[k], l1[k], why));
    }
    for (int j = 0; j < 3; j++) {
        const double one = sup[1][j] - sup[0][j], two = sup[2][j] - sup[1][j];
        assert_near(two / one, 1, 0.1);
        assert_true(two > 0.05 * sup[2][j]);
        assert_near((l1[2][j] - l1[1][j]) / (l1[1][j] - l1[0][j]), 1, 0.1);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(norms_are_those_of_the_convolution),
                                          cmocka_unit_test(the_supremum_has_a_logarithm)};
TEST_MAIN(tests)
