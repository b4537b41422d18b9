/* What `eigenstates` measures is what LAPACK's eigenvectors have. */
#include "systems/eigenstates_dense.h"

static const eigenstates_case cases[] = {
    {2, 18, 12, 0.6, 1.5}, {2, 6, 30, 0.8, -0.7}, {3, 7, 9, 0.7, 1}, {1, 200, 7, 0.4, -1}};

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
