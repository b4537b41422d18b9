/* Kernels and determinants, of N slices and of their limits. */
#include "base/complex.h"
#include "base/memory.h"
#include "classical/paths.h"
#include "continuum/filtered_kernel.h"
#include "systems/trotter/trotter_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STARTS = 2000 };                    /* momenta between which paths are looked for */
static const double near_a_caustic = 1e-4; /* |dx/dp| over the time */

/* The classical paths of an observable; without a cut of the energy the one there is. */
static kl_status find_paths(const trotter *s, int k, double time, kl_paths *out, kl_error *err)
{
    const trotter_observable *o = &s->observable[k];
    const bool cut = s->energy > 0;
    double least = 0, most;
    for (int i = -2000; i <= 2000; i++)
        least =
            fmin(least, kl_smooth_value(&s->potential, (double[3]){o->from[0] + i * 0.005, 0, 0}));
    most = sqrt(2 * (1.3 * fmax(s->energy, 1) - least));
    if (!cut && !s->affine) /* a determinant: paths as fast as the distance asks for, and more */
        most = 4 * (1 + fabs(o->to[0] - o->from[0]) / time);
    return kl_paths_find(&s->potential, time, o->from[0], o->to[0], most, STARTS, s->affine && !cut,
                         out, err);
}

/* Of all paths the one of least action. */
static const kl_path *least_action(const kl_paths *paths)
{
    const kl_path *best = NULL;
    for (int i = 0; i < paths->n; i++)
        if (!best || paths->path[i].action < best->action)
            best = &paths->path[i];
    return best;
}

static complex double gaussian_kernel(const trotter *s, const kl_sliced_path *path, double time,
                                      double hbar, double n)
{
    const double size = sqrt(n / fabs(path->determinant) / (2 * M_PI * hbar * time)),
                 action = s->strang ? path->strang : path->lie,
                 phase = fmod(action / hbar, 2 * M_PI) - M_PI / 4 - M_PI / 2 * (path->negative % 4);
    return CMPLX(size * cos(phase), size * sin(phase));
}

/* By the sliced path: exact for potentials up to quadratic. */
static kl_status by_path(const trotter *s, int k, double time, double hbar, int64_t n,
                         complex double *value, double *error, kl_error *err)
{
    const trotter_observable *o = &s->observable[k];
    kl_sliced_path path;
    kl_paths *paths;
    KL_TRY(kl_alloc(1, sizeof *paths, "paths", &paths, err));
    const kl_status status = find_paths(s, k, time, paths, err);
    const kl_path *from = status == KL_OK ? least_action(paths) : NULL;
    *value = NAN;
    *error = INFINITY;
    if (from && kl_sliced_path_find(&s->potential, time, (int)n, o->from[0], o->to[0],
                                    from->momentum, &path)) {
        *value = o->kind == TROTTER_DETERMINANT ? sqrt((double)n / fabs(path.determinant))
                                                : gaussian_kernel(s, &path, time, hbar, (double)n);
        *error = cabs(*value) * (1e-14 * (double)n + 1e-13 + 1e-15 * fabs(path.lie) / hbar);
    }
    free(paths);
    if (status == KL_OK && !isfinite(creal(*value)))
        return kl_fail(err, KL_INPUT,
                       "observables.%d: no path of %lld slices from %g to %g at T = %g", k,
                       (long long)n, o->from[0], o->to[0], time);
    return status;
}

static kl_status filtered(const trotter *s, int k, double time, double hbar, int64_t n,
                          complex double *value, double *error, kl_error *err)
{
    const trotter_observable *o = &s->observable[k];
    kl_filtered kernel;
    kl_status status = kl_filtered_create(&s->potential, s->energy, hbar, o->from[0], o->to[0],
                                          time, &kernel, err);
    if (status == KL_OK && n > 0)
        kl_filtered_slices(&kernel, time, n, s->strang, o->to[0], value, error);
    else if (status == KL_OK)
        status = kl_filtered_exact(&kernel, time, o->to[0], value, error, err);
    kl_filtered_destroy(&kernel);
    return status;
}

kl_status trotter_slices(const trotter *s, int k, double time, double hbar, int64_t n,
                         complex double *value, double *error, kl_error *err)
{
    if (s->energy > 0 && s->observable[k].kind == TROTTER_KERNEL)
        return filtered(s, k, time, hbar, n, value, error, err);
    return by_path(s, k, time, hbar, n, value, error, err);
}

/* ---- limits ---- */

/* (t/|dx/dp|)^(1/2) of the path of least action. */
static void determinant(const kl_paths *paths, double time, complex double *value, double *error)
{
    const kl_path *path = least_action(paths);
    *value = path ? sqrt(time / fabs(path->slope)) : NAN;
    *error = path ? 1e-12 * creal(*value) * fmax(1, time / fabs(path->slope)) : NAN;
}

/* The sum over all paths; each weighted by f of its energy. */
static void van_vleck(const trotter *s, const kl_paths *paths, double time, double hbar,
                      complex double *value, double *error, char *note)
{
    *value = paths->n > 0 || s->energy > 0 ? 0 : NAN;
    *error = 0;
    for (int i = 0; i < paths->n; i++) {
        const kl_path *path = &paths->path[i];
        const double weight = s->energy > 0 ? kl_energy_cut(path->energy, s->energy) : 1;
        *value += weight * kl_path_term(path, hbar);
        *error += weight * cabs(kl_path_term(path, hbar)) * (1e-12 + 1e-12 / hbar) *
                  fmax(1, time / fabs(path->slope));
        if (fabs(path->slope) < near_a_caustic * time)
            snprintf(note, 256, "at T = %g a path is near a caustic: dx/dp is %.2g", time,
                     path->slope);
    }
    if (paths->more)
        snprintf(note, 256, "at T = %g there are more than %d paths", time, KL_MOST_PATHS);
}

static kl_status limit_of(const trotter *s, int k, double time, double hbar, bool paths_alone,
                          complex double *value, double *error, char *note, kl_error *err)
{
    const bool cut = s->energy > 0 && s->observable[k].kind == TROTTER_KERNEL;
    kl_paths *paths;
    if (cut && !paths_alone)
        return filtered(s, k, time, hbar, 0, value, error, err);
    KL_TRY(kl_alloc(1, sizeof *paths, "paths", &paths, err));
    const kl_status status = find_paths(s, k, time, paths, err);
    if (status == KL_OK && s->observable[k].kind == TROTTER_DETERMINANT)
        determinant(paths, time, value, error);
    else if (status == KL_OK)
        van_vleck(s, paths, time, hbar, value, error, note);
    free(paths);
    return status;
}

static kl_status solve(const trotter *s, int point, bool paths_alone, kl_limit_values *out,
                       kl_error *err)
{
    const double hbar = s->columns[point * TROTTER_COLUMNS + 1];
    for (int t = 0; t < s->times.n; t++)
        for (int q = 0; q < s->nquantities; q++) {
            complex double value = NAN;
            double error = NAN;
            const int at = t * s->nquantities + q;
            if (s->quantity[q].part[0] == 'i' || s->observable[s->of[q]].kind >= TROTTER_STATE)
                continue; /* with its real part; by trotter_states_solve() */
            KL_TRY(limit_of(s, s->of[q], s->times.value[t], hbar, paths_alone, &value, &error,
                            out->note, err));
            out->value[at] = creal(value);
            out->error[at] = error;
            if (s->observable[s->of[q]].kind == TROTTER_KERNEL) {
                out->value[at + 1] = cimag(value);
                out->error[at + 1] = error;
            }
        }
    return KL_OK;
}

static kl_status solve_exact(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err)
{
    const trotter *s = self;
    KL_TRY(kl_agree(comm, solve(self, point, false, out, err), err));
    if (!s->states)
        return KL_OK;
    return kl_agree(comm, trotter_states_solve(s, point / s->slices.n, comm, out, err), err);
}

static kl_status solve_paths(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err)
{
    return kl_agree(comm, solve(self, point, true, out, err), err);
}

double trotter_distance(const void *self, const kl_derived *which, int point, int station,
                        const double *mean)
{
    const trotter *s = self;
    int q = 0;
    while (strcmp(s->quantity[q].observable, which->observable) != 0)
        q++;
    const int k = s->of[q], hbar = point / s->slices.n;
    complex double *sum = &s->sum_of[(hbar * s->times.n + station) * s->n + k];
    const complex double value =
        CMPLX(mean[station * s->nquantities + q], mean[station * s->nquantities + q + 1]);
    double error;
    char note[256];
    if (isnan(creal(*sum)) && limit_of(s, k, s->times.value[station], s->hbar.v[hbar], true, sum,
                                       &error, note, NULL) != KL_OK)
        return NAN;
    return cabs(value - *sum) / cabs(*sum);
}

/* Points of one hbar are one after the other. */
static int first_of_hbar(const void *self, int point)
{
    const trotter *s = self;
    return point / s->slices.n * s->slices.n;
}

const kl_limit trotter_limits[2] = {{.name = "reference",
                                     .long_name = "infinitely many slices",
                                     .solve = solve_exact,
                                     .same_as = first_of_hbar},
                                    {.name = "van_vleck",
                                     .long_name = "sum over classical paths",
                                     .solve = solve_paths,
                                     .same_as = first_of_hbar}};
