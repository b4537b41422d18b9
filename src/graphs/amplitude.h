/* Amplitudes of Feynman graphs by contour integrals, for observables J = b(V) of momentum alone.
 *
 *   Amp(pi) = prod_B kappa_|B| eta^(n+m) oint oint dw dz/(2 pi i)^2 exp(it(w-z)) S_pi(w,z)
 *
 * is the part of E<J, W^(n,m)> that the graph pi contributes, exactly and on the finite torus of
 * L^d sites: psi^(n) the n-th order of exp(-itH) psi_0 in eta, H = Delta + eta V, <J, W^(n,m)> =
 * sum_m b_m sum_y conj(psi^(n)(y)) psi^(m)(y + m). S is a sum over sites (graphs/formula.h); the
 * contours are those of graphs/contour.h. Only |psi_0^(k)|^2 counts, as the average is invariant
 * under translations.
 *
 * Accuracy: `tolerance` next to values of order 1, down to about 1e-9, where the contour's exp(2
 * beta) meets rounding. The error reported is the sum of two estimates: of the rule's in z, twice
 * (see graphs/contour.h), and of rounding.
 *
 * Cost: with M nodes, M ~ 18 t in d = 3 at 1e-8, M^2/2 pairs (M^2 if neither b nor the start is
 * symmetric), each with the transforms and products of kl_graphs_estimate(); M where left or right
 * is 0. A graph that does not reduce costs 2 L^d transforms for each pair, or 48 times less where b
 * is symmetric (graphs/tetrahedron.h).
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.16)-(2.17); lecture notes (2011),
 * (5.20)-(5.21). */
#ifndef KL_GRAPHS_AMPLITUDE_H
#define KL_GRAPHS_AMPLITUDE_H

#include "graphs/request.h"

#include <complex.h>

/* amplitude, error: [n][ntimes]. Collective over comm, which shares the nodes; the same bits on any
 * number of ranks. KL_INPUT: a graph of more than four blocks that does not reduce, a parameter out
 * of range. KL_ENVIRONMENT: no memory, FFTW failed. */
kl_status kl_graphs_amplitudes(MPI_Comm comm, const kl_graphs_problem *problem,
                               const kl_graph *graphs, size_t n, double complex *amplitude,
                               double *error, kl_error *err);

/* Local. Errors as above. */
kl_status kl_graphs_estimate(const kl_graphs_problem *problem, const kl_graph *graphs, size_t n,
                             kl_graphs_cost *cost, kl_error *err);

#endif
