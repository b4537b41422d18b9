/* Classical paths from y to x in time t, in d = 1, and van Vleck's sum over them:
 *
 *   K(t,x,y) = sum_paths (2 pi i hbar)^(-1/2) |dx/dp|^(-1/2) exp(i S/hbar - i pi nu/2),
 *
 * p the momentum at y, S = int (x'^2/2 - V) dt, nu the number of zeros of dx/dp on the way
 * (Maslov's index); T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, (3.31) with
 * its phases. Exact for potentials up to quadratic.
 *
 * And the path of N time slices, x_(k+1) = 2 x_k - x_(k-1) - dt^2 V'(x_k), whose second variation
 * is the tridiagonal matrix M of 2 - dt^2 V''(x_k) and -1. Local. */
#ifndef KL_CLASSICAL_PATHS_H
#define KL_CLASSICAL_PATHS_H

#include "base/complex.h"
#include "classical/smooth.h"

#include <stdbool.h>

enum { KL_MOST_PATHS = 256 };

typedef struct kl_path {
    double momentum, energy, action; /* at y; S */
    double slope;                    /* dx/dp */
    int maslov;
} kl_path;

typedef struct kl_paths {
    int n;
    bool more;                   /* than KL_MOST_PATHS */
    kl_path path[KL_MOST_PATHS]; /* by momentum */
} kl_paths;

/* All with |p| <= most, looked for between `starts` momenta; t > 0. With `affine`, V at most
 * quadratic, the one path there is. KL_ENVIRONMENT: no memory. */
kl_status kl_paths_find(const kl_smooth *potential, double t, double y, double x, double most,
                        int starts, bool affine, kl_paths *out, kl_error *err);

/* Its term of the sum, without a weight. */
complex double kl_path_term(const kl_path *path, double hbar);

/* f(e) = exp(-(e/E)^16): 1 well below E, 0 well above. */
double kl_energy_cut(double energy, double E);

typedef struct kl_sliced_path {
    double determinant; /* of M */
    int negative;       /* its negative eigenvalues */
    double lie, strang; /* actions: potential at the start of each slice; half at both ends */
} kl_sliced_path;

/* The path of n slices that is found by Newton's steps from a path with that momentum. False: none
 * is. */
bool kl_sliced_path_find(const kl_smooth *potential, double t, int n, double y, double x,
                         double momentum, kl_sliced_path *out);

#endif
