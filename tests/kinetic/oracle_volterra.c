#include "oracle_volterra.h"

#include <math.h>
#include <stdlib.h>

enum { NODES = 48 };

void oracle_gauss(int n, double a, double b, double *x, double *w)
{
    for (int i = 0; i < n; i++) {
        double z = cos(M_PI * (i + 0.75) / (n + 0.5)), slope = 1;
        for (int iteration = 0; iteration < 100; iteration++) {
            double p = 1, before = 0;
            for (int k = 1; k <= n; k++) {
                double next = ((2 * k - 1) * z * p - (k - 1) * before) / k;
                before = p;
                p = next;
            }
            slope = n * (z * p - before) / (z * z - 1);
            double change = p / slope;
            z -= change;
            if (fabs(change) < 1e-16)
                break;
        }
        x[i] = 0.5 * (a + b) - 0.5 * (b - a) * z;
        w[i] = (b - a) / ((1 - z * z) * slope * slope);
    }
}

static double bessel(int n, double x)
{
    return n == 0 ? j0(x) : n == 1 ? j1(x) : jn(n, x);
}

/* i^m J_m(A) exp(i m phi), also for negative m. */
static double complex axis_factor(int m, double s, double q)
{
    double y = 2 * M_PI * q, amplitude = 2 * hypot(s, y);
    double complex turn = m ? cpow(I, m) * cexp(I * m * atan2(y, s)) : 1;
    int sign = m < 0 && m % 2 ? -1 : 1;
    return turn * sign * bessel(abs(m), amplitude);
}

double oracle_shell(int d, double energy, const int m[3], const double q[3])
{
    double distance = 100;
    for (int e = -2 * d; e <= 2 * d; e += 4)
        distance = fmin(distance, fabs(energy - e));
    /* Window erfc((s - 6 c)/c)/2: its transform is exp(-c^2 distance^2/4) small. */
    double c = 11.5 / fmin(distance, 1), step = 2 * M_PI / (4 * d + 7);
    long n = (long)(12 * c / step);
    double sum = 0;
    for (long i = 0; i <= n; i++) {
        double s = i * step, window = 0.5 * erfc((s - 6 * c) / c);
        double complex f = cexp(-I * s * energy);
        for (int j = 0; j < d; j++)
            f *= axis_factor(m[j], s, q[j]);
        sum += (i ? 1 : 0.5) * window * creal(f);
    }
    return sum * step / M_PI;
}

double oracle_density(int d, double energy)
{
    return oracle_shell(d, energy, (int[3]){0}, (double[3]){0});
}

static double density2(double energy)
{
    double a = 1, b = fabs(energy) / 4;
    if (b > 1 + 1e-12 || b == 0) /* 4 to rounding is the edge, not beyond */
        return 0;
    for (int i = 0; i < 40; i++) {
        double mean = 0.5 * (a + b);
        b = sqrt(a * b);
        a = mean;
    }
    return 1 / (4 * M_PI * a);
}

double oracle_density_convolution(double energy)
{
    enum { N = 160, POWER = 7 };
    double x[N], w[N], sum = 0, e = fabs(energy);
    double corner[4] = {0, e < 2 ? acos(e / 2) : 0, e > 2 ? acos((e - 4) / 2) : M_PI};
    oracle_gauss(N, 0, 1, x, w);
    for (int piece = 0; piece < 2; piece++) {
        double a = corner[piece], length = corner[piece + 1] - a;
        for (int i = 0; i < N && length > 0; i++) {
            double t = pow(x[i], POWER); /* clusters at the singular end, acos(e/2) or 0 */
            double angle = piece ? a + length * t : length * (1 - t);
            sum += w[i] * length * POWER * pow(x[i], POWER - 1) *
                   density2(e - 2 + 4 * pow(sin(angle / 2), 2)) / M_PI;
        }
    }
    return sum;
}

/* Barycentric weights of interpolation from Chebyshev points on [0, T] to t. */
static void interpolation(const double *x, double t, double *row)
{
    double total = 0;
    for (int j = 0; j < NODES; j++) {
        if (t == x[j]) {
            for (int i = 0; i < NODES; i++)
                row[i] = i == j;
            return;
        }
        double half = j == 0 || j == NODES - 1 ? 0.5 : 1;
        row[j] = half * (j % 2 ? -1 : 1) / (t - x[j]);
        total += row[j];
    }
    for (int j = 0; j < NODES; j++)
        row[j] /= total;
}

static void solve(double complex a[NODES][NODES], double complex *b)
{
    for (int k = 0; k < NODES; k++) {
        int best = k;
        for (int i = k; i < NODES; i++)
            if (cabs(a[i][k]) > cabs(a[best][k]))
                best = i;
        for (int j = 0; j < NODES; j++) {
            double complex swap = a[k][j];
            a[k][j] = a[best][j];
            a[best][j] = swap;
        }
        double complex swap = b[k];
        b[k] = b[best];
        b[best] = swap;
        for (int i = k + 1; i < NODES; i++) {
            double complex factor = a[i][k] / a[k][k];
            for (int j = k; j < NODES; j++)
                a[i][j] -= factor * a[k][j];
            b[i] -= factor * b[k];
        }
    }
    for (int k = NODES - 1; k >= 0; k--) {
        for (int j = k + 1; j < NODES; j++)
            b[k] -= a[k][j] * b[j];
        b[k] /= a[k][k];
    }
}

/* The value at time x of what is known at the Chebyshev points t. */
static double complex value_at(const double *t, const double complex *value, double x)
{
    double row[NODES];
    double complex sum = 0;
    interpolation(t, x, row);
    for (int j = 0; j < NODES; j++)
        sum += row[j] * value[j];
    return sum;
}

/* Chebyshev points of [0, time]. */
static void chebyshev(double time, double *t)
{
    for (int i = 0; i < NODES; i++)
        t[i] = 0.5 * time * (1 - cos(M_PI * i / (NODES - 1)));
}

/* mass = u on entry, at the points t, and m(T) = u(T) + int_0^T K(T-s) m(s) ds on return. */
static void volterra(const double *t, const double *kernel, double complex *mass)
{
    static double complex matrix[NODES][NODES];
    double x[NODES], w[NODES], here[NODES], there[NODES];
    for (int i = 0; i < NODES; i++) {
        for (int j = 0; j < NODES; j++)
            matrix[i][j] = i == j;
        oracle_gauss(NODES, 0, t[i], x, w);
        for (int g = 0; g < NODES && t[i] > 0; g++) {
            double k = 0;
            interpolation(t, t[i] - x[g], here);
            interpolation(t, x[g], there);
            for (int j = 0; j < NODES; j++)
                k += kernel[j] * here[j];
            for (int j = 0; j < NODES; j++)
                matrix[i][j] -= w[g] * k * there[j];
        }
    }
    solve(matrix, mass);
}

double complex oracle_mode(int d, const double p[3], const double xi[3], double time,
                           const int m[3])
{
    double energy = 0, frequency = 0, phase = 0;
    double t[NODES], kernel[NODES], x[NODES], w[NODES];
    double complex mass[NODES], sum;
    for (int j = 0; j < d; j++) {
        energy += 2 * cos(2 * M_PI * p[j]);
        frequency -= 2 * xi[j] * sin(2 * M_PI * p[j]);
        phase += 2 * M_PI * m[j] * p[j];
    }
    double rate = 2 * M_PI * oracle_density(d, energy);
    sum = cexp(-(rate + 2 * M_PI * I * frequency) * time + I * phase);
    if (time == 0)
        return sum;
    chebyshev(time, t);
    for (int i = 0; i < NODES; i++) {
        double q[3] = {xi[0] * t[i], xi[1] * t[i], xi[2] * t[i]};
        kernel[i] = 2 * M_PI * exp(-rate * t[i]) * oracle_shell(d, energy, (int[3]){0}, q);
        mass[i] = cexp(-(rate + 2 * M_PI * I * frequency) * t[i]);
    }
    volterra(t, kernel, mass);
    oracle_gauss(NODES, 0, time, x, w);
    for (int g = 0; g < NODES; g++) {
        double free = time - x[g], q[3] = {xi[0] * free, xi[1] * free, xi[2] * free};
        sum += 2 * M_PI * w[g] * value_at(t, mass, x[g]) * exp(-rate * free) *
               oracle_shell(d, energy, m, q);
    }
    return sum;
}
