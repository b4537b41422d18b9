/* Gauss curvature of the level sets of e(U) = 2 sum_j cos(2 pi U_j) in d = 3, in the angles
 * theta = 2 pi U:
 *
 *   K = sum_j sin^2 theta_j cos theta_k cos theta_l / (sum_j sin^2 theta_j)^2,
 *   int K dA = 2 pi chi   (Gauss and Bonnet):
 *
 * chi = -4 for |E| < 2, where the set is a surface of genus 3, and 2 for 2 < |E| < 6, a sphere.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.23)-(2.24); lecture notes (2011),
 * (5.27)-(5.28). */
#ifndef KL_KINETIC_CURVATURE_H
#define KL_KINETIC_CURVATURE_H

#include "kinlim/status.h"

/* *euler = chi by quadrature, not rounded; *negative: the share of the area where K < 0. |E| < 6.
 * Local. KL_INPUT: no such shell. KL_ENVIRONMENT: no memory. */
kl_status kl_curvature(double energy, double *euler, double *negative, kl_error *err);

#endif
