/* The same at the largest size that LAPACK does in half a minute, 44^2 = 1936 and 12^3 = 1728
 * sites.
 */
#include "systems/eigenstates_dense.h"

static const eigenstates_case cases[] = {{2, 44, 64, 0.5, 1.5}, {3, 12, 32, 0.7, -1}};

int main(int argc, char **argv)
{
    return check_cases(argc, argv, sizeof cases / sizeof *cases, cases);
}
