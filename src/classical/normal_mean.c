#include "classical/normal_mean.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double radius = 8.3; /* beyond it lies 1e-16 of the weight, or so */
static const double most_nodes[] = {0, 2e4, 4e6, 2e7}; /* of the finest rule in d dimensions */

typedef struct rule {
    const kl_normal_mean *q;
    double step;
    int half;      /* nodes -half..half along an axis */
    double *line;  /* [2 half + 1][nvalues + 1]: sums, and the weight that is lost */
    double *value; /* [nvalues] */
} rule;

static void add_node(const rule *r, const double u[3], double weight, double *sum)
{
    const int n = r->q->nvalues;
    if (!r->q->evaluate(r->q->context, u, r->value)) {
        sum[n] += weight;
        return;
    }
    for (int i = 0; i < n; i++)
        sum[i] += weight * r->value[i];
}

/* All nodes of the axes from `axis` on, in the ball. */
static void add_axes(const rule *r, int axis, double *u, double square, double weight, double *sum)
{
    if (axis == r->q->dimension || axis == 3) {
        add_node(r, u, weight, sum);
        return;
    }
    for (int k = -r->half; k <= r->half; k++) {
        u[axis] = k * r->step;
        const double now = square + u[axis] * u[axis];
        if (now <= radius * radius)
            add_axes(r, axis + 1, u, now,
                     weight * r->step * exp(-u[axis] * u[axis] / 2) / sqrt(2 * M_PI), sum);
    }
}

/* Collective: *stopped is the same on all ranks. */
static void add_lines(const rule *r, MPI_Comm comm, bool *stopped)
{
    const kl_normal_mean *q = r->q;
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    *stopped = false;
    for (int first = -r->half; first <= r->half && !*stopped; first += size) {
        const int k = first + rank;
        double u[3] = {k * r->step, 0, 0};
        if (k <= r->half && fabs(u[0]) <= radius)
            add_axes(r, 1, u, u[0] * u[0], r->step * exp(-u[0] * u[0] / 2) / sqrt(2 * M_PI),
                     r->line + (size_t)(k + r->half) * (size_t)(q->nvalues + 1));
        if (q->stop && (q->dimension > 1 || (first + r->half) % (64 * size) == 0))
            *stopped = q->stop(q->stop_context);
    }
}

/* The means by a rule of that step: sum[nvalues + 1]. Collective. */
static kl_status apply(const kl_normal_mean *q, double step, MPI_Comm comm, double *sum,
                       kl_error *err)
{
    const size_t n = (size_t)q->nvalues + 1;
    rule r = {.q = q, .step = step, .half = (int)floor(radius / step)};
    const size_t lines = 2 * (size_t)r.half + 1;
    bool stopped = false;
    kl_status status = kl_alloc(lines * n, sizeof *r.line, "quadrature", &r.line, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *r.value, "quadrature", &r.value, err);
    KL_GOTO(kl_agree(comm, status, err));
    add_lines(&r, comm, &stopped);
    if (stopped) {
        status = kl_fail(err, KL_STOPPED, "stopped");
        goto done;
    }
    MPI_Allreduce(MPI_IN_PLACE, r.line, (int)(lines * n), MPI_DOUBLE, MPI_SUM, comm);
    memset(sum, 0, n * sizeof *sum);
    for (size_t k = 0; k < lines; k++)
        for (size_t i = 0; i < n; i++)
            sum[i] += r.line[k * n + i];
done:
    free(r.line);
    free(r.value);
    return status;
}

/* error = what changed; the largest relative change of those that are not rough. */
static double compare(const kl_normal_mean *q, const double *before, const double *now,
                      double *error)
{
    double worst = 0;
    for (int i = 0; i < q->nvalues; i++) {
        const double change = fabs(now[i] - before[i]);
        const bool rough = q->rough && q->rough[i];
        /* A rough function's error falls slowly: what both last halvings changed. */
        error[i] = (rough ? 3 * fmax(change, error[i] / 3) : change) + 2e-15 * fabs(now[i]);
        if (!rough)
            worst = fmax(worst, change / fmax(1, fabs(now[i])));
    }
    return worst;
}

kl_status kl_normal_mean_solve(MPI_Comm comm, const kl_normal_mean *q, double *mean, double *error,
                               bool *reached, kl_error *err)
{
    const size_t n = (size_t)q->nvalues + 1;
    double step = 1, *sums;
    KL_TRY(kl_agree(comm, kl_alloc(2 * n, sizeof *sums, "quadrature", &sums, err), err));
    memset(error, 0, (size_t)q->nvalues * sizeof *error);
    *reached = false;
    kl_status status = apply(q, step, comm, sums, err);
    while (status == KL_OK && !*reached) {
        step /= 2;
        if (pow(2 * radius / step, q->dimension) > most_nodes[q->dimension])
            break;
        status = apply(q, step, comm, sums + n, err);
        *reached = compare(q, sums, sums + n, error) <= q->tolerance &&
                   step < (q->coarsest > 0 ? q->coarsest : 0.3);
        memcpy(sums, sums + n, n * sizeof *sums);
    }
    for (int i = 0; status == KL_OK && i < q->nvalues; i++) {
        mean[i] = sums[i];
        error[i] += sums[n - 1] * fmax(1, fabs(mean[i])); /* what ran away */
    }
    free(sums);
    return status;
}
