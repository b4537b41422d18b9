/* Pictures of the droplet: see vlasov.h. */
#include "classical/vlasov_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct picture {
    const kl_liouville_grid *grid;
    int d;
    double *bell; /* [np] */
    double *out;  /* [nx][np] */
    double **field;
    double mass;
} picture;

static double bell(double u, double width)
{
    return exp(-u * u / (2 * width * width)) / (sqrt(2 * M_PI) * width);
}

/* The indices of ascending values within `far` of a. */
static void window(int n, const double *at, double a, double far, int *first, int *last)
{
    *first = 0;
    while (*first < n && at[*first] < a - far)
        ++*first;
    *last = n;
    while (*last > *first && at[*last - 1] > a + far)
        --*last;
}

static void add_mass(void *context, const double *z, double share)
{
    const picture *s = context;
    const kl_liouville_grid *g = s->grid;
    const double x = z[g->axis], p = z[s->d + g->axis], mass = s->mass * share;
    int first, last, low = 0, high = g->np;
    if (g->narrow > 0)
        window(g->np, g->p, p, 7 * g->narrow, &low, &high);
    for (int j = low; j < high; j++)
        s->bell[j] = g->narrow > 0 ? bell(p - g->p[j], g->narrow) : 1;
    window(g->nx, g->x, x, 7 * g->width, &first, &last);
    for (int i = first; i < last; i++) {
        const double here = mass * bell(x - g->x[i], g->width);
        for (int j = low; j < high; j++)
            s->out[i * g->np + j] += here * s->bell[j];
    }
}

static void draw(void *context, kl_cloud *c, int t)
{
    picture *s = context;
    const int cells = s->grid->nx * s->grid->np;
    s->out = s->field[t];
    memset(s->out, 0, (size_t)cells * sizeof *s->out);
    for (int64_t i = 0; i < c->count; i++) {
        s->mass = c->weight[i];
        kl_phase_symmetry_images(&c->symmetry, 16, c->z + 2 * s->d * i, add_mass, s);
    }
    MPI_Allreduce(MPI_IN_PLACE, s->out, cells, MPI_DOUBLE, MPI_SUM, c->comm);
}

/* Only the reach is asked for. */
static void look_away(void *context, kl_cloud *cloud, int t)
{
    (void)context, (void)cloud, (void)t;
}

/* Nodes close enough for a smooth picture; in d > 1 the other axes help. */
static int picture_degree(const kl_liouville_grid *g, int d)
{
    const double width = g->narrow > 0 ? fmin(g->width, g->narrow) : g->width;
    return d == 1 ? (int)fmin(800, fmax(96, 36 / width)) : 32;
}

kl_status kl_vlasov_field(MPI_Comm comm, const kl_vlasov *v, const kl_liouville_grid *grid,
                          double **field, kl_error *err)
{
    picture s = {.grid = grid, .d = v->potential->dimension, .field = field};
    kl_cloud_accuracy a = {picture_degree(grid, s.d), 0, 1e-8, 1e-7, false};
    kl_cloud_accuracy coarse = {24, 0, 1e-6, 1e-6, false};
    bool fine = true;
    KL_TRY(kl_cloud_follow(comm, v, &coarse, look_away, NULL, &fine, err));
    a.reach = 1.02 * coarse.reach;
    KL_TRY(kl_agree(comm, kl_alloc((size_t)grid->np, sizeof *s.bell, "field", &s.bell, err), err));
    kl_status status = fine ? kl_cloud_follow(comm, v, &a, draw, &s, &fine, err) : KL_OK;
    for (int t = 0; t < v->ntimes && !fine; t++)
        for (int i = 0; i < grid->nx * grid->np; i++)
            field[t][i] = NAN;
    free(s.bell);
    return status;
}
