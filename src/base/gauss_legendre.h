/* Gauss-Legendre rules, by Newton's iteration for the nodes. Local. */
#ifndef KL_BASE_GAUSS_LEGENDRE_H
#define KL_BASE_GAUSS_LEGENDRE_H

/* Nodes and weights of the n-point rule on [0, 1], increasing. */
void kl_gauss_legendre(int n, double *node, double *weight);

#endif
