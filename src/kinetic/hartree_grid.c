#include "kinetic/hartree_grid.h"

#include "base/complex.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* |E~| is at most that. */
static double reach(const kl_hartree_problem *p)
{
    double sum = p->dimension + 1e-9;
    for (int i = 0; i < p->v.n; i++)
        sum += fabs(p->lambda * p->v.value[i]) * (i == 0 ? 1 : 2);
    return sum;
}

static kl_status allocate(kl_hartree_grid *g, kl_error *err)
{
    const size_t n = (size_t)g->count;
    KL_TRY(kl_alloc((size_t)g->problem->v.n * n, sizeof *g->wave, "momenta", &g->wave, err));
    KL_TRY(kl_alloc(n, sizeof *g->bare, "momenta", &g->bare, err));
    KL_TRY(kl_alloc(n, sizeof *g->energy, "momenta", &g->energy, err));
    return kl_alloc(2 * (size_t)g->windows, sizeof *g->sum, "momenta", &g->sum, err);
}

void kl_hartree_momentum(const kl_hartree_grid *g, int64_t i, double p[3])
{
    int64_t index = g->first + i;
    p[0] = p[1] = p[2] = 0;
    for (int j = g->problem->dimension - 1; j >= 0; j--, index /= g->n)
        p[j] = ((double)(index % g->n) + 0.5) / g->n;
}

kl_status kl_hartree_grid_create(MPI_Comm comm, const kl_hartree_problem *problem, int n,
                                 double width, kl_hartree_grid *g, kl_error *err)
{
    const double range = reach(problem);
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    *g = (kl_hartree_grid){.comm = comm, .problem = problem, .n = n, .width = width};
    g->all = (int64_t)llround(pow(n, problem->dimension));
    g->first = g->all * rank / size;
    g->count = g->all * (rank + 1) / size - g->first;
    g->windows = (int)ceil(2 * range / width) + 2;
    g->low = -range;
    KL_TRY(kl_agree(comm, allocate(g, err), err));
    for (int64_t i = 0; i < g->count; i++) {
        double p[3];
        kl_hartree_momentum(g, i, p);
        for (int j = 0; j < problem->dimension; j++)
            g->bare[i] += cos(2 * M_PI * p[j]);
        for (int k = 0; k < problem->v.n; k++) {
            const int *x = problem->v.at[k];
            const double turns = p[0] * x[0] + p[1] * x[1] + p[2] * x[2];
            g->wave[k * g->count + i] = CMPLX(cos(2 * M_PI * turns), sin(2 * M_PI * turns));
        }
    }
    return KL_OK;
}

void kl_hartree_grid_destroy(kl_hartree_grid *g)
{
    free(g->wave);
    free(g->bare);
    free(g->energy);
    free(g->sum);
    *g = (kl_hartree_grid){0};
}

static void set_gamma(kl_hartree_grid *g, const double *F)
{
    double sum[2 * KL_MOST_RANGE] = {0};
    const int n = g->problem->v.n;
    for (int k = 0; k < n; k++)
        for (int64_t i = 0; i < g->count; i++) {
            sum[2 * k] += F[i] * creal(g->wave[k * g->count + i]);
            sum[2 * k + 1] += F[i] * cimag(g->wave[k * g->count + i]);
        }
    MPI_Allreduce(MPI_IN_PLACE, sum, 2 * n, MPI_DOUBLE, MPI_SUM, g->comm);
    for (int k = 0; k < n; k++)
        g->gamma[k] = CMPLX(sum[2 * k] / (double)g->all, sum[2 * k + 1] / (double)g->all);
}

static void set_energy(kl_hartree_grid *g)
{
    const kl_hartree_problem *p = g->problem;
    memcpy(g->energy, g->bare, (size_t)g->count * sizeof *g->energy);
    for (int k = 0; k < p->v.n; k++) {
        const double factor = (k == 0 ? 1 : 2) * p->lambda * p->v.value[k];
        const double re = factor * creal(g->gamma[k]), im = factor * cimag(g->gamma[k]);
        for (int64_t i = 0; i < g->count; i++)
            g->energy[i] -=
                re * creal(g->wave[k * g->count + i]) + im * cimag(g->wave[k * g->count + i]);
    }
}

void kl_hartree_set(kl_hartree_grid *g, const double *F)
{
    if (!g->set || !g->problem->frozen) {
        set_gamma(g, F);
        set_energy(g);
        g->set = true;
    }
    memset(g->sum, 0, 2 * (size_t)g->windows * sizeof *g->sum);
    for (int64_t i = 0; i < g->count; i++) {
        double upper;
        double *at = g->sum + 2 * kl_hartree_hat(g, i, &upper);
        at[0] += 1 - upper;
        at[1] += (1 - upper) * F[i];
        at[2] += upper;
        at[3] += upper * F[i];
    }
    MPI_Allreduce(MPI_IN_PLACE, g->sum, 2 * g->windows, MPI_DOUBLE, MPI_SUM, g->comm);
    for (int k = 0; k < 2 * g->windows; k++)
        g->sum[k] /= (double)g->all;
}
