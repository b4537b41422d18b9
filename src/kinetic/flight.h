/* One point of the shell at the panels' ends u: mode by mode, xi = k/ell,
 *
 *   f(u) = start exp(-(g + 2 pi i xi.v) u) + 2 pi int_0^u exp(-(g + 2 pi i xi.v)(u - s)) m(s) ds
 *
 * which is the forward solution (start = 0, m the mass) and, with -v for v, the adjoint one
 * (start = b(V), m its average). Local. */
#ifndef KL_KINETIC_FLIGHT_H
#define KL_KINETIC_FLIGHT_H

#include "kinetic/mode_grid.h"
#include "kinetic/panels.h"

/* Doubles of the scratch. */
size_t kl_flight_room(const kl_mode_grid *grid);

/* re, im[panels->n + 1][modes]; mass_re, mass_im[npoints][modes], both NULL: none. */
void kl_flight(const kl_mode_grid *grid, const kl_panels *panels, const double velocity[3],
               double rate, double start, const double *mass_re, const double *mass_im, double *re,
               double *im, double *scratch);

#endif
