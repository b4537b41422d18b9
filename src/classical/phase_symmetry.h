/* Symmetries of a flow and of its start that save nodes, and means over them.
 *
 * mirror[j]: (x_j, p_j) -> -(x_j, p_j). radial (d = 2, 3): x and p turned together, by all of O(d).
 * They are found by values at fixed points. Local. */
#ifndef KL_CLASSICAL_PHASE_SYMMETRY_H
#define KL_CLASSICAL_PHASE_SYMMETRY_H

#include "classical/window.h"

typedef struct kl_phase_symmetry {
    int dimension;
    bool radial;
    bool mirror[3]; /* all where radial */
} kl_phase_symmetry;

/* Of functions with these two for potential and interaction, and a start that is symmetric around
 * x = displacement, p = 0. */
kl_phase_symmetry kl_phase_symmetry_find(const kl_smooth *potential, const kl_smooth *interaction,
                                         const double displacement[3]);

/* Has J it too? Then it is its own mean; not of indicators. `potential` is that of the energy. */
bool kl_phase_symmetry_has(const kl_phase_symmetry *s, const kl_phase_observable *o,
                           const kl_smooth *potential);

/* The mean of J over all images of z, J not the energy. Radial: by a rule of `turns` angles around
 * an axis; z lies in the plane of the first two axes. */
double kl_phase_symmetry_mean(const kl_phase_symmetry *s, const kl_phase_observable *o, int turns,
                              const double *z);

/* The R whose images (R x, R p) these are, one after another, with their shares: of a point and
 * whatever goes with it, in d = 3 up to the reflection that leaves its plane in place. */
void kl_phase_symmetry_turns(const kl_phase_symmetry *s, int turns,
                             void (*visit)(void *context, const double r[3][3], double share),
                             void *context);

/* The images of z one after another: calls visit with their shares. */
void kl_phase_symmetry_images(const kl_phase_symmetry *s, int turns, const double *z,
                              void (*visit)(void *context, const double *z, double share),
                              void *context);

/* The mean of x^power over the images of x; of waves cos(a.x) and sin(a.x) (not radial). */
double kl_phase_symmetry_power(const kl_phase_symmetry *s, const int power[3], const double x[3]);
void kl_phase_symmetry_wave(const kl_phase_symmetry *s, const double a[3], const double x[3],
                            double *cosine, double *sine);

#endif
