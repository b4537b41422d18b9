/* Free motion of the starts of a study, which are products over the axes. */
#include "systems/localization/localization_private.h"

#include "base/memory.h"
#include "dynamics/free.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int localization_axes(const localization *l)
{
    return l->one_site ? 1 : (int)l->points.dimension;
}

void localization_first_site(const localization *l, int point, int64_t site[3])
{
    const kl_lattice_point *p = &l->points.point[point];
    for (int j = 0; j < 3; j++) {
        const int64_t x = llround(l->packets.packet[0].center[j] / p->unit);
        site[j] = (x % p->sites + p->sites) % p->sites;
    }
}

/* out[i] = sum over y of ring[start + i - y] factor[y] */
static void convolve(int64_t sites, int64_t start, const double complex *ring,
                     const double complex *factor, double complex *out)
{
    for (int64_t i = 0; i < sites; i++) {
        double complex sum = 0;
        for (int64_t y = 0; y < sites; y++)
            sum += ring[(start + i - y + sites) % sites] * factor[y];
        out[i] = sum;
    }
}

static kl_status packet_motion(const localization *l, int point, const int64_t start[3],
                               double complex *work, double complex *out, kl_error *err)
{
    const kl_lattice_point *p = &l->points.point[point];
    const kl_initial packet = kl_packets_at(&l->packets, 0, p->unit);
    const int d = (int)l->points.dimension;
    double complex *ring = work, *factor = work + p->sites;
    for (int j = 0; j < d; j++) {
        KL_TRY(kl_initial_axis(&packet, d, p->sites, j, factor, err));
        for (int i = 0; i < l->times.n; i++) {
            KL_TRY(kl_free_ring(p->sites, l->times.value[i] / p->unit, ring, err));
            convolve(p->sites, start[j], ring, factor, out + (i * d + j) * p->sites);
        }
    }
    return KL_OK;
}

kl_status localization_free_motion(const localization *l, int point, const int64_t start[3],
                                   double complex *out, kl_error *err)
{
    const kl_lattice_point *p = &l->points.point[point];
    double complex *work;
    for (int i = 0; l->one_site && i < l->times.n; i++)
        KL_TRY(kl_free_ring(p->sites, l->times.value[i] / p->unit, out + i * p->sites, err));
    if (l->one_site)
        return KL_OK;
    KL_TRY(kl_alloc(2 * (size_t)p->sites, sizeof *work, "free motion", &work, err));
    const kl_status status = packet_motion(l, point, start, work, out, err);
    free(work);
    return status;
}
