/* One realization of `eigenstates` against LAPACK's eigenvectors of the whole lattice: each
 * observable from its definition, the transform by its sum.
 */
#ifndef KL_TESTS_SYSTEMS_EIGENSTATES_DENSE_H
#define KL_TESTS_SYSTEMS_EIGENSTATES_DENSE_H

#include "contract/find.h"
#include "dynamics/dense.h"
#include "kinetic/departure.h"
#include "systems/eigenstates/eigenstates.h"

enum { SHELLS = 3, SEED = 6, REALIZATION = 2 };
static const double shell[SHELLS] = {0.5, 1, 3};

typedef struct eigenstates_case {
    int d, sites, states;
    double eta, energy;
} eigenstates_case;

static inline void eigenstates_measure_case(const eigenstates_case *c, double *quantity,
                                            double *residual)
{
    const kl_stations none = {1, (const double[]){0}};
    const kl_place place = {0, MPI_COMM_SELF, MPI_COMM_SELF, 1, 0, 1};
    const kl_system *system = &kl_system_eigenstates;
    kl_config *config;
    void *self, *run;
    bool reached = false;
    char text[300];
    snprintf(text, sizeof text,
             "dimension: %d\nsites: [%d]\neta: [%.17g]\nenergy: [%.17g]\nstates: %d\n"
             "shells: [0.5, 1, 3]\ndisorder: {distribution: uniform, seed: %d}\n",
             c->d, c->sites, c->eta, c->energy, c->states, SEED);
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &config, why));
    assert_ok(kl_system_open(system, kl_config_root(config), &none, &self, why));
    assert_ok(system->begin(self, &place, &run, why));
    assert_ok(system->start(run, REALIZATION, why));
    while (!reached)
        assert_ok(system->advance(run, 0, &reached, why));
    assert_ok(
        system->measure(run, 0, 0, &(kl_sample){.quantity = quantity, .check = residual}, why));
    system->end(&run);
    kl_system_close(system, &self);
    kl_config_destroy(&config);
}

/* The first of the states nearest to the energy, in LAPACK's ascending order. */
static inline int64_t eigenstates_first(const eigenstates_case *c, const double *e, int64_t n)
{
    int64_t first = 0;
    while (first + c->states < n && c->energy - e[first] > e[first + c->states] - c->energy)
        first++;
    return first;
}

/* |sum_x exp(-2 pi i k.x) psi(x)|^2/n of column `which`, one axis after the other. */
static inline void momenta_of(const kl_lattice *lattice, int64_t n, const double *u, int64_t which,
                              double *out)
{
    const int64_t L = lattice->sites;
    double complex *a = calloc((size_t)(2 * n), sizeof *a), *b = a + n;
    for (int64_t x = 0; x < n; x++)
        a[x] = u[x * n + which];
    for (int axis = 0; axis < lattice->dimension; axis++) {
        for (int64_t k = 0; k < n; k++) {
            int64_t index[3];
            index_of(lattice, k, index);
            const int64_t q = index[axis];
            b[k] = 0;
            for (index[axis] = 0; index[axis] < L; index[axis]++)
                b[k] += a[site_of(lattice, index)] *
                        cexp(-2 * I * test_pi * (double)(q * index[axis]) / (double)L);
        }
        memcpy(a, b, (size_t)n * sizeof *a);
    }
    for (int64_t k = 0; k < n; k++)
        out[k] = creal(a[k] * conj(a[k])) / (double)n;
    free(a);
}

static inline double band_of(const kl_lattice *lattice, int64_t k)
{
    int64_t index[3];
    double sum = 0;
    index_of(lattice, k, index);
    for (int axis = 0; axis < lattice->dimension; axis++)
        sum += 2 * cos(2 * test_pi * (double)index[axis] / (double)lattice->sites);
    return sum;
}

static inline void from_lapack(const eigenstates_case *c, const problem *p, double *out)
{
    const int64_t n = p->n;
    double *e = calloc((size_t)(n * n + 2 * n), sizeof *e), *weight = e + n, *u = e + 2 * n;
    diagonalise(p, e, u);
    const int64_t first = eigenstates_first(c, e, n);
    for (int q = 0; q < SHELLS + 2; q++)
        out[q] = 0;
    for (int64_t s = first; s < first + c->states; s++) {
        double re, im;
        kl_resolvent(c->d, e[s], &re, &im);
        momenta_of(&p->lattice, n, u, s, weight);
        for (int64_t k = 0; k < n; k++) {
            const double away = band_of(&p->lattice, k) - e[s] + c->eta * c->eta * re;
            for (int q = 0; q < SHELLS; q++)
                if (fabs(away) < shell[q] * c->eta * c->eta * fabs(im))
                    out[q] += weight[k] / c->states;
            out[SHELLS] += pow(u[k * n + s], 4) / c->states;
        }
        if (s + 2 < first + c->states)
            out[SHELLS + 1] += fmin((e[s + 1] - e[s]) / (e[s + 2] - e[s + 1]),
                                    (e[s + 2] - e[s + 1]) / (e[s + 1] - e[s])) /
                               (c->states - 2);
    }
    free(e);
}

static inline void check_case(const eigenstates_case *c)
{
    const double parameters[3] = {c->eta, c->sites, c->d};
    const kl_disorder disorder = {KL_UNIFORM, SEED, kl_disorder_point(parameters, 3), REALIZATION};
    problem *p = problem_create(MPI_COMM_SELF, c->d, c->sites, KL_UNIFORM, c->eta, 0);
    double dense[SHELLS + 2], filtered[SHELLS + 2], residual;
    kl_disorder_fill(&disorder, 0, p->n, p->omega);
    from_lapack(c, p, dense);
    eigenstates_measure_case(c, filtered, &residual);
    for (int q = 0; q < SHELLS + 2; q++)
        assert_near(filtered[q], dense[q], 1e-8);
    assert_true(residual > 0 && residual < 1e-8);
    problem_destroy(p);
}

typedef struct case_list {
    size_t n;
    const eigenstates_case *cases; /* [n] */
} case_list;

static void are_those_of_lapack(void **state)
{
    const case_list *list = *state;
    for (size_t i = 0; i < list->n; i++)
        check_case(&list->cases[i]);
}

/* The main program of a test: 0 if all of them agree. */
static int check_cases(int argc, char **argv, size_t n, const eigenstates_case *cases)
{
    case_list list = {n, cases};
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(are_those_of_lapack, &list)};
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}

#endif
