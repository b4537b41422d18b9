/* The site sums of many graphs as one list of terms and numbers, each written down once.
 *
 * Method. With R(z) = (z - Delta)^-1, psi^(m) = eta^m oint dz/(2 pi i) exp(-itz) R (V R)^m psi_0
 * and conj(psi^(n)) likewise in w with exp(+itw). For a start of which only |psi_0^(k)|^2 counts
 * and J = b(V), translations make the graph a closed chain: vertex v to v + 1 by the free
 * resolvent,
 *
 *   r_w(x), v < n;   r_z(x), v > n;   J edge, v = n:   L^-d sum_p b(p) exp(2 pi i
 * p.x)/((w-e_p)(z-e_p)), start edge, from vertex n + m back to 1:   L^-d sum_p |psi_0^(p)|^2 exp(2
 * pi i p.x)/((w-e_p)(z-e_p)),
 *
 * x the site of the edge's first vertex minus that of its second. Both last kinds are differences,
 * 1/((w-e)(z-e)) = [1/(w-e) - 1/(z-e)]/(z-w). A block puts its vertices on one site; the amplitude
 * sums over the sites of all blocks but one. Edges from a site to itself are their value at x = 0,
 * parallel edges multiply in x, a site with two neighbours is a convolution, one with a single
 * neighbour a plain sum. What cannot be so reduced with at most five blocks and edges of four is
 * the complete graph of four sites (kl_tetrahedron_sum()).
 *
 * With all vertices on one line (n = 0) the start edge is L^-d sum_p |psi_0^(p)|^2 b(p) exp(it e_p)
 * exp(2 pi i p.x)/(z-e_p)^2 and z is the only variable. If the start lies on one energy shell, the
 * denominators of the start edge are a common factor, left to the caller; if it is one plane wave,
 * its phase can be led around over any third site, which reduces half of the complete graphs.
 *
 * All functions are local.
 */
#ifndef KL_GRAPHS_FORMULA_H
#define KL_GRAPHS_FORMULA_H

#include "graphs/graph.h"
#include "graphs/terms.h"

typedef struct kl_formula_options {
    bool one_line;    /* left = 0 */
    bool shell;       /* the start lies on one energy shell */
    bool plane;       /* it is one plane wave, on a torus without even axes */
    bool even;        /* all axes are even: nothing is ever reversed */
    bool tetrahedron; /* keep what does not reduce */
} kl_formula_options;

/* Graphs of one left and right, of at most 12 vertices. KL_ENVIRONMENT: no memory. KL_BUG: more
 * terms than there should be. */
kl_status kl_formula_create(const kl_graph *graphs, size_t n, kl_formula_options options,
                            kl_formula *out, kl_error *err);
void kl_formula_destroy(kl_formula *formula);

#endif
