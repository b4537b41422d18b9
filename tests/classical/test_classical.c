/* Taylor polynomials, trajectories and jets against definitions and closed forms. */
#include "classical/flow.h"
#include "classical/jets.h"
#include "classical/overlap.h"
#include "lattice/check.h"

static const kl_phase_term terms[] = {{{2, 1, 0}, 0.3}, {{0, 4, 0}, 0.1}, {{1, 1, 1}, -0.2},
                                      {{2, 0, 0}, 0.5}, {{0, 0, 2}, 0.4}, {{0, 2, 0}, 0.3}};
static const kl_phase_wave waves[] = {{{0.2, -0.1, 0.15}, 0.3, -0.4}};
static const kl_smooth_gaussian bells[] = {{{0.2, 0.4, -0.3}, 0.8, 0.9}};
static const kl_smooth rich = {3, {6, 1, terms, waves}, 1, bells};

static void taylor_polynomials_are_the_function(void **state)
{
    kl_monomials m;
    double c[64], g[3], x[3] = {0.3, -0.2, 0.5};
    (void)state;
    assert_ok(kl_monomials_create(3, KL_SMOOTH_DEGREE, &m, why));
    assert_int_equal(m.n, 35);
    kl_smooth_taylor(&rich, &m, x, c);
    for (int k = 0; k < 4; k++) { /* the error is of fifth order */
        const double h = 0.1 / (1 << k), y[3] = {h, -0.7 * h, 0.4 * h};
        double sum = 0;
        for (int i = 0; i < m.n; i++)
            sum += c[i] * pow(y[0], m.power[i][0]) * pow(y[1], m.power[i][1]) *
                   pow(y[2], m.power[i][2]);
        const double there[3] = {x[0] + y[0], x[1] + y[1], x[2] + y[2]};
        assert_at_most(fabs(sum - kl_smooth_value(&rich, there)), 10 * pow(h, 5));
    }
    kl_smooth_gradient(&rich, x, g);
    for (int j = 0; j < 3; j++) {
        int power[KL_MONOMIAL_VARIABLES] = {0};
        power[j] = 1;
        assert_near(g[j], c[kl_monomials_find(&m, power)], 1e-14);
    }
    kl_monomials_destroy(&m);
}

static void trajectories_keep_energy_and_come_back(void **state)
{
    const kl_phase_observable energy = {.energy = true};
    const double from[6] = {0.3, -0.2, 0.5, 0.4, 0.7, -0.6};
    double z[6];
    kl_flow flow;
    (void)state;
    assert_ok(kl_flow_create(&rich, KL_FLOW_POINTS, 1e-13, &flow, why));
    memcpy(z, from, sizeof z);
    assert_true(kl_flow_advance(&flow, 3, z));
    assert_near(kl_phase_observable_value(&energy, &rich, z),
                kl_phase_observable_value(&energy, &rich, from), 1e-11);
    assert_true(fabs(z[0] - from[0]) > 0.1);
    assert_true(kl_flow_advance(&flow, -3, z));
    for (int i = 0; i < 6; i++)
        assert_near(z[i], from[i], 1e-10);
    kl_flow_destroy(&flow);
}

static void the_flow_is_symplectic(void **state)
{
    const double z[6] = {0.3, -0.2, 0.5, 0.4, 0.7, -0.6};
    kl_flow flow;
    (void)state;
    assert_ok(kl_flow_create(&rich, KL_FLOW_TANGENTS, 1e-13, &flow, why));
    assert_at_most(kl_flow_symplectic_defect(&flow, z, 2), 1e-10);
    kl_flow_destroy(&flow);
}

static void what_runs_away_is_told(void **state)
{
    const kl_phase_term cubic[] = {{{3}, -1}};
    const kl_smooth potential = {.dimension = 1, .sum = {.nterms = 1, .term = cubic}};
    double z[2] = {1, 1};
    kl_flow flow;
    (void)state;
    assert_ok(kl_flow_create(&potential, KL_FLOW_POINTS, 1e-12, &flow, why));
    assert_false(kl_flow_advance(&flow, 10, z));
    kl_flow_destroy(&flow);
}

/* J o Phi_t around a point, from its Taylor coefficients and from trajectories: third order. */
static void jets_are_the_observable_along_the_flow(void **state)
{
    const kl_phase_observable o[2] = {
        {.x = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.2, 0, 0.1}, .width = 0.7},
         .p = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.1, 0.3, 0}, .width = 0.9}},
        {.x = {.shape = KL_WINDOW_POWER, .power = {1, 0, 1}},
         .p = {.shape = KL_WINDOW_POWER, .power = {0, 2, 0}}}};
    const double from[6] = {0.3, -0.2, 0.5, 0.4, 0.7, -0.6}, t = 1.3;
    kl_jets jets;
    kl_flow flow;
    double z[6];
    (void)state;
    assert_ok(kl_jets_create(&rich, 2, o, 1e-13, &jets, why));
    assert_ok(kl_flow_create(&rich, KL_FLOW_POINTS, 1e-14, &flow, why));
    memcpy(z, from, sizeof z);
    assert_true(kl_flow_advance(&flow, t, z));
    assert_true(kl_jets_pull_back(&jets, z, t));
    for (int k = 0; k < 2; k++) {
        const double *a = kl_jets_coefficients(&jets, k);
        double worst[2];
        for (int halving = 0; halving < 2; halving++) {
            const double h = 0.02 / (1 + halving), y[6] = {h, -h, 0.5 * h, 0.7 * h, h, -0.3 * h};
            double sum = 0;
            for (int i = 0; i < jets.steps.of_z.n; i++) {
                double product = a[i];
                for (int j = 0; j < 6; j++)
                    product *= pow(y[j], jets.steps.of_z.power[i][j]);
                sum += product;
            }
            for (int j = 0; j < 6; j++)
                z[j] = from[j] + y[j];
            assert_true(kl_flow_advance(&flow, t, z));
            worst[halving] = fabs(sum - kl_phase_observable_value(&o[k], &rich, z));
        }
        assert_at_most(worst[1], 1e-5);
        assert_near(log2(worst[0] / worst[1]), 4, 0.3);
    }
    kl_jets_destroy(&jets);
    kl_flow_destroy(&flow);
}

/* V = x^3, J = p^3: V''' d_p^3 J = 36, and for A_(T-t) to leading order in T too. */
static void the_moyal_term_is_its_integral(void **state)
{
    const kl_phase_term cubic[] = {{{3}, 1}};
    const kl_smooth potential = {.dimension = 1, .sum = {.nterms = 1, .term = cubic}};
    const kl_phase_observable o = {.x = {.shape = KL_WINDOW_UNIFORM},
                                   .p = {.shape = KL_WINDOW_POWER, .power = {3}}};
    const double z[2] = {0.2, 0.1};
    kl_jets jets;
    (void)state;
    assert_ok(kl_jets_create(&potential, 1, &o, 1e-13, &jets, why));
    assert_true(kl_jets_pull_back(&jets, z, 1e-4));
    assert_near(kl_jets_integral(&jets, 0), 1e-4 * 36 / 24, 1e-8);
    assert_true(kl_jets_pull_back(&jets, z, 1e-2));
    assert_near(kl_jets_integral(&jets, 0), 1e-2 * 36 / 24, 1e-5);
    kl_jets_destroy(&jets);
}

/* Gaussian packets with linear S have |<psi_1, psi_2>| in closed form. */
static void packets_overlap_as_their_product(void **state)
{
    const kl_phase_term first[] = {{{1, 0, 0}, 0.4}, {{0, 1, 0}, -0.3}},
                        second[] = {{{1, 0, 0}, 0.5}, {{0, 1, 0}, -0.1}};
    const kl_wkb one = {
        .center = {0.2, 0.1}, .width = 0.5, .phase = {2, {2, 0, first, NULL}, 0, NULL}};
    kl_wkb two = {.center = {-0.3, 0.4}, .width = 0.8, .phase = {2, {2, 0, second, NULL}, 0, NULL}};
    const double a = 0.25, b = 0.64, c = 2 * 0.5 * 0.8 / (a + b), off = 0.25 + 0.09,
                 turn = 0.01 + 0.04;
    (void)state;
    for (double eps = 0.05; eps < 1; eps *= 2)
        assert_near(kl_wkb_overlap(&one, &two, eps),
                    c * exp(-off / (4 * (a + b)) - turn * a * b / ((a + b) * eps * eps)), 1e-10);
    assert_true(kl_wkb_overlap(&one, &two, 1e-9) == 0);
    two.phase = one.phase;
    assert_near(kl_wkb_overlap(&one, &two, 1e-9), c * exp(-off / (4 * (a + b))), 1e-10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(taylor_polynomials_are_the_function),
                                       cmocka_unit_test(trajectories_keep_energy_and_come_back),
                                       cmocka_unit_test(the_flow_is_symplectic),
                                       cmocka_unit_test(what_runs_away_is_told),
                                       cmocka_unit_test(jets_are_the_observable_along_the_flow),
                                       cmocka_unit_test(the_moyal_term_is_its_integral),
                                       cmocka_unit_test(packets_overlap_as_their_product)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
