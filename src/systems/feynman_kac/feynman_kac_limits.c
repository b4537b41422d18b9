/* Limits: free motion, its next order in eta, and random walks whose average over the potential is
 * taken in closed form. None of them knows a matrix. */
#include "systems/feynman_kac/feynman_kac_private.h"

#include <math.h>
#include <stdio.h>

/* I_n(2 b) by its power series, all of whose terms are positive. */
double feynman_kac_image(double b, int64_t distance)
{
    const double n = (double)(distance < 0 ? -distance : distance);
    double term = exp(n * log(b) - lgamma(n + 1)), sum = 0;
    for (int k = 1; term > 1e-18 * sum; k++) {
        sum += term;
        term *= b * b / (k * (k + n));
    }
    return sum;
}

double feynman_kac_axis(double b, int64_t sites, int y)
{
    double sum = feynman_kac_image(b, y);
    for (int m = 1; m <= 64; m++) {
        const double more =
            feynman_kac_image(b, y + m * sites) + feynman_kac_image(b, y - m * sites);
        sum += more;
        if (more < 1e-18 * sum)
            break;
    }
    return sum;
}

static double free_kernel(const feynman_kac *s, int64_t sites, double b, const int y[3])
{
    double product = 1;
    for (int j = 0; j < s->points.dimension; j++)
        product *= feynman_kac_axis(b, sites, y[j]);
    return product;
}

/* E V_x V_z = delta: c = int_0^b (b - u) K_u(0) K_(b-u)(y) du, by Gauss's rule of 4 nodes in each
 * of 32 pieces. */
static double second_order(const feynman_kac *s, int64_t sites, double b, const int y[3])
{
    static const double node[] = {0.3399810435848563, 0.8611363115940526},
                        weight[] = {0.6521451548625461, 0.3478548451374538};
    static const int zero[3] = {0};
    enum { PIECES = 32 };
    double sum = 0;
    for (int i = 0; i < PIECES; i++)
        for (int k = 0; k < 4; k++) {
            const double half = b / PIECES / 2,
                         u = half * (2 * i + 1 + (k % 2 ? 1 : -1) * node[k / 2]);
            sum += half * weight[k / 2] * (b - u) * free_kernel(s, sites, u, zero) *
                   free_kernel(s, sites, b - u, y);
        }
    return sum;
}

static kl_status solve(const feynman_kac *s, int point, bool next, kl_limit_values *out)
{
    const kl_lattice_point *at = &s->points.point[point];
    for (int t = 0; t < s->times.n; t++)
        for (int k = 0; k < s->n; k++) {
            const double b = s->times.value[t];
            double value = free_kernel(s, at->sites, b, s->to[k]);
            if (next)
                value += at->eta * at->eta * second_order(s, at->sites, b, s->to[k]);
            out->value[t * s->n + k] = value;
            out->error[t * s->n + k] = 1e-13 * value;
        }
    return KL_OK;
}

static kl_status solve_free(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                            kl_error *err)
{
    (void)comm, (void)err;
    return solve(self, point, false, out);
}

static kl_status solve_next(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                            kl_error *err)
{
    (void)comm, (void)err;
    return solve(self, point, true, out);
}

static kl_status solve_walks(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err)
{
    const feynman_kac *s = self;
    const kl_lattice_point *at = &s->points.point[point];
    for (int t = 0; t < s->times.n; t++)
        for (int k = 0; k < s->n; k++) {
            const double b = s->times.value[t], free = free_kernel(s, at->sites, b, s->to[k]);
            double value, error;
            KL_TRY(feynman_kac_walks(s, at, b, s->to[k], comm, &value, &error, err));
            out->value[t * s->n + k] = free * value;
            out->error[t * s->n + k] = free * error;
        }
    return KL_OK;
}

static double seconds_of_walks(const void *self, int point)
{
    const feynman_kac *s = self;
    (void)point;
    return 1e-6 * (double)s->walks * s->times.n * s->n *
           (2 + s->times.value[s->times.n - 1] * (double)s->points.dimension);
}

const kl_limit feynman_kac_limits[3] = {
    {.name = "reference", .long_name = "without a potential", .solve = solve_free},
    {.name = "next_order",
     .long_name = "without a potential and the next order in eta",
     .solve = solve_next},
    {.name = "walks",
     .long_name = "average over random walks",
     .solve = solve_walks,
     .seconds = seconds_of_walks}};
