/* The limit of a start with an envelope, F_0 = g^2(X) J(V), for observables that see the position:
 * the Boltzmann equation of kinetic/boltzmann.h from g^2 delta(V - p), summed over a grid of
 * momenta p with the weights J(p). In its words, hopping 1, the gas has T' = 2 T, X' = 4 X. */
#include "systems/fermi/fermi_private.h"

#include "base/memory.h"
#include "kinetic/boltzmann.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct packet_sum {
    const fermi *f;
    kl_kinetic_problem problem;
    double *times;
    kl_kinetic_observable *observable; /* scaled copies */
    double *one;                       /* of one momentum: values [2], errors */
    double *sum;                       /* [2][ntimes][n][2]: of two grids */
    int size;                          /* ntimes n */
} packet_sum;

static kl_status create(const fermi *f, int point, int n, const kl_kinetic_observable *symbol,
                        packet_sum *s, kl_error *err)
{
    *s = (packet_sum){.f = f, .size = f->times.n * n};
    const size_t size = (size_t)s->size;
    KL_TRY(kl_alloc((size_t)f->times.n, sizeof *s->times, "reference", &s->times, err));
    KL_TRY(kl_alloc((size_t)n, sizeof *s->observable, "reference", &s->observable, err));
    KL_TRY(kl_alloc(3 * size, sizeof *s->one, "reference", &s->one, err));
    KL_TRY(kl_alloc(4 * size, sizeof *s->sum, "reference", &s->sum, err));
    for (int t = 0; t < f->times.n; t++)
        s->times[t] = 2 * f->times.value[t];
    for (int k = 0; k < n; k++) {
        s->observable[k] = symbol[k];
        s->observable[k].width *= 4;
        for (int j = 0; j < 3; j++)
            s->observable[k].center[j] *= 4;
    }
    s->problem = (kl_kinetic_problem){.dimension = (int)f->points.dimension,
                                      .ell = 4 * f->points.point[point].ell,
                                      .envelope = KL_KINETIC_GAUSSIAN,
                                      .width = 4 * f->start.width,
                                      .ntimes = f->times.n,
                                      .times = s->times,
                                      .nobservables = n,
                                      .observables = s->observable,
                                      .tolerance = 1e-5};
    for (int j = 0; j < 3; j++)
        s->problem.center[j] = 4 * f->start.center[j];
    return KL_OK;
}

static void destroy(packet_sum *s)
{
    free(s->times);
    free(s->observable);
    free(s->one);
    free(s->sum);
}

/* Adds J(p)/n^d times the solution from each momentum of a grid of n per axis. */
static kl_status add_grid(packet_sum *s, MPI_Comm comm, int n, double *sum, kl_error *err)
{
    const int d = s->problem.dimension, all = (int)lround(pow(n, d));
    char note[256];
    for (int i = 0; i < all; i++) {
        double p[3] = {0};
        for (int j = 0, index = i; j < d; j++, index /= n)
            p[j] = (index % n + 0.5) / n + 0.0137 * (j + 1) / n; /* off the symmetric points */
        const kl_occupation occupation = kl_gas_start_occupation(&s->f->start);
        const double weight = occupation.value(occupation.context, p) / all;
        memcpy(s->problem.momentum, p, sizeof p);
        KL_TRY(kl_boltzmann_solve(comm, &s->problem, s->one, s->one + 2 * s->size, note, err));
        for (int k = 0; k < 2 * s->size; k++)
            sum[k] += weight * s->one[k];
    }
    return KL_OK;
}

kl_status fermi_solve_packet(const fermi *f, int point, int n, const kl_kinetic_observable *symbol,
                             MPI_Comm comm, kl_limit_values *out, double *value, double *error,
                             kl_error *err)
{
    const int grid[2] = {f->points.dimension == 3 ? 4 : 8, f->points.dimension == 3 ? 6 : 12};
    packet_sum s;
    kl_status status = kl_agree(comm, create(f, point, n, symbol, &s, err), err);
    s.problem.stop = out->stop;
    s.problem.stop_context = out->stop_context;
    for (int i = 0; i < 2 && status == KL_OK; i++)
        status = add_grid(&s, comm, grid[i], s.sum + 2 * i * s.size, err);
    for (int k = 0; status == KL_OK && k < s.size; k++) {
        const double *coarse = s.sum + 2 * k, *fine = s.sum + 2 * (s.size + k);
        value[2 * k] = fine[0];
        value[2 * k + 1] = fine[1];
        error[k] = hypot(fine[0] - coarse[0], fine[1] - coarse[1]) + 1e-5;
    }
    destroy(&s);
    return status;
}
