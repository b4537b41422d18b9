/* Starts on a grid: psi = C sum_i weight_i exp(2 pi i angle_i) h_i exp(i S_i/eps),
 * h_i = (2 pi s_i^2)^(-d/4) exp(-|x - c_i|^2/(4 s_i^2)), of norm 1. */
#ifndef KL_CONTINUUM_WAVE_START_H
#define KL_CONTINUUM_WAVE_START_H

#include "classical/liouville.h"
#include "continuum/box_grid.h"

/* sum |psi|^2 = 1 over the points. Collective. KL_BUG: it vanishes. */
kl_status kl_wave_start(const kl_box_grid *grid, int npackets, const kl_wkb *packet,
                        complex double *psi, kl_error *err);

/* V and |grad V|^2 (NULL: not wanted) on the points of this rank. Local. */
void kl_wave_potential(const kl_box_grid *grid, const kl_smooth *potential, double *v,
                       double *steepness);

#endif
