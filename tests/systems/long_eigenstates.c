/* The same at the largest size that LAPACK does in half a minute, 44^2 = 1936 and 12^3 = 1728
 * sites.
 */
#include "systems/eigenstates_dense.h"

static const eigenstates_case cases[] = {{2, 44, 64, 0.5, 1.5}, {3, 12, 32, 0.7, -1}};

static void are_those_of_lapack(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check_case(&cases[i]);
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test(are_those_of_lapack)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
