/* The free resolvent off the axis against the sum over the momenta of a large lattice, which is
 * exponentially close to the integral, and against closed forms on the axis from above.
 */
#include "base/complex.h"
#include "kinetic/departure.h"
#include "kinetic/green.h"
#include "lattice/check.h"

static double complex sum_over_momenta(int d, double complex z, int n)
{
    double complex sum = 0;
    const int rows = d > 1 ? n : 1, planes = d > 2 ? n : 1;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < rows; j++)
            for (int k = 0; k < planes; k++)
                sum +=
                    1 / (z - 2 * cos(2 * M_PI * i / n) - (d > 1 ? 2 * cos(2 * M_PI * j / n) : 0) -
                         (d > 2 ? 2 * cos(2 * M_PI * k / n) : 0));
    return sum / ((double)n * rows * planes);
}

static void is_the_integral_over_momenta(void **state)
{
    static const double energy[] = {-5.2, -2, -0.3, 0, 1, 2.4, 4, 6, 7.5};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 9; i++)
            for (double width = 0.8; width < 2; width *= 2) {
                const double complex z = CMPLX(energy[i], width);
                const double complex sum = sum_over_momenta(d, z, 90), g = kl_green(d, z);
                assert_near(creal(g), creal(sum), 1e-12);
                assert_near(cimag(g), cimag(sum), 1e-12);
            }
}

/* Where N is smooth: off the axis by w it changes by order w. */
static void goes_over_into_the_boundary_value(void **state)
{
    static const double energy[3] = {1.1, 2.7, 3.3};
    (void)state;
    for (int d = 2; d <= 3; d++)
        for (int i = 0; i < 3; i++) {
            double re, im;
            kl_resolvent(d, energy[i], &re, &im);
            const double complex near = kl_green(d, CMPLX(energy[i], 1e-3));
            const double complex nearer = kl_green(d, CMPLX(energy[i], 5e-4));
            assert_near(2 * creal(nearer) - creal(near), re, 1e-6);
            assert_near(2 * cimag(nearer) - cimag(near), im, 1e-6);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_integral_over_momenta),
        cmocka_unit_test(goes_over_into_the_boundary_value),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
