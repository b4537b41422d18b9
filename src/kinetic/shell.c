/* Quadrature on the energy shell, exponentially convergent at every energy.
 *
 * d = 2: on cos a + cos b = c the measure dU delta(e - E) is dt/(8 pi^2), t the
 * time of the flow da/dt = sin b, db/dt = -sin a. With k' = c/2, k^2 = 1 - k'^2
 * that flow is elliptic,
 *   cos a = k' - k^2 sn cn/dn,   sin a = k cn + k k' sn/dn,   b: sn -> -sn,
 * of period 4 K(k), and a trapezoid rule in t converges exponentially.
 * N(E) = K(k)/(2 pi^2) follows.
 *
 * d = 3: dU_1 times the curve at c = E/2 - cos theta_1. The only singularities
 * in theta_1 are logarithmic, at c = 0 (|E| < 2), or ends, at c = 2 (|E| > 2): a
 * double-exponential rule (tanh(pi/2 sinh t)) on each arc between them.
 * Van Hove energies only make an arc empty. E < 0 follows from theta -> pi - theta.
 */
#include "kinetic/shell.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

enum { LANDEN = 16 };

static const double NODE_RANGE = 3.0; /* |t| of the outer rule: weights down to 2e-14 */

/* The curve cos a + cos b = c, prepared for sncn(). */
typedef struct curve {
    double k, kp, quarter; /* quarter = K(k) */
    double a[LANDEN], c[LANDEN];
    int levels;
} curve;

/* A node of the outer rule: theta_1, c = E/2 - cos theta_1, weight in theta_1. */
typedef struct node {
    double theta, c, weight;
} node;

static curve curve_of(double c)
{
    double kp = fmin(0.5 * fabs(c), 1); /* 1: the curve has shrunk to a point */
    curve e = {.kp = kp, .k = sqrt((1 - kp) * (1 + kp))};
    double a = 1, b = kp;
    e.a[0] = a;
    e.c[0] = e.k;
    while (e.levels + 1 < LANDEN && fabs(a - b) > 1e-16 * a) {
        double next = 0.5 * (a + b);
        e.levels++;
        e.c[e.levels] = 0.5 * (a - b);
        b = sqrt(a * b);
        a = e.a[e.levels] = next;
    }
    e.quarter = M_PI_2 / a;
    return e;
}

/* sn and cn at time t by descending Landen steps. */
static void sncn(const curve *e, double t, double *sn, double *cn)
{
    double phi = ldexp(e->a[e->levels] * t, e->levels);
    for (int i = e->levels; i > 0; i--)
        phi = 0.5 * (phi + asin(e->c[i] / e->a[i] * sin(phi)));
    *sn = sin(phi);
    *cn = cos(phi);
}

/* One arc of half length `arc` around a regular middle; its end is `end`, where
 * c = 0, and `side` tells whether the arc lies below (-1) or above (+1) it. */
static int arc_nodes(double end, double arc, int side, int n, node *out)
{
    int count = (int)ceil(NODE_RANGE * n * (0.3 + 1.6 * arc / M_PI) / 4);
    double h = NODE_RANGE / count;
    if (arc <= 0)
        return 0;
    for (int i = 0; out && i < count; i++) {
        double t = (i + 0.5) * h, u = M_PI_2 * sinh(t);
        double distance = side * arc / (exp(u) * cosh(u));
        out[i].theta = end + distance;
        out[i].c = 2 * sin(end + 0.5 * distance) * sin(0.5 * distance);
        out[i].weight = arc * h * M_PI_2 * cosh(t) / (cosh(u) * cosh(u));
    }
    return count;
}

/* |E| >= 2: theta_1 from 0, where c is smallest, to the end where c = 2. */
static int cap_nodes(double energy, int n, node *out)
{
    double end = 2 * atan2(sqrt(6 - energy), sqrt(energy - 2)); /* cos end = E/2 - 2 */
    int count = (int)ceil(2 * NODE_RANGE * n * (0.5 + 0.5 * end / M_PI) / 4);
    double h = 2 * NODE_RANGE / count;
    for (int i = 0; out && i < count; i++) {
        double t = (i + 0.5) * h - NODE_RANGE, u = M_PI_2 * sinh(t);
        double theta = end / (1 + exp(-2 * u)), s = sin(0.5 * theta);
        out[i].theta = theta;
        out[i].c = 0.5 * (energy - 2) + 2 * s * s;
        out[i].weight = 0.5 * end * h * M_PI_2 * cosh(t) / (cosh(u) * cosh(u));
    }
    return count;
}

/* Outer nodes on 0 < theta_1 < pi for E >= 0; out may be NULL to count them. */
static int outer_nodes(double energy, int n, node *out)
{
    if (energy >= 2)
        return cap_nodes(energy, n, out);
    double end = 2 * atan2(sqrt(2 - energy), sqrt(2 + energy)); /* cos end = E/2 */
    int below = arc_nodes(end, end, -1, n, out);
    return below + arc_nodes(end, M_PI - end, 1, n, out ? out + below : NULL);
}

/* Points on a quarter of the curve: fewer where the outer weight is small. */
static int curve_points(double quarter, double weight, int n)
{
    double share = 1 + log(fmin(0.25 * n * weight, 1)) / 36;
    return (int)ceil(0.18 * n * fmax(share, 0.25) * quarter / M_PI_2);
}

/* Writes `count` points of the curve cos a + cos b = c, a on axis `axis`, b on
 * the next, from index `at`; their weights add up to `scale` times dU delta. */
static void fill_curve(kl_shell *shell, int at, int axis, double c, const curve *e, int count,
                       double scale)
{
    double sign = c < 0 ? -1 : 1, k2 = e->k * e->k;
    for (int i = 0; i < count; i++) {
        double sn, cn;
        sncn(e, e->quarter * ((i + 0.5) / count - 0.5), &sn, &cn);
        double dn = sqrt(e->kp * e->kp + k2 * cn * cn);
        shell->cosine[axis][at + i] = sign * (e->kp - k2 * sn * cn / dn);
        shell->cosine[axis + 1][at + i] = sign * (e->kp + k2 * sn * cn / dn);
        shell->sine[axis][at + i] = fmax(e->k * (cn + e->kp * sn / dn), 0);
        shell->sine[axis + 1][at + i] = fmax(e->k * (cn - e->kp * sn / dn), 0);
        shell->weight[at + i] = scale * e->quarter / (2 * M_PI * M_PI * count);
    }
}

static kl_status allocate(kl_shell *shell, kl_error *err)
{
    size_t n = (size_t)shell->npoints;
    for (int j = 0; j < shell->dimension; j++) {
        KL_TRY(kl_alloc(n, sizeof(double), "energy shell", &shell->cosine[j], err));
        KL_TRY(kl_alloc(n, sizeof(double), "energy shell", &shell->sine[j], err));
    }
    return kl_alloc(n, sizeof(double), "energy shell", &shell->weight, err);
}

static kl_status create2(double energy, int n, kl_shell *shell, kl_error *err)
{
    curve e = curve_of(energy / 2);
    shell->npoints = (int)ceil(0.5 * n * e.quarter);
    KL_TRY(allocate(shell, err));
    fill_curve(shell, 0, 0, energy / 2, &e, shell->npoints, 1);
    return KL_OK;
}

static kl_status create3(double energy, int n, kl_shell *shell, kl_error *err)
{
    double sign = energy < 0 ? -1 : 1;
    int nodes = outer_nodes(fabs(energy), n, NULL), at = 0;
    node *outer;
    KL_TRY(kl_alloc((size_t)nodes, sizeof *outer, "energy shell", &outer, err));
    outer_nodes(fabs(energy), n, outer);
    for (int i = 0; i < nodes; i++)
        shell->npoints += curve_points(curve_of(outer[i].c).quarter, outer[i].weight, n);
    kl_status status = allocate(shell, err);
    for (int i = 0; status == KL_OK && i < nodes; i++) {
        curve e = curve_of(outer[i].c);
        int count = curve_points(e.quarter, outer[i].weight, n);
        fill_curve(shell, at, 1, sign * outer[i].c, &e, count, outer[i].weight / M_PI);
        for (int p = at; p < at + count; p++) {
            shell->cosine[0][p] = sign * cos(outer[i].theta);
            shell->sine[0][p] = sin(outer[i].theta);
        }
        at += count;
    }
    free(outer);
    return status;
}

kl_status kl_shell_create(int dimension, double energy, int n, kl_shell *shell, kl_error *err)
{
    *shell = (kl_shell){.dimension = dimension, .energy = energy};
    if (dimension != 2 && dimension != 3)
        return kl_fail(err, KL_INPUT, "energy shell: dimension %d: must be 2 or 3", dimension);
    if (n < 8)
        return kl_fail(err, KL_BUG, "energy shell: resolution %d: must be at least 8", n);
    if (!(fabs(energy) < 2 * dimension) || (dimension == 2 && energy == 0))
        return kl_fail(err, KL_INPUT, "energy shell: there is none at E = %.17g in dimension %d",
                       energy, dimension);
    kl_status status =
        dimension == 2 ? create2(energy, n, shell, err) : create3(energy, n, shell, err);
    if (status != KL_OK)
        kl_shell_destroy(shell);
    return status;
}

void kl_shell_destroy(kl_shell *shell)
{
    for (int j = 0; j < 3; j++) {
        free(shell->cosine[j]);
        free(shell->sine[j]);
    }
    free(shell->weight);
    *shell = (kl_shell){0};
}

static double density3(double energy)
{
    enum { RESOLUTION = 96, NODES = 256 };
    node outer[NODES]; /* 3/4 * 96 * 2.2 or fewer, rounded up */
    int nodes = outer_nodes(energy, RESOLUTION, outer);
    double sum = 0;
    for (int i = 0; i < nodes; i++)
        sum += outer[i].weight * curve_of(outer[i].c).quarter;
    return sum / (2 * M_PI * M_PI * M_PI);
}

double kl_shell_density_of_states(int dimension, double energy)
{
    double e = fabs(energy);
    if (e > 2 * dimension)
        return 0;
    if (dimension == 1)
        return 1 / (M_PI * sqrt((2 - e) * (2 + e)));
    if (dimension == 2)
        return e > 0 ? curve_of(e / 2).quarter / (2 * M_PI * M_PI) : INFINITY;
    return density3(e);
}
