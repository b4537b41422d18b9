/* Classical paths from y to x in time t, d = 1, 2, 3, and van Vleck's sum over them:
 *
 *   K(t,x,y) = sum_paths (2 pi i hbar)^(-d/2) |det dx/dp|^(-1/2) exp(i S/hbar - i pi nu/2),
 *
 * p the momentum at y, S = int (|x'|^2/2 - V) dt, nu Maslov's index: how often det dx/dp is 0 on
 * the way, by the rank that is lost (M. Gutzwiller, J. Math. Phys. 8 (1967) 1979); T. Chen,
 * Semiclassical scaling limits of quantum dynamics, 2011, (3.31) with its phases. Exact for
 * potentials up to quadratic.
 *
 * nu is Morse's index, the number of negative eigenvalues of the second variation of the action of
 * paths that are classical in each of 128 pieces: its blocks D_k = B_k^-1 X_(k+1) X_k^-1, X_k =
 * dx_k/dp, B_k = dx_(k+1)/dp_k. No piece may be as long as a focal time. Local. */
#ifndef KL_CLASSICAL_PATHS_H
#define KL_CLASSICAL_PATHS_H

#include "base/complex.h"
#include "classical/smooth.h"

#include <stdbool.h>

enum { KL_MOST_PATHS = 256 };

typedef struct kl_path {
    double momentum[3], energy, action; /* at y; S */
    double slope;                       /* det dx/dp */
    int maslov;
} kl_path;

typedef struct kl_paths {
    int n;
    int lost;  /* places where one should be, but was not found: two that are about to meet */
    bool more; /* than KL_MOST_PATHS */
    kl_path path[KL_MOST_PATHS];
} kl_paths;

typedef struct kl_path_ends {
    double t, from[3], to[3]; /* t > 0; y, x */
} kl_path_ends;

/* All with |p| <= most: momenta on a lattice of `starts` steps an axis are followed, and where the
 * image of a simplex of neighbours holds x, Newton's steps go on from there. Two paths that share
 * a simplex may be missed. starts = 0, for V at most quadratic: the one path there is.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_paths_find(const kl_smooth *potential, const kl_path_ends *ends, double most,
                        int starts, kl_paths *out, kl_error *err);

/* Its term of the sum in d dimensions, without a weight. */
complex double kl_path_term(const kl_path *path, int d, double hbar);

/* f(e) = exp(-(e/E)^16): 1 well below E, 0 well above. */
double kl_energy_cut(double energy, double E);

#endif
