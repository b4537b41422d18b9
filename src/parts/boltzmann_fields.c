#include "parts/boltzmann_fields.h"

#include "base/memory.h"
#include "kinetic/phase_space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A picture needs no more; the error of a density is a sum over many <J,F_T>. */
static const double PICTURE = 1e-6;

static kl_kinetic_problem loosened(const kl_kinetic_problem *problem)
{
    kl_kinetic_problem loose = *problem;
    loose.tolerance = fmax(problem->tolerance, PICTURE);
    return loose;
}

/* The waves of one site's density do not fall off. */
static bool has_limit(const kl_kinetic_problem *problem, const kl_marginal *field)
{
    return problem->envelope != KL_KINETIC_DELTA || field->type != KL_MARGINAL_DENSITY;
}

/* *axis is to be freed by the caller, in any case. */
static kl_status grid_of(const kl_marginals *marginals, const kl_lattice_point *point, int f,
                         double **axis, kl_phase_space *out, kl_error *err)
{
    const kl_marginal *field = &marginals->field[f];
    const bool momenta = field->type != KL_MARGINAL_DENSITY,
               positions = field->type != KL_MARGINAL_MOMENTUM;
    const double width = kl_marginals_width(marginals, point, f);
    const int nx = positions ? kl_marginals_axis(marginals, point, f, 0, NULL) : 0;
    const int nv = momenta ? (int)field->momenta : 0;
    KL_TRY(kl_alloc((size_t)(nx + nv), sizeof **axis, "fields", axis, err));
    if (positions)
        kl_marginals_axis(marginals, point, f, 0, *axis);
    if (momenta)
        kl_marginals_axis(marginals, point, f, positions, *axis + nx);
    *out = (kl_phase_space){.axis = (int)field->axis - 1,
                            .width = field->type == KL_MARGINAL_HUSIMI ? width : 0,
                            .spread = momenta ? point->unit / (4 * M_PI * width) : 0,
                            .npositions = nx,
                            .position = *axis,
                            .nmomenta = nv,
                            .momentum = *axis + nx};
    return KL_OK;
}

static kl_status solve(const kl_marginals *marginals, const kl_lattice_point *point, int f,
                       const kl_kinetic_problem *problem, MPI_Comm comm, double *value, char *note,
                       kl_error *err)
{
    kl_phase_space wanted;
    double *axis = NULL, *error = NULL;
    kl_status status = grid_of(marginals, point, f, &axis, &wanted, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)problem->ntimes, sizeof *error, "fields", &error, err);
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = kl_boltzmann_phase_space(comm, problem, &wanted, value, error, note, err);
    free(axis);
    free(error);
    return status;
}

/* Adds packet i to value[ntimes][cells]; one: room for as much. */
static kl_status add_packet(const kl_packets *packets, const kl_marginals *marginals,
                            const kl_lattice_point *point, int f, int i, kl_kinetic_problem problem,
                            MPI_Comm comm, double *one, size_t cells, kl_limit_values *out,
                            kl_error *err)
{
    char note[256] = "";
    double share, *value = out->field[f];
    kl_status status =
        kl_agree(comm, kl_kinetic_start(packets, point, i, &problem, &share, err), err);
    const bool solves = has_limit(&problem, &marginals->field[f]);
    if (status == KL_OK && solves)
        status = solve(marginals, point, f, &problem, comm, one, note, err);
    for (size_t k = 0; status == KL_OK && solves && k < (size_t)problem.ntimes * cells; k++)
        value[k] = (i == 0 ? 0 : value[k]) + share * one[k];
    if (note[0] && !out->note[0])
        snprintf(out->note, sizeof out->note, "field %.40s: %.200s", marginals->field[f].name,
                 note);
    kl_kinetic_start_free(&problem);
    return status;
}

kl_status kl_boltzmann_fields(const kl_packets *packets, const kl_marginals *marginals,
                              const kl_lattice_point *point, const kl_kinetic_problem *problem,
                              MPI_Comm comm, kl_limit_values *out, kl_error *err)
{
    const kl_kinetic_problem loose = loosened(problem);
    for (int f = 0; f < marginals->n; f++) {
        double *one;
        const size_t cells = out->cells[f], n = (size_t)problem->ntimes * cells;
        KL_TRY(kl_agree(comm, kl_alloc(n, sizeof *one, "fields", &one, err), err));
        kl_status status = KL_OK;
        for (int i = 0; status == KL_OK && i < packets->n; i++)
            status = add_packet(packets, marginals, point, f, i, loose, comm, one, cells, out, err);
        free(one);
        KL_TRY(status);
    }
    return KL_OK;
}

double kl_boltzmann_fields_seconds(const kl_marginals *marginals, const kl_lattice_point *point,
                                   const kl_kinetic_problem *problem)
{
    const kl_kinetic_problem loose = loosened(problem);
    double sum = 0;
    for (int f = 0; f < marginals->n; f++) {
        kl_phase_space wanted;
        double *axis = NULL, seconds;
        if (has_limit(&loose, &marginals->field[f]) &&
            grid_of(marginals, point, f, &axis, &wanted, NULL) == KL_OK &&
            kl_boltzmann_phase_space_cost(&loose, &wanted, &seconds, NULL) == KL_OK)
            sum += seconds;
        free(axis);
    }
    return sum;
}
