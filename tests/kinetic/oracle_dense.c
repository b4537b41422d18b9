/* See oracle_dense.h: Runge-Kutta of order 4 on 1 + 96 points (d = 2) or 1 + 14 x 28. */
#include "kinetic/oracle_dense.h"

#include "kinetic/oracle_volterra.h"

#include <math.h>

enum { POINTS2 = 96, ZONES = 14, MOST = 1 + ZONES * 2 * ZONES, STEPS = 160 };

typedef struct dense {
    int d, n; /* point 0 is the beam */
    double theta[MOST][3], weight[MOST], gain[MOST][MOST], loss[MOST], frequency[MOST];
} dense;

/* Adds the point of the shell in one direction, whose share of the sphere (d = 2: circle) is given:
 * dU delta(e(U) - E) = (2 pi)^-d r^(d-1) dr dn delta(...). */
static void add_direction(dense *s, double energy, const double direction[3], double share)
{
    double r = 0.5;
    for (int round = 0; round < 60; round++) {
        double value = -energy, slope = 0;
        for (int j = 0; j < s->d; j++) {
            value += 2 * cos(r * direction[j]);
            slope -= 2 * direction[j] * sin(r * direction[j]);
        }
        r -= value / slope;
    }
    double slope = 0;
    for (int j = 0; j < s->d; j++) {
        s->theta[s->n][j] = r * direction[j];
        slope += 2 * direction[j] * sin(r * direction[j]);
    }
    s->weight[s->n++] = share * pow(r, s->d - 1) / (pow(2 * M_PI, s->d) * slope);
}

static void fill_shell(dense *s, double energy)
{
    double z[ZONES], share[ZONES];
    if (s->d == 2) {
        for (int i = 0; i < POINTS2; i++) {
            double angle = 2 * M_PI * (i + 0.3) / POINTS2;
            add_direction(s, energy, (double[3]){cos(angle), sin(angle)}, 2 * M_PI / POINTS2);
        }
        return;
    }
    oracle_gauss(ZONES, -1, 1, z, share);
    for (int i = 0; i < ZONES; i++)
        for (int k = 0; k < 2 * ZONES; k++) {
            double angle = M_PI * (k + 0.3) / ZONES, rho = sqrt(1 - z[i] * z[i]);
            add_direction(s, energy, (double[3]){rho * cos(angle), rho * sin(angle), z[i]},
                          share[i] * M_PI / ZONES);
        }
}

static double spectrum(int d, const double a[3], const double b[3], int reach, const double *c)
{
    double product = 1;
    for (int j = 0; j < d; j++) {
        double axis = 1;
        for (int n = 1; n <= reach; n++)
            axis += 2 * c[n] * cos(n * (a[j] - b[j]));
        product *= axis;
    }
    return product;
}

static void fill_rates(dense *s, const double xi[3], int reach, const double *c)
{
    for (int i = 0; i < s->n; i++) {
        s->loss[i] = s->frequency[i] = 0;
        for (int k = 0; k < s->n; k++) {
            double kernel = 2 * M_PI * spectrum(s->d, s->theta[i], s->theta[k], reach, c);
            s->gain[i][k] = i == 0 ? 0 : kernel * (k == 0 ? 1 : s->weight[k]);
            s->loss[i] += k == 0 ? 0 : kernel * s->weight[k];
        }
        for (int j = 0; j < s->d; j++)
            s->frequency[i] += -4 * M_PI * xi[j] * sin(s->theta[i][j]);
    }
}

static void slope_of(const dense *s, const double complex *f, double complex *out)
{
    for (int i = 0; i < s->n; i++) {
        double re = 0, im = 0;
        for (int k = 0; k < s->n; k++) {
            re += s->gain[i][k] * creal(f[k]);
            im += s->gain[i][k] * cimag(f[k]);
        }
        out[i] = re + I * im - (s->loss[i] + I * s->frequency[i]) * f[i];
    }
}

/* One step of f by h. */
static void step(const dense *s, double h, double complex *f)
{
    static double complex k[4][MOST], at[MOST];
    static const double share[4] = {0, 0.5, 0.5, 1};
    for (int stage = 0; stage < 4; stage++) {
        for (int i = 0; i < s->n; i++)
            at[i] = f[i] + (stage ? h * share[stage] * k[stage - 1][i] : 0);
        slope_of(s, at, k[stage]);
    }
    for (int i = 0; i < s->n; i++)
        f[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

double complex oracle_directed(int d, const double p[3], const double xi[3], double time,
                               const int m[3], int reach, const double *c)
{
    static dense s;
    static double complex f[MOST];
    double energy = 0;
    double complex sum = 0;
    s.d = d;
    s.n = 1;
    for (int j = 0; j < d; j++) {
        s.theta[0][j] = 2 * M_PI * p[j];
        energy += 2 * cos(s.theta[0][j]);
    }
    fill_shell(&s, energy);
    fill_rates(&s, xi, reach, c);
    for (int i = 0; i < s.n; i++)
        f[i] = i == 0;
    for (int i = 0; i < STEPS; i++)
        step(&s, time / STEPS, f);
    for (int i = 0; i < s.n; i++) {
        double phase = 0;
        for (int j = 0; j < d; j++)
            phase += m[j] * s.theta[i][j];
        sum += (i == 0 ? 1 : s.weight[i]) * cexp(I * phase) * f[i];
    }
    return sum;
}
