/* Filters: the window keeps what it promises at each energy, and what it does to a vector
 * is what it does to LAPACK's eigenvalues.
 */
#include "dynamics/dense.h"
#include "dynamics/energy_filter.h"

static void create(double radius, double energy, double inner, double outer, kl_energy_filter *p)
{
    p->radius = radius;
    p->degree = kl_energy_filter_degree(radius, energy, inner, outer, 1e6);
    p->coefficient = calloc((size_t)p->degree + 1, sizeof(double));
    double *work = calloc(4 * ((size_t)p->degree + 1), sizeof(double));
    kl_energy_filter_window(p, energy, inner, outer, work);
    free(work);
}

static double at(const kl_energy_filter *p, double e)
{
    double sum = 0;
    for (int k = 0; k <= p->degree; k++)
        sum += p->coefficient[k] * cos(k * acos(e / p->radius));
    return sum;
}

static void windows_fall_by_their_gain(void **state)
{
    static const double radius[] = {4.5, 6.2, 2.3, 6.1}, energy[] = {1.5, -3, 0, 5.9},
                        outer[] = {0.05, 0.6, 0.2, 0.4};
    (void)state;
    for (int i = 0; i < 4; i++) {
        kl_energy_filter p;
        double inside = 1, outside = 0;
        create(radius[i], energy[i], outer[i] / 2, outer[i], &p);
        for (double e = -radius[i]; e < radius[i]; e += outer[i] / 50) {
            if (fabs(e - energy[i]) < outer[i] / 2)
                inside = fmin(inside, at(&p, e));
            if (fabs(e - energy[i]) > outer[i])
                outside = fmax(outside, fabs(at(&p, e)));
        }
        assert_true(inside / outside > 1e6 / 2); /* two windows, each at its most outside */
        assert_true(inside / outside < 2e7);
        free(p.coefficient);
    }
}

static void a_vector_takes_the_polynomial_of_each_level(void **state)
{
    enum { N = 64 };
    static double e[N], u[N * N], in[N], out[N], parts[N];
    problem *p = problem_create(MPI_COMM_SELF, 2, 8, KL_GAUSSIAN, 0.6, 5);
    const double radius = radius_of(p, KL_DOUBLE);
    kl_energy_filter window;
    double *array[3];
    uint64_t seed = 9;
    (void)state;
    diagonalise(p, e, u);
    create(radius, 1.1, 0.2, 0.5, &window);
    for (int i = 0; i < 3; i++)
        assert_ok(kl_lattice_array(&p->lattice, sizeof(double), i, &array[i], why));
    for (int i = 0; i < N; i++)
        in[i] = test_random(&seed);
    kl_energy_filter_apply(&window, &p->h, array, in, out);
    for (int k = 0; k < N; k++) {
        double before = 0, after = 0;
        for (int i = 0; i < N; i++) {
            before += u[i * N + k] * in[i];
            after += u[i * N + k] * out[i];
        }
        assert_near(after, at(&window, e[k]) * before, 1e-13);
    }
    kl_energy_filter_begin(&p->h, array, in);
    for (int done = 0; done < window.degree;)
        done = kl_energy_filter_steps(&window, &p->h, array, done, 12);
    kl_energy_filter_end(&p->h, array, parts);
    assert_memory_equal(parts, out, sizeof out);
    for (int i = 0; i < 3; i++)
        kl_lattice_array_free(array[i]);
    free(window.coefficient);
    problem_destroy(p);
}

static void a_window_that_no_lattice_needs_has_a_large_degree(void **state)
{
    (void)state;
    for (double width = 1e-8; width > 1e-20; width /= 100) {
        const int degree = kl_energy_filter_degree(4, 1, width, 2 * width, 1e7);
        assert_true(degree > 1000000 && degree % 4 == 3);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows_fall_by_their_gain),
        cmocka_unit_test(a_vector_takes_the_polynomial_of_each_level),
        cmocka_unit_test(a_window_that_no_lattice_needs_has_a_large_degree),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
