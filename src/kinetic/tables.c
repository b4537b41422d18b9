/* Sizes of the Krylov spaces, and their coefficients for every orbit. */
#include "kinetic/tables.h"

#include "base/memory.h"
#include "kinetic/krylov.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The smallest Krylov space for frequencies |xi.v| <= f up to time `last` that
 * leaves less than `least`. After its last collision a particle moves freely for
 * a time t with probability density below exp(-rate t), which takes the constant
 * to coefficients |J_k(x)| <= exp(sqrt(k^2 - x^2) - k arcosh(k/x)), x = 2 pi f t
 * < k. The product is largest, exp(-k arsinh r) with r = rate/(2 pi f), at x = k/sqrt(1 + r^2), or
 * at the last time if that comes first. */
static int krylov_size(double f, double rate, double last, double least)
{
    double x = 2 * M_PI * f * last, r = rate / (2 * M_PI * f);
    if (x <= 0)
        return 1;
    for (int k = 1;; k++) {
        double bound = k < x * sqrt(1 + r * r)
                           ? -k * asinh(r)
                           : sqrt((k - x) * (k + x)) - k * acosh(k / x) - rate * last;
        if (exp(bound) < least)
            return k + 1;
    }
}

/* Bound on |xi.v| over the shell: |v_j| <= 2 and |v|^2 <= 4 d - E^2/d. */
static double largest_frequency(const kl_plan *plan, double energy, const int k[3])
{
    int d = plan->problem->dimension;
    double sum = 0, square = 0;
    for (int j = 0; j < d; j++) {
        sum += abs(k[j]) / plan->problem->ell;
        square += pow(k[j] / plan->problem->ell, 2);
    }
    double speed = 4 * d - energy * energy / d;
    return fmin(2 * sum, sqrt(square * fmax(speed, 0)));
}

int kl_tables_size(const kl_plan *plan, const kl_resolution *resolution, int i)
{
    const kl_kinetic_problem *problem = plan->problem;
    const kl_mode *mode = &plan->modes.mode[i];
    double last = problem->ntimes ? problem->times[problem->ntimes - 1] : 0;
    return krylov_size(largest_frequency(plan, resolution->energy, mode->k), resolution->rate, last,
                       resolution->krylov / mode->weight);
}

static void choose_sizes(const kl_plan *plan, const kl_resolution *resolution, kl_tables *t)
{
    for (int i = 0; i < plan->modes.nmodes; i++) {
        const kl_mode *mode = &plan->modes.mode[i];
        t->size[i] = kl_tables_size(plan, resolution, i);
        if (t->size[i] > t->orbit_size[mode->orbit])
            t->orbit_size[mode->orbit] = t->size[i];
    }
}

/* Adds the momentum modes of the observables as seen by one mode. */
static kl_status add_images(const kl_plan *plan, int mode, kl_tables *t, kl_error *err)
{
    int orbit = plan->modes.mode[mode].orbit;
    for (int i = 0; i < plan->nmomenta; i++) {
        int image[3], n = t->nimages[orbit], have = 0;
        kl_mode_image(&plan->modes.mode[mode], plan->momentum[i], image);
        if (!(image[0] || image[1] || image[2]) || !kl_plan_uses(plan, mode, i))
            continue;
        while (have < n && memcmp(t->image[orbit][have], image, sizeof image) != 0)
            have++;
        if (have < n)
            continue;
        int(*grown)[3] = realloc(t->image[orbit], (size_t)(n + 1) * sizeof *grown);
        if (!grown)
            return kl_fail(err, KL_ENVIRONMENT, "Krylov tables: no memory");
        t->image[orbit] = grown;
        memcpy(grown[n], image, sizeof image);
        t->nimages[orbit]++;
    }
    return KL_OK;
}

static kl_status allocate(const kl_plan *plan, const kl_resolution *resolution, kl_tables *t,
                          kl_error *err)
{
    size_t modes = (size_t)plan->modes.nmodes, orbits = (size_t)plan->modes.norbits;
    t->norbits = plan->modes.norbits;
    KL_TRY(kl_alloc(modes, sizeof *t->size, "Krylov tables", &t->size, err));
    KL_TRY(kl_alloc(orbits, sizeof *t->orbit_size, "Krylov tables", &t->orbit_size, err));
    KL_TRY(kl_alloc(orbits, sizeof *t->nimages, "Krylov tables", &t->nimages, err));
    KL_TRY(kl_alloc(orbits, sizeof *t->image, "Krylov tables", &t->image, err));
    KL_TRY(kl_alloc(orbits + 1, sizeof *t->start, "Krylov tables", &t->start, err));
    choose_sizes(plan, resolution, t);
    for (int i = 0; i < plan->modes.nmodes; i++) {
        KL_TRY(kl_watch_look(plan->watch, err));
        KL_TRY(add_images(plan, i, t, err));
    }
    for (size_t o = 0; o < orbits; o++)
        t->start[o + 1] = t->start[o] + (size_t)t->orbit_size[o] * (size_t)(1 + t->nimages[o]);
    return KL_OK;
}

/* The largest entry of an orbit's momentum modes: they oscillate on the shell as the
 * Krylov space does. */
static int largest_mode(const kl_tables *t, int orbit)
{
    int most = 0;
    for (int i = 0; i < t->nimages[orbit]; i++)
        for (int j = 0; j < 3; j++)
            if (abs(t->image[orbit][i][j]) > most)
                most = abs(t->image[orbit][i][j]);
    return most;
}

/* The shell that an orbit's coefficients are taken on. */
static int shell_of(const kl_tables *t, int orbit, const kl_resolution *resolution)
{
    int degree = t->orbit_size[orbit] + largest_mode(t, orbit);
    return 8 * (int)ceil((resolution->shell[0] + resolution->shell[1] * degree) / 8);
}

static kl_status fill_orbit(const kl_plan *plan, const kl_shell *shell, int o, kl_tables *t,
                            kl_error *err)
{
    double xi[3], *beta = t->data + t->start[o];
    for (int j = 0; j < 3; j++)
        xi[j] = plan->modes.orbit[o].k[j] / plan->problem->ell;
    return kl_krylov(shell, xi, t->orbit_size[o], t->nimages[o], (const int(*)[3])t->image[o], beta,
                     beta + t->orbit_size[o], plan->watch, err);
}

/* The orbits of this rank, shell by shell: every size-th, since neighbours cost alike. */
static kl_status fill(MPI_Comm comm, const kl_plan *plan, const kl_resolution *resolution,
                      kl_tables *t, kl_error *err)
{
    int rank, size, most = 0;
    kl_status status = KL_OK;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    for (int o = rank; o < t->norbits; o += size)
        if (shell_of(t, o, resolution) > most)
            most = shell_of(t, o, resolution);
    for (int n = 8; n <= most && status == KL_OK; n += 8) {
        kl_shell shell = {0};
        for (int o = rank; o < t->norbits && status == KL_OK; o += size) {
            if (shell_of(t, o, resolution) != n)
                continue;
            if (shell.npoints == 0)
                status =
                    kl_shell_create(plan->problem->dimension, resolution->energy, n, &shell, err);
            if (status == KL_OK)
                status = fill_orbit(plan, &shell, o, t, err);
        }
        kl_shell_destroy(&shell);
    }
    return status;
}

/* Sum of the ranks' tables; each number is zero on all ranks but one. */
static void share(MPI_Comm comm, kl_tables *t)
{
    const size_t piece = 1 << 24, all = t->start[t->norbits];
    for (size_t at = 0; at < all; at += piece)
        MPI_Allreduce(MPI_IN_PLACE, t->data + at, (int)(all - at < piece ? all - at : piece),
                      MPI_DOUBLE, MPI_SUM, comm);
}

kl_status kl_tables_create(MPI_Comm comm, const kl_plan *plan, const kl_resolution *resolution,
                           kl_tables *tables, kl_error *err)
{
    *tables = (kl_tables){0};
    kl_status status = allocate(plan, resolution, tables, err);
    if (status == KL_OK)
        status = kl_alloc(tables->start[tables->norbits], sizeof *tables->data, "Krylov tables",
                          &tables->data, err);
    if (status == KL_OK)
        status = fill(comm, plan, resolution, tables, err);
    status = kl_watch_agree(plan->watch, status, err);
    if (status == KL_OK)
        share(comm, tables);
    else
        kl_tables_destroy(tables);
    return status;
}

void kl_tables_destroy(kl_tables *tables)
{
    for (int o = 0; tables->image && o < tables->norbits; o++)
        free(tables->image[o]);
    free(tables->image);
    free(tables->size);
    free(tables->orbit_size);
    free(tables->nimages);
    free(tables->start);
    free(tables->data);
    *tables = (kl_tables){0};
}

/* Points of the shell of one octant, about (shell.h); in d = 2 a quarter period is 2 pi^2 N. */
static double octant(int dimension, const kl_resolution *r, int n)
{
    return dimension == 2 ? 0.5 * n * M_PI * r->rate : (fabs(r->energy) < 2 ? 1.4 : 0.6) * n * n;
}

kl_status kl_tables_estimate(const kl_plan *plan, const kl_resolution *resolution,
                             kl_tables_work *work, kl_error *err)
{
    kl_tables t = {0};

    int d = plan->problem->dimension, largest = 0;
    kl_status status = allocate(plan, resolution, &t, err);
    *work = (kl_tables_work){0};
    for (int o = 0; o < t.norbits && status == KL_OK; o++) {
        int n = shell_of(&t, o, resolution), images = t.nimages[o];
        double points = octant(d, resolution, n) * (1 << (d - 1));
        double power = 1 + 2 * log2(1 + largest_mode(&t, o)); /* products for exp(2 pi i m.U) */
        work->krylov += points * (t.orbit_size[o] * (4 + images) + 10 * (1 + images * power));
        work->orbits += t.orbit_size[o];
        work->frequency = fmax(work->frequency,
                               largest_frequency(plan, resolution->energy, plan->modes.orbit[o].k));
        largest = n > largest ? n : largest;
    }
    for (int n = 8; n <= largest; n += 8) /* nearly all are needed */
        work->shell += octant(d, resolution, n);
    for (int i = 0; i < plan->modes.nmodes && status == KL_OK; i++)
        work->modes += t.size[i];
    kl_tables_destroy(&t);
    return status;
}

const double *kl_tables_moment(const kl_tables *t, int orbit, const int image[3])
{
    for (int i = 0; i < t->nimages[orbit]; i++)
        if (memcmp(t->image[orbit][i], image, 3 * sizeof *image) == 0)
            return t->data + t->start[orbit] + (size_t)(1 + i) * (size_t)t->orbit_size[orbit];
    return NULL;
}
