#include "classical/vlasov_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CALLS_BETWEEN_STOPS = 16 };

static void point(const kl_cloud *c, const double *y, int64_t i, double x[3])
{
    const int d = c->symmetry.dimension;
    memset(x, 0, 3 * sizeof *x);
    memcpy(x, y + c->stride * i, (size_t)d * sizeof *x);
}

/* Collective: the nodes act on each other. */
static void slope(void *context, const double *y, double *dy)
{
    kl_cloud *c = context;
    const int d = c->symmetry.dimension;
    if (c->v->stop && !c->stopped && c->calls++ % CALLS_BETWEEN_STOPS == 0)
        c->stopped = c->v->stop(c->v->stop_context);
    if (c->stopped) { /* be done soon */
        memset(dy, 0, (size_t)(c->stride * c->count) * sizeof *dy);
        return;
    }
    kl_mean_field_set(&c->field, c->comm, c->rule.n, c->first, c->count, y, c->stride, c->weight);
    for (int64_t i = 0; i < c->count; i++) {
        double x[3], g[3];
        point(c, y, i, x);
        kl_smooth_gradient(c->v->potential, x, g);
        kl_mean_field_value(&c->field, x, g);
        for (int j = 0; j < d; j++) {
            dy[c->stride * i + j] = y[c->stride * i + d + j];
            dy[c->stride * i + d + j] = -g[j];
            c->trial = fmax(c->trial, fabs(x[j]));
        }
    }
    if (c->with_order)
        kl_order_slope(c, y, dy);
}

/* After each trial of a step: points of one that was too long may be anywhere. */
static double agree(void *context, double error)
{
    kl_cloud *c = context;
    MPI_Allreduce(MPI_IN_PLACE, &error, 1, MPI_DOUBLE, MPI_MAX, c->comm);
    if (error <= c->ode.tolerance)
        c->reach = fmax(c->reach, c->trial);
    c->trial = 0;
    return error;
}

/* This rank's blocks of nodes. */
static void place(kl_cloud *c)
{
    int rank, size;
    MPI_Comm_rank(c->comm, &rank);
    MPI_Comm_size(c->comm, &size);
    c->first = kl_mean_field_first(c->rule.n, (int)((long)KL_MEAN_FIELD_BLOCKS * rank / size));
    c->count =
        kl_mean_field_first(c->rule.n, (int)((long)KL_MEAN_FIELD_BLOCKS * (rank + 1) / size)) -
        c->first;
}

static kl_status start(kl_cloud *c, kl_error *err)
{
    KL_TRY(kl_alloc((size_t)(c->stride * c->count), sizeof *c->z, "nodes", &c->z, err));
    KL_TRY(kl_alloc((size_t)c->count, sizeof *c->weight, "nodes", &c->weight, err));
    for (int64_t i = 0; i < c->count; i++) {
        c->weight[i] = kl_thomas_fermi_node(&c->rule, c->first + i, c->z + c->stride * i);
        if (c->with_order)
            kl_order_start(c, c->z + c->stride * i);
    }
    return KL_OK;
}

static kl_status make(kl_cloud *c, const kl_cloud_accuracy *a, kl_error *err)
{
    const kl_vlasov *v = c->v;
    KL_TRY(kl_thomas_fermi_create(&c->symmetry, v->displacement, a->degree, &c->rule, err));
    KL_TRY(kl_mean_field_create(v->interaction, &c->symmetry, a->reach, a->modes, &c->field, err));
    place(c);
    if (c->with_order)
        KL_TRY(kl_order_create(c, a, err));
    KL_TRY(start(c, err));
    KL_TRY(kl_ode_create((int)(c->stride * c->count), slope, c, a->steps, &c->ode, err));
    c->ode.agree = agree;
    return KL_OK;
}

kl_status kl_cloud_create(MPI_Comm comm, const kl_vlasov *v, const kl_cloud_accuracy *accuracy,
                          kl_cloud *out, kl_error *err)
{
    *out = (kl_cloud){.v = v,
                      .comm = comm,
                      .with_order = accuracy->order,
                      .stride = 2 * v->potential->dimension +
                                (accuracy->order ? kl_order_moments(v->potential->dimension) : 0)};
    out->symmetry = kl_phase_symmetry_find(v->potential, v->interaction, v->displacement);
    return kl_agree(comm, make(out, accuracy, err), err);
}

void kl_cloud_destroy(kl_cloud *cloud)
{
    kl_thomas_fermi_destroy(&cloud->rule);
    kl_mean_field_destroy(&cloud->field);
    kl_order_destroy(&cloud->order);
    kl_ode_destroy(&cloud->ode);
    free(cloud->z);
    free(cloud->weight);
    *cloud = (kl_cloud){0};
}

bool kl_cloud_advance(kl_cloud *c, double t)
{
    if (t > c->now && !kl_ode_advance(&c->ode, t - c->now, c->z))
        return false;
    c->now = t;
    kl_mean_field_set(&c->field, c->comm, c->rule.n, c->first, c->count, c->z, c->stride,
                      c->weight); /* of now */
    return !c->stopped;
}

double kl_cloud_reach(const kl_cloud *cloud)
{
    double reach = cloud->reach;
    MPI_Allreduce(MPI_IN_PLACE, &reach, 1, MPI_DOUBLE, MPI_MAX, cloud->comm);
    return reach;
}

static double first_reach(const kl_vlasov *v)
{
    double most = 0;
    for (int j = 0; j < v->potential->dimension; j++)
        most = fmax(most, fabs(v->displacement[j]));
    return 1.1 * (most + sqrt(2 * kl_fermi_energy(v->potential->dimension)));
}

kl_status kl_cloud_follow(MPI_Comm comm, const kl_vlasov *v, kl_cloud_accuracy *accuracy,
                          void (*visit)(void *context, kl_cloud *cloud, int t), void *context,
                          bool *fine, kl_error *err)
{
    kl_status status = KL_OK;
    bool enough = false;
    *fine = true;
    accuracy->reach = accuracy->reach > 0 ? accuracy->reach : first_reach(v);
    while (status == KL_OK && *fine && !enough) {
        kl_cloud cloud;
        status = kl_cloud_create(comm, v, accuracy, &cloud, err);
        for (int t = 0; status == KL_OK && *fine && t < v->ntimes; t++) {
            *fine = kl_cloud_advance(&cloud, v->times[t]);
            if (*fine)
                visit(context, &cloud, t);
        }
        if (status == KL_OK && cloud.stopped)
            status = kl_fail(err, KL_STOPPED, "stopped");
        if (status == KL_OK) {
            const double reach = kl_cloud_reach(&cloud);
            /* Gaussians alone have modes that end somewhere. */
            enough = reach <= accuracy->reach || v->interaction->ngaussians == 0;
            accuracy->reach = enough ? accuracy->reach : 1.05 * reach;
        }
        kl_cloud_destroy(&cloud);
    }
    return status;
}
