/* Densities that the flow carries, on a grid: see liouville.h. */
#include "classical/liouville.h"

#include "base/memory.h"
#include "classical/flow.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NODES = 4001 }; /* along an axis in d = 1; 201 and 41 in d = 2 and 3 */

typedef struct spreading {
    const kl_liouville *l;
    const kl_liouville_grid *grid;
    kl_flow flow;
    double *bell; /* [np] */
    double **field;
} spreading;

static double bell(double u, double width)
{
    return exp(-u * u / (2 * width * width)) / (sqrt(2 * M_PI) * width);
}

/* Adds a mass at (x, p). */
static void add_mass(const spreading *s, int t, double mass, double x, double p)
{
    const kl_liouville_grid *g = s->grid;
    const double reach = 8.5 * g->width;
    for (int j = 0; j < g->np; j++)
        s->bell[j] = g->narrow > 0 ? bell(p - g->p[j], g->narrow) : 1;
    for (int i = 0; i < g->nx; i++) {
        if (fabs(x - g->x[i]) > reach)
            continue;
        const double here = mass * bell(x - g->x[i], g->width);
        double *row = s->field[t] + i * g->np;
        for (int j = 0; j < g->np; j++)
            row[j] += here * s->bell[j];
    }
}

static void carry(spreading *s, const kl_wkb *packet, const double u[3], double mass)
{
    const kl_liouville *l = s->l;
    const int d = l->potential->dimension;
    double x[3] = {0}, p[3], z[6], now = 0;
    for (int j = 0; j < d; j++)
        x[j] = packet->center[j] + (packet->coherent ? 0 : packet->width * u[j]);
    kl_wkb_momentum(packet, x, p);
    memcpy(z, x, (size_t)d * sizeof *z);
    memcpy(z + d, p, (size_t)d * sizeof *z);
    for (int t = 0; t < l->ntimes; t++) {
        if (!kl_flow_advance(&s->flow, l->times[t] - now, z))
            return;
        now = l->times[t];
        add_mass(s, t, mass, z[s->grid->axis], z[d + s->grid->axis]);
    }
}

/* This rank's share of the trajectories of a packet. */
static void carry_packet(spreading *s, const kl_wkb *packet, int rank, int size)
{
    static const int nodes[] = {0, NODES, 201, 41};
    const int d = s->l->potential->dimension, n = packet->coherent ? 1 : nodes[d];
    const double radius = 6, step = n > 1 ? 2 * radius / (n - 1) : 0;
    const long all = (long)pow(n, d);
    for (long i = rank; i < all; i += size) {
        double u[3] = {0}, mass = packet->share;
        long rest = i;
        for (int j = 0; j < d && n > 1; j++, rest /= n) {
            u[j] = (double)(rest % n) * step - radius;
            mass *= step * bell(u[j], 1);
        }
        if (mass > 1e-14)
            carry(s, packet, u, mass);
    }
}

kl_status kl_liouville_field(MPI_Comm comm, const kl_liouville *l, const kl_liouville_grid *grid,
                             double **field, kl_error *err)
{
    spreading s = {.l = l, .grid = grid, .field = field};
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    kl_status status = kl_flow_create(l->potential, KL_FLOW_POINTS, 1e-10, &s.flow, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)grid->np, sizeof *s.bell, "field", &s.bell, err);
    KL_GOTO(kl_agree(comm, status, err));
    for (int t = 0; t < l->ntimes; t++)
        memset(field[t], 0, (size_t)(grid->nx * grid->np) * sizeof **field);
    for (int i = 0; i < l->npackets; i++)
        carry_packet(&s, &l->packet[i], rank, size);
    for (int t = 0; t < l->ntimes; t++)
        MPI_Allreduce(MPI_IN_PLACE, field[t], grid->nx * grid->np, MPI_DOUBLE, MPI_SUM, comm);
done:
    kl_flow_destroy(&s.flow);
    free(s.bell);
    return status;
}
