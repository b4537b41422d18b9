/* The common problem: a wave packet in a Gaussian potential, and its solution by
 * the plain form of the series (row kernels in portable C, no blocking) to 1e-13.
 * The other methods check that reference: their errors against it are their own.
 */
#include "bench.h"

#include "base/memory.h"
#include "dynamics/initial.h"
#include "lattice/disorder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

void bench_check(kl_status status, const kl_error *err)
{
    if (status == KL_OK)
        return;
    fprintf(stderr, "bench_evolution: %s\n", err->message);
    MPI_Abort(MPI_COMM_WORLD, (int)status);
}

void bench_potential(const kl_lattice *lattice, uint64_t realization, float *omega)
{
    const kl_disorder disorder = {KL_GAUSSIAN, 20261120, 1, realization};
    kl_disorder_fill(&disorder, lattice->first * lattice->plane, kl_lattice_local(lattice), omega);
}

static float *new_potential(const kl_lattice *lattice, uint64_t realization)
{
    kl_error err;
    float *omega;
    bench_check(
        kl_alloc((size_t)kl_lattice_local(lattice), sizeof *omega, "potential", &omega, &err),
        &err);
    bench_potential(lattice, realization, omega);
    return omega;
}

void bench_start(const bench_problem *problem, kl_state *psi)
{
    const kl_initial initial = {.envelope = KL_ENVELOPE_GAUSSIAN,
                                .width = 0.4,
                                .momentum = {0.15, 0.20, 0.30},
                                .mu = problem->eta * problem->eta};
    kl_error err;
    bench_check(kl_initial_fill(&initial, psi, &err), &err);
}

static void solve_reference(bench_problem *problem)
{
    const kl_lattice *lattice = &problem->alone;
    const kl_hamiltonian h = {lattice,      &kl_stencil_generic,  1,
                              problem->eta, problem->omega_alone, {1, lattice->sites, false},
                              NULL};
    kl_state psi;
    void *scratch;
    kl_error err;
    bench_check(kl_state_create(lattice, KL_DOUBLE, &psi, &err), &err);
    bench_check(kl_state_create(lattice, KL_DOUBLE, &problem->reference, &err), &err);
    bench_check(kl_alloc((size_t)kl_lattice_extent(lattice), sizeof(double), "psi", &scratch, &err),
                &err);
    const kl_chebyshev chebyshev = {&h, kl_hamiltonian_radius(&h, KL_DOUBLE, psi.re, scratch),
                                    1e-13};
    kl_state_copy(&problem->start, &psi);
    bench_check(kl_chebyshev_evolve(&chebyshev, &psi, scratch, &problem->t, 1, &problem->reference,
                                    NULL, &err),
                &err);
    kl_state_destroy(&psi);
    free(scratch);
}

void bench_problem_create(int64_t sites, bench_problem *problem)
{
    int rank;
    kl_error err;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    *problem = (bench_problem){.eta = 0.2, .t = 10};
    bench_check(kl_lattice_create(MPI_COMM_SELF, 3, sites, &problem->alone, &err), &err);
    bench_check(kl_lattice_create(MPI_COMM_WORLD, 3, sites, &problem->shared, &err), &err);
    problem->omega_alone = new_potential(&problem->alone, (uint64_t)rank);
    problem->omega_shared = new_potential(&problem->shared, 0);
    if (rank > 0)
        return;
    bench_check(kl_state_create(&problem->alone, KL_DOUBLE, &problem->start, &err), &err);
    bench_start(problem, &problem->start);
    solve_reference(problem);
}

void bench_problem_destroy(bench_problem *problem)
{
    free(problem->omega_alone);
    free(problem->omega_shared);
    kl_state_destroy(&problem->start);
    kl_state_destroy(&problem->reference);
}

double bench_error(const bench_problem *problem, bench_contender *contender)
{
    const kl_lattice *lattice = &problem->alone;
    const size_t n = (size_t)lattice->plane;
    double *re, sum = 0, norm = 0;
    kl_error err;
    bench_check(kl_alloc(2 * n, sizeof *re, "a plane", &re, &err), &err);
    double *im = re + n;
    for (int64_t p = 0; p < lattice->sites; p++) {
        contender->plane(contender->self, p, re, im);
        if (!problem->reference.re)
            continue;
        const int64_t from = kl_lattice_origin(lattice) + p * lattice->plane;
        const double *exact_re = (const double *)problem->reference.re + from,
                     *exact_im = (const double *)problem->reference.im + from;
        for (size_t i = 0; i < n; i++) {
            sum += pow(re[i] - exact_re[i], 2) + pow(im[i] - exact_im[i], 2);
            norm += pow(exact_re[i], 2) + pow(exact_im[i], 2);
        }
    }
    free(re);
    return norm > 0 ? sqrt(sum / norm) : 0;
}
