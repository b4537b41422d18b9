/* F and J do not depend on X. With q = exp(-g T), T <= T', <.> the average over the shell,
 *
 *   C ell^d = exp(-g (T'-T)) 2 [ a (q M_1 - q^2 M_0) + c (M_2 - 2 q M_1 + q^2 M_0) ],
 *   M_k = int_0^T du (2u + T' - T) exp(-k g u),
 *   a = <(b - b(p)) (b' - b'(p))>,   c = <b b'> - <b><b'>.
 */
#include "kinetic/plane_fluctuations.h"

#include "base/memory.h"
#include "kinetic/masses.h"

#include <math.h>
#include <stdlib.h>

enum { RESOLUTION = 32, LADDER = 5 };
static const double ROUNDING = 1e-13;

typedef struct averages {
    double rate;
    double *beam; /* [nq]: b(p) */
    double *mean; /* [nq] */
    double *both; /* [nq][nq]: <(b - b(p)) (b' - b'(p))> */
} averages;

static kl_real_symbol symbol_of(const kl_fluctuation_problem *p, int q)
{
    return (kl_real_symbol){&p->kinetic->observables[p->quantity[q].observable],
                            p->quantity[q].imaginary};
}

static double energy_of(const kl_kinetic_problem *k, double angle[3])
{
    double energy = 0;
    for (int j = 0; j < k->dimension; j++) {
        angle[j] = 2 * M_PI * k->momentum[j];
        energy += 2 * cos(angle[j]);
    }
    return energy;
}

/* The angles of image i of a point. */
static void angles_of(const kl_shell *shell, int point, int image, double angle[3])
{
    for (int j = 0; j < shell->dimension; j++)
        angle[j] =
            (image >> j & 1 ? -1 : 1) * atan2(shell->sine[j][point], shell->cosine[j][point]);
}

static void add_point(const kl_fluctuation_problem *p, const double angle[3], double weight,
                      const averages *a, double *b)
{
    const int n = p->nquantities;
    for (int i = 0; i < n; i++) {
        const kl_real_symbol symbol = symbol_of(p, i);
        b[i] = kl_real_symbol_at(&symbol, p->kinetic->dimension, angle) - a->beam[i];
        a->mean[i] += weight * b[i];
    }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            a->both[i * n + j] += weight * b[i] * b[j];
}

/* b: scratch [nq]. mean is of b - b(p). */
static kl_status average(const kl_fluctuation_problem *p, int resolution, averages *a, double *b,
                         kl_error *err)
{
    kl_shell shell;
    double angle[3];
    const double energy = energy_of(p->kinetic, angle);
    const int n = p->nquantities;
    KL_TRY(kl_shell_create(p->kinetic->dimension, energy, resolution, &shell, err));
    a->rate = kl_masses_rate(&shell);
    for (int i = 0; i < n; i++) {
        const kl_real_symbol symbol = symbol_of(p, i);
        a->beam[i] = kl_real_symbol_at(&symbol, shell.dimension, angle);
        a->mean[i] = 0;
    }
    for (int i = 0; i < n * n; i++)
        a->both[i] = 0;
    for (int node = 0; node < shell.npoints; node++)
        for (int image = 0; image < 1 << shell.dimension; image++) {
            angles_of(&shell, node, image, angle);
            add_point(p, angle, 2 * M_PI * ldexp(shell.weight[node], -shell.dimension) / a->rate, a,
                      b);
        }
    kl_shell_destroy(&shell);
    return KL_OK;
}

/* M_k */
static double integral(double k, double late, double time)
{
    if (k == 0)
        return time * time + late * time;
    const double q = exp(-k * time);
    return 2 * (1 - q * (1 + k * time)) / (k * k) + late * (1 - q) / k;
}

static double constant(const kl_fluctuation_problem *p, const averages *a, int t, int i, int u,
                       int j)
{
    const double *times = p->kinetic->times;
    const double T = fmin(times[t], times[u]), late = fabs(times[t] - times[u]), g = a->rate;
    const double q = exp(-g * T), m0 = integral(0, late, T), m1 = integral(g, late, T);
    const double m2 = integral(2 * g, late, T), both = a->both[i * p->nquantities + j];
    return 2 * exp(-g * late) *
           (both * (q * m1 - q * q * m0) +
            (both - a->mean[i] * a->mean[j]) * (m2 - 2 * q * m1 + q * q * m0)) /
           pow(p->kinetic->ell, p->kinetic->dimension);
}

/* Fills the values; the error is the change, and rounding. Returns the largest relative change. */
static double fill(const kl_fluctuation_problem *p, const averages *a, double *value, double *error)
{
    const int nt = p->kinetic->ntimes, nq = p->nquantities;
    double largest = 0;
    for (int t = 0; t < nt; t++)
        for (int i = 0; i < nq; i++)
            for (int u = 0; u < nt; u++)
                for (int j = 0; j < nq; j++) {
                    const size_t at = kl_fluctuation_at(p, t, i, u, j);
                    if (!p->covariance && (t != u || i != j))
                        continue;
                    const double next = constant(p, a, t, i, u, j);
                    error[at] = fabs(next - value[at]) + ROUNDING * fabs(next);
                    value[at] = next;
                    if (t == u && i == j && next > 0)
                        largest = fmax(largest, error[at] / next);
                }
    return largest;
}

static kl_status allocate(const kl_fluctuation_problem *p, averages *a, double **scratch,
                          kl_error *err)
{
    const size_t n = (size_t)p->nquantities;
    KL_TRY(kl_alloc(n * n + 3 * n, sizeof **scratch, "fluctuations", scratch, err));
    a->beam = *scratch + n;
    a->mean = a->beam + n;
    a->both = a->mean + n;
    return KL_OK;
}

kl_status kl_plane_fluctuations(const kl_fluctuation_problem *problem, double *value, double *error,
                                kl_error *err)
{
    averages a;
    double *scratch;
    KL_TRY(allocate(problem, &a, &scratch, err));
    kl_status status = KL_OK;
    double change = INFINITY;
    for (int step = 0; status == KL_OK && step < LADDER && change > 1e-11; step++) {
        status = average(problem, RESOLUTION << step, &a, scratch, err);
        if (status == KL_OK)
            change = fill(problem, &a, value, error);
    }
    free(scratch);
    return status;
}

kl_status kl_is_function_of_energy(const kl_fluctuation_problem *problem, int quantity,
                                   bool *result, kl_error *err)
{
    averages a;
    double *scratch;
    const kl_real_symbol symbol = symbol_of(problem, quantity);
    KL_TRY(allocate(problem, &a, &scratch, err));
    kl_status status = average(problem, RESOLUTION, &a, scratch, err);
    if (status == KL_OK) {
        const double spread = sqrt(a.both[quantity * (problem->nquantities + 1)]);
        *result = symbol.of->position == KL_KINETIC_POSITION_UNIFORM &&
                  spread < 1e-10 * (1 + fabs(a.beam[quantity]));
    }
    free(scratch);
    return status;
}
