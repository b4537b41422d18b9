/* Contender: the Chebyshev kernel, blocked in time or not, on one rank, on one
 * lattice over all ranks, or on one lattice per rank. */
#include "bench.h"

#include "base/memory.h"
#include "base/stop.h"
#include "dynamics/probe.h"

#include <stdlib.h>

typedef struct kernel {
    bench_workspace *space;
    kl_seams seams;
    kl_hamiltonian h;
    bool blocked;  /* with the depth and the tile that a probe finds before each turn */
    MPI_Comm comm; /* the ranks that work at the same time */
    double t, tolerance;
    int *terms;
} kernel;

void bench_workspace_create(const bench_problem *problem, const kl_lattice *lattice,
                            kl_precision precision, bench_workspace *workspace)
{
    kl_error err;
    workspace->lattice = lattice;
    bench_check(kl_state_create_at(lattice, precision, 5, &workspace->start, &err), &err);
    bench_check(kl_state_create(lattice, precision, &workspace->psi, &err), &err);
    bench_check(kl_state_create_at(lattice, precision, 3, &workspace->out, &err), &err);
    bench_check(
        kl_lattice_array(lattice, kl_precision_size(precision), 2, &workspace->scratch, &err),
        &err);
    bench_start(problem, &workspace->start);
}

void bench_workspace_destroy(bench_workspace *workspace)
{
    kl_state_destroy(&workspace->start);
    kl_state_destroy(&workspace->psi);
    kl_state_destroy(&workspace->out);
    kl_lattice_array_free(workspace->scratch);
}

static double largest(MPI_Comm comm, double value)
{
    MPI_Allreduce(MPI_IN_PLACE, &value, 1, MPI_DOUBLE, MPI_MAX, comm);
    return value;
}

static void choose(kernel *k)
{
    bench_workspace *w = k->space;
    const kl_stencil stencil = {k->h.lattice, w->psi.precision, k->h.set};
    void *array[4] = {w->psi.re, w->scratch, w->out.re, w->out.im};
    k->h.blocking = kl_blocking_choose(k->h.lattice, w->psi.precision, 0);
    kl_probe_blocking(&stencil, k->h.omega, array, &k->h.blocking);
}

static bench_time turn(void *self, int repeats)
{
    kernel *k = self;
    bench_workspace *w = k->space;
    bench_time sum = {0, 0};
    kl_error err;
    if (k->blocked)
        choose(k);
    for (int r = 0; r < repeats; r++) {
        MPI_Barrier(k->comm);
        double start = kl_clock();
        double radius = kl_hamiltonian_radius(&k->h, w->psi.precision, w->psi.re, w->scratch);
        sum.bound += kl_clock() - start;
        kl_state_copy(&w->start, &w->psi);
        const kl_chebyshev chebyshev = {&k->h, radius, k->tolerance};
        MPI_Barrier(k->comm);
        start = kl_clock();
        bench_check(
            kl_chebyshev_evolve(&chebyshev, &w->psi, w->scratch, &k->t, 1, &w->out, k->terms, &err),
            &err);
        sum.seconds += kl_clock() - start;
    }
    return (bench_time){largest(k->comm, sum.seconds) / repeats,
                        largest(k->comm, sum.bound) / repeats};
}

static void plane(void *self, int64_t p, double *re, double *im)
{
    const kl_state *psi = &((kernel *)self)->space->out;
    const kl_lattice *lattice = psi->lattice;
    const int owner = kl_lattice_owner(lattice, p), n = (int)lattice->plane;
    if (lattice->rank == owner) {
        const int64_t from = kl_lattice_origin(lattice) + (p - lattice->first) * lattice->plane;
        kl_state_load(psi->precision, psi->re, from, n, re);
        kl_state_load(psi->precision, psi->im, from, n, im);
    }
    if (owner == 0)
        return;
    if (lattice->rank == owner) {
        MPI_Send(re, n, MPI_DOUBLE, 0, 0, lattice->comm);
        MPI_Send(im, n, MPI_DOUBLE, 0, 0, lattice->comm);
    } else if (lattice->rank == 0) {
        MPI_Recv(re, n, MPI_DOUBLE, owner, 0, lattice->comm, MPI_STATUS_IGNORE);
        MPI_Recv(im, n, MPI_DOUBLE, owner, 0, lattice->comm, MPI_STATUS_IGNORE);
    }
}

static void destroy(void *self)
{
    kl_seams_destroy(&((kernel *)self)->seams);
    free(self);
}

void bench_kernel(const bench_problem *problem, bench_workspace *workspace, bool blocked,
                  double tolerance, bench_contender *contender)
{
    kernel *k;
    kl_error err;
    const kl_lattice *lattice = workspace->lattice;
    const kl_precision precision = workspace->psi.precision;
    bench_check(kl_alloc(1, sizeof *k, "kernel", &k, &err), &err);
    k->space = workspace;
    k->t = problem->t;
    k->tolerance = tolerance;
    k->terms = &contender->terms;
    k->comm = contender->ranks > 1 ? MPI_COMM_WORLD : MPI_COMM_SELF;
    const kl_blocking blocking = blocked ? kl_blocking_choose(lattice, precision, 0)
                                         : (kl_blocking){1, lattice->sites, false};
    k->blocked = blocked;
    bench_check(kl_seams_create(lattice, kl_precision_size(precision), blocking.depth, 4, true,
                                &k->seams, &err),
                &err);
    k->h = (kl_hamiltonian){.lattice = lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = problem->eta,
                            .seams = &k->seams,
                            .omega = lattice == &problem->shared ? problem->omega_shared
                                                                 : problem->omega_alone,
                            .blocking = blocking};
    contender->self = k;
    contender->turn = turn;
    contender->plane = plane;
    contender->destroy = destroy;
}
