/* The Thomas-Fermi droplet of the trap x^2/2, and Gauss rules in it:
 *
 *   f_0 = (2 pi)^-d on |x - a|^2 + |p|^2 < 2 E_F, E_F = (d!)^(1/d); int f_0 = 1.
 *
 * In actions and angles x_j - a_j = sqrt(2 I_j) cos phi_j, p_j = -sqrt(2 I_j) sin phi_j f_0 is
 * constant on the simplex sum I_j < E_F, and a polynomial of z becomes one of I after a mean over
 * the angles: Gauss-Legendre rules in I along the edges of the simplex, equal angles.
 *
 * Where the flow is radial, a point is its image under a rotation of an ellipse of the trap,
 * x = (A cos phi, B sin phi), p = (-A sin phi, B cos phi), E = (A^2 + B^2)/2, c = A B/E in [0, 1]:
 * f_0 dz becomes d E^(d-1) dE/E_F^d, dphi/pi and dc (d = 2) or 2 c dc (d = 3), since
 * (x^2 - p^2)/2 + i x.p = sqrt(1 - c^2) E exp(-2 i phi). Local.
 *
 * T. Chen, lecture notes on semiclassical scaling limits (2011), (6.1)-(6.4). */
#ifndef KL_CLASSICAL_THOMAS_FERMI_H
#define KL_CLASSICAL_THOMAS_FERMI_H

#include "classical/phase_symmetry.h"

#include <stdint.h>

double kl_fermi_energy(int dimension); /* E_F */

typedef struct kl_thomas_fermi {
    kl_phase_symmetry symmetry; /* nodes are up to it */
    double displacement[3];     /* a */
    int actions, shapes;        /* nodes in each action; of E and c where radial */
    int angles[3];
    int64_t n;             /* nodes in all */
    double *node, *weight; /* on [0, 1]; owned */
    double *shape, *share; /* of c; owned */
} kl_thomas_fermi;

/* Exact for polynomials of z - a of that degree. KL_ENVIRONMENT: no memory. Free with destroy, on
 * failure too. */
kl_status kl_thomas_fermi_create(const kl_phase_symmetry *symmetry, const double displacement[3],
                                 int degree, kl_thomas_fermi *out, kl_error *err);
void kl_thomas_fermi_destroy(kl_thomas_fermi *rule);

/* Nodes of a rule of that degree. */
double kl_thomas_fermi_nodes(const kl_phase_symmetry *symmetry, int degree);

/* Node i: its weight; z[2 d]. */
double kl_thomas_fermi_node(const kl_thomas_fermi *rule, int64_t i, double *z);

#endif
