#include "systems/graphs/feynman_moments.h"

/* Products of moments E X^part[0] E X^part[1] ..., which add up to r. */
typedef struct moments {
    int r;
    const double complex *x;
    double complex power[17][17]; /* power[k][i] = x_i^k */
} moments;

/* The parts are of different x, and 1..r turns around. */
static double complex product(const moments *m, int parts, const int *part)
{
    double complex sum = 0;
    for (int turn = 0; turn < m->r; turn++) {
        double complex term = 1;
        for (int j = 0; j < parts; j++)
            term *= m->power[part[j]][(turn + j) % m->r];
        sum += term;
    }
    return sum / m->r;
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* sum_j (-1)^j (r over j) E X^(r-j) (E X)^j */
static double complex central(const moments *m)
{
    double complex sum = 0;
    for (int j = 0; j <= m->r; j++) {
        int part[17] = {m->r - j}, first = j < m->r ? 1 : 0;
        for (int i = 0; i < j; i++)
            part[first + i] = 1;
        sum += (j % 2 ? -1 : 1) * factorial(m->r) / factorial(j) / factorial(m->r - j) *
               product(m, first + j, part);
    }
    return sum;
}

/* Adds the partitions of the set of r whose blocks go on, not growing, from parts 0..n-1, with
 * `left` to share; weight: r! over the factorials of the parts and of how often each comes. */
static double complex cumulant(const moments *m, int n, int *part, int left, int same,
                               double weight)
{
    double complex sum = 0;
    if (left == 0)
        return (n % 2 ? 1 : -1) * factorial(n - 1) * weight * product(m, n, part);
    for (int size = n > 0 && part[n - 1] < left ? part[n - 1] : left; size > 0; size--) {
        const int again = n > 0 && size == part[n - 1] ? same + 1 : 1;
        part[n] = size;
        sum += cumulant(m, n + 1, part, left - size, again, weight / factorial(size) / again);
    }
    return sum;
}

void feynman_moments(int r, const double complex *x, double complex estimate[4])
{
    moments m = {.r = r, .x = x};
    int part[17] = {0}, ones[17];
    for (int i = 0; i < r; i++) {
        m.power[0][i] = 1;
        for (int k = 1; k <= r; k++)
            m.power[k][i] = m.power[k - 1][i] * x[i];
        ones[i] = 1;
    }
    estimate[FEYNMAN_DISCONNECTED] = product(&m, r, ones);
    estimate[FEYNMAN_TWO_CONNECTED] = central(&m);
    estimate[FEYNMAN_CONNECTED] = cumulant(&m, 0, part, r, 0, factorial(r));
    estimate[FEYNMAN_ALL] = product(&m, 1, &r);
}
