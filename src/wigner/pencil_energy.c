#include "wigner/pencil_energy.h"

#include "base/lanes.h"
#include "base/memory.h"
#include "lattice/pencil_parts.h"

#include <stdlib.h>

enum { PIECES = 128 }; /* of the planes, so that ranks across need not wait for each other's all */

typedef struct work {
    const kl_state *psi;
    const float *omega;
    const kl_pencils *pencils;
    double *density, *field; /* [sites] */
    double *plane;           /* [rows]: what is summed, of each plane of axis 0 */
    double *lane;            /* of each row of a piece; d = 2: of each site */
} work;

/* |psi|^2 and omega of `sites` sites from the given one of the pencil. */
static void load(const work *w, int64_t at)
{
    const kl_state *psi = w->psi;
    const int64_t n = w->pencils->sites;
    kl_state_load(psi->precision, psi->re, at, n, w->density);
    kl_state_load(psi->precision, psi->im, at, n, w->field);
    for (int64_t i = 0; i < n; i++) {
        w->density[i] = w->density[i] * w->density[i] + w->field[i] * w->field[i];
        w->field[i] = (double)w->omega[at + i];
    }
}

/* Rows of `planes` planes of axis 1 from y on: their sums go on from the rank before this one, and
 * on the last one they are complete. */
static void add_piece(const work *w, int64_t y, int64_t planes)
{
    const kl_pencils *p = w->pencils;
    const int numbers = (int)(planes * p->rows * KL_LANES), last = p->grid.parts[1] - 1;
    for (int i = 0; i < numbers; i++)
        w->lane[i] = 0;
    if (p->at[1] > 0)
        MPI_Recv(w->lane, numbers, MPI_DOUBLE, p->at[1] - 1, 0, p->across, MPI_STATUS_IGNORE);
    for (int64_t r = 0; r < planes * p->rows; r++) {
        load(w, (y * p->rows + r) * p->sites);
        kl_row_add(p->sites, kl_pencils_start(p, 1), w->density, w->field, w->lane + r * KL_LANES);
    }
    if (p->at[1] < last)
        MPI_Send(w->lane, numbers, MPI_DOUBLE, p->at[1] + 1, 0, p->across);
    for (int64_t r = 0; r < planes * p->rows; r++)
        w->plane[r % p->rows] += kl_lanes_sum(w->lane + r * KL_LANES);
}

static void add_rows(const work *w)
{
    const int64_t L = w->pencils->lattice->sites, pieces = L < PIECES ? L : PIECES;
    for (int64_t k = 0; k < pieces; k++)
        add_piece(w, L * k / pieces, L * (k + 1) / pieces - L * k / pieces);
}

/* d = 2: rows go along axis 1, as the planes of the pencil. */
static void add_sites(const work *w)
{
    const int64_t L = w->pencils->lattice->sites, n = w->pencils->sites;
    for (int64_t y = 0; y < L; y++) {
        load(w, y * n);
        for (int64_t z = 0; z < n; z++)
            w->lane[z * KL_LANES + y % KL_LANES] += w->density[z] * w->field[z];
    }
    for (int64_t z = 0; z < n; z++)
        w->plane[z] += kl_lanes_sum(w->lane + z * KL_LANES);
}

kl_status kl_pencil_energy(const kl_state *psi, const float *omega, double *value, kl_error *err)
{
    const kl_pencils *p = psi->lattice->pencils;
    const bool flat = psi->lattice->dimension == 2;
    const size_t sites = (size_t)p->sites, planes = (size_t)(flat ? p->sites : p->rows);
    const size_t rows = flat ? sites : (size_t)(psi->lattice->sites / PIECES + 1) * planes;
    work w = {.psi = psi, .omega = omega, .pencils = p};
    kl_status status = kl_alloc(2 * sites, sizeof *w.density, "row buffers", &w.density, err);
    if (status == KL_OK)
        status = kl_alloc(rows * KL_LANES, sizeof *w.lane, "row buffers", &w.lane, err);
    if (status == KL_OK)
        status = kl_alloc(planes, sizeof *w.plane, "plane sums", &w.plane, err);
    KL_GOTO(kl_agree(psi->lattice->comm, status, err));
    w.field = w.density + sites;
    if (p->rows > 0 && flat)
        add_sites(&w);
    else if (p->rows > 0)
        add_rows(&w);
    KL_GOTO(kl_pencils_sum(p, w.plane, value, err));
done:
    free(w.density);
    free(w.lane);
    free(w.plane);
    return status;
}
