/* Kernels below an energy from N slices, in pieces of work. */
#include "systems/trotter/trotter_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In d > 1 all of them have one grid; in d = 1 each has its own, and psi the length of the largest.
 */
static kl_status find_planes(trotter_kernels *r, kl_error *err)
{
    const trotter *s = r->s;
    kl_filter largest = {0};
    kl_box_grid grid;
    for (int k = 0; k < s->n; k++) {
        const kl_filter filter = trotter_filtered(s, k) ? trotter_filter(s, k, r->hbar) : largest;
        if (filter.sites > largest.sites)
            largest = filter;
    }
    if (largest.sites == 0)
        return KL_OK;
    const kl_status status =
        kl_box_grid_create(r->comm, s->dimension, largest.sites, largest.side, r->hbar, &grid, err);
    if (status == KL_OK) {
        r->planes = grid.position.planes;
        r->first = grid.position.first;
        r->count = grid.position.n[0];
        r->size = (size_t)(grid.position.n[1] * grid.position.n[2]);
        r->all = grid.local;
    }
    kl_box_grid_destroy(&grid);
    return status;
}

kl_status trotter_kernels_create(const trotter *s, double hbar, int64_t slices, MPI_Comm comm,
                                 trotter_kernels *out, kl_error *err)
{
    *out = (trotter_kernels){.s = s,
                             .hbar = hbar,
                             .slices = slices,
                             .comm = s->dimension == 1 ? MPI_COMM_SELF : comm,
                             .open = -1};
    KL_TRY(find_planes(out, err));
    return kl_agree(out->comm, kl_alloc(out->all, sizeof *out->psi, "kernel", &out->psi, err), err);
}

static void shut(trotter_kernels *r)
{
    if (r->open >= 0)
        kl_filtered_destroy(&r->kernel);
    r->open = -1;
}

void trotter_kernels_destroy(trotter_kernels *r)
{
    shut(r);
    free(r->psi);
    r->psi = NULL;
}

static kl_status open_kernel(trotter_kernels *r, int k, kl_error *err)
{
    const kl_filter filter = trotter_filter(r->s, k, r->hbar);
    if (r->open == k)
        return KL_OK;
    shut(r);
    r->open = k;
    return kl_filtered_create(&filter, r->comm, &r->kernel, err);
}

/* Some slices of observable k; all of them: its numbers too. */
static kl_status some_slices(trotter_kernels *r, int k, int station, double *value, kl_error *err)
{
    const trotter *s = r->s;
    complex double at_x;
    double error;
    KL_TRY(open_kernel(r, k, err));
    const double most = ceil(fmin(1e8 / kl_box_points(&r->kernel.grid), (double)r->slices / 8)),
                 left = (double)(r->slices - r->now.done);
    KL_TRY(kl_filtered_slices(&r->kernel, s->times.value[station], r->slices, s->strang,
                              (int64_t)fmin(most, left), &r->now.done, err));
    if (r->now.done < r->slices)
        return KL_OK;
    KL_TRY(kl_filtered_value(&r->kernel, s->observable[k].to, &at_x, &error, err));
    value[0] = creal(at_x);
    value[2] = cimag(at_x);
    value[1] = value[3] = error;
    r->now.done = 0;
    r->now.next += 2;
    return KL_OK;
}

kl_status trotter_kernels_go_on(trotter_kernels *r, int station, double *value, bool *reached,
                                kl_error *err)
{
    const trotter *s = r->s;
    while (r->now.next < s->nquantities && !trotter_filtered(s, s->of[r->now.next]))
        r->now.next++;
    *reached = r->now.next == s->nquantities;
    if (*reached) {
        r->now.next = 0;
        return KL_OK;
    }
    return some_slices(r, s->of[r->now.next], station, value + 2 * r->now.next, err);
}

void trotter_kernels_pack(const trotter_kernels *r, int64_t piece, void *bytes)
{
    const size_t here = r->kernel.grid.local, size = r->size < here ? r->size : here;
    if (r->now.done > 0)
        memcpy(bytes, r->kernel.psi + (size_t)piece * r->size, size * sizeof *r->psi);
}

void trotter_kernels_unpack(trotter_kernels *r, int64_t piece, const void *bytes)
{
    memcpy(r->psi + (size_t)piece * r->size, bytes, r->size * sizeof *r->psi);
}

kl_status trotter_kernels_restored(trotter_kernels *r, kl_error *err)
{
    if (r->now.done == 0)
        return KL_OK;
    KL_TRY(open_kernel(r, r->s->of[r->now.next], err));
    memcpy(r->kernel.psi, r->psi, r->kernel.grid.local * sizeof *r->psi);
    return KL_OK;
}
