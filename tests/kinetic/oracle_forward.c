#include "oracle_forward.h"

#include <math.h>
#include <stdlib.h>

enum { ANGLES = 96, ANGLE_POWER = 7, ENERGIES = 54 };

/* One angle of the shell: nodes theta with weights dtheta/pi N_2(E - 2 cos theta). */
typedef struct angles {
    double theta[2 * ANGLES], weight[2 * ANGLES];
} angles;

static void angles_of(double energy, angles *a)
{
    double x[ANGLES], w[ANGLES], e = fabs(energy);
    double corner[4] = {0, e < 2 ? acos(e / 2) : 0, e > 2 ? acos((e - 4) / 2) : M_PI};
    oracle_gauss(ANGLES, 0, 1, x, w);
    for (int piece = 0; piece < 2; piece++)
        for (int i = 0; i < ANGLES; i++) {
            double begin = corner[piece], length = corner[piece + 1] - begin;
            double t = pow(x[i], ANGLE_POWER), at = piece ? begin + length * t : length * (1 - t);
            double density = length > 0 ? density2(e - 2 + 4 * pow(sin(at / 2), 2)) : 0;
            a->theta[piece * ANGLES + i] = energy < 0 ? M_PI - at : at;
            a->weight[piece * ANGLES + i] =
                w[i] * length * ANGLE_POWER * pow(x[i], ANGLE_POWER - 1) * density / M_PI;
        }
}

/* int dU delta(e - E) exp(2 pi i mode U_1 - 2 pi i q v_1) */
static double axis_shell(const angles *a, int mode, double q)
{
    double sum = 0;
    for (int i = 0; i < 2 * ANGLES; i++)
        sum += a->weight[i] * cos(mode * a->theta[i] + 4 * M_PI * q * sin(a->theta[i]));
    return sum;
}

/* M_j(s) at q = xi tau. */
static double complex start_axis(double p, double hessian, double width, double xi, double q,
                                 double s, int mode)
{
    double amplitude = 2 * hypot(s, 2 * M_PI * q), phi = atan2(2 * M_PI * q, s);
    int most = (int)amplitude + 30;
    double complex sum = 0, unit[4] = {1, I, -1, -I};
    for (int n = 0; n <= most; n++) {
        double size = jn(n, amplitude);
        for (int sign = n ? -1 : 1; sign <= 1; sign += 2) {
            int k = sign * n;
            double off = xi - hessian * (k + mode);
            double bessel = sign < 0 && n % 2 ? -size : size;
            sum += unit[k & 3] * bessel * exp(-2 * pow(M_PI * width * off, 2)) *
                   cexp(I * (2 * M_PI * (k + mode) * p - k * phi));
        }
    }
    return sum;
}

/* What depends on tau in rho: M at all s, for one tau. */
typedef struct transform {
    int n;
    double step;
    double complex *m; /* [2n + 1] */
} transform;

static transform transform_of(const double p[3], const double hessian[3], double width, double xi,
                              double tau, int mode)
{
    double variance = 0;
    for (int j = 0; j < 3; j++)
        variance += pow(4 * M_PI * sin(2 * M_PI * p[j]) * hessian[j] * width, 2);
    transform t = {.step = 2 * M_PI / 13}; /* the band is 12 wide */
    t.n = (int)ceil(8 / sqrt(variance) / t.step);
    t.m = calloc((size_t)(2 * t.n + 1), sizeof *t.m);
    for (int i = -t.n; i <= t.n; i++) {
        double complex product =
            start_axis(p[0], hessian[0], width, xi, xi * tau, i * t.step, mode);
        for (int j = 1; j < 3; j++)
            product *= start_axis(p[j], hessian[j], width, 0, 0, i * t.step, 0);
        t.m[i + t.n] = product;
    }
    return t;
}

static double complex rho(const transform *t, double energy)
{
    double complex sum = 0;
    for (int i = -t->n; i <= t->n; i++)
        sum += t->m[i + t->n] * cexp(-I * (i * t->step * energy));
    return sum * t->step / (2 * M_PI);
}

/* 2 pi int_0^T ds m_E(s) exp(-rate (T-s)) S(mode, xi (T-s)); `mass` holds the first term of m_E at
 * the Chebyshev points t, on return m_E. */
static double complex scattered(const angles *a, double rate, double xi, double time, int mode,
                                const double *t, double complex *mass)
{
    double kernel[NODES], x[NODES], w[NODES];
    double complex sum = 0;
    for (int i = 0; i < NODES; i++)
        kernel[i] = 2 * M_PI * exp(-rate * t[i]) * axis_shell(a, 0, xi * t[i]);
    volterra(t, kernel, mass);
    oracle_gauss(NODES, 0, time, x, w);
    for (int g = 0; g < NODES; g++)
        sum += 2 * M_PI * w[g] * value_at(t, mass, x[g]) * exp(-rate * (time - x[g])) *
               axis_shell(a, mode, xi * (time - x[g]));
    return sum;
}

/* Energies and weights, cut at -2 and 2 and graded to the cuts by sin^2. */
static int energies_of(double *energy, double *weight)
{
    double x[ENERGIES], w[ENERGIES];
    int count = 0;
    oracle_gauss(ENERGIES, 0, M_PI, x, w);
    for (int piece = -1; piece <= 1; piece++)
        for (int i = 0; i < ENERGIES; i++, count++) {
            energy[count] = 4 * piece - 2 * cos(x[i]);
            weight[count] = 2 * sin(x[i]) * w[i];
        }
    return count;
}

double complex oracle_forward(const double p[3], const double hessian[3], double width, double xi,
                              double time, int mode)
{
    double energy[3 * ENERGIES], weight[3 * ENERGIES], t[NODES];
    double complex mass[NODES], sum = 0;
    transform source[NODES], end = transform_of(p, hessian, width, xi, time, mode);
    chebyshev(time, t);
    for (int i = 0; i < NODES; i++)
        source[i] = transform_of(p, hessian, width, xi, t[i], 0);
    int count = energies_of(energy, weight);
    for (int e = 0; e < count; e++) {
        angles a;
        angles_of(energy[e], &a);
        double rate = 2 * M_PI * axis_shell(&a, 0, 0);
        for (int i = 0; i < NODES; i++)
            mass[i] = exp(-rate * t[i]) * rho(&source[i], energy[e]);
        if (cabs(mass[0]) < 1e-13)
            continue;
        sum += weight[e] * (exp(-rate * time) * rho(&end, energy[e]) +
                            scattered(&a, rate, xi, time, mode, t, mass));
    }
    free(end.m);
    for (int i = 0; i < NODES; i++)
        free(source[i].m);
    return sum;
}

double complex oracle_site(double xi, double time, int mode)
{
    double energy[3 * ENERGIES], weight[3 * ENERGIES], t[NODES];
    double complex mass[NODES], sum = 0;
    int count = energies_of(energy, weight);
    chebyshev(time, t);
    for (int e = 0; e < count; e++) {
        angles a;
        angles_of(energy[e], &a);
        double rate = 2 * M_PI * axis_shell(&a, 0, 0);
        for (int i = 0; i < NODES; i++)
            mass[i] = exp(-rate * t[i]) * axis_shell(&a, 0, xi * t[i]);
        sum += weight[e] * (exp(-rate * time) * axis_shell(&a, mode, xi * time) +
                            scattered(&a, rate, xi, time, mode, t, mass));
    }
    return sum;
}
