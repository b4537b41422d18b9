/* What `eigenstates` measures is what LAPACK's eigenvectors have. */
#include "systems/eigenstates_dense.h"

static const eigenstates_case cases[] = {
    {2, 18, 12, 0.6, 1.5}, {2, 6, 30, 0.8, -0.7}, {3, 7, 9, 0.7, 1}, {1, 200, 7, 0.4, -1}};

int main(int argc, char **argv)
{
    return check_cases(argc, argv, sizeof cases / sizeof *cases, cases);
}
