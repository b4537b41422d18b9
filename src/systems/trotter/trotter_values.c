/* Kernels and determinants, of N slices and of their limits. */
#include "base/complex.h"
#include "base/memory.h"
#include "classical/sliced_path.h"
#include "continuum/filtered_kernel.h"
#include "systems/trotter/trotter_private.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int starts[] = {0, 2000, 160, 32}; /* momenta an axis, between which paths are found */
static const double near_a_caustic = 1e-4;      /* |det dx/dp| over time^d */

/* ---- classical paths ---- */

static double distance(const trotter_observable *o)
{
    double square = 0;
    for (int j = 0; j < 3; j++)
        square += (o->to[j] - o->from[j]) * (o->to[j] - o->from[j]);
    return sqrt(square);
}

/* The classical paths of observable k at a station, without a cut of the energy the one there is:
 * looked for once, for they do not know hbar. Local. */
static kl_status find_paths(const trotter *s, int k, int station, const kl_paths **out,
                            kl_error *err)
{
    const trotter_observable *o = &s->observable[k];
    kl_paths **known = &s->paths[station * s->n + k];
    const double time = s->times.value[station],
                 above = 1.26 * s->energy - kl_smooth_value(&s->potential, o->from);
    const bool cut = s->energy > 0 && o->kind == TROTTER_KERNEL;
    /* Of a determinant: paths as fast as the distance asks for, and more. */
    const double most = cut ? sqrt(2 * fmax(above, 0)) : 4 * (1 + distance(o) / time);
    kl_path_ends ends = {.t = time};
    memcpy(ends.from, o->from, sizeof ends.from);
    memcpy(ends.to, o->to, sizeof ends.to);
    *out = *known;
    if (*known)
        return KL_OK;
    kl_paths *found;
    KL_TRY(kl_alloc(1, sizeof *found, "paths", &found, err));
    const kl_status status = kl_paths_find(
        &s->potential, &ends, most, s->affine && !cut ? 0 : starts[s->dimension], found, err);
    if (status == KL_OK)
        *out = *known = found;
    else
        free(found);
    return status;
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

/* ---- N slices ---- */

static complex double gaussian_kernel(const trotter *s, const kl_sliced_path *path, double time,
                                      double hbar, double n)
{
    const double volume = pow(n, s->dimension) / fabs(path->determinant),
                 size = sqrt(volume) * pow(2 * M_PI * hbar * time, -s->dimension / 2.),
                 action = s->strang ? path->strang : path->lie,
                 phase = fmod(action / hbar, 2 * M_PI) - s->dimension * M_PI / 4 -
                         M_PI / 2 * (path->negative % 4);
    return CMPLX(size * cos(phase), size * sin(phase));
}

kl_status trotter_by_path(const trotter *s, int k, int station, double hbar, int64_t n,
                          complex double *value, double *error, kl_error *err)
{
    const trotter_observable *o = &s->observable[k];
    const double time = s->times.value[station];
    const kl_paths *paths;
    kl_path_ends ends = {.t = time};
    kl_sliced_path path;
    memcpy(ends.from, o->from, sizeof ends.from);
    memcpy(ends.to, o->to, sizeof ends.to);
    KL_TRY(find_paths(s, k, station, &paths, err));
    const kl_path *from = least_action(paths);
    if (!from || !kl_sliced_path_find(&s->potential, &ends, (int)n, from->momentum, &path))
        return kl_fail(err, KL_INPUT,
                       "observables.%d: no path of %lld slices from one end to the other at T = %g",
                       k, (long long)n, time);
    *value = o->kind == TROTTER_DETERMINANT
                 ? sqrt(pow((double)n, s->dimension) / fabs(path.determinant))
                 : gaussian_kernel(s, &path, time, hbar, (double)n);
    *error = cabs(*value) * (1e-14 * (double)n + 1e-13 + 1e-15 * fabs(path.lie) / hbar);
    return KL_OK;
}

kl_filter trotter_filter(const trotter *s, int k, double hbar)
{
    const trotter_observable *o = &s->observable[k];
    kl_filter filter = {.potential = &s->potential,
                        .E = s->energy,
                        .hbar = hbar,
                        .side = s->dimension == 1 ? 0 : s->side};
    memcpy(filter.from, o->from, sizeof filter.from);
    kl_filter_size(&filter, o->to, s->times.value[s->times.n - 1]);
    return filter;
}

bool trotter_filtered(const trotter *s, int k)
{
    return s->energy > 0 && s->observable[k].kind == TROTTER_KERNEL;
}

static kl_status exact_kernel(const trotter *s, int k, double time, double hbar, MPI_Comm comm,
                              complex double *value, double *error, kl_error *err)
{
    const kl_filter filter = trotter_filter(s, k, hbar);
    kl_filtered kernel;
    kl_status status =
        kl_filtered_create(&filter, s->dimension == 1 ? MPI_COMM_SELF : comm, &kernel, err);
    if (status == KL_OK)
        status = kl_filtered_exact(&kernel, time, s->observable[k].to, value, error, err);
    kl_filtered_destroy(&kernel);
    return kl_agree(comm, status, err);
}

/* ---- limits ---- */

/* (t^d/|det dx/dp|)^(1/2) of the path of least action. */
static void determinant(const kl_paths *paths, double volume, complex double *value, double *error)
{
    const kl_path *path = least_action(paths);
    *value = path ? sqrt(volume / fabs(path->slope)) : NAN;
    *error = path ? 1e-12 * creal(*value) * fmax(1, volume / fabs(path->slope)) : NAN;
}

static void note_paths(const kl_paths *paths, double time, double volume, char *note)
{
    for (int i = 0; i < paths->n; i++)
        if (fabs(paths->path[i].slope) < near_a_caustic * volume)
            snprintf(note, 256, "at T = %g a path is near a caustic: det dx/dp is %.2g", time,
                     paths->path[i].slope);
    if (paths->lost)
        snprintf(note, 256, "at T = %g paths are near a caustic: %d were not found", time,
                 paths->lost);
    if (paths->more)
        snprintf(note, 256, "at T = %g there are more than %d paths", time, KL_MOST_PATHS);
}

/* The sum over all paths; each weighted by f of its energy. *size: the root of the sum of the
 * squares of its terms, which does not beat as hbar changes. */
static void van_vleck(const trotter *s, const kl_paths *paths, double volume, double hbar,
                      complex double *value, double *error, double *size)
{
    double squares = 0;
    *value = paths->n > 0 || s->energy > 0 ? 0 : NAN;
    *error = 0;
    for (int i = 0; i < paths->n; i++) {
        const kl_path *path = &paths->path[i];
        const double weight = s->energy > 0 ? kl_energy_cut(path->energy, s->energy) : 1;
        const complex double term = weight * kl_path_term(path, s->dimension, hbar);
        *value += term;
        *error += cabs(term) * (1e-12 + 1e-12 / hbar) * fmax(1, volume / fabs(path->slope));
        squares += creal(term) * creal(term) + cimag(term) * cimag(term);
    }
    *size = sqrt(squares);
}

/* Of the paths; local. */
static kl_status limit_of_paths(const trotter *s, int k, int station, double hbar,
                                complex double *value, double *error, char *note, kl_error *err)
{
    const double time = s->times.value[station], volume = pow(time, s->dimension);
    const kl_paths *paths;
    double size;
    KL_TRY(find_paths(s, k, station, &paths, err));
    if (s->observable[k].kind == TROTTER_DETERMINANT)
        determinant(paths, volume, value, error);
    else
        van_vleck(s, paths, volume, hbar, value, error, &size);
    note_paths(paths, time, volume, note);
    return KL_OK;
}

static kl_status limit_of(const trotter *s, int k, int station, double hbar, bool paths_alone,
                          MPI_Comm comm, complex double *value, double *error, char *note,
                          kl_error *err)
{
    if (trotter_filtered(s, k) && !paths_alone)
        return exact_kernel(s, k, s->times.value[station], hbar, comm, value, error, err);
    return kl_agree(comm, limit_of_paths(s, k, station, hbar, value, error, note, err), err);
}

static kl_status solve(const trotter *s, int point, bool paths_alone, MPI_Comm comm,
                       kl_limit_values *out, kl_error *err)
{
    const double hbar = s->columns[point * TROTTER_COLUMNS + 1];
    for (int t = 0; t < s->times.n; t++)
        for (int q = 0; q < s->nquantities; q++) {
            complex double value = NAN;
            double error = NAN;
            const int at = t * s->nquantities + q;
            if (s->quantity[q].part[0] == 'i' || s->observable[s->of[q]].kind >= TROTTER_STATE)
                continue; /* with its real part; by trotter_states_solve() */
            KL_TRY(
                limit_of(s, s->of[q], t, hbar, paths_alone, comm, &value, &error, out->note, err));
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
    KL_TRY(solve(s, point, false, comm, out, err));
    if (!s->states)
        return KL_OK;
    return kl_agree(comm, trotter_states_solve(s, point / s->slices.n, comm, out, err), err);
}

static kl_status solve_paths(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err)
{
    return solve(self, point, true, comm, out, err);
}

double trotter_distance(const void *self, const kl_derived *which, int point, int station,
                        const double *mean)
{
    const trotter *s = self;
    int q = 0;
    while (strcmp(s->quantity[q].observable, which->observable) != 0)
        q++;
    const double *number = mean + station * s->nquantities + q;
    const kl_paths *paths;
    complex double sum;
    double error, size;
    if (find_paths(s, s->of[q], station, &paths, NULL) != KL_OK)
        return NAN;
    van_vleck(s, paths, pow(s->times.value[station], s->dimension), s->hbar.v[point / s->slices.n],
              &sum, &error, &size);
    return cabs(CMPLX(number[0], number[1]) - sum) / size;
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
