/* The Husimi function and its marginals have the same bits on any rank count. */
#include "wigner/husimi.h"

#include "dynamics/dense.h"

enum { X_POINTS = 6, V_POINTS = 5, SIDE = 12 };

typedef struct fields {
    double husimi[X_POINTS * V_POINTS], momentum[V_POINTS], density[SIDE];
} fields;

static void measure(MPI_Comm comm, int d, int64_t L, int axis, kl_precision precision,
                    const complex double *psi, fields *out)
{
    const double mu = 0.2, width = 0.3;
    kl_lattice lattice;
    kl_state state;
    kl_coherence r;
    memset(out, 0, sizeof *out);
    assert_ok(kl_lattice_create(comm, d, L, &lattice, why));
    assert_ok(kl_state_create(&lattice, precision, &state, why));
    set_state(&state, psi);
    assert_ok(kl_coherence_create(&state, axis, kl_husimi_modes(width / mu), &r, why));
    assert_ok(kl_husimi(&r, mu, width, X_POINTS, V_POINTS, out->husimi, why));
    assert_ok(kl_husimi_momenta(&r, mu, width, V_POINTS, out->momentum, why));
    kl_husimi_density(&r, mu, out->density);
    kl_coherence_destroy(&r);
    kl_state_destroy(&state);
}

static void same_bits(void **state)
{
    static complex double psi[SIDE * SIDE * SIDE];
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 5; L <= SIDE; L += 7)
            for (int axis = 0; axis < d; axis++)
                for (int precision = 0; precision < 2; precision++) {
                    fields one, many;
                    random_vector((int64_t)pow((double)L, d), 3, psi);
                    measure(MPI_COMM_SELF, d, L, axis, (kl_precision)precision, psi, &one);
                    measure(MPI_COMM_WORLD, d, L, axis, (kl_precision)precision, psi, &many);
                    assert_everywhere(memcmp(&one, &many, sizeof one) == 0);
                }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits)};
TEST_MAIN(tests)
