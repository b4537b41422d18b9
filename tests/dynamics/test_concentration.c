/* The concentration of singularity of a start: the norm by its defining convolution, the
 * closed form against transforms of lattice states, and the exponents in mu for Hessians
 * of every rank: (3 - rank)/2 for the norm, the opposite for the peak.
 */
#include "dynamics/concentration.h"
#include "dynamics/dense.h"

static void of_initial(const kl_initial *initial, int d, int64_t L, kl_concentration *out)
{
    kl_lattice lattice;
    kl_state psi;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, d, L, &lattice, why));
    assert_ok(kl_state_create(&lattice, KL_DOUBLE, &psi, why));
    assert_ok(kl_initial_fill(initial, &psi, why));
    assert_ok(kl_concentration_of_state(&psi, 0, NULL, NULL, out, why));
    kl_state_destroy(&psi);
}

/* |f|*|f|(k) = int dq |f(q)| |f(k-q)| on 5 x 5 momenta, f by its defining sum. */
static void the_norm_is_that_of_the_convolution(void **state)
{
    enum { L = 5, N = L * L };
    complex double psi_x[N], twiddle[L];
    static const double bound[3] = {0, 0.7, 1.5};
    double f[N], sum = 0, peak = 0, above[3];
    uint64_t seed = 20261120;
    kl_lattice lattice;
    kl_state psi;
    kl_concentration c;
    (void)state;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 2, L, &lattice, why));
    assert_ok(kl_state_create(&lattice, KL_DOUBLE, &psi, why));
    for (int i = 0; i < N; i++) {
        const double re = test_random(&seed), im = test_random(&seed);
        psi_x[i] = re + I * im;
        kl_state_store(KL_DOUBLE, psi.re, kl_lattice_origin(&lattice) + i, 1, &re);
        kl_state_store(KL_DOUBLE, psi.im, kl_lattice_origin(&lattice) + i, 1, &im);
    }
    for (int i = 0; i < L; i++)
        twiddle[i] = cexp(-2 * M_PI * I * i / L);
    for (int k = 0; k < N; k++) {
        complex double z = 0;
        for (int x = 0; x < N; x++)
            z += psi_x[x] * twiddle[(k / L * (x / L) + k % L * (x % L)) % L];
        f[k] = cabs(z);
        peak = fmax(peak, f[k]);
    }
    assert_ok(kl_concentration_of_state(&psi, 3, bound, above, &c, why));
    for (int b = 0; b < 3; b++) {
        sum = 0;
        for (int k = 0; k < N; k++) {
            double convolution = 0;
            for (int q = 0; q < N; q++) {
                const int other = (k / L - q / L + L) % L * L + (k % L - q % L + L) % L;
                convolution += fmax(f[q] - bound[b], 0) * fmax(f[other] - bound[b], 0) / N;
            }
            sum += convolution * convolution / N;
        }
        assert_near(above[b], sqrt(sum), 1e-12 * sqrt(sum));
        assert_true(above[b] > 0.01);
        if (b == 0)
            assert_near(c.norm, sqrt(sum), 1e-12 * sqrt(sum));
    }
    assert_near(c.peak, peak, 1e-12 * peak);
    kl_state_destroy(&psi);
}

/* Ranks 0 to 3, not along the axes: A = sum of `a` times projections on orthogonal vectors. */
static kl_initial bent(int rank, double a, double width, double mu)
{
    static const double axis[3][3] = {
        {2 / 3., 1 / 3., 2 / 3.}, {-2 / 3., 2 / 3., 1 / 3.}, {-1 / 3., -2 / 3., 2 / 3.}};
    kl_initial initial = {.envelope = KL_ENVELOPE_GAUSSIAN,
                          .width = width,
                          .momentum = {0.15, 0.2, 0.3},
                          .weight = 1,
                          .mu = mu};
    for (int r = 0; r < rank; r++)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++)
                initial.hessian[i][j] += (r == 1 ? -a : a) * axis[r][i] * axis[r][j];
    return initial;
}

/* The last case is as wide in momentum as the closed form is given for. */
static void the_closed_form_is_that_of_the_lattice(void **state)
{
    static const struct {
        double a, mu;
        int sites;
    } cases[] = {{0.04, 0.2, 36}, {0.06, 0.13, 50}, {0, 0.3, 18}};
    (void)state;
    for (int rank = 0; rank <= 3; rank++)
        for (int k = 0; k < 3; k++) {
            const kl_initial initial = bent(rank, cases[k].a, 0.4, cases[k].mu);
            kl_concentration closed, lattice;
            assert_true(kl_concentration_closed(&initial, 3, &closed));
            of_initial(&initial, 3, cases[k].sites, &lattice);
            assert_near(lattice.norm, closed.norm, 1e-6 * closed.norm);
            /* the largest |f| on the dual lattice may lie beside the true peak */
            assert_near(lattice.peak, closed.peak, 0.1 * closed.peak);
            assert_int_equal(kl_hessian_rank(initial.hessian, 3), cases[k].a > 0 ? rank : 0);
        }
}

/* mu^(1/2) for every flat direction, mu^0 for every bent one; opposite for the peak. */
static void exponents_count_the_flat_directions(void **state)
{
    (void)state;
    for (int rank = 0; rank <= 3; rank++) {
        kl_concentration c[2];
        for (int k = 0; k < 2; k++) {
            const kl_initial initial = bent(rank, 0.08, 0.4, k ? 1e-5 : 1e-4);
            assert_true(kl_concentration_closed(&initial, 3, &c[k]));
        }
        assert_near(log10(c[0].norm / c[1].norm), (3 - rank) / 2., 1e-4);
        assert_near(log10(c[0].peak / c[1].peak), -(3 - rank) / 2., 1e-4);
    }
}

/* The same from states alone, of an envelope without closed form. Each bent direction of
 * finite width adds what is left of (mu/(a s^2))^2. */
static void exponents_of_lattice_states(void **state)
{
    (void)state;
    for (int rank = 0; rank <= 3; rank++) {
        kl_concentration c[2];
        for (int k = 0; k < 2; k++) {
            kl_initial initial = bent(0, 0, 0.9, k ? 0.03 : 0.06);
            initial.envelope = KL_ENVELOPE_BUMP;
            for (int r = 0; r < rank; r++)
                initial.hessian[r][r] = 0.5;
            of_initial(&initial, 3, k ? 64 : 32, &c[k]);
        }
        assert_near(log2(c[0].norm / c[1].norm), (3 - rank) / 2., 0.1);
        assert_near(log2(c[0].peak / c[1].peak), -(3 - rank) / 2., 0.5);
    }
}

static void other_starts_have_no_closed_form(void **state)
{
    kl_initial initial = bent(1, 0.08, 0.4, 0.1);
    kl_concentration c;
    (void)state;
    initial.envelope = KL_ENVELOPE_BUMP;
    assert_false(kl_concentration_closed(&initial, 3, &c));
    initial = bent(3, 5, 0.4, 0.1); /* goes around the torus of momenta */
    assert_false(kl_concentration_closed(&initial, 3, &c));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(the_norm_is_that_of_the_convolution),
                                          cmocka_unit_test(the_closed_form_is_that_of_the_lattice),
                                          cmocka_unit_test(exponents_count_the_flat_directions),
                                          cmocka_unit_test(exponents_of_lattice_states),
                                          cmocka_unit_test(other_starts_have_no_closed_form)};
TEST_MAIN(tests)
