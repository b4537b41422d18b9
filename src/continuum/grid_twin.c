#include "continuum/grid_twin.h"

#include "base/complex.h"
#include "base/memory.h"
#include "continuum/wave_start.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int64_t kl_twin_sites(int64_t sites, double least)
{
    int64_t n = sites * 5 / 6 / 4 * 4;
    if (n < 8 || (double)sites * 5 / 6 < least * (1 - 1e-9))
        return kl_box_good_length(1.2 * (double)sites);
    while (kl_box_good_length((double)n) != n)
        n -= 4;
    return n;
}

double kl_twin_bytes(kl_split_method method, int dimension, int64_t sites, int ranks)
{
    return kl_split_bytes(method, dimension, sites, ranks) +
           4 * kl_box_bytes(dimension, sites, ranks) + 16 * pow((double)sites, dimension - 1) +
           16 * (double)sites;
}

/* ---- create and destroy ---- */

/* Who holds the planes of a layout. */
static void find_owners(const kl_box_grid *grid, int *owner)
{
    int rank;
    MPI_Comm_rank(grid->comm, &rank);
    for (int64_t a = 0; a < grid->momentum.n[0]; a++)
        owner[grid->momentum.first + a] = rank;
    MPI_Allreduce(MPI_IN_PLACE, owner, (int)grid->momentum.planes, MPI_INT, MPI_MAX, grid->comm);
}

static kl_status allocate(kl_grid_twin *t, kl_error *err)
{
    const kl_layout *l = &t->grid.momentum;
    const size_t planes = (size_t)(t->of->momentum.planes + l->planes);
    KL_TRY(kl_alloc(t->grid.local, sizeof *t->potential, "potential", &t->potential, err));
    if (t->steps.method == KL_SPLIT_CHIN4)
        KL_TRY(kl_alloc(t->grid.local, sizeof *t->steepness, "potential", &t->steepness, err));
    KL_TRY(kl_box_array(&t->grid, &t->psi, err));
    KL_TRY(kl_box_array(&t->grid, &t->u, err));
    KL_TRY(kl_box_array(&t->grid, &t->v, err));
    KL_TRY(kl_alloc((size_t)(l->n[1] * l->n[2]), sizeof *t->plane, "grid", &t->plane, err));
    return kl_alloc(planes, sizeof *t->owner, "grid", &t->owner, err);
}

kl_status kl_twin_create(const kl_split_steps *steps, const kl_smooth *potential, int64_t sites,
                         kl_grid_twin *out, kl_error *err)
{
    const kl_box_grid *of = steps->grid;
    *out = (kl_grid_twin){.of = of, .steps = {.method = steps->method}};
    KL_TRY(kl_box_grid_create(of->comm, of->dimension, sites, of->side, of->eps, &out->grid, err));
    KL_TRY(kl_agree(of->comm, allocate(out, err), err));
    find_owners(of, out->owner);
    find_owners(&out->grid, out->owner + of->momentum.planes);
    kl_wave_potential(&out->grid, potential, out->potential, out->steepness);
    out->steps.grid = &out->grid;
    out->steps.potential = out->potential;
    out->steps.steepness = out->steepness;
    memcpy(out->steps.omega, steps->omega, sizeof steps->omega);
    memcpy(out->steps.center, steps->center, sizeof steps->center);
    return kl_split_create(&out->steps, err);
}

void kl_twin_destroy(kl_grid_twin *t)
{
    kl_split_destroy(&t->steps);
    kl_box_grid_destroy(&t->grid);
    free(t->potential);
    free(t->steepness);
    free(t->psi);
    free(t->u);
    free(t->v);
    free(t->plane);
    free(t->owner);
    t->potential = t->steepness = NULL;
    t->psi = t->u = t->v = t->plane = NULL;
    t->owner = NULL;
}

/* ---- from the momenta of one grid to those of the other ---- */

/* The place among n momenta of the k-th of fewer. */
static int64_t place_of(int64_t k, int64_t few, int64_t n)
{
    return few == 1 || k < few / 2 ? k : k + n - few;
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Moves what both have of a plane, times factor; what one has alone stays. */
static void move_plane(const kl_layout *from, const kl_layout *to, double factor, complex double *f,
                       complex double *out)
{
    const int64_t rows = lesser(from->n[1], to->n[1]), few = lesser(from->n[2], to->n[2]);
    for (int64_t b = 0; b < rows; b++) {
        complex double *line = f + place_of(b, rows, from->n[1]) * from->n[2],
                       *other = out + place_of(b, rows, to->n[1]) * to->n[2];
        for (int64_t c = 0; c < few; c++) {
            complex double *one = line + place_of(c, few, from->n[2]);
            other[place_of(c, few, to->n[2])] = CMPLX(factor * creal(*one), factor * cimag(*one));
            *one = 0;
        }
    }
}

/* out = factor f where both grids have momenta, else 0; f keeps the others. Planes go in their
 * order, so that each message finds its receiver. */
static void move(const kl_grid_twin *t, double factor, complex double *f, complex double *out)
{
    const kl_layout *from = &t->of->momentum, *to = &t->grid.momentum;
    const int64_t planes = lesser(from->planes, to->planes), size = to->n[1] * to->n[2];
    memset(out, 0, t->grid.local * sizeof *out);
    for (int64_t a = 0; a < planes; a++) {
        const int64_t source = place_of(a, planes, from->planes),
                      target = place_of(a, planes, to->planes), here = source - from->first,
                      there = target - to->first;
        const bool mine = here >= 0 && here < from->n[0], wanted = there >= 0 && there < to->n[0];
        if (mine)
            move_plane(from, to, factor, f + here * from->n[1] * from->n[2],
                       wanted ? out + there * size : t->plane);
        if (mine && !wanted)
            MPI_Send(t->plane, (int)size, MPI_C_DOUBLE_COMPLEX, t->owner[from->planes + target], 0,
                     t->grid.comm);
        if (wanted && !mine)
            MPI_Recv(out + there * size, (int)size, MPI_C_DOUBLE_COMPLEX, t->owner[source], 0,
                     t->grid.comm, MPI_STATUS_IGNORE);
    }
}

/* out = psi in the momenta of the twin; what it does not hold stays in work. */
static void carry_over(kl_grid_twin *t, const complex double *psi, complex double *work,
                       complex double *out)
{
    const double ratio = (double)t->grid.sites / (double)t->of->sites;
    memcpy(work, psi, t->of->local * sizeof *work);
    kl_box_forward(t->of, work);
    move(t, pow(ratio, t->grid.dimension / 2.), work, out);
}

static double norm_of(const kl_box_grid *grid, const complex double *f)
{
    return sqrt(creal(kl_box_sum(grid, &grid->momentum, f, f, NULL)) / kl_box_points(grid));
}

void kl_twin_begin(kl_grid_twin *t, const complex double *psi, complex double *work)
{
    const double points = kl_box_points(&t->grid);
    carry_over(t, psi, work, t->psi);
    kl_box_backward(&t->grid, t->psi);
    for (size_t i = 0; i < t->grid.local; i++)
        t->psi[i] /= points;
}

void kl_twin_compare(kl_grid_twin *t, const complex double *psi, complex double *work,
                     kl_twin_error *error)
{
    const kl_layout *l = &t->grid.momentum;
    carry_over(t, psi, work, t->v);
    memcpy(t->u, t->psi, t->grid.local * sizeof *t->u);
    kl_box_forward(&t->grid, t->u);
    for (int64_t i = 0; i < l->n[0] * l->n[1] * l->n[2]; i++)
        t->u[i] -= t->v[i];
    error->made += norm_of(&t->grid, t->u);
    error->beyond = fmax(error->beyond, norm_of(t->of, work));
}
