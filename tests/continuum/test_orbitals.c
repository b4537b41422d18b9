/* Hartree's and Hartree and Fock's equations against other methods: mean fields by their defining
 * sum, orbitals as eigenfunctions, orders of the steps, harmonic interactions in closed form, the
 * exact solution of two particles where exchange makes it one, and errors that hold. */
#include "base/complex.h"
#include "continuum/orbital_steps.h"
#include "lattice/check.h"

static const kl_phase_term terms_of_u[] = {{{2}, 0.5}, {{4}, 0.1}};
static const kl_smooth well = {1, {2, 0, terms_of_u, NULL}, 0, NULL};
static const kl_phase_term oscillator_terms[] = {{{2}, 0.5}};
static const kl_smooth oscillator = {1, {1, 0, oscillator_terms, NULL}, 0, NULL};
static const kl_smooth_gaussian bells[] = {{{0}, 0.7, 1.5}};
static const kl_smooth bell = {1, {0}, 1, bells};

typedef struct gas {
    kl_orbitals o;
    kl_orbital_steps s;
    complex double *phi, *start;
} gas;

static void make(gas *g, const kl_smooth *u, const kl_smooth *v, int64_t n, int64_t sites,
                 kl_orbital_method method, bool exchange)
{
    const double center[3] = {0.4}, hbar = pow((double)n, -1. / u->dimension);
    assert_ok(kl_orbitals_create(MPI_COMM_SELF, u->dimension, sites, 12, hbar, n, &g->o, why));
    g->s = (kl_orbital_steps){.orbitals = &g->o,
                              .potential = u,
                              .interaction = v,
                              .method = method,
                              .exchange = exchange};
    assert_ok(kl_orbital_steps_create(&g->s, why));
    assert_ok(kl_orbitals_array(&g->o, &g->phi, why));
    assert_ok(kl_orbitals_array(&g->o, &g->start, why));
    assert_ok(kl_orbitals_start(&g->o, center, g->start, why));
}

static void drop(gas *g)
{
    kl_orbital_steps_destroy(&g->s);
    kl_orbitals_destroy(&g->o);
    free(g->phi);
    free(g->start);
}

static void restart(gas *g)
{
    memcpy(g->phi, g->start, (size_t)g->o.count * g->o.grid.local * sizeof *g->phi);
}

static void go(gas *g, double time, int steps)
{
    restart(g);
    kl_orbital_steps_set(&g->s, time / steps);
    kl_orbital_steps_run(&g->s, 0, steps, g->phi);
}

/* ---- mean fields ---- */

static const kl_phase_term even_terms[] = {{{2, 2, 0}, 0.3}, {{0, 1, 1}, -0.2}, {{4, 0, 0}, 0.05}};
static const kl_phase_wave even_waves[] = {{{0.13, 0.2, -0.1}, 0, 0.7}};
static const kl_smooth_gaussian even_bells[] = {{{0}, 0.6, 1.2}};
static const kl_smooth mixed = {3, {3, 1, even_terms, even_waves}, 1, even_bells};

typedef struct points {
    int n;
    double x[13824][3];
} points;

static void note(void *context, int64_t i, const double x[3])
{
    points *p = context;
    memcpy(p->x[i], x, sizeof p->x[i]);
    p->n = (int)i + 1;
}

static void mean_fields_as_defined(void **state)
{
    static points p;
    kl_box_grid grid;
    kl_box_interaction field;
    complex double *g, *start;
    (void)state;
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 3, 24, 8, 0.3, &grid, why));
    assert_ok(kl_box_interaction_create(&grid, &mixed, &field, why));
    assert_ok(kl_box_array(&grid, &g, why));
    assert_ok(kl_box_array(&grid, &start, why));
    kl_box_visit(&grid, note, &p);
    for (int i = 0; i < p.n; i++) { /* far from the images */
        const double *x = p.x[i];
        start[i] = exp(-6 * (x[0] * x[0] + x[1] * x[1] + x[2] * x[2])) * CMPLX(1 + x[0], x[1]);
    }
    for (int axis = -1; axis < 3; axis++) {
        memcpy(g, start, grid.local * sizeof *g);
        kl_box_interaction_apply(&field, axis, g);
        for (int i = 0; i < p.n; i += 41) {
            complex double sum = 0;
            if (fmax(fabs(p.x[i][0]), fmax(fabs(p.x[i][1]), fabs(p.x[i][2]))) > 1)
                continue;
            for (int k = 0; k < p.n; k++) {
                const double y[3] = {p.x[i][0] - p.x[k][0], p.x[i][1] - p.x[k][1],
                                     p.x[i][2] - p.x[k][2]};
                double slope[3];
                kl_smooth_gradient(&mixed, y, slope);
                sum += start[k] * (axis < 0 ? kl_smooth_value(&mixed, y) : slope[axis]);
            }
            assert_at_most(cabs(g[i] - sum), 1e-6);
        }
    }
    kl_box_interaction_destroy(&field);
    kl_box_grid_destroy(&grid);
    free(g);
    free(start);
}

/* ---- starts ---- */

static void starts_are_orthonormal_and_lowest(void **state)
{
    static const int64_t number[] = {0, 1000, 15, 20};
    static const int64_t sites[] = {0, 12000, 80, 48};
    static const double energy[] = {0, 0.5, 0, 0};
    (void)state;
    for (int d = 1; d <= 3; d++) {
        const kl_phase_term squares[] = {{{2, 0, 0}, 0.5}, {{0, 2, 0}, 0.5}, {{0, 0, 2}, 0.5}};
        const kl_smooth trap = {d, {d, 0, squares, NULL}, 0, NULL}, none = {.dimension = d};
        const double hbar = pow((double)number[d], -1. / d), center[3] = {0};
        double defect, mean;
        gas g;
        make(&g, &trap, &none, number[d], sites[d], KL_ORBITAL_STRANG, false);
        assert_ok(kl_orbitals_start(&g.o, center, g.start, why));
        if (d > 1 || number[d] < 100) {
            assert_ok(kl_orbitals_defect(&g.o, g.start, &defect, why));
            assert_at_most(defect, 1e-12);
        }
        assert_ok(kl_orbital_steps_energy(&g.s, g.start, &mean, why));
        double exact = energy[d]; /* hbar/N sum over shells s of (s + d/2) times its size */
        for (int s = 0; d > 1 && s < (d == 2 ? 5 : 4); s++)
            exact +=
                hbar / (double)number[d] * (s + d / 2.) * (d == 2 ? s + 1 : (s + 1) * (s + 2) / 2.);
        assert_near(mean, exact, 1e-11);
        drop(&g);
    }
}

/* ---- steps ---- */

static double error_of(gas *g, int steps, const complex double *exact)
{
    go(g, 1, steps);
    return kl_orbitals_distance(&g->o, g->phi, exact);
}

/* Against many steps of another scheme. */
static void steps_have_their_order(void **state)
{
    (void)state;
    for (int exchange = 0; exchange <= 1; exchange++) {
        gas fine;
        make(&fine, &well, &bell, 4, 160, KL_ORBITAL_BM4, exchange);
        go(&fine, 1, 1000);
        for (int method = 0; method <= KL_ORBITAL_BM4; method++) {
            gas g;
            if (exchange && method == KL_ORBITAL_CHIN4)
                continue;
            make(&g, &well, &bell, 4, 160, (kl_orbital_method)method, exchange);
            const int n = 40;
            const double coarse = error_of(&g, n, fine.phi), half = error_of(&g, 2 * n, fine.phi);
            assert_near(log2(coarse / half), method == KL_ORBITAL_STRANG ? 2 : 4, 0.12);
            assert_at_most(half, 1e-2);
            kl_orbital_steps_undo(&g.s, 0, 2 * n, g.phi);
            assert_at_most(kl_orbitals_distance(&g.o, g.phi, g.start), exchange ? 1e-7 : 1e-12);
            drop(&g);
        }
        drop(&fine);
    }
}

static double variance(const gas *g)
{
    double x = 0, xx = 0;
    kl_orbitals_density(&g->o, g->phi, g->s.rho);
    for (int64_t i = 0; i < g->o.grid.sites; i++) {
        const double at = kl_box_position(&g->o.grid, i);
        x += g->s.rho[i] * at;
        xx += g->s.rho[i] * at * at;
    }
    return xx - x * x;
}

/* V = kappa x^2/2, U = x^2/2: about its centre, which swings with frequency 1, the cloud breathes
 * with Omega^2 = 1 + kappa; its variance is 1/2 at the start in d = 1. */
static void harmonic_interactions_breathe(void **state)
{
    const double kappa = 1.7, time = 1.3, omega = sqrt(1 + kappa);
    const kl_phase_term term = {{2}, kappa / 2};
    const kl_smooth v = {1, {1, 0, &term, NULL}, 0, NULL};
    (void)state;
    for (int64_t n = 2; n <= 32; n *= 4) {
        gas g;
        make(&g, &oscillator, &v, n, n == 32 ? 400 : 200, KL_ORBITAL_CHIN4, false);
        go(&g, time, 400);
        const double c = cos(omega * time), s = sin(omega * time) / omega;
        assert_near(variance(&g), 0.5 * (c * c + s * s), 1e-9);
        drop(&g);
    }
}

/* X phi by its double sum; and of one particle X undoes its own mean field. */
static void exchange_as_defined(void **state)
{
    gas g, alone;
    static const kl_smooth none = {.dimension = 1};
    (void)state;
    make(&g, &well, &bell, 3, 96, KL_ORBITAL_BM4, true);
    kl_orbital_exchange_apply(&g.s, g.start, g.phi);
    const int64_t n = g.o.grid.sites;
    for (int j = 0; j < 3; j++)
        for (int64_t i = 0; i < n; i += 5) {
            complex double sum = 0;
            for (int k = 0; k < 3; k++)
                for (int64_t m = 0; m < n; m++) {
                    const double y[3] = {kl_box_position(&g.o.grid, i) -
                                         kl_box_position(&g.o.grid, m)};
                    sum += g.start[k * n + i] * kl_smooth_value(&bell, y) *
                           conj(g.start[k * n + m]) * g.start[j * n + m] / 3;
                }
            assert_at_most(cabs(g.phi[j * n + i] - sum), 1e-12);
        }
    drop(&g);
    make(&g, &well, &bell, 1, 64, KL_ORBITAL_BM4, true);
    make(&alone, &well, &none, 1, 64, KL_ORBITAL_BM4, false);
    go(&g, 1, 100);
    go(&alone, 1, 100);
    assert_at_most(kl_orbitals_distance(&g.o, g.phi, alone.phi), 1e-9);
    drop(&g);
    drop(&alone);
}

static void measured_errors_hold_the_true_ones(void **state)
{
    (void)state;
    for (int method = 0; method <= KL_ORBITAL_BM4; method++) {
        gas g, fine;
        bool reached = false;
        const kl_step_goal goal = {1e-5, 1};
        make(&fine, &well, &bell, 8, 128, KL_ORBITAL_CHIN4, false);
        make(&g, &well, &bell, 8, 128, (kl_orbital_method)method, false);
        go(&fine, 1, 600);
        restart(&g);
        kl_orbital_steps_start(&g.s, goal.tolerance);
        while (!reached)
            assert_ok(kl_orbital_steps_advance(&g.s, &goal, 0, 1, g.phi, &reached, why));
        const double error = kl_orbitals_distance(&g.o, g.phi, fine.phi);
        assert_at_most(error, 2 * g.s.progress.error);
        assert_at_most(g.s.progress.error, goal.tolerance);
        assert_at_most(g.s.progress.error, 300 * error);
        drop(&g);
        drop(&fine);
    }
}

/* Orthonormality and energy are kept, with exchange too. */
static void what_is_conserved_is(void **state)
{
    (void)state;
    for (int exchange = 0; exchange <= 1; exchange++) {
        double before, after, defect;
        gas g;
        make(&g, &well, &bell, 5, 96, KL_ORBITAL_BM4, exchange);
        assert_ok(kl_orbital_steps_energy(&g.s, g.start, &before, why));
        go(&g, 1, 150);
        assert_ok(kl_orbital_steps_energy(&g.s, g.phi, &after, why));
        assert_ok(kl_orbitals_defect(&g.o, g.phi, &defect, why));
        assert_near(after, before, 1e-9);
        assert_at_most(defect, 1e-9);
        drop(&g);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(mean_fields_as_defined),
                                       cmocka_unit_test(starts_are_orthonormal_and_lowest),
                                       cmocka_unit_test(steps_have_their_order),
                                       cmocka_unit_test(harmonic_interactions_breathe),
                                       cmocka_unit_test(exchange_as_defined),
                                       cmocka_unit_test(measured_errors_hold_the_true_ones),
                                       cmocka_unit_test(what_is_conserved_is)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed != 0;
}
