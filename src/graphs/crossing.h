/* The crossing integral of three resolvents,
 *
 *   I(u) = int dp dq 1/(|e(p) - E_1 - i eps| |e(q) - E_2 - i eps| |e(u - p - q) - E_3 - i eps|)
 *        = sum_x r_1(x) r_2(x) r_3(x) exp(-2 pi i u.x),
 *   r_i(x) = int dp exp(2 pi i p.x)/|e(p) - E_i - i eps|,   e(p) = 2 sum_j cos(2 pi p_j),
 *
 * int dp = L^-d sum_p: what bounds a crossing graph (T. Chen, J. Stat. Phys. 120 (2005) 279; L.
 * Erdos, M. Salmhofer, math-ph/0604039; J. Lukkarinen, math-ph/0604049). The plain bound is r_1(0)
 * r_2(0)/eps; the gain is the part of it that I takes.
 *
 * Method. All functions are even in each axis and symmetric in the axes, so they live on the
 * (L/2+1)^d points of type I cosine transforms (FFTW, slabs over the ranks). r of -E is
 * (-1)^(x_1+..+x_d) r of E; the triples are taken in the order that lets them share r. Accuracy:
 * rounding on the torus; next to infinite L, 4e-5 at eps L = 16 and 4e-6 at 20.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.18)-(2.22); lecture notes (2011),
 * (5.22)-(5.26). */
#ifndef KL_GRAPHS_CROSSING_H
#define KL_GRAPHS_CROSSING_H

#include "kinlim/status.h"

typedef struct kl_crossing_problem {
    int dimension, sites; /* d = 1..3; L even */
    double eps;
    int ntriples;
    const double (*energy)[3]; /* [ntriples] */
    int nmomenta;
    const double (
        *momentum)[3]; /* [nmomenta] of u, in cycles; off the dual lattice by the same sum */
} kl_crossing_problem;

typedef struct kl_crossing {
    double sup;       /* of I over u in (1/L) Z^d */
    double argmax[3]; /* where: 0 <= u_1 <= u_2 <= u_3 <= 1/2, the first of those within 1e-12 */
    double norm[3];   /* r_i(0) */
    double gain;      /* sup eps/(r_1(0) r_2(0)) */
} kl_crossing;

/* crossing: [ntriples], at: [ntriples][nmomenta], I there. Collective over comm, whose ranks hold
 * slabs of the arrays; the same bits on any number of ranks. KL_INPUT: a parameter out of
 * range. KL_ENVIRONMENT: no memory, FFTW failed. */
kl_status kl_crossing_solve(MPI_Comm comm, const kl_crossing_problem *problem,
                            kl_crossing *crossing, double *at, kl_error *err);

/* Bytes of each of `ranks` ranks, FFTW's buffers included. Local. */
double kl_crossing_bytes(const kl_crossing_problem *problem, int ranks);

#endif
