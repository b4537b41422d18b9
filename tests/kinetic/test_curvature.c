/* Gauss and Bonnet: the integral of the curvature over a level set is its topology. */
#include "kinetic/curvature.h"
#include "lattice/check.h"

static void the_integral_is_the_topology(void **state)
{
    static const double energy[] = {-5.9, -4, -2.3, -1.9, -0.7, 0, 0.4, 1.2, 1.8, 2.2, 3, 5.5};
    (void)state;
    for (int i = 0; i < 12; i++) {
        double euler, negative;
        assert_ok(kl_curvature(energy[i], &euler, &negative, why));
        assert_near(euler, fabs(energy[i]) < 2 ? -4 : 2, 1e-5);
        assert_true(negative >= 0 && negative <= 1);
        /* Near the band's edge the set is a sphere; at E = 0, K = -sum_j sin_j^2 cos_j^2 ... is not
         * positive anywhere: cos_k cos_l = (cos_j^2 - cos_k^2 - cos_l^2)/2. */
        if (fabs(energy[i]) > 4)
            assert_near(negative, 0, 0);
        if (energy[i] == 0)
            assert_at_most(0.99, negative);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_integral_is_the_topology)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
