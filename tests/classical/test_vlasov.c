/* The Vlasov equation against closed forms, the boundary of the droplet and plain particles. */
#include "classical/mean_field.h"
#include "classical/thomas_fermi.h"
#include "classical/vlasov.h"
#include "lattice/check.h"

static const kl_phase_term half_square[] = {{{2, 0, 0}, 0.5}, {{0, 2, 0}, 0.5}, {{0, 0, 2}, 0.5}};

static kl_smooth trap(int d)
{
    return (kl_smooth){.dimension = d, .sum = {.nterms = d, .term = half_square}};
}

static kl_phase_observable power(int x, int p)
{
    return (kl_phase_observable){.x = {.shape = KL_WINDOW_POWER, .power = {x}},
                                 .p = {.shape = KL_WINDOW_POWER, .power = {p}}};
}

/* ---- nodes ---- */

/* Over the ball of radius R in 2 d dimensions: <(z.z)^k> = R^(2k) d/(d + k), and
 * <x_0^2 p_0^2> = <(z.z)^2>/(2d (2d + 2)). */
static void rules_are_exact_for_polynomials(void **state)
{
    const double away[3] = {0.3, -0.2, 0.4};
    (void)state;
    for (int which = 0; which < 8; which++) { /* d = 1, 2, 3 moved, centred, radial */
        const int d = which < 6 ? which / 2 + 1 : which - 4;
        const kl_phase_symmetry s = {d, which > 5, {which % 2, which % 2, which % 2}};
        const double E = kl_fermi_energy(d), *a = which % 2 || s.radial ? (double[3]){0} : away;
        double sums[4] = {0}, z[6];
        kl_thomas_fermi rule;
        assert_ok(kl_thomas_fermi_create(&s, a, 6, &rule, why));
        assert_near((double)rule.n, kl_thomas_fermi_nodes(&s, 6), 0);
        for (int64_t i = 0; i < rule.n; i++) {
            const double weight = kl_thomas_fermi_node(&rule, i, z);
            double square = 0, product = 0, xx = 0;
            for (int j = 0; j < d; j++) {
                square += (z[j] - a[j]) * (z[j] - a[j]) + z[d + j] * z[d + j];
                product += (z[j] - a[j]) * z[d + j];
                xx += (z[j] - a[j]) * (z[j] - a[j]);
            }
            sums[0] += weight;
            sums[1] += weight * square;
            sums[2] += weight * square * square * square;
            sums[3] += weight * (xx * xx - product * product);
        }
        assert_near(sums[0], 1, 1e-13);
        assert_near(sums[1], 2 * E * d / (d + 1.0), 1e-13);
        assert_near(sums[2], 8 * E * E * E * d / (d + 3.0), 5e-12);
        /* <|x|^4> - <(x.p)^2> = (d (d + 2) - d) <(z.z)^2>/(2d (2d + 2)) */
        assert_near(sums[3], (d + 1.0) * 4 * E * E * d / (d + 2.0) / (2 * (2 * d + 2)), 1e-13);
        kl_thomas_fermi_destroy(&rule);
    }
}

/* ---- the mean field ---- */

static const kl_phase_term even_terms[] = {{{2, 0, 0}, 0.3}, {{0, 4, 0}, -0.1}, {{1, 0, 1}, 0.2}};
static const kl_phase_wave even_waves[] = {{{0.2, -0.1, 0.15}, 0, 0.7}};
static const kl_smooth_gaussian even_bells[] = {{{0}, 0.6, 1.3}, {{0}, 1.1, -0.4}};

static void the_mean_field_is_the_sum_over_points(void **state)
{
    enum { POINTS = 9 };
    (void)state;
    for (int d = 1; d <= 3; d++) {
        const kl_smooth v = {d, {d == 3 ? 3 : d, 1, even_terms, even_waves}, 2, even_bells};
        const kl_phase_symmetry none = {.dimension = d};
        double x[POINTS * 3], weight[POINTS], g[3] = {0}, sum = 0, slope = 0, at[3] = {0};
        uint64_t seed = 5;
        kl_mean_field field;
        for (int i = 0; i < POINTS; i++) {
            weight[i] = test_random(&seed);
            for (int j = 0; j < 3; j++)
                x[3 * i + j] = j < d ? 2 * test_random(&seed) : 0;
        }
        for (int j = 0; j < d; j++)
            at[j] = 1.9 * test_random(&seed);
        assert_true(kl_interaction_even(&v));
        assert_ok(kl_mean_field_create(&v, &none, 2, 1e-14, &field, why));
        kl_mean_field_set(&field, MPI_COMM_WORLD, POINTS, 0, POINTS, x, 3, weight);
        for (int i = 0; i < POINTS; i++) {
            double y[3], one[3];
            for (int j = 0; j < 3; j++)
                y[j] = at[j] - x[3 * i + j];
            sum += weight[i] * kl_smooth_value(&v, y);
            kl_smooth_gradient(&v, y, one);
            slope += weight[i] * one[0];
        }
        assert_near(kl_mean_field_value(&field, at, g), sum, 1e-12);
        assert_near(g[0], slope, 1e-11);
        kl_mean_field_destroy(&field);
    }
}

/* Points on spheres: every turned image by hand. */
static void a_radial_mean_field_is_a_mean_over_turns(void **state)
{
    static const kl_phase_term quartic[] = {{{4, 0, 0}, 0.1}, {{0, 4, 0}, 0.1}, {{0, 0, 4}, 0.1},
                                            {{2, 2, 0}, 0.2}, {{2, 0, 2}, 0.2}, {{0, 2, 2}, 0.2}};
    static const kl_phase_term plane[] = {{{4, 0, 0}, 0.1}, {{0, 4, 0}, 0.1}, {{2, 2, 0}, 0.2}};
    (void)state;
    for (int d = 2; d <= 3; d++) {
        const kl_smooth v = {d, {d == 3 ? 6 : 3, 0, d == 3 ? quartic : plane, NULL}, 2, even_bells};
        const kl_smooth u = trap(d);
        const kl_phase_symmetry s = kl_phase_symmetry_find(&u, &v, (double[3]){0});
        const double x[3] = {0.8, 1.1, 0}, weight = 0.7, at[3] = {-0.5, 1.2, 0};
        const double r = hypot(x[0], x[1]), R = hypot(at[0], at[1]);
        double sum = 0, slope = 0, g[3] = {0};
        kl_mean_field field;
        assert_true(s.radial);
        assert_ok(kl_mean_field_create(&v, &s, 2, 1e-14, &field, why));
        kl_mean_field_set(&field, MPI_COMM_WORLD, 1, 0, 1, x, 3, &weight);
        for (int i = 0; i < 2000;
             i++) { /* the angle between them: midpoints in it, or its cosine */
            const double c = d == 2 ? cos(M_PI * (i + 0.5) / 2000) : (i + 0.5) / 1000 - 1;
            const double y[3] = {R - r * c, r * sqrt(1 - c * c), 0};
            double one[3];
            sum += weight / 2000 * kl_smooth_value(&v, y);
            kl_smooth_gradient(&v, y, one);
            slope += weight / 2000 * one[0];
        }
        assert_near(kl_mean_field_value(&field, at, g), sum, d == 2 ? 1e-12 : 1e-6);
        assert_near(g[1], slope * at[1] / R, d == 2 ? 1e-12 : 1e-6);
        kl_mean_field_destroy(&field);
    }
}

static void interactions_that_are_not_even_are_known(void **state)
{
    const kl_phase_term odd[] = {{{1, 2, 0}, 1}};
    const kl_phase_wave sine[] = {{{1, 0, 0}, 0.1, 1}};
    const kl_smooth_gaussian off[] = {{{0, 0.1, 0}, 1, 1}};
    (void)state;
    assert_false(kl_interaction_even(&(kl_smooth){2, {1, 0, odd, NULL}, 0, NULL}));
    assert_false(kl_interaction_even(&(kl_smooth){2, {0, 1, NULL, sine}, 0, NULL}));
    assert_false(kl_interaction_even(&(kl_smooth){2, {0, 0, NULL, NULL}, 1, off}));
}

/* ---- the flow ---- */

/* V = kappa x^2/2: the width breathes at Omega^2 = 1 + kappa, the centre swings at 1. */
static void harmonic_interactions_have_a_closed_form(void **state)
{
    const double times[] = {0, 0.7, 2.3}, kappa = 0.8, omega = sqrt(1 + kappa);
    (void)state;
    for (int which = 0; which < 5; which++) { /* d = 1, 2, 3 moved; 2, 3 radial */
        const int d = which < 3 ? which + 1 : which - 1;
        const double a = which < 3 ? 0.4 : 0, E = kl_fermi_energy(d);
        kl_phase_term square[3];
        const kl_smooth u = trap(d), v = {.dimension = d, .sum = {.nterms = d, .term = square}};
        const kl_phase_observable o[] = {power(1, 0), power(2, 0), {.energy = true}};
        double value[9], error[9];
        bool reached;
        for (int j = 0; j < d; j++) {
            square[j] = half_square[j];
            square[j].coefficient *= kappa;
        }
        const kl_vlasov problem = {.potential = &u,
                                   .interaction = &v,
                                   .displacement = {a},
                                   .ntimes = 3,
                                   .times = times,
                                   .nobservables = 3,
                                   .observable = o,
                                   .tolerance = 1e-10};
        assert_ok(kl_vlasov_values(MPI_COMM_WORLD, &problem, value, error, &reached, why));
        assert_true(reached);
        for (int t = 0; t < 3; t++) {
            const double c = cos(omega * times[t]), s = sin(omega * times[t]) / omega,
                         mean = a * cos(times[t]), spread = E / (d + 1);
            assert_near(value[3 * t], mean, 1e-10);
            assert_near(value[3 * t + 1], mean * mean + spread * (c * c + s * s), 1e-10);
            assert_near(value[3 * t + 2], a * a / 2 + d * spread * (1 + kappa / 2), 1e-10);
            for (int k = 0; k < 3; k++)
                assert_at_most(error[3 * t + k], 1.1e-10);
        }
    }
}

/* ---- d = 1: the boundary of the droplet ----
 *
 * f is 1/(2 pi) within a closed curve (x, p)(phi), which moves by the same force; by Green's
 * formula int V'(x - x') f = -(1/2 pi) oint V(x - x') dp', counter-clockwise. Periodic functions of
 * phi: trapezoidal sums and a spectral derivative; Runge and Kutta's steps. */
enum { CURVE = 160 };
static double difference[CURVE];

static void slope_of(const double *q, double *out)
{
    for (int i = 0; i < CURVE; i++) {
        out[i] = 0;
        for (int j = 0; j < CURVE; j++)
            out[i] += difference[(i - j + CURVE) % CURVE] * q[j];
    }
}

static void curve_slope(const kl_smooth *u, const kl_smooth *v, const double *y, double *dy)
{
    double dp[CURVE];
    slope_of(y + CURVE, dp);
    for (int i = 0; i < CURVE; i++) {
        double g[3], sum = 0;
        kl_smooth_gradient(u, (double[3]){y[i]}, g);
        for (int j = 0; j < CURVE; j++)
            sum += kl_smooth_value(v, (double[3]){y[i] - y[j]}) * dp[j];
        dy[i] = y[CURVE + i];
        dy[CURVE + i] = -g[0] + sum / CURVE; /* dphi/(2 pi) = 1/CURVE */
    }
}

static void runge_kutta(const kl_smooth *u, const kl_smooth *v, double h, double *y)
{
    double k[4][2 * CURVE], at[2 * CURVE];
    for (int s = 0; s < 4; s++) {
        for (int i = 0; i < 2 * CURVE; i++)
            at[i] = y[i] + (s == 0 ? 0 : (s == 3 ? h : h / 2) * k[s - 1][i]);
        curve_slope(u, v, at, k[s]);
    }
    for (int i = 0; i < 2 * CURVE; i++)
        y[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

/* int f exp(-(x - .3)^2/(2 .25)) dp^n, n = 0, 1: oint a(x) p^(n+1)/(n + 1) dx, clockwise. */
static double curve_mean(const double *y, int n)
{
    double dx[CURVE], sum = 0;
    slope_of(y, dx);
    for (int i = 0; i < CURVE; i++)
        sum -= exp(-(y[i] - 0.3) * (y[i] - 0.3) / 0.5) * pow(y[CURVE + i], n + 1) / (n + 1) * dx[i];
    return sum / CURVE;
}

static const kl_phase_term anharmonic[] = {{{2}, 0.5}, {{4}, 0.1}};

static void the_boundary_of_the_droplet_tells_the_same(void **state)
{
    const kl_smooth_gaussian bell[] = {{{0}, 0.7, 1.5}};
    const kl_smooth u = {.dimension = 1, .sum = {.nterms = 2, .term = anharmonic}},
                    v = {.dimension = 1, .ngaussians = 1, .gaussian = bell};
    const kl_window near = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.3}, .width = 0.5};
    const kl_phase_observable o[] = {{.x = near, .p = {.shape = KL_WINDOW_UNIFORM}},
                                     {.x = near, .p = {.shape = KL_WINDOW_POWER, .power = {1}}},
                                     {.energy = true}};
    const double times[] = {0, 1};
    const kl_vlasov problem = {.potential = &u,
                               .interaction = &v,
                               .displacement = {0.4},
                               .ntimes = 2,
                               .times = times,
                               .nobservables = 3,
                               .observable = o,
                               .tolerance = 1e-8};
    double value[6], error[6], y[2 * CURVE];
    bool reached;
    (void)state;
    for (int i = 1; i < CURVE; i++)
        difference[i] = (i % 2 ? -0.5 : 0.5) / tan(M_PI * i / CURVE);
    for (int i = 0; i < CURVE; i++) {
        y[i] = 0.4 + sqrt(2) * cos(2 * M_PI * i / CURVE);
        y[CURVE + i] = sqrt(2) * sin(2 * M_PI * i / CURVE);
    }
    assert_ok(kl_vlasov_values(MPI_COMM_WORLD, &problem, value, error, &reached, why));
    assert_true(reached);
    for (int t = 0; t < 2; t++) {
        for (int k = 0; k < 2; k++)
            assert_near(value[3 * t + k], curve_mean(y, k), 3e-8);
        for (int step = 0; step < 60 && t == 0; step++)
            runge_kutta(&u, &v, 1. / 60, y);
    }
    assert_near(value[5], value[2], 1e-8);
    assert_true(fabs(value[3] - value[0]) > 0.01);
}

/* ---- d = 2: a moved droplet in a harmonic trap swings as a whole ---- */

/* Relative to its centre it is the radial one: the general rule beside the radial one. */
static void a_swinging_droplet_is_the_radial_one(void **state)
{
    const double a = 0.3, times[] = {0.8};
    const kl_smooth_gaussian bell[] = {{{0}, 1, 3}};
    const kl_smooth u = trap(2), v = {.dimension = 2, .ngaussians = 1, .gaussian = bell};
    double value[2][2], error[2];
    bool reached;
    (void)state;
    for (int moved = 0; moved < 2; moved++) {
        const kl_phase_observable o[] = {
            {.x = {.shape = KL_WINDOW_GAUSSIAN,
                   .center = {0.5 + moved * a * cos(0.8), 0.2},
                   .width = 0.9},
             .p = {.shape = KL_WINDOW_UNIFORM}},
            {.x = {.shape = KL_WINDOW_GAUSSIAN, .center = {moved * a * cos(0.8)}, .width = 0.8},
             .p = {.shape = KL_WINDOW_GAUSSIAN,
                   .center = {0.3 - moved * a * sin(0.8)},
                   .width = 0.9}}};
        const kl_vlasov problem = {.potential = &u,
                                   .interaction = &v,
                                   .displacement = {moved * a},
                                   .ntimes = 1,
                                   .times = times,
                                   .nobservables = 2,
                                   .observable = o,
                                   .tolerance = moved ? 1e-4 : 1e-8};
        assert_ok(kl_vlasov_values(MPI_COMM_WORLD, &problem, value[moved], error, &reached, why));
        assert_true(reached);
    }
    assert_near(value[1][0], value[0][0], 1e-5);
    assert_near(value[1][1], value[0][1], 1e-5);
}

/* ---- d = 3: plain particles ---- */

/* Particles at random in the ball, every pair's force, leapfrog. */
enum { PARTICLES = 1500 };

static void throw_particles(double (*x)[3], double (*p)[3])
{
    const double R = sqrt(2 * kl_fermi_energy(3));
    uint64_t seed = 11;
    for (int i = 0; i < PARTICLES; i++) {
        double square = 2;
        while (square > 1) {
            square = 0;
            for (int j = 0; j < 3; j++) {
                x[i][j] = test_random(&seed);
                p[i][j] = test_random(&seed);
                square += x[i][j] * x[i][j] + p[i][j] * p[i][j];
            }
        }
        for (int j = 0; j < 3; j++) {
            x[i][j] *= R;
            p[i][j] *= R;
        }
    }
}

static void push(const double (*x)[3], double (*p)[3], double h)
{
    for (int i = 0; i < PARTICLES; i++) {
        double force[3] = {-x[i][0], -x[i][1], -x[i][2]};
        for (int k = 0; k < PARTICLES; k++) {
            const double y[3] = {x[i][0] - x[k][0], x[i][1] - x[k][1], x[i][2] - x[k][2]};
            const double pair = 3 * exp(-(y[0] * y[0] + y[1] * y[1] + y[2] * y[2]) / 2) / PARTICLES;
            for (int j = 0; j < 3; j++)
                force[j] += pair * y[j];
        }
        for (int j = 0; j < 3; j++)
            p[i][j] += h * force[j];
    }
}

static void particles_tell_the_same(void **state)
{
    static double x[PARTICLES][3], p[PARTICLES][3];
    const double times[] = {0, 0.9}, h = 0.15;
    const kl_smooth_gaussian bell[] = {{{0}, 1, 3}};
    const kl_smooth u = trap(3), v = {.dimension = 3, .ngaussians = 1, .gaussian = bell};
    const kl_phase_observable o[] = {power(2, 0), power(0, 2)};
    const kl_vlasov problem = {.potential = &u,
                               .interaction = &v,
                               .ntimes = 2,
                               .times = times,
                               .nobservables = 2,
                               .observable = o,
                               .tolerance = 1e-7};
    double value[4], error[4], xx[2] = {0}, pp[2] = {0};
    bool reached;
    (void)state;
    assert_ok(kl_vlasov_values(MPI_COMM_WORLD, &problem, value, error, &reached, why));
    assert_true(reached);
    throw_particles(x, p);
    for (int t = 0; t < 2; t++) {
        for (int i = 0; i < PARTICLES; i++)
            for (int j = 0; j < 3; j++) {
                xx[t] += x[i][j] * x[i][j] / (3. * PARTICLES);
                pp[t] += p[i][j] * p[i][j] / (3. * PARTICLES);
            }
        for (int step = 0; step < 6 && t == 0; step++) {
            push((const double(*)[3])x, p, step == 0 ? h / 2 : h);
            for (int i = 0; i < PARTICLES; i++)
                for (int j = 0; j < 3; j++)
                    x[i][j] += h * p[i][j];
        }
        if (t == 0)
            push((const double(*)[3])x, p, h / 2);
    }
    /* Of the change most of the noise of the start drops out. */
    assert_near(value[2] - value[0], xx[1] - xx[0], 0.02);
    assert_near(value[3] - value[1], pp[1] - pp[0], 0.02);
    assert_true(fabs(value[2] - value[0]) > 0.1);
}

/* ---- what cannot be done ---- */

static bool at_once(void *context)
{
    (void)context;
    return true;
}

static void it_stops_and_tells_what_runs_away(void **state)
{
    const kl_phase_term hill[] = {{{4}, -1}};
    const kl_smooth u = {.dimension = 1, .sum = {.nterms = 1, .term = hill}}, v = {.dimension = 1};
    const double times[] = {9};
    const kl_phase_observable o[] = {power(2, 0)};
    kl_vlasov problem = {.potential = &u,
                         .interaction = &v,
                         .ntimes = 1,
                         .times = times,
                         .nobservables = 1,
                         .observable = o,
                         .tolerance = 1e-6};
    double value, error;
    bool reached;
    kl_error why;
    (void)state;
    assert_int_equal(kl_vlasov_values(MPI_COMM_WORLD, &problem, &value, &error, &reached, &why),
                     KL_OK);
    assert_false(reached);
    assert_true(isnan(value));
    problem.stop = at_once;
    assert_int_equal(kl_vlasov_values(MPI_COMM_WORLD, &problem, &value, &error, &reached, &why),
                     KL_STOPPED);
}

/* A step that is tried and found too long takes nodes far away: the field is not made for that. */
static void later_times_change_nothing_before(void **state)
{
    const kl_phase_term quartic[] = {{{2}, 0.5}, {{4}, 0.2}};
    const kl_smooth_gaussian bell[] = {{{0}, 0.7, 1.5}};
    const kl_smooth u = {.dimension = 1, .sum = {.nterms = 2, .term = quartic}},
                    v = {.dimension = 1, .ngaussians = 1, .gaussian = bell};
    const kl_phase_observable o[] = {{.x = {.shape = KL_WINDOW_POWER, .power = {2}}}};
    const double times[] = {2, 8};
    double value[2][2], error[2];
    bool reached;
    (void)state;
    for (int n = 1; n <= 2; n++) {
        const kl_vlasov problem = {.potential = &u,
                                   .interaction = &v,
                                   .displacement = {1},
                                   .ntimes = n,
                                   .times = times,
                                   .nobservables = 1,
                                   .observable = o,
                                   .tolerance = 1e-3};
        assert_ok(kl_vlasov_values(MPI_COMM_WORLD, &problem, value[n - 1], error, &reached, why));
        assert_true(reached);
    }
    assert_near(value[1][0], value[0][0], 1e-4);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_exact_for_polynomials),
        cmocka_unit_test(the_mean_field_is_the_sum_over_points),
        cmocka_unit_test(a_radial_mean_field_is_a_mean_over_turns),
        cmocka_unit_test(interactions_that_are_not_even_are_known),
        cmocka_unit_test(harmonic_interactions_have_a_closed_form),
        cmocka_unit_test(the_boundary_of_the_droplet_tells_the_same),
        cmocka_unit_test(a_swinging_droplet_is_the_radial_one),
        cmocka_unit_test(particles_tell_the_same),
        cmocka_unit_test(later_times_change_nothing_before),
        cmocka_unit_test(it_stops_and_tells_what_runs_away),
    };
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
