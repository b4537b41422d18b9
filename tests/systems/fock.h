/* Fermions on a ring of a few sites as matrices on the whole Fock space, from the definitions: the
 * oracle of the gases, which shares no code with them. */
#ifndef KL_TESTS_SYSTEMS_FOCK_H
#define KL_TESTS_SYSTEMS_FOCK_H

#include <complex.h>
#include <lapacke.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { FOCK_SITES = 6, FOCK = 1 << FOCK_SITES, FOCK_SIZE = FOCK * FOCK };
static const double fock_pi = 3.14159265358979323846;

typedef double complex fock_matrix[FOCK_SIZE];

static inline void fock_times(const double complex *a, const double complex *b, double complex *c)
{
    memset(c, 0, sizeof(fock_matrix));
    for (int i = 0; i < FOCK; i++)
        for (int k = 0; k < FOCK; k++)
            for (int j = 0; a[i * FOCK + k] != 0 && j < FOCK; j++)
                c[i * FOCK + j] += a[i * FOCK + k] * b[k * FOCK + j];
}

static inline void fock_add(double complex factor, const double complex *a, double complex *sum)
{
    for (int i = 0; i < FOCK_SIZE; i++)
        sum[i] += factor * a[i];
}

/* a_x in the basis of occupations, bit x of the number of a state: Jordan and Wigner. */
static inline void fock_annihilate(int x, double complex *a)
{
    memset(a, 0, sizeof(fock_matrix));
    for (int state = 0; state < FOCK; state++)
        if (state >> x & 1) {
            const int before = __builtin_popcount((unsigned)(state & ((1 << x) - 1)));
            a[(state ^ 1 << x) * FOCK + state] = before % 2 ? -1 : 1;
        }
}

static inline void fock_adjoint(const double complex *a, double complex *out)
{
    for (int i = 0; i < FOCK; i++)
        for (int j = 0; j < FOCK; j++)
            out[j * FOCK + i] = conj(a[i * FOCK + j]);
}

/* a+_x a_y */
static inline void fock_hop(int x, int y, double complex *out)
{
    static fock_matrix a, b, adjoint;
    fock_annihilate(x, a);
    fock_adjoint(a, adjoint);
    fock_annihilate(y, b);
    fock_times(adjoint, b, out);
}

/* The quasifree state of occupation J[q] of the momenta q/L: prod_q (J n_q + (1-J)(1-n_q)),
 * n_q = L^-1 sum_xy exp(2 pi i q (x-y)/L) a+_x a_y. */
static inline void fock_quasifree(const double *J, double complex *rho)
{
    static fock_matrix n, hop, next;
    memset(rho, 0, sizeof(fock_matrix));
    for (int i = 0; i < FOCK; i++)
        rho[i * FOCK + i] = 1;
    for (int q = 0; q < FOCK_SITES; q++) {
        memset(n, 0, sizeof n);
        for (int x = 0; x < FOCK_SITES; x++)
            for (int y = 0; y < FOCK_SITES; y++) {
                fock_hop(x, y, hop);
                fock_add(cexp(2 * fock_pi * I * q * (x - y) / FOCK_SITES) / FOCK_SITES, hop, n);
            }
        for (int i = 0; i < FOCK_SIZE; i++)
            n[i] *= 2 * J[q] - 1;
        for (int i = 0; i < FOCK; i++)
            n[i * FOCK + i] += 1 - J[q];
        fock_times(rho, n, next);
        memcpy(rho, next, sizeof next);
    }
}

/* sum_xy h[x][y] a+_x a_y */
static inline void fock_second_quantised(double complex h[FOCK_SITES][FOCK_SITES],
                                         double complex *out)
{
    static fock_matrix hop;
    memset(out, 0, sizeof(fock_matrix));
    for (int x = 0; x < FOCK_SITES; x++)
        for (int y = 0; y < FOCK_SITES; y++) {
            if (h[x][y] == 0)
                continue;
            fock_hop(x, y, hop);
            fock_add(h[x][y], hop, out);
        }
}

/* rho -> exp(-itH) rho exp(itH), H Hermitian. */
static inline void fock_evolve(const double complex *H, double t, double complex *rho)
{
    static fock_matrix v, u, adjoint, left;
    double e[FOCK];
    memcpy(v, H, sizeof v);
    LAPACKE_zheev(LAPACK_ROW_MAJOR, 'V', 'U', FOCK, v, FOCK, e);
    memset(u, 0, sizeof u);
    for (int i = 0; i < FOCK; i++)
        for (int j = 0; j < FOCK; j++)
            for (int k = 0; k < FOCK; k++)
                u[i * FOCK + j] += v[i * FOCK + k] * cexp(-I * t * e[k]) * conj(v[j * FOCK + k]);
    fock_adjoint(u, adjoint);
    fock_times(u, rho, left);
    fock_times(left, adjoint, rho);
}

/* tr rho A */
static inline double complex fock_expect(const double complex *rho, const double complex *a)
{
    double complex sum = 0;
    for (int i = 0; i < FOCK; i++)
        for (int j = 0; j < FOCK; j++)
            sum += rho[i * FOCK + j] * a[j * FOCK + i];
    return sum;
}

/* a+_{x_1} ... a+_{x_r} a_{x_r} ... a_{x_1} */
static inline void fock_product(int r, const int *x, double complex *out)
{
    static fock_matrix a, adjoint, next;
    memset(out, 0, sizeof(fock_matrix));
    for (int i = 0; i < FOCK; i++)
        out[i * FOCK + i] = 1;
    for (int i = r - 1; i >= 0; i--) {
        fock_annihilate(x[i], a);
        fock_adjoint(a, adjoint);
        fock_times(adjoint, out, next);
        fock_times(next, a, out);
    }
}

#endif
