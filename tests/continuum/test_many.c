/* Exact fermions against closed forms and against psi on a grid with an axis for each particle. */
#include "continuum/many_problem.h"
#include "continuum/split_control.h"
#include "continuum/wave_start.h"

static const kl_phase_observable square = {.x = {.shape = KL_WINDOW_POWER, .power = {2}}};
static const kl_phase_observable near = {
    .x = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.3}, .width = 0.5}};
static const kl_phase_observable slow = {
    .p = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.2}, .width = 0.5}};

static void harmonic_interactions_have_a_closed_form(void **state)
{
    const kl_phase_term half[] = {{{2}, 0.5}}, kappa[] = {{{2}, 0.25}};
    const kl_smooth u = {.dimension = 1, .sum = {.nterms = 1, .term = half}},
                    v = {.dimension = 1, .sum = {.nterms = 1, .term = kappa}};
    const double t = 0.4;
    (void)state;
    for (int N = 2; N <= 6; N++) {
        const kl_many_problem problem = {N, N + 7, &u, &v, 0.3, 12, 128, 3e-9, t};
        const double hbar = 1.0 / N, r = hbar / (2 * N);
        kl_many_checks checks;
        kl_many *many;
        assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &many, why));
        many_go(many, t);
        assert_near(many_mean(many, 12, &square, hbar), many_springs(N, 0.5, t), 1e-8);
        assert_ok(kl_many_check(many, &checks, why));
        assert_near(checks.number, N, 1e-10);
        /* sum_(i<j) (x_i - x_j)^2/N = sum x^2 - N X^2 */
        assert_near(checks.energy, 0.045 + 0.5 + 0.25 * (0.5 - r), 3e-9);
        assert_at_most(checks.basis, 1e-2); /* of four orbitals less */
        kl_many_destroy(&many);
    }
}

/* ---- psi(x_1, .., x_N) on a grid, by splitting ---- */

typedef struct cube {
    kl_box_grid grid;
    double *v, *steepness, hbar, sums[3];
    complex double *psi;
} cube;

static double orbital(int k, double x, double hbar)
{
    const double u = (x - 0.4) / sqrt(hbar), bell = exp(-u * u / 2);
    return bell * (k == 0 ? 1 : k == 1 ? sqrt(2) * u : (2 * u * u - 1) / sqrt(2));
}

static void set_point(void *context, int64_t i, const double x[3])
{
    cube *c = context;
    const int N = c->grid.dimension;
    double g[3] = {0}, one[3], f[3][3], v = 0;
    for (int j = 0; j < N; j++) {
        v += kl_smooth_value(&many_trap, (double[3]){x[j]});
        kl_smooth_gradient(&many_trap, (double[3]){x[j]}, one);
        g[j] += one[0];
        for (int k = 0; k < N; k++)
            f[j][k] = orbital(k, x[j], c->hbar);
        for (int k = 0; k < j; k++) {
            const double y[3] = {x[j] - x[k]};
            v += kl_smooth_value(&many_repulsion, y) / N;
            kl_smooth_gradient(&many_repulsion, y, one);
            g[j] += one[0] / N;
            g[k] -= one[0] / N;
        }
    }
    c->v[i] = v;
    c->steepness[i] = g[0] * g[0] + g[1] * g[1] + g[2] * g[2];
    c->psi[i] = N == 2 ? f[0][0] * f[1][1] - f[0][1] * f[1][0]
                       : f[0][0] * (f[1][1] * f[2][2] - f[1][2] * f[2][1]) -
                             f[0][1] * (f[1][0] * f[2][2] - f[1][2] * f[2][0]) +
                             f[0][2] * (f[1][0] * f[2][1] - f[1][1] * f[2][0]);
}

/* |psi|^2, and with the bell of one and of two particles. */
static void add_point(void *context, int64_t i, const double x[3])
{
    cube *c = context;
    const double mass = pow(cabs(c->psi[i]), 2), one = kl_window_value(&near.x, 1, x),
                 two = kl_window_value(&near.x, 1, (double[3]){x[1]});
    c->sums[0] += mass;
    c->sums[1] += mass * one;
    c->sums[2] += mass * one * two;
}

static void evolve_cube(cube *c, int N, double t)
{
    kl_split_control control = {.steps = {.method = KL_SPLIT_CHIN4}};
    bool reached = false;
    *c = (cube){.hbar = 1.0 / N};
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, N, N == 2 ? 80 : 48, N == 2 ? 11 : 9, c->hbar,
                                 &c->grid, why));
    c->v = calloc(c->grid.local, sizeof *c->v);
    c->steepness = calloc(c->grid.local, sizeof *c->v);
    assert_ok(kl_box_array(&c->grid, &c->psi, why));
    kl_box_visit(&c->grid, set_point, c);
    control.steps.grid = &c->grid;
    control.steps.potential = c->v;
    control.steps.steepness = c->steepness;
    assert_ok(kl_split_control_create(&control, 3e-6, t, why));
    kl_split_control_start(&control);
    const double norm = sqrt(creal(kl_box_sum(&c->grid, &c->grid.position, c->psi, c->psi, NULL)));
    for (size_t i = 0; i < (size_t)kl_box_points(&c->grid); i++)
        c->psi[i] /= norm;
    while (!reached)
        assert_ok(kl_split_control_advance(&control, 0, t, c->psi, &reached, why));
    kl_box_visit(&c->grid, add_point, c);
    kl_split_control_destroy(&control);
}

static void a_grid_with_an_axis_for_each_particle_tells_the_same(void **state)
{
    const double t[] = {0, 0, 0.8, 0.2};
    (void)state;
    for (int N = 2; N <= 3; N++) {
        const kl_many_problem problem = {N,   14,   &many_trap, &many_repulsion, 0.4, 12,
                                         128, 1e-7, t[N]};
        kl_many *many;
        double defect;
        cube c;
        evolve_cube(&c, N, t[N]);
        assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &many, why));
        many_go(many, t[N]);
        const double mean = many_mean(many, 12, &near, c.hbar);
        assert_near(mean, c.sums[1], 1e-5);
        assert_ok(kl_many_pair(many, 0, &near, &defect, why));
        assert_near(defect + mean * mean, c.sums[2], 1e-5);
        assert_near(c.sums[0], 1, 1e-8);
        kl_many_destroy(&many);
        kl_box_grid_destroy(&c.grid);
        free(c.v);
        free(c.steepness);
        free(c.psi);
    }
}

/* ---- identities ---- */

/* Without interaction psi stays a determinant, and a pair is what Wick says. */
static void free_fermions_stay_a_determinant(void **state)
{
    const kl_smooth none = {.dimension = 1};
    const kl_many_problem problem = {4, 12, &many_trap, &none, 0.2, 12, 128, 1e-7, 0.5};
    kl_many_checks checks;
    kl_many *many;
    (void)state;
    assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &many, why));
    many_go(many, 0.5);
    assert_ok(kl_many_check(many, &checks, why));
    assert_near(checks.purity, 0, 1e-11);
    assert_near(checks.antisymmetrised, 0, 1e-10);
    /* gamma_2 = N/(N - 1) gamma_1 x gamma_1 (1 - P), tr gamma^2 = N: exchange alone */
    /* |gamma_2|^2 = 2 N/(N - 1) |gamma_1 x gamma_1|^2, their product is |gamma_1 x gamma_1|^2 */
    assert_near(checks.plain, sqrt(2 * 4. / 3 - 1), 1e-9);
    kl_many_destroy(&many);
}

static void interaction_makes_correlation_and_the_basis_converges(void **state)
{
    kl_many_checks checks[2];
    double means[2][2], defect;
    (void)state;
    for (int more = 0; more < 2; more++) {
        const kl_many_problem problem = {4,   10 + 2 * more, &many_trap, &many_repulsion, 0.4, 12,
                                         128, 1e-7,          1};
        kl_many *many;
        assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &many, why));
        many_go(many, 1);
        assert_ok(kl_many_check(many, &checks[more], why));
        means[more][0] = many_mean(many, 12, &near, 0.25);
        means[more][1] = many_mean(many, 12, &slow, 0.25);
        assert_ok(kl_many_pair(many, 0, &slow, &defect, why));
        assert_true(defect < -1e-3); /* particles keep apart */
        kl_many_destroy(&many);
    }
    assert_true(checks[1].purity > 1e-4 && checks[1].antisymmetrised > 1e-3);
    assert_near(checks[1].energy, checks[0].energy, 1e-4);
    assert_true(checks[1].basis < checks[0].basis);
    for (int k = 0; k < 2; k++)
        assert_near(means[1][k], means[0][k], checks[1].basis + 1e-9);
}

/* ---- the equation of two particles, term by term ---- */

static const double hidden = 1e-9; /* what is below it is gamma's tail */

/* The terms of J at the present, by the density of the state. */
static kl_many_pair_terms terms_of(kl_many *many, int N, const kl_phase_observable *o)
{
    const double hbar = 1. / N;
    kl_box_grid grid;
    kl_many_natural natural;
    kl_hierarchy h;
    kl_many_pair_terms out;
    complex double *phi;
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, 128, 12, hbar, &grid, why));
    assert_ok(kl_many_natural_create(many, 0, &grid, &natural, why));
    phi = calloc((size_t)natural.n * grid.local, sizeof *phi);
    for (int m = 0; m < natural.n; m++)
        for (int64_t x = 0; x < 128; x++)
            phi[(size_t)m * grid.local + (size_t)x] =
                sqrt(fmax(0, natural.occupation[m]) * natural.n / N) * natural.orbital[m * 128 + x];
    assert_ok(kl_hierarchy_create(&grid, &many_trap, &many_repulsion, natural.n, phi, 0, natural.n,
                                  &h, why));
    kl_hierarchy_set(&h, o);
    assert_ok(kl_many_pair_equation(many, 0, &h, &out, why));
    kl_hierarchy_destroy(&h);
    kl_many_natural_destroy(&natural);
    kl_box_grid_destroy(&grid);
    free(phi);
    return out;
}

/* <J x J> of J = b(p): no term has p d_x. */
static double both(kl_many *many, int N, const kl_phase_observable *o)
{
    const double mean = many_mean(many, 12, o, 1. / N);
    double defect;
    assert_ok(kl_many_pair(many, 0, o, &defect, why));
    return defect + mean * mean;
}

static void the_equation_of_pairs_is_their_motion(void **state)
{
    const double h = 2e-3, weight[] = {1. / 12, -8. / 12, 0, 8. / 12, -1. / 12};
    (void)state;
    for (int N = 2; N <= 4; N++) {
        const kl_many_problem problem = {
            N, N == 2 ? 18 : 14, &many_trap, &many_repulsion, 0.4, 12, 128, 1e-9, 0.3};
        double slope = 0;
        kl_many *many;
        kl_many_pair_terms t;
        assert_ok(kl_many_create(MPI_COMM_WORLD, &problem, &many, why));
        t = terms_of(many, N, &slow);
        assert_near(t.correlation, 0, hidden); /* a determinant still */
        for (int i = 0; i < 5; i++) {
            many_go(many, 0.2 + (i - 2) * h);
            slope += weight[i] * both(many, N, &slow) / h;
            if (i == 2)
                t = terms_of(many, N, &slow);
        }
        assert_near(t.flow + t.moyal + t.force + t.exchange + t.correlation, slope, 2e-6);
        assert_true(fabs(t.force) > 1e-4 && fabs(t.exchange) > 1e-4 && fabs(t.moyal) > 1e-4);
        assert_true(fabs(t.correlation) > 1e-4);
        kl_many_destroy(&many);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(harmonic_interactions_have_a_closed_form),
        cmocka_unit_test(a_grid_with_an_axis_for_each_particle_tells_the_same),
        cmocka_unit_test(free_fermions_stay_a_determinant),
        cmocka_unit_test(interaction_makes_correlation_and_the_basis_converges),
        cmocka_unit_test(the_equation_of_pairs_is_their_motion)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
