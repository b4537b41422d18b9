#include "classical/reach.h"

#include "classical/flow.h"

#include <math.h>
#include <string.h>

enum { MOMENTS = 48 }; /* in time */

double kl_wkb_width(const kl_wkb *packet, double eps)
{
    return packet->coherent ? sqrt(eps / 2) : packet->width;
}

typedef struct search {
    const kl_liouville *l;
    const kl_wkb *packet;
    double width, narrow, deviations, most;
    double x, p;
    kl_flow flow;
} search;

static void follow(search *s, double *z)
{
    const int d = s->l->potential->dimension;
    const double last = s->l->times[s->l->ntimes - 1];
    for (int i = 0; i <= MOMENTS; i++) {
        if (i > 0 && last > 0 && !kl_flow_advance(&s->flow, last / MOMENTS, z)) {
            s->x = INFINITY;
            return;
        }
        bool inside = true;
        for (int j = 0; j < d; j++) {
            s->x = fmax(s->x, fabs(z[j]));
            inside = inside && fabs(z[j]) <= s->most;
        }
        if (!inside)
            return;
        for (int j = 0; j < d; j++)
            s->p = fmax(s->p, fabs(z[d + j]));
    }
}

/* From x with each of p - grad S = 0 and +-narrow sqrt(deviations^2 - |u|^2) along each axis. */
static void follow_from(search *s, const double u[3], double square)
{
    const int d = s->l->potential->dimension;
    const double left = s->narrow * sqrt(fmax(0, s->deviations * s->deviations - square));
    double x[3] = {0}, p[3], z[6];
    for (int j = 0; j < d; j++)
        x[j] = s->packet->center[j] + s->width * u[j];
    kl_wkb_momentum(s->packet, x, p);
    for (int k = 0; k <= 2 * d && isfinite(s->x); k++) {
        memcpy(z, x, (size_t)d * sizeof *z);
        memcpy(z + d, p, (size_t)d * sizeof *z);
        if (k > 0)
            z[d + (k - 1) / 2] += k % 2 ? left : -left;
        follow(s, z);
    }
}

static void follow_packet(search *s)
{
    static const int nodes[] = {0, 81, 13, 7};
    const int d = s->l->potential->dimension, n = nodes[d];
    int all = 1;
    for (int j = 0; j < d; j++)
        all *= n;
    for (int i = 0; i < all && isfinite(s->x); i++) {
        double u[3] = {0}, square = 0;
        for (int j = 0, rest = i; j < d; j++, rest /= n) {
            u[j] = s->deviations * (2.0 * (rest % n) / (n - 1) - 1);
            square += u[j] * u[j];
        }
        if (square <= s->deviations * s->deviations * (1 + 1e-9))
            follow_from(s, u, square);
    }
}

kl_status kl_classical_reach(const kl_liouville *l, double eps, double deviations, double most,
                             double *x, double *p, kl_error *err)
{
    search s = {.l = l, .deviations = deviations, .most = most};
    kl_status status = kl_flow_create(l->potential, KL_FLOW_POINTS, 1e-6, &s.flow, err);
    for (int i = 0; status == KL_OK && i < l->npackets; i++) {
        s.packet = &l->packet[i];
        s.width = kl_wkb_width(s.packet, eps);
        s.narrow = eps / (2 * s.width);
        follow_packet(&s);
    }
    kl_flow_destroy(&s.flow);
    *x = s.x;
    *p = s.p;
    return status;
}
