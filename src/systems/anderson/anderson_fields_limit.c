/* The Boltzmann densities beside the fields of an `anderson` study, smoothed as the fields
 * are: by `width` in X and mu/(4 pi width) in V. */
#include "systems/anderson/anderson_private.h"

#include "base/memory.h"
#include "kinetic/phase_space.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* A picture needs no more; the error of a density is a sum over many <J,F_T>. */
static const double PICTURE = 1e-6;

static kl_status solve(const anderson *a, int point, int f, const kl_kinetic_problem *problem,
                       MPI_Comm comm, double *value, char *note, kl_error *err)
{
    const anderson_field *field = &a->field[f];
    const bool momenta = field->type != DENSITY_FIELD, positions = field->type != MOMENTUM_FIELD;
    const double width = anderson_field_width(a, point, f);
    double *axis = NULL, *error = NULL;
    const int nx = positions ? anderson_field_axis(a, point, f, 0, NULL) : 0;
    const int nv = momenta ? (int)field->momenta : 0;
    kl_status status = kl_alloc((size_t)(nx + nv), sizeof *axis, "fields", &axis, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)problem->ntimes, sizeof *error, "fields", &error, err);
    KL_GOTO(kl_agree(comm, status, err));
    if (positions)
        anderson_field_axis(a, point, f, 0, axis);
    if (momenta)
        anderson_field_axis(a, point, f, positions, axis + nx);
    const kl_phase_space wanted = {.axis = (int)field->axis - 1,
                                   .width = field->type == HUSIMI_FIELD ? width : 0,
                                   .spread =
                                       momenta ? a->point[point].unit / (4 * M_PI * width) : 0,
                                   .npositions = nx,
                                   .position = axis,
                                   .nmomenta = nv,
                                   .momentum = axis + nx};
    status = kl_boltzmann_phase_space(comm, problem, &wanted, value, error, note, err);
done:
    free(axis);
    free(error);
    return status;
}

/* Adds packet i to value[ntimes][cells]; one: room for as much. */
static kl_status add_packet(const anderson *a, int point, int f, int i, kl_kinetic_problem problem,
                            MPI_Comm comm, double *one, size_t cells, kl_limit_values *out,
                            kl_error *err)
{
    char note[256] = "";
    double share, *value = out->field[f];
    kl_status status =
        kl_agree(comm, anderson_kinetic_packet(a, point, i, &problem, &share, err), err);
    /* The waves of one site's density do not fall off. */
    const bool none = problem.envelope == KL_KINETIC_DELTA && a->field[f].type == DENSITY_FIELD;
    if (status == KL_OK && !none)
        status = solve(a, point, f, &problem, comm, one, note, err);
    for (size_t k = 0; status == KL_OK && !none && k < (size_t)problem.ntimes * cells; k++)
        value[k] = (i == 0 ? 0 : value[k]) + share * one[k];
    if (note[0] && !out->note[0])
        snprintf(out->note, sizeof out->note, "field %.40s: %.200s", a->field[f].name, note);
    anderson_kinetic_packet_free(&problem);
    return status;
}

kl_status anderson_fields_limit(const anderson *a, int point, const kl_kinetic_problem *problem,
                                MPI_Comm comm, kl_limit_values *out, kl_error *err)
{
    kl_kinetic_problem loose = *problem;
    loose.tolerance = fmax(problem->tolerance, PICTURE);
    for (int f = 0; f < a->description.nfields; f++) {
        double *one;
        const size_t cells = out->cells[f], n = (size_t)problem->ntimes * cells;
        KL_TRY(kl_agree(comm, kl_alloc(n, sizeof *one, "fields", &one, err), err));
        kl_status status = KL_OK;
        for (int i = 0; status == KL_OK && i < a->npackets; i++)
            status = add_packet(a, point, f, i, loose, comm, one, cells, out, err);
        free(one);
        KL_TRY(status);
    }
    return KL_OK;
}
