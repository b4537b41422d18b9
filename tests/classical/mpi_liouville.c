/* The Liouville limit, its next order and the Husimi flow on any number of ranks, against closed
 * forms: the harmonic oscillator, whose Wigner function is known at every eps, and free motion. */
#include "classical/husimi_flow.h"
#include "classical/normal_mean.h"
#include "continuum/oscillator.h"

#include "classical/liouville.h"

static const double times[] = {0, 0.7, 2};

typedef struct setting {
    oscillator o;
    kl_phase_term term[9], parabola[3];
    kl_smooth potential;
    kl_wkb packet;
    kl_phase_observable observable;
    kl_liouville l;
} setting;

static void make(setting *s, int d)
{
    static const oscillator o = {.width = 0.4,
                                 .omega = {1.3, 0.7, 1},
                                 .center = {0.5, -0.2, 0.1},
                                 .momentum = {0.4, 0.3, -0.2},
                                 .hessian = {{0.3, 0.1, 0}, {0.1, -0.2, 0}, {0, 0, 0.1}}};
    int n = 0;
    *s = (setting){.o = o, .packet = {.width = o.width, .weight = 1, .share = 1}};
    s->o.d = d;
    for (int j = 0; j < d; j++) {
        s->packet.center[j] = o.center[j];
        s->term[n].power[j] = 1;
        s->term[n++].coefficient = o.momentum[j];
        for (int k = 0; k <= j; k++) {
            s->term[n].power[j]++;
            s->term[n].power[k]++;
            s->term[n++].coefficient = o.hessian[j][k] * (j == k ? 0.5 : 1);
        }
        s->parabola[j].power[j] = 2;
        s->parabola[j].coefficient = o.omega[j] * o.omega[j] / 2;
    }
    s->packet.phase = (kl_smooth){.dimension = d, .sum = {.nterms = n, .term = s->term}};
    s->potential = (kl_smooth){.dimension = d, .sum = {.nterms = d, .term = s->parabola}};
    s->observable = (kl_phase_observable){
        .x = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.2, 0.1, 0}, .width = 0.8},
        .p = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.1, 0, 0.2}, .width = 0.7}};
    s->l = (kl_liouville){.potential = &s->potential,
                          .npackets = 1,
                          .packet = &s->packet,
                          .ntimes = 3,
                          .times = times,
                          .nobservables = 1,
                          .observable = &s->observable,
                          .tolerance = 1e-10};
}

/* <J,W_t> at eps. */
static double exact(const setting *s, double eps, int t)
{
    oscillator o = s->o;
    double mean[6], covariance[6][6], c[6], w[6];
    o.eps = eps;
    oscillator_moments(&o, times[t], mean, covariance);
    for (int j = 0; j < o.d; j++) {
        c[j] = s->observable.x.center[j];
        c[o.d + j] = s->observable.p.center[j];
        w[j] = s->observable.x.width;
        w[o.d + j] = s->observable.p.width;
    }
    return oscillator_bell(2 * o.d, mean, covariance, c, w);
}

static void the_reference_is_the_limit(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++) {
        setting s;
        double value[3], error[3];
        bool reached;
        make(&s, d);
        s.l.tolerance = d == 3 ? 1e-6 : 1e-10;
        assert_ok(kl_liouville_reference(MPI_COMM_WORLD, &s.l, value, error, &reached, why));
        assert_everywhere(reached);
        for (int t = 0; t < 3; t++) {
            assert_near(value[t], exact(&s, 0, t), error[t]);
            assert_at_most(error[t], 1.1 * s.l.tolerance);
        }
    }
}

/* Of the oscillator c is the derivative of the closed form in eps^2. */
static void the_next_order_is_its_derivative(void **state)
{
    (void)state;
    for (int d = 1; d <= 2; d++) {
        setting s;
        double value[3], error[3];
        bool reached;
        make(&s, d);
        assert_ok(kl_liouville_next_order(MPI_COMM_WORLD, &s.l, value, error, &reached, why));
        for (int t = 0; t < 3; t++) {
            const double h = 1e-3; /* eps^2 = h^2, 2 h^2 */
            const double slope =
                (4 * exact(&s, h, t) - exact(&s, sqrt(2) * h, t) - 3 * exact(&s, 0, t)) /
                (2 * h * h);
            assert_near(value[t], slope, 1e-8 + error[t]);
            assert_true(fabs(value[t]) > 1e-3);
        }
    }
}

/* <J, H_t> at eps: H_0 is W_0 with eps/2 added to all variances, carried by the same rotation. */
static double exact_husimi(const setting *s, double eps, int t)
{
    oscillator o = s->o;
    double mean[6], covariance[6][6], c[6], w[6];
    o.eps = eps;
    oscillator_moments(&o, times[t], mean, covariance);
    for (int j = 0; j < o.d; j++) {
        const double f = o.omega[j], a = cos(f * times[t]), b = sin(f * times[t]);
        const int k = o.d + j;
        covariance[j][j] += eps / 2 * (a * a + b * b / f / f);
        covariance[k][k] += eps / 2 * (a * a + b * b * f * f);
        covariance[j][k] = covariance[k][j] = covariance[j][k] + eps / 2 * a * b * (1 / f - f);
        c[j] = s->observable.x.center[j];
        c[k] = s->observable.p.center[j];
        w[j] = s->observable.x.width;
        w[k] = s->observable.p.width;
    }
    return oscillator_bell(2 * o.d, mean, covariance, c, w);
}

static void the_husimi_flow_is_smeared(void **state)
{
    static const double tolerance[] = {0, 1e-10, 1e-5, 3e-2}, eps = 0.05;
    int ranks;
    (void)state;
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    for (int d = 1; d <= (ranks == 2 ? 3 : 2); d++) { /* d = 3 takes seconds */
        setting s;
        double value[3], error[3];
        bool reached;
        make(&s, d);
        s.l.tolerance = tolerance[d];
        if (d == 3)
            s.packet.width = s.o.width = 0.2;
        assert_ok(kl_liouville_husimi(MPI_COMM_WORLD, &s.l, eps, value, error, &reached, why));
        assert_everywhere(reached);
        for (int t = 0; t < 3; t++) {
            assert_near(value[t], exact_husimi(&s, eps, t), error[t]);
            assert_at_most(error[t], 5 * tolerance[d]);
        }
    }
}

/* Free motion of S = p.x + A x^2/2 carries the edges of a box along straight lines. */
static void indicators_are_found_in_one_dimension(void **state)
{
    setting s;
    double value[3], error[3];
    bool reached;
    (void)state;
    make(&s, 1);
    s.parabola[0].coefficient = 0;
    s.observable = (kl_phase_observable){.x = {.shape = KL_WINDOW_BOX, .low = {0.3}, .high = {1.1}},
                                         .p = {.shape = KL_WINDOW_UNIFORM}};
    assert_ok(kl_liouville_reference(MPI_COMM_WORLD, &s.l, value, error, &reached, why));
    for (int t = 0; t < 3; t++) {
        const double stretch = 1 + 0.3 * times[t], middle = 0.5 * stretch + 0.4 * times[t],
                     deviation = stretch * 0.4 * sqrt(2);
        assert_near(value[t],
                    (erf((1.1 - middle) / deviation) - erf((0.3 - middle) / deviation)) / 2, 1e-11);
        assert_at_most(error[t], 1e-11);
    }
}

/* A coherent state's limit is a point, and its first order in eps is half the width's. */
static void coherent_states_are_points(void **state)
{
    setting s;
    double value[3], slope[3], error[3];
    bool reached;
    (void)state;
    make(&s, 1);
    s.packet.coherent = true;
    s.packet.phase.sum.nterms = 1;
    memset(s.o.hessian, 0, sizeof s.o.hessian);
    assert_ok(kl_liouville_reference(MPI_COMM_WORLD, &s.l, value, error, &reached, why));
    assert_ok(kl_liouville_next_order(MPI_COMM_WORLD, &s.l, slope, error, &reached, why));
    for (int t = 0; t < 3; t++) {
        const double h = 1e-5;
        s.o.width = 1e-9;
        assert_near(value[t], exact(&s, 0, t), 1e-10);
        s.o.width = sqrt(h / 2);
        assert_near(slope[t], (exact(&s, h, t) - value[t]) / h, 1e-4);
    }
}

static bool square(void *context, const double u[3], double *value)
{
    (void)context;
    value[0] = u[0] * u[0];
    value[1] = cos(u[0]) * cos(2 * u[1]);
    return true;
}

/* The same bits on all ranks and on one. */
static void means_are_the_same_on_any_ranks(void **state)
{
    const kl_normal_mean q = {.dimension = 2, .nvalues = 2, .evaluate = square, .tolerance = 1e-12};
    double together[4], alone[4];
    bool reached;
    (void)state;
    assert_ok(kl_normal_mean_solve(MPI_COMM_WORLD, &q, together, together + 2, &reached, why));
    assert_everywhere(reached);
    assert_ok(kl_normal_mean_solve(MPI_COMM_SELF, &q, alone, alone + 2, &reached, why));
    assert_memory_equal(together, alone, sizeof alone);
    assert_near(alone[0], 1, 1e-12);
    assert_near(alone[1], exp(-0.5 - 2), 1e-12);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_reference_is_the_limit),
                                       cmocka_unit_test(the_next_order_is_its_derivative),
                                       cmocka_unit_test(the_husimi_flow_is_smeared),
                                       cmocka_unit_test(indicators_are_found_in_one_dimension),
                                       cmocka_unit_test(coherent_states_are_points),
                                       cmocka_unit_test(means_are_the_same_on_any_ranks)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed != 0;
}
