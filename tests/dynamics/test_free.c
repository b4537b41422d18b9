/* Free motion on a ring against its Fourier sum,
 *   (1/L) sum_k exp(2 pi i k x/L - 2 i t cos(2 pi k/L)),
 * and its moments: norm 1 and, while the front has not met itself, <x^2> = 2 t^2.
 */
#include "dynamics/free.h"
#include "lattice/check.h"

static void is_the_fourier_sum(void **state)
{
    (void)state;
    static const double turn = 6.283185307179586;
    for (int64_t sites = 4; sites <= 64; sites += 5)
        for (int i = 0; i < 4; i++) {
            const double t = (double[]){0, 0.3, 7, 90}[i];
            double complex a[64];
            assert_ok(kl_free_ring(sites, t, a, why));
            for (int64_t x = 0; x < sites; x++) {
                double complex sum = 0;
                for (int64_t k = 0; k < sites; k++)
                    sum += cexp(I * (turn * (double)(k * x % sites) / (double)sites -
                                     2 * t * cos(turn * (double)k / (double)sites)));
                assert_near(cabs(a[x] - sum / (double)sites), 0, 3e-13);
            }
        }
}

static void moves_ballistically(void **state)
{
    (void)state;
    enum { SITES = 400 };
    for (double t = 0.5; t < 80; t *= 2) {
        double complex a[SITES];
        double norm = 0, square = 0;
        assert_ok(kl_free_ring(SITES, t, a, why));
        for (int i = 0; i < SITES; i++) {
            const double x = i < SITES / 2 ? i : i - SITES, p = creal(a[i] * conj(a[i]));
            norm += p;
            square += x * x * p;
        }
        assert_near(norm, 1, 1e-13);
        assert_near(square / (2 * t * t), 1, 1e-12);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_the_fourier_sum),
        cmocka_unit_test(moves_ballistically),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
