/* Crossing integrals on any number of ranks: the same bits as on one, ranks without planes
 * included. */
#include "graphs/brute_crossing.h"

static void ranks_agree(void **state)
{
    static const double energy[3][3] = {{0, 1, 2}, {0.5, 0.5, 0.5}, {-1, 0.5, 0.5}};
    static const double momentum[2][3] = {{0.25, 0.5, 0.125}, {0.1, 0.7, 0.35}};
    static const int sites[] = {0, 10, 4, 14};
    (void)state;
    for (int d = 1; d <= 3; d++) {
        const kl_crossing_problem p = {d, sites[d], 0.4, 3, energy, 2, momentum};
        kl_crossing together[3], alone[3];
        double at[3][2], alone_at[3][2];
        solve(MPI_COMM_WORLD, &p, together, &at[0][0]);
        solve(MPI_COMM_SELF, &p, alone, &alone_at[0][0]);
        for (int t = 0; t < 3; t++) {
            CLOSE(together[t].sup, alone[t].sup, 0);
            CLOSE(together[t].gain, alone[t].gain, 0);
            for (int i = 0; i < 3; i++) {
                CLOSE(together[t].norm[i], alone[t].norm[i], 0);
                CLOSE(together[t].argmax[i], alone[t].argmax[i], 0);
            }
            for (int k = 0; k < 2; k++)
                CLOSE(at[t][k], alone_at[t][k], 0);
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(ranks_agree)};
    MPI_Init(&argc, &argv);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
